//! Where people arrive: the front, the home of a space from its first day on, and the list of those who have several.

use std::collections::BTreeSet;

use encoding_rs::UTF_8;
use fantoccini::Locator;
use jiff::Timestamp;
use rentree_local::people::enrol;
use rentree_table::{ImportOptions, Role, School, User};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, COOKIE};
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, fill, find, go, picture, property, see,
};
use crate::support::campaigns::{a_campaign, join};
use crate::support::links::an_invitation;
use crate::support::people::{Person, a_client, a_member, a_stranger, a_team, an_unknown_user};
use crate::support::pupils::classes;
use crate::support::schools::{a_school_of, class, import};
use crate::support::{a_uai, carry_out, product, run, silent_import};

async fn home(person: &Person, uai: rentree_domain::Uai) -> anyhow::Result<Value> {
    person.get(&format!("/schools/{uai}")).await?.expect(200)
}

fn done(home: &Value) -> Vec<bool> {
    let steps = home["steps"].as_array().expect("steps");
    steps.iter().map(|step| step["is_done"].as_bool().expect("a yes or a no")).collect()
}

/// What is done is told, with when and by whom, and the next thing to do is one link away.
#[test]
fn a_space_begins_with_four_steps() {
    run(async {
        let (uai, head) = a_team().await?;
        let begun = home(&head, uai).await?;
        assert_eq!(done(&begun), [true, false, false, false]);
        assert_eq!((&begun["is_new"], &begun["lacks_administrator"]), (&json!(true), &json!(true)));
        let page = head.page(&format!("/schools/{uai}")).await?;
        assert!(page.contains("Bienvenue") && page.contains(&format!("href=\"/schools/{uai}/team\">Inviter l’équipe")));
        // What the link says is true for who has one space, too.
        assert!(page.contains("<a href=\"/spaces\">Mes espaces</a>"), "{page}");
        let until = "L’étape sera faite dès que l’un d’eux aura accepté l’invitation";
        assert!(page.contains(until), "an invitation alone does not make a team: {page}");

        // Where somebody is invited, what is left of the team is theirs to do, and what comes next is the file.
        let next =
            |page: &str, path: &str| page.contains(&format!("<a class=\"button\" href=\"/schools/{uai}{path}\""));
        assert!(next(&page, "/team") && !next(&page, "/imports"), "{page}");
        an_invitation(&head, uai, Timestamp::now()).await?;
        let begun = home(&head, uai).await?;
        assert_eq!((done(&begun), &begun["steps"][1]["awaited"]), (vec![true, false, false, false], &json!(1)));
        let page = head.page(&format!("/schools/{uai}")).await?;
        assert!(next(&page, "/imports") && !next(&page, "/team"), "{page}");
        assert!(
            page.contains("Une invitation attend sa réponse") && page.contains(">Voir les invitations</a>"),
            "{page}"
        );
        an_invitation(&head, uai, Timestamp::now()).await?;
        let page = head.page(&format!("/schools/{uai}")).await?;
        assert!(page.contains("2 invitations attendent leur réponse"), "{page}");

        let teacher = a_member(uai, Role::Member).await?;
        assert_eq!(done(&home(&head, uai).await?), [true, true, false, false]);
        let page = teacher.page(&format!("/schools/{uai}")).await?;
        assert!(!page.contains(until), "{page}");
        assert!(
            page.contains("Un administrateur de l’espace s’en charge"),
            "a member is not sent where they are refused"
        );
        // The menu says what stands behind: who imports, imports there; others see what was imported.
        assert!(page.contains(">Imports</a>") && !page.contains("Importer des élèves"), "{page}");
        let imports = teacher.page(&format!("/schools/{uai}/imports")).await?;
        assert!(imports.contains("<h1>Imports</h1>") && !imports.contains("vous permet"), "{imports}");
        assert!(head.page(&format!("/schools/{uai}")).await?.contains(">Importer des élèves</a>"));
        // The button asks for a form: where the file is chosen is said, and who is called a participant.
        let imports = head.page(&format!("/schools/{uai}/imports")).await?;
        assert!(imports.contains("Vous choisissez le fichier à la page suivante."), "{imports}");
        assert!(imports.contains("Les participants sont les élèves et apprentis de l’établissement."), "{imports}");

        let campaign = a_campaign(uai, &teacher, "Rentrée des 6e").await?;
        let seen = home(&head, uai).await?;
        assert_eq!(done(&seen), [true, true, false, true]);
        assert_eq!(seen["steps"][3]["by"], teacher.user.full_name());
        assert_eq!(seen["campaigns"][0]["id"], json!(campaign));

        // Who has no colleague has begun, too, once pupils and a campaign are there.
        let (alone, head, _) = a_school_of(&[("CM2", 2)], 7_305).await?;
        let page = async || head.page(&format!("/schools/{alone}")).await;
        assert!(page().await?.contains("Démarrer en quatre étapes"));
        a_campaign(alone, &head, "Classe unique").await?;
        let page = page().await?;
        assert!(!page.contains("Démarrer en quatre étapes") && page.contains("Désignez un second administrateur"));
        Ok(())
    });
}

