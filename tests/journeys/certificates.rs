//! Certificates as PDF: a class and a pupil for an administrator, a pupil's own, and who gets none.

use fantoccini::Client;
use jiff::civil::Date;
use rentree_certificate::{Certificate, Verification, pdf};
use rentree_domain::certification::{Level, Levels};
use rentree_domain::{PersonName, UserId};
use rentree_table::{ActiveLearner, Role};
use reqwest::Method;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, fill, go, picture, see};
use crate::support::certifications::{
    Certified, a_number, a_school, ago, counts, load, state, statement, this_year, worker_with,
};
use crate::support::faults::Faults;
use crate::support::people::{PASSWORD, Person, a_member, a_team};
use crate::support::pupils::{a_class, by_user_name};
use crate::support::schools::import;
use crate::support::{eventually, product, run};

/// A certification of each pupil of the first class that was passed: their numbers.
async fn passed(school: &Certified) -> anyhow::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for pupil in &school.pupils {
        let number = a_number();
        anyhow::ensure!(state(&statement(number, school.uai, pupil.id, "validated", ago(5))).await?.0 == 200);
        numbers.push(number);
    }
    Ok(numbers)
}

/// What is printed of a [`statement`].
async fn printed(school: &Certified, pupil: &ActiveLearner, number: u64, class: &str) -> anyhow::Result<Certificate> {
    let name = product().table.school(school.uai).await?.expect("a school").name;
    let of = |(competence, level): (&str, u8)| (competence.parse().unwrap(), Level::try_from(level).unwrap());
    let levels: Levels = [("1.1", 3), ("5.2", 0)].into_iter().map(of).collect();
    let (_, host) = product().url.split_once("://").expect("a scheme");
    Ok(Certificate {
        first_name: PersonName::of_file(&pupil.entry.first_name),
        last_name: PersonName::of_file(&pupil.entry.last_name),
        birth_date: Some(pupil.entry.birth_date),
        school: name,
        class: class.to_owned(),
        session: "journey".to_owned(),
        date: today(),
        score: 512,
        levels,
        number: number.to_string(),
        verification: Verification {
            code: format!("P-{number:012}"),
            page: format!("{host}/verification"),
            link: format!("{}/verification?code=P{number:012}", product().url),
        },
    })
}

fn today() -> Date {
    rentree_domain::paris::date(jiff::Timestamp::now())
}

async fn file(person: &Person, path: &str) -> anyhow::Result<(u16, HeaderMap, Vec<u8>)> {
    let answer = person.request(Method::GET, path).send().await?;
    Ok((answer.status().as_u16(), answer.headers().clone(), answer.bytes().await?.to_vec()))
}

fn in_order(school: &Certified, numbers: &[u64]) -> Vec<(ActiveLearner, u64)> {
    let mut all: Vec<_> = school.pupils.iter().cloned().zip(numbers.iter().copied()).collect();
    all.sort_by_key(|(pupil, _)| {
        (rentree_domain::name::fold(&pupil.entry.last_name), rentree_domain::name::fold(&pupil.entry.first_name))
    });
    all
}

