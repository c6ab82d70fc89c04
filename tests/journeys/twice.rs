//! A button that is clicked twice where no script guards it: two clicks do what one does, and lead to the page where one leads, since a
//! browser shows the answer to the last one.

use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::UTF_8;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::import::ImportState;
use rentree_domain::{CampaignId, ImportId, Uai};
use rentree_local::people::enrol;
use rentree_local::pupils::a_campaign as a_campaign_at;
use rentree_samples::Sample;
use rentree_table::{Import, ImportOptions, Role};
use serde_json::json;

use crate::contracts::every_route;
use crate::stored_items;
use crate::support::campaigns::{COURSE, Platform, join};
use crate::support::clock::last_year;
use crate::support::forms::PageForm;
use crate::support::links::an_invitation;
use crate::support::mails::{mails_to, no_mail_is_pending};
use crate::support::people::{a_failure, a_member, an_email, an_unknown_user, somebody};
use crate::support::pupils::{Classes, a_class, by_email, by_mediacentre, by_user_name};
use crate::support::{carry_out, eventually, join_all, note_import, product, run, silent_import};

/// A form: its page, where it is sent, and what is typed.
type Pressed = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Forms of staff that change something, in an order in which each may be sent.
const FORMS: [Pressed; 32] = [
    ("/schools/{uai}/campaigns/new", "/new", &[("title", "Rentrée"), ("course", COURSE)]),
    ("/schools/{uai}/campaigns/{campaign}/edit", "/edit", &[("title", "Un autre titre")]),
    ("/schools/{uai}/campaigns/{campaign}", "/lesson", &[("act", "open")]),
    ("/schools/{uai}/campaigns/{campaign}", "/lesson", &[("act", "prolong")]),
    ("/schools/{uai}/campaigns/{campaign}", "/joining", &[("only_in_lessons", "true")]),
    ("/schools/{uai}/campaigns/{campaign}", "/code", &[]),
    ("/schools/{uai}/campaigns/{campaign}/archive", "/archive", &[]),
    ("/schools/{uai}/campaigns/{campaign}", "/restore", &[]),
    ("/schools/{uai}/new-year", "/new-year", &[("renew", "{old}"), ("archive", "{old}")]),
    ("/schools/{uai}/imports", "/imports", &[("preview", "true")]),
    ("/schools/{uai}/team", "/invitations", &[("emails", "marque-{uai}@exemple.fr"), ("role", "member")]),
    ("/schools/{uai}/team", "/invitations/{again}/resend", &[]),
    ("/schools/{uai}/invitations/{invitation}/cancel", "/cancel", &[]),
    ("/schools/{uai}/members/{colleague}/role", "/role", &[]),
    ("/schools/{uai}/members/{colleague}/remove", "/remove", &[]),
    ("/schools/{uai}/team", "/members/{absent}/keep", &[]),
    ("/schools/{uai}/team/review", "/review", &REVIEWED),
    ("/schools/{uai}/learners/{blocked}", "/unblock", &[]),
    ("/schools/{uai}/learners/{by_email}", "/user-name", &[]),
    ("/schools/{uai}/learners/{by_mediacentre}/mediacentre", "/mediacentre", &[]),
    ("/schools/{uai}/learners/{tied}/untie", "/untie", &[]),
    ("/schools/{uai}/campaigns/{campaign}/results/{sender}", "/take-back", &[]),
    ("/spaces/request", "/spaces/request", &[("uai", "{elsewhere}")]),
    ("/spaces/request/{elsewhere}/withdraw", "/withdraw", &[]),
    ("/schools/{uai}/access-requests/{wanted}", "/accept", &[("role", "member")]),
    ("/schools/{uai}/access-requests/{unknown}/refuse", "/refuse", &[]),
    ("/schools/{uai}/imports/{awaiting}", "/cancel", &[]),
    ("/schools/{uai}/imports/{previewed}", "/confirm", &[]),
    ("/schools/{uai}/imports/{previewed}/undo", "/undo", &[]),
    ("/schools/{uai}/imports/{refused}", "/set-aside", &[]),
    ("/account/name", "/account/name", &[("first_name", "Camille"), ("last_name", "Le Goff")]),
    ("/schools/{uai}/leave", "/leave", &[]),
];

