//! Campaigns that the platform's team gives to schools.

use std::collections::BTreeSet;

use directory::message::CampaignWord;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::platform_campaign::Audience;
use rentree_domain::{
    Academie, CampaignId, CampaignMessage, CampaignTitle, CourseId, Level, ListedSchool, Ministry,
    PlatformCampaignName, Uai,
};
use rentree_local::operator::Operator;
use rentree_samples::Sample;
use serde_json::{Value, json};

use crate::support::campaigns::{COURSE, PROFILES, campaigns_of, join};
use crate::support::classes::{PUPIL_PASSWORD, a_device, step};
use crate::support::faults::Faults;
use crate::support::operators::{SILENT_BUCKET, directory_with, done, message, put_silently_as, report};
use crate::support::people::{Person, a_team};
use crate::support::record_books::in_days;
use crate::support::schools::{class, import};
use crate::support::{join_all, product, run};

/// A school of a kind that no other test has, and who looks at it.
struct Given {
    uai: Uai,
    person: Person,
    kind: String,
}

async fn a_school() -> anyhow::Result<Given> {
    let (uai, person) = a_team().await?;
    let kind = format!("Collège d’essai {uai}");
    of_kind(uai, &kind, false).await?;
    Ok(Given { uai, person, kind })
}

async fn of_kind(uai: Uai, kind: &str, closed: bool) -> anyhow::Result<()> {
    let school = ListedSchool {
        uai,
        name: format!("Collège {uai}"),
        kind: kind.to_owned(),
        town: String::new(),
        ministry: Ministry::Education,
        mailbox: None,
        closed,
    };
    product().table.load_schools(&[school]).await?;
    Ok(())
}

fn operator() -> anyhow::Result<Operator> {
    Operator::of(&product().stack)
}

fn name_of(school: &Given) -> PlatformCampaignName {
    PlatformCampaignName::parse(&format!("2026-{}", school.uai.as_str().to_lowercase())).expect("a name")
}

/// A campaign for the schools of this kind, from yesterday to tomorrow.
fn a_word(school: &Given) -> CampaignWord {
    CampaignWord {
        name: name_of(school),
        title: CampaignTitle::parse("Rentrée numérique").expect("a title"),
        course: CourseId::parse(PROFILES).expect("a course"),
        message: Some(CampaignMessage::parse("Bonjour à tous").expect("a message")),
        audience: Audience { academies: BTreeSet::new(), kinds: [school.kind.to_uppercase()].into() },
        levels: BTreeSet::new(),
        opens_on: in_days(-1),
        closes_on: in_days(1),
        at: None,
    }
}

impl Given {
    async fn list(&self, filter: &str) -> anyhow::Result<Value> {
        self.person.get(&format!("/schools/{}/campaigns{filter}", self.uai)).await?.expect(200)
    }

    /// The one campaign of the school: its identifier and its code.
    async fn the_campaign(&self) -> anyhow::Result<(CampaignId, String)> {
        let list = self.list("").await?;
        anyhow::ensure!(list["total"] == 1, "{list}");
        let row = &list["campaigns"][0];
        let code = row["code"].as_str().unwrap_or_default().to_owned();
        Ok((serde_json::from_value(row["id"].clone())?, code))
    }

    async fn page(&self, id: CampaignId) -> anyhow::Result<Value> {
        self.person.get(&format!("/schools/{}/campaigns/{id}", self.uai)).await?.expect(200)
    }
}

