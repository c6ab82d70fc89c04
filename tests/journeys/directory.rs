//! The directory of schools: from the bucket to the table, whole, damaged, repeated, interrupted.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use directory::Directory;
use directory::listing::Limits;
use encoding_rs::UTF_8;
use jiff::Timestamp;
use rentree_domain::{Academie, EmailAddress, Ministry, Uai};
use rentree_local::client::School as Space;
use rentree_local::operator::Operator;
use rentree_samples::{DirectoryFault, ListedRow, Sample, SchoolDirectory};
use rentree_table::{School, Table};
use serde_json::{Value, json};

use crate::support::faults::Faults;
use crate::support::operators::{
    DIRECTORY_DEAD, activate, dead, directory_with, done, put_silently, settings, silent_report, uploaded,
};
use crate::support::{expected, product, run, visible};

fn uai(row: &ListedRow) -> Uai {
    Uai::parse(&row.uai).unwrap()
}

async fn school(row: &ListedRow) -> anyhow::Result<Option<School>> {
    Ok(product().table.school(uai(row)).await?)
}

/// What the table should have of a school that was loaded and nothing else.
fn as_listed(row: &ListedRow) -> School {
    School {
        kind: row.kind.clone(),
        town: row.town().to_owned(),
        ministry: Ministry::parse(&row.ministry),
        mailbox: EmailAddress::parse(&row.mail).ok(),
        academie: Academie::of(uai(row)),
        ..School::new(&row.name)
    }
}

/// Loads a file that only we are told of; returns the report and the write requests.
async fn load_silently(name: &str, file: Vec<u8>) -> anyhow::Result<(Value, usize)> {
    put_silently(name, file).await?;
    let counting = Faults::default();
    done(&directory_with(Some(counting.clone()))?, &uploaded(name)).await?;
    Ok((silent_report(name).await?, counting.writes()))
}

/// The counts that are not zero.
fn counts(report: &Value) -> Value {
    let all = report["counts"].as_object().expect("counts");
    let sum: u64 = all
        .iter()
        .filter(|(name, _)| !["lines", "warnings"].contains(&name.as_str()))
        .filter_map(|(_, n)| n.as_u64())
        .sum();
    assert_eq!(report["counts"]["lines"], sum, "every line is counted once: {report:#}");
    all.iter().filter(|(_, count)| **count != json!(0)).map(|(name, count)| (name.clone(), count.clone())).collect()
}

#[test]
fn a_large_directory_is_loaded_once() {
    run(async {
        let (operator, sample) = (Operator::of(&product().stack)?, SchoolDirectory::new(2_500, 20));
        let first = operator.load("country", sample.csv()).await?;
        assert_eq!(counts(&first), json!({"lines": 2_500, "created": 2_500}));
        for row in sample.schools.iter().step_by(997) {
            assert_eq!(school(row).await?, Some(as_listed(row)), "{}", row.uai);
        }
        // Found by académie, every one of them.
        let loaded: HashSet<_> = sample.schools.iter().map(uai).collect();
        let mut found = 0;
        for academie in Academie::all() {
            let schools = product().table.schools_of(academie).await?;
            found += schools.iter().filter(|(uai, _)| loaded.contains(uai)).count();
        }
        assert_eq!(found, 2_500);

        let second = operator.load("country", sample.csv()).await?;
        assert_eq!(counts(&second), json!({"lines": 2_500, "unchanged": 2_500}));
        let (third, writes) = load_silently("country", sample.csv()).await?;
        assert_eq!((counts(&third), writes), (counts(&second), 0), "what is known costs no write");
        Ok(())
    });
}

#[test]
fn only_what_differs_is_written() {
    run(async {
        let mut sample = SchoolDirectory::new(250, 21);
        let (_, writes) = load_silently("differs", sample.csv()).await?;
        assert_eq!(writes, 3, "a hundred schools a request");
        sample.schools[3].name = "Collège rebaptisé".to_owned();
        sample.schools[6].mail = String::new();
        sample.schools[8].mail = "nouvelle.adresse@exemple.fr".to_owned();
        let (report, writes) = load_silently("differs", sample.csv()).await?;
        assert_eq!((counts(&report), writes), (json!({"lines": 250, "updated": 3, "unchanged": 247}), 1));
        for row in &sample.schools[..10] {
            assert_eq!(school(row).await?, Some(as_listed(row)));
        }
        Ok(())
    });
}