/// The other addresses where something is sent, by the reason why they are not pressed here.
const EXCUSED: [(&str, &[&str]); 11] = [
    (
        "Programs send it, and no page has a form of it.",
        &["/api/token", "/certifications", "/participations/progress", "/schools/{uai}/campaigns"],
    ),
    (
        "It changes nothing: it leads on, finds, or plays what pupils see.",
        &[
            "/campagnes",
            "/verification",
            "/schools/{uai}/learners",
            "/schools/{uai}/learners/former",
            "/schools/{uai}/imports/{import}/report",
            "/schools/{uai}/campaigns/{campaign}/try/identity",
            "/schools/{uai}/campaigns/{campaign}/try/account",
        ],
    ),
    (
        "Pupils send it: `joining_at_once::a_second_click_is_in`.",
        &["/campagnes/{code}", "/campagnes/{code}/identity", "/campagnes/{code}/account"],
    ),
    (
        "Whoever comes by the Médiacentre sends it: `mediacentre_pages::twice_in_two_tabs`, \
         `mediacentre_staff::a_double_click_counts_once`.",
        &["/mediacentre/acs", "/mediacentre/suite"],
    ),
    (
        "What it shows is secret, and the same for both clicks: `handing_out`, `sign_in_codes` and `personal_codes`, where a page \
         that is sent again shows the same code.",
        &[
            "/schools/{uai}/learners/passwords",
            "/schools/{uai}/learners/passwords/{hand_out}",
            "/schools/{uai}/learners/{learner}/sign-in-code",
            "/schools/{uai}/learners/{learner}/personal-code",
        ],
    ),
    (
        "All classes are said at once, so that both clicks say the same: `platform_campaigns`.",
        &["/schools/{uai}/campaigns/{campaign}/classes"],
    ),
    (
        "Asked again, it is the same asking: `prepared_files::a_message_that_was_lost_is_sent_again`.",
        &["/schools/{uai}/certificates/file"],
    ),
    (
        "A link or a code counts once, and the second click is told that it was used: `activation::two_at_once_make_one_administrator`, \
         `sign_in_codes::of_two_at_the_same_moment_one_is_in`.",
        &[
            "/activation/{token}",
            "/invitation/{token}",
            "/sign-up/{token}",
            "/new-password/{token}",
            "/account/email/{token}",
            "/code",
        ],
    ),
    (
        "It asks for a mail and answers both clicks alike; how many mails a mailbox gets is counted.",
        &["/demande-administration-sco", "/sign-up", "/forgotten-password", "/account/email"],
    ),
    (
        "It asks for a proof that the first click uses up or changes: where no script guards the button, the second is told what became \
         of the account, as in `second_factor::a_code_opens_one_session`.",
        &[
            "/account/password",
            "/account/sessions",
            "/account/second-factor",
            "/account/second-factor/end",
            "/account/second-factor/recovery-codes",
            "/temporary-password",
            "/sign-in/second-factor",
        ],
    ),
    (
        "Both clicks lead to the same page, in the same state: somebody is in, out, or has accepted the terms.",
        &["/sign-in", "/sign-out", "/terms"],
    ),
];

/// Who stays in the team, and who does not.
const REVIEWED: [(&str, &str); 4] = [
    ("decisions", "keep:{other}"),
    ("decisions", "keep:{absent}"),
    ("decisions", "keep:{second}"),
    ("decisions", "remove:{former}"),
];

/// Longer than anybody stays away who is not suspended.
const ABSENCE: SignedDuration = SignedDuration::from_hours(800 * 24);

/// Pupils of an import that was undone go when a worker gets to it. What is said twice stands in the log twice, and changes nothing.
const LEFT_OUT: [&str; 5] = ["Learner", "campaign_changed", "team_reviewed", "import_confirmed", "unblocked"];

