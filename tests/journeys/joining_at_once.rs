//! Pupils join at the same moment, and what a join reads.

use jiff::Timestamp;
use rentree_domain::UserName;
use rentree_domain::attempts::PATIENCE;
use serde_json::{Value, json};

use crate::support::classes::{
    Device, PUPIL_PASSWORD, a_class, a_class_of, a_class_with, a_device, a_first_name, step,
};
use crate::support::faults::{Reads, campaigns_with};
use crate::support::people::a_client;
use crate::support::{join_all, product, run, run_while_time_stands_still};

#[test]
fn a_class_joins_at_the_same_second() {
    run(async {
        let class = a_class_of(35).await?;
        let room = a_client();
        let started = std::time::Instant::now();
        let answers = join_all((0..35).map(|index| {
            let (class, mut device) = (&class, Device::behind(&room));
            async move {
                device.get(&class.path("")).await?.expect(200)?;
                let told = device.tell(class, &class.identity(index)).await?.expect(200)?;
                assert_eq!(step(&told), "new_account", "{told}");
                let proposed = json!({"user_name": told["user_name"]});
                device.create(class, &class.identity(index), &proposed).await?.expect(201)
            }
        }))
        .await;
        println!("35 pupils joined within {} ms", started.elapsed().as_millis());
        let answers: Vec<Value> = answers.into_iter().collect::<anyhow::Result<_>>()?;
        let names: std::collections::BTreeSet<&str> =
            answers.iter().map(|answer| answer["user_name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), 35, "each has a user name of their own");
        let joined: std::collections::BTreeSet<_> = class.joined().await?.into_iter().collect();
        assert_eq!(joined.len(), 35);
        let roster = product().table.roster(class.uai).await?.unwrap();
        let users: std::collections::BTreeSet<_> =
            roster.learners.iter().map(|learner| learner.user.unwrap()).collect();
        assert_eq!(users.len(), 35, "nobody twice");
        assert!(product().table.join_attempts(class.campaign, 20).await?.is_empty());
        Ok(())
    });
}

/// Reads do not depend on the size of the school. `cargo bench --bench joins` does the same with ten thousand.
#[test]
fn a_join_reads_the_same_whatever_the_size_of_the_school() {
    run(async {
        let mut counted = Vec::new();
        for size in [100, 1_000] {
            // Nobody among a thousand has a name like this one.
            let index = size / 2;
            let class = a_class_with(size, |pupils| pupils[index].last_name = "QUATREMARQUE".to_owned()).await?;
            let identity = class.identity(index);
            let born = &class.sample.pupils[index].birth_date;
            let same_day = class.sample.pupils.iter().filter(|pupil| pupil.birth_date == *born).count();
            let reads = Reads::default();
            let (url, stop) = campaigns_with(reads.clone(), Timestamp::now).await?;
            let http = a_client();
            for (below, status) in [("/identity", 200), ("/account", 201)] {
                reads.take();
                let mut fields = identity.clone();
                fields["password"] = PUPIL_PASSWORD.into();
                let answer = http.post(format!("{url}{}", class.path(below))).json(&fields).send().await?;
                assert_eq!(answer.status().as_u16(), status, "{}", answer.text().await?);
                let mut seen = reads.take();
                // Side by side, they have no order.
                seen.operations.sort_unstable();
                println!(
                    "{size} pupils, {below}: {} requests, {} pupils read, {} names of those born that day",
                    seen.operations.len(),
                    seen.learners,
                    seen.names
                );
                assert!(seen.learners <= 3, "{seen:?}");
                assert!(seen.names <= same_day, "{seen:?}");
                counted.push((size, below, seen));
            }
            stop.abort();
        }
        for (_, below, small) in counted.iter().filter(|(size, ..)| *size == 100) {
            let large = counted.iter().find(|(size, other, _)| *size == 1_000 && other == below).unwrap();
            assert_eq!(large.2.operations, small.operations, "{below}");
            assert_eq!(large.2.learners, small.learners, "{below}");
        }
        Ok(())
    });
}

#[test]
fn two_devices_as_the_same_pupil_make_one_account() {
    run(async {
        let name = a_first_name("Hugo");
        let class = a_class(&[(&name, "BLANC", "10/03/2014")]).await?;
        let identity = class.identity(0);
        let answers = join_all((0..4).map(|number| {
            let (class, identity) = (&class, &identity);
            async move {
                let mut device = a_device();
                device.tell(class, identity).await?.expect(200)?;
                let own_password = json!({"password": format!("Velours{number}")});
                let answer = device.create(class, identity, &own_password).await?;
                anyhow::Ok((answer.status, answer.body, device))
            }
        }))
        .await;
        let answers: Vec<_> = answers.into_iter().collect::<anyhow::Result<_>>()?;
        let mut statuses: Vec<u16> = answers.iter().map(|(status, ..)| *status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409], "{answers:?}");
        for (_, body, mut device) in answers.into_iter().filter(|(status, ..)| *status == 409) {
            assert_eq!(body["code"], "has_account");
            let told = body["detail"].as_str().unwrap();
            assert!(told.contains("Identifiant h***.b***1003") && told.contains("Connectez-vous"), "{told}");
            assert!(device.cookie.is_empty());
            assert_eq!(device.get("/mes-campagnes").await?.status, 401);
        }
        assert_eq!(class.joined().await?.len(), 1);
        // The losers left no account behind: the name that they would have had is one's only.
        let user_name = UserName::parse(&format!("{}.blanc1003", name.to_lowercase()))?;
        let owner = product().table.user_of(&user_name.into()).await?.map(|(id, _)| id);
        assert_eq!(owner, class.pupil(&name).await?.user);
        Ok(())
    });
}

#[test]
fn two_pupils_take_the_same_user_name_at_once() {
    run(async {
        let name = a_first_name("Jade");
        let class = a_class(&[(&name, "NOIR", "10/03/2013"), (&name, "NOIR", "10/03/2014")]).await?;
        let proposed = format!("{}.noir1003", name.to_lowercase());
        let answers = join_all((0..2).map(|index| {
            let (class, identity, proposed) = (&class, class.identity(index), &proposed);
            async move {
                let mut device = a_device();
                let told = device.tell(class, &identity).await?.expect(200)?;
                anyhow::ensure!(told["user_name"] == **proposed, "{told}");
                let joined =
                    device.create(class, &identity, &json!({"user_name": told["user_name"]})).await?.expect(201)?;
                anyhow::Ok((joined, device))
            }
        }))
        .await;
        let mut names = Vec::new();
        for answer in answers {
            let (joined, _) = answer?;
            let user_name = joined["user_name"].as_str().unwrap().to_owned();
            a_device().sign_in(&user_name, PUPIL_PASSWORD).await?.expect(200)?;
            names.push(user_name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(
            names.contains(&proposed)
                && names.iter().all(|user_name| user_name.starts_with(&proposed[..proposed.len() - 4]))
        );
        // The next one is proposed another from the start; nobody can ask for somebody else's.
        let third = a_class(&[(&name, "NOIR", "10/03/2012")]).await?;
        let told = a_device().tell(&third, &third.identity(0)).await?.expect(200)?;
        assert!(!names.contains(&told["user_name"].as_str().unwrap().to_owned()));
        let mut device = a_device();
        let theirs = json!({"user_name": "camille.principal0101"});
        let joined = device.create(&third, &third.identity(0), &theirs).await?.expect(201)?;
        assert!(joined["user_name"].as_str().unwrap().starts_with(&proposed[..proposed.len() - 4]), "{joined}");
        Ok(())
    });
}

/// Whoever types the names of a pupil who joined a moment ago tries no more passwords by second clicks than by signing in.
#[test]
fn second_clicks_are_throttled_as_sign_ins_are() {
    run_while_time_stands_still(async {
        let name = a_first_name("Milo");
        let class = a_class(&[(&name, "DEUX", "10/03/2014")]).await?;
        let identity = class.identity(0);
        a_device().create(&class, &identity, &json!({})).await?.expect(201)?;
        let mut statuses = Vec::new();
        for tried in 0..PATIENCE + 2 {
            let other = json!({"password": format!("Cerises{tried}")});
            statuses.push(a_device().create(&class, &identity, &other).await?.status);
        }
        let (tried, refused) = statuses.split_at(usize::try_from(PATIENCE)?);
        assert!(
            tried.iter().all(|status| *status == 409) && refused.iter().all(|status| *status == 429),
            "{statuses:?}"
        );
        assert_eq!(a_device().create(&class, &identity, &json!({})).await?.status, 429, "the right one neither");
        Ok(())
    });
}

/// A child clicks twice: whichever answer the browser keeps, it is in.
#[test]
fn a_second_click_is_in() {
    run_while_time_stands_still(async {
        let name = a_first_name("Milo");
        let class = a_class(&[(&name, "DEUX", "10/03/2014")]).await?;
        let identity = class.identity(0);
        let answers = join_all((0..2).map(|_| {
            let (class, identity) = (&class, &identity);
            async move {
                let mut device = a_device();
                device.create(class, identity, &json!({})).await?.expect(201)?;
                anyhow::Ok(step(&device.get(&class.path("")).await?.expect(200)?).to_owned())
            }
        }))
        .await;
        for answer in answers {
            assert_eq!(answer?, "joined");
        }
        assert_eq!(class.joined().await?.len(), 1);
        // Not with another password.
        let other = a_device().create(&class, &identity, &json!({"password": "Cerises9"})).await?;
        assert_eq!((other.status, other.code()), (409, "has_account"));

        // Signed in, in another school.
        let lycee = class.of_another_school().await?;
        let mut device = a_device();
        device.create(&class, &identity, &json!({})).await?.expect(201)?;
        let answers = join_all((0..2).map(|_| {
            let (lycee, mut device, identity) = (&lycee, device.clone(), &identity);
            async move { device.tell(lycee, identity).await?.expect(200) }
        }))
        .await;
        for answer in answers {
            assert_eq!(step(&answer?), "joined");
        }
        assert_eq!(lycee.joined().await?.len(), 1);
        Ok(())
    });
}
