//! Contracts between files: routes of code, template and watch router; who may depend on whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cargo_metadata::{DependencyKind, MetadataCommand};
use rentree_http::RouteDoc;
use rentree_testkit::{Template, workspace_root};
use serde_json::Value;

/// The watch router of `Cargo.toml` leads every address to the function that has it, and every other one to ours; what
/// `infra/template.yaml` does is held by `wiring.rs`.
#[test]
fn the_watch_router_leads_where_the_gateway_does() {
    let metadata = MetadataCommand::new().manifest_path(workspace_root().join("Cargo.toml")).no_deps().exec().unwrap();
    let router = metadata.workspace_metadata["lambda"]["watch"]["router"].as_object().expect("a watch router");
    let in_router: BTreeMap<&str, &str> =
        router.iter().map(|(path, function)| (path.as_str(), function.as_str().unwrap_or_default())).collect();
    let mut addresses = every_address();
    addresses.insert("/{*address}", OF_UNKNOWN_ADDRESSES);
    assert_eq!(in_router, addresses);
}

/// No method of an address stands twice.
#[test]
fn routes_are_written_once() {
    let routes = every_route();
    let different: BTreeSet<(&str, &str)> = routes.iter().map(|(_, route)| (route.method, route.path)).collect();
    assert_eq!(different.len(), routes.len());
}

/// `cargo lambda watch` gives all functions one environment: a setting's name has one meaning.
#[test]
fn a_setting_means_the_same_to_every_function() {
    let template = Template::of_project().unwrap();
    let mut meanings: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (_, function) in template.resources("AWS::Serverless::Function") {
        for (name, value) in function["Environment"]["Variables"].as_object().expect("a function has settings") {
            meanings.entry(name).or_default().insert(value.to_string());
        }
    }
    assert!(meanings.contains_key("TABLE"));
    // It means the same to all, how long a call waits for its answer; each function has its own timeout. One machine has none of them.
    assert!(meanings.remove("CALL_TIMEOUT_SECONDS").is_some());
    meanings.retain(|_, values| values.len() > 1);
    assert!(meanings.is_empty(), "{meanings:#?}");
}

/// The committed OpenAPI document is what the routes say. `INSTA_UPDATE=always` writes it.
#[test]
fn the_openapi_document_is_that_of_the_routes() {
    let generated = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    let path = workspace_root().join("openapi.json");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &generated).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap() == generated, "openapi.json: INSTA_UPDATE=always writes it anew");
}

/// Two types of one name would be told apart by a number, which changes with the order of the routes.
#[test]
fn every_schema_of_the_document_has_a_name_of_its_own() {
    let document = document();
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(!name.ends_with(|sign: char| sign.is_ascii_digit()), "{name}: schemars(rename) names one of the two");
    }
}

/// What the rules of `spectral:oas` ask of a document: who writes a client finds each operation under a heading, with what it does.
#[test]
fn every_operation_says_what_it_does_under_a_heading_that_is_told() {
    let document = document();
    let told = document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect::<Vec<_>>();
    let mut used = Vec::new();
    for (path, method, operation) in operations(&document) {
        let described = operation["description"].as_str().is_some_and(|text| text.ends_with('.'));
        assert!(described, "{method} {path} has no description");
        assert!(told.contains(&operation["tags"][0]), "{method} {path} stands under no heading");
        used.push(operation["tags"][0].clone());
    }
    assert!(told.iter().all(|tag| used.contains(tag)), "a heading has nothing under it");
    assert!(document["servers"][0]["url"] == "/" && document["info"]["contact"]["name"] == "Rentrée");
}

