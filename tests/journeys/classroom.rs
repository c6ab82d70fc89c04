//! A campaign with the class in front of the teacher: for which classes it is, who has not joined, the list with its numbers, and what can
//! be said anew.

use rentree_table::{AuditAction, Role};
use serde_json::{Value, json};

use crate::support::campaigns::{COURSE, a_campaign, join};
use crate::support::forms::PageForm;
use crate::support::people::{a_member, a_team};
use crate::support::schools::{a_school_by_level, a_school_of, class};
use crate::support::{product, run};

/// A campaign for some classes counts and shows these alone; whoever joins from another one counts, too.
#[test]
fn a_campaign_is_for_some_classes() {
    run(async {
        let (uai, teacher, _) = a_school_by_level(&[("6A", 3), ("6B", 2), ("3A", 4), ("ULIS", 1)], 7_411).await?;
        let form = format!("/schools/{uai}/campaigns/new");
        let offered = teacher.get(&form).await?.expect(200)?;
        let classes = |told: &Value| -> Vec<String> {
            let all = told.as_array().unwrap().iter();
            all.map(|class| class["division"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(classes(&offered["choices"]), ["6A", "6B", "3A", "ULIS"], "as a school counts them");
        let levels = offered["choices"].as_array().unwrap().iter().map(|class| class["level"].clone());
        assert_eq!(levels.collect::<Vec<_>>(), [json!("6e"), json!("6e"), json!("3e"), Value::Null]);
        let page = teacher.page(&form).await?;
        let parts =
            [">6e</legend>", "\"6A\"", "\"6B\"", ">3e</legend>", "\"3A\"", ">Autres classes</legend>", "\"ULIS\""];
        let places: Vec<_> = parts.iter().map(|part| page.find(part)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "each class is below its level: {page}");

        let new = json!({"title": "Les sixièmes", "course": COURSE, "classes": ["6A", "6B"]});
        let campaigns = format!("/schools/{uai}/campaigns");
        let made = teacher.post(&campaigns, &new).await?.expect(201)?;
        let path = format!("{campaigns}/{}", made["id"].as_str().unwrap());
        let seen = teacher.get(&path).await?.expect(200)?;
        assert_eq!(
            (classes(&seen["classes"]), &seen["total"]["enrolled"]),
            (vec!["6A".to_owned(), "6B".to_owned()], &json!(5))
        );
        assert_eq!(seen["only_for"], json!(["6A", "6B"]));

        let campaign = serde_json::from_value(made["id"].clone())?;
        join(uai, campaign, &class(uai, "6A").await?[..1]).await?;
        join(uai, campaign, &class(uai, "3A").await?[..1]).await?;
        let seen = teacher.get(&path).await?.expect(200)?;
        assert_eq!((&seen["total"]["joined"], &seen["of_other_classes"]), (&json!(2), &json!(1)));
        let row = &teacher.get(&campaigns).await?.expect(200)?["campaigns"][0];
        assert_eq!((&row["pupils"], &row["joined"], &row["sent"]), (&json!(6), &json!(2), &json!(0)));

        // What is chosen for a campaign of the platform's team is not for this one: nothing is taken away.
        let kept = teacher.post(&format!("{path}/classes"), &json!({})).await?.expect(200)?;
        assert_eq!(kept["classes"], json!(["6A", "6B"]));
        assert_eq!(teacher.get(&path).await?.expect(200)?["only_for"], json!(["6A", "6B"]));

        // A class that is none of the school's is refused, and nothing is made.
        let elsewhere = json!({"title": "Ailleurs", "course": COURSE, "classes": ["9Z"]});
        assert_eq!(teacher.post(&campaigns, &elsewhere).await?.status, 400);
        // What was typed stays: the classes may have changed while somebody wrote.
        for (page, action) in [(format!("{campaigns}/new"), "/new"), (format!("{path}/edit"), "/edit")] {
            let form = PageForm::on(&teacher, &page, action).await?;
            let typed = [("title", "Ailleurs"), ("course", COURSE), ("classes", "6A"), ("classes", "9Z")];
            let (status, again) = form.send(&teacher, &typed).await?;
            assert_eq!(status, 400, "{page}");
            for kept in ["value=\"Ailleurs\"", "value=\"6A\" checked", "Une des classes cochées", "<title>Erreur"] {
                assert!(again.contains(kept), "{page}: {kept}: {again}");
            }
        }
        assert_eq!(teacher.get(&campaigns).await?.expect(200)?["total"], 1);
        Ok(())
    });
}

/// By class and name; who joined is not among them, nor who is in a class that it is not for.
#[test]
fn who_has_not_joined_is_read_aloud() {
    run(async {
        let (uai, teacher, _) = a_school_of(&[("6A", 3), ("6B", 2)], 7_412).await?;
        let campaign = a_campaign(uai, &teacher, "Rentrée").await?;
        let (a, b) = (class(uai, "6A").await?, class(uai, "6B").await?);
        join(uai, campaign, &a[1..2]).await?;
        let missing = async |query: &str| {
            let path = format!("/schools/{uai}/campaigns/{campaign}/missing{query}");
            teacher.get(&path).await?.expect(200)
        };
        let all = missing("").await?;
        let ids = |class: &Value| -> Vec<Value> {
            class["pupils"].as_array().unwrap().iter().map(|pupil| pupil["id"].clone()).collect()
        };
        assert_eq!(all["total"], 4);
        assert_eq!(ids(&all["classes"][0]), [json!(a[0].id), json!(a[2].id)]);
        assert_eq!(ids(&all["classes"][1]), [json!(b[0].id), json!(b[1].id)]);
        let one = missing("?division=6B").await?;
        assert_eq!((&one["total"], one["classes"].as_array().unwrap().len()), (&json!(2), 1));
        assert_eq!(one["divisions"], json!(["6A", "6B"]), "the others can still be chosen");
        Ok(())
    });
}

/// Title, message and classes; the code stays, and the log tells it. What the platform's team gave is theirs to change, and another
/// school's campaign is none.
#[test]
fn title_message_and_classes_are_said_anew() {
    run(async {
        let (uai, teacher, _) = a_school_of(&[("6A", 2), ("6B", 2)], 7_413).await?;
        let colleague = a_member(uai, Role::Member).await?;
        let campaign = a_campaign(uai, &teacher, "Rentrée").await?;
        let path = format!("/schools/{uai}/campaigns/{campaign}");
        let before = teacher.get(&path).await?.expect(200)?;
        let change = json!({"title": "Rentrée des 6A", "message": "Bonjour !", "classes": ["6A"]});
        colleague.post(&format!("{path}/edit"), &change).await?.expect(200)?;
        let after = teacher.get(&path).await?.expect(200)?;
        assert_eq!((&after["title"], &after["message"]), (&json!("Rentrée des 6A"), &json!("Bonjour !")));
        assert_eq!((&after["only_for"], &after["code"]), (&json!(["6A"]), &before["code"]));
        let log = product().table.audit_page(uai, None, 1).await?.entries;
        assert_eq!((log[0].action, log[0].subject.as_deref()), (AuditAction::CampaignChanged, Some("Rentrée des 6A")));

        // Blank ones are taken away; a blank title is told at its field, and nothing is changed.
        colleague.post(&format!("{path}/edit"), &json!({"title": "Toutes"})).await?.expect(200)?;
        let after = teacher.get(&path).await?.expect(200)?;
        assert_eq!((&after["message"], &after["only_for"]), (&Value::Null, &json!([])));
        let refused = colleague.post(&format!("{path}/edit"), &json!({"title": " ", "message": "x"})).await?;
        assert_eq!((refused.status, refused.code()), (422, "invalid_fields"));
        assert_eq!(teacher.get(&path).await?.expect(200)?["title"], "Toutes");

        let (_, stranger) = a_team().await?;
        assert_eq!(stranger.post(&format!("{path}/edit"), &change).await?.status, 404);
        Ok(())
    });
}