#[test]
fn an_administrator_gets_the_certificates_of_a_class_in_its_order_and_of_one_pupil() {
    run(async {
        let school = a_school(4, 91).await?;
        let numbers = passed(&school).await?;
        // Neither who did not pass nor who has no code has a certificate.
        let (uai, pupil) = (school.uai, school.pupils[0].id);
        state(&statement(a_number(), uai, pupil, "rejected", ago(5))).await?;
        let mut bare = statement(a_number(), uai, pupil, "validated", ago(5));
        bare["verification_code"] = Value::Null;
        state(&bare).await?;

        let year = this_year().first();
        let view = school.administrator.get(&format!("/schools/{uai}/certificates?division=3A")).await?.expect(200)?;
        assert_eq!(view["classes"], json!([{"division": "3A", "certificates": 4}]));
        let mut expected = Vec::new();
        for (pupil, number) in in_order(&school, &numbers) {
            expected.push(printed(&school, &pupil, number, "3A").await?);
        }
        let listed: Vec<String> =
            view["certificates"].as_array().unwrap().iter().map(|row| row["number"].to_string()).collect();
        assert_eq!(listed, expected.iter().map(|it| it.number.clone()).collect::<Vec<_>>());

        let path = format!("/schools/{uai}/certificates.pdf?year={year}");
        let (status, headers, bytes) = file(&school.administrator, &format!("{path}&division=3A")).await?;
        assert_eq!((status, &headers[CONTENT_TYPE]), (200, &"application/pdf".parse()?));
        let name = format!("attachment; filename=\"certificats-{uai}-{year}-3A.pdf\"");
        assert_eq!(headers[CONTENT_DISPOSITION].to_str()?, name);
        assert!(bytes == pdf(&expected)?.bytes, "the class, in its order");
        let (_, _, whole) = file(&school.administrator, &path).await?;
        assert!(whole == bytes, "nobody else of the school passed");

        let one = &expected[2];
        let (_, _, bytes) = file(&school.administrator, &format!("{path}&number={}", one.number)).await?;
        assert!(bytes == pdf(std::slice::from_ref(one))?.bytes);
        let log = school.administrator.get(&format!("/schools/{uai}/audit")).await?.expect(200)?;
        let latest = &log["entries"][0];
        assert_eq!(latest["subject"], format!("le certificat {}", one.number));
        let whose = in_order(&school, &numbers)[2].0.id;
        assert_eq!(latest["learner"], json!(whose), "the log leads to the pupil");
        for (query, expected) in [("&division=3B", 404), ("&number=1", 404), ("&number=x", 400)] {
            assert_eq!(file(&school.administrator, &format!("{path}{query}")).await?.0, expected, "{query}");
        }
        Ok(())
    });
}

/// A blank class chooses nothing, as on the page of certifications: who is in no known class has a name of its own.
#[test]
fn those_whose_class_is_not_known_are_asked_for_by_name() {
    run(async {
        let school = a_school(1, 90).await?;
        passed(&school).await?;
        let mut nobody = statement(a_number(), school.uai, school.pupils[0].id, "validated", ago(5));
        (nobody["learner"], nobody["ine"], nobody["birth_date"]) =
            (Value::Null, json!("1234567890V"), json!("2012-03-10"));
        (nobody["last_name"], nobody["first_name"]) = (json!("HÉROUVILLE"), json!("Lætitia"));
        assert_eq!(state(&nobody).await?.0, 200);

        let path = format!("/schools/{}/certificates", school.uai);
        let shown = async |query: &str| {
            let view = school.administrator.get(&format!("{path}?{query}")).await?.expect(200)?;
            anyhow::Ok(view["certificates"].as_array().map_or(0, Vec::len))
        };
        for (query, rows) in [("division=3A", 1), ("unknown_division=true", 1), ("division=", 0), ("", 0)] {
            assert_eq!(shown(query).await?, rows, "{query}");
        }
        let page = school.administrator.page(&path).await?;
        let link = format!("{path}.pdf?year={}&amp;unknown_division=true", this_year().first());
        assert!(page.contains(&link), "{page}");
        let (_, headers, of_nobody) = file(&school.administrator, &link.replace("&amp;", "&")).await?;
        let name = headers[CONTENT_DISPOSITION].to_str()?;
        assert!(name.contains("classe-inconnue"), "{name}");
        let (_, _, whole) = file(&school.administrator, &format!("{path}.pdf?division=")).await?;
        assert!(of_nobody.len() < whole.len(), "a blank class is that of the whole school");

        let number = format!("{path}.pdf?number={}", nobody["number"]);
        assert_eq!(file(&school.administrator, &number).await?.0, 200);
        let log = school.administrator.get(&format!("/schools/{}/audit", school.uai)).await?.expect(200)?;
        let latest = &log["entries"][0];
        assert_eq!(
            (&latest["subject"], &latest["learner"]),
            (&json!(format!("le certificat {}", nobody["number"])), &Value::Null)
        );
        Ok(())
    });
}

