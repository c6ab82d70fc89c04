//! Failed sign-ins: who is held up by them, and who is not, whoever sits behind the same address.

use std::time::Instant;

use jiff::SignedDuration;
use rentree_domain::limit::FAILURES_BY_CLIENT;
use rentree_domain::{EmailAddress, Login, UserName};
use reqwest::Client;
use serde_json::json;

use crate::support::clock::still;
use crate::support::devices::{DEVICE, Device, an_address};
use crate::support::links::an_invitation;
use crate::support::people::{PASSWORD, a_client, a_failure, a_team, an_email, somebody};
use crate::support::pupils::{PUPIL_PASSWORD, a_class, by_user_name};
use crate::support::{join_all, product, run_while_time_stands_still};

/// Somebody sends what is nobody's from behind an address, until that address may try nothing more.
async fn nonsense(address: &Client, count: u32) -> anyhow::Result<()> {
    let all = (0..count).map(|_| {
        let mut device = Device::behind(address);
        async move { device.sign_in(an_email().as_str(), "n’importe quoi").await }
    });
    for answer in join_all(all).await {
        let status = answer?.status;
        anyhow::ensure!([422, 429].contains(&status), "{status}");
    }
    Ok(())
}

/// What was seen: after 151 nonsense sign-ins from one address, the right password of an administrator was refused behind it.
#[test]
fn nonsense_behind_an_address_locks_nobody_out() {
    run_while_time_stands_still(async {
        let (_, administrator) = a_team().await?;
        let room = a_client();
        let mut desk = Device::behind(&room);
        desk.sign_in(administrator.email().as_str(), PASSWORD).await?.expect(200)?;
        nonsense(&room, 151).await?;
        desk.sign_in(administrator.email().as_str(), PASSWORD).await?.expect(200)?;
        Device::behind(&room).sign_in(administrator.email().as_str(), PASSWORD).await?.expect(200)?;
        Ok(())
    });
}

/// Whatever a client sent before: who signed in on a device does so again, and nobody else does there.
#[test]
fn beyond_the_limit_of_an_address_its_devices_still_sign_in() {
    run_while_time_stands_still(async {
        let person = somebody().await?;
        let (room, subject) = an_address();
        let mut desk = Device::behind(&room);
        desk.sign_in(person.email().as_str(), PASSWORD).await?.expect(200)?;
        let many = FAILURES_BY_CLIENT.count;
        product().table.allows_many(&FAILURES_BY_CLIENT, &subject, many, still()).await?;
        let refused = Device::behind(&room).sign_in(person.email().as_str(), PASSWORD).await?;
        assert!(refused.body["detail"].as_str().unwrap().contains("depuis votre connexion"), "{}", refused.body);
        assert_eq!(desk.sign_in(an_email().as_str(), PASSWORD).await?.status, 429, "of a login that is not its own");
        desk.sign_in(person.email().as_str(), PASSWORD).await?.expect(200)?;
        Ok(())
    });
}

/// Of 35 behind one address, twenty sit at devices where they signed in before, whose logins somebody hammers, too.
#[test]
fn a_class_signs_in_beside_a_device_that_sends_300_wrong_ones() {
    run_while_time_stands_still(async {
        let class = a_class(35).await?;
        let room = a_client();
        let mut pupils = Vec::new();
        for place in 0..35 {
            let tied = class.tie(place, by_user_name()).await?;
            let name = tied.user.methods.user_name.clone().unwrap();
            let mut device = Device::behind(&room);
            if place < 20 {
                device.sign_in(name.as_str(), PUPIL_PASSWORD).await?.expect(200)?;
            }
            pupils.push((name, device));
        }
        let known: Vec<String> = pupils[..20].iter().map(|(name, _)| name.as_str().to_owned()).collect();
        let wrong = (0..300).map(|number: usize| {
            let mut device = Device::behind(&room);
            let login = if number.is_multiple_of(2) { an_email().to_string() } else { known[number / 2 % 20].clone() };
            async move { device.sign_in(&login, "Pasle8on").await.map(|answer| answer.status) }
        });
        let began = Instant::now();
        let honest = pupils.iter_mut().map(|(name, device)| async move {
            device.sign_in(name.as_str(), "Vellours8").await?;
            device.sign_in(name.as_str(), PUPIL_PASSWORD).await
        });
        let (wrong, honest) = tokio::join!(join_all(wrong), async {
            let honest = join_all(honest).await;
            (honest, began.elapsed())
        });
        let (honest, took) = honest;
        for answer in honest {
            answer?.expect(200)?;
        }
        for status in wrong {
            assert!([422, 429].contains(&status?));
        }
        assert!(took.as_secs() < 60, "{took:?}");
        Ok(())
    });
}

