//! A log that an earlier program left in the middle of everything (`tests/old-log/README.md`) is read, verified and gone on with by this one.

use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, PgPool};

use crate::channel::Channel;
use crate::program::{Program, Settings, fresh_database};
use crate::until;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/old-log");

/// A database as it was dumped, with the rights that a dump leaves out; its secrets go to the data folder.
async fn restored(name: &str, data_dir: &Path) -> String {
    let folder = Path::new(FOLDER);
    let mut statements = String::new();
    let dump = std::fs::File::open(folder.join(format!("{name}.sql.gz"))).expect("the dump is there");
    flate2::read::GzDecoder::new(dump).read_to_string(&mut statements).expect("the dump is text");
    std::fs::copy(folder.join(format!("{name}.env")), data_dir.join("secrets.env")).expect("the secrets can be copied");

    let database_url = fresh_database().await;
    let mut connection = PgConnection::connect(&database_url).await.expect("the database answers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut connection).await.expect("the dump can be restored");
    for file in ["../migrations/log/0101_roles.sql", "../migrations/log/0190_grants.sql", "old-log/rights.sql"] {
        let rights = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("the rights are there");
        sqlx::raw_sql(sqlx::AssertSqlSafe(rights)).execute(&mut connection).await.expect("the rights can be given");
    }
    database_url
}

/// The program of this build on the restored database, and who works with it.
struct Shop {
    program: Program,
    pool: PgPool,
    staff: Channel,
}

impl Shop {
    async fn open(name: &str, data_dir: &Path) -> Self {
        let database_url = restored(name, data_dir).await;
        let pool = PgPool::connect(&database_url).await.expect("the database answers");
        let environment = vec![("ORDERLY_FULFILLMENT", "manual")];
        let settings = Settings { database_url: Some(database_url), data_dir: data_dir.to_owned(), environment };
        let program = Program::start(settings).await;
        Self { staff: Channel::staff(&program), program, pool }
    }

    /// The order that was placed under this reference.
    async fn order(&self, reference: &str) -> String {
        let sql = "select aggregate_id from log.events where event_type = 'order.placed' and payload->'order.placed'->'channel_reference'->>'reference' = $1";
        sqlx::query_scalar(sql).bind(reference).fetch_one(&self.pool).await.unwrap_or_else(|error| panic!("order {reference}: {error}"))
    }

    async fn read(&self, reference: &str) -> Value {
        self.staff.get(&format!("/v1/orders/{}", self.order(reference).await)).await.0
    }

    /// Waits until an order has come to one of these.
    async fn comes_to(&self, reference: &str, statuses: &[&str]) -> String {
        let has_come = async || self.read(reference).await["status"].as_str().filter(|status| statuses.contains(status)).map(str::to_owned);
        until(&format!("order {reference} is {}", statuses.join(" or ")), has_come).await
    }

    /// Staff take these steps with the order's parcel.
    async fn by_staff(&self, reference: &str, steps: &[&str]) {
        let order = self.order(reference).await;
        let sql = "select aggregate_id from log.events where event_type = 'shipment.planned' and partition_key = $1";
        let planned = async || sqlx::query_scalar::<_, String>(sql).bind(&order).fetch_optional(&self.pool).await.expect("the log is read");
        let parcel = until(&format!("a parcel of order {reference} is planned"), planned).await;
        let is_sent = self.read(reference).await["delivery"]["kind"] == "ship";
        for step in steps {
            let carrier = json!({ "carrier": { "carrier": "by hand", "tracking": "T-2" } });
            let body = if *step == "dispatch" && is_sent { carrier } else { json!({}) };
            self.staff.accepted(&format!("/v1/orders/{order}/shipments/{parcel}/{step}"), &format!("{parcel}-{step}"), body).await;
        }
    }

    async fn figure(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect("the database answers")
    }

    /// Every invariant, every read model that this program has built, every process.
    fn assert_verified(&self) {
        let verified = self.program.replay(&["verify", "--all"]);
        let (told, warned) = (String::from_utf8_lossy(&verified.stdout), String::from_utf8_lossy(&verified.stderr));
        assert!(verified.status.success() && told.contains(" 0 violations"), "{told}{warned}");
    }
}

const EVENTS: &str = "select count(*) from log.events";
const OPEN: &str = "select count(*) from process.instances where pending > 0 or waiting > 0 or not final";
const RESERVED: &str = "select coalesce(sum(case event_type
        when 'stock_item.reserved' then (payload->event_type->>'quantity')::bigint
        else -(payload->event_type->>'quantity')::bigint end), 0)::bigint
    from log.events where event_type in ('stock_item.reserved', 'stock_item.reservation_released', 'stock_item.dispatched')";
const HELD: &str = "select count(*) from simulator.accounts where standing->>'status' = 'held' and (standing->>'captured')::numeric = 0";

