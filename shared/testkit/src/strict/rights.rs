//! The rights of one function, from the policies of the template, and what they say of a request.
//!
//! AWS does not document how it fills `dynamodb:LeadingKeys` for a transaction. So each call must be allowed under three
//! readings at once: each item alone, all keys of one action together, no keys at all.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Mutex;

use anyhow::{Context as _, bail, ensure};
use iam_rs::{Arn, Context, ContextValue, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};
use serde_json::{Value, json};

use super::ask::{Ask, FROM_ADDRESS, LEADING_KEYS, PREFIX};

/// The smallest thing that a policy grants: one action on one resource, for keys of one kind if it says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// `dynamodb:GetItem`.
    pub action: String,
    /// Its ARN, or a pattern.
    pub resource: String,
    /// What leading keys look like, `USER#*`.
    pub keys: Option<String>,
}

impl std::fmt::Display for Right {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = self.resource.splitn(6, ':').nth(5).unwrap_or(&self.resource);
        write!(f, "{} on {place}", self.action)?;
        self.keys.iter().try_for_each(|keys| write!(f, " of {keys}"))
    }
}

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// The action that is missing.
    pub(super) action: String,
    /// On which resource.
    pub(super) resource: String,
    /// With which keys, under which reading.
    pub(super) why: String,
}