/// A stranger's failures with somebody's login hold strangers up, and its owner where the owner signed in before: not at all.
#[test]
fn a_strangers_failures_do_not_lock_its_owner_out() {
    run_while_time_stands_still(async {
        let person = somebody().await?;
        let mut own = Device::somewhere();
        own.sign_in(person.email().as_str(), PASSWORD).await?.expect(200)?;
        let mut stranger = Device::somewhere();
        for _ in 0..10 {
            assert_eq!(stranger.sign_in(person.email().as_str(), "pas le bon mot").await?.status, 422);
        }
        assert_eq!(stranger.sign_in(person.email().as_str(), PASSWORD).await?.status, 429);
        own.sign_in(person.email().as_str(), PASSWORD).await?.expect(200)?;
        // The owner's success gives strangers nothing.
        assert_eq!(stranger.sign_in(person.email().as_str(), PASSWORD).await?.status, 429);
        Ok(())
    });
}

/// Ten failures void what a device keeps, for good: a cookie that was copied and put back gets none of them back, and who signs in again
/// has a count that it does not touch.
#[test]
fn ten_failures_void_what_a_device_keeps_also_when_it_is_put_back() {
    run_while_time_stands_still(async {
        let person = somebody().await?;
        let email = person.email().as_str();
        let mut own = Device::somewhere();
        own.sign_in(email, PASSWORD).await?.expect(200)?;
        let copy = own.clone();
        for _ in 0..9 {
            assert_eq!(copy.clone().sign_in(email, "pas le bon mot").await?.status, 422);
        }
        own.sign_in(email, PASSWORD).await?.expect(200)?;
        // A success forgets what failed, for all copies; ten in a row void it.
        for _ in 0..10 {
            assert_eq!(copy.clone().sign_in(email, "pas le bon mot").await?.status, 422);
        }
        let login: Login = person.email().clone().into();
        let failures = async || anyhow::Ok(product().table.attempts(&login, still()).await?.failures());
        assert_eq!(failures().await?, 0, "they count on the device alone");
        // From now on, all count as strangers.
        for _ in 0..10 {
            assert_eq!(copy.clone().sign_in(email, "pas le bon mot").await?.status, 422);
        }
        assert_eq!(failures().await?, 10);
        assert_eq!(copy.clone().sign_in(email, PASSWORD).await?.status, 429);
        assert_eq!(own.sign_in(email, PASSWORD).await?.status, 429);

        product().table.forget_attempts(&login.into()).await?;
        own.sign_in(email, PASSWORD).await?.expect(200)?;
        for _ in 0..10 {
            assert_eq!(copy.clone().sign_in(email, "pas le bon mot").await?.status, 422);
        }
        assert_eq!(copy.clone().sign_in(email, PASSWORD).await?.status, 429);
        own.sign_in(email, PASSWORD).await?.expect(200)?;
        Ok(())
    });
}

