//! What the queue may bring: test events, garbage, files that nobody asked for or that are gone, two files at once.

use encoding_rs::UTF_8;
use rentree_domain::ImportId;
use rentree_domain::import::ImportState;
use rentree_samples::Sample;
use rentree_table::{Import, ImportOptions};
use serde_json::json;

use crate::support::faults::Faults;
use crate::support::{
    a_school, batch, expected, note_import, product, resume_event, resume_message, run, silent_import, visible,
    worker_with,
};

#[test]
fn each_record_of_a_batch_stands_alone() {
    run(async {
        let (uai, _) = a_school().await?;
        let sample = Sample::new(uai, 20, 5);
        let good = silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let good = resume_message(uai, good, false);
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
        let failing = resume_message(broken, id, false);
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
        note_import(uai, id, &import).await?;
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
