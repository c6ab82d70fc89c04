//! Whose a certification is, and of which class: whenever its result comes, whoever has left, whatever is imported.

use jiff::Timestamp;
use rentree_domain::{LearnerId, SchoolYear, Uai, paris};
use rentree_samples::Sample;
use serde_json::{Value, json};

use crate::support::certifications::{
    a_number, a_school, ago, load, page_of, state, statement, stored, this_year, worker_with,
};
use crate::support::faults::Faults;
use crate::support::schools::{class, import};
use crate::support::{eventually, product, run};

#[test]
fn a_certification_of_no_pupil_is_shown_and_finds_its_pupil_later() {
    run(async {
        let school = a_school(2, 65).await?;
        let (uai, number) = (school.uai, a_number());
        let newcomer = Sample::new(uai, 5, 6_500).pupils[4].clone();
        let mut unknown = statement(number, uai, school.pupils[0].id, "validated", ago(5));
        unknown["learner"] = Value::Null;
        unknown["ine"] = json!(newcomer.ine);
        unknown["birth_date"] =
            json!(rentree_domain::birth_date::typed(&newcomer.birth_date, paris::date(Timestamp::now()))?);
        (unknown["last_name"], unknown["first_name"]) = (json!("DE NULLE-PART"), json!("Ève"));
        let (status, view) = state(&unknown).await?;
        assert_eq!((status, &view["learner"]), (200, &Value::Null));

        let page = page_of(&school, "").await?;
        let row = &page["of_no_pupil"][0];
        assert_eq!(
            (&row["number"], &row["last_name"], &row["birth_date"]),
            (&json!(number), &json!("DE NULLE-PART"), &unknown["birth_date"])
        );
        assert_eq!(page["certifications"], json!([]));
        let html = school.administrator.page(&format!("/schools/{uai}/certifications")).await?;
        assert!(html.contains("Sans élève retrouvé") && html.contains("DE NULLE-PART"), "{html}");
        // Neither a wrong birth date nor another school's pupil is this one.
        let other = a_school(1, 66).await?;
        let mut elsewhere = unknown.clone();
        (elsewhere["number"], elsewhere["uai"]) = (json!(a_number()), json!(other.uai));
        assert_eq!(state(&elsewhere).await?.1["learner"], Value::Null);

        let mut sample = school.sample.clone();
        sample.pupils.push(rentree_samples::Pupil { division: "3B".to_owned(), ..newcomer });
        import(uai, &sample).await?;
        let report = load("found", &worker_with(None::<Faults>)?, std::slice::from_ref(&unknown)).await?;
        // The file calls the session otherwise: a statement of the same moment, of which the greater holds.
        assert!(["updated", "superseded"].iter().any(|what| report["counts"][what] == 1), "{report:#}");
        assert_eq!(report["of_no_pupil"], json!([]));
        let page = page_of(&school, "").await?;
        assert_eq!((&page["certifications"][0]["number"], &page["of_no_pupil"]), (&json!(number), &json!([])));
        assert_eq!(page["certifications"][0]["division"], "3B");
        Ok(())
    });
}

#[test]
fn results_and_the_class_of_their_year_survive_the_yearly_import() {
    run(async {
        let school = a_school(4, 67).await?;
        let (uai, pupils) = (school.uai, &school.pupils);
        for pupil in pupils {
            state(&statement(a_number(), uai, pupil.id, "validated", ago(5))).await?;
        }
        let mut sample = school.sample.clone();
        sample.school_year = SchoolYear::starting_in(this_year().first() + 1).unwrap();
        let leaves = sample.pupils.iter().position(|pupil| pupil.ine == pupils[3].entry.ine.to_string()).unwrap();
        sample.pupils.remove(leaves);
        sample.pupils.iter_mut().for_each(|pupil| pupil.division = "2NDE 1".to_owned());
        import(uai, &sample).await?;

        let of_year = format!("?year={}", this_year().first());
        let page = page_of(&school, &of_year).await?;
        assert_eq!((&page["found"], &page["of_former"]), (&json!(3), &json!(1)), "who left is counted: {page:#}");
        let page = page_of(&school, &format!("{of_year}&former=true")).await?;
        let rows = page["certifications"].as_array().unwrap();
        assert_eq!((rows.len(), &page["found"]), (4, &json!(4)), "{page:#}");
        assert!(rows.iter().all(|row| row["division"] == "3A"), "{page:#}");
        let left: Vec<_> = rows.iter().filter(|row| row["left"] == true).map(|row| row["learner"].clone()).collect();
        assert_eq!(left, [json!(pupils[3].id)]);

        // What is first stated when the school's list is of another year has the class of its own: of who stayed, and of who left.
        for pupil in [&pupils[0], &pupils[3]] {
            let number = a_number();
            state(&statement(number, uai, pupil.id, "validated", ago(1))).await?;
            assert_eq!(class_of(uai, number).await?, Some((pupil.id, Some("3A".to_owned()))));
        }
        Ok(())
    });
}

/// Pupil and class of a certification.
async fn class_of(uai: Uai, number: u64) -> anyhow::Result<Option<(LearnerId, Option<String>)>> {
    let pupil = stored(uai, number).await?.and_then(|certification| certification.pupil);
    Ok(pupil.map(|pupil| (pupil.learner, pupil.division)))
}