/// What had ended before.
const ENDED: [(&str, &str); 8] = [
    ("two-warehouses", "completed"),
    ("fetched", "completed"),
    ("free-of-charge", "completed"),
    ("out-of-stock", "rejected"),
    ("declined", "rejected"),
    ("other-amount", "rejected"),
    ("canceled", "canceled"),
    ("31198570044", "completed"),
];

/// The time for which stock is held for an unpaid order has long gone by: it is confirmed if the outcome of its payment comes before the deadline's, else it ends.
const WAITED_TOO_LONG: [&str; 2] = ["confirmed", "expired"];

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_an_earlier_program_is_read_verified_and_gone_on_with() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shop = Shop::open("first", folder.path()).await;
    what_had_ended_stays_as_it_was(&shop).await;
    what_was_under_way_is_taken_up(&shop).await;
    shop.assert_verified();
    people_finish_what_waits_for_them(&shop).await;
    a_new_order_goes_through(&shop).await;

    until("every process is over", async || (shop.figure(OPEN).await == 0).then_some(())).await;
    assert_eq!((shop.figure(RESERVED).await, shop.figure(HELD).await), (0, 0), "no stock and no money is held for nothing");
    shop.assert_verified();
    shop.program.stop();
}

async fn what_had_ended_stays_as_it_was(shop: &Shop) {
    assert!(shop.figure(EVENTS).await >= 762, "the dump has the log");
    for (reference, status) in ENDED {
        assert_eq!(shop.read(reference).await["status"], status, "order {reference}");
    }
    let sent = shop.read("two-warehouses").await;
    let query =
        "query($order: ID!, $customer: ID!) { order(id: $order) { status total { amount } } customer(id: $customer) { name email } }";
    let seen = shop.program.query(query, json!({ "order": sent["id"], "customer": sent["customer"] })).await;
    assert_eq!(seen["order"], json!({ "status": "COMPLETED", "total": { "amount": "45.95" } }));
    assert_eq!(seen["customer"], json!({ "name": "Wilhelmina Quartz", "email": "quartz@example.org" }), "what was sealed opens");
}

/// The carrier reports a parcel; the outcomes of a void, a capture and an authorization, which the program died before, are looked up.
async fn what_was_under_way_is_taken_up(shop: &Shop) {
    shop.comes_to("under-way", &["completed"]).await;
    shop.comes_to("canceling", &["canceled"]).await;
    let captured = "select count(*) from log.events where event_type = 'payment.captured' and partition_key = $1";
    let order = shop.order("capturing").await;
    let is_captured = async || (sqlx::query_scalar::<_, i64>(captured).bind(&order).fetch_one(&shop.pool).await.ok()? == 1).then_some(());
    until("the capture has its outcome", is_captured).await;
    shop.comes_to("authorizing", &WAITED_TOO_LONG).await;
}

async fn people_finish_what_waits_for_them(shop: &Shop) {
    shop.by_staff("planned", &["pack", "dispatch", "deliver"]).await;
    shop.by_staff("packed", &["dispatch", "deliver"]).await;
    shop.by_staff("dispatched", &["deliver"]).await;
    shop.by_staff("capturing", &["deliver"]).await;
    if shop.comes_to("authorizing", &WAITED_TOO_LONG).await == "confirmed" {
        shop.by_staff("authorizing", &["pack", "dispatch", "deliver"]).await;
    }

    // The gateway, which refused to capture, has been mended.
    let mended = "update simulator.accounts set standing = (standing::jsonb || '{\"method\": null}')::json where standing->>'method' = 'card_capture_fails'";
    assert_eq!(sqlx::query(mended).execute(&shop.pool).await.expect("the gateway's books").rows_affected(), 1);
    let parked = format!("/v1/orders/{}/resume", shop.order("parked").await);
    shop.staff.accepted(&parked, "resumed", json!({ "reason": "gateway_mended" })).await;

    for reference in ["planned", "packed", "dispatched", "capturing", "parked"] {
        shop.comes_to(reference, &["completed"]).await;
    }
    shop.comes_to("authorizing", &["completed", "expired"]).await;
}

async fn a_new_order_goes_through(shop: &Shop) {
    let euros = json!({ "amount": "10.00", "currency": "EUR" });
    let order = json!({
        "customer_reference": "ada",
        "currency": "EUR",
        "channel_reference": "new",
        "placed_at": "2026-11-20T10:00:00Z",
        "lines": [{ "sku": "A-17", "quantity": 1, "unit_price": euros }],
        "delivery": { "kind": "pickup", "warehouse": "berlin" },
        "payment": { "kind": "card" },
    });
    Channel::of(&shop.program, "shop").accepted("/v1/orders", "new", order).await;
    shop.by_staff("new", &["pack", "dispatch"]).await;
    shop.comes_to("new", &["completed"]).await;
}