/// What a device keeps is good for the logins that signed in there, and for the password that they signed in with.
#[test]
fn nobody_collects_counts_against_others() {
    run_while_time_stands_still(async {
        let (one, other) = (somebody().await?, somebody().await?);
        let mut device = Device::somewhere();
        device.sign_in(one.email().as_str(), PASSWORD).await?.expect(200)?;
        for _ in 0..10 {
            assert_eq!(device.sign_in(other.email().as_str(), "pas le bon mot").await?.status, 422);
        }
        assert_eq!(device.sign_in(other.email().as_str(), PASSWORD).await?.status, 429);

        // Somebody who knew a password has cookies in a drawer; then it is changed.
        let mut changed = device.clone();
        changed.sign_in(one.email().as_str(), PASSWORD).await?.expect(200)?;
        let change = json!({"current_password": PASSWORD, "password": "des bottes et un ciré"});
        changed.post("/account/password", &change).await?.expect(200)?;
        for _ in 0..10 {
            assert_eq!(device.clone().sign_in(one.email().as_str(), "pas le bon mot").await?.status, 422);
        }
        assert_eq!(device.sign_in(one.email().as_str(), "des bottes et un ciré").await?.status, 429);
        changed.sign_in(one.email().as_str(), "des bottes et un ciré").await?.expect(200)?;

        // What was changed on the way is nothing.
        let cookie = changed.cookies.get_mut(DEVICE).unwrap();
        let spoilt = if &cookie[40..41] == "A" { "B" } else { "A" };
        cookie.replace_range(40..41, spoilt);
        assert_eq!(changed.sign_in(one.email().as_str(), "des bottes et un ciré").await?.status, 429);
        Ok(())
    });
}

/// Thirty failures of strangers block a pupil's user name until staff unblock; a name that is nobody's is blocked in the same words. The
/// pupil goes on where they signed in before.
#[test]
fn thirty_failures_block_a_user_name_for_strangers_until_staff_unblock() {
    run_while_time_stands_still(async {
        let class = a_class(2).await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let name = pupil.user.methods.user_name.clone().unwrap();
        let nobody = by_user_name().user_name.unwrap();
        let mut own = Device::somewhere();
        own.sign_in(name.as_str(), PUPIL_PASSWORD).await?.expect(200)?;
        let mut told = Vec::new();
        let block = async |name: &UserName| {
            let began = still() - SignedDuration::from_hours(10);
            for number in 0..30 {
                a_failure(&name.clone().into(), began + SignedDuration::from_mins(10 * number)).await?;
            }
            anyhow::Ok(())
        };
        for name in [&name, &nobody] {
            block(name).await?;
            let mut refused = Device::somewhere().sign_in(name.as_str(), PUPIL_PASSWORD).await?;
            assert_eq!(refused.status, 429);
            refused.body["request_id"] = json!(null);
            told.push(refused.body);
        }
        assert_eq!(told[0], told[1]);
        assert!(told[0]["detail"].as_str().unwrap().contains("Demandez à un enseignant"), "{}", told[0]);
        own.sign_in(name.as_str(), PUPIL_PASSWORD).await?.expect(200)?;
        assert_eq!(Device::somewhere().sign_in(name.as_str(), PUPIL_PASSWORD).await?.status, 429);

        let unblock = class.path(&format!("/{}/unblock", pupil.learner));
        class.administrator.post(&unblock, &json!({})).await?.expect(200)?;
        Device::somewhere().sign_in(name.as_str(), PUPIL_PASSWORD).await?.expect(200)?;
        assert!(class.log().await?.iter().any(|(action, ..)| action == "unblocked"));

        block(&name).await?;
        let slip = class.hand_out(&[pupil.learner]).await?.expect(200)?["handed_out"][0].clone();
        let temporary = slip["temporary_password"].as_str().unwrap();
        Device::somewhere().sign_in(name.as_str(), temporary).await?.expect(200)?;
        Ok(())
    });
}

