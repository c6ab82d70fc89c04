//! The main job, as a program does it: upload, wait, see. Counts over a school year, sizes, encodings, errors.

use encoding_rs::{ISO_8859_15, MACINTOSH, UTF_8, WINDOWS_1252};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::ImportId;
use rentree_domain::import::Counts;
use rentree_samples::{Fault, Sample, siecle_zip};
use rentree_table::{AuditAction, AuditEntry, Import, ImportOptions};
use serde_json::json;

use crate::support::imports::{assert_succeeded, counts};
use crate::support::people::a_team;
use crate::support::{a_school, a_uai, expected, product, run, visible};

/// First import, the same again, ten leave, five come, classes change, the ten come back.
async fn a_year(count: usize, zipped: bool) -> anyhow::Result<()> {
    let (uai, school) = a_school().await?;
    let file = |sample: &Sample| {
        let xml = sample.siecle(ISO_8859_15).bytes;
        if zipped { siecle_zip(&xml) } else { xml }
    };
    let september = Sample::new(uai, count, 7);
    let first = school.import(file(&september), false).await?;
    assert_succeeded(&first, counts(count, 0, 0, 0, 0));
    assert_eq!(first.items_written, count);
    assert_eq!(visible(uai).await?, expected(&september));

    let again = school.import(file(&september), false).await?;
    assert_succeeded(&again, counts(0, 0, 0, 0, count));
    assert_eq!((again.write_requests, again.items_written), (2, 0), "an unchanged file writes no pupil, and no page");
    if count < 100 {
        return Ok(());
    }

    let mut january = Sample::new(uai, 0, 7);
    january.enrol(10..count + 5);
    for pupil in january.pupils.iter_mut().take(20) {
        pupil.division = "6E9".to_owned();
    }
    let summary = school.import(file(&january), false).await?;
    assert_succeeded(&summary, counts(5, 20, 0, 10, count - 30));
    assert_eq!(summary.items_written, 35);
    assert_eq!(visible(uai).await?, expected(&january));

    let mut may = january.clone();
    may.enrol(0..10);
    let summary = school.import(file(&may), false).await?;
    assert_succeeded(&summary, counts(0, 0, 10, 0, count - 5));
    assert_eq!(visible(uai).await?, expected(&may));
    Ok(())
}

#[test]
fn a_year_of_one_pupil() {
    run(async {
        a_year(1, false).await?;
        a_year(1, true).await
    });
}

#[test]
fn a_year_of_a_thousand_pupils_as_xml() {
    run(a_year(1_000, false));
}

#[test]
fn a_year_of_a_thousand_pupils_as_zip() {
    run(a_year(1_000, true));
}

/// More than any school has. What a year does to the pupils is proven with a thousand.
#[test]
fn ten_thousand_pupils_and_the_same_again() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 10_000, 7);
        let file = siecle_zip(&sample.siecle(ISO_8859_15).bytes);
        assert_succeeded(&school.import(file.clone(), false).await?, counts(10_000, 0, 0, 0, 0));
        assert_eq!(visible(uai).await?, expected(&sample));
        let again = school.import(file, false).await?;
        assert_succeeded(&again, counts(0, 0, 0, 0, 10_000));
        // Some of ten thousand invented children share names and birthday: that is told again, a hundred a page.
        assert_eq!((again.write_requests, again.items_written), (2 + again.remarks.len().div_ceil(100), 0));
        Ok(())
    });
}

#[test]
fn fregata_in_each_encoding_reads_alike() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 120, 3);
        let first = school.import(sample.fregata(UTF_8).bytes, false).await?;
        assert_succeeded(&first, counts(120, 0, 0, 0, 0));
        for encoding in [WINDOWS_1252, MACINTOSH] {
            let again = school.import(sample.fregata(encoding).bytes, false).await?;
            assert_succeeded(&again, counts(0, 0, 0, 0, 120));
        }
        let names: Vec<_> = visible(uai).await?.iter().take(3).map(rentree_domain::Entry::full_name).collect();
        assert_eq!(names, ["D'HÉROUVILLE Lœtitia", "LEFÈVRE N'Golo", "ŒUVRARD Noëmie"]);
        Ok(())
    });
}

