use gateways::{GatewayError, PaymentGateway};
use rust_decimal::Decimal;
use serde_json::json;

use crate::outside::{Outside, authorization, eur};

#[tokio::test]
async fn a_call_that_cannot_be_meant_is_permanently_refused() {
    let outside = Outside::with(&[]).await;
    let meaningless =
        [(Decimal::ZERO, "EUR", "amount_not_positive"), (eur(-1), "EUR", "amount_not_positive"), (eur(1), "eur", "unknown_currency")];
    for (amount, currency, expected) in meaningless {
        let mut call = authorization("card");
        (call.amount, call.currency) = (amount, currency.to_owned());
        let refusal = outside.gateway.authorize(call).await.unwrap_err();
        assert!(matches!(&refusal, GatewayError::Permanent { code, .. } if code == expected), "{refusal:?}");
    }
    assert_eq!(outside.gateway.ledger().await.unwrap(), []);
}

#[tokio::test]
async fn what_is_not_a_call_is_refused_with_a_reason() {
    let outside = Outside::with(&[]).await;
    let http = reqwest::Client::new();
    let url = format!("http://{}/v1/voids", outside.address);
    let answers = [
        http.post(&url).body("{").header("content-type", "application/json").send().await.unwrap(),
        http.post(&url).json(&json!({"operation": "x"})).send().await.unwrap(),
        http.post(&url).json(&json!({"padding": "x".repeat(100_000)})).send().await.unwrap(),
    ];
    let mut statuses = Vec::new();
    for answer in answers {
        statuses.push(answer.status().as_u16());
        assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["code"], "malformed");
    }
    assert_eq!(statuses, [400, 422, 413]);
}
