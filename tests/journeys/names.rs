//! Who stands behind the numbers: the list of pupils, those who left, and the names of an import.

use encoding_rs::UTF_8;
use rentree_samples::Sample;
use serde_json::json;

use crate::support::imports::counts;
use crate::support::schools::{a_school_of, import};
use crate::support::{a_school, eventually, product, run};

#[test]
fn the_list_filters_searches_and_turns_pages() {
    run(async {
        let (uai, school) = a_school().await?;
        school.import(Sample::new(uai, 130, 3).siecle(UTF_8).bytes, false).await?;
        let all = school.get("/learners").await?;
        assert_eq!(
            (&all["enrolled"], &all["pages"], all["learners"].as_array().unwrap().len()),
            (&json!(130), &json!(3), 50)
        );
        assert_eq!(school.get("/learners?page=99").await?["page"], 3);
        let one = school.post("/learners", &json!({ "q": "dherouville LOETITIA" })).await?;
        assert_eq!(school.get("/learners?q=dherouville").await?["found"], 130, "no name is taken from an address");
        assert!(school.get("/learners?page=").await.unwrap_err().to_string().contains("bad_request"));
        assert_eq!((&one["found"], &one["learners"][0]["first_name"]), (&json!(1), &json!("Lœtitia")));
        let class = school.get("/learners?division=6E1").await?;
        let divisions: Vec<_> = class["learners"].as_array().unwrap().iter().map(|l| &l["division"]).collect();
        assert!(!divisions.is_empty() && divisions.iter().all(|division| *division == "6E1"));
        Ok(())
    });
}

/// Who left, when, and with which import; also after an undo was tidied up, and where the import is not known.
#[test]
fn former_pupils_and_the_import_that_deactivated_them() {
    run(async {
        let (uai, school) = a_school().await?;
        let all = Sample::new(uai, 80, 3);
        let without = |places: std::ops::Range<usize>| {
            let mut some = all.clone();
            some.pupils.drain(places);
            some.siecle(UTF_8).bytes
        };
        let import = async |file: Vec<u8>| {
            let import = school.request(&json!({})).await?;
            school.send(&import, file).await?;
            let id = import["id"].as_str().unwrap().to_owned();
            assert_eq!(school.wait(&id).await?.status, "succeeded");
            anyhow::Ok(id)
        };
        import(all.siecle(UTF_8).bytes).await?;
        assert_eq!(school.get("/learners/former").await?["former"], 0);
        let first = import(without(0..2)).await?;
        let second = import(without(0..3)).await?;

        // They come back, by an import that is undone.
        let undone = import(all.siecle(UTF_8).bytes).await?;
        assert_eq!(school.get("/learners/former").await?["former"], 0);
        school.post(&format!("/imports/{undone}/undo"), &json!({})).await?;
        eventually("it is tidied up", async || {
            let school = product().table.school(uai).await?.unwrap();
            Ok((school.roster_version == school.fence).then_some(()))
        })
        .await?;

        let name = |place: usize| (all.pupils[place].last_name.clone(), all.pupils[place].division.clone());
        let of = |row: &serde_json::Value| {
            let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
            (
                (text("last_name"), text("division")),
                row["deactivated"]["import"].as_str().unwrap_or_default().to_owned(),
            )
        };
        let rows = |list: &serde_json::Value| {
            let mut rows: Vec<_> = list["learners"].as_array().unwrap().iter().map(of).collect();
            rows.sort();
            rows
        };
        let list = school.get("/learners/former").await?;
        let mut wanted = vec![(name(0), first.clone()), (name(1), first.clone()), (name(2), second.clone())];
        wanted.sort();
        assert_eq!((&list["former"], rows(&list)), (&json!(3), wanted));
        let told = school.get(&format!("/imports/{first}")).await?;
        let row = list["learners"].as_array().unwrap().iter().find(|row| of(row).1 == first).unwrap();
        assert_eq!(row["deactivated"]["by"], told["requested_by"]);

        // By import, by class, by name; a name in an address finds nobody.
        let of_second = school.get(&format!("/learners/former?import={second}")).await?;
        assert_eq!(rows(&of_second), [(name(2), second.clone())]);
        let (last_name, division) = name(0);
        let sought = json!({"q": format!("{} {last_name}", all.pupils[0].first_name), "division": division});
        assert_eq!(school.post("/learners/former", &sought).await?["found"], 1);
        assert_eq!(school.get("/learners/former?q=nobody").await?["found"], 3);
        assert_eq!(school.get("/learners").await?["former"], 3);

        // A version that no import is known to have written: the date is not made up.
        let table = product().stack.value("Table")?;
        let forget =
            product().stack.dynamodb.update_item().table_name(&table).update_expression("REMOVE outcome.versions");
        forget
            .key("PK", aws_sdk_dynamodb::types::AttributeValue::S(format!("SCHOOL#{uai}")))
            .key("SK", aws_sdk_dynamodb::types::AttributeValue::S(format!("IMPORT#{second}")))
            .send()
            .await?;
        let list = school.get("/learners/former").await?;
        assert_eq!(list["learners"].as_array().unwrap().iter().filter(|row| row["deactivated"].is_null()).count(), 1);

        let url = format!("{}/schools/{uai}/learners/former.csv", product().url);
        let sheet = reqwest::Client::new().get(url).header("cookie", school.cookie()).send().await?.text().await?;
        assert_eq!((sheet.lines().count(), sheet.matches("date inconnue").count()), (1 + 3, 1), "{sheet}");
        Ok(())
    });
}

