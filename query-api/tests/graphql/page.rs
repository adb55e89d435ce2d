//! The page for people.

use axum::body::Body;
use axum::http::Request;

use crate::api::Api;

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_sent_to_the_page_and_a_program_is_not() {
    let api = Api::open().await;
    let get = |path: &str, accept: &str| Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
    let browser = api.send(get("/graphql", "text/html,application/xhtml+xml")).await;
    assert_eq!((browser.status.as_u16(), browser.headers["location"].to_str().unwrap()), (307, "/graphiql"));
    let token = api.token(identity::Role::Operator, "otto");
    let query =
        Request::get("/graphql?query=%7B%20orderCounts%20%7B%20count%20%7D%20%7D").header("authorization", format!("Bearer {token}"));
    let program = api.send(query.body(Body::empty()).unwrap()).await;
    assert_eq!(program.data()["orderCounts"].as_array().unwrap().len(), 3);
    let stranger = api.send(get("/graphql", "*/*")).await;
    assert_eq!((stranger.status.as_u16(), stranger.code()), (401, "UNAUTHENTICATED"), "whoever asks nothing is asked who it is first");
    let nothing = Request::get("/graphql").header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
    assert_eq!(api.send(nothing).await.code(), "INVALID_REQUEST");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_and_all_it_loads_are_in_the_program() {
    let api = Api::open().await;
    for (path, content_type) in [
        ("/graphiql", "text/html"),
        ("/graphiql/graphiql.umd.js", "text/javascript"),
        ("/graphiql/graphiql.css", "text/css"),
        ("/graphiql/start.js", "text/javascript"),
    ] {
        let answer = api.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with(content_type), "{path}");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_leads_to_its_page() {
    let api = Api::open().await;
    let asked = |method: &str, path: &str| Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    for (method, path, status) in [("GET", "/none", 404), ("DELETE", "/graphql", 405), ("GET", "/problems/none", 404)] {
        let refused = api.send(asked(method, path)).await;
        assert_eq!(refused.status, status, "{path}");
        let page = api.send(asked("GET", refused.body["type"].as_str().unwrap())).await;
        assert!(page.status == 200 && page.headers["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"), "{path}");
    }
}
