//! The results of certifications in a real browser: all of last year's after this year's import, one class, downloads, a member who may
//! not download. With JavaScript and without, on a desktop and on a phone.

use fantoccini::Locator;
use jiff::ToSpan as _;
use rentree_domain::{SchoolYear, paris};
use rentree_table::Role;
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, go, picture, see};
use crate::support::certifications::{Certified, a_number, ago, load, state, statement, worker_with};
use crate::support::faults::Faults;
use crate::support::people::{a_member, a_team};
use crate::support::run;
use crate::support::schools::{a_school_with, class, divide, import};

const CLASSES: [&str; 4] = ["3A", "3B", "3C", "3 PREPA MET"];

/// A school that had four classes of twelve last year, certified then, and has imported this year's list since; one pupil in twelve left.
async fn a_school_in_its_next_year(seed: u64) -> anyhow::Result<(Certified, SchoolYear)> {
    let last_year = SchoolYear::starting_in(crate::support::certifications::this_year().first() - 1).expect("a year");
    let (uai, administrator, mut sample) = a_school_with(48, seed, |sample| {
        sample.school_year = last_year;
        divide(sample, &CLASSES.map(|division| (division, 12)));
    })
    .await?;
    let day = paris::date(jiff::Timestamp::now()) - 1.year();
    for (at, division) in CLASSES.into_iter().enumerate() {
        for (place, pupil) in class(uai, division).await?.into_iter().enumerate() {
            let ends = ["validated", "validated", "rejected", "validated", "started", "validated", "cancelled"];
            let mut stated = statement(a_number(), uai, pupil.id, ends[(place + at * place) % ends.len()], ago(90));
            (stated["taken_on"], stated["score"]) = (json!(day), json!(300 + 20 * place));
            if place == 2 {
                stated["comment"] =
                    json!("Le jury regrette l’interruption de l’épreuve : panne du réseau de l’établissement.");
            }
            anyhow::ensure!(state(&stated).await?.0 == 200);
            if place == 3 {
                stated["status"] = json!("rejected");
                stated["at"] = json!(ago(95));
                anyhow::ensure!(state(&stated).await?.0 == 200);
            }
        }
    }
    let mut nobody = statement(a_number(), uai, class(uai, "3A").await?[0].id, "validated", ago(80));
    (nobody["taken_on"], nobody["learner"]) = (json!(day), Value::Null);
    (nobody["ine"], nobody["birth_date"]) = (json!("1234567890V"), json!("2012-03-10"));
    (nobody["last_name"], nobody["first_name"]) = (json!("D’HÉROUVILLE-SAINT-CLAIR"), json!("Lætitia"));
    anyhow::ensure!(state(&nobody).await?.0 == 200);

    let pupils = class(uai, "3A").await?;
    sample.school_year = crate::support::certifications::this_year();
    sample.pupils.retain(|pupil| pupils[..4].iter().all(|left| left.entry.ine.to_string() != pupil.ine));
    sample.pupils.iter_mut().for_each(|pupil| pupil.division = "2NDE 1".to_owned());
    import(uai, &sample).await?;
    Ok((Certified { uai, administrator, sample, pupils }, last_year))
}

