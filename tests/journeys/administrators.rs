//! Who becomes administrator, who is told, and what becomes of the invitations of who is one no more.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{InvitationId, Uai};
use rentree_table::{AuditAction, AuditEntry, Delivery, Invitation, InvitationState, Invited, Role};
use serde_json::json;

use crate::support::campaigns::a_campaign;
use crate::support::forms::PageForm;
use crate::support::links::{an_activation, an_invitation, an_invitation_to_be};
use crate::support::mails::{mail_about, mails_to, no_mail_is_pending};
use crate::support::people::{Person, a_member, a_team, an_email, somebody};
use crate::support::{a_uai, is_refused, join_all, product, run};

async fn state(uai: Uai, id: InvitationId) -> anyhow::Result<InvitationState> {
    Ok(product().table.invitation(uai, id).await?.expect("an invitation").state)
}

async fn role(uai: Uai, person: &Person) -> anyhow::Result<Option<Role>> {
    Ok(product().table.member(uai, person.id).await?.map(|member| member.role))
}

/// What the log says was cancelled.
async fn cancelled(administrator: &Person, uai: Uai) -> anyhow::Result<usize> {
    let log = administrator.get(&format!("/schools/{uai}/audit")).await?.expect(200)?;
    let entries = log["entries"].as_array().cloned().unwrap_or_default();
    Ok(entries.iter().filter(|entry| entry["action"] == "invitation_cancelled").count())
}

/// Where people begin, who administers the space alone is advised to name a second one; where one is invited already, the team says so.
#[test]
fn a_second_administrator_is_advised() {
    run(async {
        let (uai, head) = a_team().await?;
        let path = format!("/schools/{uai}/learners");
        let member = a_member(uai, Role::Member).await?;
        assert_eq!(head.get(&path).await?.expect(200)?["lacks_administrator"], true);
        assert_eq!(member.get(&path).await?.expect(200)?["lacks_administrator"], false);
        assert!(head.page(&path).await?.contains("Désignez un second administrateur"));

        let team = format!("/schools/{uai}/team");
        let advice = "invitez un collègue dans ce rôle, ou donnez-le à un membre";
        let waits = "une invitation dans ce rôle est déjà en attente, plus bas";
        an_invitation(&head, uai, Timestamp::now()).await?;
        let page = head.page(&team).await?;
        assert!(page.contains(advice) && !page.contains(waits), "a member is invited: {page}");
        let (id, _) = an_invitation_to_be(Role::Administrator, &head, uai, Timestamp::now()).await?;
        let page = head.page(&team).await?;
        assert!(page.contains(waits) && !page.contains(advice), "{page}");
        assert!(page.contains("Un second administrateur est invité"), "{page}");
        assert!(!page.contains("Désignez un second administrateur"), "it was obeyed: {page}");
        for begins in [&path, &format!("/schools/{uai}")] {
            assert_eq!(head.get(begins).await?.expect(200)?["lacks_administrator"], false, "somebody is awaited");
            assert!(!head.page(begins).await?.contains("Désignez un second administrateur"), "{begins}");
        }
        head.post(&format!("/schools/{uai}/invitations/{id}/cancel"), &json!({})).await?.expect(200)?;
        assert!(head.page(&team).await?.contains(advice), "nobody is awaited any more");

        a_member(uai, Role::Administrator).await?;
        assert_eq!(head.get(&path).await?.expect(200)?["lacks_administrator"], false);
        assert!(!head.page(&path).await?.contains("Désignez un second administrateur"));
        Ok(())
    });
}

