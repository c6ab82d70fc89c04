//! The team: invite, join, roles, remove, leave. A space never loses its last administrator.

use encoding_rs::UTF_8;
use jiff::{SignedDuration, Timestamp};
use mail_worker::MailWorker;
use rentree_domain::{LinkToken, MailOrder, Uai, paris};
use rentree_orders::limit::INVITATIONS_BY_SCHOOL;
use rentree_samples::Sample;
use rentree_table::{Link, Purpose, Role};
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::{Value, json};

use crate::support::links::an_invitation;
use crate::support::mails::{link_in, mail_to};
use crate::support::people::{PASSWORD, Person, a_client, a_member, a_stranger, a_team, an_email, somebody};
use crate::support::ses::{Fault, Ses};
use crate::support::{batch, clock, eventually, product, put_file, run, run_while_time_stands_still};

async fn invite(administrator: &Person, uai: Uai, emails: &str) -> anyhow::Result<Vec<String>> {
    let answer =
        administrator.post(&format!("/schools/{uai}/invitations"), &json!({ "emails": emails })).await?.expect(201)?;
    Ok(serde_json::from_value(answer["invitations"].clone())?)
}

async fn team(person: &Person, uai: Uai) -> anyhow::Result<Value> {
    person.get(&format!("/schools/{uai}/team")).await?.expect(200)
}

/// Whoever has a place already keeps it: the link is used up, and makes nobody less than they are.
#[test]
fn who_has_a_place_already_keeps_it() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        administrator.post(&link, &json!({"way": "signed_in"})).await?.expect(200)?;
        let members = team(&administrator, uai).await?["members"].clone();
        assert_eq!((members.as_array().map(Vec::len), &members[0]["role"]), (Some(1), &json!("administrator")));
        assert_eq!(administrator.post(&link, &json!({"way": "signed_in"})).await?.status, 410);
        // Opened again, it leads to the space.
        let again = administrator.page(&link).await?;
        assert!(again.contains("déjà dans l’équipe") && again.contains(&format!("href=\"/schools/{uai}\"")), "{again}");
        Ok(())
    });
}

/// The session that begins on the page of a link takes the place of the browser's former one.
#[test]
fn who_signs_in_on_the_page_of_a_link_leaves_no_session_behind() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        let person = somebody().await?;
        let sign_in = json!({"way": "sign_in", "email": person.email(), "password": PASSWORD});
        let joined = person.post(&link, &sign_in).await?;
        let mut anew = person.clone();
        anew.cookie = joined.session.clone().unwrap();
        joined.expect(200)?;
        assert_eq!(person.get("/account").await?.status, 401, "the former one is over");
        assert_eq!(team(&anew, uai).await?["members"].as_array().map(Vec::len), Some(2));
        let login = person.email().clone().into();
        assert_eq!(product().table.attempts(&login, Timestamp::now()).await?.failures(), 0);
        Ok(())
    });
}

/// Nobody is invited by a list that is refused, and it costs the school nothing of its day.
#[test]
fn a_refused_list_invites_nobody_and_is_not_counted() {
    run_while_time_stands_still(async {
        let (uai, administrator) = a_team().await?;
        let (one, other) = (an_email(), an_email());
        invite(&administrator, uai, one.as_str()).await?;
        let invitations = format!("/schools/{uai}/invitations");
        let both = json!({ "emails": format!("{other} {one}") });
        let refused = administrator.post(&invitations, &both).await?.expect(422)?;
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains(one.as_str()), "{refused}");
        let waiting = team(&administrator, uai).await?["invitations"].as_array().map(Vec::len);
        assert_eq!(waiting, Some(1));
        let counted = product().table.count(&INVITATIONS_BY_SCHOOL, uai.as_str(), clock::still()).await?;
        assert_eq!(counted, 2, "the one who was invited, and this look");
        Ok(())
    });
}

