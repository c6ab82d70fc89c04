//! The Médiacentre as staff see it: an operator turns it on, their page says whether it works, and nothing there says who signed on.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{EntityId, GarId, Ido, SignOnId, Uai};
use rentree_local::idp::{self, Person};
use rentree_local::operator::Operator;
use rentree_local::{Options, Rentree};
use rentree_table::{Methods, Role, SignOnCount};
use serde_json::{Value, json};

use crate::rights::withdraw;
use crate::support::clock::HandClock;
use crate::support::ent::{Computer, a_computer, a_pupil_of_the_ent, answer, leads};
use crate::support::faults::Faults;
use crate::support::operators::{
    DIRECTORY_DEAD, SILENT_BUCKET, dead, directory_with, done, message, put_silently, report,
};
use crate::support::people::{a_client, a_member, a_team};
use crate::support::pupils::{Classes, a_class};
use crate::support::{a_uai, product, run, shared_options};

/// Somebody whom the provider says to be of this school.
fn of(uai: Uai) -> Person {
    Person { school: uai.to_string(), ..a_pupil_of_the_ent() }
}

async fn known(class: &Classes, place: usize) -> anyhow::Result<Person> {
    let person = of(class.uai);
    let id = SignOnId { idp: EntityId::parse(idp::ENTITY_ID)?, ido: Ido::parse(&person.ido)? };
    class.tie(place, Methods::of_mediacentre(id, Timestamp::now())).await?;
    Ok(person)
}

async fn page(class: &Classes) -> anyhow::Result<Value> {
    class.administrator.get(&format!("/schools/{}/mediacentre", class.uai)).await?.expect(200)
}

/// Sign-ons of this week, known and unknown, and refusals by kind.
async fn week(class: &Classes) -> anyhow::Result<Value> {
    let week = page(class).await?["week"].clone();
    let kinds = week["refusals"].as_array().cloned().unwrap_or_default();
    let kinds: Vec<Value> = kinds.into_iter().map(|of| json!([of["kind"], of["count"]])).collect();
    Ok(json!([week["sign_ons"], week["unknown"], kinds]))
}

#[test]
fn an_operator_turns_it_on_and_off_again() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let operator = Operator::of(&product().stack)?;
        let (etab, ent) = (GarId::parse("0750654D")?, GarId::parse("RU5UVEVTVDE=")?);
        let path = format!("/schools/{uai}/mediacentre");
        let is_on = async || anyhow::Ok(administrator.get(&path).await?.expect(200)?["is_on"].clone());
        assert_eq!(is_on().await?, false);

        // The same word twice comes to the same.
        for _ in 0..2 {
            let report = operator.turn_mediacentre(uai, Some(&etab), Some(&ent)).await?;
            let known = json!({"id_etab": "0750654D", "id_ent": "RU5UVEVTVDE="});
            assert_eq!(report, json!({"uai": uai, "refused": null, "mediacentre": known}));
        }
        assert_eq!(is_on().await?, true);
        let school = product().table.school(uai).await?.expect("a school");
        assert_eq!(school.mediacentre.map(|known| (known.id_etab, known.id_ent)), Some((etab.clone(), Some(ent))));
        assert_eq!(school.name, format!("Collège {uai}"), "all else of the school is as it was");

        for _ in 0..2 {
            let report = operator.turn_mediacentre(uai, None, None).await?;
            assert_eq!(report, json!({"uai": uai, "refused": null, "mediacentre": null}));
        }
        assert_eq!(is_on().await?, false);

        // A school that nobody knows is told, and does not begin by it.
        let nobody = a_uai();
        let report = operator.turn_mediacentre(nobody, Some(&etab), None).await?;
        assert_eq!((&report["refused"]["code"], &report["mediacentre"]), (&json!("school_unknown"), &Value::Null));
        assert!(product().table.school(nobody).await?.is_none());
        Ok(())
    });
}

#[test]
fn a_word_that_failed_every_time_is_reported() {
    run(async {
        let (uai, _) = a_team().await?;
        put_silently("mediacentre", Vec::new()).await?;
        let word = message(&json!({"mediacentre": {"uai": uai, "id_etab": "1"}}));
        done(&directory_with(None::<Faults>)?, &dead(word, DIRECTORY_DEAD)).await?;
        let key = format!("reports/mediacentre/{uai}.json");
        assert_eq!(report(&product().stack, SILENT_BUCKET, &key).await?["refused"]["code"], "technical");
        assert_eq!(product().table.school(uai).await?.expect("a school").mediacentre, None);
        Ok(())
    });
}