#[test]
fn a_campaign_comes_once_to_the_schools_it_is_for() {
    run(async {
        let (school, other) = (a_school().await?, a_school().await?);
        let word = a_word(&school);
        let told = operator()?.tell_campaign(word.clone()).await?;
        assert_eq!(
            (&told["refused"], &told["campaign"]["kind"]),
            (&json!(null), &json!("profile_collection")),
            "{told}"
        );
        assert!(campaigns_of(school.uai).await?.is_empty(), "nothing is written before somebody looks");

        // Twenty look at the same moment.
        let lists = (0..20).map(|_| (school.person.clone(), school.uai)).map(async |(person, uai): (Person, Uai)| {
            person.get(&format!("/schools/{uai}/campaigns")).await?.expect(200)
        });
        let lists = join_all(lists).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        let (id, code) = school.the_campaign().await?;
        for list in &lists {
            assert_eq!((&list["total"], &list["campaigns"][0]["id"]), (&json!(1), &json!(id)), "{list}");
        }
        let row = &lists[0]["campaigns"][0];
        assert_eq!((&row["owner"], &row["given"]), (&json!("Équipe de la plateforme"), &json!(true)));
        assert_eq!(school.list("?owner=platform").await?["found"], 1);
        assert_eq!(other.list("").await?["total"], 0, "of another kind");
        let page = school.page(id).await?;
        assert_eq!((&page["title"], &page["message"]), (&json!("Rentrée numérique"), &json!("Bonjour à tous")));

        // What the team says anew, all schools read, and none has it twice.
        let anew = CampaignWord { title: CampaignTitle::parse("Rentrée des collèges")?, message: None, ..word };
        operator()?.tell_campaign(anew).await?;
        let page = school.page(id).await?;
        assert_eq!(
            (&page["title"], &page["message"], &page["code"]),
            (&json!("Rentrée des collèges"), &json!(null), &json!(code))
        );
        assert_eq!(school.the_campaign().await?, (id, code.clone()));
        assert_eq!(a_device().get(&format!("/campagnes/{code}")).await?.expect(200)?["title"], "Rentrée des collèges");

        // A school that is of this kind later has it then.
        of_kind(other.uai, &school.kind, false).await?;
        let (others, another) = other.the_campaign().await?;
        assert!(others != id && another != code, "a code of its own");
        Ok(())
    });
}

#[test]
fn it_opens_and_closes_on_its_days() {
    run(async {
        let school = a_school().await?;
        let word = a_word(&school);
        operator()?.tell_campaign(CampaignWord { opens_on: in_days(2), closes_on: in_days(9), ..word.clone() }).await?;
        let (id, code) = school.the_campaign().await?;
        let at = format!("/campagnes/{code}");
        let told = async || {
            let page = a_device().get(&at).await?.expect(200)?;
            let identity = json!({"first_name": "A", "last_name": "B", "birth_date": "10/03/2012"});
            let refused = a_device().post(&format!("{at}/identity"), &identity).await?;
            anyhow::Ok((
                step(&page).to_owned(),
                page["why"].clone(),
                page["on"].clone(),
                refused.status,
                refused.code().to_owned(),
            ))
        };
        let closed =
            |why: &str, on: Date| ("closed".to_owned(), json!(why), json!(on), 409, "campaign_closed".to_owned());
        assert_eq!(told().await?, closed("not_yet", in_days(2)));
        assert_eq!(school.page(id).await?["closed"], json!({"why": "not_yet", "on": in_days(2)}));
        assert_eq!(school.list("").await?["campaigns"][0]["closed"], json!({"why": "not_yet", "on": in_days(2)}));
        let path = format!("/schools/{}/campaigns", school.uai);
        let badge = async |path: &str, badge: &str, day: Date| {
            let page = school.person.page(path).await?;
            let told = format!("{badge}\u{A0}{}", day.strftime("%d/%m/%Y"));
            anyhow::ensure!(page.contains(&told), "{told} is not in {page}");
            anyhow::Ok(())
        };
        for path in [&path, &format!("{path}/{id}")] {
            badge(path, "Pas encore ouverte, ouvre le", in_days(2)).await?;
        }

        operator()?.tell_campaign(word.clone()).await?;
        assert_eq!(step(&a_device().get(&at).await?.expect(200)?), "identify");
        assert_eq!(school.page(id).await?["closed"], json!(null));
        assert_eq!(school.list("").await?["campaigns"][0]["closed"], json!(null));

        operator()?.tell_campaign(CampaignWord { opens_on: in_days(-9), closes_on: in_days(-1), ..word }).await?;
        assert_eq!(told().await?, closed("over", in_days(-1)));
        assert_eq!(school.list("").await?["total"], 1, "its results stay");
        for path in [&path, &format!("{path}/{id}")] {
            badge(path, "Terminée depuis le", in_days(-1)).await?;
        }
        let late = a_school().await?;
        of_kind(late.uai, &school.kind, false).await?;
        assert_eq!(late.list("").await?["total"], 0, "what is over comes to nobody any more");
        Ok(())
    });
}