#[test]
fn two_are_invited_and_join_one_with_another_address() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let (one, other) = (an_email(), an_email());
        // A name that a mail program wrote beside an address is not kept, as the form says: everybody tells their own.
        invite(&administrator, uai, &format!("Léa Martin <{one}>, {other}")).await?;
        let page = administrator.page(&format!("/schools/{uai}/team")).await?;
        assert!(page.contains("les noms ne sont pas gardés, chaque personne indiquera le sien"), "{page}");
        assert!(page.contains(one.as_str()) && !page.contains("Léa Martin"), "{page}");
        let mail = mail_to(one.as_str(), 1).await?;
        assert!(mail.subject.contains("Invitation") && mail.text.contains("Dominique Essai vous invite"));

        // The page tells where the invitation was sent, so that nobody wonders which address to give.
        assert_eq!(a_stranger().get(&link_in(&mail)?).await?.expect(200)?["email"], json!(one));
        let page = administrator.page(&link_in(&mail)?).await?;
        assert!(page.contains(&format!("L’invitation a été envoyée à <strong>{one}</strong>")), "{page}");

        let sign_up =
            json!({"way": "sign_up", "first_name": "Léa", "last_name": "Martin", "email": one, "password": PASSWORD});
        a_stranger().post(&link_in(&mail)?, &sign_up).await?.expect(200)?;
        let (_, user) = product().table.user_of_email(&one).await?.unwrap();
        assert!(user.email_confirmed, "the link came there");

        let with_account = somebody().await?;
        let link = link_in(&mail_to(other.as_str(), 1).await?)?;
        with_account.post(&link, &json!({"way": "signed_in"})).await?.expect(200)?;
        assert_eq!(team(&with_account, uai).await?["may_manage"], false);

        let seen = team(&administrator, uai).await?;
        assert_eq!(seen["members"].as_array().unwrap().len(), 3);
        assert_eq!(seen["invitations"], json!([]));
        assert_eq!(a_stranger().post(&link, &sign_up).await?.status, 410);
        // The log tells in which role they were invited, and in which they came.
        let log = administrator.get(&format!("/schools/{uai}/audit")).await?.expect(200)?;
        let told = log["entries"].as_array().unwrap().iter();
        let roles: Vec<_> = told.filter(|it| it["action"] != "space_activated").map(|it| &it["role"]).collect();
        assert_eq!(roles, ["member"; 4], "{log}");
        let page = administrator.page(&format!("/schools/{uai}/audit")).await?;
        assert!(page.contains(&format!("a invité {one} (Membre)")), "{page}");
        assert!(page.contains("a accepté une invitation (Membre)"), "{page}");
        Ok(())
    });
}

#[test]
fn roles_change_and_rights_end_at_once() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let colleague = a_member(uai, Role::Member).await?;
        let (audit, role) = (format!("/schools/{uai}/audit"), format!("/schools/{uai}/members/{}/role", colleague.id));
        assert_eq!(colleague.get(&audit).await?.status, 403);
        administrator.post(&role, &json!({"role": "administrator"})).await?.expect(200)?;
        assert_eq!(colleague.get(&audit).await?.status, 200);
        administrator.post(&role, &json!({"role": "member"})).await?.expect(200)?;
        assert_eq!(colleague.get(&audit).await?.status, 403, "in the session that is open");

        administrator
            .post(&format!("/schools/{uai}/members/{}/remove", colleague.id), &json!({}))
            .await?
            .expect(200)?;
        assert_eq!(colleague.get(&format!("/schools/{uai}/learners")).await?.status, 404);
        let other = a_member(uai, Role::Member).await?;
        other.post(&format!("/schools/{uai}/leave"), &json!({})).await?.expect(200)?;
        assert_eq!(other.get(&format!("/schools/{uai}/team")).await?.status, 404);

        let log = administrator.get(&audit).await?.expect(200)?;
        let mut actions: Vec<&str> =
            log["entries"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
        assert_eq!(actions[0], "left");
        actions.sort_unstable();
        let expected = [
            "demoted",
            "invitation_accepted",
            "invitation_accepted",
            "invited",
            "invited",
            "left",
            "promoted",
            "removed",
            "space_activated",
        ];
        assert_eq!(actions, expected);
        Ok(())
    });
}

/// A form for an upload that was signed before is no right any more.
#[test]
fn an_upload_of_a_removed_administrator_is_not_applied() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let removed = a_member(uai, Role::Administrator).await?;
        let import = removed.post(&format!("/schools/{uai}/imports"), &json!({})).await?.expect(201)?;
        administrator.post(&format!("/schools/{uai}/members/{}/remove", removed.id), &json!({})).await?.expect(200)?;
        let id = import["id"].as_str().unwrap();
        put_file(&format!("imports/{uai}/{id}"), Sample::new(uai, 12, 4).siecle(UTF_8).bytes).await?;
        let settled = eventually("the import is settled", async || {
            let path = format!("/schools/{uai}/imports/{id}?sent=1&wait=20");
            let import = administrator.get(&path).await?.expect(200)?;
            Ok((import["state"] == "failed").then_some(import))
        })
        .await?;
        assert_eq!(
            (settled["state"].as_str(), settled["refused"]["code"].as_str()),
            (Some("failed"), Some("not_administrator"))
        );
        Ok(())
    });
}

