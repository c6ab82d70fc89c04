//! A partition of the table takes 1,000 write units a second and no more: what an import of a whole school does then.

use std::collections::BTreeMap;

use encoding_rs::UTF_8;
use jiff::Timestamp;
use rentree_domain::import::pace;
use rentree_local::client::School;
use rentree_local::{Options, Rentree, pupils};
use rentree_samples::Sample;
use serde_json::json;

use crate::support::people::a_client;
use crate::support::{a_uai, run};

/// So many that writing them takes more than what a partition gives at once.
const PUPILS: usize = 1_200;
const OF_A_CLASS: usize = 35;

#[test]
fn an_import_keeps_its_pace_while_a_class_joins() {
    run(async {
        let settings = BTreeMap::from([("WRITE_UNITS_PER_SECOND".to_owned(), pace::UNITS_A_SECOND.to_string())]);
        let rentree = Rentree::start(&Options { settings, ..Options::in_memory() }).await?;
        let uai = a_uai();
        let school = School::enter(&rentree.url, uai).await?;
        let mut sample = Sample::new(uai, PUPILS, 91);
        let imported = school.import(sample.siecle(UTF_8).bytes, false).await?;
        assert_eq!(imported.status, "succeeded", "{:?}", imported.refused);
        let (_, code) = pupils::a_campaign(&rentree.table, uai, Timestamp::now()).await?;

        rentree.stack.strict().limit_partitions(true);
        // Everybody changes but those who join meanwhile.
        let joining = sample.pupils[..OF_A_CLASS].to_vec();
        sample.pupils[OF_A_CLASS..].iter_mut().for_each(|pupil| pupil.usage_name = "CHANGÉ".to_owned());
        let (file, http) = (sample.siecle(UTF_8).bytes, a_client());
        let class = async {
            for pupil in &joining {
                let who = json!({
                    "first_name": pupil.first_name, "last_name": pupil.last_name, "birth_date": pupil.birth_date,
                    "password": "Velours8",
                });
                let post = http.post(format!("{}/campagnes/{code}/account", rentree.url)).json(&who);
                let answer = post.header("accept", "application/json").send().await?;
                anyhow::ensure!(answer.status() == 201, "{}", answer.text().await?);
            }
            Ok(())
        };
        let (imported, ()) = tokio::try_join!(school.import(file, false), class)?;
        assert_eq!(imported.status, "succeeded", "{:?} {:?}", imported.refused, imported.problems.first());
        assert_eq!(imported.counts.modified, PUPILS - OF_A_CLASS);
        assert_eq!(rentree.stack.strict().beyond_the_limit(), BTreeMap::new(), "nobody was refused");
        rentree.stop().await
    });
}

/// The limits that the test above keeps to are there: without a pace, the table refuses, and the import comes to its end all
/// the same.
#[test]
fn an_import_without_a_pace_is_refused_and_ends_all_the_same() {
    run(async {
        let rentree = Rentree::start(&Options::in_memory()).await?;
        let uai = a_uai();
        let school = School::enter(&rentree.url, uai).await?;
        rentree.stack.strict().limit_partitions(true);
        let imported = school.import(Sample::new(uai, 2 * PUPILS, 92).siecle(UTF_8).bytes, false).await?;
        assert_eq!(imported.status, "succeeded", "{:?} {:?}", imported.refused, imported.problems.first());
        assert!(rentree.stack.strict().beyond_the_limit().contains_key("ImportWorkerFunction"));
        rentree.stop().await
    });
}
