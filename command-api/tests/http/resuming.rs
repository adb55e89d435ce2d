use aggregates::process::ParkProcess;
use event_store::{CommandKey, Envelope};
use serde_json::{Value, json};

use crate::api::{Api, nobody, two_teapots};

#[tokio::test]
async fn an_operator_lets_a_parked_order_go_on_and_says_why() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let order = api.post(&api.token_of(ada), "/v1/orders", two_teapots()).await.assert(201).id().to_owned();
    let (path, body) = (format!("/v1/orders/{order}/resume"), json!({"reason": "gateway_mended"}));
    api.post(&api.operator(), &path, body.clone()).await.assert_problem(409, "/problems/not-parked");
    let park = ParkProcess { order: order.parse().unwrap(), step: "authorize".to_owned(), subject: None, cause: "no".to_owned() };
    api.store.execute(park, Envelope::new(CommandKey::Once, "process:order_fulfillment")).await.unwrap().done().unwrap();

    let head = api.head().await;
    api.post(&api.token_of(ada), &path, body.clone()).await.assert_problem(403, "/problems/forbidden");
    assert_eq!(api.post(&api.operator(), &path, json!({})).await.assert(400).pointers(), ["/reason"]);
    let unknown = format!("/v1/orders/{}/resume", nobody());
    api.post(&api.operator(), &unknown, body.clone()).await.assert_problem(404, "/problems/not-found");
    assert_eq!(api.head().await, head);

    let key = [("idempotency-key", "resume-1")];
    let first = api.post_with(&api.operator(), &path, &key, body.clone()).await;
    let again = api.post_with(&api.operator(), &path, &key, body).await;
    assert_eq!(first.assert(200).body, again.assert(200).body);
    let events = api.events(&format!("process-{order}")).await;
    let resumed = events.last().unwrap();
    assert_eq!((events.len(), resumed.event_type.as_str()), (2, "process.resumed"));
    assert_eq!(resumed.metadata.actor, "operator:anna");
    assert_eq!(resumed.metadata.correlation_id, Some(order.parse().unwrap()));
    let said: Value = serde_json::from_str(resumed.payload.get()).unwrap();
    assert_eq!(said["process.resumed"]["reason"], "gateway_mended");
}