/// Whoever follows the advice chooses the role in the form below it; else nobody gets more rights than they need unless somebody chose it.
#[test]
fn the_form_below_the_advice_lets_choose_the_role() {
    run(async {
        let (uai, head) = a_team().await?;
        let team = format!("/schools/{uai}/team");
        let offered = async || {
            let page = head.page(&team).await?;
            let is_selected = |role: &str| page.contains(&format!("<option value=\"{role}\" selected>"));
            let is_told = page.contains("pour en désigner un second");
            anyhow::Ok((is_selected("administrator"), is_selected("member"), is_told))
        };
        assert_eq!(offered().await?, (false, false, true));
        an_invitation(&head, uai, Timestamp::now()).await?;
        assert_eq!(offered().await?, (false, false, true), "a member is invited");
        let (id, _) = an_invitation_to_be(Role::Administrator, &head, uai, Timestamp::now()).await?;
        assert_eq!(offered().await?, (false, true, false), "an administrator is awaited");
        head.post(&format!("/schools/{uai}/invitations/{id}/cancel"), &json!({})).await?.expect(200)?;
        assert_eq!(offered().await?, (false, false, true));

        // A program that tells no role invites members, as ever, also with `once`.
        let once = head.get(&team).await?.expect(200)?["once"].clone();
        for invite in [json!({"emails": an_email()}), json!({"emails": an_email(), "once": once})] {
            head.post(&format!("/schools/{uai}/invitations"), &invite).await?.expect(201)?;
        }
        let told = head.get(&team).await?.expect(200)?;
        let waiting = told["invitations"].as_array().unwrap();
        assert!(waiting.len() == 3 && waiting.iter().all(|waits| waits["role"] == "member"), "{told}");

        // Whoever leaves the role of the form as it is has chosen none, and invites nobody.
        let left_out = an_email();
        let form = PageForm::on(&head, &team, "/invitations").await?;
        let (status, page) = form.send(&head, &[("emails", left_out.as_str()), ("role", "")]).await?;
        assert!(status == 422 && page.contains("Choisissez un rôle de la liste."), "{status} {page}");
        let told = head.get(&team).await?.expect(200)?;
        assert!(!told["invitations"].to_string().contains(left_out.as_str()), "{told}");

        a_member(uai, Role::Administrator).await?;
        assert_eq!(offered().await?, (false, true, false));
        Ok(())
    });
}

/// Whose mail did not leave, or whose link is too old, is not awaited: a second administrator is advised as before.
#[test]
fn an_invitation_that_nobody_can_accept_is_not_counted() {
    run(async {
        let (uai, head) = a_team().await?;
        let now = Timestamp::now();
        let (id, _) = an_invitation_to_be(Role::Administrator, &head, uai, now).await?;
        let eight_days_ago = now - SignedDuration::from_hours(8 * 24);
        for (delivery, at, is_wanted) in [
            (Delivery::Failed, now, true),
            (Delivery::Sent, now, false),
            (Delivery::Sent, eight_days_ago, true),
            // It expired, and is sent again.
            (Delivery::Queued, now, false),
        ] {
            product().table.mark_delivery(uai, id, delivery, at).await?;
            let page = head.page(&format!("/schools/{uai}/team")).await?;
            let advised = page.contains("invitez un collègue dans ce rôle, ou donnez-le à un membre");
            let is_chosen = !page.contains("<option value=\"member\" selected>");
            assert_eq!((advised, is_chosen), (is_wanted, is_wanted), "{delivery:?} {at}: {page}");

            let home = head.get(&format!("/schools/{uai}")).await?.expect(200)?;
            let (lacks, lost, awaited) =
                (&home["lacks_administrator"], &home["lost_invitations"], &home["steps"][1]["awaited"]);
            let told = (lacks == is_wanted, lost == u64::from(is_wanted), awaited == u64::from(!is_wanted));
            assert_eq!(told, (true, true, true), "{delivery:?} {at}: {home}");
            let page = head.page(&format!("/schools/{uai}")).await?;
            assert_eq!(page.contains("1 invitation n’a pas abouti"), is_wanted, "{delivery:?} {at}: {page}");
        }
        Ok(())
    });
}