/// The same once an import has looked for its pupil.
async fn class_becomes(uai: Uai, number: u64, pupil: LearnerId, class: Option<&str>) -> anyhow::Result<()> {
    let expected = Some((pupil, class.map(ToOwned::to_owned)));
    eventually("the certification is of that pupil and class", async || {
        Ok((class_of(uai, number).await? == expected).then_some(()))
    })
    .await
}

#[test]
fn pupil_and_class_do_not_depend_on_the_order_of_statements() {
    run(async {
        let school = a_school(3, 75).await?;
        let (uai, [one, other, ..]) = (school.uai, &school.pupils[..]) else { unreachable!("a class of three") };
        let mut next_year = school.sample.clone();
        next_year.school_year = this_year().next();
        next_year.pupils.iter_mut().for_each(|pupil| pupil.division = "2NDE 1".to_owned());
        import(uai, &next_year).await?;

        // One statement means somebody else, one another day, of the year after; whichever comes last, the latest holds.
        let told = |number: u64, minutes, learner: LearnerId, year: SchoolYear| {
            let mut it = statement(number, uai, learner, "started", ago(minutes));
            if year != this_year() {
                it["taken_on"] = json!(format!("{}-05-12", year.first() + 1));
            }
            it
        };
        let last_year = SchoolYear::starting_in(this_year().first() - 1).unwrap();
        for (latest, expected) in [
            (told(1, 1, one.id, this_year()), (one.id, Some("3A".to_owned()))),
            (told(1, 1, one.id, last_year), (one.id, None)),
        ] {
            for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                let number = a_number();
                let mut latest = latest.clone();
                latest["number"] = json!(number);
                let all = [latest, told(number, 3, other.id, this_year()), told(number, 2, one.id, last_year)];
                for at in order {
                    state(&all[at]).await?;
                }
                let year = SchoolYear::of(all[0]["taken_on"].as_str().unwrap().parse()?);
                let of_year = product().table.certifications(uai, year).await?;
                let found = of_year.into_iter().find(|(known, _)| known.to_string() == number.to_string());
                let pupil = found.and_then(|(_, it)| it.pupil).map(|pupil| (pupil.learner, pupil.division));
                assert_eq!(pupil.as_ref(), Some(&expected), "{order:?}");
            }
        }
        Ok(())
    });
}

#[test]
fn a_pupil_who_leaves_within_the_year_keeps_its_class() {
    run(async {
        let school = a_school(2, 76).await?;
        let (uai, leaves) = (school.uai, &school.pupils[0]);
        let mut sample = school.sample.clone();
        sample.pupils.retain(|pupil| pupil.ine != leaves.entry.ine.to_string());
        import(uai, &sample).await?;
        let number = a_number();
        state(&statement(number, uai, leaves.id, "validated", ago(1))).await?;
        assert_eq!(class_of(uai, number).await?, Some((leaves.id, Some("3A".to_owned()))));
        Ok(())
    });
}

/// Most of those who passed last year have left: whoever asks for last year asks for them.
#[test]
fn a_year_that_is_over_shows_who_has_left_since() {
    run(async {
        let school = a_school(2, 79).await?;
        let (uai, last_year) = (school.uai, this_year().first() - 1);
        for pupil in &school.pupils {
            let mut it = statement(a_number(), uai, pupil.id, "validated", ago(1));
            it["taken_on"] = json!(format!("{}-05-12", last_year + 1));
            state(&it).await?;
        }
        let mut sample = school.sample.clone();
        sample.pupils.retain(|pupil| pupil.ine != school.pupils[0].entry.ine.to_string());
        import(uai, &sample).await?;

        let of_year = format!("?year={last_year}");
        assert_eq!(page_of(&school, &of_year).await?["found"], 2);
        let get =
            async |path: &str| school.administrator.get(&format!("/schools/{uai}/{path}{of_year}")).await?.expect(200);
        assert_eq!(get("certifications/results.json").await?["certifications"].as_array().map(Vec::len), Some(2));
        assert_eq!(get("certificates").await?["found"], 2);
        Ok(())
    });
}

/// Results may come before a school has imported its pupils: an import looks for those of nobody, and follows who changes class.
#[test]
fn an_import_finds_the_pupils_of_what_came_before_it() {
    run(async {
        let school = a_school(2, 77).await?;
        let (uai, mut sample) = (school.uai, school.sample.clone());
        let mut comes = Sample::new(uai, 5, 78).pupils.pop().expect("five");
        comes.division = "3A".to_owned();
        let born = rentree_domain::birth_date::typed(&comes.birth_date, paris::date(Timestamp::now()))?;
        let mut nobodys = statement(a_number(), uai, school.pupils[0].id, "validated", ago(1));
        nobodys["learner"] = Value::Null;
        (nobodys["ine"], nobodys["birth_date"]) = (json!(comes.ine), json!(born));
        let number = nobodys["number"].as_u64().unwrap();
        state(&nobodys).await?;
        assert_eq!(class_of(uai, number).await?, None);

        sample.pupils.push(comes.clone());
        import(uai, &sample).await?;
        let arrived =
            class(uai, "3A").await?.into_iter().find(|it| it.entry.ine.as_str() == comes.ine).expect("imported");
        class_becomes(uai, number, arrived.id, Some("3A")).await?;
        let of_pupil = product().table.certifications_of(arrived.id).await?;
        assert_eq!(of_pupil.len(), 1, "the pupil finds it");

        sample.pupils.last_mut().unwrap().division = "3B".to_owned();
        import(uai, &sample).await?;
        class_becomes(uai, number, arrived.id, Some("3B")).await?;
        Ok(())
    });
}