/// By name or last class: the same former pupils in each order, which goes along from page to page and into the file.
#[test]
fn former_pupils_stand_in_the_order_that_is_asked_for() {
    run(async {
        let (uai, teacher, mut sample) = a_school_of(&[("6B", 300), ("6A", 300)], 7_452).await?;
        // Thirty and twenty-six leave: not so many that the import would ask first.
        let mut place = 0;
        sample.pupils.retain(|_| {
            place += 1;
            place % 10 != 0 || place > 560
        });
        import(uai, &sample).await?;

        let path = format!("/schools/{uai}/learners/former");
        let rows = |seen: &serde_json::Value| -> Vec<(String, serde_json::Value)> {
            let rows = seen["learners"].as_array().unwrap().iter();
            rows.map(|row| (row["division"].as_str().unwrap().to_owned(), row["id"].clone())).collect()
        };
        let list = async |order: &str| {
            let mut all = Vec::new();
            for page in 1..=2 {
                let seen = teacher.get(&format!("{path}?order={order}&page={page}")).await?.expect(200)?;
                assert_eq!((&seen["order"], &seen["pages"]), (&json!(order), &json!(2)));
                all.extend(rows(&seen));
            }
            anyhow::Ok(all)
        };
        let by_name = list("").await?;
        assert!(by_name.len() == 56 && !by_name.is_sorted_by_key(|(division, _)| division), "classes are mixed");
        let mut by_class = by_name.clone();
        by_class.sort_by_key(|(division, _)| division.clone());
        assert_eq!(list("division").await?, by_class);

        // With a name that is typed, in the file, and on the page; an order that the list does not have is refused.
        let sought = teacher.post(&path, &json!({"order": "division"})).await?.expect(200)?;
        assert_eq!(rows(&sought), by_class[..50]);
        assert_eq!(teacher.get(&format!("{path}?order=state")).await?.status, 400);
        let sheet = teacher.get(&format!("{path}.csv?order=division")).await?.expect(200)?;
        let lines: Vec<&str> = sheet.as_str().expect("a text").lines().skip(1).collect();
        let (first, second) = lines.split_at(26);
        assert!(second.len() == 30 && first.iter().all(|line| line.contains("6A")), "{lines:?}");
        let page = teacher.page(&format!("{path}?order=division")).await?;
        for shown in [
            r#"<option value="division" selected>"#,
            r#"<input type="hidden" name="order" value="division">"#,
            r#"/learners/former.csv?order=division""#,
        ] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        Ok(())
    });
}

#[test]
fn every_count_has_its_names() {
    run(async {
        let (uai, school) = a_school().await?;
        let september = Sample::new(uai, 130, 3);
        school.import(september.siecle(UTF_8).bytes, false).await?;
        let mut january = september.clone();
        january.pupils.drain(..3);
        january.enrol(130..135);
        january.pupils[10].division = "6E9".to_owned();
        let import = school.request(&json!({ "preview": true })).await?;
        school.send(&import, january.siecle(UTF_8).bytes).await?;
        let id = import["id"].as_str().unwrap();
        assert_eq!(school.wait(id).await?.counts, counts(5, 1, 0, 3, 126));

        let report = school.get(&format!("/imports/{id}/report")).await?;
        let kinds: Vec<_> = report["kinds"].as_array().unwrap().iter().map(|k| (&k["kind"], &k["count"])).collect();
        assert_eq!(
            kinds,
            [(&json!("deactivated"), &json!(3)), (&json!("added"), &json!(5)), (&json!("modified"), &json!(1))]
        );
        let modified = school.get(&format!("/imports/{id}/report?kind=modified&division=6E9")).await?;
        let change = &modified["lines"][0]["changes"][0];
        assert_eq!(
            (&modified["found"], &change["field"], &change["after"]),
            (&json!(1), &json!("division"), &json!("6E9"))
        );
        let leaver = &september.pupils[1];
        let q =
            json!({ "q": format!("{} {}", leaver.first_name.to_lowercase(), leaver.last_name), "kind": "deactivated" });
        assert_eq!(school.post(&format!("/imports/{id}/report"), &q).await?["found"], 1);

        let url = format!("{}/schools/{uai}/imports/{id}/report.csv", product().url);
        let sheet = reqwest::Client::new().get(url).header("cookie", school.cookie()).send().await?.text().await?;
        assert_eq!(sheet.lines().count(), 1 + 9, "{sheet}");
        assert!(sheet.contains("Nature;Ligne du fichier;"), "{sheet}");
        assert!(sheet.contains("\nDésactivation;"), "each line tells of one pupil: {sheet}");
        assert!(sheet.contains(r#""=""6E9""""#), "a class stays a class in a spreadsheet: {sheet}");
        Ok(())
    });
}
