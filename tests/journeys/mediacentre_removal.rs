//! Staff take the Médiacentre off a pupil's account: whoever came by it comes no more, and nothing else is lost.

use jiff::Timestamp;
use rentree_local::idp::Person;
use rentree_table::{Methods, Role, Who};
use reqwest::Method;
use serde_json::json;

use crate::support::ent::{a_computer, a_pupil_of_the_ent, id_of, leads};
use crate::support::people::{a_member, a_team, somebody};
use crate::support::pupils::{Classes, Tied, a_class, as_holder, by_user_name, sign_in};
use crate::support::{product, run};

/// The pupil at `place`, whose account is opened by the Médiacentre, and by `methods` beside it.
async fn by_mediacentre(class: &Classes, place: usize, methods: Methods) -> anyhow::Result<(Tied, Person)> {
    let entry = &class.learners[place].entry;
    let person = Person {
        first_names: vec![entry.first_name.clone()],
        last_names: vec![entry.last_name.clone()],
        school: class.uai.to_string(),
        ..a_pupil_of_the_ent()
    };
    let mediacentre = Methods::of_mediacentre(id_of(&person)?, Timestamp::now()).mediacentre;
    Ok((class.tie(place, Methods { mediacentre, ..methods }).await?, person))
}

fn removal(class: &Classes, pupil: &Tied) -> String {
    class.path(&format!("/{}/mediacentre", pupil.learner))
}

/// How often the log of the school tells it.
async fn removals(class: &Classes) -> anyhow::Result<usize> {
    Ok(class.log().await?.iter().filter(|(action, ..)| action == "mediacentre_removed").count())
}

#[test]
fn the_mediacentre_is_taken_off_and_the_rest_stays() {
    run(async {
        let class = a_class(3).await?;
        let (pupil, person) = by_mediacentre(&class, 0, by_user_name()).await?;
        let (open, path) = (pupil.session().await?, removal(&class, &pupil));
        let mut computer = a_computer();
        assert!(leads(&computer.sign_on(&person).await?, "/mes-campagnes"));

        // Asked on a page first, which changes nothing.
        let asked = class.administrator.get(&path).await?.expect(200)?;
        assert_eq!(asked["methods"], json!(["user_name"]));
        assert!(class.administrator.page(&path).await?.contains("rien ne dit lesquels sont venus par le Médiacentre"));
        assert!(computer.session().await?.is_some());
        assert_eq!(removals(&class).await?, 0);

        let done = class.administrator.post(&path, &json!({})).await?.expect(200)?;
        assert_eq!(done, json!({"learner": pupil.learner, "methods": ["user_name"]}));
        let now = pupil.now().await?;
        assert_eq!(now.methods, Methods { mediacentre: Methods::default().mediacentre, ..pupil.user.methods.clone() });
        assert_eq!(product().table.user_of_sign_on(&id_of(&person)?, Timestamp::now()).await?, None);
        let (action, _, learner) = class.log().await?.remove(0);
        assert_eq!((action.as_str(), learner), ("mediacentre_removed", json!(pupil.learner)));

        // Every session is over, whether it came by the Médiacentre or not; the password is the same.
        assert_eq!(as_holder(&open, Method::GET, "/account").send().await?.status(), 401);
        assert_eq!(computer.get("/account").await?.status, 401);
        let user_name = pupil.user.methods.user_name.clone().expect("a user name");
        sign_in(user_name.as_str(), crate::support::pupils::PUPIL_PASSWORD).await?.expect(200)?;

        // Whoever comes by it is somebody whom no account knows.
        let mut again = a_computer();
        assert!(leads(&again.sign_on(&person).await?, "/mediacentre/suite"));
        assert!(again.session().await?.is_none());

        // There is nothing left to take off.
        for answer in [class.administrator.get(&path).await?, class.administrator.post(&path, &json!({})).await?] {
            assert_eq!((answer.status, answer.code()), (409, "too_late"));
        }
        Ok(())
    });
}

