//! `/graphql`: from HTTP to the schema and back.

use async_graphql::{Request, Response as Answer, Variables};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use identity::{Caller, IdentityError};
use serde::Deserialize;

use crate::body::{self, Unread};
use crate::errors::{self, Code, QueryError};
use crate::position::{self, MIN_POSITION, POSITION, Reflected, Wanted};
use crate::state::QueryState;
use crate::turns::{Share, Turn};
use crate::{hops, limits, nesting};

const GRAPHQL_JSON: &str = "application/graphql-response+json";

/// A query in a body, which is read once it is known who sends it.
///
/// What cannot be read is said in words of our own: a library's would tell callers of our types.
pub(crate) async fn post(State(state): State<QueryState>, request: axum::extract::Request) -> Response {
    let headers = request.headers().clone();
    let admitted = match admit(&state, &headers) {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    if is_packed(&headers) {
        let message = "a request is read as it is: send it without content-encoding";
        return refuse(&headers, StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::InvalidRequest, message);
    }
    let body = match body::whole(request, &state).await {
        Ok(body) => body,
        Err(Unread { status, code, message }) => return refuse(&headers, status, code, message),
    };
    match serde_json::from_slice::<Request>(&body) {
        Ok(request) => answer(&state, &headers, admitted, request).await,
        Err(problem) => refuse(&headers, StatusCode::BAD_REQUEST, Code::InvalidRequest, not_a_request("the body", &problem)),
    }
}

fn not_a_request(what: &str, problem: &serde_json::Error) -> String {
    let (line, column) = (problem.line(), problem.column());
    match problem.is_data() {
        true => format!("{what} is not a GraphQL request: look at line {line}, column {column}"),
        false => format!("{what} is not JSON, or nested too deeply, at line {line}, column {column}"),
    }
}

fn is_packed(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// A query in an address, or a browser that wants the page.
pub(crate) async fn get(State(state): State<QueryState>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    if accepts(&headers, "text/html") {
        return Redirect::temporary("/graphiql").into_response();
    }
    let admitted = match admit(&state, &headers) {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    match query.as_deref().map(parse_address) {
        Some(Ok(request)) => answer(&state, &headers, admitted, request).await,
        Some(Err(problem)) => refuse(&headers, StatusCode::BAD_REQUEST, Code::InvalidRequest, problem),
        None => refuse(&headers, StatusCode::BAD_REQUEST, Code::InvalidRequest, "there is no query"),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    query: String,
    operation_name: Option<String>,
    variables: Option<String>,
}

fn parse_address(query: &str) -> Result<Request, String> {
    let unread = |_| "the address is not a GraphQL request: query, operationName and variables, each at most once".to_owned();
    let uri =
        axum::http::Uri::builder().path_and_query(format!("/?{query}")).build().map_err(|_| "the address cannot be read".to_owned())?;
    let address = axum::extract::Query::<Address>::try_from_uri(&uri).map_err(unread)?.0;
    let mut request = Request::new(address.query);
    request.operation_name = address.operation_name;
    if let Some(variables) = address.variables {
        let json = serde_json::from_str(&variables).map_err(|problem| not_a_request("what stands in variables", &problem))?;
        request.variables = Variables::from_json(json);
    }
    Ok(request)
}

/// A request that may be read: what its headers say.
struct Admitted {
    caller: Caller,
    wanted: Wanted,
    /// It is one of its caller's until it is answered.
    _share: Share,
}

/// What can be told before anything else is read.
fn admit(state: &QueryState, headers: &HeaderMap) -> Result<Admitted, Box<Response>> {
    let refused = |status, code, message: String| Box::new(refuse(headers, status, code, message));
    let caller = authenticate(state, headers);
    let caller = caller.map_err(|problem| refused(StatusCode::UNAUTHORIZED, Code::Unauthenticated, problem.to_string()))?;
    let wanted = wanted(state, headers);
    let wanted = wanted.map_err(|problem| refused(StatusCode::BAD_REQUEST, Code::PositionMalformed, problem.to_string()))?;
    let share = state.turns().share_of(&caller).ok_or_else(|| {
        let message = format!("{} queries of yours are under way: wait for one of them", state.args().query_share);
        refused(StatusCode::TOO_MANY_REQUESTS, Code::Overloaded, message)
    })?;
    Ok(Admitted { caller, wanted, _share: share })
}

async fn answer(state: &QueryState, headers: &HeaderMap, admitted: Admitted, request: Request) -> Response {
    let Some(turn) = state.turns().begin() else {
        return refuse(headers, StatusCode::SERVICE_UNAVAILABLE, Code::Overloaded, "too many queries are under way: try again");
    };
    let done = tokio::time::timeout(state.args().timeout(), execute(state, &admitted, turn, request)).await;
    let (answer, reflected) = done.unwrap_or_else(|_| (errors::refusal(Code::Timeout, "the query took too long"), Reflected::default()));
    respond(headers, answer, &reflected)
}

fn authenticate(state: &QueryState, headers: &HeaderMap) -> Result<Caller, IdentityError> {
    let given = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
    state.authenticator().verify(identity::bearer_token(given)?)
}

async fn execute(state: &QueryState, admitted: &Admitted, turn: Turn, mut request: Request) -> (Answer, Reflected) {
    let reflected = Reflected::default();
    if nesting::is_too_deep(&request.query) {
        let message = format!("the query's brackets are nested deeper than {} levels", nesting::NESTING_LIMIT);
        return (errors::refusal(Code::QueryTooDeep, message), reflected);
    }
    let variables = request.variables.clone();
    let measured = match request.parsed_query() {
        Ok(document) => limits::check(document, &variables, state.limits()),
        Err(problem) => return (errors::finish(Answer::from_errors(vec![problem])), reflected),
    };
    if let Err(excess) = measured {
        return (errors::refusal(excess.code(), excess.to_string()), reflected);
    }
    let request = request.data(admitted.caller.clone()).data(reflected.clone()).data(admitted.wanted).data(turn);
    let request = hops::with_loaders(request, state.read());
    (errors::finish(state.schema().execute(request).await), reflected)
}

/// What the header asks for.
fn wanted(state: &QueryState, headers: &HeaderMap) -> Result<Wanted, QueryError> {
    let text = headers.get(MIN_POSITION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let position = text.as_deref().map(position::parse).transpose()?;
    Ok(Wanted { position, wait: state.args().wait() })
}

fn respond(headers: &HeaderMap, answer: Answer, reflected: &Reflected) -> Response {
    count(&answer);
    let answer = reflected.extend(answer);
    let status = match (errors::is_to_be_asked_again(&answer), errors::is_refusal(&answer) && accepts(headers, GRAPHQL_JSON)) {
        (true, _) => StatusCode::SERVICE_UNAVAILABLE,
        (false, true) => StatusCode::BAD_REQUEST,
        (false, false) => StatusCode::OK,
    };
    let mut response = write(headers, status, &answer);
    if let Some(position) = reflected.least().and_then(|position| HeaderValue::try_from(position.to_string()).ok()) {
        response.headers_mut().insert(POSITION, position);
    }
    response
}

fn count(answer: &Answer) {
    let outcome = if answer.is_ok() { "ok" } else { "error" };
    metrics::counter!("orderly_graphql_queries_total", "outcome" => outcome).increment(1);
}

fn refuse(headers: &HeaderMap, status: StatusCode, code: Code, message: impl Into<String>) -> Response {
    let mut response = write(headers, status, &errors::refusal(code, message));
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn write(headers: &HeaderMap, status: StatusCode, answer: &Answer) -> Response {
    let content_type = if accepts(headers, GRAPHQL_JSON) { GRAPHQL_JSON } else { "application/json" };
    let body = serde_json::to_vec(answer).expect("a GraphQL response is made of what JSON can say");
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")];
    let mut response = (status, headers, body).into_response();
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| value.contains(media_type))
}
