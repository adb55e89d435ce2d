//! Every read, each with a second row that must not match.

use aggregates::status::{FulfillmentStatus, PaidStatus};
use aggregates::values::{ChannelReference, CustomerId, OrderId, Tier};
use projections::customers::{self, CustomerFilter, CustomerStatus};
use projections::orders::{self, OrderFilter, OrderStatus};
use projections::products::{self, ProductFilter, ProductStatus};
use projections::sales::{self, SalesFilter, SalesGrouping};
use projections::stock::{self, StockFilter};
use projections::{PageRequest, ReadModelError, warehouses};
use uuid::Uuid;

use crate::samples::{ANNA, BEN, FIRST, SECOND, THIRD, at};
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_found_by_each_of_its_names() {
    let shop = Shop::projected().await;
    let name = |reference| ChannelReference::new("web", reference).unwrap();
    let by_id = orders::by_id(&shop.read, OrderId::new(SECOND)).await.unwrap().unwrap();
    let by_number = orders::by_number(&shop.read, &"N-2".parse().unwrap()).await.unwrap().unwrap();
    let by_reference = orders::by_channel_reference(&shop.read, &name("r-2")).await.unwrap().unwrap();
    assert_eq!((&by_id, &by_id), (&by_number, &by_reference));
    assert!(orders::by_id(&shop.read, OrderId::new(Uuid::nil())).await.unwrap().is_none());
    assert!(orders::by_number(&shop.read, &"N-9".parse().unwrap()).await.unwrap().is_none());
    let elsewhere = ChannelReference::new("store", "r-2").unwrap();
    assert!(orders::by_channel_reference(&shop.read, &elsewhere).await.unwrap().is_none());
    let some = orders::by_channel_references(&shop.read, "web", &["r-1".to_owned(), "r-9".to_owned()]).await.unwrap();
    assert_eq!(some.iter().map(|row| row.id.uuid()).collect::<Vec<_>>(), [FIRST]);
    assert_eq!(orders::by_ids(&shop.read, &[OrderId::new(FIRST), OrderId::new(THIRD)]).await.unwrap().len(), 2);
}

