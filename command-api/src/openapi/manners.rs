//! What the catalogue says of every operation and what they have in common, added in one place so that no route can forget it: the name, the token, the
//! headers, the problems.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Schema};

use crate::catalogue::{self, GROUPS, Kind, Line, Verb, Who};
use crate::problem::PROBLEM_JSON;

/// What anything at all may be answered with, whatever it is: by what serves it, before it is looked at.
const ANY_PROBLEMS: &[(&str, &str)] = &[
    ("408", "The body came too slowly."),
    ("500", "Something is broken here; nothing internal is told."),
    ("503", "Overloaded or a part of the system is away: see Retry-After."),
];

const READ_PROBLEMS: &[(&str, &str)] = &[
    ("400", "Parts of the request are wrong; all of them are named."),
    ("401", "A valid bearer token is needed, and one only."),
    ("403", "Not allowed to this caller."),
    ("404", "It does not exist, or is not the caller's to see."),
    ("409", "An event of it cannot be read here."),
    ("410", "The position belongs to a history that was lost."),
];

const COMMAND_PROBLEMS: &[(&str, &str)] = &[
    ("400", "Parts of the request are wrong (all of them are named), or a key is missing where one is needed."),
    ("401", "A valid bearer token is needed, and one only."),
    ("403", "Not allowed to this caller."),
    ("404", "It does not exist, or is not the caller's to see."),
    ("409", "Its state does not allow it."),
    ("412", "If-Match names no version that it has."),
    ("413", "The body is too large."),
    ("415", "The body is not declared as JSON, or packed."),
    ("422", "Its values can never be accepted, or the Idempotency-Key was used for another request."),
];

/// What the server answers before anything here is asked, without a body.
const BARE: &[(&str, &str)] = &[("431", "The head of the request is longer than 32 KiB.")];

/// Adds them.
pub(super) fn apply(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.security_schemes.insert("token".to_owned(), SecurityScheme::Http(scheme).into());
    components.schemas.iter_mut().filter(|(name, _)| name.ends_with("Request")).for_each(|(_, schema)| close_variants(schema));
    for (path, item) in &mut document.paths.paths {
        for (verb, operation) in [(Verb::Get, &mut item.get), (Verb::Post, &mut item.post)] {
            let line = catalogue::line_of(verb.as_str(), path);
            if let (Some(line), Some(operation)) = (line, operation) {
                describe(line, operation);
            }
        }
    }
}

fn describe(line: &Line, operation: &mut Operation) {
    let group = GROUPS.iter().find(|group| group.lines.iter().any(|other| other.name == line.name));
    operation.tags = group.map(|group| vec![group.name.to_owned()]);
    operation.operation_id = Some(line.name.to_owned());
    operation.summary = Some(line.does.to_owned());
    match line.verb {
        Verb::Get => {
            problems(operation, READ_PROBLEMS);
            authenticated(operation);
        }
        Verb::Post => command_manners(line, operation),
    }
    problems(operation, ANY_PROBLEMS);
    for (status, description) in BARE {
        let response = ResponseBuilder::new().description(*description).build();
        operation.responses.responses.insert((*status).to_owned(), RefOr::T(response));
    }
}

/// The variants of what may be sent refuse unknown fields, as serde does with them; only structs say so by themselves.
fn close_variants(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(one_of)) = schema else { return };
    for variant in &mut one_of.items {
        if let RefOr::T(Schema::Object(object)) = variant {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

fn command_manners(line: &Line, operation: &mut Operation) {
    problems(operation, COMMAND_PROBLEMS);
    if matches!(line.who, Who::Signed) {
        return;
    }
    authenticated(operation);
    if line.kind == Kind::Read {
        return;
    }
    let key = text_of("^[!-~]+$").min_length(Some(1)).max_length(Some(255));
    header_parameter(operation, "Idempotency-Key", "The same key with the same request has the same answer.", key);
    let tags = text_of(r#"^(\*|[ \t,]*(W/)?"[!#-~]*"([ \t]*,[ \t,]*(W/)?"[!#-~]*")*[ \t,]*)$"#);
    header_parameter(
        operation,
        "If-Match",
        "The ETag of the version that the caller has seen, or several of which it is one, or *: done only if it is still that. (RFC 9110)",
        tags,
    );
    header_parameter(operation, "traceparent", "The W3C trace that this belongs to; what is none is left out.", text_of("^[ -~]*$"));
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
            response_headers(response, status == "201");
        }
    }
}

fn response_headers(response: &mut Response, created: bool) {
    let header = |description: &str| HeaderBuilder::new().description(Some(description)).build().into();
    if created {
        response.headers.insert("Location".to_owned(), header("Where it is read."));
    }
    response.headers.insert("ETag".to_owned(), header("The version, in quotes."));
    response.headers.insert("Orderly-Position".to_owned(), header("Readers that have come so far have seen it."));
}

fn authenticated(operation: &mut Operation) {
    operation.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
}

fn text_of(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

fn header_parameter(operation: &mut Operation, name: &str, description: &str, schema: ObjectBuilder) {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build();
    operation.parameters.get_or_insert_default().push(parameter.into());
}

fn problems(operation: &mut Operation, problems: &[(&str, &str)]) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = "Done, and what came of it.".to_owned();
        }
    }
    for (status, description) in problems {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(*description).content(PROBLEM_JSON, content).build();
        operation.responses.responses.entry((*status).to_owned()).or_insert(RefOr::T(response));
    }
}
