//! Who goes through names and birth dates is stopped, seen by staff, and holds no class up.

use rentree_domain::limit::{
    FOUND_BY_PUPIL, GUESSES_BY_PUPIL, GUESSES_BY_PUPIL_A_DAY, IDENTITIES_BY_CLIENT, LENIENT_BY_CLIENT,
};
use rentree_domain::{Limit, paris};
use rentree_samples::Pupil;
use rentree_table::{AuditAction, JoinOutcome, Role};
use serde_json::{Value, json};

use crate::support::classes::{Class, Device, a_campaign, a_class, a_class_of, a_device, a_first_name, nobody, step};
use crate::support::faults::{Faults, campaigns_with};
use crate::support::people::{a_client, a_member};
use crate::support::{clock, join_all, product, run_while_time_stands_still};

/// From what time on guesses are let through that a limit refuses now, as the clocks of schools show it.
fn from_time_on(limit: &Limit) -> String {
    let ends = paris::date_time(limit.window_at(clock::still()).1);
    format!(
        "Réessayez {}à partir de {}\u{a0}h\u{a0}00",
        if ends.date() == paris::date(clock::still()) { "" } else { "demain, " },
        ends.hour()
    )
}

#[test]
fn guessing_is_limited_and_seen() {
    run_while_time_stands_still(async {
        let (victim, other) = (a_first_name("Manon"), a_first_name("Louis"));
        let class = a_class(&[(&victim, "SIMON", "10/03/2014"), (&other, "SIMON", "10/03/2014")]).await?;
        let room = a_client();
        let guess =
            |day: u32| json!({"first_name": victim, "last_name": "Simon", "birth_date": format!("{day:02}/04/2014")});
        for tried in 1..=GUESSES_BY_PUPIL.count {
            assert_eq!(Device::behind(&room).tell(&class, &guess(1 + tried % 28)).await?.status, 422, "{tried}");
        }
        let limited = Device::behind(&room).tell(&class, &guess(28)).await?;
        assert_eq!((limited.status, limited.code()), (429, "too_many"));
        let told = limited.body["detail"].as_str().unwrap();
        assert!(told.contains("avec ce nom") && told.contains("un code personnel"), "{told}");
        assert!(told.contains(&from_time_on(&GUESSES_BY_PUPIL)), "the pupil reads until when: {told}");
        // In the same words for a name that is nobody's.
        let of_nobody = |day: u32| json!({"first_name": "Xavière", "last_name": "Zzyzx", "birth_date": format!("{day:02}/04/2014")});
        for tried in 1..=GUESSES_BY_PUPIL.count {
            assert_eq!(a_device().tell(&class, &of_nobody(tried)).await?.status, 422, "{tried}");
        }
        assert_eq!(a_device().tell(&class, &of_nobody(28)).await?.body["detail"], limited.body["detail"]);
        // From another device of the room, and from elsewhere, with accents and capitals: it is who is meant that counts.
        let dressed = json!({"first_name": victim.to_uppercase(), "last_name": " sï-mon ", "birth_date": "10/03/2014"});
        assert_eq!(a_device().tell(&class, &dressed).await?.status, 429);
        assert_eq!(a_device().create(&class, &dressed, &json!({})).await?.status, 429);
        // Staff see it, and let the pupil try again.
        let staff = a_member(class.uai, Role::Member).await?;
        let page = format!("/schools/{}/learners/{}", class.uai, class.pupil(&victim).await?.id);
        let until = &staff.get(&page).await?.expect(200)?["held_up_until"];
        assert_eq!(until, &json!(GUESSES_BY_PUPIL.window_at(clock::still()).1), "the moment that the pupil was told");
        let sheet = staff.page(&page).await?;
        assert!(
            sheet.contains("jusqu’à l’heure qui lui est indiquée") && !sheet.contains("attendre une heure"),
            "{sheet}"
        );
        let unblock = format!("{page}/unblock");
        staff.post(&unblock, &json!({})).await?.expect(200)?;
        assert!(staff.get(&page).await?.expect(200)?["held_up_until"].is_null());
        assert_eq!(step(&a_device().tell(&class, &dressed).await?.expect(200)?), "new_account");
        // The class goes on.
        Device::behind(&room).create(&class, &class.identity(1), &json!({})).await?.expect(201)?;
        let attempts = product().table.join_attempts(class.campaign, 50).await?;
        assert!(attempts.iter().any(|attempt| attempt.outcome == JoinOutcome::Limited));
        assert!(attempts.iter().filter(|attempt| attempt.outcome == JoinOutcome::Nobody).count() >= 10);
        Ok(())
    });
}