#[test]
fn siecle_in_each_encoding_reads_alike() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 120, 3);
        assert_succeeded(&school.import(sample.siecle(ISO_8859_15).bytes, false).await?, counts(120, 0, 0, 0, 0));
        let utf_8 = sample.siecle(UTF_8).bytes;
        let marked = [b"\xEF\xBB\xBF".as_slice(), &utf_8].concat();
        for bytes in [utf_8, marked, sample.siecle(WINDOWS_1252).bytes] {
            assert_succeeded(&school.import(bytes, false).await?, counts(0, 0, 0, 0, 120));
        }
        Ok(())
    });
}

#[test]
fn one_error_refuses_the_file_and_set_aside_imports_the_rest() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 60, 3);
        assert_succeeded(&school.import(sample.siecle(UTF_8).bytes, false).await?, counts(60, 0, 0, 0, 0));
        let before = visible(uai).await?;

        let mut spoilt = sample.clone();
        spoilt.enrol(60..62);
        let faults =
            [(5, Fault::IneMissing), (20, Fault::SexMissing), (40, Fault::BirthDateInvalid), (60, Fault::IneKey)];
        faults.iter().for_each(|(index, fault)| spoilt.spoil(*index, *fault));
        spoilt.spoil(50, Fault::LeftSchool);
        let rendered = spoilt.siecle(UTF_8);

        let refused = school.import(rendered.bytes.clone(), false).await?;
        assert_eq!(refused.status, "failed");
        let found: Vec<_> = refused.problems.iter().map(|p| (p.line, p.code.as_str())).collect();
        let wanted: Vec<_> = faults.iter().map(|(index, fault)| (rendered.lines[*index], fault.code())).collect();
        assert_eq!(found, wanted);
        assert_eq!(refused.left_out.len(), 1);
        assert_eq!(refused.items_written, 0);
        assert_eq!(visible(uai).await?, before, "nothing changed");

        let rest = school.import(rendered.bytes, true).await?;
        // Three known pupils with an error have not left: they stay as they are. The one who left is deactivated.
        let expected = Counts { left_out: 1, set_aside: 4, ..counts(1, 0, 0, 1, 59) };
        assert_succeeded(&rest, expected);
        assert_eq!(rest.problems.len(), 4, "who was set aside is listed");
        assert_eq!(visible(uai).await?.len(), 60);
        Ok(())
    });
}

#[test]
fn the_page_offers_to_import_the_others() {
    run(async {
        let (uai, school) = a_school().await?;
        let mut sample = Sample::new(uai, 20, 3);
        sample.spoil(4, Fault::IneProvisional);
        let import = school.request(&json!({})).await?;
        assert!(school.send(&import, sample.siecle(UTF_8).bytes).await?);
        let id = import["id"].as_str().unwrap();
        assert_eq!(school.wait(id).await?.status, "failed");

        let others = school.post(&format!("/imports/{id}/set-aside"), &json!({})).await?;
        let ended = school.wait(others["id"].as_str().unwrap()).await?;
        assert_succeeded(&ended, Counts { set_aside: 1, ..counts(19, 0, 0, 0, 0) });
        // A second click comes to the same, also when the first one is done already.
        let again = school.post(&format!("/imports/{id}/set-aside"), &json!({})).await?;
        assert_eq!(again["id"], others["id"]);
        let nowhere =
            school.post(&format!("/imports/{}/set-aside", "0199a1b2-c3d4-7000-8000-000000000001"), &json!({})).await;
        assert!(nowhere.unwrap_err().to_string().contains("404"));
        Ok(())
    });
}