async fn ids(shop: &Shop, filter: OrderFilter) -> Vec<Uuid> {
    let page = orders::page(&shop.read, &filter, &PageRequest::first(10)).await.unwrap();
    page.rows.into_iter().map(|(_, row)| row.id.uuid()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_listed_latest_first_and_narrowed() {
    let shop = Shop::projected().await;
    let all = OrderFilter::default;
    assert_eq!(ids(&shop, all()).await, [THIRD, SECOND, FIRST]);
    assert_eq!(
        ids(&shop, OrderFilter { statuses: Some(vec![OrderStatus::Rejected, OrderStatus::Placed]), ..all() }).await,
        [THIRD, SECOND]
    );
    assert_eq!(ids(&shop, OrderFilter { statuses: Some(vec![]), ..all() }).await, [] as [Uuid; 0]);
    assert_eq!(ids(&shop, OrderFilter { payment_status: Some(PaidStatus::Declined), ..all() }).await, [SECOND]);
    assert_eq!(ids(&shop, OrderFilter { fulfillment_status: Some(FulfillmentStatus::Delivered), ..all() }).await, [FIRST]);
    assert_eq!(ids(&shop, OrderFilter { customer: Some(CustomerId::new(BEN)), ..all() }).await, [THIRD]);
    assert_eq!(ids(&shop, OrderFilter { channel: Some("web".to_owned()), ..all() }).await.len(), 3);
    assert!(ids(&shop, OrderFilter { channel: Some("store".to_owned()), ..all() }).await.is_empty());
    let (from, before) = (Some(at("2017-01-01T10:00:00Z")), Some(at("2017-01-02T09:00:00Z")));
    assert_eq!(ids(&shop, OrderFilter { placed_from: from, placed_before: before, ..all() }).await, [SECOND]);
    let counts = orders::count_by_status(&shop.read).await.unwrap();
    assert_eq!(counts, [(OrderStatus::Placed, 1), (OrderStatus::Completed, 1), (OrderStatus::Rejected, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_behind_a_cursor_and_refuses_a_foreign_one() {
    let shop = Shop::projected().await;
    let (request, filter) = (PageRequest::first(2), OrderFilter::default());
    let first = orders::page(&shop.read, &filter, &request).await.unwrap();
    assert!(first.has_next);
    let rest = orders::page(&shop.read, &filter, &request.after(first.rows[1].0.clone())).await.unwrap();
    assert_eq!((rest.rows.len(), rest.rows[0].1.id.uuid(), rest.has_next), (1, FIRST, false));
    let foreign = orders::page(&shop.read, &filter, &request.after("nonsense")).await;
    assert!(matches!(foreign, Err(ReadModelError::InvalidCursor(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_found_and_listed() {
    let shop = Shop::projected().await;
    let read = &shop.read;
    let anna = customers::by_id(read, CustomerId::new(ANNA)).await.unwrap().unwrap();
    assert_eq!(anna.name.as_ref().map(|name| name.as_str()), Some("anna"));
    let name = ChannelReference::new("web", "ben").unwrap();
    assert_eq!(customers::by_channel_reference(read, &name).await.unwrap().map(|row| row.id.uuid()), Some(BEN));
    assert_eq!(customers::by_email(read, " ANNA@example.com ").await.unwrap().map(|row| row.id.uuid()), Some(ANNA));
    assert!(customers::by_email(read, "nobody@example.com").await.unwrap().is_none());
    assert_eq!(customers::by_ids(read, &[CustomerId::new(ANNA), CustomerId::new(Uuid::nil())]).await.unwrap().len(), 1);
    let gold = CustomerFilter { tier: Some(Tier::Gold), ..CustomerFilter::default() };
    assert_eq!(customers::page(read, &gold, &PageRequest::first(5)).await.unwrap().rows[0].1.id.uuid(), ANNA);
    let suspended = CustomerFilter { status: Some(CustomerStatus::Suspended), ..CustomerFilter::default() };
    let page = customers::page(read, &suspended, &PageRequest::first(5)).await.unwrap();
    assert_eq!((page.rows.len(), page.rows[0].1.id.uuid()), (1, BEN));
    for (channel, rows) in [("web", 2), ("market", 0)] {
        let named = CustomerFilter { channel: Some(channel.to_owned()), ..CustomerFilter::default() };
        assert_eq!(customers::page(read, &named, &PageRequest::first(5)).await.unwrap().rows.len(), rows, "{channel}");
    }
    let all = customers::page(read, &CustomerFilter::default(), &PageRequest::first(1)).await.unwrap();
    let next = customers::page(read, &CustomerFilter::default(), &PageRequest::first(1).after(all.rows[0].0.clone())).await.unwrap();
    assert_eq!((all.has_next, next.rows[0].1.id.uuid(), next.has_next), (true, BEN, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn products_stock_and_warehouses_are_found_and_listed() {
    let shop = Shop::projected().await;
    let (read, all) = (&shop.read, PageRequest::first(10));
    let apple = products::by_sku(read, &"A-1".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((apple.name.as_str(), apple.prices["EUR"].as_str()), ("Apple", "2.50"));
    assert_eq!(products::by_skus(read, &["B-2".parse().unwrap(), "C-3".parse().unwrap()]).await.unwrap().len(), 1);
    let fruit = ProductFilter { category: Some("fruit".to_owned()), statuses: None };
    assert_eq!(products::page(read, &fruit, &all).await.unwrap().rows[0].0, "A-1");
    let paused = ProductFilter { category: None, statuses: Some(vec![ProductStatus::Paused]) };
    let page = products::page(read, &paused, &all).await.unwrap();
    assert_eq!((page.rows.len(), page.rows[0].0.as_str()), (1, "B-2"));

    assert_eq!(stock::by_id(read, &"berlin/A-1".parse().unwrap()).await.unwrap().unwrap().on_hand, 6);
    assert_eq!(stock::by_skus(read, &["B-2".parse().unwrap()]).await.unwrap().len(), 2);
    let in_paris = StockFilter { warehouse: Some("paris".parse().unwrap()), ..StockFilter::default() };
    let page = stock::page(read, &in_paris, &all).await.unwrap();
    assert_eq!((page.rows.len(), page.rows[0].0.as_str()), (1, "paris/B-2"));
    let of_apple = StockFilter { sku: Some("A-1".parse().unwrap()), not_empty: true, ..StockFilter::default() };
    assert_eq!(stock::page(read, &of_apple, &all).await.unwrap().rows.len(), 1);
    assert_eq!(stock::totals(read).await.unwrap(), (11, 0));

    assert_eq!(warehouses::all(read).await.unwrap().iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Berlin", "Paris"]);
    assert_eq!(warehouses::by_code(read, &"paris".parse().unwrap()).await.unwrap().map(|row| row.priority), Some(2));
    assert!(warehouses::by_code(read, &"rome".parse().unwrap()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_are_summed_by_day_and_category() {
    let shop = Shop::projected().await;
    let all = SalesFilter::default;
    let told = async |filter: SalesFilter, grouping| {
        let sums = sales::between(&shop.read, &filter, grouping).await.unwrap();
        let tell = |sum: projections::sales::SalesSum| {
            let (day, category) = (sum.day.map(|day| day.to_string()).unwrap_or_default(), sum.category.unwrap_or_default());
            format!("{day} {category} {} {} {} {}", sum.currency, sum.orders, sum.units, sum.net)
        };
        sums.into_iter().map(tell).collect::<Vec<_>>()
    };
    assert_eq!(told(all(), SalesGrouping::Day).await, ["2017-01-01  EUR 1 5 13.10"]);
    assert_eq!(told(all(), SalesGrouping::Category).await, [" bakery EUR 1 1 3.10", " fruit EUR 1 4 10.00"]);
    let fruit = SalesFilter { category: Some("fruit".to_owned()), ..all() };
    assert_eq!(told(fruit.clone(), SalesGrouping::DayAndCategory).await, ["2017-01-01 fruit EUR 1 4 10.00"]);
    assert_eq!(told(fruit, SalesGrouping::Day).await, ["2017-01-01  EUR 1 4 10.00"]);
    let later = SalesFilter { from: Some("2017-01-02".parse().unwrap()), ..all() };
    assert!(told(later, SalesGrouping::Day).await.is_empty());
    let earlier = SalesFilter { to: Some("2016-12-31".parse().unwrap()), ..all() };
    assert!(told(earlier, SalesGrouping::DayAndCategory).await.is_empty());
    let dollars = SalesFilter { currency: Some("USD".parse().unwrap()), ..all() };
    assert!(told(dollars, SalesGrouping::Category).await.is_empty());
}