#[test]
fn damaged_lines_are_reported_and_the_rest_is_loaded() {
    run(async {
        let mut sample = SchoolDirectory::new(60, 22);
        // A missing column is a fault of the whole file.
        let of_lines = DirectoryFault::ALL.iter().filter(|fault| **fault != DirectoryFault::ColumnMissing);
        let faults: Vec<_> = of_lines.enumerate().map(|(n, fault)| (n * 4 + 1, *fault)).collect();
        for (index, fault) in &faults {
            sample.spoil(*index, *fault);
        }
        // As `cargo dev directory` does it beside a running product.
        let operator = Operator::at(&product().url).await?;
        let report = operator.load("damaged", sample.csv()).await?;
        // All but the wrong mailbox, the closed school and the one that is listed twice.
        let refused = faults.len() - 3;
        let expected = json!({
            "lines": 60, "created": 60 - refused - 2, "left_out": 1, "refused": refused, "listed_twice": 1, "warnings": 1
        });
        assert_eq!(counts(&report), expected);
        assert_eq!((&report["problems_total"], &report["remarks_total"]), (&json!(refused + 1), &json!(1)));
        let told = |what: &str| -> Vec<_> {
            report[what].as_array().unwrap().iter().map(|told| (told["line"].clone(), told["code"].clone())).collect()
        };
        let made = |wanted: fn(DirectoryFault) -> bool| -> Vec<_> {
            let made = faults.iter().filter(|(_, fault)| wanted(*fault));
            made.map(|(index, fault)| (json!(index + 2), json!(fault.code()))).collect()
        };
        let is_remark = |fault| fault == DirectoryFault::SchoolListedTwice;
        assert_eq!(
            told("problems"),
            made(|fault| !matches!(fault, DirectoryFault::Closed | DirectoryFault::SchoolListedTwice))
        );
        assert_eq!(told("remarks"), made(is_remark));
        let spoilt: Vec<_> = faults.iter().map(|(index, _)| *index).collect();
        for (index, row) in sample.schools.iter().enumerate().filter(|(index, _)| !spoilt.contains(index)) {
            assert_eq!(school(row).await?, Some(as_listed(row)), "{index}");
        }
        let without_mailbox =
            &sample.schools[faults.iter().find(|(_, f)| *f == DirectoryFault::MailInvalid).unwrap().0];
        assert_eq!(school(without_mailbox).await?.unwrap().mailbox, None);
        let closed = &sample.schools[faults.iter().find(|(_, f)| *f == DirectoryFault::Closed).unwrap().0];
        assert_eq!(school(closed).await?, None);

        // A second load of the same file says the same of the damage.
        let again = operator.load("damaged", sample.csv()).await?;
        assert_eq!((&again["problems"], &again["remarks"]), (&report["problems"], &report["remarks"]));
        Ok(())
    });
}

/// A table that nobody else has, for files that name the schools of other tests.
async fn an_empty_table(name: &str) -> anyhow::Result<Table> {
    let text = |attribute: &str| {
        AttributeDefinition::builder().attribute_name(attribute).attribute_type(ScalarAttributeType::S).build()
    };
    let key = |attribute: &str, kind| KeySchemaElement::builder().attribute_name(attribute).key_type(kind).build();
    let create = product().stack.dynamodb.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(text("PK")?).attribute_definitions(text("SK")?);
    create.key_schema(key("PK", KeyType::Hash)?).key_schema(key("SK", KeyType::Range)?).send().await?;
    product().stack.strict().stands_for(&format!("table/{name}"), "table/rentree");
    Ok(Table::new(product().stack.dynamodb.clone(), name))
}