/// Numbers of pupils and campaigns, as the lists behind them have them.
#[test]
fn home_tells_what_matters_today() {
    run(async {
        let (uai, head, mut sample) = a_school_of(&[("6A", 5), ("6B", 3)], 7_301).await?;
        let empty = home(&head, uai).await?;
        assert_eq!((&empty["enrolled"], &empty["without_account"]), (&json!(8), &json!(8)));
        assert!(empty["steps"][2]["by"].is_string() && empty["steps"][2]["is_done"] == true, "{empty}");
        for number in 0..6 {
            a_campaign(uai, &head, &format!("Campagne {number}")).await?;
        }
        let newest = a_campaign(uai, &head, "La plus récente").await?;
        let pupils = class(uai, "6A").await?;
        join(uai, newest, &pupils[..3]).await?;
        let seen = home(&head, uai).await?;
        assert_eq!((&seen["open_campaigns"], seen["campaigns"].as_array().map(Vec::len)), (&json!(7), Some(5)));
        let first = &seen["campaigns"][0];
        assert_eq!((&first["id"], &first["pupils"]), (&json!(newest), &json!(8)));
        assert_eq!((&first["joined"], &first["sent"]), (&json!(3), &json!(0)));
        let page = head.page(&format!("/schools/{uai}")).await?;
        assert!(page.contains("3 sur 8") && page.contains("Voir les 7 campagnes"), "{page}");
        // Codes are read aloud: they stand in two parts, as on the page of the campaign and on the board.
        let (letters, digits) = first["code"].as_str().expect("a code").split_at(6);
        let spaced = format!("{letters} {digits}");
        let list = head.page(&format!("/schools/{uai}/campaigns")).await?;
        assert!(page.contains(&spaced) && list.contains(&spaced), "{spaced}");
        // The list behind the number has as many.
        let without = head.get(&format!("/schools/{uai}/learners?account=none")).await?.expect(200)?;
        assert_eq!(without["found"], seen["without_account"]);

        // What waits for a word: an import, and an address that nobody confirmed.
        assert_eq!((&seen["waiting_import"], &seen["address_to_confirm"]), (&Value::Null, &Value::Null));
        "6B".clone_into(&mut sample.pupils[0].division);
        let preview = ImportOptions { preview: true, ..ImportOptions::default() };
        let import = silent_import(uai, sample.siecle(UTF_8).bytes, preview).await?;
        carry_out(uai, import).await?;
        assert_eq!(home(&head, uai).await?["waiting_import"], json!(import));
        let page = head.page(&format!("/schools/{uai}")).await?;
        let waits = "<strong>Un import attend votre décision.</strong> Rien n’a encore été changé.";
        let way = format!("<a class=\"button\" href=\"/schools/{uai}/imports/{import}\">Voir cet import</a>");
        assert!(page.contains(waits) && page.contains(&way), "{page}");
        let user = User { email_confirmed: false, ..an_unknown_user().await? };
        let id = enrol(&product().table, uai, Role::Member, &user, Timestamp::now()).await?;
        let newcomer = Person::new(id, user).await?;
        assert_eq!(home(&newcomer, uai).await?["address_to_confirm"], json!(newcomer.email()));
        let page = newcomer.page(&format!("/schools/{uai}")).await?;
        let told = format!("Suivez le lien du message envoyé à {}.", newcomer.email());
        assert!(page.contains("Votre adresse e-mail n’est pas confirmée.") && page.contains(&told), "{page}");
        assert!(page.contains("<a class=\"button second\" href=\"/account#change-address\">"), "{page}");

        head.post(&format!("/schools/{uai}/campaigns/{newest}/archive"), &json!({})).await?.expect(200)?;
        assert_ne!(home(&head, uai).await?["campaigns"][0]["id"], json!(newest));
        // Nothing of it for whom it is not.
        assert_eq!(a_member(a_uai(), Role::Member).await?.get(&format!("/schools/{uai}")).await?.status, 404);
        Ok(())
    });
}

