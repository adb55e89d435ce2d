//! Reading one's own writes.

use std::sync::Arc;
use std::time::Duration;

use query_api::QueryArgs;
use serde_json::json;

use crate::api::Api;
use crate::shop::Shop;

const QUERY: &str = "{ orders { nodes { id } } warehouses { code } }";

async fn ask(api: &Api, position: &str) -> crate::api::Answer {
    let token = api.token(identity::Role::Operator, "otto");
    api.ask_with(&token, &[("orderly-min-position", position)], QUERY).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_which_position_it_reflects() {
    let api = Api::open().await;
    let head = api.shop.store.head().await.unwrap().token().to_string();
    let answer = ask(&api, &head).await;
    answer.data();
    assert_eq!(answer.body["extensions"], json!({ "position": head, "positions": { "orders": head, "warehouses": head } }));
    assert_eq!(answer.headers["orderly-position"], head.as_str());
    let models = api.operator("{ readModelPositions { model position } }").await;
    assert!(models.data()["readModelPositions"].as_array().unwrap().contains(&json!({ "model": "sales", "position": head })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_is_not_there_in_time_is_an_error() {
    let api = Api::open().await;
    let head = api.shop.store.head().await.unwrap().token();
    let beyond = format!("{}-{}", head.epoch, head.position + 1);
    assert_eq!(ask(&api, &beyond).await.code(), "POSITION_NOT_REACHED");
    let argument = api.operator(&format!(r#"{{ orders(minPosition: "{beyond}") {{ nodes {{ id }} }} }}"#)).await;
    assert_eq!(argument.code(), "POSITION_NOT_REACHED");
    assert_eq!(ask(&api, &format!("{}-1", head.epoch + 1)).await.code(), "POSITION_NOT_REACHED", "it may begin any moment");
    assert_eq!(ask(&api, &format!("{}-{}", head.epoch - 1, head.position)).await.code(), "POSITION_LOST");
    let malformed = ask(&api, "17").await;
    assert_eq!((malformed.status.as_u16(), malformed.code()), (400, "POSITION_MALFORMED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_of_no_epoch_that_ever_was_is_not_waited_for() {
    let api = Api::with(Shop::projected().await, QueryArgs { query_wait_ms: 60_000, query_timeout_ms: 90_000, ..QueryArgs::DEFAULT });
    for epoch in [3, 9, i64::MAX] {
        let asked = tokio::time::timeout(Duration::from_secs(20), ask(&api, &format!("{epoch}-9"))).await;
        assert_eq!(asked.expect("an answer at once").code(), "POSITION_LOST", "{epoch}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_keeps_nobody_out_and_has_a_share_itself() {
    let args = QueryArgs { query_wait_ms: 60_000, query_timeout_ms: 90_000, query_in_flight: 3, query_share: 3, ..QueryArgs::DEFAULT };
    let api = Arc::new(Api::with(Shop::projected().await, args));
    let head = api.shop.store.head().await.unwrap().token();
    let beyond = format!("{}-{}", head.epoch, head.position + 1_000_000);
    let asked: Vec<_> = (0..4)
        .map(|_| {
            let (api, beyond) = (Arc::clone(&api), beyond.clone());
            tokio::spawn(async move {
                let answer = ask(&api, &beyond).await;
                (answer.status.as_u16(), answer.code().to_owned(), answer.headers.contains_key("retry-after"))
            })
        })
        .collect();
    let first = tokio::time::timeout(Duration::from_secs(20), futures::future::select_all(asked)).await;
    let (refused, _, waiting) = first.expect("the fourth is refused at once");
    assert_eq!(refused.unwrap(), (429, "OVERLOADED".to_owned(), true));
    for _ in 0..3 {
        api.ask(identity::Role::Operator, "another", QUERY).await.data();
    }
    waiting.iter().for_each(|one| one.abort());
    for one in waiting {
        assert!(one.await.unwrap_err().is_cancelled());
    }
    ask(&api, &head.to_string()).await.data();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_waits_for_what_was_just_written() {
    let shop = Shop::open().await;
    let head = shop.store.head().await.unwrap().token();
    let running = shop.project();
    shop.read.wait_for(&["orders"], head, Duration::from_secs(20)).await.unwrap();
    shop.caught_up().await;
    let api = Api::over(shop);
    assert_eq!(ask(&api, &head.to_string()).await.data()["orders"]["nodes"].as_array().unwrap().len(), 3);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_that_was_never_built_is_told_so() {
    let api = Api::over(Shop::empty().await);
    assert_eq!(api.operator("{ orders { nodes { id } } }").await.code(), "READ_MODEL_MISSING");
    let models = api.operator("{ readModelPositions { model position } }").await;
    assert!(models.data()["readModelPositions"].as_array().unwrap().contains(&json!({ "model": "orders", "position": null })));
}