/// Files made after trouble that people had with the public directory, each with its outcome, on an empty table.
#[test]
fn files_made_after_real_trouble_have_their_outcome() {
    run(async {
        let folder = rentree_testkit::workspace_root().join("functions/directory/src/listing/tests/cases");
        let of_second_line = json!([["school_listed_twice", 3, "0350760L"]]);
        for (case, expected, remarks, derived) in [
            // The official file always has such lines.
            ("d01", json!({"lines": 3, "created": 2, "listed_twice": 1}), of_second_line, vec!["0750654D"]),
            // Some columns under technical names, others under labels.
            ("d02", json!({"lines": 2, "created": 1, "left_out": 1}), json!([]), vec!["0750654D"]),
        ] {
            let table = an_empty_table(&format!("rentree-case-{case}")).await?;
            let settings = settings()?.with([("TABLE", format!("rentree-case-{case}"))]);
            let directory = Directory::from_settings(&settings, Timestamp::now)?;
            put_silently(case, std::fs::read(folder.join(format!("{case}.csv")))?).await?;
            done(&directory, &uploaded(case)).await?;

            let report = silent_report(case).await?;
            assert_eq!(counts(&report), expected, "{case}");
            assert_eq!((&report["refused"], &report["problems"]), (&Value::Null, &json!([])), "{case}");
            let told = report["remarks"].as_array().unwrap().iter();
            let told: Vec<_> = told.map(|remark| json!([remark["code"], remark["line"], remark["uai"]])).collect();
            assert_eq!(json!(told), remarks, "{case}");
            assert_eq!(report["remarks_total"], told.len(), "{case}");
            for remark in report["remarks"].as_array().unwrap() {
                assert!(
                    ["message", "remedy"].iter().all(|part| remark[part].as_str().unwrap().ends_with('.')),
                    "{case}"
                );
            }
            for uai in derived {
                let uai = Uai::parse(uai)?;
                let school = table.school(uai).await?.unwrap();
                assert_eq!((&school.mailbox, school.closed), (&None, false), "{case}");
                assert_eq!(school.mailbox_of(uai).unwrap().as_str(), format!("ce.{uai}@ac-paris.fr").to_lowercase());
            }
        }
        Ok(())
    });
}

#[test]
fn a_missing_column_is_remarked_and_the_schools_are_loaded() {
    run(async {
        let mut sample = SchoolDirectory::new(8, 42);
        sample.spoil(0, DirectoryFault::ColumnMissing);
        let (report, _) = load_silently("column-missing", sample.csv()).await?;
        assert_eq!(counts(&report), json!({"lines": 8, "created": 8}));
        let remarks = report["remarks"].as_array().unwrap();
        assert_eq!((&remarks[0]["line"], &remarks[0]["code"]), (&json!(1), &json!("column_missing")));
        assert_eq!((remarks.len(), &report["remarks_total"], &remarks[0]["uai"]), (1, &json!(1), &Value::Null));
        // What the remark says.
        let without_mail = sample.schools.iter().find(|row| row.mail.is_empty()).unwrap();
        assert_eq!(school(without_mail).await?.unwrap().mailbox_of(uai(without_mail)), None);
        // And what its remedy says.
        let (whole, _) = load_silently("column-missing", SchoolDirectory::new(8, 42).csv()).await?;
        assert_eq!((counts(&whole), &whole["remarks"]), (json!({"lines": 8, "updated": 8}), &json!([])));
        assert!(school(without_mail).await?.unwrap().mailbox_of(uai(without_mail)).is_some());
        Ok(())
    });
}

#[test]
fn addresses_on_two_lines_are_read_and_an_open_quote_takes_nobody_with_it() {
    run(async {
        let mut sample = SchoolDirectory::new(40, 43);
        for row in sample.schools.iter_mut().step_by(3) {
            row.address = "1 rue de l'École\nBâtiment \"B\"; 2e étage".to_owned();
        }
        sample.spoil(10, DirectoryFault::Quotes);
        let (report, _) = load_silently("two-lines", sample.csv()).await?;
        assert_eq!(counts(&report), json!({"lines": 40, "created": 39, "refused": 1}));
        assert_eq!(report["problems"][0]["code"], "quotes");
        // Four schools before it stand on two lines.
        assert_eq!(report["problems"][0]["line"], 10 + 2 + 4);
        for (index, row) in sample.schools.iter().enumerate().filter(|(index, _)| *index != 10) {
            assert_eq!(school(row).await?, Some(as_listed(row)), "{index}");
        }
        Ok(())
    });
}