async fn results_in_a_browser(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let (school, last_year) = a_school_in_its_next_year(seed).await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| {
        picture(&browser, look, &format!("{name}-certifications-{page}")).await?;
        // A picture shows a screen; the page is longer.
        for part in ["h1", ".downloads", ".legend", "table.cards"] {
            if look.javascript && client.find(Locator::Css(part)).await.is_ok() {
                client.execute(&format!("document.querySelector('{part}').scrollIntoView()"), vec![]).await?;
                let part = part.trim_matches(|sign: char| !sign.is_alphanumeric());
                browser.screenshot(&format!("{name}-certifications-{page}-{}", part.replace('.', "-"))).await?;
            }
        }
        anyhow::Ok(())
    };
    enter(client, &school.administrator).await?;
    click(client, "nav a[href$='/certifications']").await?;
    see(client, "[role=status]", "Aucune certification en").await?;
    shot("01-none").await?;

    // All of last year's, after this year's import.
    click(client, &format!("#filter-year option[value='{}']", last_year.first())).await?;
    click(client, "form.filter button").await?;
    // Four of them have left since: whoever asks for last year asks for them, too.
    see(client, "[role=status]", "48 certifications").await?;
    see(client, "main", "Plus dans la liste").await?;
    anyhow::ensure!(client.find_all(Locator::Css("#filter-former")).await?.is_empty(), "nobody can be left out");
    see(client, "main", "conservés ici jusqu’au").await?;
    see(client, "main", "D’HÉROUVILLE-SAINT-CLAIR").await?;
    // The table that repeats the chart is folded away.
    anyhow::ensure!(
        client.find_all(Locator::Css("main > details:not(.fold)[open]")).await?.is_empty(),
        "the same numbers twice"
    );
    click(client, "main > details:not(.fold) summary").await?;
    see(client, "table.numbers", "3 PREPA MET").await?;
    shot("02-last-year").await?;

    // One class.
    click(client, "input[value='3 PREPA MET']").await?;
    click(client, "form.filter button").await?;
    see(client, "[role=status]", "12 certifications").await?;
    see(client, "main", "auparavant").await?;
    shot("03-one-class").await?;
    if look.width > PHONE.width {
        click(client, "button[formaction$='results.csv']").await?;
        let today = paris::date(jiff::Timestamp::now());
        let file = browser.download(&format!("certifications-{}-{last_year}-{today}.csv", school.uai)).await?;
        assert!(file.starts_with("\u{FEFF}Année scolaire;Classe;Nom;".as_bytes()), "not as Excel opens it");
        let lines = String::from_utf8(file)?.lines().map(ToOwned::to_owned).collect::<Vec<_>>();
        assert_eq!(lines.len(), 1 + 12, "{lines:?}");
        assert!(lines[1..].iter().all(|line| line.contains(";3 PREPA MET;")), "{lines:?}");
    }
    browser.close().await?;

    // Who may not download is told who may.
    let browser = Browser::open(look).await?;
    let member = a_member(school.uai, Role::Member).await?;
    enter(&browser.client, &member).await?;
    go(&browser.client, &format!("/schools/{}/certifications?year={}", school.uai, last_year.first())).await?;
    see(&browser.client, "main", "Un administrateur de l’espace peut télécharger").await?;
    anyhow::ensure!(browser.client.find_all(Locator::Css(".downloads")).await?.is_empty(), "a member is offered files");
    picture(&browser, look, &format!("{name}-certifications-04-member")).await?;
    go(&browser.client, &format!("/schools/{}/certifications/results.csv", school.uai)).await?;
    see(&browser.client, "main", "administrateur").await?;
    browser.close().await
}

#[test]
fn at_a_desk() {
    run(results_in_a_browser(DESKTOP, "desktop", 81));
}

#[test]
fn on_a_phone() {
    run(results_in_a_browser(PHONE, "phone", 82));
}

#[test]
fn without_scripts() {
    run(results_in_a_browser(WITHOUT_SCRIPTS, "no-js", 83));
}

/// A file of the whole school is not what a mistyped filter meant.
#[test]
fn what_a_filter_says_wrong_is_told_and_a_class_that_is_not_known_is_one() {
    run(async {
        let (school, last_year) = a_school_in_its_next_year(86).await?;
        let path = format!("/schools/{}/certifications", school.uai);
        for (field, value) in [
            ("status", "passed"),
            ("status", "VALIDATED"),
            ("year", "2019"),
            ("former", "1"),
            ("unknown_division", "oui"),
            ("page", "x"),
        ] {
            for face in ["", "/results.csv", "/results.json", "/record-books.csv"] {
                let refused = school.administrator.get(&format!("{path}{face}?{field}={value}")).await?;
                let told = refused.body["errors"].clone();
                assert_eq!((refused.status, refused.code(), &told[0]["field"]), (400, "bad_request", &json!(field)));
            }
            let page = school.administrator.page(&format!("{path}?{field}={value}")).await?;
            assert!(page.contains("Un champ est à corriger") && page.contains(&format!("#filter-{field}")), "{field}");
            assert!(page.contains("Filtrer les certifications"), "with the form");
        }

        // One who was certified the year before: of a year without a list, no class is known.
        let late = &school.pupils[5];
        let mut stated = statement(a_number(), school.uai, late.id, "validated", ago(70));
        stated["taken_on"] = json!(paris::date(jiff::Timestamp::now()) - 2.years());
        anyhow::ensure!(state(&stated).await?.0 == 200);
        let of_year = format!("?year={}", last_year.first() - 1);
        let numbers = async |query: &str| {
            let found = school.administrator.get(&format!("{path}/results.json{of_year}{query}")).await?.expect(200)?;
            let rows = found["certifications"].as_array().into_iter().flatten();
            anyhow::Ok((rows.map(|row| row["number"].clone()).collect::<Vec<_>>(), found["of_no_pupil"].clone()))
        };
        assert_eq!(numbers("&unknown_division=true").await?, (vec![stated["number"].clone()], json!([])));
        assert_eq!(numbers("&unknown_division=true&division=3B").await?.0.len(), 1);
        assert_eq!(numbers("&unknown_division=false").await?.0.len(), 1);
        assert_eq!(numbers("&division=3B").await?.0.len(), 0);
        let page = school.administrator.page(&format!("{path}{of_year}&unknown_division=true")).await?;
        assert!(page.contains("1 certification dont la classe est inconnue, sur 1 en "), "{page}");
        Ok(())
    });
}

