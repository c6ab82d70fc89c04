//! Staff take back a result that was sent by mistake: the pupil begins again, and what is told of the former try changes nothing.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{CampaignId, LearnerId, Progress, Uai};
use rentree_table::Role;
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, go, in_sight, picture, see,
};
use crate::support::campaigns::{COURSE, PROFILES, Platform, course_token, join, token_of_try};
use crate::support::classes::{a_class, a_device, a_first_name, step};
use crate::support::people::{Answer, Person, a_member};
use crate::support::schools::{a_school_of, class};
use crate::support::{eventually, product, run};

/// A pupil who has joined two campaigns of a school.
struct Joined {
    uai: Uai,
    administrator: Person,
    member: Person,
    campaigns: [CampaignId; 2],
    learner: LearnerId,
}

async fn somebody_of(course: &str, seed: u64) -> anyhow::Result<Joined> {
    let (uai, administrator, _) = a_school_of(&[("3A", 2)], seed).await?;
    let member = a_member(uai, Role::Member).await?;
    let pupils = class(uai, "3A").await?;
    let mut campaigns = Vec::new();
    for title in ["Rentrée", "Avant la certification"] {
        let body = json!({"title": title, "course": course});
        let created = administrator.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
        let id = serde_json::from_value(created["id"].clone())?;
        join(uai, id, &pupils).await?;
        campaigns.push(id);
    }
    let campaigns = campaigns.try_into().expect("two");
    Ok(Joined { uai, administrator, member, campaigns, learner: pupils[0].id })
}

impl Joined {
    fn path(&self) -> String {
        format!("/schools/{}/campaigns/{}/results/{}", self.uai, self.campaigns[0], self.learner)
    }

    async fn take_back(&self, by: &Person, sent_at: &Value) -> anyhow::Result<Answer> {
        by.post(&format!("{}/take-back", self.path()), &json!({"sent_at": sent_at})).await
    }

    async fn progress(&self) -> anyhow::Result<Progress> {
        Ok(product().table.participation(self.campaigns[0], self.learner).await?.expect("joined").progress())
    }
}

/// What the platform tells of a try.
async fn tell(token: String, event: &str, at: Timestamp, score: u8) -> anyhow::Result<(u16, Value)> {
    let platform = Platform::real()?;
    let message = json!({"token": token, "event": event, "at": at, "score": score});
    platform.post(&platform.letter(&message, SignedDuration::ZERO)).await
}

/// The competences that the list of pupils tells of a pupil.
async fn competences(of: &Joined) -> anyhow::Result<Value> {
    let seen = of.member.get(&format!("/schools/{}/learners", of.uai)).await?.expect(200)?;
    let row = seen["learners"].as_array().unwrap().iter().find(|row| row["id"] == json!(of.learner)).cloned();
    Ok(row.expect("in the list")["profile"]["competences"].clone())
}

#[test]
fn messages_of_a_try_that_was_taken_back_change_nothing_however_often_they_come() {
    run(async {
        let joined = somebody_of(COURSE, 81).await?;
        let (campaign, learner) = (joined.campaigns[0], joined.learner);
        let (first, second) = (course_token(campaign, learner), token_of_try(campaign, learner, 1, Timestamp::now()));
        let early = Timestamp::now() - SignedDuration::from_mins(20);
        assert_eq!(tell(first.clone(), "sent", early, 30).await?.0, 200);
        let shown = joined.member.get(&joined.path()).await?.expect(200)?;
        assert_eq!((&shown["sent"]["score"], &shown["taken_back"]), (&json!(30), &json!([])));

        let done = joined.take_back(&joined.member, &shown["sent"]["at"]).await?.expect(200)?;
        assert_eq!(done["taken_back"][0]["sent"]["score"], 30);
        assert_eq!(joined.progress().await?, Progress::Joined);
        let stored = product().table.participation(campaign, learner).await?;
        let late = Timestamp::now();
        for (event, at, score) in [("sent", early, 30), ("sent", late, 31), ("started", late, 0), ("sent", late, 31)] {
            let (status, view) = tell(first.clone(), event, at, score).await?;
            assert_eq!((status, &view["taken_back"], &view["progress"]), (200, &json!(true), &json!("joined")));
        }
        assert_eq!(product().table.participation(campaign, learner).await?, stored, "nothing changed");
        let again = joined.take_back(&joined.member, &shown["sent"]["at"]).await?;
        assert_eq!((again.status, again.code()), (409, "too_late"), "a second click takes nothing more back");

        // The other try counts, and may be taken back as well.
        let (_, view) = tell(second, "sent", late, 80).await?;
        assert_eq!((&view["taken_back"], &view["score"]), (&json!(false), &json!(80)));
        assert_eq!(tell(first, "sent", late, 99).await?.1["score"], 80);
        let follow = format!("/schools/{}/campaigns/{campaign}", joined.uai);
        let row = joined.member.get(&follow).await?.expect(200)?["pupils"][0].clone();
        assert_eq!((&row["score"], &row["is_taken_back"]), (&json!(80), &json!(true)));
        joined.take_back(&joined.administrator, &view["sent_at"]).await?.expect(200)?;
        let shown = joined.member.get(&joined.path()).await?.expect(200)?;
        assert_eq!((&shown["sent"], shown["taken_back"].as_array().map(Vec::len)), (&Value::Null, Some(2)));

        let log = joined.administrator.get(&format!("/schools/{}/audit", joined.uai)).await?.expect(200)?;
        let told = log["entries"].as_array().unwrap().iter().filter(|entry| entry["action"] == "result_taken_back");
        let told: Vec<_> = told.map(|entry| (&entry["subject"], &entry["learner"])).collect();
        assert_eq!(told, vec![(&json!("Rentrée"), &json!(learner)); 2], "the log tells both, of whom");
        Ok(())
    });
}

