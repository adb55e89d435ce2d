use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use command_api::catalogue::{Line, Who, lines};
use identity::{Reach, Role};

use crate::api::{Api, nobody};

fn path(line: &Line) -> String {
    let (id, mut path) = (nobody().to_string(), line.path.to_owned());
    for (name, value) in [("sku", "A-17"), ("warehouse", "berlin"), ("order", &id), ("shipment", &id), ("payment", &id), ("customer", &id)]
    {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    path
}

fn request(line: &Line) -> axum::http::request::Builder {
    Request::builder().method(line.verb.as_str()).uri(path(line)).header(header::CONTENT_TYPE, "application/json")
}

#[tokio::test]
async fn each_role_may_ask_what_the_catalogue_says_and_nothing_else() {
    let api = Api::start().await;
    for line in lines().filter(|line| !matches!(line.who, Who::Signed)) {
        api.send(request(line).body(Body::from("{}")).unwrap()).await.assert_problem(401, "/problems/unauthenticated");
        for role in Role::ALL {
            let token = api.token(role, &nobody().to_string(), (role == Role::Service).then_some("shop"));
            let asked = request(line).header(header::AUTHORIZATION, format!("Bearer {}", token.0)).body(Body::from("{}")).unwrap();
            let answer = api.send(asked).await;
            let forbidden = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(forbidden, line.who.reach_of(role) == Reach::Nothing, "{} as {role}: {}", line.name, answer.status);
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{} as {role}", line.name);
        }
    }
}

#[tokio::test]
async fn who_may_not_ask_learns_nothing_of_what_is_wrong_with_the_request() {
    let api = Api::start().await;
    let bob = api.token_of(nobody());
    let headers = [("idempotency-key", "with a space"), ("if-match", "nonsense")];
    api.post_with(&bob, "/v1/products", &headers, serde_json::json!({"nonsense": 1})).await.assert_problem(403, "/problems/forbidden");
}
