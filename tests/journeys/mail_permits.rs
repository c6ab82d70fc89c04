//! No mail without a permit: who asks for many is refused, who is asked for gets few, and a forgotten password is answered whoever asked
//! for what before.

use rentree_domain::EmailAddress;
use rentree_orders::limit::{ACCOUNT_MAILS_BY_CLIENT, ADDRESSES_BY_ACCOUNT, INVITATIONS_BY_ACCOUNT, MAILS_BY_MAILBOX};
use serde_json::json;

use crate::support::clock;
use crate::support::mails::{mail_about, mails_to, no_mail_is_pending};
use crate::support::operators::{dead, message};
use crate::support::people::{PASSWORD, a_stranger, a_team, an_email, somebody};
use crate::support::{is_refused, product, run_while_time_stands_still};

/// One account names strangers: sixty mails to sixty of them would leave.
#[test]
fn one_account_does_not_write_to_strangers() {
    run_while_time_stands_still(async {
        let person = somebody().await?;
        let mut ordered = 0;
        for asked in 0..60 {
            let ask = json!({"email": an_email(), "current_password": PASSWORD});
            let answer = person.post("/account/email", &ask).await?;
            if answer.status == 202 {
                ordered += 1;
                continue;
            }
            assert!(asked >= ADDRESSES_BY_ACCOUNT.count || is_refused(), "{asked}");
            let told = answer.expect(429)?;
            assert!(told["detail"].as_str().unwrap().contains("Réessayez"), "{told}");
        }
        // An order whose answer was lost counts twice: never too little.
        assert!(
            ordered == ADDRESSES_BY_ACCOUNT.count || is_refused() && ordered < ADDRESSES_BY_ACCOUNT.count,
            "{ordered}"
        );

        // Whoever else sits behind the same address goes on.
        let other = somebody().await?;
        let ask = json!({"email": an_email(), "current_password": PASSWORD});
        other.post("/account/email", &ask).await?.expect(202)?;
        Ok(())
    });
}

/// Neither a mailbox that strangers filled, nor nonsense from behind the same address, keeps a forgotten password back.
#[test]
fn a_forgotten_password_is_answered_whoever_asked_for_what() {
    run_while_time_stands_still(async {
        let person = somebody().await?;
        let email = person.email();
        let attacker = a_stranger();
        for _ in 0..MAILS_BY_MAILBOX.count + 2 {
            attacker.post("/sign-up", &json!({ "email": email })).await?.expect(202)?;
        }
        let mut refused = false;
        for _ in 0..ACCOUNT_MAILS_BY_CLIENT.count {
            refused |= attacker.post("/sign-up", &json!({ "email": an_email() })).await?.status == 429;
        }
        assert!(refused, "one client asks without end");
        no_mail_is_pending().await?;
        assert!(mails_to(email.as_str()).await?.iter().all(|mail| !mail.subject.contains("nouveau mot de passe")));

        // From the very address that asked for all this.
        let ask = json!({ "email": email });
        attacker.post("/forgotten-password", &ask).await?.expect(202)?;
        mail_about("nouveau mot de passe", email.as_str()).await?;

        // A second one within the hour is one of many.
        attacker.post("/forgotten-password", &ask).await?.expect(429)?;
        Ok(())
    });
}

/// Refused alike whether the address has an account or not.
#[test]
fn a_refusal_does_not_tell_whose_an_address_is() {
    run_while_time_stands_still(async {
        let attacker = a_stranger();
        for _ in 0..ACCOUNT_MAILS_BY_CLIENT.count {
            attacker.post("/sign-up", &json!({ "email": an_email() })).await?;
        }
        let person = somebody().await?;
        let mut seen = Vec::new();
        for email in [person.email().clone(), an_email()] {
            let ask = json!({ "email": email });
            let first = attacker.post("/forgotten-password", &ask).await?.status;
            let second = attacker.post("/forgotten-password", &ask).await?;
            seen.push((first, second.status, second.expect(429)?["detail"].clone()));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0].0, 202);
        Ok(())
    });
}

/// A link that could not be sent is not one that left: the next one does not wait for the hour to end.
#[test]
fn a_link_that_did_not_leave_does_not_count() {
    run_while_time_stands_still(async {
        let person = somebody().await?;
        let email = person.email();
        let attacker = a_stranger();
        for _ in 0..ACCOUNT_MAILS_BY_CLIENT.count {
            attacker.post("/sign-up", &json!({ "email": an_email() })).await?;
        }
        let ask = json!({ "email": email });
        attacker.post("/forgotten-password", &ask).await?.expect(202)?;
        attacker.post("/forgotten-password", &ask).await?.expect(429)?;

        // The order ends in the dead letters.
        let settings = product().stack.function_settings("MailWorkerFunction")?;
        let worker = mail_worker::MailWorker::from_settings(&settings, clock::still)?;
        let order = message(&json!({"mail": "new_password", "email": email}));
        let answer = worker.handle(&dead(order, settings.required("MAIL_DEAD_LETTER_QUEUE_ARN")?)).await?;
        assert!(answer.batch_item_failures.is_empty());
        attacker.post("/forgotten-password", &ask).await?.expect(202)?;
        Ok(())
    });
}

/// Spellings that a provider does not tell apart fill one mailbox.
#[test]
fn one_mailbox_however_its_address_is_written() {
    run_while_time_stands_still(async {
        let name = an_email().as_str().split_once('@').unwrap().0.replace(['.', '+', '-', '_'], "");
        let spelt = |n: usize| {
            let (before, after) = name.split_at(1 + n % (name.len() - 1));
            EmailAddress::parse(&format!("{before}.{after}+{n}@gmail.com"))
        };
        let client = a_stranger();
        let mut sent = 0;
        for n in 0..15 {
            client.post("/sign-up", &json!({ "email": spelt(n)? })).await?.expect(202)?;
        }
        no_mail_is_pending().await?;
        for n in 0..15 {
            sent += mails_to(spelt(n)?.as_str()).await?.len();
        }
        let most = usize::try_from(MAILS_BY_MAILBOX.count)?;
        assert!(sent == most || is_refused() && (1..most).contains(&sent), "{sent}");
        Ok(())
    });
}

/// Who administers many schools does not send each school's invitations of a day.
#[test]
fn invitations_count_for_who_sends_them() {
    run_while_time_stands_still(async {
        let (uai, administrator) = a_team().await?;
        let subject = administrator.id.to_string();
        let now = clock::still();
        product().table.allows_many(&INVITATIONS_BY_ACCOUNT, &subject, INVITATIONS_BY_ACCOUNT.count - 1, now).await?;
        let invitations = format!("/schools/{uai}/invitations");
        let (one, other) = (an_email(), an_email());
        let first = administrator.post(&invitations, &json!({ "emails": one })).await?.expect(201)?;
        let refused = administrator.post(&invitations, &json!({ "emails": other })).await?.expect(429)?;
        assert!(refused["detail"].as_str().unwrap().contains("Réessayez demain"), "{refused}");

        // Sending again is one more mail.
        let resend = format!("{invitations}/{}/resend", first["invitations"][0].as_str().unwrap());
        assert_eq!(administrator.post(&resend, &json!({})).await?.status, 429);
        Ok(())
    });
}