#[test]
fn a_message_and_staff_at_the_same_moment_end_in_one_order_or_the_other() {
    run(async {
        for seed in 90..94 {
            let joined = somebody_of(COURSE, seed).await?;
            let token = course_token(joined.campaigns[0], joined.learner);
            let at = Timestamp::now();
            assert_eq!(tell(token.clone(), "sent", at, 30).await?.0, 200);
            let shown = json!(at);
            let (back, told) = tokio::try_join!(
                joined.take_back(&joined.member, &shown),
                tell(token, "sent", at + SignedDuration::from_secs(1), 40)
            )?;
            assert_eq!(told.0, 200);
            let ended = (back.status, joined.progress().await?);
            // Whoever sent again before staff clicked has another result, which staff have not seen.
            assert!([(200, Progress::Joined), (409, Progress::Sent)].contains(&ended), "{ended:?}");
        }
        Ok(())
    });
}

#[test]
fn a_profile_goes_with_its_result_and_the_one_before_it_holds_again() {
    run(async {
        let joined = somebody_of(PROFILES, 82).await?;
        let [first, other] = joined.campaigns;
        let now = Timestamp::now();
        let profile = async |campaign: CampaignId, minutes: i64, competences: u8| {
            let platform = Platform::real()?;
            let at = now - SignedDuration::from_mins(minutes);
            let message = json!({
                "token": course_token(campaign, joined.learner), "event": "sent", "at": at, "score": 40,
                "profile": {"competences": competences, "points": 100},
            });
            anyhow::ensure!(platform.post(&platform.letter(&message, SignedDuration::ZERO)).await?.0 == 200);
            Ok::<_, anyhow::Error>(at)
        };
        profile(other, 30, 3).await?;
        let at = profile(first, 10, 9).await?;
        assert_eq!(competences(&joined).await?, 9);
        joined.take_back(&joined.member, &json!(at)).await?.expect(200)?;
        assert_eq!(competences(&joined).await?, 3);

        // Of the only one that there is, nothing is left; a later one counts.
        let alone = somebody_of(PROFILES, 83).await?;
        let message = json!({
            "token": course_token(alone.campaigns[0], alone.learner), "event": "sent", "at": now, "score": 40,
            "profile": {"competences": 9, "points": 100},
        });
        let platform = Platform::real()?;
        assert_eq!(platform.post(&platform.letter(&message, SignedDuration::ZERO)).await?.0, 200);
        alone.take_back(&alone.member, &json!(now)).await?.expect(200)?;
        assert_eq!(competences(&alone).await?, Value::Null);
        assert_eq!(platform.post(&platform.letter(&message, SignedDuration::ZERO)).await?.0, 200);
        assert_eq!(competences(&alone).await?, Value::Null, "told again, of a try that was taken back");
        let mut again = message.clone();
        again["token"] = token_of_try(alone.campaigns[0], alone.learner, 1, now).into();
        assert_eq!(platform.post(&platform.letter(&again, SignedDuration::ZERO)).await?.0, 200);
        assert_eq!(competences(&alone).await?, 9);
        Ok(())
    });
}

