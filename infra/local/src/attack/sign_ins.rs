//! Somebody sends nonsense from the room in which a class and an administrator sign in, and wrong passwords with the logins of those who
//! sit at their own devices. Then a classmate copies a device's cookie, and puts it back.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Args;
use rentree_local::say;
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD};
use rentree_runtime::several;
use serde_json::{Value, json};

use super::browser::Browser;
use super::place::{Place, a_device};

#[derive(Args)]
pub(crate) struct SignInsArguments {
    /// How many nonsense sign-ins come from the administrator's address
    #[arg(long, default_value_t = 151)]
    nonsense: usize,
    /// How many wrong ones come from the room while the class signs in
    #[arg(long, default_value_t = 300)]
    wrong: usize,
    /// How many pupils the class has
    #[arg(long, default_value_t = 35)]
    pupils: usize,
    /// How many of them sit at devices where nobody signed in before
    #[arg(long, default_value_t = 15)]
    elsewhere: usize,
}

const PASSWORD: &str = "Velours8";
/// Requests of the attacker, and people of the class, that are at it at one moment.
const AT_ONCE: usize = 8;
/// At the logins of so many who sit at their own devices the wrong ones are aimed: strangers are soon refused there.
const AIMED: usize = 5;
/// So long a class may wait.
const A_MINUTE: Duration = Duration::from_mins(1);
/// So many tries a cookie gives, however often it is put back, and then as many as any device.
const TRIES: usize = 10 + 10;

/// A pupil of the class, and where they sit now.
#[derive(Clone)]
struct Seat {
    login: String,
    browser: Browser,
}

/// Attacks, and prints what happened; whether the product held.
pub(crate) async fn run(url: &str, arguments: &SignInsArguments) -> anyhow::Result<bool> {
    let place = Place::begin(url, arguments.pupils, |_| {}).await?;
    let is_let_in = behind_nonsense(&place.url, arguments.nonsense).await?;

    let seats = a_class(&place, arguments.elsewhere).await?;
    let room = seats.first().context("a class has a pupil")?.browser.clone().elsewhere();
    let known = seats.len().saturating_sub(arguments.elsewhere);
    let aimed: Vec<String> = seats[..known].iter().take(AIMED).map(|seat| seat.login.clone()).collect();
    let began = Instant::now();
    let attack = async {
        let answers = several(0..arguments.wrong, AT_ONCE, |number| {
            let (mut room, url, aimed) = (room.clone(), place.url.clone(), aimed.clone());
            async move {
                let login = match aimed.get(number / 2 % aimed.len().max(1)) {
                    Some(login) if number.is_multiple_of(2) => login.clone(),
                    _ => format!("inconnu.{number}@exemple.fr"),
                };
                anyhow::Ok(room.sign_in(&url, &login, "Pasle8on").await?.0)
            }
        });
        statuses(answers.await)
    };
    let honest = async {
        let answers = several(seats.clone(), AT_ONCE, |mut seat| {
            let url = place.url.clone();
            async move {
                seat.browser.sign_in(&url, &seat.login, "Velour8s").await?;
                anyhow::Ok(seat.browser.sign_in(&url, &seat.login, PASSWORD).await?.0)
            }
        });
        statuses(answers.await).map(|answers| (answers, began.elapsed()))
    };
    let (wrong, (honest, took)) = tokio::try_join!(attack, honest)?;
    let (refused, got_in) = (count(&wrong, 429), count(&wrong, 200));
    let signed_in = count(&honest, 200);
    say!(
        "While {} wrong ones came from one device of the room, {refused} of which were refused and {got_in} got in,",
        wrong.len()
    );
    say!(
        "  {signed_in} of {} pupils behind the same address, {} of them on devices that knew nobody, mistyped once and signed in within {:.1} s.",
        seats.len(),
        arguments.elsewhere,
        took.as_secs_f64()
    );

    let copied = a_copied_cookie(&place, &seats[0]).await?;
    let is_class_in = signed_in == seats.len() && got_in == 0 && took < A_MINUTE;
    Ok(is_let_in && is_class_in && copied <= TRIES)
}

