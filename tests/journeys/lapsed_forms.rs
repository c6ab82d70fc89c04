//! Forms that were sent after their session had ended: what comes back of a list, of a form that was refused before, and of what is too long.
//! And one that was opened before somebody else signed in.

use fantoccini::Locator;
use jiff::SignedDuration;
use reqwest::StatusCode;

use crate::sessions::{Desk, token_in};
use crate::support::browser::{Browser, PHONE, click, enter, find, go, open_filter, property, see, sign_in};
use crate::support::clock::HandClock;
use crate::support::people::{Person, a_client, a_team};
use crate::support::pupils::{PUPIL_PASSWORD, a_class, by_user_name};
use crate::support::{product, run, run_by};

/// Longer than staff may rest.
const TOO_LONG_A_REST: SignedDuration = SignedDuration::from_mins(121);
const NOT_ALL: &str = "les cases qui ne sont pas dans cette page";

/// The boxes of a list of pupils.
fn boxes(page: &str) -> impl Iterator<Item = &str> {
    page.split("<input").filter_map(|tag| tag.split('>').next()).filter(|tag| tag.contains(" name=\"learners\""))
}

/// Its filters and its page are there again, and so are the boxes that were ticked.
#[test]
fn pupils_who_were_ticked_on_a_later_page_are_ticked_again() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let class = a_class(30).await?;
        let list = class.path("?division=3EME+A&size=20&page=2");
        let mut desk = Desk::of(&class.administrator);
        let page = desk.page(&list).await?;
        let values: Vec<&str> =
            boxes(&page).filter_map(|tag| tag.split(" value=\"").nth(1)?.split('"').next()).collect();
        assert_eq!(values.len(), 10, "{page}");
        let csrf = token_in(&page);
        let ticked = [("csrf", csrf.as_str()), ("learners", values[2]), ("learners", values[7])];

        CLOCK.set(TOO_LONG_A_REST);
        let (status, to, _) = desk.form(&format!("{list}&done=untied"), &class.path("/passwords"), &ticked).await?;
        let back = class.path("%3Fdivision%3D3EME%2BA%26size%3D20%26page%3D2");
        assert_eq!((status, to), (StatusCode::SEE_OTHER, format!("/sign-in?next={back}")));
        desk.sign_in(&list).await?;
        let page = desk.page(&list).await?;
        for (place, tag) in boxes(&page).enumerate() {
            assert_eq!(tag.ends_with(" checked"), [2, 7].contains(&place), "{place}: {tag}");
        }
        assert!(page.contains("Rien n’a encore été envoyé") && !page.contains(NOT_ALL), "{page}");

        // Where they are not, the page says so.
        let page = desk.page(&class.path("?division=3EME+A&size=20")).await?;
        assert!(boxes(&page).count() == 20 && boxes(&page).all(|tag| !tag.ends_with(" checked")), "{page}");
        assert!(page.contains(NOT_ALL), "{page}");
        Ok(())
    });
}

/// A phone folds the form away, but not with what was typed in it, and the notice.
#[test]
fn a_search_comes_back_in_sight_on_a_phone() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let class = a_class(3).await?;
        let browser = Browser::open(PHONE).await?;
        let client = &browser.client;
        enter(client, &class.administrator).await?;
        go(client, &class.path("")).await?;
        open_filter(client).await?;
        find(client, Locator::Css("#q")).await?.send_keys("dup").await?;
        CLOCK.set(TOO_LONG_A_REST);
        click(client, "form.filter button").await?;
        see(client, "[role=status]", "n’a pas été envoyé").await?;
        sign_in(client, &class.administrator).await?;
        see(client, "form.filter [role=status]", "Rien n’a encore été envoyé").await?;
        assert!(find(client, Locator::Css("#q")).await?.is_displayed().await?);
        assert_eq!(property(client, "#q", "value").await?.as_deref(), Some("dup"));
        browser.close().await
    });
}