/// Each part of the page follows the filter, or says that it does not; where nothing is found, it leads to all.
#[test]
fn the_whole_page_follows_the_filter_or_says_that_it_does_not() {
    run(async {
        let (uai, administrator, _) = a_school_with(2, 87, |sample| divide(sample, &[("3E1", 2)])).await?;
        let pupils = class(uai, "3E1").await?;
        let mut nobody = statement(a_number(), uai, pupils[0].id, "validated", ago(5));
        (nobody["learner"], nobody["ine"], nobody["birth_date"]) =
            (Value::Null, json!("1234567890V"), json!("2012-03-10"));
        for stated in [statement(a_number(), uai, pupils[0].id, "validated", ago(5)), nobody] {
            anyhow::ensure!(state(&stated).await?.0 == 200);
        }
        let path = format!("/schools/{uai}/certifications");
        let everything = format!("href=\"{path}?year={}\"", crate::support::certifications::this_year().first());
        for (query, found, of_no_pupil, left_out) in [
            ("", 1, 1, 0),
            ("?status=validated", 1, 1, 0),
            ("?status=rejected", 0, 0, 1),
            ("?division=3E1", 1, 0, 1),
            ("?status=rejected&division=3E1", 0, 0, 1),
        ] {
            let view = administrator.get(&format!("{path}{query}")).await?.expect(200)?;
            let numbers = [&view["found"], &view["of_no_pupil_found"], &view["of_no_pupil_left_out"]];
            assert_eq!(numbers, [&json!(found), &json!(of_no_pupil), &json!(left_out)], "{query}");
            assert_eq!(view["of_no_pupil"].as_array().map(Vec::len), Some(of_no_pupil), "{query}");
            let page = administrator.page(&format!("{path}{query}")).await?;
            let said = page.contains("1 certification sans élève retrouvé ne correspond pas au filtre");
            assert_eq!((page.contains("id=\"of-no-pupil\""), said), (of_no_pupil == 1, left_out == 1), "{query}");
            assert_eq!(
                page.contains("Tous résultats confondus<span class=\"no-print\">"),
                query.contains("status"),
                "{query}"
            );
            assert_eq!(page.contains(&everything), found == 0, "{query}");
            // What the form is for stands out, and not the files, which follow the filter.
            assert!(page.contains("<button type=\"submit\">Filtrer</button>"), "{query}");
            let files = "<span>Télécharger ce que le filtre retient, toutes pages comprises&nbsp;:</span> \
                <button type=\"submit\" class=\"second\" formaction=";
            assert!(page.contains(files), "{query}");
        }
        for (query, told) in [
            ("status=rejected&division=3E1", "<h2>Aucune certification rejetée en 3E1</h2>"),
            ("status=in_error&division=3E1&division=3E2", "<h2>Aucune certification en erreur en 3E1 et 3E2</h2>"),
            ("unknown_division=true", "<h2>Aucune certification dont la classe est inconnue</h2>"),
        ] {
            let page = administrator.page(&format!("{path}?{query}")).await?;
            assert!(page.contains(told), "{query}: {page}");
            assert!(!page.contains("<summary>Classes"), "few boxes are not folded away");
        }
        // The line above the list says what was filtered, and of how many.
        let year = crate::support::certifications::this_year();
        for (query, told) in [
            ("status=", format!("1 certification en {year}, et <a")),
            ("status=validated", format!("1 certification validée, sur 1 en {year}, et <a")),
            ("status=rejected&division=3E1", format!("Aucune certification rejetée en 3E1, sur 1 en {year}.")),
            (
                "division=3E2&division=3E1&unknown_division=true",
                format!("1 certification en 3E1 et 3E2, ou dont la classe est inconnue, sur 1 en {year}."),
            ),
        ] {
            let page = administrator.page(&format!("{path}?{query}")).await?;
            assert!(page.contains(&format!("<p role=\"status\">{told}")), "{query}: {page}");
        }
        // More than eight boxes are folded away under what is chosen; with an error among them, they are open.
        let many = (1..=8).fold("?division=3E1".to_owned(), |query, at| format!("{query}&division=4E{at}"));
        let page = administrator.page(&format!("{path}{many}")).await?;
        let chosen = "<summary>Classes&nbsp;: 3E1, 4E1, 4E2, 4E3, 4E4, 4E5, 4E6, 4E7, 4E8</summary>";
        assert!(page.contains(chosen) && !page.contains("<details open"), "{page}");
        assert!(page.contains("<details class=\"fold\"><summary>Filtrer et télécharger&nbsp;: "), "{page}");
        assert!(page.contains("<a href=\"#pupils\">"), "a phone is led on to the pupils: {page}");
        let page = administrator.page(&format!("{path}{many}&unknown_division=oui")).await?;
        assert!(page.contains(chosen) && page.contains("<details open"), "{page}");
        assert!(
            page.contains("<details class=\"fold\" open><summary>"),
            "a phone is led to a field that it shows: {page}"
        );
        Ok(())
    });
}

