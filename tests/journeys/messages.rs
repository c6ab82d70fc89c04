//! What the queue may bring: test events, garbage, files that nobody asked for or that are gone, two files at once, a
//! message that fails every time.

use encoding_rs::UTF_8;
use rentree_domain::ImportId;
use rentree_domain::import::{ImportState, Resume};
use rentree_local::client::School;
use rentree_local::{Options, Rentree};
use rentree_samples::Sample;
use rentree_table::{Import, ImportOptions};
use serde_json::json;

use crate::support::faults::Faults;
use crate::support::{
    a_school, a_uai, batch, eventually, expected, product, resume_event, run, silent_import, state_of, visible,
    worker_with,
};

#[test]
fn each_record_of_a_batch_stands_alone() {
    run(async {
        let (uai, _) = a_school().await?;
        let sample = Sample::new(uai, 20, 5);
        let good = silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let good = serde_json::to_string(&Resume { uai, id: good, confirmed: false })?;
        let event = batch([
            ("garbage", "not JSON"),
            ("test", r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#),
            (
                "stranger",
                r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"imports/0990001N/0199a1b2-c3d4-7000-8000-000000000009"}}}]}"#,
            ),
            ("good", good.as_str()),
        ]);
        let response = worker_with(None)?.handle(&event).await?;
        assert_eq!(serde_json::to_value(&response)?, json!({"batchItemFailures": []}));
        assert_eq!(visible(uai).await?, expected(&sample));
        Ok(())
    });
}

#[test]
fn only_the_record_that_failed_comes_again() {
    run(async {
        let (broken, _) = a_school().await?;
        let id = silent_import(broken, Sample::new(broken, 5, 5).siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let failing = serde_json::to_string(&Resume { uai: broken, id, confirmed: false })?;
        let worker = worker_with(Some(Faults::after(0)))?;
        let response = worker.handle(&batch([("a", "{}"), ("b", failing.as_str()), ("c", "{}")])).await?;
        assert_eq!(serde_json::to_value(&response)?, json!({"batchItemFailures": [{"itemIdentifier": "b"}]}));

        // A message without a name cannot be given back alone.
        let unnamed = worker.handle(&batch([("", failing.as_str())])).await;
        assert!(unnamed.is_err());
        assert!(worker.handle(&json!({"detail": "no batch"})).await.is_err());
        Ok(())
    });
}

#[test]
fn a_file_that_is_gone_is_an_answer() {
    run(async {
        let (uai, _) = a_school().await?;
        let id = ImportId::new(jiff::Timestamp::now(), rentree_runtime::random());
        let import =
            Import::requested("Test", jiff::Timestamp::now(), format!("silent/{id}"), ImportOptions::default());
        product().table.create_import(uai, id, &import).await?;
        let response = worker_with(None)?.handle(&resume_event(uai, id, false)).await?;
        assert_eq!(response.batch_item_failures.len(), 0, "it will not come back");
        let import = product().table.import(uai, id).await?.unwrap();
        assert_eq!(import.state, ImportState::Failed);
        assert_eq!(import.outcome.refused.unwrap().code, "upload_missing");
        assert!(product().table.school(uai).await?.unwrap().lease.is_none(), "the lease is free");
        Ok(())
    });
}

#[test]
fn two_files_at_once_are_imported_one_after_the_other() {
    run(async {
        let (uai, school) = a_school().await?;
        let (one, mut other) = (Sample::new(uai, 600, 5), Sample::new(uai, 600, 5));
        other.enrol(600..650);
        let (first, second) = (school.request(&json!({})).await?, school.request(&json!({})).await?);
        let (a, b) =
            tokio::join!(school.send(&first, one.siecle(UTF_8).bytes), school.send(&second, other.siecle(UTF_8).bytes));
        assert!(a? && b?);
        let (a, b) =
            (school.wait(first["id"].as_str().unwrap()).await?, school.wait(second["id"].as_str().unwrap()).await?);
        assert_eq!(
            (a.status.as_str(), b.status.as_str()),
            ("succeeded", "succeeded"),
            "{:?} {:?}",
            a.refused,
            b.refused
        );
        let seen = visible(uai).await?;
        assert!(seen == expected(&one) || seen == expected(&other), "one of the two, whole");
        Ok(())
    });
}

#[test]
fn a_message_that_fails_every_time_ends_as_a_technical_failure() {
    run(async {
        // A product of its own, which tries again after two seconds, and whose bucket is gone.
        let rentree = Rentree::start(&Options::in_memory(2)).await?;
        let uai = a_uai();
        let school = School::enter(&rentree.url, uai).await?;
        let import = school.request(&json!({})).await?;
        let id: ImportId = import["id"].as_str().unwrap().parse()?;
        rentree.stack.s3.delete_bucket().bucket(rentree.stack.value("Bucket")?).send().await?;
        let body = serde_json::to_string(&Resume { uai, id, confirmed: false })?;
        let queue = rentree.stack.value("ImportQueue")?;
        rentree.stack.sqs.send_message().queue_url(&queue).message_body(body).send().await?;

        let table = &rentree.table;
        eventually("the import fails", async || {
            let import = table.import(uai, id).await?.unwrap();
            Ok((import.state == ImportState::Failed).then_some(()))
        })
        .await?;
        let summary = school.wait(&id.to_string()).await?;
        assert_eq!(summary.refused.unwrap().code, "technical");
        let lease = table.school(uai).await?.unwrap().lease;
        assert!(lease.is_none(), "other imports need not wait");
        rentree.stop().await
    });
}

#[test]
fn a_dead_letter_marks_its_import_unless_it_is_settled() {
    run(async {
        let (uai, _) = a_school().await?;
        let waiting = silent_import(uai, Vec::new(), ImportOptions::default()).await?;
        let done = silent_import(uai, Sample::new(uai, 3, 5).siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let worker = worker_with(None)?;
        worker.handle(&resume_event(uai, done, false)).await?;
        for id in [waiting, done] {
            let mut event = resume_event(uai, id, false);
            event["Records"][0]["eventSourceARN"] = "arn:aws:sqs:eu-west-3:000000000000:rentree-imports-dead".into();
            assert_eq!(worker.handle(&event).await?.batch_item_failures.len(), 0);
        }
        assert_eq!(state_of(uai, waiting).await?, ImportState::Failed);
        assert_eq!(state_of(uai, done).await?, ImportState::Succeeded);
        Ok(())
    });
}
