//! The list of pupils by their accounts; unblocking and untying.

use jiff::{SignedDuration, Timestamp};
use learners::Learners;
use rentree_table::{Role, Who};
use reqwest::header::{ACCEPT, COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESKTOP, attribute, click, enter, fill, go, see};
use crate::support::desk::Desk;
use crate::support::faults::{Operations, watched};
use crate::support::people::{a_client, a_failure, a_member, a_team};
use crate::support::pupils::{
    Classes, PUPIL_PASSWORD, Tied, a_class, by_email, by_mediacentre, by_user_name, classes, sign_in,
};
use crate::support::schools::{a_school_of, import, in_order_of};
use crate::support::{now, product, run};

/// Thirty failures, long ago.
async fn block(pupil: &Tied) -> anyhow::Result<()> {
    let began = Timestamp::now() - SignedDuration::from_hours(20);
    for n in 0..30 {
        a_failure(&pupil.login(), began + SignedDuration::from_mins(10 * n)).await?;
    }
    Ok(())
}

async fn found(class: &Classes, filter: &Value) -> anyhow::Result<(u64, Vec<Value>)> {
    let answer = class.administrator.post(&class.path(""), filter).await?.expect(200)?;
    Ok((answer["found"].as_u64().unwrap(), answer["learners"].as_array().unwrap().clone()))
}

/// 120 pupils of all methods: every filter, combined, and page by page; and what it reads.
#[test]
fn the_list_by_account() {
    run(async {
        let class = classes(120, |sample| {
            for (place, pupil) in sample.pupils.iter_mut().enumerate() {
                pupil.division = if place < 60 { "3EME A" } else { "3EME B" }.to_owned();
            }
            sample.pupils[0].last_name = "D'Aubépine-Quéré".to_owned();
        })
        .await?;
        // 10 without an account, 30 by Médiacentre, 40 by e-mail, 40 by user name; two blocked, one provisional.
        let mut tied = Vec::new();
        for place in 10..120 {
            let methods = match place {
                10..40 => by_mediacentre(),
                40..80 => by_email(),
                _ => by_user_name(),
            };
            tied.push(class.tie(place, methods).await?);
        }
        block(&tied[102]).await?;
        block(&tied[100]).await?;
        class.hand_out(&[tied[101].learner]).await?.expect(200)?;

        for (filter, count) in [
            (json!({}), 120),
            (json!({"account": "none"}), 10),
            (json!({"account": "mediacentre"}), 30),
            (json!({"account": "email"}), 40),
            (json!({"account": "user_name"}), 40),
            (json!({"account": "blocked"}), 2),
            (json!({"account": "email", "division": "3EME A"}), 20),
            (json!({"account": "email", "division": "3EME B"}), 20),
            (json!({"account": "none", "q": "aubepine"}), 1),
            (json!({"account": "mediacentre", "division": "3EME B"}), 0),
        ] {
            let mut seen = Vec::new();
            let (all, _) = found(&class, &filter).await?;
            assert_eq!(all, count, "{filter}");
            for page in 1..=count.div_ceil(50) {
                let mut filter = filter.clone();
                filter["page"] = page.into();
                seen.extend(found(&class, &filter).await?.1);
            }
            assert_eq!(seen.len() as u64, count, "{filter}");
            let method = filter["account"].as_str().unwrap_or_default();
            for row in seen {
                let methods = row["account"]["methods"].as_array().cloned().unwrap_or_default();
                assert!(
                    match method {
                        "" => true,
                        "none" => row["account"].is_null(),
                        "blocked" => !row["account"]["lock"].is_null() && row["account"]["lock"]["until"].is_null(),
                        method => methods.contains(&json!(method)),
                    },
                    "{filter}: {row}"
                );
            }
        }
        let (_, rows) = found(&class, &json!({"account": "user_name"})).await?;
        let provisional: Vec<&Value> =
            rows.iter().filter(|row| row["account"]["password_is_temporary"] == true).map(|row| &row["id"]).collect();
        assert_eq!(provisional, [&json!(tied[101].learner)]);
        assert_eq!(class.administrator.get(&class.path("?account=none")).await?.expect(200)?["found"], 10);
        assert_eq!(class.administrator.get(&class.path("?account=all")).await?.status, 400);

        // Without a filter by account: one request for the ties of the page, one for their accounts, one for their locks.
        let operations = Operations::default();
        let stack = &product().stack;
        let dynamodb = watched(&stack.aws_of("LearnersFunction")?, operations.clone());
        let function = Learners::new(&stack.function_settings("LearnersFunction")?, dynamodb, Timestamp::now)?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}{}", listener.local_addr()?, class.path(""));
        let server = tokio::spawn(async move { axum::serve(listener, function.router()).await });
        // One page a query: that of profiles and that of invitations, each time; and that of a snapshot, or of the index of ties.
        let pages = [
            ("", 3, 3),
            ("?page=3", 3, 2),
            ("?division=3EME%20A", 3, 2),
            ("?account=email", 3, 3),
            ("?account=none", 0, 3),
        ];
        for (query, batches, queries) in pages {
            let get = a_client().get(format!("{url}{query}")).header(COOKIE, &class.administrator.cookie);
            assert_eq!(get.header(ACCEPT, "application/json").send().await?.status(), StatusCode::OK);
            let sent = operations.take();
            assert_eq!(sent.iter().filter(|name| *name == "BatchGetItem").count(), batches, "{query}: {sent:?}");
            // Session, its last use, person, place in the team; the school; how many administrators it has. What is
            // listed of its pupils is in memory from the second page on.
            assert_eq!(sent.iter().filter(|name| *name == "GetItem").count(), 6, "{query}: {sent:?}");
            assert_eq!(sent.iter().filter(|name| *name == "Query").count(), queries, "{query}: {sent:?}");
        }
        server.abort();
        Ok(())
    });
}