/// Its address is where it was sent, which leads to its page; what was typed is there, and was not sent.
#[test]
fn a_form_that_was_refused_before_comes_back() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (uai, person) = a_team().await?;
        let (team, action) = (format!("/schools/{uai}/team"), format!("/schools/{uai}/invitations"));
        let mut desk = Desk::of(&person);
        let csrf = token_in(&desk.page(&team).await?);
        let typed = |emails| [("csrf", csrf.as_str()), ("emails", emails), ("role", "member")];
        let (status, _, page) = desk.form(&team, &action, &typed("marque")).await?;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("marque"), "{status} {page}");

        CLOCK.set(TOO_LONG_A_REST);
        let (status, to, _) = desk.form(&action, &action, &typed("marque@exemple.fr")).await?;
        assert_eq!((status, to), (StatusCode::SEE_OTHER, format!("/sign-in?next={action}")));
        desk.sign_in(&action).await?;
        let (status, to, _) = desk.send(a_client().get(format!("{}{action}", product().url))).await?;
        assert_eq!((status, &to), (StatusCode::SEE_OTHER, &team));
        let page = desk.page(&team).await?;
        assert!(
            page.contains("\nmarque@exemple.fr</textarea>") && page.contains("Rien n’a encore été envoyé"),
            "{page}"
        );
        Ok(())
    });
}

/// Nothing is promised of what no cookie can keep: longer than one, or than any form that is kept.
#[test]
fn what_is_too_long_to_be_kept_is_told() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (uai, person) = a_team().await?;
        let (team, action) = (format!("/schools/{uai}/team"), format!("/schools/{uai}/invitations"));
        let mut desk = Desk::of(&person);
        let csrf = token_in(&desk.page(&team).await?);
        CLOCK.set(TOO_LONG_A_REST);
        for times in [200, 800] {
            let emails = "marque@exemple.fr ".repeat(times);
            let typed = [("csrf", csrf.as_str()), ("emails", emails.as_str()), ("role", "member")];
            let (status, _, page) = desk.form(&team, &action, &typed).await?;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{page}");
            assert!(page.contains("Rien n’a été envoyé") && page.contains("n’est pas conservé"), "{page}");
            assert!(page.contains(&format!("/sign-in?next={team}")), "{page}");
            assert!(!desk.cookies.contains_key("__Host-typed"));
            let page = desk.page(&format!("/sign-in?next={team}")).await?;
            assert!(!page.contains("vous en retrouverez la saisie"), "{page}");
        }
        // Nor of what stands on no page of ours, as far as the browser tells.
        let typed = [("csrf", csrf.as_str()), ("emails", "marque@exemple.fr"), ("role", "member")];
        let (status, _, page) = desk.form("//ailleurs", &action, &typed).await?;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{page}");
        assert!(page.contains("n’est pas conservé") && !desk.cookies.contains_key("__Host-typed"), "{page}");
        Ok(())
    });
}

/// On a tablet with two tabs, one child is in by the time the next one sends a form that was opened before. Nothing of the form is trusted:
/// who is signed in is told, as the session says, and the way on is the campaign, once more from the beginning.
#[test]
fn who_signed_in_meanwhile_is_told() {
    run(async {
        let class = a_class(2).await?;
        let first = class.tie(0, by_user_name()).await?;
        let first = Person::new(first.id, first.user).await?;
        let campaign = format!("/campagnes/{}", class.code().await?);
        let mut tablet = Desk::of(&first);
        let session = std::mem::take(&mut tablet.cookies);
        let csrf = token_in(&tablet.page(&campaign).await?);
        tablet.cookies.extend(session);

        let typed = [("csrf", csrf.as_str()), ("password", PUPIL_PASSWORD), ("way", "user_name")];
        let (page, action) = (format!("{campaign}/identity?came=x"), format!("{campaign}/account"));
        let (status, _, page) = tablet.form(&page, &action, &typed).await?;
        assert_eq!(status, StatusCode::FORBIDDEN, "{page}");
        for told in [
            first.user.first_name.as_str(),
            "est maintenant connecté(e) sur cet appareil",
            "Déconnecter ce compte et recommencer",
            &format!(r#"name="next" value="{campaign}""#),
            &format!(r#"href="{campaign}">Continuer avec ce compte</a>"#),
        ] {
            assert!(page.contains(told), "{told}: {page}");
        }

        let csrf = token_in(&page);
        let out = [("csrf", csrf.as_str()), ("next", campaign.as_str())];
        let (_, to, _) = tablet.form(&action, "/sign-out", &out).await?;
        assert_eq!(to, format!("{campaign}?done=left"));
        let page = tablet.page(&to).await?;
        assert!(page.contains("Vous êtes déconnecté(e).") && page.contains("who-first_name"), "{page}");

        // Who is signed in again is not told so by an address that was kept.
        let again = Person::new(first.id, first.user.clone()).await?;
        let back = again.page(&to).await?;
        assert!(!back.contains("Vous êtes déconnecté(e)."), "{back}");
        Ok(())
    });
}
