//! A sign-on that waits is used once, in its time, whole or not at all, whatever happens at the same moment; and who comes back has guessed
//! nothing.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::limit::GUESSES_BY_PUPIL;
use rentree_domain::mediacentre::SIGN_ON_WAITS;
use rentree_table::{JoinOutcome, Role};
use serde_json::{Value, json};

use crate::support::classes::{a_class, a_device, a_first_name, step};
use crate::support::ent::{Computer, a_computer};
use crate::support::faults::{Faults, campaigns_with};
use crate::support::joining_by_ent::{
    a_user_name, arrived, begin, born, by, by_last_year, in_the_ent, ok, owner, refused, sign_in, sign_on_at, tell,
    user, waits,
};
use crate::support::people::{a_client, a_member};
use crate::support::{clock, product, run, run_while_time_stands_still};

#[test]
fn a_sign_on_is_used_once_and_waits_half_an_hour() {
    fn late() -> Timestamp {
        Timestamp::now() + SIGN_ON_WAITS + SignedDuration::from_secs(1)
    }
    run(async {
        let (name, other) = (a_first_name("Paul"), a_first_name("Jean"));
        let class = a_class(&[(&name, "ROUX", "10/03/2014"), (&other, "ROUX", "11/03/2014")]).await?;
        let mut computer = arrived(&class, &in_the_ent(&class, 0)).await?;
        let mut kept = computer.clone();
        ok(&begin(&mut computer, &class, &born(&class, 0)).await?, 201)?;
        for reply in
            [begin(&mut kept, &class, &born(&class, 0)).await?, tell(&mut kept, &class, &born(&class, 0)).await?]
        {
            assert_eq!(refused(&reply), (410, "sign_on_too_late".to_owned()), "{}", reply.text);
        }
        assert_eq!(kept.get(&class.path("")).await?.json()["sign_on"], Value::Null);
        let mut html = kept.clone();
        let page = html.forge(&class.path("/identity")).await?;
        assert_eq!(page.status, 403, "a form of another site");

        let waiting = arrived(&class, &in_the_ent(&class, 1)).await?;
        let (url, stop) = campaigns_with(Faults::default(), late).await?;
        let mut half_an_hour_later = Computer::at(&url, &a_client());
        half_an_hour_later.cookies.clone_from(&waiting.cookies);
        assert_eq!(half_an_hour_later.get(&class.path("")).await?.json()["sign_on"], Value::Null);
        let reply = begin(&mut half_an_hour_later, &class, &born(&class, 1)).await?;
        assert_eq!(refused(&reply), (410, "sign_on_too_late".to_owned()));
        stop.abort();
        assert!(class.pupil(&other).await?.user.is_none());
        Ok(())
    });
}

/// The same child at two computers, or clicking twice at one: one account, and in at both.
#[test]
fn two_at_once_are_one_child() {
    run(async {
        for same_computer in [true, false] {
            let name = a_first_name("Milo");
            let class = a_class(&[(&name, "DEUX", "10/03/2014")]).await?;
            let person = in_the_ent(&class, 0);
            let first = arrived(&class, &person).await?;
            let second = if same_computer { first.clone() } else { arrived(&class, &person).await? };
            let (mut one, mut two) = (first, second);
            let identity = born(&class, 0);
            let clicks = tokio::try_join!(begin(&mut one, &class, &identity), begin(&mut two, &class, &identity))?;
            for reply in [&clicks.0, &clicks.1] {
                // A second click that came after all was done finds the sign-on used up, and the way back in.
                let late = same_computer && refused(reply) == (410, "sign_on_too_late".to_owned());
                assert!(late || reply.status == 201, "{} {}", reply.status, reply.text);
            }
            let account = class.pupil(&name).await?.user;
            assert!(account.is_some() && owner(&person).await? == account);
            for (computer, reply) in [(&one, &clicks.0), (&two, &clicks.1)] {
                assert!(reply.status == 410 || user(computer).await? == account);
            }
            assert_eq!(class.joined().await?.len(), 1);

            // The same with an account of last year's identifier.
            let name = a_first_name("Nino");
            let class = a_class(&[(&name, "DEUX", "10/03/2014")]).await?;
            let (person, this_year) = (in_the_ent(&class, 0), in_the_ent(&class, 0));
            let account = Some(class.tie(&name, by_last_year(&person)?).await?);
            let (mut one, mut two) = (arrived(&class, &this_year).await?, arrived(&class, &this_year).await?);
            let clicks = tokio::try_join!(tell(&mut one, &class, &identity), tell(&mut two, &class, &identity))?;
            assert_eq!((clicks.0.status, clicks.1.status), (201, 201), "{} {}", clicks.0.text, clicks.1.text);
            assert!(user(&one).await? == account && user(&two).await? == account);
            assert_eq!((owner(&this_year).await?, owner(&person).await?), (account, None));
        }
        Ok(())
    });
}

