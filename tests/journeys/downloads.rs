//! Each file with pupils that leaves the product stands in the log of the school: which one, when, by whom, and nobody's name.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rentree_domain::paris;
use rentree_table::{AuditAction, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::campaigns::a_campaign;
use crate::support::certifications::{a_number, a_school, ago, state, statement, this_year};
use crate::support::people::a_member;
use crate::support::{eventually, product, run};

/// The files of a school that the OpenAPI document has.
async fn files() -> anyhow::Result<BTreeSet<String>> {
    let document: Value = reqwest::get(format!("{}/openapi.json", product().url)).await?.json().await?;
    let is_file = |address: &str| [".csv", ".json", ".pdf"].iter().any(|kind| address.ends_with(kind));
    let addresses = document["paths"].as_object().into_iter().flatten().map(|(address, _)| address.clone());
    Ok(addresses.filter(|address| address.starts_with("/schools/") && is_file(address)).collect())
}

#[test]
fn what_is_downloaded_stands_in_the_log() {
    run(async {
        let school = a_school(2, 401).await?;
        let (uai, administrator) = (school.uai, &school.administrator);
        let number = a_number();
        let mut stated = statement(number, uai, school.pupils[0].id, "validated", ago(5));
        stated["verification_code"] = json!(format!("P-{:013}", number % 10_000_000_000_000));
        assert_eq!(state(&stated).await?.0, 200);
        let campaign = a_campaign(uai, administrator, "Parcours de 3e").await?.to_string();
        let import = administrator.get(&format!("/schools/{uai}/imports")).await?.expect(200)?;
        let import = import["imports"][0]["id"].as_str().expect("an import").to_owned();
        let file = format!("/schools/{uai}/certificates/file");
        administrator.post(&file, &json!({})).await?.expect(201)?;
        eventually("the file is made", async || {
            Ok((administrator.get(&format!("{file}?wait=5")).await?.expect(200)?["state"] == "ready").then_some(()))
        })
        .await?;

        let (year, day) = (this_year(), paris::date(Timestamp::now()).strftime("%d/%m/%Y"));
        let asked = [
            ("/campaigns/{campaign}/results.csv", "", "les résultats de « Parcours de 3e »".to_owned()),
            ("/certificates.pdf", "?division=3A", format!("les certificats {year}, 3A")),
            ("/certificates/file.pdf", "", format!("les certificats {year}")),
            ("/certifications/record-books.csv", "", format!("la liste pour le livret scolaire {year}")),
            (
                "/certifications/results.csv",
                // Of an address, which is anybody's text, the log tells what the school knows.
                "?division=3A&unknown_division=true&division=le%20rectorat%0Aa%20dit%20oui&status=validated",
                format!(
                    "les certifications {year}, 3A, classe sans certification, classe inconnue, résultat « Validée » (CSV)"
                ),
            ),
            ("/certifications/results.json", "", format!("les certifications {year} (JSON)")),
            ("/follow-up/results.csv", "?division=3A", format!("le suivi {year}, 3A")),
            ("/imports/{import}/report.csv", "", format!("le rapport de l’import du {day}")),
            ("/learners/former.csv", "", "la liste des anciens élèves".to_owned()),
            ("/learners.csv", "", "la liste des élèves".to_owned()),
        ];
        let known: BTreeSet<String> = asked.iter().map(|(address, ..)| format!("/schools/{{uai}}{address}")).collect();
        assert_eq!(files().await?, known, "every file of a school is tried here");

        let member = a_member(uai, Role::Member).await?;
        let told = async || {
            let entries = product().table.audit_page(uai, None, 100).await?.entries.into_iter();
            let downloads = entries.filter(|entry| entry.action == AuditAction::Downloaded);
            anyhow::Ok(downloads.map(|entry| entry.subject.unwrap_or_default()).collect::<Vec<_>>())
        };
        for (address, query, what) in &asked {
            let address = address.replace("{campaign}", &campaign).replace("{import}", &import);
            let path = format!("/schools/{uai}{address}{query}");
            let before = told().await?.len();
            let refused = member.request(Method::GET, &path).send().await?.status() == 403;
            assert_eq!(told().await?.len(), before + usize::from(!refused), "{path}: who is refused downloads nothing");
            let answer = administrator.request(Method::GET, &path).send().await?.status();
            assert!(answer.is_success() || answer == 303, "{path}: {answer}");
            let after = told().await?;
            assert_eq!(after.len(), before + usize::from(!refused) + 1, "{path}: {after:?}");
            assert!(after.contains(what), "{path}: {what} is not in {after:?}");
        }
        // A misspelt filter is no filter less: nothing is handed over, and nothing told.
        let before = told().await?.len();
        for path in [
            "certificates.pdf?class=3A",
            "certificates.pdf?division=3A&unknown_division=true",
            "certificates.pdf?year=1999",
            "certifications/results.csv?class=3A",
            "certifications/results.json?year=1999",
            "certifications/record-books.csv?left=true",
            "follow-up/results.csv?class=3A",
            "follow-up/results.csv?year=1999",
            "follow-up/results.csv?former=oui",
        ] {
            let answer = administrator.get(&format!("/schools/{uai}/{path}")).await?;
            assert!(answer.status == 400 && answer.code().len() > 3, "{path}: {} {}", answer.status, answer.body);
        }
        assert_eq!(told().await?.len(), before);
        let page = administrator.page(&format!("/schools/{uai}/audit")).await?;
        assert!(page.contains(&format!("a téléchargé les certificats {year}, 3A")), "{page}");
        for pupil in &school.pupils {
            assert!(!page.contains(pupil.entry.last_name.as_str()), "{page}");
        }
        Ok(())
    });
}
