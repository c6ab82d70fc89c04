//! `infra/template.yaml`, read: the one source of resources, for AWS and for one machine.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// A CloudFormation template, its short tags written out (`!Ref X` → `{"Ref": "X"}`).
#[derive(Debug, Clone)]
pub struct Template(Value);

impl Template {
    /// The project's own template.
    pub fn of_project() -> anyhow::Result<Self> {
        Self::read(&crate::workspace_root().join("infra/template.yaml"))
    }

    /// Reads a template.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let documents = Yaml::load_from_str(&text).with_context(|| format!("parsing {}", path.display()))?;
        let document = documents.first().with_context(|| format!("{} is empty", path.display()))?;
        Ok(Self(to_json(document)?))
    }

    /// Every resource of a type, with its logical name.
    pub fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let resources = self.0["Resources"].as_object().into_iter().flatten();
        resources
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(name, r)| (name.as_str(), &r["Properties"]))
    }

    /// All resources, with everything that is said of them.
    pub fn everything(&self) -> &Value {
        &self.0["Resources"]
    }

    /// Whether a name is that of a parameter.
    pub fn has_parameter(&self, name: &str) -> bool {
        self.0["Parameters"].get(name).is_some()
    }

    /// This template with something else at a JSON pointer below its resources; without it, for `null`.
    pub fn changed(&self, pointer: &str, value: Value) -> anyhow::Result<Self> {
        let mut changed = self.0.clone();
        let place = changed["Resources"].pointer_mut(pointer);
        *place.with_context(|| format!("the template has nothing at {pointer}"))? = value;
        Ok(Self(changed))
    }

    /// This template with every `Fn::If` decided, as `refs` has parameters and pseudo parameters, and what they leave out left out.
    pub fn decided(&self, refs: &BTreeMap<String, String>) -> anyhow::Result<Self> {
        let values = Values { refs: refs.clone(), arns: BTreeMap::new() };
        let mut decided = self.0.clone();
        let resources = decide(&self.0["Resources"], &self.0["Conditions"], &values)?;
        decided["Resources"] = resources.context("a template without resources")?;
        Ok(Self(decided))
    }

    /// Why the rules of the template refuse these parameters and pseudo parameters.
    pub fn refused(&self, refs: &BTreeMap<String, String>) -> anyhow::Result<Vec<String>> {
        let values = Values { refs: refs.clone(), arns: BTreeMap::new() };
        let holds = |condition: &Value| holds(condition, &self.0["Conditions"], &values);
        let mut refused = Vec::new();
        for (name, rule) in self.0["Rules"].as_object().into_iter().flatten() {
            if !rule["RuleCondition"].is_null() && !holds(&rule["RuleCondition"])? {
                continue;
            }
            for assertion in rule["Assertions"].as_array().with_context(|| format!("{name} asserts nothing"))? {
                if !holds(&assertion["Assert"])? {
                    refused.push(assertion["AssertDescription"].as_str().unwrap_or(name).to_owned());
                }
            }
        }
        Ok(refused)
    }

    /// The type of a resource.
    pub fn kind(&self, logical: &str) -> Option<&str> {
        self.0["Resources"][logical]["Type"].as_str()
    }

    /// The binary that a function is built from.
    pub fn binary(&self, logical: &str) -> Option<&str> {
        self.0["Resources"][logical]["Metadata"]["BuildProperties"]["Binary"].as_str()
    }

    /// The defaults of the parameters that have one.
    pub fn parameter_defaults(&self) -> BTreeMap<String, String> {
        let parameters = self.0["Parameters"].as_object().into_iter().flatten();
        let default = |(name, parameter): (&String, &Value)| match &parameter["Default"] {
            Value::Null => None,
            Value::String(text) => Some((name.clone(), text.clone())),
            other => Some((name.clone(), other.to_string())),
        };
        parameters.filter_map(default).collect()
    }
}

