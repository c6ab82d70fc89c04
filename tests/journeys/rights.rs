//! Rights, both ways: what is missing is refused where it is needed, and what is granted is needed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use aws_sdk_sqs::types::QueueAttributeName;
use encoding_rs::UTF_8;
use rentree_local::client::School;
use rentree_local::{Options, Rentree};
use rentree_samples::Sample;
use rentree_testkit::strict::RIGHTS_LOG;
use serde_json::json;

use crate::support::people::a_client;
use crate::support::{a_uai, eventually, product, run};

/// Rights that no journey needs, each with its reason: function, right, why it stays.
const UNSEEN: [(&str, &str, &str); 0] = [];

/// One right of each function, and the function is refused exactly where it needs it. Nothing is lost by it, and what is
/// shown is our own page.
#[test]
fn a_right_that_is_taken_away_is_refused_where_it_is_needed() {
    run(async {
        let rentree = Rentree::start(&Options::in_memory()).await?;
        let uai = a_uai();
        let school = School::enter(&rentree.url, uai).await?;
        let of_school = |rest: &str| format!("/schools/{uai}{rest}");
        let refused = async |function: &str, right: &str, path: &str, body: Option<&serde_json::Value>| {
            withdraw(&rentree, function, right)?;
            let address = format!("{}{path}", rentree.url);
            let request = match body {
                None => a_client().get(address),
                Some(body) => a_client().post(address).json(body),
            };
            let cookie = request.header("cookie", school.cookie()).header("accept", "application/json");
            let answer = cookie.header("origin", &rentree.url).send().await?;
            anyhow::ensure!(answer.status() == 500, "{function} without {right}: {}", answer.status());
            anyhow::ensure!(answer.json::<serde_json::Value>().await?["code"] == "internal");
            anyhow::ensure!(told(&rentree, function, right), "{:?}", rentree.stack.strict().refused());
            Ok(())
        };
        let campaign = json!({"title": "Rentrée", "course": "competences-numeriques-6e"});
        let form = json!({"uai": uai, "first_name": "Anne", "last_name": "Hérouville"});

        // The file of an import that has begun is not read, and each try is told.
        withdraw(&rentree, "ImportWorkerFunction", "s3:GetObject on rentree-uploads-000000000000/imports/*")?;
        let failed = school.import(Sample::new(uai, 3, 1).siecle(UTF_8).bytes, false).await?;
        assert_eq!(failed.refused.map(|refused| refused.code).as_deref(), Some("technical"));
        assert!(told(&rentree, "ImportWorkerFunction", "s3:GetObject"));

        refused("AccountsFunction", "dynamodb:Query on table/rentree/index/GSI1 of USER#*", "/spaces", None).await?;
        let put_campaign = "dynamodb:PutItem on table/rentree of CODE#*";
        refused("CampaignsFunction", put_campaign, &of_school("/campaigns"), Some(&campaign)).await?;
        assert_eq!(school.get("/campaigns").await?["campaigns"], json!([]), "nothing half-made");
        let query_log = "dynamodb:Query on table/rentree of AUDIT#*";
        refused("InvitationsFunction", query_log, &of_school("/audit"), None).await?;
        let put_import = "dynamodb:PutItem on table/rentree of SCHOOL#*";
        refused("LearnersFunction", put_import, &of_school("/imports"), Some(&json!({}))).await?;
        let put_request = "dynamodb:PutItem on table/rentree of SAMLREQUEST#*";
        refused("MediacentreFunction", put_request, "/mediacentre", None).await?;

        // Mails and directories have queues before them: what is refused is tried again, and its letter is dead at last.
        withdraw(&rentree, "MailWorkerFunction", "ses:SendEmail on identity/rentree.example")?;
        let sign_up = json!({"email": "quelqu.un@rentree.example"});
        let asked = a_client().post(format!("{}/sign-up", rentree.url)).json(&sign_up);
        assert_eq!(asked.header("accept", "application/json").send().await?.status(), 202);
        until_told(&rentree, "MailWorkerFunction", "ses:SendEmail").await?;
        assert!(rentree.stack.sent_mail().await?.is_empty());

        withdraw(&rentree, "DirectoryFunction", "dynamodb:BatchGetItem on table/rentree of SCHOOL#*")?;
        let put = rentree.stack.s3.put_object().bucket(rentree.stack.value("Bucket")?).key("directory/france.csv");
        put.body(rentree_samples::SchoolDirectory::new(5, 1).csv().into()).send().await?;
        until_told(&rentree, "DirectoryFunction", "dynamodb:BatchGetItem").await?;

        let query = "dynamodb:Query on table/rentree of SCHOOL#*";
        refused("CertificationsFunction", query, &of_school("/certifications"), None).await?;
        let put = "s3:PutObject on rentree-uploads-000000000000/reports/certifications/*";
        withdraw(&rentree, "CertificationsWorkerFunction", put)?;
        let put = rentree.stack.s3.put_object().bucket(rentree.stack.value("Bucket")?).key("certifications/s.csv");
        put.body(b"numero\n".to_vec().into()).send().await?;
        until_told(&rentree, "CertificationsWorkerFunction", "s3:PutObject").await?;

        let get = "dynamodb:GetItem on table/rentree of SCHOOL#*";
        withdraw(&rentree, "CertificatesWorkerFunction", get)?;
        let id = "0199a1b2-c3d4-7000-8000-0000000000aa";
        let order = json!({"uai": uai, "year": 2026, "former": false, "id": id}).to_string();
        let send = rentree.stack.sqs.send_message().queue_url(rentree.stack.value("CertificatesQueue")?);
        send.message_body(order).send().await?;
        until_told(&rentree, "CertificatesWorkerFunction", "dynamodb:GetItem").await?;

        refused(
            "ActivationFunction",
            "dynamodb:UpdateItem on table/rentree of LIMIT#*",
            "/demande-administration-sco",
            Some(&form),
        )
        .await?;
        rentree.stop().await
    });
}