/// One name for one filter: a program that learnt it at one address finds it at all others.
#[test]
fn a_parameter_of_an_address_is_the_same_everywhere() {
    let document = document();
    let mut schemas: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, method, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|it| it["in"] == "query") {
            let name = parameter["name"].as_str().unwrap().to_owned();
            let (description, schema) = (parameter["description"].as_str().unwrap_or_default(), &parameter["schema"]);
            assert!(!description.is_empty(), "{method} {path}: {name} asks for what?");
            assert!(schema.get("type").or(schema.get("$ref")).is_some(), "{method} {path}: {name}: {schema}");
            let one = schema.get("items").unwrap_or(schema);
            let kind = one.get("$ref").unwrap_or(&one["type"]).to_string();
            schemas.entry(name).or_default().insert(kind);
        }
    }
    let known: BTreeSet<&str> = schemas.keys().map(String::as_str).collect();
    for name in ["archived", "certifiable", "division", "former", "order", "page", "sent", "status", "wait", "year"] {
        assert!(known.contains(name), "{name} is read and not declared: {known:?}");
    }
    schemas.retain(|_, kinds| kinds.len() > 1);
    assert!(schemas.is_empty(), "{schemas:#?}");
}

/// What an answer can have it always has, if only as `null`: programs need not ask for it first. What the table has, and is told as it stands
/// there, leaves blanks out, and so does a problem (RFC 9457).
#[test]
fn an_answer_has_all_of_its_names() {
    const WITH_GAPS: [&str; 6] = ["Changed", "Dated", "Problem", "ReportLine", "Sent", "Told"];
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut open: Vec<&Value> = operations(&document).map(|(_, _, operation)| &operation["responses"]).collect();
    let mut seen = BTreeSet::new();
    let mut with_gaps = BTreeSet::new();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(values) => open.extend(values),
            Value::Object(names) => open.extend(names.values()),
            Value::String(name) => {
                let name = name.strip_prefix("#/components/schemas/").unwrap_or_default();
                let Some(schema) = schemas.get(name).filter(|_| seen.insert(name)) else { continue };
                let required = schema["required"].as_array().map_or(0, Vec::len);
                if schema["properties"].as_object().is_some_and(|properties| properties.len() > required) {
                    with_gaps.insert(name);
                }
                open.push(schema);
            }
            _ => {}
        }
    }
    assert_eq!(with_gaps, BTreeSet::from(WITH_GAPS), "serialised without some of their names");
}

/// Each handler reads the query of its address by `Asked` or `AskedPairs`, whose type its route declares; nobody reads it otherwise.
#[test]
fn addresses_are_read_by_what_declares_it() {
    let root = workspace_root();
    let listed =
        std::process::Command::new("git").args(["ls-files", "functions/*.rs"]).current_dir(&root).output().unwrap();
    for file in String::from_utf8(listed.stdout).unwrap().lines() {
        let text = fs::read_to_string(root.join(file)).unwrap_or_default();
        for name in ["Query(", "Query<", "RawQuery", "OriginalUri", ".query()"] {
            assert!(!text.contains(name), "{file} reads an address by {name}");
        }
    }
}

fn document() -> Value {
    let docs: Vec<RouteDoc> = every_route().into_iter().map(|(_, route)| route).collect();
    rentree_http::openapi::document(&docs)
}

/// Path, method and what stands there.
fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |(method, it)| (path, method, it)))
}

/// The function that says that an address does not exist.
pub(crate) const OF_UNKNOWN_ADDRESSES: &str = "accounts";

/// Every address, and the function that has it. One function has all of it: the gateway does not look at methods.
pub(crate) fn every_address() -> BTreeMap<&'static str, &'static str> {
    let mut addresses = BTreeMap::new();
    for (function, route) in every_route() {
        let before = addresses.insert(route.path, function);
        assert!(before.is_none_or(|before| before == function), "{} is of {function} and {before:?}", route.path);
    }
    addresses
}

/// Every route, and the function that has it.
pub(crate) fn every_route() -> Vec<(&'static str, RouteDoc)> {
    [
        ("accounts", accounts::route_docs()),
        ("activation", activation::route_docs()),
        ("campaigns", campaigns::route_docs()),
        ("certifications", certifications::route_docs()),
        ("invitations", invitations::route_docs()),
        ("learners", learners::route_docs()),
        ("mediacentre", mediacentre::route_docs()),
    ]
    .into_iter()
    .flat_map(|(function, routes)| routes.into_iter().map(move |route| (function, route)))
    .collect()
}