/// Passwords are those of accounts: where nobody has one, nothing is to be ticked or handed out, and the page leads to the codes by which
/// accounts are made. The table stays whole.
#[test]
fn who_has_no_account_is_offered_no_password() {
    run(async {
        let class = a_class(2).await?;
        let offers = [
            r#"id="choose""#,
            r#"form="choose""#,
            r#"class="tick""#,
            r#"data-tick="[name=learners]""#,
            "Sélection</span>",
            "/learners/passwords",
            r##"<a href="#hand-out">distribuez-les</a>"##,
            "Distribuer",
            "Seuls les élèves qui ont déjà un compte en reçoivent un",
        ];
        // Of two pupils, none has an account; then one begins one.
        for (query, begun, columns, rows, offered) in [
            ("?division=3EME%20A", 0, 5, 2, false),
            ("", 0, 5, 2, false),
            ("?division=3EME%20A&account=none", 0, 5, 2, false),
            ("?division=3EME%20A", 1, 6, 2, true),
            ("?division=3EME%20A&account=none", 0, 5, 1, false),
        ] {
            for place in 0..begun {
                class.tie(place, by_user_name()).await?;
            }
            let page = class.administrator.page(&class.path(query)).await?;
            for offer in offers {
                assert_eq!(page.contains(offer), offered, "{query}, {offer}: {page}");
            }
            let count = |role: &str| page.matches(&format!("role=\"{role}\"")).count();
            assert_eq!((count("columnheader"), count("rowheader")), (columns, rows), "{query}: {page}");
            assert_eq!(count("cell"), rows * (columns - 1), "{query}, cells stand below their headings: {page}");
            let codes = format!("<a href=\"/schools/{}/campaigns\">Voir les codes des campagnes</a>", class.uai);
            assert_eq!(page.contains(&codes), !offered, "{query}: {page}");
            assert!(page.contains("Télécharger la liste"), "{query}: {page}");
        }
        Ok(())
    });
}