/// The other device has made the account by the time this one says who it is.
#[test]
fn a_later_device_of_the_same_child_is_in() {
    run(async {
        let name = a_first_name("Anna");
        let class = a_class(&[(&name, "BRUN", "10/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        let (mut one, mut two) = (arrived(&class, &person).await?, arrived(&class, &person).await?);
        ok(&begin(&mut one, &class, &born(&class, 0)).await?, 201)?;
        ok(&tell(&mut two, &class, &born(&class, 0)).await?, 201)?;
        assert_eq!(user(&two).await?, user(&one).await?);
        assert!(!waits(&two));
        let log = a_member(class.uai, Role::Administrator).await?;
        let log = log.get(&format!("/schools/{}/audit", class.uai)).await?.expect(200)?;
        assert!(!log.to_string().contains("mediacentre_replaced"), "nothing was replaced: {log}");
        Ok(())
    });
}

/// Between the sign-on and the click, the identifier became somebody else's.
#[test]
fn an_identifier_that_was_taken_meanwhile_changes_nothing() {
    run(async {
        let (name, other) = (a_first_name("Tom"), a_first_name("Zoé"));
        let class = a_class(&[(&name, "GRIS", "10/03/2014"), (&other, "VERT", "11/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &person).await?;
        assert_eq!(step(&tell(&mut computer, &class, &born(&class, 0)).await?.json()), "new_by_mediacentre");
        let theirs = class.tie(&other, by(&person)?).await?;
        let told = begin(&mut computer, &class, &born(&class, 0)).await?;
        assert_eq!(refused(&told), (409, "other_account".to_owned()), "{}", told.text);
        assert!(told.text.contains("ouvre déjà un autre compte") && told.text.contains("enseignant"), "{}", told.text);
        assert!(class.pupil(&name).await?.user.is_none() && user(&computer).await?.is_none());
        assert_eq!((owner(&person).await?, class.joined().await?.len()), (Some(theirs), 0));

        // The same for an account that is signed in: nothing is half done.
        let (methods, class) = (a_user_name(&name)?, a_class(&[(&name, "GRIS", "10/03/2014")]).await?);
        class.tie(&name, methods.clone()).await?;
        let mut computer = arrived(&class, &in_the_ent(&class, 0)).await?;
        sign_in(&mut computer, &methods).await?;
        let waiting = computer.get("/mediacentre/suite").await?.json();
        assert_eq!(waiting["step"], "add", "{waiting}");
        let taken = in_the_ent(&class, 0);
        let mut late = arrived(&class, &taken).await?;
        sign_in(&mut late, &methods).await?;
        let elsewhere = a_class(&[(&other, "VERT", "11/03/2014")]).await?;
        elsewhere.tie(&other, by(&taken)?).await?;
        let told = late.post(&class.path(""), &json!({"add_mediacentre": true})).await?;
        assert_eq!(refused(&told), (409, "other_account".to_owned()), "{}", told.text);
        assert!(class.joined().await?.is_empty());
        // Without it, the pupil is in.
        ok(&late.post(&class.path(""), &json!({})).await?, 200)?;
        Ok(())
    });
}

/// Wherever the function dies, a pupil has an account that the Médiacentre opens, or none; and the sign-on waits as long as there is none.
#[test]
fn an_account_begins_whole_or_not_at_all() {
    run(async {
        let name = a_first_name("Victor");
        let class = a_class(&[(&name, "DURAND", "10/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        let computer = arrived(&class, &person).await?;
        for died in 0..40 {
            let (url, stop) = campaigns_with(Faults::after(died), Timestamp::now).await?;
            let mut there = Computer::at(&url, &a_client());
            there.cookies.clone_from(&computer.cookies);
            let reply = begin(&mut there, &class, &born(&class, 0)).await?;
            stop.abort();
            let account = class.pupil(&name).await?.user;
            assert_eq!((owner(&person).await?, class.joined().await?.len()), (account, usize::from(account.is_some())));
            if reply.status == 201 {
                assert!(died > 3, "{died} writes");
                return Ok(());
            }
            assert_eq!(reply.status, 500, "after {died} writes: {}", reply.text);
            anyhow::ensure!(account.is_none(), "after {died} writes");
        }
        anyhow::bail!("it never ends")
    });
}

#[test]
fn guesses_with_names_that_are_told_are_limited() {
    run_while_time_stands_still(async {
        let name = a_first_name("Manon");
        let class = a_class(&[(&name, "SIMON", "10/03/2014")]).await?;
        // A classmate of the same name elsewhere, who tries every day of the year.
        let mut computer = a_computer();
        sign_on_at(&mut computer, &class, &in_the_ent(&class, 0), clock::still()).await?;
        for tried in 1..=GUESSES_BY_PUPIL.count {
            // What is typed besides makes no other name of it.
            let guess = json!({
                "birth_date": format!("{:02}/04/2014", 1 + tried % 28),
                "first_name": a_first_name("Autre"), "last_name": "AUTRE", "mediacentre": true,
            });
            assert_eq!(tell(&mut computer, &class, &guess).await?.status, 422, "{tried}");
        }
        assert_eq!(refused(&tell(&mut computer, &class, &born(&class, 0)).await?), (429, "too_many".to_owned()));
        assert_eq!(begin(&mut computer, &class, &born(&class, 0)).await?.status, 429);
        // Also for who types the name.
        assert_eq!(a_device().tell(&class, &class.identity(0)).await?.status, 429);
        let attempts = product().table.join_attempts(class.campaign, 50).await?;
        assert!(attempts.iter().any(|attempt| attempt.outcome == JoinOutcome::Limited));
        Ok(())
    });
}

/// Who finds their own account by it has guessed nothing, however often.
#[test]
fn who_comes_back_uses_no_guess_up() {
    run_while_time_stands_still(async {
        let name = a_first_name("Rose");
        let class = a_class(&[(&name, "GRIS", "10/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        let mut computers = Vec::new();
        for _ in 0..=GUESSES_BY_PUPIL.count {
            let mut computer = a_computer();
            sign_on_at(&mut computer, &class, &person, clock::still()).await?;
            computers.push(computer);
        }
        ok(&begin(&mut computers[0], &class, &born(&class, 0)).await?, 201)?;
        for computer in &mut computers[1..] {
            ok(&tell(computer, &class, &born(&class, 0)).await?, 201)?;
        }
        Ok(())
    });
}