#[test]
fn one_client_cannot_go_through_a_school() {
    run_while_time_stands_still(async {
        let class = a_class_of(40).await?;
        let room = a_client();
        // A class that mistypes three times each is not held up.
        let wrong = |index: usize, tried: usize| {
            let Pupil { first_name, last_name, .. } = &class.sample.pupils[index];
            json!({"first_name": first_name, "last_name": last_name, "birth_date": format!("0{tried}/01/1999")})
        };
        for index in 0..35 {
            for tried in 1..=3 {
                // 429 where several of the same initials slip: whoever then types it right is in.
                let told = Device::behind(&room).tell(&class, &wrong(index, tried)).await?;
                assert!(matches!(told.status, 422 | 429), "{}", told.body);
            }
        }
        Device::behind(&room).create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        for tried in 3 * 35..IDENTITIES_BY_CLIENT.count {
            assert_eq!(Device::behind(&room).tell(&class, &nobody()).await?.status, 422, "{tried}");
        }
        assert_eq!(Device::behind(&room).tell(&class, &nobody()).await?.status, 429);
        // Another room is not concerned.
        a_device().create(&class, &class.identity(1), &json!({})).await?.expect(201)?;
        Ok(())
    });
}

/// Who varies a classmate's name, from as many places as there are tries, is counted for the pupil who is meant.
#[test]
fn birth_dates_are_limited_however_a_name_is_spelt() {
    run_while_time_stands_still(async {
        let (victim, other) = (a_first_name("Ophelie"), a_first_name("Victor"));
        let class = a_class(&[(&victim, "DURAND", "10/03/2014"), (&other, "DURAND", "11/03/2014")]).await?;
        let who = |first_name: &str, last_name: &str, birth_date: &str| json!({"first_name": first_name, "last_name": last_name, "birth_date": birth_date});
        let spellings =
            ["Durand", "Durant", "Durrand", "Duran", "Dorand", "Turand", "DURAND", "du rand", "Durandd", "Durend"];
        for (day, spelling) in spellings.iter().enumerate() {
            // The fields may be swapped, too: it would find.
            let (first, last) = if day == 0 { (*spelling, victim.as_str()) } else { (victim.as_str(), *spelling) };
            let guess = who(first, last, &format!("{:02}/04/2014", day + 1));
            assert_eq!(a_device().tell(&class, &guess).await?.status, 422, "{spelling}");
        }
        for guess in [class.identity(0), who(&victim, "Durond", "10/03/2014"), who(&victim, "Durind", "12/03/2014")] {
            let limited = a_device().tell(&class, &guess).await?;
            assert_eq!((limited.status, limited.code()), (429, "too_many"), "{guess}: {}", limited.body);
            assert_eq!(a_device().create(&class, &guess, &json!({})).await?.status, 429);
        }
        // Nobody else is held up; staff see whom it is about, and let the pupil try again.
        assert_eq!(step(&a_device().tell(&class, &class.identity(1)).await?.expect(200)?), "new_account");
        let id = class.pupil(&victim).await?.id;
        let attempts = product().table.join_attempts(class.campaign, 50).await?;
        assert!(attempts.iter().any(|attempt| attempt.outcome == JoinOutcome::Limited && attempt.learner == Some(id)));
        let staff = a_member(class.uai, Role::Member).await?;
        let unblock = format!("/schools/{}/learners/{id}/unblock", class.uai);
        staff.post(&unblock, &json!({})).await?.expect(200)?;
        assert_eq!(step(&a_device().tell(&class, &class.identity(0)).await?.expect(200)?), "new_account");

        // Thirty in a day, hour by hour; a personal code gets in all the same.
        for _ in 0..GUESSES_BY_PUPIL_A_DAY.count {
            product().table.count(&GUESSES_BY_PUPIL_A_DAY, &id.to_string(), clock::still()).await?;
        }
        let limited = a_device().tell(&class, &class.identity(0)).await?;
        assert!(
            limited.status == 429
                && limited.body["detail"].as_str().unwrap().contains(&from_time_on(&GUESSES_BY_PUPIL_A_DAY)),
            "{}",
            limited.body
        );
        let give = format!("/schools/{}/learners/{id}/personal-code", class.uai);
        let given = staff.post(&give, &json!({})).await?.expect(200)?;
        let by_code = json!({"personal_code": given["personal_code"]});
        assert_eq!(step(&a_device().tell(&class, &by_code).await?.expect(200)?), "new_account");
        staff.post(&unblock, &json!({})).await?.expect(200)?;
        assert_eq!(step(&a_device().tell(&class, &class.identity(0)).await?.expect(200)?), "new_account");
        Ok(())
    });
}