#[test]
fn a_school_archives_it_for_itself_and_the_team_withdraws_it() {
    run(async {
        let (school, other) = (a_school().await?, a_school().await?);
        of_kind(other.uai, &school.kind, false).await?;
        let word = a_word(&school);
        operator()?.tell_campaign(word.clone()).await?;
        let ((id, code), (others, others_code)) = (school.the_campaign().await?, other.the_campaign().await?);
        let path = format!("/schools/{}/campaigns/{id}", school.uai);
        school.person.post(&format!("{path}/archive"), &json!({})).await?.expect(200)?;
        assert_eq!(school.list("").await?["total"], 0, "and it does not come back");
        assert_eq!(school.list("?archived=true").await?["total"], 1);
        assert_eq!(other.list("").await?["total"], 1, "others have it still");
        assert_eq!(a_device().get(&format!("/campagnes/{code}")).await?.code(), "unknown_code");
        school.person.post(&format!("{path}/restore"), &json!({})).await?.expect(200)?;
        assert_eq!(school.list("").await?["total"], 1);

        let report = operator()?.withdraw_campaign(&word.name).await?;
        assert_eq!(
            (&report["refused"], &report["schools"], &report["activated"]),
            (&json!(null), &json!(2), &json!(2))
        );
        for (school, id, code) in [(&school, id, &code), (&other, others, &others_code)] {
            let active = school.list("").await?;
            assert_eq!(
                (&active["total"], &active["withdrawn"]),
                (&json!(0), &json!(1)),
                "it does not vanish in silence"
            );
            let archived = school.list("?archived=true").await?;
            assert_eq!((&archived["total"], &archived["campaigns"][0]["id"]), (&json!(1), &json!(id)));
            assert_eq!(archived["campaigns"][0]["closed"], json!({"why": "withdrawn"}));
            let list = format!("/schools/{}/campaigns", school.uai);
            assert!(school.person.page(&list).await?.contains("a retiré 1 campagne cette année"));
            for path in [format!("{list}?archived=true"), format!("{list}/{id}")] {
                assert!(school.person.page(&path).await?.contains("Retirée par l’équipe de la plateforme"), "{path}");
            }
            assert_eq!(school.page(id).await?["closed"], json!({"why": "withdrawn"}));
            let device = a_device().get(&format!("/campagnes/{code}")).await?.expect(200)?;
            assert_eq!((step(&device), &device["why"]), ("closed", &json!("withdrawn")));
            let path = format!("/schools/{}/campaigns/{id}/restore", school.uai);
            let restored = school.person.post(&path, &json!({})).await?;
            assert_eq!((restored.status, restored.code()), (409, "campaign_closed"));
        }
        // Said again, it is given again.
        operator()?.tell_campaign(word).await?;
        assert_eq!(school.the_campaign().await?, (id, code));
        Ok(())
    });
}