#[test]
fn a_load_that_died_is_finished_by_the_next() {
    run(async {
        for dies_after in 0..4 {
            let sample = SchoolDirectory::new(330, 30 + dies_after as u64);
            let name = format!("dies-{dies_after}");
            put_silently(&name, sample.csv()).await?;
            let died = directory_with(Some(Faults::after(dies_after)))?.handle(&uploaded(&name)).await?;
            assert_eq!(died.batch_item_failures.len(), 1, "the message comes again");
            assert!(silent_report(&name).await.is_err(), "no report of what is not done");

            let (report, writes) = load_silently(&name, sample.csv()).await?;
            let before = dies_after * 100;
            let mut expected = json!({"lines": 330, "created": 330 - before});
            if before > 0 {
                expected["unchanged"] = json!(before);
            }
            assert_eq!((counts(&report), writes), (expected, 4 - dies_after));
            for row in &sample.schools {
                assert_eq!(school(row).await?, Some(as_listed(row)));
            }
        }
        Ok(())
    });
}

#[test]
fn the_same_message_twice_at_once_ends_the_same() {
    run(async {
        let sample = SchoolDirectory::new(400, 35);
        put_silently("twice", sample.csv()).await?;
        let directory = directory_with(None::<Faults>)?;
        let event = uploaded("twice");
        let (one, other) = tokio::join!(directory.handle(&event), directory.handle(&event));
        assert_eq!(one?.batch_item_failures.len() + other?.batch_item_failures.len(), 0);
        for row in &sample.schools {
            assert_eq!(school(row).await?, Some(as_listed(row)));
        }
        Ok(())
    });
}

/// Replaces the file when the table is asked for the first time.
#[derive(Debug)]
struct Replaces {
    by: Vec<u8>,
    is_done: AtomicBool,
}

impl Intercept for Replaces {
    fn name(&self) -> &'static str {
        "Replaces"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !self.is_done.swap(true, Ordering::SeqCst) {
            let put = put_silently("replaced", self.by.clone());
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(put))?;
        }
        Ok(())
    }
}

#[test]
fn a_file_that_is_replaced_while_it_is_loaded_ends_as_the_newer_one() {
    run(async {
        let older = SchoolDirectory::new(120, 36);
        let mut newer = older.clone();
        newer.schools[5].name = "Lycée tout neuf".to_owned();
        put_silently("replaced", older.csv()).await?;
        let between = Replaces { by: newer.csv(), is_done: AtomicBool::new(false) };
        done(&directory_with(Some(between))?, &uploaded("replaced")).await?;
        assert_eq!(school(&newer.schools[5]).await?, Some(as_listed(&newer.schools[5])));
        assert_eq!(counts(&silent_report("replaced").await?), json!({"lines": 120, "updated": 1, "unchanged": 119}));
        Ok(())
    });
}

#[test]
fn a_known_school_keeps_what_others_own() {
    run(async {
        let mut sample = SchoolDirectory::new(3, 37);
        let known = uai(&sample.schools[1]);
        let space = Space::enter(&product().url, known).await?;
        let pupils = Sample::new(known, 25, 9);
        space.import(pupils.siecle(UTF_8).bytes, false).await?;
        activate(&product().stack, known).await?;
        let before = product().table.school(known).await?.unwrap();

        sample.schools[1].name = "Collège au nom changé".to_owned();
        let report = Operator::of(&product().stack)?.load("keeps", sample.csv()).await?;
        assert_eq!(counts(&report), json!({"lines": 3, "created": 2, "updated": 1}));

        let after = product().table.school(known).await?.unwrap();
        let listed = as_listed(&sample.schools[1]);
        let expected_school = School {
            name: listed.name,
            kind: listed.kind,
            town: listed.town,
            ministry: listed.ministry,
            mailbox: listed.mailbox,
            academie: listed.academie,
            ..before
        };
        assert!(after.roster_version == 1 && after.applied.is_some() && after.activated_at.is_some());
        assert_eq!(after, expected_school);
        assert_eq!(visible(known).await?, expected(&pupils));

        // And a school that the directory made takes pupils.
        let made = uai(&sample.schools[2]);
        let pupils = Sample::new(made, 10, 9);
        let summary = Space::enter(&product().url, made).await?.import(pupils.siecle(UTF_8).bytes, false).await?;
        assert_eq!((summary.status.as_str(), summary.counts.added), ("succeeded", 10));
        Ok(())
    });
}

