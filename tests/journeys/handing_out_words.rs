//! What the pages of handing out say, and where they lead back to.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::desk::{Desk, ids, shown, tied};
use crate::support::pupils::a_class;
use crate::support::run;

/// The ways back lead to the list as it was filtered: from the question and the answer; and where nobody was ticked, it comes again.
#[test]
fn the_ways_back_keep_the_filters_of_the_list() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 2).await?;
        let desk = Desk::of(&class.administrator);
        let query = "?division=3EME+A&order=division&page=2&size=20";
        let back = format!("href=\"{}\"", class.path(query).replace('&', "&#38;"));

        // The list hands on what it was asked; a name stands in no address but sealed.
        let list = desk.get(&class.path("?division=3EME+A&size=20")).await?;
        let address = class.path("/passwords?division=3EME+A&size=20").replace('&', "&#38;");
        for attribute in ["formaction", "action"] {
            let leads = format!(" {attribute}=\"{address}\"");
            assert!(list.text.contains(&leads), "of those who are ticked, and of the class: {leads} {}", list.text);
        }
        // Above the table, what may be done below it: with a class, and with none.
        assert!(list.text.contains("ou prenez toute la classe 3EME A, puis <a"), "{}", list.text);
        let whole = desk.get(&class.path("")).await?.text;
        let (told, table) = (whole.find("ou filtrez par classe pour toute une classe, puis <a"), whole.find("<table"));
        assert!(told.is_some() && told < table, "{whole}");
        let name = json!({"q": class.learners[0].entry.last_name});
        let found = desk.send(Method::POST, &class.path(""), Some(name)).await?;
        let found = desk.get(&found.location).await?;
        let action = format!("formaction=\"{}", class.path("/passwords?sought="));
        assert!(found.text.contains(&action), "{}", found.text);

        let nobody = desk.send(Method::POST, &class.path(&format!("/passwords{query}")), Some(json!({}))).await?;
        // There is one page of twelve pupils: the list again, with what is wrong above it.
        let again = class.path("/passwords?division=3EME+A&order=division&size=20").replace('&', "&#38;");
        let again = format!(" formaction=\"{again}\"");
        for told in
            ["<title>Erreur\u{a0}: Élèves", "role=\"alert\"", "href=\"#learners\"", " id=\"learners\"", again.as_str()]
        {
            assert!(nobody.status == 400 && nobody.text.contains(told), "{told}: {} {}", nobody.status, nobody.text);
        }
        // Where nothing is to be ticked, no link leads there.
        let none = desk.send(Method::POST, &class.path("/passwords?account=none"), Some(json!({}))).await?;
        assert!(
            none.status == 400 && none.text.contains("Cochez") && !none.text.contains("#learners"),
            "{}",
            none.text
        );
        // Loaded again, that answer is the list as it was filtered.
        let reloaded = desk.get(&class.path(&format!("/passwords{query}"))).await?;
        assert_eq!((reloaded.status, reloaded.location), (303, class.path(query)));
        let program = class.administrator.post(&class.path(&format!("/passwords{query}")), &json!({})).await?;
        assert_eq!((program.status, program.code()), (400, "bad_request"));
        let chosen = Some(json!({"learners": ids(&pupils)}));
        let asked = desk.send(Method::POST, &class.path(&format!("/passwords{query}")), chosen).await?;
        let address = asked.location;
        assert!(address.ends_with(query), "{address}");
        let page = desk.get(&address).await?;
        assert!(page.text.contains(&back) && page.text.contains("Ne rien changer"), "{}", page.text);
        for pupil in &pupils {
            let link = class.path(&format!("/{}{query}", pupil.learner)).replace('&', "&#38;");
            assert!(page.text.contains(&format!("href=\"{link}\"")), "{link}: {}", page.text);
        }
        desk.confirm(&address).await?;
        for told in ["mots de passe, affichés", "ne sont plus affichés"] {
            let page = desk.get(&address).await?;
            assert!(page.text.contains(told) && page.text.contains(&back), "{told}: {}", page.text);
        }

        // One who was ticked in a list, filtered or not, and one whose page it was.
        let one = Some(json!({"learners": ids(&pupils[..1])}));
        let on_page = format!("?pupil={}", pupils[0].learner);
        let page_of_pupil = format!("href=\"{}\"", class.path(&format!("/{}", pupils[0].learner)));
        let unfiltered = format!("href=\"{}\"", class.path(""));
        for (query, back) in [(query, back), ("", unfiltered), (on_page.as_str(), page_of_pupil)] {
            let asked = desk.send(Method::POST, &class.path(&format!("/passwords{query}")), one.clone()).await?;
            let page = desk.get(&asked.location).await?;
            assert!(page.text.contains(&format!("{back}>Ne rien changer")), "{back}: {}", page.text);
        }
        Ok(())
    });
}

