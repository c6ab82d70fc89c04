//! The functions' own binaries, under the Lambda runtime API, with the committed events.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::runtime_api::Function;
use crate::support::{product, run};

#[test]
fn learners_answers_the_committed_events() {
    run(async {
        let mut function = Function::start("learners", &product().stack.function_settings("LearnersFunction")?).await?;
        let mut answers = BTreeMap::new();
        for entry in std::fs::read_dir(rentree_testkit::workspace_root().join("events/learners"))? {
            let path = entry?.path();
            let event: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
            let answer = function.invoke(event).await?;
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            answers.insert(name, (answer["statusCode"].clone(), answer["headers"]["content-type"].clone()));
        }
        insta::assert_json_snapshot!("events_learners", answers);
        function.kill().await
    });
}

#[test]
fn import_worker_answers_the_committed_events() {
    run(async {
        let settings = product().stack.function_settings("ImportWorkerFunction")?;
        let mut function = Function::start("import-worker", &settings).await?;
        for entry in std::fs::read_dir(rentree_testkit::workspace_root().join("events/import-worker"))? {
            let event: Value = serde_json::from_slice(&std::fs::read(entry?.path())?)?;
            assert_eq!(function.invoke(event).await?, serde_json::json!({"batchItemFailures": []}));
        }
        function.kill().await
    });
}