/// The try that began it, day after day, with a name misspelt anew each time, each from a place of its own, by two codes of the school:
/// ten are answered. Staff see who is held up, on the page of each campaign, and let the pupil try.
#[test]
fn a_birth_date_is_not_found_by_misspelling_the_name() {
    run_while_time_stands_still(async {
        let (victim, other) = (a_first_name("Ophelie"), a_first_name("Victor"));
        let class = a_class(&[(&victim, "DURAND", "20/02/2014"), (&other, "DURAND", "11/03/2014")]).await?;
        let (campaign, code) = a_campaign(class.uai).await?;
        let by_another_code = Class { campaign, code, sample: class.sample.clone(), ..class };
        let mut told = Vec::new();
        for (letter, day) in ('a'..='z').chain('a'..='y').zip(0_i64..) {
            let last_name = if day < 26 { format!("Dur{letter}nd") } else { format!("Dura{letter}d") };
            let born = jiff::civil::date(2014, 1, 1).saturating_add(jiff::Span::new().days(day));
            let guess = json!({"first_name": victim, "last_name": last_name, "birth_date": born});
            let class = if day % 2 == 0 { &class } else { &by_another_code };
            told.push(a_device().tell(class, &guess).await?.status);
        }
        assert_eq!(told.len(), 51);
        assert!(
            told[..10].iter().all(|status| *status == 422) && told[10..].iter().all(|status| *status == 429),
            "{told:?}"
        );
        // The class goes on.
        a_device().create(&class, &class.identity(1), &json!({})).await?.expect(201)?;

        let id = class.pupil(&victim).await?.id;
        let staff = a_member(class.uai, Role::Member).await?;
        for campaign in [class.campaign, campaign] {
            let page = staff.get(&format!("/schools/{}/campaigns/{campaign}", class.uai)).await?.expect(200)?;
            let held_up = page["held_up"].as_array().unwrap();
            assert_eq!(held_up.len(), 1, "{held_up:?}");
            let (_, ends) = GUESSES_BY_PUPIL.window_at(clock::still());
            assert_eq!(
                held_up[0],
                json!({
                    "id": id, "pupil": format!("DURAND {victim}"), "division": class.sample.pupils[0].division,
                    "since": clock::still(), "until": ends,
                })
            );
        }
        let unblock = format!("/schools/{}/learners/{id}/unblock", class.uai);
        staff.post(&unblock, &json!({"campaign": campaign})).await?.expect(200)?;
        let page = staff.get(&format!("/schools/{}/campaigns/{campaign}", class.uai)).await?.expect(200)?;
        assert_eq!(page["held_up"], json!([]));
        let log = product().table.audit_page(class.uai, None, 20).await?;
        assert!(log.entries.iter().any(|entry| entry.action == AuditAction::Unblocked), "{:?}", log.entries);
        assert_eq!(step(&a_device().tell(&class, &class.identity(0)).await?.expect(200)?), "new_account");
        Ok(())
    });
}