/// Of one pupil it is told in words for one, and the password comes first.
#[test]
fn one_pupil_is_told_of_as_one() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 2).await?;
        let desk = Desk::of(&class.administrator);
        assert!(desk.get(&class.path("")).await?.text.contains("n’a que Médiacentre"));
        // A whole class is handed passwords, whomever of it the list shows.
        for (query, is_told) in [("?account=user_name", false), ("?account=user_name&division=3EME+A", true)] {
            let list = desk.get(&class.path(query)).await?.text;
            assert_eq!(list.contains("n’a que Médiacentre"), is_told, "{query}: {list}");
        }
        for (place, gets_user_name) in [(0, false), (1, true)] {
            let address = desk.choose(&class, json!({"learners": ids(&pupils[place..=place])})).await?;
            let asked = desk.get(&address).await?;
            assert!(asked.text.contains("Donner un mot de passe provisoire à"), "{}", asked.text);
            assert!(asked.text.contains(", de la classe 3EME A&nbsp;?</h1>"), "{}", asked.text);
            assert_eq!(asked.text.contains("n’a pas encore d’identifiant"), gets_user_name, "{}", asked.text);
            let told = class.administrator.get(&address).await?.expect(200)?;
            assert_eq!(told["new_user_names"], json!(usize::from(gets_user_name)), "{told}");

            desk.confirm(&address).await?;
            let page = desk.get(&address).await?;
            assert_eq!(shown(&page).len(), 1, "{}", page.text);
            let main = page.text.split("</h1>").nth(1).unwrap_or_default();
            let (password, panel) = (main.find("Mot de passe provisoire\"><code>"), main.find("role=\"status\""));
            assert!(password.is_some() && password < panel, "{main}");
            // On paper, a long user name goes on after its dot.
            let slip = main.split("class=\"slip\"").nth(1).unwrap_or_default();
            assert!(slip.contains(".<wbr>") && slip.contains("Mot&nbsp;de&nbsp;passe provisoire"), "{slip}");
            let main = main.split("</main>").next().unwrap_or_default();
            for plural in ["mots de passe ", "étiquettes", "Chaque élève"] {
                assert!(!main.contains(plural), "{plural}: {main}");
            }
            let again = desk.get(&address).await?;
            assert!(again.text.contains("Le mot de passe n’est plus affiché"), "{}", again.text);
        }
        // By now both have a user name.
        let address = desk.choose(&class, json!({"learners": ids(&pupils)})).await?;
        let asked = desk.get(&address).await?.text;
        assert!(asked.contains("<strong>2 élèves</strong> de la classe <strong>3EME A</strong>"), "{asked}");
        // The next page has no button to copy them.
        assert!(asked.contains("imprimez-les, notez-les ou téléchargez la liste"), "{asked}");
        let told = class.administrator.get(&address).await?.expect(200)?;
        assert_eq!(told["new_user_names"], 0);
        let named: Vec<&Value> = told["receivers"].as_array().unwrap().iter().map(|one| &one["learner"]).collect();
        assert!(named.len() == 2 && ids(&pupils).iter().all(|id| named.contains(&&json!(id))), "{told}");
        assert!(!desk.get(&class.path("")).await?.text.contains("n’a que Médiacentre"));
        Ok(())
    });
}

/// Where nobody would get one, there is nothing to confirm.
#[test]
fn nobody_to_serve_is_nothing_to_confirm() {
    run(async {
        let class = a_class(12).await?;
        let desk = Desk::of(&class.administrator);
        let address = desk.choose(&class, json!({"learners": [class.learners[3].id]})).await?;
        let asked = desk.get(&address).await?;
        assert!(asked.text.contains("une campagne avec le code de la campagne."), "{}", asked.text);
        assert!(!asked.text.contains(&format!("action=\"{address}\"")), "{}", asked.text);
        Ok(())
    });
}