/// An audience that was said too wide is mended.
#[test]
fn a_school_that_it_is_not_for_any_more_has_it_as_withdrawn() {
    run(async {
        let (school, other) = (a_school().await?, a_school().await?);
        let word = a_word(&school);
        let kinds = [school.kind.clone(), other.kind.clone()];
        let wide = CampaignWord { audience: Audience { kinds: kinds.into(), ..Audience::default() }, ..word.clone() };
        operator()?.tell_campaign(wide.clone()).await?;
        let (_, (id, code)) = (school.the_campaign().await?, other.the_campaign().await?);

        let narrow = operator()?.tell_campaign(word).await?;
        assert_eq!((&narrow["schools"], &narrow["refused"]), (&json!(1), &json!(null)), "{narrow}");
        assert_eq!(school.list("").await?["total"], 1, "it is for this one still");
        assert_eq!(other.list("").await?["total"], 0);
        let archived = other.list("?archived=true").await?;
        assert_eq!((&archived["total"], archived["campaigns"][0]["archived_at"].is_string()), (&json!(1), true));
        let page = other.page(id).await?;
        assert_eq!((&page["closed"], page["archived_at"].is_string()), (&json!({"why": "withdrawn"}), true));
        let device = a_device().get(&format!("/campagnes/{code}")).await?.expect(200)?;
        assert_eq!((step(&device), &device["why"]), ("closed", &json!("withdrawn")));
        let identity = json!({"first_name": "A", "last_name": "B", "birth_date": "10/03/2012"});
        let refused = a_device().post(&format!("/campagnes/{code}/identity"), &identity).await?;
        assert_eq!((refused.status, refused.code()), (409, "campaign_closed"));
        let path = format!("/schools/{}/campaigns/{id}/restore", other.uai);
        assert_eq!(other.person.post(&path, &json!({})).await?.code(), "campaign_closed");

        // Said too narrow: it is the same campaign again, with its code.
        operator()?.tell_campaign(wide).await?;
        assert_eq!(other.the_campaign().await?, (id, code));
        // A school that closes is one of none.
        of_kind(other.uai, &other.kind, true).await?;
        assert_eq!(
            (&other.page(id).await?["closed"], &other.list("").await?["total"]),
            (&json!({"why": "withdrawn"}), &json!(0))
        );
        Ok(())
    });
}

#[test]
fn a_school_that_is_closed_gets_none() {
    run(async {
        let (school, closed) = (a_school().await?, a_school().await?);
        of_kind(closed.uai, &school.kind, true).await?;
        operator()?.tell_campaign(a_word(&school)).await?;
        assert_eq!(closed.list("").await?["total"], 0);
        assert!(campaigns_of(closed.uai).await?.is_empty());
        Ok(())
    });
}

/// SQS delivers a message twice now and then, and a dead letter days later.
#[test]
fn of_two_words_the_later_one_holds_in_whatever_order_they_come() {
    run(async {
        let school = a_school().await?;
        let (word, directory) = (a_word(&school), directory_with(None::<Faults>)?);
        let key = format!("reports/campaigns/{}.json", word.name);
        // The first who puts something there makes the bucket.
        put_silently_as(&format!("campaigns/{}", word.name), Vec::new()).await?;
        let said = async |word: Value, minutes_ago: i64| {
            let sent = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
            let mut event = message(&word);
            event["Records"][0]["attributes"]["SentTimestamp"] = json!(sent.as_millisecond().to_string());
            done(&directory, &event).await?;
            report(&product().stack, SILENT_BUCKET, &key).await
        };
        let give = json!({"campaign": &word});
        let withdraw = json!({"withdraw_campaign": {"name": &word.name}});
        said(give.clone(), 30).await?;
        let (id, code) = school.the_campaign().await?;
        said(withdraw.clone(), 20).await?;

        let late = said(give.clone(), 30).await?;
        assert_eq!(late["refused"]["code"], "older_word", "{late}");
        assert!(late["campaign"]["withdrawn_at"].is_string(), "the report tells what holds: {late}");
        assert_eq!(school.page(id).await?["closed"], json!({"why": "withdrawn"}));
        // Its own moment goes before that of the message.
        let mut dated = give.clone();
        dated["campaign"]["at"] = json!(Timestamp::now() - SignedDuration::from_mins(25));
        assert_eq!(said(dated.clone(), 0).await?["refused"]["code"], "older_word");
        assert_eq!(said(withdraw.clone(), 20).await?["refused"], json!(null), "twice is no mistake");

        dated["campaign"]["at"] = json!(Timestamp::now() + SignedDuration::from_hours(1));
        assert_eq!(said(dated, 0).await?["refused"]["code"], "in_future");
        assert_eq!(said(give, 10).await?["refused"], json!(null));
        assert_eq!(school.the_campaign().await?, (id, code), "said again, it is given again");
        assert_eq!(said(withdraw, 15).await?["refused"]["code"], "older_word");
        assert_eq!(school.list("").await?["total"], 1);
        Ok(())
    });
}