/// An administrator signs in, somebody behind the same address sends nonsense, and the administrator comes again, by that device and by
/// a new one.
async fn behind_nonsense(url: &str, count: usize) -> anyhow::Result<bool> {
    let address = a_device()?;
    let mut desk = Browser::at(&address);
    let (before, told) = desk.sign_in(url, DEMO_EMAIL, DEMO_PASSWORD).await?;
    ensure!(before == 200, "the administrator: {before} {told}");
    let answers = several(0..count, AT_ONCE, |number| {
        let (mut stranger, url) = (Browser::at(&address), url.to_owned());
        async move {
            anyhow::Ok(stranger.sign_in(&url, &format!("personne.{number}@exemple.fr"), "n’importe quoi").await?.0)
        }
    });
    let answers = statuses(answers.await)?;
    let (again, _) = desk.sign_in(url, DEMO_EMAIL, DEMO_PASSWORD).await?;
    let (anew, _) = Browser::at(&address).sign_in(url, DEMO_EMAIL, DEMO_PASSWORD).await?;
    say!("After {} nonsense sign-ins from one address, an administrator behind it signs in:", answers.len());
    say!("  {again} on the device of before, {anew} on a new one.");
    Ok(again == 200 && anew == 200)
}

/// A class whose pupils have accounts, behind one address: the last `elsewhere` at devices where nobody signed in.
async fn a_class(place: &Place, elsewhere: usize) -> anyhow::Result<Vec<Seat>> {
    let (_, code) = place.campaign("Rentrée").await?;
    let address = a_device()?;
    let join = format!("{}/campagnes/{code}/account", place.url);
    let pupils: Vec<_> = place.sample.pupils.clone();
    let seats = several(pupils, AT_ONCE, |pupil| {
        let (mut browser, url, join) = (Browser::at(&address), place.url.clone(), join.clone());
        async move {
            let account = json!({
                "first_name": pupil.first_name, "last_name": pupil.last_name, "birth_date": pupil.birth_date,
                "password": PASSWORD,
            });
            let (status, told) = browser.post(&join, &account).await?;
            ensure!(status == 201, "a pupil joins: {status} {told}");
            let account: Value = browser.get(&format!("{url}/account")).await?;
            let login = account["user_name"].as_str().context("a user name")?.to_owned();
            browser.sign_out();
            anyhow::Ok(Seat { login, browser })
        }
    });
    let mut all = Vec::new();
    for seat in seats.await {
        all.push(seat.context("a pupil's device panicked")??);
    }
    let known = all.len().saturating_sub(elsewhere);
    for seat in &mut all[known..] {
        seat.browser = seat.browser.clone().elsewhere();
    }
    Ok(all)
}

/// Somebody copies what a pupil's device keeps, and puts it back each time; how many passwords they try.
async fn a_copied_cookie(place: &Place, seat: &Seat) -> anyhow::Result<usize> {
    let mut tried = 0;
    let copy = seat.browser.clone().at_address(&a_device()?);
    for number in 0..3 * TRIES {
        let (status, _) = copy.clone().sign_in(&place.url, &seat.login, &format!("Devine{number}")).await?;
        tried += usize::from(status == 422);
    }
    say!("A cookie that was copied and put back {} times tried {tried} passwords.", 3 * TRIES);
    Ok(tried)
}

/// What came back. `None`: a device panicked.
fn statuses(answers: Vec<Option<anyhow::Result<u16>>>) -> anyhow::Result<Vec<u16>> {
    answers.into_iter().map(|answer| answer.context("a device panicked")?).collect()
}

fn count(answers: &[u16], status: u16) -> usize {
    answers.iter().filter(|answer| **answer == status).count()
}