/// Whether there is such a pupil or not, the same tries get the same answers, byte for byte, and refused ones as many calls.
#[test]
fn a_refusal_does_not_tell_that_there_is_such_a_pupil() {
    run_while_time_stands_still(async {
        let somebody = a_first_name("Ophelie");
        let class = a_class(&[(&somebody, "DURAND", "20/02/2014")]).await?;
        // As many letters, none of them the same.
        let nobody = format!("Valerie{}", &somebody["Ophelie".len()..]);
        let spellings = ["Durand", "Durant", "Durond", "DURAND", "Durrand", "Duran"];
        let told = async |first_name: &str| {
            let mut told = Vec::new();
            for tried in 0..18 {
                let guess = json!({
                    "first_name": first_name, "last_name": spellings[tried % spellings.len()],
                    "birth_date": format!("{:02}/04/2014", tried + 1),
                });
                let mut answer = a_device().tell(&class, &guess).await?;
                if tried == 17 {
                    let right = json!({"first_name": first_name, "last_name": "Durand", "birth_date": "20/02/2014"});
                    answer = a_device().tell(&class, &right).await?;
                }
                told.push((answer.status, without_request(&answer.body)));
            }
            anyhow::Ok(told)
        };
        let (of_somebody, of_nobody) = (told(&somebody).await?, told(&nobody).await?);
        assert_eq!(of_somebody, of_nobody);
        assert_eq!(of_nobody.iter().filter(|(status, _)| *status == 422).count(), 10);
        assert_eq!(of_nobody.last().map(|(status, _)| *status), Some(429));
        Ok(())
    });
}

/// What was answered, but for the number of the request.
fn without_request(body: &Value) -> String {
    let mut body = body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("request_id");
        fields.remove("instance");
    }
    body.to_string()
}

/// Of many guesses at the same moment, with all spellings, the right one has no better place than a wrong one.
#[test]
fn the_right_one_of_many_at_once_comes_no_sooner() {
    run_while_time_stands_still(async {
        const ROUNDS: usize = 8;
        let mut found = 0;
        for _ in 0..ROUNDS {
            let victim = a_first_name("Capucine");
            let class = a_class(&[(&victim, "DURAND", "20/03/2014")]).await?;
            let guesses = ('a'..='z').chain('a'..='n').zip(0_u32..).map(|(letter, number)| {
                let last_name = if number < 26 { format!("Dur{letter}nd") } else { format!("Dura{letter}d") };
                let born = format!("{:02}/{:02}/2014", 1 + number % 28, 3 + number / 28);
                json!({"first_name": victim, "last_name": last_name, "birth_date": born})
            });
            let answers = join_all(guesses.map(|guess| {
                let class = &class;
                async move { a_device().tell(class, &guess).await }
            }));
            let answers: Vec<_> = answers.await.into_iter().collect::<anyhow::Result<_>>()?;
            let with = |status| answers.iter().filter(|answer| answer.status == status).count();
            assert!(with(422) <= 10 && with(200) + with(422) + with(429) == 40, "{answers:?}");
            found += with(200);
        }
        // One in four by chance; more than six of eight, once in ten thousand times.
        assert!(found < 7, "{found} of {ROUNDS}");
        Ok(())
    });
}

/// Many guesses at the same moment, each from a place of its own: no more of them are answered than one after the other.
#[test]
fn guesses_at_the_same_moment_all_count() {
    run_while_time_stands_still(async {
        let victim = a_first_name("Capucine");
        let class = a_class(&[(&victim, "SIMON", "10/03/2014")]).await?;
        let answers = join_all((1..=31).map(|day| {
            let guess = json!({"first_name": victim, "last_name": "Simon", "birth_date": format!("{day:02}/03/2014")});
            let class = &class;
            async move { a_device().tell(class, &guess).await }
        }))
        .await;
        let answers: Vec<_> = answers.into_iter().collect::<anyhow::Result<_>>()?;
        let with = |status| answers.iter().filter(|answer| answer.status == status).count();
        let most = usize::try_from(GUESSES_BY_PUPIL.count)?;
        // The right one takes nobody's place, and of those at one moment fewer may be answered than one after the other.
        assert!(with(422) <= most && with(200) <= 1 && with(422) + with(200) + with(429) == 31, "{answers:?}");
        assert!(with(422) > 0, "{answers:?}");
        Ok(())
    });
}

