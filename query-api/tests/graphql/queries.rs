//! Every query, each with something beside it that must not match.

use serde_json::json;
use uuid::Uuid;

use crate::api::Api;
use crate::samples::{ANNA, BEN, FIRST, SECOND, THIRD};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_found_by_each_of_its_names() {
    let api = Api::open().await;
    let by = [
        format!(r#"id: "{SECOND}""#),
        r#"number: "N-2""#.to_owned(),
        r#"channelReference: { channel: "web", reference: "r-2" }"#.to_owned(),
    ];
    for name in by {
        let answer = api.operator(&format!("{{ order({name}) {{ id number status reason {{ code message }} }} }}")).await;
        let reason = json!({ "code": "payment_declined", "message": "the payment was declined" });
        let expected = json!({ "order": { "id": SECOND, "number": "N-2", "status": "REJECTED", "reason": reason } });
        assert_eq!(answer.data(), &expected);
    }
    let none = api.operator(&format!(r#"{{ order(id: "{}") {{ id }} }}"#, Uuid::nil())).await;
    assert_eq!(none.data(), &json!({ "order": null }));
    for wrong in ["order { id }", r#"order(id: "x") { id }"#, r#"order(number: "N-1", id: "x") { id }"#] {
        assert_eq!(api.operator(&format!("{{ {wrong} }}")).await.code(), "INVALID_ARGUMENT", "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_in_full_has_lines_payments_shipments_and_timeline() {
    let api = Api::open().await;
    let query = r#"{ order(number: "N-1") {
        total { amount currency } captured { amount } paymentStatus fulfillmentStatus placedAt tier
        lines { line sku quantity unitPrice { amount } net { amount } shipped delivered }
        payments { state captured { amount } } shipments { state tracking warehouse lines { sku quantity } }
        delivery { kind address { city } } timeline { event actor } customer { id name }
    } }"#;
    let answer = api.operator(query).await;
    let order = &answer.data()["order"];
    assert_eq!(order["total"], json!({ "amount": "13.10", "currency": "EUR" }));
    assert_eq!(order["captured"]["amount"], "13.10");
    assert_eq!((&order["paymentStatus"], &order["fulfillmentStatus"]), (&json!("CAPTURED"), &json!("DELIVERED")));
    assert_eq!(order["placedAt"], "2017-01-01T09:00:00+00:00");
    let first = json!({ "line": 1, "sku": "A-1", "quantity": 4, "unitPrice": { "amount": "2.50" }, "net": { "amount": "10.00" },
        "shipped": 4, "delivered": 4 });
    assert_eq!(order["lines"][0], first);
    assert_eq!(order["payments"], json!([{ "state": "CAPTURED", "captured": { "amount": "13.10" } }]));
    assert_eq!(order["shipments"][0]["tracking"], "T-1");
    assert_eq!(order["delivery"], json!({ "kind": "SHIP", "address": { "city": "Berlin" } }));
    assert_eq!(order["timeline"][0], json!({ "event": "order.placed", "actor": "service:tests" }));
    assert_eq!(order["customer"]["id"], ANNA.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_come_in_pages_latest_first() {
    let api = Api::open().await;
    let page =
        |after: &str| format!("{{ orders(first: 2{after}) {{ nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}");
    let first = api.operator(&page("")).await;
    let orders = &first.data()["orders"];
    assert_eq!(orders["nodes"], json!([{ "id": THIRD }, { "id": SECOND }]));
    assert_eq!((&orders["pageInfo"]["hasNextPage"], &orders["pageInfo"]["hasPreviousPage"]), (&json!(true), &json!(false)));
    let after = format!(", after: {}", orders["pageInfo"]["endCursor"]);
    let second = api.operator(&page(&after)).await;
    assert_eq!(second.data()["orders"]["nodes"], json!([{ "id": FIRST }]));
    assert_eq!(second.data()["orders"]["pageInfo"]["hasNextPage"], false);
    for wrong in ["\"?\"", "\"YWJj\""] {
        assert_eq!(api.operator(&page(&format!(", after: {wrong}"))).await.code(), "INVALID_ARGUMENT", "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_list_is_none_of_this_one() {
    let api = Api::open().await;
    let lists = ["orders", "customers", "products", "stock"];
    let ask = async |list: &str, after: &str| api.operator(&format!("{{ {list}(first: 1{after}) {{ pageInfo {{ endCursor }} }} }}")).await;
    for one in lists {
        let cursor = ask(one, "").await.data()[one]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        for other in lists {
            let answer = ask(other, &format!(", after: \"{cursor}\"")).await;
            assert_eq!(answer.body.get("errors").is_none(), one == other, "a cursor of {one} in {other}");
        }
        assert_eq!(ask(one, ", after: \"\"").await.code(), "INVALID_ARGUMENT", "{one}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_narrowed_by_state_customer_channel_and_time() {
    let api = Api::open().await;
    let filters = [
        ("statuses: [REJECTED, PLACED]".to_owned(), json!([{ "id": THIRD }, { "id": SECOND }])),
        ("statuses: []".to_owned(), json!([])),
        ("statuses: null, customer: null".to_owned(), json!([{ "id": THIRD }, { "id": SECOND }, { "id": FIRST }])),
        (format!(r#"customer: "{BEN}""#), json!([{ "id": THIRD }])),
        (r#"channel: "store""#.to_owned(), json!([])),
        ("paymentStatus: DECLINED".to_owned(), json!([{ "id": SECOND }])),
        ("fulfillmentStatus: DELIVERED".to_owned(), json!([{ "id": FIRST }])),
        (r#"placedFrom: "2017-01-01T10:00:00Z", placedBefore: "2017-01-02T09:00:00Z""#.to_owned(), json!([{ "id": SECOND }])),
    ];
    for (filter, expected) in filters {
        let answer = api.operator(&format!("{{ orders(filter: {{ {filter} }}) {{ nodes {{ id }} }} }}")).await;
        assert_eq!(answer.data()["orders"]["nodes"], expected, "{filter}");
    }
    let counts = api.operator("{ orderCounts { status count } }").await;
    assert_eq!(counts.data()["orderCounts"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_found_and_listed() {
    let api = Api::open().await;
    let by = [
        format!(r#"id: "{BEN}""#),
        r#"channelReference: { channel: "web", reference: "ben" }"#.to_owned(),
        r#"email: "BEN@example.com""#.to_owned(),
    ];
    for name in by {
        let answer = api.operator(&format!("{{ customer({name}) {{ id tier status suspensionReason name email }} }}")).await;
        let expected = json!({ "id": BEN, "tier": "SILVER", "status": "SUSPENDED", "suspensionReason": "did not pay", "name": "ben",
            "email": "ben@example.com" });
        assert_eq!(answer.data()["customer"], expected);
    }
    let suspended = api.operator("{ customers(filter: { status: SUSPENDED }) { nodes { id } } }").await;
    assert_eq!(suspended.data()["customers"]["nodes"], json!([{ "id": BEN }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn products_come_with_their_stock() {
    let api = Api::open().await;
    let query = "{ products { nodes { sku name status prices { amount currency } stock { warehouse onHand reserved available } } } }";
    let answer = api.operator(query).await;
    let bread = json!({ "sku": "B-2", "name": "Bread", "status": "PAUSED", "prices": [{ "amount": "3.10", "currency": "EUR" }], "stock": [
        { "warehouse": "berlin", "onHand": 4, "reserved": 0, "available": 4 }, { "warehouse": "paris", "onHand": 1, "reserved": 0, "available": 1 }] });
    assert_eq!(answer.data()["products"]["nodes"][1], bread);
    let fruit = api.operator(r#"{ products(filter: { category: "fruit" }) { nodes { sku } } product(sku: "X-9") { sku } }"#).await;
    assert_eq!(fruit.data(), &json!({ "products": { "nodes": [{ "sku": "A-1" }] }, "product": null }));
    let none = api.operator("{ products(filter: { statuses: [] }) { nodes { sku } } }").await;
    assert_eq!(none.data()["products"]["nodes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_is_told_per_warehouse_and_sku() {
    let api = Api::open().await;
    let query = r#"{
        stock(filter: { warehouse: "berlin" }) { nodes { sku onHand } }
        stockItem(warehouse: "paris", sku: "B-2") { onHand dispatched }
        none: stockItem(warehouse: "paris", sku: "A-1") { onHand }
        stockTotals { onHand reserved } warehouses { code name priority status }
    }"#;
    let answer = api.operator(query).await;
    let data = answer.data();
    assert_eq!(data["stock"]["nodes"], json!([{ "sku": "A-1", "onHand": 6 }, { "sku": "B-2", "onHand": 4 }]));
    assert_eq!((&data["stockItem"], &data["none"]), (&json!({ "onHand": 1, "dispatched": 0 }), &json!(null)));
    assert_eq!(data["stockTotals"], json!({ "onHand": 11, "reserved": 0 }));
    assert_eq!(data["warehouses"][0], json!({ "code": "berlin", "name": "Berlin", "priority": 1, "status": "OPEN" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_units_than_32_bits_can_count_are_told_exactly() {
    let api = Api::open().await;
    api.shop.sql("update stock_v2.stock set on_hand = 2200000000, received = 2200000004 where key = 'berlin/A-1'").await;
    let answer = api.operator(r#"{ stockItem(warehouse: "berlin", sku: "A-1") { onHand received } stockTotals { onHand } }"#).await;
    let expected = json!({ "stockItem": { "onHand": 2_200_000_000_i64, "received": 2_200_000_004_i64 }, "stockTotals": { "onHand": 2_200_000_005_i64 } });
    assert_eq!(answer.data(), &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_are_summed_by_day_and_category() {
    let api = Api::open().await;
    let sales = |rest: &str| format!("{{ sales({rest}) {{ day category orders units net {{ amount currency }} }} }}");
    let days = api.operator(&sales(r#"from: "2017-01-01", to: "2017-01-07""#)).await;
    let sum = json!({ "day": "2017-01-01", "category": null, "orders": 1, "units": 5, "net": { "amount": "13.10", "currency": "EUR" } });
    assert_eq!(days.data()["sales"], json!([sum]));
    let both = api.operator(&sales(r#"from: "2017-01-01", to: "2017-01-07", by: DAY_AND_CATEGORY, category: "fruit""#)).await;
    let fruit =
        json!({ "day": "2017-01-01", "category": "fruit", "orders": 1, "units": 4, "net": { "amount": "10.00", "currency": "EUR" } });
    assert_eq!(both.data()["sales"], json!([fruit]));
    assert_eq!(api.operator(&sales(r#"from: "2017-01-02", to: "2017-01-07""#)).await.data()["sales"], json!([]));
    for wrong in [r#"from: "2017-01-07", to: "2017-01-01""#, r#"from: "2017-01-01", to: "2018-01-01", by: DAY_AND_CATEGORY"#] {
        assert_eq!(api.operator(&sales(wrong)).await.code(), "INVALID_ARGUMENT", "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_must_see_to_is_found_and_is_nothing_for_customers() {
    let api = Api::open().await;
    let found =
        |filter: &str| format!("{{ orders(filter: {{ {filter} }}) {{ nodes {{ id parked {{ step cause }} alerts {{ about code }} }} }} }}");
    let told = json!([{ "about": format!("shipment-{}", Uuid::from_u128(0x21)), "code": "delivered_after_cancel" }]);
    let first = json!({ "id": FIRST, "parked": [], "alerts": told });
    let second = json!({ "id": SECOND, "parked": [], "alerts": [] });
    let waiting = json!({ "step": "allocate_stock", "cause": "no warehouse can be asked" });
    let third = json!({ "id": THIRD, "parked": [waiting], "alerts": [] });
    for (filter, nodes) in [
        ("parked: true", json!([third])),
        ("parked: false", json!([second, first])),
        ("alerted: true", json!([first])),
        ("alerted: false, parked: false", json!([second])),
    ] {
        assert_eq!(api.operator(&found(filter)).await.data()["orders"]["nodes"], nodes, "{filter}");
    }
    for (customer, count) in [(ANNA, 2), (BEN, 1)] {
        let own = api.customer(customer, &found("")).await;
        let nodes = own.data()["orders"]["nodes"].as_array().unwrap();
        assert!(nodes.iter().all(|order| order["parked"] == json!([]) && order["alerts"] == json!([])), "{nodes:?}");
        assert_eq!(nodes.len(), count, "{nodes:?}");
    }
    for filter in ["parked: true", "alerted: false"] {
        assert_eq!(api.ask(identity::Role::Customer, &ANNA.to_string(), &found(filter)).await.code(), "FORBIDDEN", "{filter}");
    }
}