/// Whoever confirms a password, or signs in on the page of a link, is at a device, too.
#[test]
fn strangers_hold_nobody_up_on_other_pages() {
    run_while_time_stands_still(async {
        let (uai, administrator) = a_team().await?;
        let person = somebody().await?;
        let (room, subject) = an_address();
        let mut own = Device::behind(&room);
        own.sign_in(person.email().as_str(), PASSWORD).await?.expect(200)?;
        for _ in 0..10 {
            a_failure(&person.email().clone().into(), still()).await?;
        }
        let many = FAILURES_BY_CLIENT.count;
        product().table.allows_many(&FAILURES_BY_CLIENT, &subject, many, still()).await?;

        let ask = json!({"email": an_email(), "current_password": PASSWORD});
        own.post("/account/email", &ask).await?.expect(202)?;
        let link = an_invitation(&administrator, uai, still()).await?.1;
        let sign_in = json!({"way": "sign_in", "email": person.email(), "password": PASSWORD});
        own.post(&link, &sign_in).await?.expect(200)?;
        let stranger =
            Device::behind(&room).post(&an_invitation(&administrator, uai, still()).await?.1, &sign_in).await?;
        assert_eq!(stranger.status, 429);

        // Nor is a colleague held up who begins an account by a link; whoever names others' addresses there is, by that link alone.
        let link = an_invitation(&administrator, uai, still()).await?.1;
        let sign_up = |email: &EmailAddress| json!({"way": "sign_up", "first_name": "Léa", "last_name": "Martin", "email": email, "password": PASSWORD});
        for _ in 0..30 {
            let taken = Device::behind(&room).post(&link, &sign_up(person.email())).await?;
            assert!(taken.expect(422)?["errors"][0]["message"].as_str().unwrap().contains("existe déjà"));
        }
        let mut colleague = Device::behind(&room);
        assert_eq!(colleague.post(&link, &sign_up(person.email())).await?.status, 429);
        let (link, email) = (an_invitation(&administrator, uai, still()).await?.1, an_email());
        colleague.post(&link, &sign_up(&email)).await?.expect(200)?;
        // Their device knows them from then on.
        colleague.sign_in(email.as_str(), PASSWORD).await?.expect(200)?;
        Ok(())
    });
}

/// A pupil who made the account on a tablet, or chose its password there, is known there.
#[test]
fn who_joins_on_a_device_is_known_there() {
    run_while_time_stands_still(async {
        let class = a_class(2).await?;
        let entry = &class.learners[0].entry;
        let who = json!({
            "first_name": entry.first_name, "last_name": entry.last_name, "birth_date": entry.birth_date,
            "password": PUPIL_PASSWORD,
        });
        let mut tablet = Device::somewhere();
        tablet.post(&format!("/campagnes/{}/account", class.code().await?), &who).await?.expect(201)?;
        let pupil = product().table.learner(class.uai, class.learners[0].id).await?.unwrap().user.unwrap();
        let name = product().table.user(pupil).await?.unwrap().methods.user_name.unwrap();
        tablet.post("/sign-out", &json!({})).await?.expect(200)?;
        let lock = async || {
            for _ in 0..10 {
                a_failure(&name.clone().into(), still()).await?;
            }
            anyhow::Ok(())
        };
        lock().await?;
        tablet.sign_in(name.as_str(), PUPIL_PASSWORD).await?.expect(200)?;

        let slip = class.hand_out(&[class.learners[0].id]).await?.expect(200)?["handed_out"][0].clone();
        tablet.sign_in(name.as_str(), slip["temporary_password"].as_str().unwrap()).await?.expect(200)?;
        tablet.post("/temporary-password", &json!({"password": "Nuage-vert42"})).await?.expect(200)?;
        lock().await?;
        assert_eq!(Device::somewhere().sign_in(name.as_str(), "Nuage-vert42").await?.status, 429);
        tablet.sign_in(name.as_str(), "Nuage-vert42").await?.expect(200)?;
        Ok(())
    });
}