/// A name that is searched in vain may be misspelt, of somebody who left, or of somebody who has just arrived: members are told who imports.
#[test]
fn who_searches_a_pupil_in_vain_is_told_why_and_what_to_do() {
    run(async {
        let class = a_class(2).await?;
        let member = a_member(class.uai, Role::Member).await?;
        let below = |rest: &str| format!("<a href=\"/schools/{}/{rest}\">", class.uai);
        for (person, way) in [
            (&class.administrator, format!("{}Importer un fichier à jour</a>", below("imports"))),
            (&member, format!("{}Voir qui administre l’espace</a>", below("team"))),
        ] {
            let desk = Desk::of(person);
            for (searched, is_filtered) in
                [(json!({"q": "Zyxwv"}), false), (json!({"q": "Zyxwv", "division": "3EME A"}), true)]
            {
                let led = desk.send(Method::POST, &class.path(""), Some(searched)).await?;
                let page = desk.get(&led.location).await?.text;
                assert!(page.contains("Vérifiez l’orthographe") && page.contains("prochain fichier importé"), "{page}");
                assert!(page.contains(&way), "{page}");
                assert_eq!(page.contains("sans les autres filtres"), is_filtered, "{page}");
                assert!(!page.contains("regardez parmi"), "nobody has left: {page}");
            }
            // Where no name was searched, nothing is misspelt.
            let page = desk.get(&class.path("?account=blocked")).await?.text;
            assert!(page.contains("Aucun élève ne correspond") && !page.contains("Vérifiez l’orthographe"), "{page}");
            // A phone, which folds the filter away, says what it is set to.
            assert!(
                page.contains("<summary>Filtrer&nbsp;: toutes les classes, connexion\u{A0}: Bloqué</summary>"),
                "{page}"
            );
        }
        Ok(())
    });
}

#[test]
fn a_pupils_page_says_how_they_sign_in() {
    run(async {
        let class = a_class(12).await?;
        let methods = rentree_table::Methods { email: by_email().email, ..by_user_name() };
        let pupil = class.tie(4, methods.clone()).await?;
        let page = class.administrator.get(&class.path(&format!("/{}", pupil.learner))).await?.expect(200)?;
        let email = methods.email.unwrap();
        let shown = json!([
            {"method": "user_name", "used_at": null, "shown": methods.user_name.unwrap()},
            {"method": "email", "used_at": null, "shown": email.masked()},
        ]);
        assert_eq!(page["account"]["methods"], shown);
        assert!(!page.to_string().contains(email.as_str()));
        assert_eq!(page["account"]["lock"], Value::Null);
        assert!(page["account"]["tied_at"].is_string());
        let actions = json!({"hand_out": true, "give_user_name": false, "unblock": false, "allow_tries": false, "give_personal_code": false, "show_sign_in_code": false, "untie": true, "remove_mediacentre": false});
        assert_eq!(page["actions"], actions);

        let none = class.administrator.get(&class.path(&format!("/{}", class.learners[5].id))).await?.expect(200)?;
        let nothing = json!({"hand_out": false, "give_user_name": false, "unblock": false, "allow_tries": true, "give_personal_code": true, "show_sign_in_code": false, "untie": false, "remove_mediacentre": false});
        assert_eq!((&none["account"], &none["actions"]), (&Value::Null, &nothing));

        // Of another school, and nobody at all.
        let (other, stranger) = a_team().await?;
        assert_eq!(stranger.get(&class.path(&format!("/{}", pupil.learner))).await?.status, 404);
        assert_eq!(stranger.get(&format!("/schools/{other}/learners/{}", pupil.learner)).await?.status, 404);
        assert_eq!(class.administrator.get(&class.path("/karine")).await?.status, 404);
        Ok(())
    });
}