#[test]
fn nobody_takes_back_what_is_another_school_s_or_was_never_sent() {
    run(async {
        let (joined, other) = (somebody_of(COURSE, 84).await?, somebody_of(COURSE, 85).await?);
        let now = json!(Timestamp::now());
        assert_eq!(joined.take_back(&joined.member, &now).await?.status, 409, "nothing was sent");
        assert_eq!(joined.take_back(&other.member, &now).await?.status, 404);
        assert_eq!(other.member.get(&joined.path()).await?.status, 404);
        // Addresses of one's own school, with identifiers of another one.
        for (campaign, learner) in [(joined.campaigns[0], other.learner), (other.campaigns[0], joined.learner)] {
            let path = format!("/schools/{}/campaigns/{campaign}/results/{learner}", joined.uai);
            assert_eq!(joined.member.get(&path).await?.status, 404, "{path}");
            let body = json!({"sent_at": now});
            assert_eq!(joined.member.post(&format!("{path}/take-back"), &body).await?.status, 404, "{path}");
        }
        let unread = joined.member.post(&format!("{}/take-back", joined.path()), &json!({})).await?;
        assert_eq!((unread.status, unread.code()), (400, "bad_request"));
        Ok(())
    });
}

/// The pupil's own page says so, and leads into the course again: its link is of another try.
#[test]
fn the_pupil_is_told_and_begins_again() {
    run(async {
        let name = a_first_name("Inès");
        let class = a_class(&[(&name, "DURAND", "12/05/2013")]).await?;
        let mut device = a_device();
        let typed = class.identity(0);
        let told = device.tell(&class, &typed).await?.expect(200)?;
        let more = json!({"user_name": told["user_name"]});
        let joined = device.create(&class, &typed, &more).await?.expect(201)?;
        let token = |view: &Value| {
            let link = view["resume"].as_str().and_then(|link| link.split_once("?token=")).expect("a link").1;
            link.split('&').next().expect("a token").to_owned()
        };
        let first = token(&joined);
        let at = Timestamp::now();
        assert_eq!(tell(first.clone(), "sent", at, 12).await?.0, 200);
        assert_eq!(device.get(&class.path("")).await?.expect(200)?["progress"], "sent");

        let pupil = class.pupil(&name).await?;
        let staff = a_member(class.uai, Role::Member).await?;
        let path = format!("/schools/{}/campaigns/{}/results/{}/take-back", class.uai, class.campaign, pupil.id);
        staff.post(&path, &json!({"sent_at": at})).await?.expect(200)?;
        let seen = device.get(&class.path("")).await?.expect(200)?;
        assert_eq!((step(&seen), &seen["progress"]), ("joined", &json!("joined")));
        assert!(seen["taken_back"].is_string(), "{seen}");
        assert_eq!(tell(first, "sent", at, 12).await?.1["taken_back"], true);
        assert_eq!(tell(token(&seen), "sent", Timestamp::now(), 77).await?.1["score"], 77);
        assert_eq!(device.get(&class.path("")).await?.expect(200)?["taken_back"], Value::Null);
        Ok(())
    });
}

#[test]
fn staff_take_a_result_back_in_a_browser() {
    for (look, name) in [(DESKTOP, "desktop"), (PHONE, "phone"), (WITHOUT_SCRIPTS, "plain")] {
        run(taken_back_in_a_browser(look, name));
    }
}

async fn taken_back_in_a_browser(look: Look, name: &str) -> anyhow::Result<()> {
    let joined = somebody_of(PROFILES, 86).await?;
    let campaign = joined.campaigns[0];
    let platform = Platform::real()?;
    let message = json!({
        "token": course_token(campaign, joined.learner), "event": "sent", "at": Timestamp::now(), "score": 40,
        "profile": {"competences": 9, "points": 100},
    });
    anyhow::ensure!(platform.post(&platform.letter(&message, SignedDuration::ZERO)).await?.0 == 200);

    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &joined.member).await?;
    go(client, &format!("/schools/{}/campaigns/{campaign}", joined.uai)).await?;
    click(client, &format!("a[href$='/results/{}']", joined.learner)).await?;
    see(client, "h1", "Résultat :").await?;
    picture(&browser, look, &format!("{name}-campaigns-30-result")).await?;
    click(client, "button.danger").await?;
    see(client, "[role=status]", "L’envoi est annulé").await?;
    let is_joined = async || Ok((joined.progress().await? == Progress::Joined).then_some(()));
    eventually("it is taken back", is_joined).await?;
    in_sight(&browser, look, "#pupils", &format!("{name}-campaigns-31-taken-back")).await?;
    click(client, &format!("a[href$='/results/{}']", joined.learner)).await?;
    see(client, "h2", "Envois annulés").await?;
    picture(&browser, look, &format!("{name}-campaigns-32-result-taken-back")).await?;
    browser.close().await
}
