//! What protects people in `infra/template.yaml`, and that a change which takes it away fails here.

use std::collections::BTreeMap;

use rentree_runtime::aws::LONGEST_CALL;
use rentree_testkit::{Template, strict};
use serde_json::{Value, json};

/// The alarms of the product; each rings for one log line that somebody must see.
const ALARMS: [&str; 5] = [
    "CertificatesFailuresAlarm",
    "CertificationsFailuresAlarm",
    "DirectoryFailuresAlarm",
    "TechnicalFailuresAlarm",
    "UnsentMailsAlarm",
];
/// Days after which files that name pupils are gone.
const DAYS_OF_A_FILE: u64 = 30;
/// Where they are.
const FILES_OF_PUPILS: [&str; 3] = ["imports/", "certifications/", "certificates/"];
/// Two weeks: what lies in a dead-letter queue waits for people.
const SECONDS_OF_A_DEAD_LETTER: u64 = 1_209_600;
/// The account of a stand-in, which AWS gives to nobody.
const NOBODYS_ACCOUNT: &str = "000000000000";
const SOMEBODYS_ACCOUNT: &str = "123456789012";

/// What a deployment in an account with these parameters refers to.
fn refs(template: &Template, account: &str, parameters: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut refs = template.parameter_defaults();
    refs.insert("AWS::AccountId".to_owned(), account.to_owned());
    refs.extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    refs
}

/// The template, deployed in an account with these parameters.
fn deployed(template: &Template, account: &str, parameters: &[(&str, &str)]) -> Template {
    template.decided(&refs(template, account, parameters)).unwrap()
}

/// The template on AWS, with the parameters that nobody chose.
fn on_aws(template: &Template) -> Template {
    deployed(template, SOMEBODYS_ACCOUNT, &[])
}

#[test]
fn the_template_keeps_its_guards() {
    assert_eq!(faults(&on_aws(&Template::of_project().unwrap())), Vec::<String>::new());
}

/// A stand-in does not see the identity of a mail, and wants a right to send any. AWS refuses the parameter that gives it.
#[test]
fn rights_for_a_stand_in_are_refused_on_aws() {
    let template = Template::of_project().unwrap();
    let asked = [("Rights", "stand-in")];
    let refused = |account: &str, asked: &[(&str, &str)]| template.refused(&refs(&template, account, asked)).unwrap();
    assert_eq!(refused(SOMEBODYS_ACCOUNT, &[]), Vec::<String>::new());
    assert_eq!(refused(SOMEBODYS_ACCOUNT, &asked).len(), 1);
    assert_eq!(refused(NOBODYS_ACCOUNT, &asked), Vec::<String>::new());
    let told = faults(&deployed(&template, NOBODYS_ACCOUNT, &asked));
    let of_mails = |fault: &String| fault.contains("names its resource") && fault.contains("ses:SendEmail");
    assert!(told.len() == 2 && told.iter().all(of_mails), "{told:?}");
}

/// A setting is a text. CloudFormation makes one of a number, and not every stand-in does.
#[test]
fn settings_are_texts() {
    let template = on_aws(&Template::of_project().unwrap());
    for (name, function) in template.resources("AWS::Serverless::Function") {
        for (setting, value) in function["Environment"]["Variables"].as_object().unwrap() {
            assert!(value.is_string() || value.is_object(), "{setting} of {name} is {value}");
        }
    }
}

/// Browsers send files to the address that S3 gives the bucket, and fetch them there, unless a parameter names another.
#[test]
fn files_go_to_s3_unless_a_parameter_says_otherwise() {
    let template = Template::of_project().unwrap();
    let address_of = |template: &Template, function: &str| {
        let function = template.resources("AWS::Serverless::Function").find(|(name, _)| *name == function);
        function.unwrap().1["Environment"]["Variables"]["UPLOAD_URL"].clone()
    };
    let address = |template: &Template| {
        let [sends, fetches] = ["LearnersFunction", "CertificationsFunction"].map(|name| address_of(template, name));
        assert_eq!(sends, fetches);
        sends
    };
    let of_s3 = json!({"Fn::Sub": "https://${Bucket}.s3.${AWS::Region}.${AWS::URLSuffix}/"});
    assert_eq!(address(&on_aws(&template)), of_s3);
    let other = deployed(&template, NOBODYS_ACCOUNT, &[("UploadUrl", "http://127.0.0.1:1/bucket")]);
    assert_eq!(address(&other), json!({"Ref": "UploadUrl"}));
}

