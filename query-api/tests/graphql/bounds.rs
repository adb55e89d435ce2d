//! What a query may cost, and that GraphiQL's own question is within it.

use axum::body::Body;
use axum::http::Request;

use crate::api::Api;

/// As GraphiQL asks it (graphql-js, `getIntrospectionQuery` with everything on).
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name } mutationType { name } subscriptionType { name }
    types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
    fragment FullType on __Type { kind name description specifiedByURL
      fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
      inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn graphiql_may_ask_for_the_schema() {
    let api = Api::open().await;
    let answer = api.operator(INTROSPECTION).await;
    let types = answer.data()["__schema"]["types"].as_array().unwrap();
    assert!(types.iter().any(|kind| kind["name"] == "Order"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_too_much_is_refused_before_it_is_run() {
    let api = Api::open().await;
    let deep = format!("{{ orders {{ nodes {} id {} }} }}", "{ customer ".repeat(12), "}".repeat(12));
    assert_eq!(api.operator(&deep).await.code(), "QUERY_TOO_DEEP");
    let wide = format!("{{ orders(first: 200) {{ nodes {{ {} }} }} }}", "id ".repeat(120));
    assert_eq!(api.operator(&wide).await.code(), "QUERY_TOO_COMPLEX");
    let many: String = (0..40).map(|n| format!(r#"a{n}: order(number: "N-1") {{ id }} "#)).collect();
    assert_eq!(api.operator(&format!("{{ {many} }}")).await.code(), "TOO_MANY_ALIASES");
    assert_eq!(api.operator("{ orders(first: 201) { nodes { id } } }").await.code(), "INVALID_ARGUMENT");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_query_is_told_so() {
    let api = Api::open().await;
    for (query, code) in [("{ nothing }", "INVALID_QUERY"), ("{ orders", "INVALID_QUERY"), ("mutation { x }", "INVALID_QUERY")] {
        let answer = api.operator(query).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (200, code), "{query}");
    }
    let token = api.token(identity::Role::Operator, "otto");
    let strict = api.ask_with(&token, &[("accept", "application/graphql-response+json")], "{ nothing }").await;
    assert_eq!(strict.status, 400);
    let send = |body: String| Request::post("/graphql").header("authorization", format!("Bearer {token}")).body(Body::from(body)).unwrap();
    let broken = api.send(send("{".to_owned())).await;
    assert_eq!((broken.status.as_u16(), broken.code()), (400, "INVALID_REQUEST"));
    let large = api.send(send(" ".repeat(70_000))).await;
    assert_eq!((large.status.as_u16(), large.code()), (413, "BODY_TOO_LARGE"));
}