#[test]
fn pupils_who_left_stand_in_a_file_only_when_asked_for() {
    run(async {
        let school = a_school(3, 92).await?;
        passed(&school).await?;
        let mut sample = school.sample.clone();
        sample.pupils.retain(|it| it.ine != school.pupils[0].entry.ine.to_string());
        import(school.uai, &sample).await?;
        let path = format!("/schools/{}/certificates", school.uai);
        let view = school.administrator.get(&path).await?.expect(200)?;
        assert_eq!((&view["found"], &view["left_out"]), (&json!(2), &json!(1)));
        let view = school.administrator.get(&format!("{path}?former=true")).await?.expect(200)?;
        assert_eq!((&view["found"], &view["left_out"]), (&json!(3), &json!(0)));
        let size = async |query: &str| {
            let path = format!("{path}.pdf?year={}&division=3A{query}", this_year().first());
            anyhow::Ok(file(&school.administrator, &path).await?.2.len())
        };
        assert!(size("").await? < size("&former=true").await?);
        Ok(())
    });
}

/// Neither certificate proves anything: neither is printed, and whoever stated it, loads it or prints it is told.
#[test]
fn a_code_that_was_given_twice_is_printed_on_nothing() {
    run(async {
        let (school, other) = (a_school(3, 93).await?, a_school(1, 94).await?);
        let numbers = passed(&school).await?;
        let uai = school.uai;
        let code = format!("P-{:012}", numbers[0]);
        let twin = a_number();
        let mut stated = statement(twin, other.uai, other.pupils[0].id, "validated", ago(5));
        stated["verification_code"] = json!(code);
        assert_eq!(state(&stated).await?.1["same_code_as"], json!([numbers[0]]));
        let report =
            load(&format!("{uai} twice"), &worker_with(None::<Faults>)?, std::slice::from_ref(&stated)).await?;
        assert_eq!(counts(&report), json!({"lines": 1, "superseded": 1, "shared_codes": 1}), "{report}");
        assert_eq!(report["shared_codes"], json!([{"line": 2, "number": twin, "others": [numbers[0]]}]));

        let path = format!("/schools/{uai}/certificates");
        let view = school.administrator.get(&path).await?.expect(200)?;
        assert_eq!((&view["found"], &view["not_printed"]), (&json!(2), &json!([numbers[0]])));
        let page = school.administrator.page(&path).await?;
        assert!(page.contains("ne peut pas être imprimé") && page.contains(&numbers[0].to_string()), "{page}");
        let (_, _, whole) = file(&school.administrator, &format!("{path}.pdf")).await?;
        let mut expected = Vec::new();
        for (pupil, number) in in_order(&school, &numbers) {
            if number != numbers[0] {
                expected.push(printed(&school, &pupil, number, "3A").await?);
            }
        }
        assert!(whole == pdf(&expected)?.bytes, "the others alone");
        let one = school.administrator.get(&format!("{path}.pdf?number={}", numbers[0])).await?;
        assert_eq!((one.status, one.code()), (409, "too_late"));
        let others = format!("/schools/{}/certificates", other.uai);
        assert_eq!(other.administrator.get(&format!("{others}.pdf?number={twin}")).await?.status, 409);
        assert_eq!(
            other.administrator.post(&format!("{others}/file"), &json!({})).await?.status,
            404,
            "nothing to print"
        );
        school.administrator.post(&format!("{path}/file"), &json!({})).await?.expect(201)?;
        let ready = eventually("the file is made", async || {
            let file = school.administrator.get(&format!("{path}/file?wait=5")).await?.expect(200)?;
            Ok((!["asked", "making"].contains(&file["state"].as_str().unwrap_or_default())).then_some(file))
        });
        let ready = ready.await?;
        assert_eq!((&ready["state"], &ready["pages"]), (&json!("ready"), &json!(2)), "{ready}");

        // The other one is corrected.
        (stated["verification_code"], stated["at"]) = (json!(format!("P-{twin:012}")), json!(ago(4)));
        assert_eq!(state(&stated).await?.1["same_code_as"], json!([]));
        let view = school.administrator.get(&path).await?.expect(200)?;
        assert_eq!((&view["found"], &view["not_printed"]), (&json!(3), &json!([])));
        assert_eq!(file(&other.administrator, &format!("{others}.pdf?number={twin}")).await?.0, 200);
        Ok(())
    });
}