/// The policies of several functions as those of one. What two of them grant stands once, with the keys of both.
pub(crate) fn united<'a>(policies: impl IntoIterator<Item = &'a Value>) -> Value {
    let of_keys = format!("/Condition/ForAllValues:StringLike/{LEADING_KEYS}");
    let mut united: BTreeMap<String, (Value, BTreeSet<String>)> = BTreeMap::new();
    let policies = policies.into_iter().flat_map(|policies| policies.as_array().into_iter().flatten());
    for statement in policies.flat_map(|policy| policy["Statement"].as_array().into_iter().flatten()) {
        for action in texts(&statement["Action"]) {
            for resource in texts(&statement["Resource"]) {
                let mut one = statement.clone();
                one["Action"] = json!(action);
                one["Resource"] = json!(resource);
                let keys = one.pointer_mut(&of_keys).map(Value::take).unwrap_or_default();
                united.entry(one.to_string()).or_insert((one, BTreeSet::new())).1.extend(texts(&keys));
            }
        }
    }
    let statements = united.into_values().map(|(mut statement, keys)| {
        statement.pointer_mut(&of_keys).into_iter().for_each(|place| *place = json!(keys));
        statement
    });
    json!([{"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()}])
}

/// The rights of one function.
pub(super) struct Rights {
    statements: Vec<Value>,
    whole: PolicyEvaluator,
    /// Each right with a policy of its own, to see which one allowed a call.
    single: Vec<(Right, PolicyEvaluator)>,
    /// What was judged before, by kinds of keys.
    allowed: Mutex<HashSet<String>>,
    used: Mutex<BTreeSet<Right>>,
}

impl Rights {
    /// Reads the policies of a function, references resolved. A policy element that is not known here is an error: what
    /// is not understood would be judged wrongly.
    pub(super) fn read(policies: &Value) -> anyhow::Result<Self> {
        let policies = policies.as_array().context("Policies is a list of policy documents")?;
        let mut statements = Vec::new();
        for policy in policies {
            let statement = policy["Statement"].as_array().context("a policy document with a list of statements")?;
            statements.extend(statement.iter().cloned());
        }
        Self::of(statements)
    }

    fn of(statements: Vec<Value>) -> anyhow::Result<Self> {
        let mut rights = BTreeSet::new();
        for statement in &statements {
            known(statement).with_context(|| format!("the statement {statement}"))?;
            for action in texts(&statement["Action"]) {
                for resource in texts(&statement["Resource"]) {
                    let right = |keys| Right { action: action.clone(), resource: resource.clone(), keys };
                    let keys = texts(&statement["Condition"]["ForAllValues:StringLike"][LEADING_KEYS]);
                    if keys.is_empty() {
                        rights.insert(right(None));
                    }
                    for keys in keys {
                        ensure!(rights.insert(right(Some(keys))), "{action} on {resource} is granted twice");
                    }
                }
            }
        }
        let single = rights.into_iter().map(|right| {
            let mut condition = statements
                .iter()
                .find(|statement| grants(statement, &right))
                .map(|statement| statement["Condition"].clone())
                .unwrap_or_default();
            if let Some(keys) = &right.keys {
                condition["ForAllValues:StringLike"][LEADING_KEYS] = json!([keys]);
            }
            let mut statement = json!({"Effect": "Allow", "Action": right.action, "Resource": right.resource});
            if !condition.is_null() {
                statement["Condition"] = condition;
            }
            Ok((right, evaluator(&[statement])?))
        });
        let single = single.collect::<anyhow::Result<_>>()?;
        let whole = evaluator(&statements)?;
        Ok(Self { statements, whole, single, allowed: Mutex::default(), used: Mutex::default() })
    }

    /// These rights without one.
    pub(super) fn without(&self, right: &Right) -> anyhow::Result<Self> {
        let mut statements = Vec::new();
        let mut found = false;
        // One statement per action and resource, so that one can be taken out.
        for statement in &self.statements {
            for action in texts(&statement["Action"]) {
                for resource in texts(&statement["Resource"]) {
                    let mut one = statement.clone();
                    one["Action"] = json!(action);
                    one["Resource"] = json!(resource);
                    let mut stays = true;
                    if action == right.action && resource == right.resource {
                        let keys = &mut one["Condition"]["ForAllValues:StringLike"][LEADING_KEYS];
                        let mut left = texts(keys);
                        left.retain(|keys| Some(keys) != right.keys.as_ref());
                        found = true;
                        stays = right.keys.is_some() && !left.is_empty();
                        *keys = json!(left);
                    }
                    if stays {
                        statements.push(one);
                    }
                }
            }
        }
        ensure!(found, "there is no right to {right}");
        Self::of(statements)
    }

    /// Every right, and whether a call needed it.
    pub(super) fn all(&self) -> Vec<(Right, bool)> {
        let used = self.used.lock().expect("nobody panics holding it");
        self.single.iter().map(|(right, _)| (right.clone(), used.contains(right))).collect()
    }

    /// Judges a call. Tells the rights that were needed for the first time.
    pub(super) fn judge(&self, asks: &[Ask]) -> Result<Vec<Right>, Refused> {
        let mut needed = Vec::new();
        for (reading, asks) in readings(asks) {
            for ask in asks {
                let kinds: Vec<_> = ask.context.values().flatten().map(|value| kind_of(value)).collect();
                let judged = format!("{} {} {}", ask.action, ask.resource, kinds.join(" "));
                if self.allowed.lock().expect("nobody panics holding it").contains(&judged) {
                    continue;
                }
                if !allows(&self.whole, &ask) {
                    let why = format!("{reading}: {:?}", ask.context.get(LEADING_KEYS).unwrap_or(&kinds));
                    return Err(Refused { action: ask.action, resource: ask.resource, why });
                }
                if reading == ALONE {
                    let of_action = self.single.iter().filter(|(right, _)| right.action == ask.action);
                    let allowing = of_action.filter(|(_, policy)| allows_all_of(policy, &ask));
                    let mut used = self.used.lock().expect("nobody panics holding it");
                    needed.extend(allowing.map(|(right, _)| right.clone()).filter(|right| used.insert(right.clone())));
                }
                self.allowed.lock().expect("nobody panics holding it").insert(judged);
            }
        }
        Ok(needed)
    }
}

const ALONE: &str = "each item alone";

/// What a call asks for under each of the three readings.
fn readings(asks: &[Ask]) -> Vec<(&'static str, Vec<Ask>)> {
    let mut readings = vec![(ALONE, asks.to_vec())];
    if asks.iter().any(|ask| ask.context.contains_key(LEADING_KEYS)) {
        let mut together: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        for ask in asks {
            let keys = ask.context.get(LEADING_KEYS).into_iter().flatten().cloned();
            together.entry((&ask.action, &ask.resource)).or_default().extend(keys);
        }
        let of = |keys: bool| {
            let ask = |((action, resource), all): (&(&str, &str), &Vec<String>)| Ask {
                action: (*action).to_owned(),
                resource: (*resource).to_owned(),
                context: keys.then(|| (LEADING_KEYS, all.clone())).into_iter().collect(),
            };
            together.iter().map(ask).collect()
        };
        readings.push(("all keys of one action together", of(true)));
        readings.push(("no keys given", of(false)));
    }
    readings
}

/// `USER#1` and `USER#2` are judged alike: patterns end after the first `#`.
fn kind_of(value: &str) -> String {
    value.split_once('#').map_or(value, |(kind, _)| kind).to_owned()
}

fn allows(policy: &PolicyEvaluator, ask: &Ask) -> bool {
    let mut context = Context::new();
    for (key, values) in &ask.context {
        let value = match (*key, values.as_slice()) {
            // The only one with several values.
            (LEADING_KEYS, values) => ContextValue::StringList(values.to_vec()),
            (_, [value]) => ContextValue::String(value.clone()),
            _ => return false,
        };
        context.insert((*key).to_owned(), value);
    }
    let Ok(resource) = Arn::parse(&ask.resource) else { return false };
    let principal = Principal::Aws(PrincipalId::String("arn:aws:iam::000000000000:role/function".to_owned()));
    let request = IAMRequest::new_with_context(principal, ask.action.as_str(), resource, context);
    policy.evaluate(&request).is_ok_and(|result| result.decision == Decision::Allow)
}

/// Whether a single right allows a part of what is asked: a batch may need several.
fn allows_all_of(policy: &PolicyEvaluator, ask: &Ask) -> bool {
    match ask.context.get(LEADING_KEYS) {
        None => allows(policy, ask),
        Some(keys) => keys.iter().any(|key| {
            allows(policy, &Ask { context: BTreeMap::from([(LEADING_KEYS, vec![key.clone()])]), ..ask.clone() })
        }),
    }
}

fn grants(statement: &Value, right: &Right) -> bool {
    let keys = texts(&statement["Condition"]["ForAllValues:StringLike"][LEADING_KEYS]);
    texts(&statement["Action"]).contains(&right.action)
        && texts(&statement["Resource"]).contains(&right.resource)
        && right.keys.as_ref().is_none_or(|wanted| keys.contains(wanted))
}

fn evaluator(statements: &[Value]) -> anyhow::Result<PolicyEvaluator> {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let policy = IAMPolicy::from_json(&document.to_string()).with_context(|| format!("reading {document}"))?;
    Ok(PolicyEvaluator::with_policies(vec![policy]))
}

/// One text, or a list of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// What is wrong with a statement of the template as it is written, references unresolved.
pub fn fault_of(statement: &Value) -> Option<String> {
    let mut statement = statement.clone();
    let resources = match &statement["Resource"] {
        Value::Array(resources) => resources.clone(),
        one => vec![one.clone()],
    };
    // Whatever the reference is to: a resource of this template.
    let named = |resource: &Value| match resource {
        Value::Object(_) => json!("arn:of:the:template"),
        other => other.clone(),
    };
    statement["Resource"] = resources.iter().map(named).collect();
    known(&statement).err().map(|error| error.to_string())
}

/// Whether everything in a statement is known here.
fn known(statement: &Value) -> anyhow::Result<()> {
    let elements = statement.as_object().context("a statement is an object")?;
    for name in elements.keys() {
        ensure!(["Effect", "Action", "Resource", "Condition"].contains(&name.as_str()), "{name} is not known here");
    }
    ensure!(statement["Effect"] == "Allow", "only Allow is known here");
    for action in texts(&statement["Action"]) {
        ensure!(action.contains(':') && !action.contains(['*', '?']), "an action is named in full, not {action}");
    }
    ensure!(!texts(&statement["Action"]).is_empty(), "no action");
    let resources = texts(&statement["Resource"]);
    let named = !resources.is_empty() && resources.iter().all(|resource| resource.starts_with("arn:"));
    ensure!(named, "a statement names its resource");
    let of_keys = &statement["Condition"]["ForAllValues:StringLike"][LEADING_KEYS];
    let of_table = texts(&statement["Action"]).iter().any(|action| action.starts_with("dynamodb:"));
    ensure!(!of_table || !texts(of_keys).is_empty(), "a right to the table is for keys of every kind");
    for (operator, conditions) in statement["Condition"].as_object().into_iter().flatten() {
        for (key, values) in conditions.as_object().context("a condition is an object")? {
            match (operator.as_str(), key.as_str()) {
                ("ForAllValues:StringLike", LEADING_KEYS) => {
                    for pattern in texts(values) {
                        let kind = pattern.strip_suffix("#*").unwrap_or("*");
                        ensure!(!kind.contains(['*', '?', '#', '$']), "leading keys are KIND#*, not {pattern}");
                    }
                }
                ("StringEquals", FROM_ADDRESS) | ("StringLike" | "StringLikeIfExists", PREFIX) => {}
                _ => bail!("the condition {operator} of {key} is not known here"),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "arn:aws:dynamodb:eu-west-3:000000000000:table/rentree";

    fn statement(action: &str, keys: &[&str]) -> Value {
        json!({"Effect": "Allow", "Action": action, "Resource": TABLE,
               "Condition": {"ForAllValues:StringLike": {LEADING_KEYS: keys}}})
    }

    fn rights(statements: &[Value]) -> anyhow::Result<Rights> {
        Rights::read(&json!([{"Version": "2012-10-17", "Statement": statements}]))
    }

    fn ask(action: &str, key: &str) -> Ask {
        let context = BTreeMap::from([(LEADING_KEYS, vec![key.to_owned()])]);
        Ask { action: format!("dynamodb:{action}"), resource: TABLE.to_owned(), context }
    }

    #[test]
    fn functions_that_share_a_key_have_the_rights_of_each_and_no_others() {
        let of = |statements: &[Value]| json!([{"Version": "2012-10-17", "Statement": statements}]);
        let queue =
            json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-3:0:mails"});
        let one = of(&[statement("dynamodb:PutItem", &["SCHOOL#*", "USER#*"]), queue.clone()]);
        let other = of(&[statement("dynamodb:PutItem", &["LINK#*", "USER#*"]), queue]);
        let rights = Rights::read(&united([&one, &other])).unwrap();
        let together = [ask("PutItem", "SCHOOL#1"), ask("PutItem", "LINK#1"), ask("PutItem", "USER#1")];
        assert!(rights.judge(&together).is_ok());
        assert!(rights.judge(&[ask("PutItem", "AUDIT#1")]).is_err());
        assert!(rights.judge(&[ask("GetItem", "USER#1")]).is_err());
        assert_eq!(rights.all().len(), 4);
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        let rights = rights(&[statement("dynamodb:UpdateItem", &["SCHOOL#*"])]).unwrap();
        assert!(rights.judge(&[ask("UpdateItem", "SCHOOL#1")]).is_ok());
        let refused = rights.judge(&[ask("UpdateItem", "SCHOOL#1"), ask("UpdateItem", "USER#1")]).unwrap_err();
        assert!(refused.why.starts_with(ALONE), "{refused:?}");
        assert!(rights.judge(&[ask("PutItem", "SCHOOL#1")]).is_err());
    }

    #[test]
    fn two_statements_for_one_action_are_refused_where_keys_are_judged_together() {
        let rights =
            rights(&[statement("dynamodb:UpdateItem", &["SCHOOL#*"]), statement("dynamodb:UpdateItem", &["USER#*"])])
                .unwrap();
        assert!(rights.judge(&[ask("UpdateItem", "SCHOOL#1")]).is_ok());
        let refused = rights.judge(&[ask("UpdateItem", "SCHOOL#1"), ask("UpdateItem", "USER#1")]).unwrap_err();
        assert!(refused.why.starts_with("all keys"), "{refused:?}");
    }

    #[test]
    fn a_right_that_a_call_needed_is_told_once() {
        let rights = rights(&[statement("dynamodb:GetItem", &["SCHOOL#*", "USER#*"])]).unwrap();
        let needed = rights.judge(&[ask("GetItem", "USER#1")]).unwrap();
        assert_eq!(needed[0].to_string(), "dynamodb:GetItem on table/rentree of USER#*");
        assert!(rights.judge(&[ask("GetItem", "USER#2")]).unwrap().is_empty());
        assert_eq!(rights.all().iter().filter(|(_, used)| *used).count(), 1);
    }

    #[test]
    fn a_right_can_be_taken_away() {
        let rights = rights(&[statement("dynamodb:GetItem", &["SCHOOL#*", "USER#*"])]).unwrap();
        let right = rights.all()[1].0.clone();
        let less = rights.without(&right).unwrap();
        assert!(less.judge(&[ask("GetItem", "USER#1")]).is_err());
        assert!(less.judge(&[ask("GetItem", "SCHOOL#1")]).is_ok());
    }

    #[test]
    fn what_is_not_known_is_refused_at_the_start() {
        let mut with = statement("dynamodb:GetItem", &["USER#*"]);
        with["Condition"]["Null"] = json!({LEADING_KEYS: "false"});
        for unknown in [
            with,
            statement("dynamodb:*", &["USER#*"]),
            statement("dynamodb:GetItem", &["*"]),
            json!({"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": TABLE}),
            json!({"Effect": "Allow", "NotAction": "dynamodb:GetItem", "Resource": TABLE}),
            json!({"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}),
        ] {
            assert!(rights(std::slice::from_ref(&unknown)).is_err(), "{unknown}");
        }
    }
}