/// Each change as somebody in a hurry would make it, and what is said of it.
#[test]
fn a_change_that_takes_a_guard_away_is_told() {
    let changes: [(&str, Value, &str); 21] = [
        ("/LearnersFunction/Properties/Policies/0/Statement/0/Action", json!("dynamodb:*"), "in full"),
        ("/LearnersFunction/Properties/Policies/0/Statement/0/Resource", json!("*"), "names its resource"),
        ("/LearnersFunction/Properties/Policies/0/Statement/0/Condition", Value::Null, "keys of every kind"),
        (
            "/LearnersFunction/Properties/Policies/0/Statement/0/Condition/ForAllValues:StringLike/dynamodb:LeadingKeys",
            json!(["*"]),
            "KIND#*",
        ),
        ("/LearnersFunction/Properties/Policies", json!(["AmazonDynamoDBFullAccess"]), "policy document"),
        ("/MailWorkerFunction/Properties/Policies/0/Statement/2/Resource", json!("*"), "names its resource"),
        ("/Bucket/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy", json!(false), "BlockPublicPolicy"),
        ("/Bucket/Properties/PublicAccessBlockConfiguration", Value::Null, "BlockPublicAcls"),
        ("/Bucket/Properties/BucketEncryption", Value::Null, "not encrypted"),
        ("/Bucket/Properties/LifecycleConfiguration/Rules/0/ExpirationInDays", json!(400), "30 days"),
        ("/Bucket/Properties/LifecycleConfiguration/Rules/1", Value::Null, "30 days"),
        ("/Bucket/Properties/CorsConfiguration/CorsRules/0/AllowedOrigins/0", json!("*"), "from anywhere"),
        ("/ImportQueue/Properties/RedrivePolicy", Value::Null, "no dead letter"),
        ("/ImportDeadLetterQueue/Properties/MessageRetentionPeriod", json!(60), "two weeks"),
        ("/OfferQueue/Properties/SqsManagedSseEnabled", json!(false), "not encrypted"),
        ("/ImportDeadLetters", Value::Null, "nobody reads"),
        ("/ImportMessages/Properties/ScalingConfig", Value::Null, "MaximumConcurrency"),
        ("/ImportMessages/Properties/FunctionResponseTypes", Value::Null, "ReportBatchItemFailures"),
        ("/TechnicalFailuresAlarm", Value::Null, "TechnicalFailuresAlarm"),
        ("/UnsentMailsAlarm/Properties/AlarmActions", json!([]), "tells nobody"),
        ("/Table/Properties/PointInTimeRecoverySpecification", Value::Null, "PointInTimeRecovery"),
    ];
    let template = Template::of_project().unwrap();
    for (path, value, said) in changes {
        let changed = on_aws(&template.changed(path, value).unwrap());
        let faults = faults(&changed);
        assert!(faults.iter().any(|fault| fault.contains(said)), "{path}: {faults:?}");
    }
}