#[test]
fn those_of_no_pupil_stand_on_pages_of_their_own() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let someone = rentree_domain::LearnerId::new(jiff::Timestamp::now(), [8; 10]);
        let stated: Vec<Value> = (0..60).map(|_| statement(a_number(), uai, someone, "validated", ago(5))).collect();
        let report = load(&format!("{uai} nul"), &worker_with(None::<Faults>)?, &stated).await?;
        assert_eq!(report["counts"]["of_no_pupil"], 60);
        let path = format!("/schools/{uai}/certifications");
        let mut seen = std::collections::BTreeSet::new();
        for (page, rows) in [("1", 50), ("2", 10), ("9", 10)] {
            let found = administrator.get(&format!("{path}?of_no_pupil_page={page}")).await?.expect(200)?;
            let numbers = [&found["of_no_pupil_found"], &found["of_no_pupil_pages"], &found["page"]];
            assert_eq!(numbers, [&json!(60), &json!(2), &json!(1)]);
            let of_no_pupil = found["of_no_pupil"].as_array().unwrap();
            assert_eq!(of_no_pupil.len(), rows);
            seen.extend(of_no_pupil.iter().map(|row| row["number"].to_string()));
        }
        assert_eq!(seen.len(), 60);
        let page = administrator.page(&format!("{path}?of_no_pupil_page=2")).await?;
        assert!(page.contains("60 sans élève retrouvé") && page.contains("page 2 sur 2"), "{page}");
        let file = administrator.get(&format!("{path}/results.json")).await?.expect(200)?;
        assert_eq!(file["of_no_pupil"].as_array().map(Vec::len), Some(60), "a file has them all");
        Ok(())
    });
}