/// A file that never came is not awaited for ever: not when the form has ended, nor once none can be on its way any more.
#[test]
fn a_file_that_never_came_is_told_as_such() {
    run(async {
        let (uai, head) = a_team().await?;
        for (hours, told, heading, way_on) in [
            (0, "En attente du fichier", "Choisir le fichier", "Envoyer le fichier"),
            (2, "Formulaire d’envoi expiré", "Le formulaire d’envoi n’est plus valable", "Importer à nouveau"),
            (5, "Fichier jamais reçu", "<h2>Fichier jamais reçu</h2>", "Importer un fichier"),
        ] {
            let at = Timestamp::now() - SignedDuration::from_hours(hours);
            let id = ImportId::new(at, rentree_runtime::random());
            let import = Import::requested("Test", at, format!("silent/{uai}/{id}"), ImportOptions::default());
            let entry = AuditEntry::new(at, rentree_runtime::random(), head.id, "Test", AuditAction::ImportRequested);
            assert!(product().table.create_import(uai, id, &import, &entry.of_import(id)).await?);
            for list in ["imports", "audit"] {
                let page = head.page(&format!("/schools/{uai}/{list}")).await?;
                assert!(page.contains(&format!("\">{told}</span>")), "{list}: {told}: {page}");
            }
            let page = head.page(&format!("/schools/{uai}/imports/{id}")).await?;
            assert!(page.contains(heading) && page.contains(way_on), "{heading}: {page}");
        }
        Ok(())
    });
}

#[test]
fn a_thousand_errors_are_all_told() {
    run(async {
        let (uai, school) = a_school().await?;
        let mut sample = Sample::new(uai, 1_000, 3);
        (0..1_000).for_each(|index| sample.spoil(index, Fault::SexMissing));
        let summary = school.import(sample.fregata(UTF_8).bytes, false).await?;
        assert_eq!((summary.status.as_str(), summary.problems.len()), ("failed", 1_000));
        assert_eq!(summary.problems[999].line, 1_001);
        let nobody = school.import(sample.fregata(UTF_8).bytes, true).await?;
        assert_eq!(nobody.status, "failed", "there is nobody left to import");
        Ok(())
    });
}

#[test]
fn the_file_of_another_school_is_refused_with_both_names() {
    run(async {
        let (uai, school) = a_school().await?;
        let other = a_uai();
        let summary = school.import(Sample::new(other, 5, 3).siecle(UTF_8).bytes, false).await?;
        let refused = summary.refused.unwrap();
        assert_eq!(refused.code, "uai_mismatch");
        assert!(refused.detail.contains(uai.as_str()) && refused.detail.contains(other.as_str()));
        assert_eq!(visible(uai).await?, []);
        Ok(())
    });
}

#[test]
fn a_renumbered_base_is_told_and_changes_nobody() {
    run(async {
        let (uai, school) = a_school().await?;
        let before = Sample::new(uai, 30, 3);
        school.import(before.siecle(UTF_8).bytes, false).await?;
        let ids = |roster: rentree_table::Roster| {
            roster.learners.into_iter().map(|l| l.id).collect::<std::collections::BTreeSet<_>>()
        };
        let known = ids(product().table.roster(uai).await?.unwrap());
        let mut after = before.clone();
        for (pupil, other) in after.pupils.iter_mut().zip(Sample::new(uai, 30, 990).pupils) {
            (pupil.ine, pupil.eleve_id) = (other.ine, other.eleve_id);
        }
        let summary = school.import(after.siecle(UTF_8).bytes, false).await?;
        assert_succeeded(&summary, counts(0, 30, 0, 0, 0));
        assert_eq!(summary.remarks.len(), 30);
        assert!(
            summary.remarks.iter().all(|remark| remark.code == "ine_changed" && remark.message.starts_with("Ligne "))
        );
        assert_eq!(ids(product().table.roster(uai).await?.unwrap()), known, "ties to accounts survive");
        Ok(())
    });
}