/// Times that hold only in proportion: a queue hides a message for six timeouts of its function, as AWS advises; a lease
/// or a claim lasts just over one; a call ends before its function.
#[test]
fn times_stand_in_proportion() {
    let template = Template::of_project().unwrap();
    let defaults = template.parameter_defaults();
    let of = |kind: &'static str, logical: &str| {
        template.resources(kind).find(|(name, _)| *name == logical).map(|(_, properties)| properties.clone()).unwrap()
    };
    let number = |value: &Value| -> u64 {
        match (value["Ref"].as_str(), value.as_str()) {
            (Some(parameter), _) => defaults[parameter].parse().unwrap(),
            (None, Some(text)) => text.parse().unwrap(),
            (None, None) => value.as_u64().unwrap(),
        }
    };
    for (name, mapping) in template.resources("AWS::Lambda::EventSourceMapping") {
        let queue = of("AWS::SQS::Queue", mapping["EventSourceArn"]["Fn::GetAtt"][0].as_str().unwrap());
        let function = of("AWS::Serverless::Function", mapping["FunctionName"]["Ref"].as_str().unwrap());
        assert_eq!(number(&queue["VisibilityTimeout"]), 6 * number(&function["Timeout"]), "{name}");
        if let Some(dead) = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0].as_str() {
            let dead = of("AWS::SQS::Queue", dead);
            assert!(number(&dead["MessageRetentionPeriod"]) > number(&queue["MessageRetentionPeriod"]), "{name}");
        }
    }
    // What fails is answered, what is cut off is not; and the gateway waits thirty seconds, and then answers itself.
    for (name, function) in template.resources("AWS::Serverless::Function") {
        let timeout = number(&function["Timeout"]);
        let longest_call =
            u64::from(LONGEST_CALL) * number(&function["Environment"]["Variables"]["CALL_TIMEOUT_SECONDS"]);
        assert!(longest_call + 2 <= timeout, "{name}: a call of {longest_call} s within {timeout} s");
    }
    for (name, integration) in template.resources("AWS::ApiGatewayV2::Integration") {
        let function =
            of("AWS::Serverless::Function", integration["IntegrationUri"]["Fn::GetAtt"][0].as_str().unwrap());
        assert!(number(&function["Timeout"]) < 30, "{name}");
    }
    for (function, setting) in [("DirectoryFunction", "OFFER_CLAIM_SECONDS"), ("ImportWorkerFunction", "LEASE_SECONDS")]
    {
        let function = of("AWS::Serverless::Function", function);
        let (lasts, timeout) = (number(&function["Environment"]["Variables"][setting]), number(&function["Timeout"]));
        assert!(lasts > timeout && lasts * 10 <= timeout * 11, "{setting} is just over one timeout");
    }
}

/// The alarm listens to sentences that the function says: the journey of its events reads them in the log.
#[test]
fn the_alarm_listens_to_what_is_said() {
    let template = Template::of_project().unwrap();
    let filter =
        template.resources("AWS::Logs::MetricFilter").find(|(name, _)| *name == "DirectoryFailures").unwrap().1;
    for alarming in ["a directory failed", "an offer failed", "a mediacentre failed"] {
        let alarming = format!("{alarming} for a technical reason");
        assert!(filter["FilterPattern"].as_str().unwrap().contains(&format!("$.message = \"{alarming}\"")));
    }
}

fn faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    rights(template, &mut faults);
    buckets(template, &mut faults);
    queues(template, &mut faults);
    alarms(template, &mut faults);
    for (name, table) in template.resources("AWS::DynamoDB::Table") {
        let guards = [
            ("PointInTimeRecovery", &table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]),
            ("DeletionProtection", &table["DeletionProtectionEnabled"]),
            ("encryption", &table["SSESpecification"]["SSEEnabled"]),
            ("time to live", &table["TimeToLiveSpecification"]["Enabled"]),
        ];
        faults.extend(guards.iter().filter(|(_, on)| **on != true).map(|(guard, _)| format!("{name} has no {guard}")));
    }
    faults
}

fn rights(template: &Template, faults: &mut Vec<String>) {
    for (name, function) in template.resources("AWS::Serverless::Function") {
        if !function["Timeout"].is_number() {
            faults.push(format!("{name} has no Timeout"));
        }
        for policy in function["Policies"].as_array().into_iter().flatten() {
            if !policy["Statement"].is_array() {
                faults.push(format!("{name}: {policy} is no policy document that can be read here"));
            }
            for statement in policy["Statement"].as_array().into_iter().flatten() {
                faults.extend(strict::fault_of(statement).map(|fault| format!("{name}: {fault} in {statement}")));
            }
        }
    }
}