#[test]
fn a_member_and_a_stranger_get_no_certificate() {
    run(async {
        let school = a_school(1, 93).await?;
        let number = passed(&school).await?[0];
        let page = format!("/schools/{}/certificates", school.uai);
        let pdf = format!("{page}.pdf?year={}&division=3A", this_year().first());
        let member = a_member(school.uai, Role::Member).await?;
        let (_, stranger) = a_team().await?;
        for path in [&page, &pdf] {
            assert_eq!((file(&member, path).await?.0, file(&stranger, path).await?.0), (403, 404), "{path}");
        }
        for somebody in [&member, &stranger, &school.administrator] {
            let own = somebody.get("/mes-certificats").await?.expect(200)?;
            assert_eq!(own["certificates"], json!([]));
            assert_eq!(file(somebody, &format!("/mes-certificats/{number}")).await?.0, 404, "it is a pupil's");
        }
        Ok(())
    });
}

#[test]
fn pupils_get_their_own_and_nobody_elses() {
    run(async {
        let class = a_class(5).await?;
        let pupil = class.tie(4, by_user_name()).await?;
        let (own, other, rejected) = (a_number(), a_number(), a_number());
        state(&statement(own, class.uai, pupil.learner, "validated", ago(5))).await?;
        state(&statement(other, class.uai, class.learners[0].id, "validated", ago(5))).await?;
        state(&statement(rejected, class.uai, pupil.learner, "rejected", ago(5))).await?;
        let person = signed_in(pupil.id).await?;
        let view = eventually("the index has it", async || {
            let view = person.get("/mes-certificats").await?.expect(200)?;
            Ok(Some(view).filter(|view| view["certificates"] != json!([])))
        })
        .await?;
        assert_eq!(view["certificates"].as_array().map(Vec::len), Some(1));
        assert_eq!(view["certificates"][0]["number"], own);
        let (status, headers, bytes) = file(&person, &format!("/mes-certificats/{own}")).await?;
        assert_eq!((status, &headers[CONTENT_TYPE]), (200, &"application/pdf".parse()?));
        assert!(bytes.starts_with(b"%PDF-"));
        for number in [other, rejected, 1] {
            assert_eq!(file(&person, &format!("/mes-certificats/{number}")).await?.0, 404);
        }
        Ok(())
    });
}

async fn signed_in(id: UserId) -> anyhow::Result<Person> {
    let user = product().table.user(id).await?.expect("an account");
    Person::new(id, user).await
}

async fn sign_in(client: &Client, person: &Person) -> anyhow::Result<()> {
    go(client, "/sign-in").await?;
    fill(client, "#known-login", person.email().as_str()).await?;
    fill(client, "#known-password", PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await?;
    see(client, "h1", "Accueil").await
}

async fn an_administrator(look: Look, name: &str) -> anyhow::Result<()> {
    let school = a_school(3, 94).await?;
    passed(&school).await?;
    // A name as long as a file may have it, without a blank.
    let mut sample = school.sample.clone();
    sample.pupils[0].last_name = "W".repeat(60);
    import(school.uai, &sample).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    sign_in(client, &school.administrator).await?;
    go(client, &format!("/schools/{}/certifications", school.uai)).await?;
    click(client, "a[href*='/certificates?']").await?;
    see(client, "h1", "Certificats").await?;
    click(client, "a[href$='#pupils']").await?;
    see(client, "h2", "Classe 3A").await?;
    picture(&browser, look, &format!("{name}-certificates-01-classes")).await?;
    click(client, "a[href*='certificates.pdf'][href*='division=3A']").await?;
    let bytes = browser.download(&format!("certificats-{}-{}-3A.pdf", school.uai, this_year().first())).await?;
    let path = format!("/schools/{}/certificates.pdf?year={}&division=3A", school.uai, this_year().first());
    assert!(bytes == file(&school.administrator, &path).await?.2);
    browser.close().await
}

#[test]
fn in_a_browser_at_a_desk() {
    run(an_administrator(DESKTOP, "desktop"));
}

#[test]
fn in_a_browser_on_a_phone() {
    run(an_administrator(PHONE, "phone"));
}

#[test]
fn in_a_browser_without_scripts() {
    run(an_administrator(WITHOUT_SCRIPTS, "plain"));
}
