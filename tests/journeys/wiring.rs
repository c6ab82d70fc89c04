//! What in `infra/template.yaml` leads to what: addresses to functions, functions to their code and logs, queues to functions. A change
//! that loses an address, or names what does not exist, fails here.

use std::collections::BTreeSet;

use rentree_testkit::{Template, workspace_root};
use serde_json::{Value, json};

use crate::contracts::{OF_UNKNOWN_ADDRESSES, every_address};

const FUNCTION: &str = "AWS::Serverless::Function";
const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";
const LOGS: &str = "AWS::Logs::LogGroup";
const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const PERMISSION: &str = "AWS::Lambda::Permission";
const ROUTE: &str = "AWS::ApiGatewayV2::Route";
const NOBODY: &str = "NobodyFunction";

#[test]
fn everything_leads_where_it_should() {
    assert_eq!(faults(&Template::of_project().unwrap()), Vec::<String>::new());
}

/// Each in turn: dropped, misspelt, and led to another function.
#[test]
fn a_route_that_is_lost_is_told() {
    let template = Template::of_project().unwrap();
    let routes: Vec<(&str, &Value)> = template.resources(ROUTE).collect();
    assert_eq!(routes.len(), every_address().len() + 1, "every address, and every other one");
    for (name, route) in routes {
        let key = route["RouteKey"].as_str().unwrap();
        let dropped = template.changed(&format!("/{name}"), Value::Null).unwrap();
        is_told(&dropped, key, name);
        let misspelt = template.changed(&format!("/{name}/Properties/RouteKey"), json!(format!("{key}x"))).unwrap();
        is_told(&misspelt, key, name);
        let others = template.resources(INTEGRATION).map(|(name, _)| format!("integrations/${{{name}}}"));
        let other = others.into_iter().find(|target| route["Target"]["Fn::Sub"] != *target).unwrap();
        let misled = template.changed(&format!("/{name}/Properties/Target/Fn::Sub"), json!(other)).unwrap();
        is_told(&misled, key, name);
    }
}

/// Everywhere a function is named: one that does not exist instead, and, where it is known which one it must be, another one.
#[test]
fn a_function_that_does_not_exist_is_told() {
    let template = Template::of_project().unwrap();
    let mut named = Vec::new();
    names(template.everything(), "", &mut |at, name| {
        if template.kind(name) == Some(FUNCTION) {
            named.push((at.to_owned(), name.to_owned()));
        }
    });
    let kinds: BTreeSet<&str> =
        named.iter().filter_map(|(at, _)| template.kind(at.split('/').nth(1).unwrap_or_default())).collect();
    assert_eq!(kinds, BTreeSet::from([INTEGRATION, LOGS, MAPPING, PERMISSION]), "all kinds are looked at");
    for (at, name) in &named {
        let text = template.everything().pointer(at).and_then(Value::as_str).unwrap();
        let misspelt = template.changed(at, json!(text.replace(name.as_str(), NOBODY))).unwrap();
        is_told(&misspelt, NOBODY, at);
        if template.kind(at.split('/').nth(1).unwrap()) != Some(MAPPING) {
            let other = template.resources(FUNCTION).map(|(name, _)| name).find(|other| other != name).unwrap();
            let exchanged = template.changed(at, json!(text.replace(name.as_str(), other))).unwrap();
            is_told(&exchanged, name, at);
        }
    }
    for (name, _) in template.resources(FUNCTION) {
        for wrong in ["nobody", "rentree-local"] {
            let at = format!("/{name}/Metadata/BuildProperties/Binary");
            is_told(&template.changed(&at, json!(wrong)).unwrap(), wrong, &at);
        }
        is_told(&template.changed(&format!("/{name}"), Value::Null).unwrap(), name, name);
    }
}

/// What makes a function reachable and its logs end some day.
#[test]
fn what_belongs_to_a_function_is_missed() {
    let template = Template::of_project().unwrap();
    for kind in [INTEGRATION, LOGS, PERMISSION] {
        for (name, properties) in template.resources(kind) {
            let mut function = String::new();
            names(properties, "", &mut |_, name| {
                if template.kind(name) == Some(FUNCTION) {
                    name.clone_into(&mut function);
                }
            });
            is_told(&template.changed(&format!("/{name}"), Value::Null).unwrap(), &function, name);
        }
    }
    for (path, value, said) in [
        ("/AccountsPermission/Properties/Principal", json!("s3.amazonaws.com"), "AccountsFunction"),
        ("/AccountsPermission/Properties/SourceArn", json!("*"), "AccountsFunction"),
        ("/AccountsIntegration/Properties/PayloadFormatVersion", json!("1.0"), "AccountsIntegration"),
        ("/ApiStage/Properties/StageName", json!("prod"), "stage"),
    ] {
        is_told(&template.changed(path, value).unwrap(), said, path);
    }
}

fn is_told(changed: &Template, said: &str, change: &str) {
    let faults = faults(changed);
    assert!(faults.iter().any(|fault| fault.contains(said)), "{change}: {faults:?}");
}

fn faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    names(template.everything(), "", &mut |at, name| {
        let exists = template.kind(name).is_some() || template.has_parameter(name) || name.starts_with("AWS::");
        if !exists {
            faults.push(format!("{at} names {name}, which does not exist"));
        }
    });
    code(template, &mut faults);
    belongings(template, &mut faults);
    routes(template, &mut faults);
    faults
}