/// From the list to a pupil and back the filters stay, also after something was done there; a name stands in no address but sealed.
#[test]
fn a_pupils_page_leads_back_to_the_list_as_it_was_filtered() {
    run(async {
        let class = a_class(12).await?;
        let pupil = class.tie(0, by_email()).await?;
        let desk = Desk::of(&class.administrator);
        let query = "?division=3EME+A&order=division&size=20";
        let of_pupil = |rest: &str| class.path(&format!("/{}{rest}", pupil.learner));
        let attribute = |name: &str, address: &str| format!(" {name}=\"{}\"", address.replace('&', "&#38;"));
        let back = format!("{}>Revenir aux élèves", attribute("href", &class.path(query)));
        let page_of_pupil = attribute("href", &of_pupil(query));

        let list = desk.get(&class.path(query)).await?.text;
        assert!(list.contains(&page_of_pupil), "{list}");
        let page = desk.get(&of_pupil(query)).await?.text;
        assert!(page.contains(&back), "{page}");
        let unfiltered = desk.get(&of_pupil("")).await?.text;
        assert!(
            unfiltered.contains(&format!("{}>Tous les élèves", attribute("href", &class.path("")))),
            "{unfiltered}"
        );

        // From a campaign, back to it, also after something was done.
        let campaign = format!("/schools/{}/campaigns/{}", class.uai, class.campaign);
        let from = format!("?campaign={}", class.campaign);
        let to_campaign = format!("{}>Revenir à la campagne", attribute("href", &campaign));
        let missing = desk.get(&format!("{campaign}/missing")).await?.text;
        assert!(missing.contains(&from), "{missing}");
        let led = desk.get(&of_pupil(&from)).await?.text;
        assert!(led.contains(&to_campaign), "{led}");
        let asked = desk.get(&of_pupil(&format!("/untie{from}"))).await?.text;
        assert!(asked.contains(&attribute("href", &of_pupil(&from))), "{asked}");

        // What is done at once, and what asks first.
        let action = attribute("action", &of_pupil(&format!("/user-name{query}")));
        assert!(page.contains(&action), "{page}");
        let named = desk.send(Method::POST, &of_pupil(&format!("/user-name{query}")), Some(json!({}))).await?;
        assert_eq!(named.location, of_pupil(&format!("?done=user-name&{}", &query[1..])), "{}", named.text);
        let told = desk.get(&named.location).await?.text;
        assert!(told.contains("maintenant un identifiant") && told.contains(&back), "{told}");

        // A password has a page of its own, which leads back to the pupil's.
        let passwords = class.path(&format!("/passwords{query}&pupil={}", pupil.learner));
        assert!(told.contains(&attribute("action", &passwords)), "{told}");
        let asked = desk.send(Method::POST, &passwords, Some(json!({"learners": [pupil.learner]}))).await?;
        let question = desk.get(&asked.location).await?.text;
        assert!(question.contains(&format!("{page_of_pupil}>Ne rien changer")), "{question}");
        desk.confirm(&asked.location).await?;
        for told in ["1 mot de passe, affiché", "n’est plus affiché"] {
            let page = desk.get(&asked.location).await?.text;
            let leads_back = page.contains(&format!("{page_of_pupil}>Revenir à la fiche"));
            assert!(page.contains(told) && leads_back, "{told}: {page}");
        }
        // So it does where a user name comes with it, and from a campaign.
        let other = class.tie(1, by_mediacentre()).await?.learner;
        for query in [query, from.as_str()] {
            let page = desk.get(&class.path(&format!("/{other}{query}"))).await?.text;
            let give = class.path(&format!("/{other}/user-name{query}"));
            assert!(page.contains(&attribute("action", &give)), "{page}");
            let asked = desk.send(Method::POST, &give, Some(json!({}))).await?;
            let question = desk.get(&asked.location).await?.text;
            let page_of_other = attribute("href", &class.path(&format!("/{other}{query}")));
            assert!(question.contains(&format!("{page_of_other}>Ne rien changer")), "{question}");
        }
        let refused = desk.send(Method::POST, &of_pupil(&format!("/personal-code{query}")), Some(json!({}))).await?;
        assert!(refused.status == 409 && refused.text.contains(&page_of_pupil), "{}", refused.text);
        let untie = of_pupil(&format!("/untie{query}"));
        let asked = desk.get(&untie).await?.text;
        assert!(asked.contains(&page_of_pupil) && asked.contains(&attribute("action", &untie)), "{asked}");
        let untied = desk.send(Method::POST, &untie, Some(json!({}))).await?;
        assert_eq!(untied.location, of_pupil(&format!("?done=untied&{}", &query[1..])), "{}", untied.text);
        // Without an account, a personal code is shown in place.
        let code = desk.send(Method::POST, &of_pupil(&format!("/personal-code{query}")), Some(json!({}))).await?;
        assert!(code.status == 200 && code.text.contains(&page_of_pupil), "{}", code.text);

        // Found by name.
        let name = &class.learners[0].entry.last_name;
        let found = desk.send(Method::POST, &class.path(""), Some(json!({"q": name}))).await?;
        let list = desk.get(&found.location).await?.text;
        let link = format!("href=\"{}", of_pupil("?sought="));
        let sealed = list.split(&link).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        assert!(!sealed.is_empty() && !sealed.contains(name.as_str()), "{list}");
        let page = desk.get(&of_pupil(&format!("?sought={sealed}"))).await?.text;
        assert!(page.contains(&attribute("href", &class.path(&format!("?sought={sealed}")))), "{page}");
        let again = desk.get(&class.path(&format!("?sought={sealed}"))).await?.text;
        assert!(!again.contains(r#"type="search" value="""#), "the search stands there again: {again}");
        Ok(())
    });
}

#[test]
fn who_failed_too_often_is_unblocked_by_staff() {
    run(async {
        let class = a_class(12).await?;
        let pupil = class.tie(4, by_user_name()).await?;
        let name = pupil.user.methods.user_name.clone().unwrap();
        let unblock = class.path(&format!("/{}/unblock", pupil.learner));
        assert_eq!(class.administrator.post(&unblock, &json!({})).await?.status, 409, "nothing to unblock");
        block(&pupil).await?;
        assert_eq!(sign_in(name.as_str(), PUPIL_PASSWORD).await?.status, 429);
        let page = class.administrator.get(&class.path(&format!("/{}", pupil.learner))).await?.expect(200)?;
        assert_eq!((&page["account"]["lock"], &page["actions"]["unblock"]), (&json!({"until": null}), &json!(true)));

        class.administrator.post(&unblock, &json!({})).await?.expect(200)?;
        sign_in(name.as_str(), PUPIL_PASSWORD).await?.expect(200)?;
        assert_eq!(class.administrator.post(&unblock, &json!({})).await?.status, 409);
        let told = ("unblocked".to_owned(), json!("un élève de la classe 3EME A"), json!(pupil.learner));
        assert_eq!(class.log().await?[0], told);

        // A new password unblocks, too.
        block(&pupil).await?;
        let slip = class.hand_out(&[pupil.learner]).await?.expect(200)?["handed_out"][0].clone();
        sign_in(name.as_str(), slip["temporary_password"].as_str().unwrap()).await?.expect(200)?;
        Ok(())
    });
}

/// Whoever waits and their teacher are told the same minute.
#[test]
fn staff_are_told_the_minute_that_who_failed_too_often_is_told() {
    run(async {
        let class = a_class(2).await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let name = pupil.user.methods.user_name.clone().unwrap();
        for _ in 0..10 {
            a_failure(&pupil.login(), Timestamp::now()).await?;
        }
        let held = sign_in(name.as_str(), PUPIL_PASSWORD).await?;
        assert_eq!(held.status, 429);
        let told = held.body["detail"].as_str().unwrap();
        let minute = told.split("à partir de ").nth(1).and_then(|rest| rest.split(" (heure").next()).unwrap();
        for rest in ["", &format!("/{}", pupil.learner)] {
            let page = class.administrator.page(&class.path(rest)).await?;
            assert!(page.contains("Bloqué jusqu’au") && page.contains(&format!(" à {minute}</span>")), "{told} {page}");
        }
        Ok(())
    });
}

/// Staff unblock pupils, not each other.
#[test]
fn staff_tied_as_a_pupil_are_left_alone() {
    run(async {
        let class = a_class(12).await?;
        let (_, boss) = a_team().await?;
        class.tie_to(4, Who::Known { id: boss.id, epoch: boss.user.epoch }).await?;
        for n in 0..30 {
            let at = Timestamp::now() - SignedDuration::from_hours(20) + SignedDuration::from_mins(10 * n);
            a_failure(&boss.email().clone().into(), at).await?;
        }
        let learner = class.learners[4].id;
        for what in ["unblock", "user-name", "mediacentre"] {
            let refused = class.administrator.post(&class.path(&format!("/{learner}/{what}")), &json!({})).await?;
            assert_eq!((refused.status, refused.code()), (409, "too_late"), "{what}");
        }
        assert_eq!(product().table.user(boss.id).await?.unwrap(), boss.user);
        let page = class.administrator.get(&class.path(&format!("/{learner}"))).await?.expect(200)?;
        let untie_alone = json!({"hand_out": false, "give_user_name": false, "unblock": false, "allow_tries": false, "give_personal_code": false, "show_sign_in_code": false, "untie": true, "remove_mediacentre": false});
        assert_eq!((&page["actions"], &page["account"]["is_of_pupil_alone"]), (&untie_alone, &json!(false)));
        Ok(())
    });
}

#[test]
fn a_pupil_is_untied_and_free_again() {
    run(async {
        let (class, other) = (a_class(12).await?, a_class(11).await?);
        let pupil = class.tie(4, by_user_name()).await?;
        other.tie_to(5, Who::Known { id: pupil.id, epoch: 0 }).await?;
        let untie = class.path(&format!("/{}/untie", pupil.learner));

        let nothing = json!({});
        let post = || class.administrator.post(&untie, &nothing);
        let (one, two) = tokio::join!(post(), post());
        let mut statuses = [one?.status, two?.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "of two, one unties");
        assert_eq!(class.administrator.post(&untie, &json!({})).await?.status, 409, "twice is told");
        let told: Vec<_> = class.log().await?.into_iter().filter(|(what, ..)| what == "untied").collect();
        assert_eq!(told, [("untied".to_owned(), json!("un élève de la classe 3EME A"), json!(pupil.learner))]);

        assert_eq!(pupil.now().await?, pupil.user, "the account stays");
        assert_eq!(product().table.tie_of(pupil.id, class.uai).await?, None);
        assert_eq!(product().table.tie_of(pupil.id, other.uai).await?.unwrap().learner, other.learners[5].id);
        assert_eq!(product().table.learner(class.uai, pupil.learner).await?.unwrap().user, None);
        // Free for another account.
        class.tie(4, by_mediacentre()).await?;
        Ok(())
    });
}

#[test]
fn who_left_can_only_be_untied() {
    run(async {
        let class = a_class(12).await?;
        let pupil = class.tie(9, by_mediacentre()).await?;
        let mut sample = class.sample.clone();
        sample.pupils.remove(9);
        import(class.uai, &sample).await?;
        let path = |what: &str| class.path(&format!("/{}{what}", pupil.learner));
        let page = class.administrator.get(&path("")).await?.expect(200)?;
        let untie_alone = json!({"hand_out": false, "give_user_name": false, "unblock": false, "allow_tries": false, "give_personal_code": false, "show_sign_in_code": false, "untie": true, "remove_mediacentre": false});
        assert_eq!((&page["is_enrolled"], &page["actions"]), (&json!(false), &untie_alone));
        // Whatever list led there: in it, nobody who left stands any more.
        for query in ["", "?division=3EME+A"] {
            let page = class.administrator.page(&path(query)).await?;
            let back = format!("href=\"{}\">Anciens élèves</a>", class.path("/former"));
            assert!(page.contains(&back) && !page.contains(">Tous les élèves"), "{page}");
        }
        for what in ["/user-name", "/unblock", "/mediacentre"] {
            assert_eq!(class.administrator.post(&path(what), &json!({})).await?.status, 409, "{what}");
        }
        assert_eq!(pupil.now().await?, pupil.user);
        class.administrator.post(&path("/untie"), &json!({})).await?.expect(200)?;
        Ok(())
    });
}

/// By class, as many to a page as one likes, and all of them in a file; a name that was typed goes along sealed.
#[test]
fn the_list_in_another_order_and_as_a_file() {
    run(async {
        let (uai, teacher, sample) = a_school_of(&[("6B", 12), ("6A", 13)], 7_431).await?;
        let list = async |query: &str| {
            let seen = teacher.get(&format!("/schools/{uai}/learners{query}")).await?.expect(200)?;
            let rows = seen["learners"].as_array().unwrap().iter();
            let shown: Vec<(String, String)> = rows
                .map(|row| {
                    (row["division"].as_str().unwrap().to_owned(), row["last_name"].as_str().unwrap().to_owned())
                })
                .collect();
            anyhow::Ok((shown, seen["pages"].clone()))
        };
        let (by_name, pages) = list("").await?;
        assert!(!by_name.is_sorted() && pages == 1, "classes are mixed: {by_name:?}");
        let (by_class, pages) = list("?order=division&size=20").await?;
        assert_eq!((by_class.len(), pages), (20, json!(2)));
        assert!(by_class.is_sorted_by_key(|(class, _)| class.clone()), "{by_class:?}");
        assert_eq!(by_class[..13], by_name.iter().filter(|(class, _)| class == "6A").cloned().collect::<Vec<_>>());
        assert_eq!(list("?size=7").await?.0.len(), 25, "no such size");

        let sheet = async |query: &str| {
            let text = teacher.get(&format!("/schools/{uai}/learners.csv{query}")).await?.expect(200)?;
            anyhow::Ok(text.as_str().expect("a text").lines().map(ToOwned::to_owned).collect::<Vec<_>>())
        };
        let all = sheet("?order=division").await?;
        assert_eq!(all.len(), 26);
        assert!(all[0].ends_with("Certifiable") && all[1].contains("6A") && all[25].contains("6B"), "{all:?}");
        assert!(all[1].contains("Pas encore de compte"), "{}", all[1]);
        assert_eq!(sheet("?division=6B").await?.len(), 13);
        assert_eq!(sheet("?account=email").await?.len(), 1);
        let other = teacher.get(&format!("/schools/{uai}/learners.csv?sought=AAAA")).await?;
        assert_eq!(other.status, 400, "a name of another session asks for nobody, and not for everybody");

        // Who has an account can be ticked.
        let learners = in_order_of(uai, &sample).await?;
        let (campaign, _) = rentree_local::pupils::a_campaign(&product().table, uai, now()).await?;
        let school = Classes { uai, administrator: teacher, sample, learners, campaign };
        school.tie(0, by_user_name()).await?;
        let name = &school.sample.pupils[0].last_name;

        // From the page of a search, the file has those who were sought.
        let browser = Browser::open(DESKTOP).await?;
        let client = &browser.client;
        enter(client, &school.administrator).await?;
        go(client, &format!("/schools/{uai}/learners")).await?;
        fill(client, "#q", name).await?;
        click(client, ".filter button").await?;
        see(client, "[role=status]", "sur 25").await?;
        let link = attribute(client, "a[download]", "href").await?.expect("an address");
        let of_browser = format!("return fetch('{link}').then((answer) => answer.text())");
        let text = client.execute(&of_browser, vec![]).await?;
        let found = text.as_str().expect("a text").lines().count() - 1;
        assert!((1..25).contains(&found) && !link.contains(name), "{found}: {link}");

        // All of a page with one click, where scripts run.
        click(client, "[data-tick]").await?;
        let ticked = "return document.querySelectorAll('input[name=learners]:checked').length";
        assert_eq!(client.execute(ticked, vec![]).await?, json!(found));
        browser.close().await
    });
}