/// Who has several spaces sees where something is to do.
#[test]
fn the_list_of_spaces_tells_their_state() {
    run(async {
        let (one, head, _) = a_school_of(&[("6A", 2)], 7_302).await?;
        let other = a_uai();
        // Opened two years ago, and never reviewed.
        let long_ago = Timestamp::now() - jiff::SignedDuration::from_hours(2 * 366 * 24);
        let school = School { activated_at: Some(long_ago), ..School::new("Lycée des Tilleuls") };
        product().table.create_school(other, &school).await?;
        let by = (Role::Administrator, &head.user);
        enrol(&product().table, other, by.0, by.1, Timestamp::now()).await?;
        let spaces = head.get("/spaces").await?.expect(200)?;
        let state = |uai: rentree_domain::Uai| {
            let rows = spaces["spaces"].as_array().cloned().unwrap_or_default();
            rows.into_iter().find(|row| row["uai"] == json!(uai)).expect("a space")
        };
        assert!(state(one)["last_import"]["by"].is_string());
        assert_eq!(state(one)["is_review_due"], false);
        assert_eq!((&state(other)["last_import"], &state(other)["is_review_due"]), (&Value::Null, &json!(true)));
        let page = head.page("/spaces").await?;
        assert!(page.contains("Équipe à vérifier") && page.contains("Aucun élève importé"), "{page}");
        Ok(())
    });
}

/// What comes over the line when a browser asks, which unpacks.
async fn on_the_line(path: &str, cookie: &str) -> anyhow::Result<Vec<u8>> {
    let get = a_client().get(format!("{}{path}", product().url)).header(ACCEPT, "text/html");
    let answer = get.header(ACCEPT_ENCODING, "gzip").header(COOKIE, cookie).send().await?;
    anyhow::ensure!(answer.status() == 200, "{path}: {}", answer.status());
    Ok(answer.bytes().await?.to_vec())
}

/// The pages that people see first come at once over a slow line: each is below 25 kB, with everything that it names.
#[test]
fn first_pages_are_small_on_the_line() {
    run(async {
        let (uai, head, _) = a_school_of(&[("6A", 2)], 7_307).await?;
        for number in 0..6 {
            a_campaign(uai, &head, &format!("Campagne {number}")).await?;
        }
        let space = format!("/schools/{uai}");
        for (path, cookie) in [("/", ""), ("/sign-in", ""), ("/campagnes", ""), (&*space, &*head.cookie)] {
            let page = on_the_line(path, cookie).await?;
            let html = str::from_utf8(&page)?;
            let named: BTreeSet<&str> = html.split('"').filter(|text| text.starts_with("/assets/")).collect();
            assert!(named.len() >= 3, "style, sign and script: {named:?}");
            let mut bytes = page.len();
            for asset in named {
                bytes += on_the_line(asset, "").await?.len();
            }
            assert!(bytes < 25_000, "{path}: {bytes} bytes");
        }
        Ok(())
    });
}