/// `value` with every `Fn::If` decided; `None` for what is left out.
fn decide(value: &Value, conditions: &Value, values: &Values) -> anyhow::Result<Option<Value>> {
    Ok(match value {
        Value::Object(pairs) => {
            if pairs.get("Ref").is_some_and(|name| name == "AWS::NoValue") {
                return Ok(None);
            }
            if let Some(choice) = pairs.get("Fn::If") {
                let name = choice[0].as_str().context("If of a condition")?;
                let branch = if holds(&conditions[name], conditions, values)? { &choice[1] } else { &choice[2] };
                return decide(branch, conditions, values);
            }
            let mut decided = Map::new();
            for (key, value) in pairs {
                if let Some(value) = decide(value, conditions, values)? {
                    decided.insert(key.clone(), value);
                }
            }
            Some(Value::Object(decided))
        }
        Value::Array(items) => {
            let decided = items.iter().map(|item| decide(item, conditions, values));
            Some(decided.collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect())
        }
        other => Some(other.clone()),
    })
}

/// Whether a condition of the template holds.
fn holds(condition: &Value, conditions: &Value, values: &Values) -> anyhow::Result<bool> {
    let (function, argument) = condition
        .as_object()
        .and_then(|pairs| pairs.iter().next())
        .with_context(|| format!("{condition} is no condition of the template"))?;
    let parts = argument.as_array().into_iter().flatten();
    let mut parts = parts.map(|part| holds(part, conditions, values));
    match function.as_str() {
        "Fn::Equals" => Ok(values.text(&argument[0])? == values.text(&argument[1])?),
        "Fn::Not" => Ok(!holds(&argument[0], conditions, values)?),
        "Fn::And" => parts.try_fold(true, |all, part| Ok(all & part?)),
        "Fn::Or" => parts.try_fold(false, |any, part| Ok(any | part?)),
        "Condition" => holds(&conditions[argument.as_str().unwrap_or_default()], conditions, values),
        other => bail!("{other} is not known here as a condition"),
    }
}

fn to_json(node: &Yaml<'_>) -> anyhow::Result<Value> {
    Ok(match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Representation(text, ..) => json!(text),
        Yaml::Sequence(items) => Value::Array(items.iter().map(to_json).collect::<anyhow::Result<_>>()?),
        Yaml::Mapping(pairs) => {
            let pair = |(key, value): (&Yaml<'_>, &Yaml<'_>)| {
                let key = match to_json(key)? {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                Ok((key, to_json(value)?))
            };
            Value::Object(pairs.iter().map(pair).collect::<anyhow::Result<Map<_, _>>>()?)
        }
        Yaml::Tagged(tag, node) => match (tag.suffix.as_str(), to_json(node)?) {
            ("Ref", name) => json!({ "Ref": name }),
            ("Condition", name) => json!({ "Condition": name }),
            ("GetAtt", Value::String(path)) => json!({ "Fn::GetAtt": path.splitn(2, '.').collect::<Vec<_>>() }),
            (function, argument) => json!({ format!("Fn::{function}"): argument }),
        },
        Yaml::Alias(_) | Yaml::BadValue => bail!("the template holds YAML that CloudFormation does not know"),
    })
}

/// What names stand for: parameters, pseudo parameters, and what resources came out as.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// `Ref` of a parameter or resource.
    pub refs: BTreeMap<String, String>,
    /// `GetAtt X.Arn`.
    pub arns: BTreeMap<String, String>,
}