/// The boxes of a filter look alike on a screen. Paper says on which page of how many it is, and has nothing that is of use on a screen
/// alone.
#[test]
fn a_screen_has_boxes_that_look_alike_and_paper_nothing_to_be_clicked() {
    const SEEN: &str = "return [...document.querySelectorAll(arguments[0])].filter((it) => it.checkVisibility())
        .map((it) => it.textContent.trim());";
    const GROUNDS: &str =
        "return [...document.querySelectorAll('.filter .check')].map((it) => getComputedStyle(it).backgroundColor);";
    const MARKER: &str = "return getComputedStyle(document.querySelector('main > details > summary')).listStyleType;";
    run(async {
        let (uai, administrator, _) = a_school_with(2, 88, |sample| divide(sample, &[("3E1", 2)])).await?;
        let pupil = class(uai, "3E1").await?[0].id;
        let someone = rentree_domain::LearnerId::new(jiff::Timestamp::now(), [8; 10]);
        let whose = (0..60).map(|_| someone).chain([pupil]);
        let stated: Vec<Value> = whose.map(|id| statement(a_number(), uai, id, "validated", ago(5))).collect();
        load(&format!("{uai} papier"), &worker_with(None::<Faults>)?, &stated).await?;

        let browser = Browser::open(DESKTOP).await?;
        let client = &browser.client;
        enter(client, &administrator).await?;
        go(client, &format!("/schools/{uai}/certifications")).await?;
        // That of a class, and that of the former pupils: one without a ground of its own looks disabled in the dark.
        let grounds = client.execute(GROUNDS, vec![]).await?;
        assert_eq!(grounds, json!([grounds[0], grounds[0]]));
        let seen = async |css: &str| client.execute(SEEN, vec![json!(css)]).await;
        let of_screens = "main > p.quiet, main > p:not([role]) a";
        assert_eq!(seen(".pages span, .pages button").await?, json!(["Page 1 sur 2", "Page suivante"]));
        assert_ne!(seen(of_screens).await?, json!([]));
        browser.shows("print", browser.scheme).await?;
        assert_eq!(seen(".pages span, .pages button").await?, json!(["Page 1 sur 2"]));
        assert_eq!(seen(of_screens).await?, json!([]));
        assert_eq!(client.execute(MARKER, vec![]).await?, "none");
        browser.close().await
    });
}

/// What an administrator downloads is what the page shows.
#[test]
fn one_class_several_or_the_whole_school_in_one_file() {
    run(async {
        let (school, last_year) = a_school_in_its_next_year(84).await?;
        let (uai, administrator) = (school.uai, &school.administrator);
        let path = |kind: &str, query: &str| {
            format!("/schools/{uai}/certifications/results.{kind}?year={}{query}", last_year.first())
        };
        let rows = async |query: &str| {
            let csv = administrator.get(&path("csv", query)).await?.expect(200)?;
            let csv = csv.as_str().expect("a text").to_owned();
            let json = administrator.get(&path("json", query)).await?.expect(200)?;
            let of = |what: &str| json[what].as_array().map_or(0, Vec::len);
            let lines: Vec<String> = csv.trim_end().split("\r\n").map(ToOwned::to_owned).collect();
            anyhow::ensure!(lines.len() == 1 + of("certifications") + of("of_no_pupil"), "{query}: {csv}");
            anyhow::ensure!(lines.iter().all(|line| line.split(';').count() == 30), "{csv}");
            Ok(lines)
        };
        let whole = rows("").await?;
        assert!(whole[0].contains("1.1 Mener une recherche et une veille d’information"), "{}", whole[0]);
        assert_eq!(whole.len(), 1 + 48 + 1, "who left since, and the one of no pupil");
        assert!(
            whole
                .iter()
                .any(|line| line.contains("HÉROUVILLE") && line.contains("10/03/2012") && line.ends_with("Non")),
            "what the school looks the pupil up by"
        );
        assert_eq!(rows("&division=3A").await?.len(), 1 + 12);
        assert_eq!(rows("&division=3A&division=3B").await?.len(), 1 + 24);
        let rejected = rows("&division=3B&status=rejected").await?;
        assert!(rejected.len() > 1 && rejected[1..].iter().all(|line| line.contains("Rejetée")), "{rejected:?}");

        let found = rejected.len() - 1;
        let query = format!("?year={}&division=3B&status=rejected", last_year.first());
        let page = administrator.page(&format!("/schools/{uai}/certifications{query}")).await?;
        let word = if found < 2 { "certification rejetée" } else { "certifications rejetées" };
        assert!(page.contains(&format!("{found} {word} en 3B, sur 48 en {last_year}.")), "{page}");

        let member = a_member(uai, Role::Member).await?;
        for kind in ["csv", "json"] {
            assert_eq!(member.get(&path(kind, "")).await?.status, 403);
        }
        let (_, stranger) = a_team().await?;
        assert_eq!(stranger.get(&path("csv", "")).await?.status, 404);
        Ok(())
    });
}
