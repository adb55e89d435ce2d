//! What a query may cost, and that GraphiQL's own question is within it.

use axum::body::Body;
use axum::http::Request;
use test_database::sqlx::{self, AssertSqlSafe, Connection, PgConnection};

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
async fn what_is_within_the_limits_is_answered() {
    let api = Api::open().await;
    assert_eq!(api.operator("{ a: __typename }").await.data(), &serde_json::json!({ "a": "Query" }));
    api.operator(&format!("{{ orders(first: 1) {{ nodes {{ {} }} }} }}", "id ".repeat(1_500))).await.data();
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

#[tokio::test(flavor = "multi_thread")]
async fn brackets_without_end_are_refused_and_the_process_lives_on() {
    let shop = crate::shop::Shop::projected().await;
    let args = query_api::QueryArgs { query_body_bytes: 1 << 20, ..query_api::QueryArgs::DEFAULT };
    let api = Api::with(shop, args);
    for levels in [60, 100, 2_000, 100_000] {
        let (lists, objects) = ("[".repeat(levels), "{a:".repeat(levels));
        let queries = [
            format!("{{ orders(filter: {{ statuses: {lists}{} }}) {{ nodes {{ id }} }} }}", "]".repeat(levels)),
            format!("{{ orders(filter: {{ statuses: {lists}"),
            format!("{{ orders(filter: {objects}1{}) {{ nodes {{ id }} }} }}", "}".repeat(levels)),
            format!("{{ orders @skip(if: {lists}{}) {{ nodes {{ id }} }} }}", "]".repeat(levels)),
            format!("query @x(a: {objects} {{ a }}"),
            format!("query($a: {lists}Int{}) {{ orders {{ nodes {{ id }} }} }}", "]".repeat(levels)),
            format!("query($a: Int = {lists}{}) {{ orders {{ nodes {{ id }} }} }}", "]".repeat(levels)),
            format!("{} id {}", "{ a".repeat(levels), "}".repeat(levels)),
            format!("{{ {} id {} }}", "...{".repeat(levels), "}".repeat(levels)),
            format!("{{ a{} }}", "(".repeat(levels)),
            format!("{{ a(b: [\"\"\"\" \" {lists}"),
        ];
        for query in queries {
            let code = api.operator(&query).await.code().to_owned();
            assert!(code == "QUERY_TOO_DEEP" || code == "INVALID_QUERY", "{levels} levels of {:.60}: {code}", query);
        }
    }
    api.operator("{ orders { nodes { id } } }").await.data();
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_without_end_are_refused_and_the_process_lives_on() {
    let api = Api::open().await;
    for levels in [120_usize, 1_700] {
        let chain: String = (0..levels).map(|n| format!("fragment f{n} on Query{{...f{}}}", n + 1)).collect();
        let end = format!("fragment f{levels} on Query{{__typename}}");
        for used in ["{...f0}", "{__typename}"] {
            let code = api.operator(&format!("{used}{chain}{end}")).await.code().to_owned();
            assert_eq!(code, "QUERY_TOO_COMPLEX", "{levels} fragments after {used}");
        }
    }
    let nested = |n: usize| format!("fragment f{n} on Query{{{}...f{}{}}}", "...{".repeat(50), n + 1, "}".repeat(50));
    let long: String = (0..60).map(nested).collect();
    for (used, expected) in [("{...f0}", "QUERY_TOO_DEEP"), ("{__typename}", "INVALID_QUERY")] {
        let code = api.operator(&format!("{used}{long} fragment f60 on Query{{__typename}}")).await.code().to_owned();
        assert_eq!(code, expected, "fragments that nest, after {used}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_texts_and_comments_nests_nothing() {
    let api = Api::open().await;
    let many = "[{(".repeat(500);
    let query = format!(
        "# {many}\n{{ orders(filter: {{ channel: \"\\\"{many}\" }}) {{ nodes {{ id }} }} a: orders(filter: {{ channel: \"\"\"{many}\\\"\"\" {many}\"\"\" }}) {{ nodes {{ id }} }} }}"
    );
    let answer = api.operator(&query).await;
    assert_eq!(answer.data()["a"]["nodes"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_as_deep_as_json_may_be() {
    let api = Api::open().await;
    let token = api.token(identity::Role::Operator, "otto");
    let send = |levels: usize| {
        let variables = format!("{{\"s\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        let query = "query($s: [OrderStatus!]) { orders(filter: { statuses: $s }) { nodes { id } } }";
        let body = format!("{{\"query\":\"{query}\",\"variables\":{variables}}}");
        Request::post("/graphql").header("authorization", format!("Bearer {token}")).body(Body::from(body)).unwrap()
    };
    assert_eq!(api.send(send(1)).await.data()["orders"]["nodes"].as_array().unwrap().len(), 0, "none of no states");
    for levels in [100, 124] {
        assert_eq!(api.send(send(levels)).await.code(), "INVALID_QUERY", "{levels}");
    }
    for levels in [200, 20_000] {
        let answer = api.send(send(levels)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, "INVALID_REQUEST"), "{levels}");
        assert!(!answer.body.to_string().contains("recursion"), "{}", answer.body);
    }
    let address = format!("/graphql?query=%7Borders%7Bnodes%7Bid%7D%7D%7D&variables=%7B%22s%22:{}", "[".repeat(10_000));
    let get = Request::get(address).header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
    assert_eq!(api.send(get).await.code(), "INVALID_REQUEST");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_postgres_cannot_hold_are_the_callers_mistake() {
    let api = Api::open().await;
    let orders = |filter: &str| format!("{{ orders(filter: {{ {filter} }}) {{ nodes {{ id }} }} }}");
    let sales = |rest: &str| format!("{{ sales({rest}) {{ units }} }}");
    let cursor = |text: &str| {
        use base64::Engine;
        let cursor = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("orders:{text}"));
        format!("{{ orders(after: \"{cursor}\") {{ nodes {{ id }} }} }}")
    };
    let queries = [
        orders(r#"channel: "a\u0000b""#),
        orders(r#"placedFrom: "-9999-01-01T00:00:00Z""#),
        orders(r#"placedFrom: "0000-01-01T00:00:00Z""#),
        orders(r#"placedBefore: "+10000-01-01T00:00:00Z""#),
        orders(r#"placedBefore: "+262142-12-31T23:59:59Z""#),
        orders(r#"placedBefore: "9999-12-31T23:59:59-23:59""#),
        orders(r#"customer: "a\u0000b""#),
        r#"{ order(number: "a\u0000b") { id } }"#.to_owned(),
        r#"{ order(channelReference: {channel: "a", reference: "b\u0000"}) { id } }"#.to_owned(),
        r#"{ customer(email: "a\u0000b@example.com") { id } }"#.to_owned(),
        r#"{ products(filter: {category: "\u0000"}) { nodes { sku } } }"#.to_owned(),
        r#"{ product(sku: "a\u0000") { sku } }"#.to_owned(),
        r#"{ stockItem(warehouse: "a\u0000", sku: "b") { sku } }"#.to_owned(),
        sales(r#"from: "2017-01-01", to: "2017-01-02", category: "\u0000""#),
        sales(r#"from: "-9999-01-01", to: "-9999-01-02""#),
        sales(r#"from: "+262000-01-01", to: "+262000-01-02""#),
        cursor("-300000000000000000.x"),
        cursor("8000000000000000000.x"),
    ];
    for query in queries {
        assert_eq!(api.operator(&query).await.code(), "INVALID_ARGUMENT", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_cannot_be_read_is_a_problem() {
    let api = Api::open().await;
    let token = format!("Bearer {}", api.token(identity::Role::Operator, "otto"));
    let send = |method: &str, path: &str| Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    for (method, path, status, kind) in [
        ("GET", "/nothing", 404, "/problems/not-found"),
        ("GET", "/graphiql/nothing.js", 404, "/problems/not-found"),
        ("DELETE", "/graphql", 405, "/problems/method-not-allowed"),
        ("POST", "/graphiql", 405, "/problems/method-not-allowed"),
    ] {
        let answer = api.send(send(method, path)).await;
        assert_eq!((answer.status.as_u16(), answer.body["type"].as_str()), (status, Some(kind)), "{method} {path}: {}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{method} {path}");
        assert_eq!(answer.body["status"], status);
    }
    let packed = Request::post("/graphql").header("authorization", token).header("content-encoding", "gzip").body(Body::from("x")).unwrap();
    let packed = api.send(packed).await;
    assert_eq!((packed.status.as_u16(), packed.code()), (415, "INVALID_REQUEST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_will_pass_is_answered_with_when_to_ask_again() {
    let args = query_api::QueryArgs { query_timeout_ms: 300, ..query_api::QueryArgs::DEFAULT };
    let api = Api::with(crate::shop::Shop::projected().await, args);
    let mut other = PgConnection::connect(&api.shop.database.url).await.unwrap();
    let tables = "select string_agg(schemaname || '.' || tablename, ',') from pg_tables where tablename = 'customers'";
    let tables: String = sqlx::query_scalar(tables).fetch_one(&mut other).await.unwrap();
    let lock = format!("begin; lock table {tables} in access exclusive mode");
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut other).await.unwrap();
    let told = |answer: &crate::api::Answer| (answer.status.as_u16(), answer.headers.contains_key("retry-after"), answer.code().to_owned());
    let slow = api.operator("{ customers { nodes { id } } }").await;
    assert_eq!(told(&slow), (503, true, "TIMEOUT".to_owned()));
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
    api.operator("{ customers { nodes { id } } }").await.data();

    api.shop.read.pool().close().await;
    for query in ["{ customers { nodes { id } } }", r#"{ order(number: "N-1") { id } }"#, "{ readModelPositions { model } }"] {
        let broken = api.operator(query).await;
        assert_eq!(told(&broken), (503, true, "UNAVAILABLE".to_owned()), "{query}: {:#}", broken.body);
    }
}