#[test]
fn it_is_for_the_classes_of_its_levels_and_those_that_staff_choose() {
    run(async {
        let school = a_school().await?;
        let mut sample = Sample::new(school.uai, 10, 880);
        let classes = [("6A", "10010012110"), ("3B", "10310019110"), ("ULIS", "16710010110"), ("UPE2A", "16710010110")];
        for (number, pupil) in sample.pupils.iter_mut().enumerate() {
            let (class, mef) = classes[number % 4];
            (pupil.division, pupil.mef) = (class.to_owned(), mef.to_owned());
        }
        import(school.uai, &sample).await?;
        operator()?.tell_campaign(CampaignWord { levels: [Level::Sixieme].into(), ..a_word(&school) }).await?;
        let (id, _) = school.the_campaign().await?;
        let classes = async || {
            let page = school.page(id).await?;
            let classes = page["classes"].as_array().cloned().unwrap_or_default();
            let told =
                |class: &Value| (class["division"].as_str().unwrap_or_default().to_owned(), class["enrolled"].as_u64());
            anyhow::Ok((classes.iter().map(told).collect::<Vec<_>>(), page["choices"].clone()))
        };
        let one = |class: &str, pupils: u64| (class.to_owned(), Some(pupils));
        let choices = |chosen: &[&str]| {
            let choice = |class: &str| json!({"division": class, "level": null, "chosen": chosen.contains(&class)});
            json!(["ULIS", "UPE2A"].map(choice))
        };
        assert_eq!(classes().await?, (vec![one("6A", 3)], choices(&[])));

        let path = format!("/schools/{}/campaigns/{id}", school.uai);
        let choose =
            async |chosen: &[&str]| school.person.post(&format!("{path}/classes"), &json!({"classes": chosen})).await;
        choose(&["ULIS"]).await?.expect(200)?;
        assert_eq!(classes().await?, (vec![one("6A", 3), one("ULIS", 2)], choices(&["ULIS"])));
        for wrong in ["3B", "6A", "9Z"] {
            let refused = choose(&[wrong]).await?;
            assert_eq!((refused.status, refused.code()), (400, "bad_request"), "{wrong}: {}", refused.body);
        }
        assert_eq!(classes().await?.1, choices(&["ULIS"]), "what is refused changes nothing");

        // Who joins counts, of whatever class; and the file has whom the page has.
        join(school.uai, id, &class(school.uai, "3B").await?[..1]).await?;
        assert_eq!(classes().await?.0, [one("6A", 3), one("3B", 1), one("ULIS", 2)]);
        let sheet = school.person.page(&format!("{path}/results.csv")).await?;
        assert_eq!(sheet.lines().count(), 1 + 6, "{sheet}");
        choose(&[]).await?.expect(200)?;
        assert_eq!(classes().await?, (vec![one("6A", 3), one("3B", 1)], choices(&[])));
        Ok(())
    });
}