/// From the address that people know, everybody finds their door.
#[test]
fn the_front_leads_everybody() {
    run(async {
        assert_eq!(a_stranger().get("/").await?.status, 200);
        for (look, name) in [(DESKTOP, "desktop"), (PHONE, "phone"), (WITHOUT_SCRIPTS, "no-scripts")] {
            let browser = Browser::open(look).await?;
            let client = &browser.client;
            go(client, "/").await?;
            see(client, "h1", "La rentrée numérique").await?;
            picture(&browser, look, &format!("{name}-front")).await?;
            for (door, first, heading) in [
                ("pupil", "/campagnes", "Rejoindre une campagne"),
                ("staff", "/sign-in", "Connectez-vous"),
                ("head", "/demande-administration-sco", "Activez ou récupérez votre espace"),
            ] {
                go(client, "/").await?;
                click(client, &format!("section[aria-labelledby={door}] a[href='{first}']")).await?;
                see(client, "h1", heading).await?;
            }
            browser.close().await?;
        }
        Ok(())
    });
}

/// The header leaves the page its room: on a phone it is low, and at a desk the school, who is signed in and the way out stand in one row,
/// all of the navigation in another.
async fn the_header_is_small(browser: &Browser) -> anyhow::Result<()> {
    const HEIGHT: &str = "return document.querySelector('.top').offsetHeight";
    const ROWS: &str = "return ['.brand, .school, .visitor li', '.top nav li'].map((row) => {
        const boxes = [...document.querySelectorAll(row)].map((part) => part.getBoundingClientRect());
        return Math.max(...boxes.map((box) => box.top)) < Math.min(...boxes.map((box) => box.bottom));
    });";
    let client = &browser.client;
    let on_a_screen_of = async |width: u32| {
        let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500});
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
        anyhow::Ok(client.execute(HEIGHT, vec![]).await?.as_i64().expect("a number of pixels"))
    };
    let height = on_a_screen_of(360).await?;
    assert!((1..=96).contains(&height), "{height} pixels on a phone");
    let height = on_a_screen_of(1280).await?;
    assert_eq!(client.execute(ROWS, vec![]).await?, json!([true, true]), "each in a row");
    assert!((1..=120).contains(&height), "{height} pixels at a desk: a name takes two lines");
    browser.devtools("Emulation.clearDeviceMetricsOverride", &json!({})).await?;
    Ok(())
}

async fn at_home(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let (begun, head) = a_team().await?;
    let (uai, teacher, _) = a_school_of(&[("6A", 6), ("6B", 4)], seed).await?;
    let campaign =
        a_campaign(uai, &teacher, "Évaluation des compétences numériques de la rentrée des sixièmes").await?;
    join(uai, campaign, &class(uai, "6A").await?[..4]).await?;
    a_member(uai, Role::Administrator).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &head).await?;
    see(client, "[aria-current=step]", "Inviter l’équipe").await?;
    click(client, "[aria-current=step] a").await?;
    see(client, "h1", "Équipe").await?;
    an_invitation(&head, begun, Timestamp::now()).await?;
    if look.width < 500 {
        // What a narrow page keeps in its menu is there once that is opened.
        assert!(!find(client, Locator::Css("nav a")).await?.is_displayed().await?, "the menu is closed");
    }
    click(client, "nav a").await?;
    see(client, "[aria-current=step]", "Importer les élèves").await?;
    see(client, ".steps", "En attente").await?;
    picture(&browser, look, &format!("{name}-home-begun")).await?;
    assert!(client.current_url().await?.path().ends_with(begun.as_str()));
    client.delete_all_cookies().await?;

    enter(client, &teacher).await?;
    see(client, "main", "4 sur 10").await?;
    if look.javascript && !look.dark {
        the_header_is_small(&browser).await?;
    }
    picture(&browser, look, &format!("{name}-home")).await?;
    click(client, "section[aria-labelledby=pupils] a[href$='account=none']").await?;
    see(client, "h1", "Élèves").await?;
    see(client, "main", "ils le créent avec le code d’une campagne").await?;
    picture(&browser, look, &format!("{name}-home-without-account")).await?;
    browser.close().await
}

#[test]
fn home_at_a_desk() {
    run(at_home(DESKTOP, "desktop", 7_304));
}

#[test]
fn home_on_a_phone() {
    run(at_home(PHONE, "phone", 7_303));
}

/// The menu opens without a script, too.
#[test]
fn home_on_a_phone_without_scripts() {
    run(at_home(Look { width: PHONE.width, ..WITHOUT_SCRIPTS }, "phone-no-scripts", 7_308));
}