/// A school with what the forms are about, and the names by which they call it.
struct Grounds {
    class: Classes,
    names: Vec<(&'static str, String)>,
}

async fn grounds(elsewhere: Uai) -> anyhow::Result<Grounds> {
    let class = a_class(8).await?;
    let (uai, table, now) = (class.uai, &product().table, Timestamp::now());
    let (campaign, _) = a_campaign_at(table, uai, now).await?;
    let (old, _) = a_campaign_at(table, uai, last_year()).await?;
    let mut names = vec![
        ("{uai}", uai.to_string()),
        ("{elsewhere}", elsewhere.to_string()),
        ("{campaign}", campaign.to_string()),
        ("{old}", old.to_string()),
    ];
    names.extend(imports(&class).await?);
    names.extend(team(&class).await?);
    names.extend(pupils(&class, campaign).await?);
    Ok(Grounds { class, names })
}

/// Imports: one that waits for its file, one that is shown before, and one that was refused for one pupil.
async fn imports(class: &Classes) -> anyhow::Result<Vec<(&'static str, String)>> {
    let (uai, now) = (class.uai, Timestamp::now());
    let awaiting = ImportId::new(now, rentree_runtime::random());
    let key = format!("imports/{uai}/{awaiting}");
    note_import(uai, awaiting, &Import::requested("Test", now, key, ImportOptions::default())).await?;

    let carried_out = async |change: fn(&mut Sample), options| {
        let mut sample = class.sample.clone();
        change(&mut sample);
        let id = silent_import(uai, sample.siecle(UTF_8).bytes, options).await?;
        carry_out(uai, id).await?;
        anyhow::Ok(id)
    };
    let preview = ImportOptions { preview: true, ..ImportOptions::default() };
    let previewed = carried_out(|sample| "3EME B".clone_into(&mut sample.pupils[7].division), preview).await?;
    let refused = carried_out(|sample| sample.pupils[6].ine.clear(), ImportOptions::default()).await?;
    Ok(vec![
        ("{awaiting}", awaiting.to_string()),
        ("{previewed}", previewed.to_string()),
        ("{refused}", refused.to_string()),
    ])
}

/// The team, who was invited, and who asks to be let in.
async fn team(class: &Classes) -> anyhow::Result<Vec<(&'static str, String)>> {
    let (uai, now) = (class.uai, Timestamp::now());
    let [colleague, other] = [a_member(uai, Role::Member).await?, a_member(uai, Role::Member).await?];
    // Somebody has to stay when the administrator leaves.
    let [second, former] = [a_member(uai, Role::Administrator).await?, a_member(uai, Role::Administrator).await?];
    let absent = enrol(&product().table, uai, Role::Member, &an_unknown_user().await?, now - ABSENCE).await?;
    let (invitation, _) = an_invitation(&class.administrator, uai, now).await?;
    // Sent long enough ago to be sent again.
    let (again, _) = an_invitation(&class.administrator, uai, now - SignedDuration::from_mins(10)).await?;
    let [wanted, unknown] = [somebody().await?, somebody().await?];
    for person in [&wanted, &unknown] {
        person.post("/spaces/request", &json!({"uai": uai})).await?.expect(202)?;
    }
    Ok(vec![
        ("{colleague}", colleague.id.to_string()),
        ("{other}", other.id.to_string()),
        ("{second}", second.id.to_string()),
        ("{former}", former.id.to_string()),
        ("{absent}", absent.to_string()),
        ("{invitation}", invitation.to_string()),
        ("{again}", again.to_string()),
        ("{wanted}", wanted.id.to_string()),
        ("{unknown}", unknown.id.to_string()),
    ])
}

/// Pupils with accounts of each kind, one who is locked out, and one who sent a result.
async fn pupils(class: &Classes, campaign: CampaignId) -> anyhow::Result<Vec<(&'static str, String)>> {
    let [tied, blocked] = [class.tie(0, by_user_name()).await?, class.tie(1, by_user_name()).await?];
    let [by_email, by_mediacentre] = [class.tie(2, by_email()).await?, class.tie(3, by_mediacentre()).await?];
    let name = blocked.user.methods.user_name.clone().expect("a user name");
    for _ in 0..10 {
        a_failure(&name.clone().into(), Timestamp::now()).await?;
    }
    let sender = &class.learners[4];
    join(class.uai, campaign, std::slice::from_ref(sender)).await?;
    assert_eq!(Platform::real()?.sent(campaign, sender.id, 50).await?.0, 200);
    Ok(vec![
        ("{tied}", tied.learner.to_string()),
        ("{blocked}", blocked.learner.to_string()),
        ("{by_email}", by_email.learner.to_string()),
        ("{by_mediacentre}", by_mediacentre.learner.to_string()),
        ("{sender}", sender.id.to_string()),
    ])
}

impl Grounds {
    fn named(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// Opens the page of a form, and sends it so many times at the same moment. Where it leads, or what else was answered. What the forms
    /// before it began is waited for.
    async fn press(&self, (page, action, typed): Pressed, times: usize) -> anyhow::Result<BTreeSet<String>> {
        eventually("imports that rest", async || {
            let imports = product().table.recent_imports(self.class.uai).await?;
            let is_at_work = |import: &Import| matches!(import.state, ImportState::Analysing | ImportState::Applying);
            Ok((!imports.iter().any(|(_, import)| is_at_work(import))).then_some(()))
        })
        .await?;
        let form = PageForm::on(&self.class.administrator, &self.named(page), &self.named(action)).await?;
        let typed: Vec<(&str, String)> = typed.iter().map(|(name, value)| (*name, self.named(value))).collect();
        let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let sent = join_all((0..times).map(|_| form.send(&self.class.administrator, &typed))).await;
        let led = sent.into_iter().map(|answer| {
            Ok(match answer? {
                // What the page says may differ: "they were archived before".
                (303, location) => location.split('?').next().unwrap_or_default().to_owned(),
                (status, text) => format!("{status} {}", text.split("<h1>").nth(1).unwrap_or(&text)),
            })
        });
        led.collect()
    }

    /// How many mails the guest had.
    async fn mails(&self) -> anyhow::Result<usize> {
        Ok(mails_to(&self.named("marque-{uai}@exemple.fr").to_lowercase()).await?.len())
    }

    /// What the table has of the school: how many of each kind, entries of the log by what they say.
    async fn kept(&self) -> anyhow::Result<BTreeMap<String, usize>> {
        let mut kept = BTreeMap::new();
        let uai = self.class.uai.to_string();
        let stack = &product().stack;
        let mut items = stack.dynamodb.scan().table_name(stack.value("Table")?).into_paginator().items().send();
        while let Some(item) = items.try_next().await? {
            let item = stored_items::shown(&item);
            let text = |name: &str| item.get(name).and_then(|value| value.as_str()).unwrap_or_default();
            let is_here = item.values().any(|value| value.to_string().contains(&uai));
            if !is_here || LEFT_OUT.contains(&text("entity")) || LEFT_OUT.contains(&text("action")) {
                continue;
            }
            *kept.entry(format!("{} {}", text("entity"), text("action"))).or_default() += 1;
        }
        Ok(kept)
    }
}

#[test]
fn two_clicks_do_what_one_does() {
    run(async {
        let elsewhere = a_class(1).await?.uai;
        let [once, twice] = [grounds(elsewhere).await?, grounds(elsewhere).await?];
        let mut astray = Vec::new();
        for form in FORMS {
            once.press(form, 1).await?;
            let led = twice.press(form, 2).await?;
            if led.len() > 1 || led.iter().any(|to| !to.starts_with('/')) {
                astray.push((form, led));
            }
        }
        assert!(astray.is_empty(), "{astray:#?}");
        no_mail_is_pending().await?;
        assert_eq!(twice.kept().await?, once.kept().await?);
        assert_eq!((twice.mails().await?, once.mails().await?), (1, 1));
        Ok(())
    });
}

/// An address, whatever its parameters are called.
fn pattern(address: &str) -> String {
    let parts = address.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The one of `addresses` where the form of a page is sent: it stands below the page, or as little above it as can be.
fn sent_to((page, action, _): Pressed, addresses: &BTreeMap<String, &'static str>) -> &'static str {
    let above = std::iter::once(page).chain(page.rmatch_indices('/').map(|(at, _)| &page[..at]));
    let mut found = above.filter_map(|above| addresses.get(&pattern(&format!("{above}{action}"))).copied());
    found.next().unwrap_or_else(|| panic!("…{action} of {page} is sent nowhere"))
}

/// No form is forgotten: each address where something is sent is pressed twice, or stands with the reason why not.
#[test]
fn every_form_is_pressed_twice_or_excused() {
    let routes = every_route().into_iter().map(|(_, route)| route).filter(|route| route.method == "POST");
    let addresses: BTreeMap<String, &str> = routes.map(|route| (pattern(route.path), route.path)).collect();
    let pressed: BTreeSet<&str> = FORMS.into_iter().map(|form| sent_to(form, &addresses)).collect();
    let excused: Vec<&str> = EXCUSED.into_iter().flat_map(|(_, paths)| paths).copied().collect();
    let told: BTreeSet<&str> = excused.iter().copied().chain(pressed.iter().copied()).collect();
    let every: BTreeSet<&str> = addresses.into_values().collect();
    assert_eq!(told, every);
    assert_eq!(told.len(), pressed.len() + excused.len(), "once each");
}

/// Who goes back to a form after what it made was taken back, or types more, means something else.
#[test]
fn going_back_to_a_form_makes_another() {
    run(async {
        let class = a_class(1).await?;
        let (uai, head) = (class.uai, &class.administrator);
        let school = format!("/schools/{uai}");
        let sent = async |form: &PageForm, typed: &[(&str, &str)]| -> anyhow::Result<String> {
            let (status, location) = form.send(head, typed).await?;
            anyhow::ensure!(status == 303, "{status} {location}");
            Ok(location.split('?').next().unwrap_or_default().to_owned())
        };

        let form = PageForm::on(head, &format!("{school}/campaigns/new"), "/new").await?;
        let rentree = [("title", "Rentrée"), ("course", COURSE)];
        let first = sent(&form, &rentree).await?;
        assert_eq!(sent(&form, &rentree).await?, first);
        assert_ne!(sent(&form, &[("title", "Une autre"), ("course", COURSE)]).await?, first);
        head.post(&format!("{first}/archive"), &json!({})).await?.expect(200)?;
        assert_ne!(sent(&form, &rentree).await?, first);

        let form = PageForm::on(head, &format!("{school}/imports"), "/imports").await?;
        let first = sent(&form, &[]).await?;
        assert_eq!(sent(&form, &[]).await?, first);
        head.post(&format!("{first}/cancel"), &json!({})).await?.expect(200)?;
        assert_ne!(sent(&form, &[]).await?, first);

        let form = PageForm::on(head, &format!("{school}/team"), "/invitations").await?;
        let [one, other] = [an_email(), an_email()];
        let both = format!("{one} {other}");
        let [alone, both] = [one.as_str(), &both].map(|emails| [("emails", emails), ("role", "member")]);
        sent(&form, &alone).await?;
        sent(&form, &alone).await?;
        let (status, told) = form.send(head, &both).await?;
        assert!(status == 422 && told.contains("est déjà invité(e)"), "nobody is left out in silence: {status} {told}");
        let pending = async || {
            let invitations = product().table.invitations(uai).await?.into_iter();
            anyhow::Ok(invitations.filter(|(_, invitation)| invitation.is_pending()).collect::<Vec<_>>())
        };
        let [(first, _)] = pending().await?[..] else { panic!("one invitation") };
        head.post(&format!("{school}/invitations/{first}/cancel"), &json!({})).await?.expect(200)?;
        sent(&form, &alone).await?;
        let [(second, _)] = pending().await?[..] else { panic!("one invitation") };
        assert_ne!(first, second);
        Ok(())
    });
}