/// Each function of the workspace is one of the template, under its own name.
fn code(template: &Template, faults: &mut Vec<String>) {
    let folders = std::fs::read_dir(workspace_root().join("functions")).unwrap();
    let mut folders: BTreeSet<String> =
        folders.map(|folder| folder.unwrap().file_name().to_string_lossy().into_owned()).collect();
    for (name, function) in template.resources(FUNCTION) {
        let binary = binary(template, name);
        if !folders.remove(binary) {
            faults.push(format!("{name} is made of {binary}, which is no function, or that of another"));
        }
        if logical(binary) != name || function["FunctionName"]["Fn::Sub"] != format!("${{AWS::StackName}}-{binary}") {
            faults.push(format!("{name} is not called as its folder {binary}"));
        }
    }
    faults
        .extend(folders.iter().map(|folder| format!("{folder}, {}, is no function of the template", logical(folder))));
}

/// What each function needs beside itself.
fn belongings(template: &Template, faults: &mut Vec<String>) {
    let invoker = json!({"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"});
    for (name, _) in template.resources(FUNCTION) {
        let logs = json!({"Fn::Sub": format!("/aws/lambda/${{{name}}}")});
        if template.resources(LOGS).filter(|(_, group)| group["LogGroupName"] == logs).count() != 1 {
            faults.push(format!("{name} has no log group"));
        }
        let answers = every_address().values().any(|function| logical(function) == name);
        let integrations = template
            .resources(INTEGRATION)
            .filter(|(_, integration)| integration["IntegrationUri"]["Fn::GetAtt"][0] == name);
        if integrations.count() != usize::from(answers) {
            faults.push(format!("{name} has not the integration that it needs"));
        }
        let may_invoke = template.resources(PERMISSION).filter(|(_, permission)| {
            permission["FunctionName"]["Ref"] == name
                && permission["Action"] == "lambda:InvokeFunction"
                && permission["Principal"] == "apigateway.amazonaws.com"
                && permission["SourceArn"] == invoker
        });
        if may_invoke.count() != usize::from(answers) {
            faults.push(format!("{name} may not be called by the gateway as it should"));
        }
    }
    for (name, mapping) in template.resources(MAPPING) {
        if template.kind(mapping["FunctionName"]["Ref"].as_str().unwrap_or_default()) != Some(FUNCTION) {
            faults.push(format!("{name} leads to no function"));
        }
    }
}

/// Each address leads to the function that has it, and every other one to ours.
fn routes(template: &Template, faults: &mut Vec<String>) {
    for (name, stage) in template.resources("AWS::ApiGatewayV2::Stage") {
        if stage["StageName"] != "$default" {
            faults.push(format!("{name}: another stage than $default stands in every path"));
        }
    }
    for (name, integration) in template.resources(INTEGRATION) {
        if integration["IntegrationType"] != "AWS_PROXY" || integration["PayloadFormatVersion"] != "2.0" {
            faults.push(format!("{name} does not send what the functions read"));
        }
    }
    let mut wanted: Vec<(String, &str)> =
        every_address().into_iter().map(|(path, function)| (format!("ANY {path}"), function)).collect();
    wanted.push(("$default".to_owned(), OF_UNKNOWN_ADDRESSES));
    for (key, function) in &wanted {
        let found: Vec<&Value> =
            template.resources(ROUTE).map(|(_, route)| route).filter(|route| route["RouteKey"] == *key).collect();
        match found.as_slice() {
            [route] => {
                let led_to = led_to(template, route);
                if led_to != Some(&logical(function)) {
                    faults.push(format!("{key} leads to {led_to:?} instead of {function}"));
                }
            }
            other => faults.push(format!("{key} stands {} times", other.len())),
        }
    }
    for (name, route) in template.resources(ROUTE) {
        if !wanted.iter().any(|(key, _)| route["RouteKey"] == *key) {
            faults.push(format!("{name} is of no address of the code"));
        }
    }
}

/// The function that a route leads to.
fn led_to<'a>(template: &'a Template, route: &Value) -> Option<&'a str> {
    let target = route["Target"]["Fn::Sub"].as_str()?;
    let target = target.strip_prefix("integrations/${")?.strip_suffix('}')?;
    let (_, integration) = template.resources(INTEGRATION).find(|(name, _)| *name == target)?;
    let function = integration["IntegrationUri"]["Fn::GetAtt"][0].as_str()?;
    (integration["IntegrationUri"]["Fn::GetAtt"][1] == "Arn").then_some(function)
}

fn binary<'a>(template: &'a Template, function: &str) -> &'a str {
    template.everything()[function]["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap_or_default()
}

/// `mail-worker` → `MailWorkerFunction`.
fn logical(folder: &str) -> String {
    let words = folder.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect::<String>() + "Function"
}

/// Calls `each` with every name that a value refers to, and the pointer of the text that has it.
fn names(value: &Value, at: &str, each: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, item)| names(item, &format!("{at}/{place}"), each));
        }
        Value::Object(pairs) => {
            for (key, value) in pairs {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                match (key.as_str(), value) {
                    ("Ref", Value::String(name)) => each(&at, name),
                    ("Fn::GetAtt", _) => each(&format!("{at}/0"), value[0].as_str().unwrap_or_default()),
                    ("Fn::Sub", Value::String(text)) => {
                        for name in text.split("${").skip(1).filter_map(|rest| rest.split_once('}')) {
                            each(&at, name.0.split('.').next().unwrap_or_default());
                        }
                    }
                    _ => names(value, &at, each),
                }
            }
        }
        _ => {}
    }
}