/// One machine has courses of its own: nobody else reads those of the template before AWS does.
#[test]
fn the_courses_of_the_template_read() {
    let courses = &Template::of_project().unwrap().parameter_defaults()["Courses"];
    let catalogue = rentree_domain::Catalogue::parse(courses).unwrap();
    for kind in rentree_domain::CampaignKind::ALL {
        assert!(catalogue.of_kind(kind).count() > 0, "{kind:?}");
    }
}

/// Rows that are shown as cards are no rows any more for screen readers of some browsers, unless their roles say so.
#[test]
fn tables_that_become_cards_keep_their_roles() -> anyhow::Result<()> {
    const ROLES: [(&str, &[&str]); 5] = [
        ("<thead", &["rowgroup"]),
        ("<tbody", &["rowgroup"]),
        ("<tr", &["row"]),
        ("<th ", &["columnheader", "rowheader"]),
        ("<td", &["cell"]),
    ];
    let mut tables = 0;
    for folder in fs::read_dir(workspace_root().join("functions"))? {
        let Ok(templates) = fs::read_dir(folder?.path().join("templates")) else { continue };
        for template in templates {
            let path = template?.path();
            let text = fs::read_to_string(&path)?;
            for table in text.split("<table class=\"cards\"").skip(1) {
                let table = table.split("</table>").next().unwrap_or_default();
                assert!(table.starts_with(" role=\"table\""), "{}", path.display());
                for (tag, roles) in ROLES {
                    let has_role = |opened: &str| {
                        roles.iter().any(|role| opened.trim_start().starts_with(&format!("role=\"{role}\"")))
                    };
                    let without = table.split(tag).skip(1).filter(|opened| !has_role(opened)).count();
                    assert_eq!(without, 0, "{}: {tag} without its role", path.display());
                }
                tables += 1;
            }
        }
    }
    assert!(tables >= 15, "the templates are elsewhere: {tables}");
    Ok(())
}

/// Arrows point down only.
#[test]
fn arrows_point_down() {
    let metadata = MetadataCommand::new().manifest_path(workspace_root().join("Cargo.toml")).no_deps().exec().unwrap();
    let own: BTreeMap<&str, String> = metadata
        .packages
        .iter()
        .map(|package| {
            let folder = package.manifest_path.parent().unwrap().strip_prefix(&metadata.workspace_root).unwrap();
            (package.name.as_str(), folder.to_string())
        })
        .collect();
    for (name, folder) in &own {
        let leaf = folder.rsplit('/').next().unwrap();
        assert!(!["utils", "common", "core", "helpers"].contains(&leaf), "{folder}: a folder is named by what it does");
        let expected = if folder.starts_with("functions/") || *name == "rentree-tests" {
            (*name).to_owned()
        } else {
            format!("rentree-{leaf}")
        };
        assert_eq!(*name, expected, "{folder}");
    }

    let allowed = |from: &str, to: &str| match (from, to) {
        // Dev-only crates may know anything but the tests.
        ("infra/local" | "tests", to) => to != "tests",
        (from, "shared/domain") => from != "shared/domain" && from != "infra/verify",
        // Fonts and the library that draws are a megabyte, which no other function carries.
        ("functions/certificates-worker" | "functions/certifications", "shared/certificate" | "shared/issued") => true,
        ("shared/issued", to) => ["shared/certificate", "shared/table"].contains(&to),
        (from, to) if from.starts_with("functions/") => {
            const SHARED: [&str; 11] = [
                "shared/table",
                "shared/http",
                "shared/identity",
                "shared/web",
                "shared/mail",
                "shared/orders",
                "shared/roster",
                "shared/rows",
                "shared/runtime",
                "shared/uploads",
                "shared/webhook",
            ];
            SHARED.contains(&to)
        }
        // Whoever comes in by a link is told to others.
        ("shared/identity", to) => {
            ["shared/table", "shared/http", "shared/orders", "shared/web", "shared/runtime"].contains(&to)
        }
        ("shared/http", to) => ["shared/table", "shared/web", "shared/runtime"].contains(&to),
        // Clients of AWS that are made when they are first called.
        ("shared/mail" | "shared/testkit", to) => to == "shared/runtime",
        // Who orders a mail is counted before.
        ("shared/orders", to) => ["shared/runtime", "shared/table"].contains(&to),
        _ => false,
    };
    let forbidden_libraries = |from: &str, library: &str| match from {
        // No I/O, no async, no AWS.
        "shared/domain" => ["tokio", "reqwest", "axum", "tracing"].contains(&library) || library.starts_with("aws"),
        "shared/roster" | "shared/rows" | "shared/samples" | "shared/web" => {
            library == "tokio" || library.starts_with("aws")
        }
        _ => false,
    };
    for package in &metadata.packages {
        let from = &own[package.name.as_str()];
        for dependency in package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development) {
            match own.get(dependency.name.as_str()) {
                Some(to) => assert!(allowed(from, to), "{from} must not depend on {to}"),
                None => assert!(
                    !forbidden_libraries(from, &dependency.name),
                    "{from} must not depend on {}",
                    dependency.name
                ),
            }
        }
    }
}

