//! What was sent about a person stands in clear in the read models, and nowhere else.

use std::process::Command;

use serde_json::json;

use crate::channel::Channel;
use crate::program::{Program, Settings, fresh_database};

const SECRETS: [&str; 4] = ["Wilhelmina Quartz", "quartz@example.org", "+49 30 5550173", "Zypressenallee 99"];

/// Everything in the database but the read models, as text.
fn dump_without_read_models(database_url: &str) -> String {
    let dump = Command::new("pg_dump").args(["--data-only", "--exclude-schema=*_v1", database_url]).output().expect("pg_dump runs");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    String::from_utf8_lossy(&dump.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_sealed_outside_the_read_models() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database_url = fresh_database().await;
    let program =
        Program::start(Settings { database_url: Some(database_url.clone()), data_dir: folder.path().to_owned(), environment: vec![] })
            .await;
    let channel = Channel::of(&program, "personal");
    let [name, email, phone, street] = SECRETS;
    let address = json!({ "name": name, "street": [street], "postal_code": "10115", "city": "Berlin", "country": "DE" });
    let customer = json!({ "channel_reference": "w", "name": name, "email": email, "phone": phone, "address": address });
    let registered = channel.accepted("/v1/customers", "c", customer).await;

    // A clash of addresses is refused without repeating them.
    let (status, refused) =
        channel.post("/v1/customers", "other", json!({ "channel_reference": "x", "email": "QUARTZ@example.org" })).await;
    assert_eq!(status, 409, "{refused:#}");
    assert!(!refused.to_string().to_lowercase().contains("quartz"));

    let position = registered["position"].as_str().expect("a position");
    let query = "query($id: ID!) { customer(id: $id) { name email } }";
    let seen = program.query_from(query, json!({ "id": registered["id"] }), Some(position)).await;
    assert_eq!(seen["customer"], json!({ "name": name, "email": email }), "who may see it, sees it");

    let (dump, log) = (dump_without_read_models(&database_url), program.log());
    assert!(dump.contains("customer.registered"), "the dump has the log");
    for secret in SECRETS {
        assert!(!dump.contains(secret), "'{secret}' stands in clear in the database");
        assert!(!log.contains(secret), "'{secret}' stands in clear in the programs' log");
    }
    program.stop();
}
