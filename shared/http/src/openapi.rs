//! The OpenAPI document, from the routes of all functions.

mod tags;

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::around::{POSTED_FROM_ELSEWHERE, ProblemJson};
use crate::input::CSRF_FIELD;
use crate::route::{Access, RouteDoc};
use crate::session::SESSION_COOKIE;

/// What a signed message says besides its body.
const SIGNED_HEADERS: [(&str, &str); 3] = [
    ("webhook-id", "Names the message; the same when it is sent again."),
    ("webhook-timestamp", "When it is sent, in seconds since 1970; at most five minutes from now, before or after."),
    (
        "webhook-signature",
        "`v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body`; several, separated by spaces.",
    ),
];

/// Where record books get their tokens.
const TOKEN_ADDRESS: &str = "/api/token";
/// What each scope reads.
const SCOPES: [(&str, &str); 2] =
    [("lsu", "Livret scolaire unique: écoles and collèges."), ("lsl", "Livret scolaire du lycée: lycées.")];

/// OpenAPI 3.1 of `routes`: the JSON face. (Pages answer at the same addresses, to `Accept: text/html`.)
pub fn document(routes: &[RouteDoc]) -> Value {
    let settings = || {
        SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
    };
    // What is taken may lack what has a value of its own; what is given has every name, if only as `null`.
    let (mut taken, mut given) = (settings().into_generator(), settings().for_serialize().into_generator());
    let problem = given.subschema_for::<ProblemJson<'_>>();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in routes {
        let of_path = parameters(route.path)
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": in_path(name)}));
        let is_signed = route.access == Access::Signed;
        let in_headers = SIGNED_HEADERS.iter().filter(|_| is_signed).map(|(name, description)| {
            json!({"name": name, "in": "header", "required": true, "description": description, "schema": {"type": "string"}})
        });
        let in_query: Vec<Value> = route.asked.iter().flat_map(|asked| in_query(&asked(&mut taken))).collect();
        let parameters: Vec<Value> = of_path.chain(in_query).chain(in_headers).collect();
        let mut answer = json!({"description": "Done."});
        if let Some(gives) = route.gives {
            answer["content"] = json!({"application/json": {"schema": gives(&mut given)}});
        }
        let refused = match route.refuses {
            Some(refuses) => json!({
                "description": "An error (RFC 6749).",
                "content": {"application/json": {"schema": refuses(&mut given)}},
            }),
            None => json!({
                "description": "A problem (RFC 9457).",
                "content": {"application/problem+json": {"schema": problem}},
            }),
        };
        let mut operation = json!({
            "summary": route.summary,
            "description": format!("{}. For {}.", route.summary, who(route.access)),
            "tags": [tags::tag(route.path)],
            "operationId": operation_id(route),
            "responses": {route.status.to_string(): answer, "default": refused},
        });
        if !parameters.is_empty() {
            operation["parameters"] = json!(parameters);
        }
        if let Some(takes) = route.takes {
            let schema = takes(&mut taken);
            let mut content = json!({});
            if !route.takes_form_alone {
                content["application/json"] = json!({"schema": schema});
            }
            if !is_signed {
                content["application/x-www-form-urlencoded"] = json!({"schema": of_form(route, &schema)});
            }
            operation["requestBody"] = json!({"required": true, "content": content});
        }
        operation["security"] = security(route.access);
        operation["x-access"] = json!(who(route.access));
        paths.entry(route.path).or_default().insert(route.method.to_lowercase(), operation);
    }
    let scopes: BTreeMap<&str, &str> = SCOPES.into_iter().collect();
    let mut schemas = schemas(taken, given);
    schemas.values_mut().for_each(ask_for_texts);
    sorted(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Rentrée",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Ask for JSON with `Accept: application/json`. JSON bodies need no form token; forms need the hidden field `csrf` of their page.",
            "contact": {"name": "Rentrée"},
        },
        "servers": [{"url": "/", "description": "Where this document was found."}],
        "tags": tags::tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "credentials": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The client_id and the client_secret of a record book, each form-encoded.",
                },
                "token": {
                    "type": "oauth2",
                    "description": "A token for the credentials of a record book (RFC 6749, 4.4), sent as Authorization: Bearer (RFC 6750).",
                    "flows": {"clientCredentials": {"tokenUrl": TOKEN_ADDRESS, "scopes": scopes}},
                },
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "webhook-signature",
                    "description": "Standard Webhooks: HMAC-SHA256 of `id.timestamp.body` with the shared secret.",
                },
            },
        },
    }))
}