/// What was chosen in the form is told where it was sent from, and stands beside each invitation that waits: a wrong role is seen before
/// anybody accepts it.
#[test]
fn an_invitation_tells_its_role() {
    run(async {
        let (uai, head) = a_team().await?;
        let team = format!("/schools/{uai}/team");
        let [one, two, three] = [an_email(), an_email(), an_email()];
        let member = "l’invitation part, dans le rôle « Membre », et figure ci-dessous";
        let administrators = "les invitations partent, dans le rôle « Administrateur », et figurent ci-dessous";
        for (emails, role, told) in
            [(one.to_string(), "member", member), (format!("{two} {three}"), "administrator", administrators)]
        {
            let form = PageForm::on(&head, &team, "/invitations").await?;
            let (status, to) = form.send(&head, &[("emails", emails.as_str()), ("role", role)]).await?;
            assert_eq!(status, 303, "{to}");
            let page = head.page(&to).await?;
            assert!(page.replace('\u{a0}', " ").contains(told), "{page}");
            // To whom, where it was one form's: by name, as in the list below.
            let mut addresses: Vec<&str> = emails.split(' ').collect();
            addresses.sort_unstable();
            let are = if addresses.len() == 1 { "Elle est adressée à" } else { "Elles sont adressées à" };
            assert!(page.contains(&format!("{are} {}.", addresses.join(", "))), "{addresses:?}: {page}");
        }
        let page = head.page(&team).await?;
        for (email, role) in [(&one, "Membre"), (&two, "Administrateur"), (&three, "Administrateur")] {
            let row = format!("<p>{email} <span class=\"badge\">{role}</span>");
            assert!(page.contains(&row), "{row} in {page}");
        }
        Ok(())
    });
}

/// Removing somebody passes their campaigns on, to who is chosen or to who removes them, and the log tells it.
#[test]
fn campaigns_of_who_is_removed_have_somebody_who_answers_for_them() {
    run(async {
        let (uai, head) = a_team().await?;
        let stays = a_member(uai, Role::Member).await?;
        let elsewhere = a_member(a_uai(), Role::Member).await?;
        let owner = async |campaign| -> anyhow::Result<_> {
            let campaign = product().table.campaign(uai, campaign).await?.expect("a campaign");
            Ok((campaign.owner, campaign.owner_name))
        };
        let remove = async |person: &Person, to: &str| {
            head.post(&format!("/schools/{uai}/members/{}/remove", person.id), &json!({ "campaigns_to": to })).await
        };
        let mine = a_campaign(uai, &head, "Mienne").await?;
        for (to, takes) in [(stays.id.to_string(), &stays), (String::new(), &head)] {
            let leaves = a_member(uai, Role::Administrator).await?;
            let campaigns = [a_campaign(uai, &leaves, "Une").await?, a_campaign(uai, &leaves, "Autre").await?];
            let team = head.get(&format!("/schools/{uai}/team")).await?.expect(200)?;
            let rows = team["members"].as_array().cloned().unwrap_or_default();
            let row = rows.iter().find(|row| row["id"] == json!(leaves.id)).expect("in the team");
            assert_eq!(row["campaigns"], 2);
            let page = head.page(&format!("/schools/{uai}/members/{}/remove", leaves.id)).await?;
            assert!(page.contains("Ses 2 campagnes passent à"), "{page}");
            let proposed = page.split("<option value=\"").nth(1).unwrap_or_default();
            assert!(proposed.starts_with(&head.id.to_string()), "who removes is proposed first");
            for wrong in ["personne", &elsewhere.id.to_string()] {
                assert_eq!(remove(&leaves, wrong).await?.status, 409, "{wrong}");
            }
            assert_eq!(owner(campaigns[0]).await?.0, Some(leaves.id), "nothing was done");

            remove(&leaves, &to).await?.expect(200)?;
            for campaign in campaigns {
                assert_eq!(owner(campaign).await?, (Some(takes.id), takes.user.full_name()));
            }
            assert_eq!(role(uai, &leaves).await?, None);
        }
        assert_eq!(owner(mine).await?.0, Some(head.id));
        let log = head.get(&format!("/schools/{uai}/audit")).await?.expect(200)?;
        let entries = log["entries"].as_array().cloned().unwrap_or_default();
        let passed_on = entries.iter().filter(|entry| entry["action"] == "campaigns_passed_on");
        assert_eq!(passed_on.count(), 2);
        // A member is not told whose campaigns are whose.
        let team = stays.get(&format!("/schools/{uai}/team")).await?.expect(200)?;
        assert_eq!(team["members"][0]["campaigns"], json!(null));
        Ok(())
    });
}