/// A list that was searched has an address: "back" from a pupil and reload show it again, as often as one likes, and no name stands there.
#[test]
fn a_list_that_was_searched_is_there_again() {
    run(async {
        let (uai, teacher, _) = a_school_of(&[("6A", 4), ("6B", 4)], 7_306).await?;
        let pupil = class(uai, "6B").await?.remove(0);
        let last_name = pupil.entry.last_name.clone();
        for look in [DESKTOP, WITHOUT_SCRIPTS] {
            let browser = Browser::open(look).await?;
            let client = &browser.client;
            enter(client, &teacher).await?;
            go(client, &format!("/schools/{uai}/learners")).await?;
            fill(client, "#q", &last_name).await?;
            click(client, "#division option[value='6B']").await?;
            click(client, ".filter button").await?;
            see(client, "[role=status]", "sur 8").await?;
            let address = client.current_url().await?;
            assert_eq!(address.query_pairs().find(|(name, _)| name == "division").unwrap().1, "6B");
            assert!(!address.as_str().to_lowercase().contains(&last_name.to_lowercase()), "{address}");
            click(client, &format!("a[href^='/schools/{uai}/learners/{}']", pupil.id)).await?;
            see(client, "h1", &last_name).await?;
            for _ in 0..2 {
                client.back().await?;
                see(client, "[role=status]", "sur 8").await?;
                client.refresh().await?;
                see(client, "tbody", &last_name).await?;
                assert_eq!(property(client, "#q", "value").await?.as_deref(), Some(&*last_name));
                client.forward().await?;
                see(client, "h1", &last_name).await?;
            }
            // In another session the name does not open.
            client.delete_all_cookies().await?;
            enter(client, &teacher).await?;
            client.goto(address.as_str()).await?;
            see(client, "[role=status]", "4 élèves sur 8").await?;
            browser.close().await?;
        }
        Ok(())
    });
}

/// The same of the other lists that are searched by a name: former pupils, and what an import did to whom.
#[test]
fn other_lists_that_were_searched_are_there_again() {
    const NAMES: [&str; 2] = ["ZAVATTAZ", "QUENEAUX"];
    run(async {
        let school = classes(12, |sample| {
            for (pupil, name) in sample.pupils.iter_mut().zip(NAMES) {
                name.clone_into(&mut pupil.last_name);
            }
        })
        .await?;
        let mut left = school.sample.clone();
        left.pupils.drain(..NAMES.len());
        import(school.uai, &left).await?;
        let former = school.path("/former");
        let told = school.administrator.get(&former).await?.expect(200)?;
        let id = told["learners"][0]["deactivated"]["import"].as_str().expect("the import of a former pupil");
        let import = format!("/schools/{}/imports/{id}", school.uai);
        let (to_pupil, to_import) = ("tbody th a".to_owned(), format!("main > p > a[href$='{import}']"));
        for look in [DESKTOP, WITHOUT_SCRIPTS] {
            let browser = Browser::open(look).await?;
            let client = &browser.client;
            enter(client, &school.administrator).await?;
            for (list, found, way_on, heading) in [
                (former.clone(), "1 ancien élève sur 2", &to_pupil, NAMES[0]),
                (format!("{import}/report"), "1 ligne", &to_import, "Importer des élèves"),
            ] {
                go(client, &list).await?;
                fill(client, "#q", NAMES[0]).await?;
                click(client, ".filter button").await?;
                see(client, "main > [role=status]", found).await?;
                let address = client.current_url().await?;
                assert!(address.path() == list && address.query().is_some(), "{address}");
                assert!(!address.as_str().to_uppercase().contains(NAMES[0]), "{address}");
                click(client, way_on).await?;
                see(client, "h1", heading).await?;
                for _ in 0..2 {
                    client.back().await?;
                    see(client, "main > [role=status]", found).await?;
                    client.refresh().await?;
                    see(client, "tbody", NAMES[0]).await?;
                    assert_eq!(property(client, "#q", "value").await?.as_deref(), Some(NAMES[0]));
                    client.forward().await?;
                    see(client, "h1", heading).await?;
                }
            }
            browser.close().await?;
        }
        Ok(())
    });
}