/// What a parameter of an address is, by its name. Those of ours are identifiers that an answer gave.
fn in_path(name: &str) -> Value {
    match name {
        "uai" => json!({"type": "string", "pattern": "^[0-9]{7}[A-HJ-NPR-Z]$"}),
        "code" => json!({"type": "string", "pattern": "^[A-HJKMNP-Z]{6}[2-9]{3}$"}),
        "token" => json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}),
        "number" => json!({"type": "string", "pattern": "^[0-9]{1,15}$"}),
        "version" | "name" => json!({"type": "string"}),
        _ => json!({"type": "string", "format": "uuid"}),
    }
}

/// What a form sends: the fields of `schema`, and what proves that it is of a page of ours.
fn of_form(route: &RouteDoc, schema: &Schema) -> Value {
    let is_ours = !matches!(route.access, Access::Credentials | Access::Tokens) && route.path != POSTED_FROM_ELSEWHERE;
    if !is_ours {
        return json!(schema);
    }
    let csrf =
        json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$", "description": "The hidden field of the page."});
    json!({"allOf": [schema, {"type": "object", "properties": {CSRF_FIELD: csrf}, "required": [CSRF_FIELD]}]})
}

/// The parameters that a type reads of the query of an address.
fn in_query(asked: &Schema) -> Vec<Value> {
    let required: Vec<&str> =
        asked.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = asked.get("properties").and_then(Value::as_object).into_iter().flatten();
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        never_null(&mut schema);
        json!({
            "name": name,
            "in": "query",
            "required": required.contains(&name.as_str()),
            "description": description,
            "schema": schema,
        })
    };
    properties.map(parameter).collect()
}

/// An address has a parameter or has it not: there is no `null` in it.
fn never_null(schema: &mut Value) {
    let null = json!({"type": "null"});
    let Some(schema) = schema.as_object_mut() else { return };
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|of| of != "null");
        if let [one] = types.as_slice() {
            schema["type"] = one.clone();
        }
    }
    if let Some(Value::Array(either)) = schema.get_mut("anyOf") {
        either.retain(|of| *of != null);
        if let [Value::Object(one)] = either.as_slice() {
            let one = one.clone();
            schema.remove("anyOf");
            schema.extend(one);
        }
    }
}

/// Handlers read a field that is missing as an empty one, and answer that it is wrong: whoever reads the document is told that it is
/// asked for.
fn ask_for_texts(schema: &mut Value) {
    let is_asked = |property: &Value| property.get("minLength").is_some() || property.get("pattern").is_some();
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let mut asked = Vec::new();
    for (name, property) in properties.iter_mut().filter(|(_, property)| is_asked(property)) {
        let had = property.as_object_mut().and_then(|property| property.remove("default"));
        asked.extend(had.map(|_| json!(name)));
    }
    if let (Some(schema), false) = (schema.as_object_mut(), asked.is_empty()) {
        let required = schema.entry("required").or_insert_with(|| json!([]));
        required.as_array_mut().into_iter().for_each(|required| required.append(&mut asked));
    }
}

/// All schemas by their names. One that is taken and given in two shapes needs two names.
fn schemas(mut taken: SchemaGenerator, mut given: SchemaGenerator) -> Map<String, Value> {
    let mut schemas = taken.take_definitions(true);
    for (name, schema) in given.take_definitions(true) {
        let before = schemas.insert(name.clone(), schema.clone());
        assert!(before.is_none_or(|before| before == schema), "{name} is taken and given in two shapes");
    }
    schemas
}

/// What proves that somebody may use a route.
fn security(access: Access) -> Value {
    match access {
        Access::Everybody | Access::LinkHolders => json!([]),
        Access::Signed => json!([{"signature": []}]),
        // In the form, too.
        Access::Credentials => json!([{"credentials": []}, {}]),
        Access::Tokens => json!([{"token": ["lsu"]}, {"token": ["lsl"]}]),
        Access::SignedIn | Access::Members | Access::Administrators => json!([{"session": []}]),
    }
}

/// Who may use a route, in words.
fn who(access: Access) -> &'static str {
    match access {
        Access::Everybody => "everybody",
        Access::LinkHolders => "holders of the link",
        Access::Signed => "holders of the webhook secret",
        Access::Credentials => "record books, by their credentials",
        Access::Tokens => "record books, by their token",
        Access::SignedIn => "whoever is signed in",
        Access::Members => "members of the school",
        Access::Administrators => "administrators of the school",
    }
}

/// `value` with its names in order: a library somewhere may make `serde_json` keep them as they came.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(pairs) => {
            let pairs: BTreeMap<String, Value> = pairs.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            pairs.into_iter().collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// `{uai}` → `uai`.
fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// `GET /schools/{uai}/team` → `getSchoolsUaiTeam`.
fn operation_id(route: &RouteDoc) -> String {
    let mut id = route.method.to_lowercase();
    for word in route.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let (first, rest) = word.split_at(1);
        id.push_str(&first.to_uppercase());
        id.push_str(rest);
    }
    id
}