/// Whoever was invited by somebody who is removed, or made a member, does not come in by that any more.
#[test]
fn invitations_end_with_the_role_of_who_sent_them() {
    run(async {
        let (uai, head) = a_team().await?;
        let (removed, demoted) = (a_member(uai, Role::Administrator).await?, a_member(uai, Role::Administrator).await?);
        let now = Timestamp::now();
        let (of_removed, link) = an_invitation_to_be(Role::Administrator, &removed, uai, now).await?;
        let (of_demoted, _) = an_invitation(&demoted, uai, now).await?;
        let (of_head, _) = an_invitation(&head, uai, now).await?;

        let member = |person: &Person, what: &str| format!("/schools/{uai}/members/{}/{what}", person.id);
        head.post(&member(&removed, "remove"), &json!({})).await?.expect(200)?;
        head.post(&member(&demoted, "role"), &json!({"role": "member"})).await?.expect(200)?;
        assert_eq!(state(uai, of_removed).await?, InvitationState::Cancelled);
        assert_eq!(state(uai, of_demoted).await?, InvitationState::Cancelled);
        assert_eq!(state(uai, of_head).await?, InvitationState::Pending);
        assert_eq!(cancelled(&head, uai).await?, 2);

        // The way back in of who was removed.
        let refused = removed.post(&link, &json!({"way": "signed_in"})).await?;
        assert_eq!(refused.status, 410, "{}", refused.body);
        assert_eq!(role(uai, &removed).await?, None);

        // Who was removed a moment ago invites nobody, whatever was read before.
        let id = InvitationId::new(now, rentree_runtime::random());
        let entry = AuditEntry::new(now, rentree_runtime::random(), removed.id, "Test", AuditAction::Invited);
        let invitation = Invitation::new(an_email(), Role::Member, (Some(removed.id), "Test"), now);
        let told = product().table.create_invitations(uai, &[(id, invitation, entry)]).await?;
        assert_eq!(told, Invited::NotByAdministrator);
        assert!(product().table.invitation(uai, id).await?.is_none());
        Ok(())
    });
}

/// An invitation that is stored while a place is taken away is seen, and two clicks take it away once.
#[test]
fn who_is_removed_while_inviting_leaves_nothing_behind() {
    run(async {
        let (uai, head) = a_team().await?;
        for turn in 0..4 {
            let other = a_member(uai, Role::Administrator).await?;
            let invite = async || {
                let body = json!({"emails": an_email(), "role": "administrator"});
                other.post(&format!("/schools/{uai}/invitations"), &body).await
            };
            let path = format!("/schools/{uai}/members/{}", other.id);
            let end_once = async || match turn % 2 {
                0 => head.post(&format!("{path}/remove"), &json!({})).await,
                _ => head.post(&format!("{path}/role"), &json!({"role": "member"})).await,
            };
            // Thirteen others write at the same place: whoever was not served in time is told so, and tries again.
            let end = async || loop {
                let answer = end_once().await?;
                if answer.status != 503 {
                    return anyhow::Ok(answer);
                }
            };
            let invited = join_all((0..12).map(|_| invite()));
            let (invited, first, second) = tokio::join!(invited, end(), end());
            for answer in invited {
                let status = answer?.status;
                assert!([201, 403, 404, 503].contains(&status) || is_refused(), "{status}");
            }
            let statuses = [first?.status, second?.status];
            assert!(statuses.contains(&200) && !statuses.contains(&409), "{statuses:?}");
            let of_other = product()
                .table
                .invitations(uai)
                .await?
                .into_iter()
                .filter(|(_, invitation)| invitation.inviter == Some(other.id) && invitation.is_pending());
            assert_eq!(of_other.count(), 0, "turn {turn}");
        }
        Ok(())
    });
}