/// Who is told of the levels may join all the same, and staff see how many of other classes did. Who joined is told when the team withdraws it.
#[test]
fn who_is_of_another_level_is_told_so_and_not_turned_away() {
    run(async {
        let school = a_school().await?;
        let mut sample = Sample::new(school.uai, 4, 88_401);
        let classes = [("6A", "10010012110"), ("3B", "10310019110")];
        for (number, pupil) in sample.pupils.iter_mut().enumerate() {
            let (class, mef) = classes[number % 2];
            (pupil.division, pupil.mef) = (class.to_owned(), mef.to_owned());
        }
        import(school.uai, &sample).await?;
        let word = CampaignWord { levels: [Level::Sixieme].into(), ..a_word(&school) };
        operator()?.tell_campaign(word.clone()).await?;
        let (id, code) = school.the_campaign().await?;
        let at = format!("/campagnes/{code}");
        assert_eq!(school.page(id).await?["of_other_classes"], 0);

        for (pupil, is_of_another) in sample.pupils.iter().zip([false, true]) {
            let mut device = a_device();
            assert_eq!(device.get(&at).await?.expect(200)?["levels"], json!(["6e"]));
            let mut who = json!({
                "first_name": pupil.first_name, "last_name": pupil.last_name, "birth_date": pupil.birth_date,
            });
            let told = device.post(&format!("{at}/identity"), &who).await?.expect(200)?;
            assert_eq!(step(&told), "new_account", "{told}");
            who["password"] = json!(PUPIL_PASSWORD);
            device.post(&format!("{at}/account"), &who).await?.expect(201)?;
            let joined = device.get(&at).await?.expect(200)?;
            assert_eq!((step(&joined), &joined["other_level"]), ("joined", &json!(is_of_another)), "{joined}");
            assert!(joined["resume"].is_string(), "nobody is turned away");

            // Another campaign of these levels, before it is joined.
            let name = format!("autre-{}-{}", school.uai.as_str().to_lowercase(), u8::from(is_of_another));
            let another = CampaignWord { name: PlatformCampaignName::parse(&name)?, ..word.clone() };
            operator()?.tell_campaign(another.clone()).await?;
            let list = school.list("").await?;
            let code = list["campaigns"].as_array().unwrap().iter().find(|row| row["id"] != json!(id)).unwrap()["code"]
                .clone();
            let page = device.get(&format!("/campagnes/{}", code.as_str().unwrap())).await?.expect(200)?;
            assert_eq!((step(&page), &page["other_level"]), ("join", &json!(is_of_another)), "{page}");
            operator()?.withdraw_campaign(&another.name).await?;
        }
        assert_eq!(school.page(id).await?["of_other_classes"], 1);
        let path = format!("/schools/{}/campaigns/{id}", school.uai);
        assert!(school.person.page(&path).await?.contains("1 élève d’une autre classe a rejoint la campagne"));
        Ok(())
    });
}

#[test]
fn a_word_that_is_wrong_says_why_and_changes_nothing() {
    run(async {
        let school = a_school().await?;
        let (word, operator) = (a_word(&school), operator()?);
        let unknown = CampaignWord { course: CourseId::parse("inconnu")?, ..word.clone() };
        let reversed = CampaignWord { closes_on: in_days(-2), ..word.clone() };
        let (rennes, name) = (Academie::parse("rennes")?, word.name.clone());
        for (report, code, says) in [
            (operator.tell_campaign(unknown).await?, "course_unknown", COURSE),
            (operator.tell_campaign(reversed).await?, "dates_reversed", "before it opens"),
            (operator.withdraw_campaign(&name).await?, "campaign_unknown", name.as_str()),
            (operator.give_campaign(&name, rennes).await?, "campaign_unknown", name.as_str()),
        ] {
            assert_eq!(report["refused"]["code"], code, "{report}");
            assert!(report["refused"]["detail"].as_str().unwrap().contains(says), "{report}");
        }
        assert_eq!(school.list("").await?["total"], 0);
        let past = CampaignWord { opens_on: in_days(-9), closes_on: in_days(-1), ..word.clone() };
        let far = CampaignWord { closes_on: Date::MAX, ..word.clone() };
        let kinds = ["Collège du Père Noël".to_owned()].into();
        let for_nobody = CampaignWord { audience: Audience { kinds, ..Audience::default() }, ..word.clone() };
        for (wrong, code) in [(&past, "over"), (&far, "dates_far"), (&for_nobody, "nobody")] {
            assert_eq!(operator.tell_campaign(wrong.clone()).await?["refused"]["code"], code);
        }
        assert_eq!(school.list("").await?["total"], 0);
        operator.tell_campaign(word.clone()).await?;
        // What pupils did for one course is not done for another.
        let (id, _) = school.the_campaign().await?;
        let other = CampaignWord { course: CourseId::parse(COURSE)?, ..word };
        for wrong in [other, for_nobody] {
            let report = operator.tell_campaign(wrong).await?;
            assert!(["course_changed", "nobody"].contains(&report["refused"]["code"].as_str().unwrap()), "{report}");
            assert_eq!(
                (&report["campaign"]["course"], &report["schools"]),
                (&json!(PROFILES), &json!(1)),
                "what holds"
            );
        }
        assert_eq!(school.page(id).await?["kind"], "profile_collection");
        assert_eq!(school.the_campaign().await?.0, id);
        operator.withdraw_campaign(&name).await?;
        assert_eq!(operator.give_campaign(&name, rennes).await?["refused"]["code"], "not_given");
        Ok(())
    });
}