#[test]
fn schools_close_and_open_again() {
    run(async {
        let open = SchoolDirectory::new(20, 38);
        let mut shut = open.clone();
        (0..3).for_each(|index| shut.spoil(index, DirectoryFault::Closed));
        let (unknown, _) = load_silently("closing", shut.csv()).await?;
        assert_eq!(counts(&unknown), json!({"lines": 20, "created": 17, "left_out": 3}));
        assert_eq!(school(&open.schools[0]).await?, None);
        load_silently("closing", open.csv()).await?;
        let (closing, _) = load_silently("closing", shut.csv()).await?;
        assert_eq!(counts(&closing), json!({"lines": 20, "unchanged": 17, "closed": 3}));
        assert!(school(&open.schools[0]).await?.unwrap().closed);
        let (again, writes) = load_silently("closing", shut.csv()).await?;
        assert_eq!((counts(&again), writes), (json!({"lines": 20, "unchanged": 20}), 0));
        let (opening, _) = load_silently("closing", open.csv()).await?;
        assert_eq!(counts(&opening), json!({"lines": 20, "unchanged": 17, "updated": 3}));
        assert_eq!(school(&open.schools[0]).await?, Some(as_listed(&open.schools[0])));
        Ok(())
    });
}

#[test]
fn a_file_that_is_no_directory_is_refused_as_a_whole() {
    run(async {
        let operator = Operator::of(&product().stack)?;
        let header = SchoolDirectory::new(0, 1).csv();
        let commas = "Identifiant_de_l_etablissement,Nom_etablissement\n0350760L,A\n".to_owned().into_bytes();
        for (name, file, code) in [
            ("empty", Vec::new(), "empty"),
            ("header-only", header, "empty"),
            ("zip", b"PK\x03\x04\x14\0\0\0".to_vec(), "not_csv"),
            ("commas", commas, "missing_column"),
        ] {
            let report = operator.load(name, file).await?;
            assert_eq!(report["refused"]["code"], code, "{report:#}");
            assert!(report["refused"]["detail"].as_str().unwrap().ends_with('.'));
            assert_eq!(counts(&report), json!({}));
        }

        let (name, sample) = ("too-large", SchoolDirectory::new(50, 39));
        put_silently(name, sample.csv()).await?;
        let limits = Limits { file: 1_000, ..Limits::default() };
        done(&directory_with(None::<Faults>)?.with_limits(limits), &uploaded(name)).await?;
        assert_eq!(silent_report(name).await?["refused"]["code"], "too_large");
        assert_eq!(school(&sample.schools[0]).await?, None);

        done(&directory_with(None::<Faults>)?, &uploaded("gone")).await?;
        assert_eq!(silent_report("gone").await?["refused"]["code"], "missing");
        Ok(())
    });
}

#[test]
fn a_dead_letter_says_that_the_file_is_not_to_blame() {
    run(async {
        // The bucket must be there for the report.
        put_silently("dead", SchoolDirectory::new(1, 40).csv()).await?;
        let event = dead(uploaded("dead"), DIRECTORY_DEAD);
        done(&directory_with(None::<Faults>)?, &event).await?;
        let report = silent_report("dead").await?;
        assert_eq!(report["refused"]["code"], "technical");
        Ok(())
    });
}

/// What is in the table is a contract with every version of the code.
#[test]
fn a_school_as_it_is_stored() {
    run(async {
        let sample = SchoolDirectory::new(1, 41);
        load_silently("stored", sample.csv()).await?;
        let get = product().stack.dynamodb.get_item().table_name(product().stack.value("Table")?);
        let text = |text: String| AttributeValue::S(text);
        let get = get.key("PK", text(format!("SCHOOL#{}", sample.schools[0].uai))).key("SK", text("SCHOOL".to_owned()));
        let item = get.send().await?.item.unwrap();
        insta::assert_json_snapshot!("listed_school", crate::stored_items::shown(&item));
        Ok(())
    });
}