/// An account is told of to ten at the most, here or in another school, also at the same moment: the pupil stays counted.
#[test]
fn whoever_is_told_of_an_account_is_counted() {
    run_while_time_stands_still(async {
        let name = a_first_name("Prune");
        let college = a_class(&[(&name, "NOIR", "10/03/2014")]).await?;
        a_device().create(&college, &college.identity(0), &json!({})).await?.expect(201)?;
        let lycee = college.of_another_school().await?;
        for class in [&college, &lycee] {
            let identity = class.identity(0);
            let mut told = 0;
            for _ in 0..2 {
                let answers = join_all((0..15).map(|_| async { a_device().tell(class, &identity).await })).await;
                for answer in answers {
                    let answer = answer?;
                    match answer.status {
                        200 => assert_eq!(step(&answer.body), "has_account"),
                        status => assert_eq!((status, answer.body.to_string().contains("***")), (429, false)),
                    }
                    told += u32::from(answer.status == 200);
                }
            }
            // Those that stand in each other's way are refused; one after the other, the rest is told.
            while a_device().tell(class, &identity).await?.status == 200 {
                told += 1;
            }
            assert!((1..=FOUND_BY_PUPIL.count).contains(&told), "{told}");
        }
        Ok(())
    });
}

/// Wherever the function dies, nobody was told of an account whose attempt does not stay counted.
#[test]
fn a_crash_makes_no_guess_free() {
    run_while_time_stands_still(async {
        let name = a_first_name("Cerise");
        let college = a_class(&[(&name, "NOIR", "10/03/2014")]).await?;
        a_device().create(&college, &college.identity(0), &json!({})).await?.expect(201)?;
        let lycee = college.of_another_school().await?;
        let subject = lycee.pupil(&name).await?.id.to_string();
        let table = &product().table;
        let (mut died, mut ended) = (0, false);
        while !ended {
            let (url, stop) = campaigns_with(Faults::after(died), clock::still).await?;
            let tell = a_client().post(format!("{url}{}", lycee.path("/identity"))).json(&lycee.identity(0));
            let answer = tell.send().await?;
            ended = answer.status() == 200;
            let text = answer.text().await?;
            stop.abort();
            // One more than was counted: looking counts.
            let counted = table.count(&FOUND_BY_PUPIL, &subject, clock::still()).await? - 1;
            assert_eq!(ended, text.contains("has_account") && text.contains("***"), "after {died} writes: {text}");
            assert!(counted == 1 || (counted == 0 && !ended), "after {died} writes: {counted} counted, {text}");
            table.forget_counts(&FOUND_BY_PUPIL, std::slice::from_ref(&subject), clock::still()).await?;
            died += 1;
            assert!(died < 40, "it never ends: {text}");
        }
        assert!(died > 8, "{died} writes");
        Ok(())
    });
}

/// A join that comes to something is no guess, however often.
#[test]
fn who_is_found_uses_no_guess_up() {
    run_while_time_stands_still(async {
        let name = a_first_name("Rose");
        let class = a_class(&[(&name, "GRIS", "10/03/2014")]).await?;
        for _ in 0..2 * GUESSES_BY_PUPIL.count {
            assert_eq!(step(&a_device().tell(&class, &class.identity(0)).await?.expect(200)?), "new_account");
        }
        Ok(())
    });
}

/// Who goes through the names of a school finds nobody any more by a misspelt one.
#[test]
fn after_many_failures_names_must_be_spelt() {
    run_while_time_stands_still(async {
        let (victim, other) = (a_first_name("Ophelie"), a_first_name("Victor"));
        let class = a_class(&[(&victim, "DURAND", "10/03/2014"), (&other, "DURAND", "11/03/2014")]).await?;
        let room = a_client();
        let slip = json!({"first_name": victim, "last_name": "Durant", "birth_date": "10/03/2014"});
        assert_eq!(step(&Device::behind(&room).tell(&class, &slip).await?.expect(200)?), "ask");
        for _ in 0..=LENIENT_BY_CLIENT {
            Device::behind(&room).tell(&class, &nobody()).await?;
        }
        assert_eq!(Device::behind(&room).tell(&class, &slip).await?.status, 422);
        // Spelt right, and from elsewhere, all goes on.
        let right = Device::behind(&room).tell(&class, &class.identity(0)).await?;
        assert!(right.status == 200 || right.status == 429, "{}", right.body);
        assert_eq!(step(&a_device().tell(&class, &slip).await?.expect(200)?), "ask");
        Ok(())
    });
}