#[test]
fn sign_ons_and_refusals_are_counted_where_the_school_is_known() {
    run(async {
        let class = a_class(3).await?;
        assert_eq!(week(&class).await?, json!([0, 0, []]));
        assert_eq!(page(&class).await?["last_sign_on"], Value::Null);

        let person = known(&class, 0).await?;
        let mut computer = a_computer();
        let request = computer.click("/mediacentre").await?;
        let response = answer(&request, &person)?;
        // Whose browser it is not, is refused, and another one has begun nothing here.
        assert_eq!(a_computer().deliver(&response).await?.status, 403);
        let before = Timestamp::now();
        assert!(leads(&computer.deliver(&response).await?, "/mes-campagnes"));
        // The same answer again is the same sign-on.
        assert!(leads(&computer.deliver(&response).await?, "/mes-campagnes"));
        assert_eq!(week(&class).await?, json!([1, 0, [["elsewhere", 1]]]));
        let last: Timestamp = serde_json::from_value(page(&class).await?["last_sign_on"].clone())?;
        assert!(before <= last && last <= Timestamp::now());

        // Signed out, nothing comes of it any more.
        assert_eq!(computer.post("/sign-out", &json!({})).await?.status, 200);
        assert_eq!(computer.deliver(&response).await?.status, 410);
        // Whom no account knows, once, and by a reload.
        let mut new = a_computer();
        let request = new.click("/mediacentre").await?;
        let unknown = answer(&request, &of(class.uai))?;
        for location in ["/mediacentre/suite", "/mediacentre/suite?again=true"] {
            assert!(leads(&new.deliver(&unknown).await?, location));
        }
        // A request that nobody made.
        let foreign = idp::Request { id: "_nobody".to_owned(), ..request.clone() };
        assert_eq!(new.deliver(&answer(&foreign, &person)?).await?.status, 410);
        let all = json!([1, 1, [["too_late", 1], ["used_before", 1], ["elsewhere", 1]]]);
        assert_eq!(week(&class).await?, all);

        // What nobody signed, or what tells no school, counts nowhere.
        let forged = idp::changed(&answer(&new.click("/mediacentre").await?, &person)?, "Zéphyrine", "Zéphirine")?;
        assert_eq!(new.deliver(&forged).await?.status, 403);
        for school in ["", "0750654A", "Collège"] {
            let elsewhere = Person { school: school.to_owned(), ..person.clone() };
            assert!(leads(&a_computer().sign_on(&elsewhere).await?, "/mes-campagnes"));
        }
        assert_eq!(week(&class).await?, all);

        // Each page says it in words, to members too; nobody else sees it.
        let path = format!("/schools/{}/mediacentre", class.uai);
        let member = a_member(class.uai, Role::Member).await?;
        let told = member.page(&path).await?;
        for words in [
            "Dernière connexion par le Médiacentre le",
            "Trop de temps écoulé",
            "console d’affectation du GAR",
            "pas chaque personne",
            "Une tuile peut déjà ouvrir Rentrée",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
        for secret in [person.ido.as_str(), "MARQUEPAGE", "Zéphyrine"] {
            assert!(!told.contains(secret), "{secret}");
        }
        assert_eq!(a_team().await?.1.get(&path).await?.status, 404);
        Ok(())
    });
}

/// Seven days, today among them; older days tell the last sign-on alone.
#[test]
fn a_week_is_seven_days() {
    run(async {
        let class = a_class(2).await?;
        let ago = |days: i64| Timestamp::now() - SignedDuration::from_hours(24 * days);
        let table = &product().table;
        table.count_sign_on(class.uai, SignOnCount::Known, ago(8)).await?;
        table.count_sign_on(class.uai, SignOnCount::TooLate, ago(8)).await?;
        assert_eq!(week(&class).await?, json!([0, 0, []]));
        let last: Timestamp = serde_json::from_value(page(&class).await?["last_sign_on"].clone())?;
        assert!(last < ago(7));
        table.count_sign_on(class.uai, SignOnCount::Known, ago(5)).await?;
        table.count_sign_on(class.uai, SignOnCount::Unknown, ago(0)).await?;
        assert_eq!(week(&class).await?, json!([1, 1, []]));
        Ok(())
    });
}

/// Two posts of one answer at the same moment are one sign-on.
#[test]
fn a_double_click_counts_once() {
    run(async {
        let class = a_class(2).await?;
        let person = known(&class, 0).await?;
        let mut computer = a_computer();
        let response = answer(&computer.click("/mediacentre").await?, &person)?;
        let (mut one, mut two) = (computer.clone(), computer.clone());
        let (first, second) = tokio::join!(one.deliver(&response), two.deliver(&response));
        for reply in [first?, second?] {
            assert!(leads(&reply, "/mes-campagnes"), "{} {}", reply.status, reply.text);
        }
        assert_eq!(week(&class).await?, json!([1, 0, []]));
        Ok(())
    });
}

#[test]
fn a_sign_on_that_cannot_be_counted_is_let_in() {
    run(async {
        let rentree = Rentree::start(&shared_options()).await?;
        withdraw(&rentree, "MediacentreFunction", "dynamodb:UpdateItem on table/rentree of MEDIACENTRE#*")?;
        let uai = a_uai();
        let mut computer = Computer::at(&rentree.url, &a_client());
        assert!(leads(&computer.sign_on(&of(uai)).await?, "/mediacentre/suite"));
        assert_eq!(rentree.table.sign_on_days(uai).await?, []);
        rentree.stop().await
    });
}

/// An answer that is read, and too old a request.
#[test]
fn too_late_is_counted() {
    static CLOCK: HandClock = HandClock::new();
    run(async {
        let rentree = Rentree::start(&Options { clock: || CLOCK.now(), ..shared_options() }).await?;
        let uai = a_uai();
        let mut computer = Computer::at(&rentree.url, &a_client());
        let request = computer.click("/mediacentre").await?;
        CLOCK.set(SignedDuration::from_mins(11));
        let late = idp::Answer { issuer: idp::ENTITY_ID, request: &request, person: &of(uai), now: CLOCK.now() };
        assert_eq!(computer.deliver(&late.encoded()?).await?.status, 410);
        let days = rentree.table.sign_on_days(uai).await?;
        assert_eq!(days.iter().map(|day| day.count(SignOnCount::TooLate)).collect::<Vec<_>>(), [1]);
        assert_eq!(days[0].last_at, None, "nobody signed on");
        rentree.stop().await
    });
}