pub(crate) fn withdraw(rentree: &Rentree, function: &str, right: &str) -> anyhow::Result<()> {
    let strict = rentree.stack.strict();
    let rights = strict.rights();
    let found = rights.iter().find(|(of, granted, _)| of == function && granted.to_string() == right);
    let (_, right, _) = found.ok_or_else(|| anyhow::anyhow!("{function} has no right to {right}: {rights:?}"))?;
    strict.withdraw(function, right)
}

/// Whether a function was refused that right, which is named by its beginning.
fn told(rentree: &Rentree, function: &str, right: &str) -> bool {
    let action = right.split(' ').next().unwrap_or_default();
    rentree.stack.strict().refused().iter().any(|(of, what)| of == function && what.starts_with(action))
}

async fn until_told(rentree: &Rentree, function: &str, right: &str) -> anyhow::Result<()> {
    eventually(&format!("{function} is refused"), async || Ok(told(rentree, function, right).then_some(()))).await
}

/// After all journeys: `cargo verify` runs it last, with the log that they wrote.
#[test]
#[ignore = "looks at what all other tests needed"]
fn every_right_was_needed_and_none_was_missing() {
    let log = PathBuf::from(std::env::var_os(RIGHTS_LOG).unwrap());
    let log = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Vec<&str>> = log.lines().map(|line| line.split('\t').collect()).collect();
    let needed: BTreeSet<(&str, &str)> =
        lines.iter().filter(|line| line[0] == "needed").map(|line| (line[1], line[2])).collect();
    let refused: BTreeSet<String> =
        lines.iter().filter(|line| line[0] == "refused").map(|line| line[1..].join(" ")).collect();
    assert!(refused.is_empty(), "the template lacks a right: {refused:#?}");

    let rights: Vec<(String, String)> = product()
        .stack
        .strict()
        .rights()
        .into_iter()
        .map(|(function, right, _)| (function, right.to_string()))
        .collect();
    for (function, right, _) in UNSEEN {
        let granted = rights.iter().any(|(of, granted)| of == function && granted == right);
        assert!(granted && !needed.contains(&(function, right)), "{function}, {right} is no exception any more");
    }
    let unneeded: Vec<String> = rights
        .iter()
        .filter(|(function, right)| !needed.contains(&(function.as_str(), right.as_str())))
        .filter(|(function, right)| !UNSEEN.iter().any(|(of, unseen, _)| of == function && unseen == right))
        .map(|(function, right)| format!("{function}: {right}"))
        .collect();
    assert!(unneeded.is_empty(), "no call needed these rights: {unneeded:#?}");
}

/// What ends in a dead-letter queue is read there, and done with.
#[test]
fn dead_letters_are_done_with() {
    run(async {
        let stack = &product().stack;
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        for queue in [
            "CertificatesDeadLetterQueue",
            "CertificationsDeadLetterQueue",
            "DirectoryDeadLetterQueue",
            "ImportDeadLetterQueue",
            "MailDeadLetterQueue",
            "OfferDeadLetterQueue",
        ] {
            let url = stack.value(queue)?;
            stack.sqs.send_message().queue_url(&url).message_body("{}").send().await?;
            eventually(&format!("{queue} is empty"), async || {
                let get = stack.sqs.get_queue_attributes().queue_url(&url);
                let found = get.set_attribute_names(Some(counts.to_vec())).send().await?.attributes.unwrap_or_default();
                Ok(counts.iter().all(|count| found.get(count).map(String::as_str) == Some("0")).then_some(()))
            })
            .await?;
        }
        Ok(())
    });
}