fn buckets(template: &Template, faults: &mut Vec<String>) {
    for (name, bucket) in template.resources("AWS::S3::Bucket") {
        for block in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
            if bucket["PublicAccessBlockConfiguration"][block] != true {
                faults.push(format!("{name} has no {block}"));
            }
        }
        if !bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"].is_array() {
            faults.push(format!("{name} is not encrypted"));
        }
        for prefix in FILES_OF_PUPILS {
            let mut rules = bucket["LifecycleConfiguration"]["Rules"].as_array().into_iter().flatten();
            let files = rules.find(|rule| rule["Prefix"] == prefix && rule["Status"] == "Enabled");
            if files.and_then(|rule| rule["ExpirationInDays"].as_u64()).is_none_or(|days| days > DAYS_OF_A_FILE) {
                faults.push(format!("{name} keeps files of pupils under {prefix} longer than {DAYS_OF_A_FILE} days"));
            }
        }
        for rule in bucket["CorsConfiguration"]["CorsRules"].as_array().into_iter().flatten() {
            if rule["AllowedOrigins"] != json!([{"Ref": "Origin"}]) {
                faults.push(format!("{name} takes uploads from anywhere"));
            }
        }
    }
}

fn queues(template: &Template, faults: &mut Vec<String>) {
    let queues: Vec<(&str, &Value)> = template.resources("AWS::SQS::Queue").collect();
    let letters: Vec<&str> = queues
        .iter()
        .filter_map(|(_, queue)| queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0].as_str())
        .collect();
    let mappings: Vec<(&str, &Value)> = template.resources("AWS::Lambda::EventSourceMapping").collect();
    for (name, queue) in queues {
        if queue["SqsManagedSseEnabled"] != true {
            faults.push(format!("{name} is not encrypted"));
        }
        if !mappings.iter().any(|(_, mapping)| mapping["EventSourceArn"]["Fn::GetAtt"][0] == name) {
            faults.push(format!("nobody reads {name}"));
        }
        if name.contains("DeadLetter") {
            if queue["MessageRetentionPeriod"] != SECONDS_OF_A_DEAD_LETTER {
                faults.push(format!("{name} does not keep letters for two weeks"));
            }
            if !letters.contains(&name) {
                faults.push(format!("nothing leads to {name}"));
            }
        } else if !queue["RedrivePolicy"]["maxReceiveCount"].as_u64().is_some_and(|count| (1..=10).contains(&count)) {
            faults.push(format!("{name} has no dead letter after at most ten tries"));
        }
    }
    for (name, mapping) in mappings {
        if !mapping["ScalingConfig"]["MaximumConcurrency"].is_number() {
            faults.push(format!("{name} has no MaximumConcurrency"));
        }
        if mapping["FunctionResponseTypes"] != json!(["ReportBatchItemFailures"]) {
            faults
                .push(format!("{name} has no ReportBatchItemFailures: one bad message would take the others with it"));
        }
    }
}

fn alarms(template: &Template, faults: &mut Vec<String>) {
    let alarms: Vec<(&str, &Value)> = template.resources("AWS::CloudWatch::Alarm").collect();
    for wanted in ALARMS {
        if !alarms.iter().any(|(name, _)| *name == wanted) {
            faults.push(format!("{wanted} is gone"));
        }
    }
    for (name, alarm) in &alarms {
        if alarm["AlarmActions"] != json!([{"Ref": "Alarms"}]) {
            faults.push(format!("{name} tells nobody"));
        }
    }
    for (name, filter) in template.resources("AWS::Logs::MetricFilter") {
        let metric = &filter["MetricTransformations"][0]["MetricName"];
        if !alarms.iter().any(|(_, alarm)| alarm["MetricName"] == *metric) {
            faults.push(format!("no alarm looks at {name}"));
        }
    }
}