/// Beyond what one transaction holds, too; and whoever leaves may have invited who comes after them.
#[test]
fn many_invitations_end_and_those_of_who_leaves_stay() {
    run(async {
        let (uai, head) = a_team().await?;
        let other = a_member(uai, Role::Administrator).await?;
        let emails = |count: usize| (0..count).map(|_| an_email().to_string()).collect::<Vec<_>>().join(" ");
        for count in [40, 15] {
            let invite = json!({"emails": emails(count)});
            other.post(&format!("/schools/{uai}/invitations"), &invite).await?.expect(201)?;
        }
        let pending = async || {
            let team = head.get(&format!("/schools/{uai}/team")).await?.expect(200)?;
            anyhow::Ok(team["invitations"].as_array().map_or(0, Vec::len))
        };
        assert_eq!(pending().await?, 55);
        head.post(&format!("/schools/{uai}/members/{}/remove", other.id), &json!({})).await?.expect(200)?;
        assert_eq!((pending().await?, role(uai, &other).await?), (0, None));

        let leaving = a_member(uai, Role::Administrator).await?;
        let (id, _) = an_invitation(&leaving, uai, Timestamp::now()).await?;
        leaving.post(&format!("/schools/{uai}/leave"), &json!({})).await?.expect(200)?;
        assert_eq!(state(uai, id).await?, InvitationState::Pending);
        Ok(())
    });
}

/// By an invitation that says so, by a role, and by the link in the school's mailbox: the others are told, each time.
#[test]
fn the_others_are_told_of_a_new_administrator() {
    run(async {
        let (uai, head) = a_team().await?;
        let (second, member) = (a_member(uai, Role::Administrator).await?, a_member(uai, Role::Member).await?);
        let accepted =
            async |person: &Person, link: &str| person.post(link, &json!({"way": "signed_in"})).await?.expect(200);

        // The invitation says the role: in its page, in the list of those that wait, and to who accepts.
        let invite = json!({"emails": an_email(), "role": "administrator"});
        head.post(&format!("/schools/{uai}/invitations"), &invite).await?.expect(201)?;
        let team = head.get(&format!("/schools/{uai}/team")).await?.expect(200)?;
        assert_eq!(team["invitations"][0]["role"], "administrator");
        let refused = json!({"emails": an_email(), "role": "principal"});
        let refused = head.post(&format!("/schools/{uai}/invitations"), &refused).await?.expect(422)?;
        assert_eq!(refused["errors"][0]["field"], "role");
        let (_, link) = an_invitation_to_be(Role::Administrator, &head, uai, Timestamp::now()).await?;
        let invited = somebody().await?;
        assert_eq!(invited.get(&link).await?.expect(200)?["role"], "administrator");
        accepted(&invited, &link).await?;
        assert_eq!(role(uai, &invited).await?, Some(Role::Administrator));

        let promote = format!("/schools/{uai}/members/{}/role", member.id);
        for _ in 0..2 {
            head.post(&promote, &json!({"role": "administrator"})).await?.expect(200)?;
        }
        let recovered = somebody().await?;
        accepted(&recovered, &an_activation(uai, Timestamp::now()).await?).await?;
        // Who is one already is no news.
        accepted(&recovered, &an_activation(uai, Timestamp::now()).await?).await?;
        // Nor is a member.
        let (_, link) = an_invitation(&head, uai, Timestamp::now()).await?;
        accepted(&somebody().await?, &link).await?;

        mail_about("est administrateur", second.email().as_str()).await?;
        no_mail_is_pending().await?;
        let told = async |person: &Person| {
            let mails = mails_to(person.email().as_str()).await?;
            anyhow::Ok(mails.iter().filter(|mail| mail.subject.contains("est administrateur")).count())
        };
        // An order whose answer was lost is carried out twice.
        let at_least = |count: usize, least: usize| count == least || is_refused() && count > least;
        for (person, count) in [(&head, 2), (&second, 3), (&invited, 2), (&member, 1), (&recovered, 0)] {
            let got = told(person).await?;
            assert!(at_least(got, count), "{got} of {count}");
        }
        let mail = mail_about("est administrateur", head.email().as_str()).await?;
        let school = product().table.school(uai).await?.expect("a school").name;
        assert!(mail.text.contains(&school) && mail.text.contains(&format!("/schools/{uai}/team")), "{}", mail.text);
        Ok(())
    });
}