/// An account without any method is told, and staff give it a user name; then the Médiacentre comes back by its owner's word.
#[test]
fn an_account_that_nothing_opens_any_more() {
    run(async {
        let class = a_class(3).await?;
        let (pupil, person) = by_mediacentre(&class, 0, Methods::default()).await?;
        let (path, its_page) = (removal(&class, &pupil), class.path(&format!("/{}", pupil.learner)));
        let shown = class.administrator.get(&its_page).await?.expect(200)?;
        assert_eq!(shown["account"]["methods"][0]["method"], "mediacentre");
        let used_at: Timestamp = serde_json::from_value(shown["account"]["methods"][0]["used_at"].clone())?;
        assert!(used_at <= Timestamp::now());
        assert_eq!(shown["actions"]["remove_mediacentre"], true);

        assert!(class.administrator.page(&path).await?.contains("L’élève n’aura plus aucune méthode de connexion"));
        let done = class.administrator.post(&path, &json!({})).await?.expect(200)?;
        assert_eq!(done["methods"], json!([]));
        let shown = class.administrator.get(&its_page).await?.expect(200)?;
        assert_eq!(shown["account"]["methods"], json!([]));
        assert_eq!(
            (&shown["actions"]["remove_mediacentre"], &shown["actions"]["hand_out"]),
            (&json!(false), &json!(true))
        );
        let page = class.administrator.page(&its_page).await?;
        assert!(page.contains("Ce compte n’a plus de méthode de connexion"), "{page}");
        let list = class.administrator.page(&class.path("")).await?;
        assert!(list.contains("Aucune"), "{list}");

        // The pupil comes back by it: the account is found, and nothing opens it.
        let code = class.code().await?;
        let mut computer = a_computer();
        assert!(leads(&computer.sign_on(&person).await?, "/mediacentre/suite"));
        let who = json!({"birth_date": class.learners[0].entry.birth_date, "mediacentre": true});
        let told = computer.post(&format!("/campagnes/{code}/identity"), &who).await?;
        assert_eq!(told.json()["step"], "has_account", "{}", told.text);
        assert_eq!(told.json()["methods"], json!([]));
        assert!(computer.session().await?.is_none());

        // With the user name that staff give, once, the Médiacentre is added.
        let give = class.path(&format!("/{}/user-name", pupil.learner));
        let given = class.administrator.post(&give, &json!({})).await?.expect(200)?;
        let sign_in = json!({"login": given["user_name"], "password": given["temporary_password"]});
        assert_eq!(computer.post("/sign-in", &sign_in).await?.status, 200);
        assert_eq!(computer.post("/temporary-password", &json!({"password": "Nuage-vert42"})).await?.status, 200);
        assert_eq!(computer.post("/mediacentre/suite", &json!({})).await?.status, 200);
        assert!(leads(&a_computer().sign_on(&person).await?, "/mes-campagnes"));
        Ok(())
    });
}

#[test]
fn who_may_take_it_off_and_from_whom() {
    run(async {
        let class = a_class(5).await?;
        let (pupil, person) = by_mediacentre(&class, 0, by_user_name()).await?;
        let path = removal(&class, &pupil);
        // Another school, and whoever is in no team.
        for stranger in [a_team().await?.1, somebody().await?] {
            assert_eq!(stranger.get(&path).await?.status, 404);
            assert_eq!(stranger.post(&path, &json!({})).await?.status, 404);
        }
        assert!(leads(&a_computer().sign_on(&person).await?, "/mes-campagnes"), "nothing was changed");

        // Not from the account of staff, nor from who has no account.
        let staff = somebody().await?;
        class.tie_to(1, Who::Known { id: staff.id, epoch: staff.user.epoch }).await?;
        for place in [1, 2] {
            let path = class.path(&format!("/{}/mediacentre", class.learners[place].id));
            let answer = class.administrator.post(&path, &json!({})).await?;
            assert_eq!((answer.status, answer.code()), (409, "too_late"));
        }
        // A pupil who knows a user name alone.
        let other = class.tie(3, by_user_name()).await?;
        assert_eq!(class.administrator.post(&removal(&class, &other), &json!({})).await?.status, 409);
        assert_eq!(removals(&class).await?, 0);

        // A member may; of two at the same moment, one does.
        let member = a_member(class.uai, Role::Member).await?;
        let nothing = json!({});
        let (one, two) = tokio::try_join!(member.post(&path, &nothing), class.administrator.post(&path, &nothing))?;
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(removals(&class).await?, 1);
        Ok(())
    });
}

/// A child had joined with somebody else's name: once that is mended, no account is left that the Médiacentre opens and nobody could mend.
#[test]
fn untying_the_last_pupil_takes_it_off() {
    run(async {
        let class = a_class(3).await?;
        let (pupil, person) = by_mediacentre(&class, 0, Methods::default()).await?;
        let elsewhere = a_class(2).await?;
        elsewhere.tie_to(0, Who::Known { id: pupil.id, epoch: pupil.user.epoch }).await?;
        let untie = |class: &Classes, learner| class.path(&format!("/{learner}/untie"));

        class.administrator.post(&untie(&class, pupil.learner), &json!({})).await?.expect(200)?;
        assert!(leads(&a_computer().sign_on(&person).await?, "/mes-campagnes"), "the account has another pupil");
        let last = untie(&elsewhere, elsewhere.learners[0].id);
        let mut computer = a_computer();
        computer.sign_on(&person).await?;
        elsewhere.administrator.post(&last, &json!({})).await?.expect(200)?;
        assert_eq!(product().table.user_of_sign_on(&id_of(&person)?, Timestamp::now()).await?, None);
        assert_eq!(computer.get("/account").await?.status, 401);
        assert!(leads(&a_computer().sign_on(&person).await?, "/mediacentre/suite"));
        Ok(())
    });
}