/// Names that only `shared/table` may know.
#[test]
fn keys_and_expressions_stay_in_the_table() {
    let root = workspace_root();
    let listed = std::process::Command::new("git").args(["ls-files", "*.rs"]).current_dir(&root).output().unwrap();
    for file in String::from_utf8(listed.stdout).unwrap().lines() {
        if file.starts_with("shared/table/") || file.starts_with("tests/") || file.starts_with("shared/testkit/") {
            continue;
        }
        let text = fs::read_to_string(root.join(file)).unwrap_or_default();
        for name in ["begins_with(", "update_expression", "condition_expression", "\"SK\"", "GSI1PK"] {
            assert!(!text.contains(name), "{file} knows {name}");
        }
    }
}

/// A snapshot that no test refers to holds nothing any more.
#[test]
fn every_snapshot_is_referred_to() {
    let root = workspace_root();
    let listed =
        std::process::Command::new("git").args(["ls-files", "*.rs", "*.snap"]).current_dir(&root).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let (snapshots, sources): (Vec<_>, Vec<_>) = listed.lines().partition(|file| file.contains("/snapshots/"));
    let sources: String = sources.iter().filter_map(|file| fs::read_to_string(root.join(file)).ok()).collect();
    assert!(!snapshots.is_empty());
    for snapshot in snapshots.iter().filter(|file| root.join(file).exists()) {
        let name = snapshot.trim_end_matches(".snap").rsplit("__").next().unwrap();
        assert!(sources.contains(&format!("\"{name}\"")), "{snapshot}: delete it");
    }
}

/// Every cookie that the code sets stands in the table of `docs/domain.md`, with how long it is kept.
#[test]
fn every_cookie_is_told() {
    let root = workspace_root();
    let told = fs::read_to_string(root.join("docs/domain.md")).unwrap();
    let listed = std::process::Command::new("git")
        .args(["ls-files", "functions/*.rs", "shared/*.rs"])
        .current_dir(&root)
        .output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    let mut set = BTreeSet::new();
    for file in listed.lines() {
        let text = fs::read_to_string(root.join(file)).unwrap_or_default();
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for name in product.split("\"__Host-").skip(1) {
            let ends = |c: char| !c.is_ascii_alphanumeric() && c != '-';
            set.insert(name.split(ends).next().unwrap_or_default().trim_end_matches('-').to_owned());
        }
    }
    set.remove("");
    assert!(set.contains("session") && set.contains("typed"), "{set:?}");
    let untold: Vec<_> = set.iter().filter(|name| !told.contains(&format!("`__Host-{name}"))).collect();
    assert!(untold.is_empty(), "docs/domain.md does not tell {untold:?}");
}
