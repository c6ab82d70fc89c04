//! The sums of an académie over its schools, in which nobody is named.

use jiff::Timestamp;
use rentree_domain::{Academie, Uai};
use rentree_samples::{Sample, SchoolDirectory};
use rentree_table::Role;
use serde_json::{Value, json};

use crate::support::campaigns::{COURSE, PROFILES, join};
use crate::support::certifications::{a_number, ago, state, statement, this_year};
use crate::support::faults::Faults;
use crate::support::followed::{last_year, send};
use crate::support::operators::{
    DIRECTORY_DEAD, SILENT_BUCKET, activate, dead, directory_with, done, message, put_silently, report, uploaded,
};
use crate::support::people::a_member;
use crate::support::schools::{class, import};
use crate::support::{product, run};

#[test]
fn an_academie_is_added_up_and_nobody_is_named() {
    run(async {
        // Three schools of an académie, of which two are active.
        let academie = Academie::parse("corse")?;
        let listed = SchoolDirectory::of_academie(academie, 3, 305);
        put_silently("totals", listed.csv()).await?;
        let directory = directory_with(None::<Faults>)?;
        done(&directory, &uploaded("totals")).await?;
        let year = this_year();
        let word = json!({"totals": {"academie": academie, "school_year": year}});
        let key = format!("reports/totals/{}-{}.json", year.first(), academie.short_name());
        let added_up = async || {
            done(&directory, &message(&word)).await?;
            report(&product().stack, SILENT_BUCKET, &key).await
        };
        let before = added_up().await?;
        assert_eq!((&before["refused"], &before["totals"]["joined"]), (&Value::Null, &json!(0)));

        let mut named = Vec::new();
        for (place, school) in listed.schools[..2].iter().enumerate() {
            let uai = Uai::parse(&school.uai)?;
            activate(&product().stack, uai).await?;
            let person = a_member(uai, Role::Administrator).await?;
            let mut sample = Sample::new(uai, 8, 306 + place as u64);
            sample.pupils.iter_mut().for_each(|pupil| pupil.division = "3A".to_owned());
            import(uai, &sample).await?;
            let pupils = class(uai, "3A").await?;
            for course in [COURSE, PROFILES] {
                let body = json!({"title": course, "course": course});
                let made = person.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
                let campaign = serde_json::from_value(made["id"].clone())?;
                join(uai, campaign, &pupils[..6]).await?;
                for pupil in &pupils[..3] {
                    send(campaign, pupil.id, Timestamp::now(), (60, Some(6))).await?;
                }
                send(campaign, pupils[3].id, Timestamp::now(), (60, None)).await?;
            }
            let mut certified = statement(a_number(), uai, pupils[0].id, "validated", ago(60));
            for pupil in &pupils[..3] {
                (certified["number"], certified["learner"]) = (json!(a_number()), json!(pupil.id));
                anyhow::ensure!(state(&certified).await?.0 == 200);
            }
            (certified["number"], certified["status"]) = (json!(a_number()), json!("rejected"));
            certified["learner"] = json!(pupils[4].id);
            anyhow::ensure!(state(&certified).await?.0 == 200);
            (certified["number"], certified["status"]) = (json!(a_number()), json!("validated"));
            (certified["learner"], certified["ine"]) = (Value::Null, json!("1234567890V"));
            certified["birth_date"] = json!("2012-03-10");
            anyhow::ensure!(state(&certified).await?.0 == 200);
            named.push(uai.to_string());
            named.extend(pupils.iter().map(|pupil| pupil.id.to_string()));
            named.extend(pupils.into_iter().flat_map(|pupil| [pupil.entry.last_name, pupil.entry.first_name]));
        }

        let after = added_up().await?;
        let gained = |name: &str| {
            let of = |report: &Value| report["totals"][name].as_u64();
            Some(of(&after)? - of(&before)?)
        };
        let expected = [
            ("activated", Some(2)),
            ("with_campaigns", Some(2)),
            ("campaigns", Some(4)),
            ("joined", Some(12)),
            ("sent", Some(8)),
            ("certifiable", Some(6)),
            ("certified", Some(6)),
            // So few that somebody might guess who they are.
            ("certified_of_no_pupil", None),
        ];
        for (name, number) in expected {
            assert_eq!(gained(name), number, "{name}: {after}");
        }
        assert!(after["totals"]["schools"].as_u64() >= Some(3));
        let text = after.to_string();
        for name in named {
            assert!(!text.contains(&name), "{name} in {text}");
        }
        // Another year has nothing of it; and a word that failed every time says so.
        let other = json!({"totals": {"academie": academie, "school_year": last_year()}});
        done(&directory, &message(&other)).await?;
        let key = format!("reports/totals/{}-{}.json", last_year().first(), academie.short_name());
        assert_eq!(report(&product().stack, SILENT_BUCKET, &key).await?["totals"]["joined"], 0);
        done(&directory, &dead(message(&other), DIRECTORY_DEAD)).await?;
        assert_eq!(report(&product().stack, SILENT_BUCKET, &key).await?["refused"]["code"], "technical");
        Ok(())
    });
}