#[test]
fn the_last_administrator_stays() {
    run(async {
        let (uai, last) = a_team().await?;
        a_member(uai, Role::Member).await?;
        let own = format!("/schools/{uai}/members/{}", last.id);
        for (path, body) in [
            (format!("{own}/role"), json!({"role": "member"})),
            (format!("{own}/remove"), json!({})),
            (format!("/schools/{uai}/leave"), json!({})),
        ] {
            let refused = last.post(&path, &body).await?;
            assert_eq!((refused.status, refused.code()), (409, "last_administrator"), "{path}");
            let page = a_client().post(format!("{}{path}", product().url)).header(COOKIE, &last.cookie);
            let page = page.header(ACCEPT, "text/html").json(&body).send().await?;
            assert_eq!(page.status(), 409);
        }
        // Told before anything is confirmed.
        for path in [format!("{own}/role"), format!("/schools/{uai}/leave")] {
            let asked = last.get(&path).await?;
            assert_eq!((asked.status, asked.code()), (409, "last_administrator"), "{path}");
        }
        let other = a_member(uai, Role::Administrator).await?;
        for path in [format!("{own}/role"), format!("/schools/{uai}/leave")] {
            last.get(&path).await?.expect(200)?;
        }
        other.post(&format!("/schools/{uai}/leave"), &json!({})).await?.expect(200)?;
        assert_eq!(team(&last, uai).await?["members"][0]["role"], "administrator");
        Ok(())
    });
}

/// Two administrators demote, remove, or leave at the same moment: one of them stays.
#[test]
fn two_administrators_cannot_both_go() {
    run(async {
        for round in 0..6 {
            let (uai, one) = a_team().await?;
            let other = a_member(uai, Role::Administrator).await?;
            let path = |of: &Person| match round % 3 {
                0 => format!("/schools/{uai}/members/{}/role", of.id),
                1 => format!("/schools/{uai}/members/{}/remove", of.id),
                _ => format!("/schools/{uai}/leave"),
            };
            let body = json!({"role": "member"});
            let (first, second) = (path(&other), path(&one));
            let answers = tokio::join!(one.post(&first, &body), other.post(&second, &body));
            answers.0?;
            answers.1?;
            let members = product().table.members(uai).await?;
            assert_eq!(members.iter().filter(|(_, m)| m.role == Role::Administrator).count(), 1, "{members:?}");
        }
        Ok(())
    });
}

#[test]
fn an_invitation_is_sent_again_or_cancelled() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let email = an_email();
        let ids = invite(&administrator, uai, email.as_str()).await?;
        let link = link_in(&mail_to(email.as_str(), 1).await?)?;
        let path = |what: &str| format!("/schools/{uai}/invitations/{}/{what}", ids[0]);
        let again = administrator.post(&format!("/schools/{uai}/invitations"), &json!({"emails": email})).await?;
        assert!(again.expect(422)?["errors"][0]["message"].as_str().unwrap().contains("déjà"));
        assert_eq!(administrator.post(&path("resend"), &json!({})).await?.status, 429, "not at once");
        // From when on is told, on the clock of the school.
        let waits = team(&administrator, uai).await?["invitations"][0].clone();
        assert_eq!(waits["may_resend"], false);
        let from: Timestamp = waits["resend_from"].as_str().unwrap().parse()?;
        let clock = paris::date_time(from);
        let told = format!("à {}\u{a0}h\u{a0}{:02}</p>", clock.hour(), clock.minute());
        let page = administrator.page(&format!("/schools/{uai}/team")).await?;
        let (_, told_from) = page.split_once("Renvoi possible à partir du ").expect("from when on");
        assert!(told_from.split_inclusive("</p>").next().unwrap().ends_with(&told), "{told}: {told_from}");
        assert!(!page.contains("Renvoyer<"), "{page}");

        // As if the first mail were six minutes old.
        let (id, _) = an_invitation(&administrator, uai, Timestamp::now() - SignedDuration::from_mins(6)).await?;
        let seen = team(&administrator, uai).await?;
        let row = seen["invitations"].as_array().unwrap().iter().find(|row| row["id"] == id.to_string()).unwrap();
        assert_eq!(row["may_resend"], true);
        assert!(administrator.page(&format!("/schools/{uai}/team")).await?.contains("Renvoyer<"));
        administrator.post(&format!("/schools/{uai}/invitations/{id}/resend"), &json!({})).await?.expect(200)?;
        mail_to(row["email"].as_str().unwrap(), 1).await?;

        administrator.post(&path("cancel"), &json!({})).await?.expect(200)?;
        assert_eq!(administrator.post(&path("cancel"), &json!({})).await?.status, 409);
        let page = a_client().get(format!("{}{link}", product().url)).header(ACCEPT, "text/html").send().await?;
        assert_eq!(page.status(), 410);
        assert!(page.text().await?.contains("Cette invitation a été annulée"));
        assert_eq!(somebody().await?.post(&link, &json!({"way": "signed_in"})).await?.status, 410);
        Ok(())
    });
}