impl Values {
    /// `value` with `Ref`, `Fn::GetAtt` (of an Arn) and `Fn::Sub` worked out.
    pub fn resolve(&self, value: &Value) -> anyhow::Result<Value> {
        Ok(match value {
            Value::Object(pairs) if pairs.len() == 1 => {
                let (function, argument) = pairs.iter().next().context("one pair")?;
                match function.as_str() {
                    "Ref" => json!(self.of_ref(argument.as_str().unwrap_or_default())?),
                    "Fn::GetAtt" => json!(self.arn(argument[0].as_str().unwrap_or_default())?),
                    "Fn::Sub" => json!(self.substitute(argument.as_str().context("Sub of a text")?)?),
                    "Fn::Split" => {
                        let at = argument[0].as_str().context("Split at a text")?;
                        json!(self.text(&argument[1])?.split(at).collect::<Vec<_>>())
                    }
                    "Fn::Select" => {
                        let which = self.text(&argument[0])?.parse::<usize>().context("Select of a number")?;
                        self.resolve(&argument[1])?.get(which).context("Select of one that there is")?.clone()
                    }
                    _ => json!({ function: self.resolve(argument)? }),
                }
            }
            Value::Object(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| Ok((key.clone(), self.resolve(value)?)));
                Value::Object(pairs.collect::<anyhow::Result<_>>()?)
            }
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.resolve(item)).collect::<anyhow::Result<_>>()?)
            }
            other => other.clone(),
        })
    }

    /// `value`, worked out, as text.
    pub fn text(&self, value: &Value) -> anyhow::Result<String> {
        Ok(match self.resolve(value)? {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }

    fn of_ref(&self, name: &str) -> anyhow::Result<&str> {
        self.refs
            .get(name)
            .map(String::as_str)
            .with_context(|| format!("the template refers to {name}, which is not known here"))
    }

    fn arn(&self, name: &str) -> anyhow::Result<&str> {
        self.arns
            .get(name)
            .map(String::as_str)
            .with_context(|| format!("the template wants the ARN of {name}, which is not known here"))
    }

    fn substitute(&self, text: &str) -> anyhow::Result<String> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').context("an open ${")?;
            result.push_str(before);
            result.push_str(match name.strip_suffix(".Arn") {
                Some(name) => self.arn(name)?,
                None => self.of_ref(name)?,
            });
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_worked_out() {
        let values = Values {
            refs: [("AWS::StackName", "rentree"), ("Queue", "http://queue")].map(|(k, v)| (k.into(), v.into())).into(),
            arns: [("Queue".into(), "arn:queue".into())].into(),
        };
        let resolve = |value: Value| values.resolve(&value).unwrap();
        assert_eq!(resolve(json!({"Fn::Sub": "a-${AWS::StackName}-b"})), "a-rentree-b");
        assert_eq!(
            resolve(json!([{"Ref": "Queue"}, {"Fn::GetAtt": ["Queue", "Arn"]}])),
            json!(["http://queue", "arn:queue"])
        );
        assert_eq!(resolve(json!({"Fn::Sub": "${Queue.Arn}/index"})), "arn:queue/index");
        let inside = json!({"Fn::Select": [1, {"Fn::Split": ["<", "Nom <adresse"]}]});
        assert_eq!(resolve(inside), "adresse");
        assert!(values.resolve(&json!({"Ref": "Nobody"})).unwrap_err().to_string().contains("Nobody"));
    }

    #[test]
    fn choices_are_decided_as_the_parameters_say() {
        let template = Template(json!({
            "Conditions": {
                "Wanted": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Wish"}, ""]}]},
                "Here": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "000000000000"]},
                "Both": {"Fn::And": [{"Condition": "Wanted"}, {"Condition": "Here"}]},
                "Either": {"Fn::Or": [{"Condition": "Wanted"}, {"Condition": "Here"}]},
            },
            "Resources": {
                "both": ["always", {"Fn::If": ["Both", "both", {"Ref": "AWS::NoValue"}]}],
                "either": {"Fn::If": ["Either", {"Ref": "Wish"}, "neither"]},
            },
        }));
        let decided = |wish: &str, account: &str| {
            let refs = [("Wish", wish), ("AWS::AccountId", account)].map(|(k, v)| (k.to_owned(), v.to_owned()));
            template.decided(&refs.into()).unwrap().0["Resources"].clone()
        };
        assert_eq!(decided("", "1"), json!({"both": ["always"], "either": "neither"}));
        assert_eq!(decided("x", "1"), json!({"both": ["always"], "either": {"Ref": "Wish"}}));
        assert_eq!(decided("", "000000000000"), json!({"both": ["always"], "either": {"Ref": "Wish"}}));
        assert_eq!(decided("x", "000000000000")["both"], json!(["always", "both"]));
        let rule = json!({"Assertions": [{"Assert": {"Condition": "Either"}, "AssertDescription": "neither"}]});
        let ruled = Template(json!({"Conditions": template.0["Conditions"], "Rules": {"One": rule}}));
        let refused = |wish: &str| {
            let refs = [("Wish", wish), ("AWS::AccountId", "1")].map(|(k, v)| (k.to_owned(), v.to_owned()));
            ruled.refused(&refs.into()).unwrap()
        };
        assert_eq!((refused(""), refused("x")), (vec!["neither".to_owned()], vec![]));
        let unknown = Template(json!({"Resources": {"a": {"Fn::If": ["Nobody", 1, 2]}}}));
        assert!(unknown.decided(&BTreeMap::new()).is_err());
    }

    #[test]
    fn the_projects_template_reads() {
        let template = Template::of_project().unwrap();
        assert_eq!(template.resources("AWS::DynamoDB::Table").count(), 1);
        assert_eq!(template.parameter_defaults()["DeparturePercent"], "10");
    }
}