#[test]
fn one_invitation_has_one_guest_whatever_the_links() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let (id, first) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        let token = LinkToken::new(rentree_runtime::random());
        let link = Link::new(Purpose::Invitation { uai, id }, Timestamp::now());
        product().table.link_invitation(uai, id, (token.secret(), &link)).await?;
        let second = format!("/invitation/{}", token.text());
        let (one, other) = (somebody().await?, somebody().await?);
        let body = json!({"way": "signed_in"});
        let answers = tokio::join!(one.post(&first, &body), other.post(&second, &body));
        let mut statuses = [answers.0?.status, answers.1?.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 410]);
        assert_eq!(product().table.members(uai).await?.len(), 2);
        let (_, old) =
            an_invitation(&administrator, uai, Timestamp::now() - SignedDuration::from_hours(8 * 24)).await?;
        assert_eq!(one.post(&old, &body).await?.status, 410);
        Ok(())
    });
}

/// SES fails: the order comes again; after the last try, the administrator sees it and sends the invitation again.
#[test]
fn a_mail_that_failed_is_shown_to_whoever_asked() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let at = Timestamp::now() - SignedDuration::from_mins(6);
        let (id, _) = an_invitation(&administrator, uai, at).await?;
        let ses = Ses::with(Fault::RefuseOneIn(1)).await?;
        ses.leads_to(product().stack.aws_endpoint());
        let settings = product().stack.function_settings("MailWorkerFunction")?;
        let settings = settings.with([("AWS_ENDPOINT_URL_SESV2", &ses.url)]);
        let worker = MailWorker::from_settings(&settings, Timestamp::now)?;
        let order = serde_json::to_string(&MailOrder::Invitation { uai, id })?;
        let event = batch([("m-1", order.as_str())]);
        assert_eq!(worker.handle(&event).await?.batch_item_failures.len(), 1, "it comes again");
        assert_eq!(team(&administrator, uai).await?["invitations"][0]["delivery"], "queued");

        let mut letter = event.clone();
        letter["Records"][0]["eventSourceARN"] = "arn:aws:sqs:eu-west-3:000000000000:rentree-mails-dead".into();
        assert!(worker.handle(&letter).await?.batch_item_failures.is_empty());
        let seen = team(&administrator, uai).await?;
        assert_eq!(seen["invitations"][0]["delivery"], "failed");
        assert!(administrator.page(&format!("/schools/{uai}/team")).await?.contains("Échec de l’envoi"));

        administrator.post(&format!("/schools/{uai}/invitations/{id}/resend"), &json!({})).await?.expect(200)?;
        mail_to(seen["invitations"][0]["email"].as_str().unwrap(), 1).await?;
        Ok(())
    });
}

#[test]
fn people_of_several_schools_switch_between_spaces() {
    run(async {
        let (one, person) = a_team().await?;
        let (other, administrator) = a_team().await?;
        let (_, link) = an_invitation(&administrator, other, Timestamp::now()).await?;
        let home = person.request(reqwest::Method::GET, "/").send().await?;
        assert_eq!(home.headers()["location"], format!("/schools/{one}"));
        person.post(&link, &json!({"way": "signed_in"})).await?.expect(200)?;
        let home = person.request(reqwest::Method::GET, "/").send().await?;
        assert_eq!(home.headers()["location"], "/spaces");
        let spaces = person.get("/spaces").await?.expect(200)?;
        let mut found: Vec<(&str, &str)> = spaces["spaces"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| (s["uai"].as_str().unwrap(), s["role"].as_str().unwrap()))
            .collect();
        found.sort_unstable();
        assert_eq!(found, [(one.as_str(), "administrator"), (other.as_str(), "member")]);
        Ok(())
    });
}
