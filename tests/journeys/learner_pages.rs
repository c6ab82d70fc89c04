//! The pupils' accounts in a real browser: the list, a pupil's page, passwords on a screen, in a file and on paper. With JavaScript
//! and without, on a desktop and on a phone.

use fantoccini::{Client, Locator};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{LearnerId, PersonName};
use rentree_local::people::enrol;
use rentree_table::{Role, User, Who};
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, find, go, open_filter, picture, property, see,
};
use crate::support::people::{Person, a_failure, a_team, an_unknown_user};
use crate::support::pupils::{Classes, PUPIL_PASSWORD, Tied, by_email, by_mediacentre, by_user_name, classes, sign_in};
use crate::support::schools::import;
use crate::support::{product, run};

/// The class whose slips are printed.
const CLASS: usize = 35;

async fn choose(client: &Client, field: &str, option: &str) -> anyhow::Result<()> {
    open_filter(client).await?;
    find(client, Locator::Css(field)).await?.select_by_label(option).await?;
    click(client, ".filter button").await
}

/// The slips of which paper would cut an edge off.
async fn cut_off(browser: &Browser) -> anyhow::Result<Value> {
    const BEYOND: &str = "const sheet = document.querySelector('.slips').getBoundingClientRect().right;
        return [...document.querySelectorAll('.slip')].map((slip) => slip.getBoundingClientRect().right).filter((edge) => edge > sheet);";
    // A sheet of A4 within its margins.
    let sheet = json!({"width": 718, "height": 1046, "deviceScaleFactor": 1, "mobile": false});
    browser.devtools("Emulation.setDeviceMetricsOverride", &sheet).await?;
    browser.shows("print", browser.scheme).await?;
    let beyond = browser.client.execute(BEYOND, vec![]).await?;
    browser.shows("", browser.scheme).await?;
    browser.devtools("Emulation.clearDeviceMetricsOverride", &json!({})).await?;
    Ok(beyond)
}

async fn tick(client: &Client, learner: LearnerId) -> anyhow::Result<()> {
    click(client, &format!("input[value='{learner}']")).await
}

/// The button of the page that asks whether to hand out.
async fn confirm(client: &Client) -> anyhow::Result<()> {
    click(client, "main form[action*='/passwords/'] button").await
}

/// A name of sixty letters, as many as one may have, and no space to break it at.
fn sixty_letters(name: &str) -> String {
    name.chars().cycle().take(60).collect()
}

/// An administrator of such names.
async fn a_long_named_head(class: &Classes) -> anyhow::Result<Person> {
    let first_name = PersonName::parse(&sixty_letters("Wilhelmine"))?;
    let last_name = PersonName::parse(&sixty_letters("Wattenwyl"))?;
    let user = User { first_name, last_name, ..an_unknown_user().await? };
    let id = enrol(&product().table, class.uai, Role::Administrator, &user, Timestamp::now()).await?;
    Person::new(id, user).await
}

/// A class of 35, and another one with a pupil of every kind.
struct School {
    class: Classes,
    head: Person,
    email: Tied,
    blocked: Tied,
    nobody: LearnerId,
    staff: LearnerId,
    left: Tied,
}

async fn a_school() -> anyhow::Result<School> {
    let arrange = |sample: &mut rentree_samples::Sample| {
        for (place, pupil) in sample.pupils.iter_mut().enumerate() {
            pupil.division = if place < CLASS { "3EME A" } else { "3EME B" }.to_owned();
        }
        // As long as names come.
        sample.pupils[4].first_name = "Marie-Emmanuelle".to_owned();
        sample.pupils[4].last_name = "DE LA ROCHEFOUCAULD-MONTBEL".to_owned();
        sample.pupils[CLASS].first_name = sixty_letters("Maximilienne");
        sample.pupils[CLASS].last_name = sixty_letters("WOLFESCHLEGEL");
    };
    let class = classes(CLASS + 5, arrange).await?;
    let head = a_long_named_head(&class).await?;
    for place in 0..CLASS {
        class.tie(place, if place < 20 { by_mediacentre() } else { by_user_name() }).await?;
    }
    let email = class.tie(CLASS, by_email()).await?;
    let blocked = class.tie(CLASS + 1, by_user_name()).await?;
    for n in 0..30 {
        let at = Timestamp::now() - SignedDuration::from_hours(20) + SignedDuration::from_mins(10 * n);
        a_failure(&blocked.login(), at).await?;
    }
    let (_, boss) = a_team().await?;
    class.tie_to(CLASS + 3, Who::Known { id: boss.id, epoch: boss.user.epoch }).await?;
    let left = class.tie(CLASS + 4, by_user_name()).await?;
    let mut sample = class.sample.clone();
    sample.pupils.truncate(CLASS + 4);
    import(class.uai, &sample).await?;
    let (nobody, staff) = (class.learners[CLASS + 2].id, class.learners[CLASS + 3].id);
    Ok(School { class, head, email, blocked, nobody, staff, left })
}

#[expect(clippy::too_many_lines, reason = "one story, in its order")]
async fn passwords(look: Look, name: &str) -> anyhow::Result<()> {
    let School { class, head, email, blocked, nobody, staff, left } = a_school().await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-learners-{page}")).await;
    let pupil = |learner: LearnerId| class.path(&format!("/{learner}"));
    // Whatever is done for somebody names them.
    let named = |place: usize| class.learners[place].entry.full_name();

    // The list, by account.
    enter(client, &head).await?;
    click(client, "nav a[href$='/team']").await?;
    see(client, "main .rows", head.user.last_name.as_str()).await?;
    shot("00-team").await?;
    click(client, "nav a[href$='/learners']").await?;
    see(client, "[role=status]", "39 élèves").await?;
    choose(client, "#division", "3EME B").await?;
    see(client, "[role=status]", "4 élèves sur 39").await?;
    see(client, "table", "Pas encore de compte").await?;
    see(client, "table .badge", "Bloqué").await?;
    shot("01-list").await?;
    choose(client, "#account", "Bloqué").await?;
    see(client, "[role=status]", "1 élève sur 39").await?;
    shot("02-list-blocked").await?;
    click(client, "tbody th a").await?;

    // Somebody who is blocked.
    see(client, "main", "Connexion bloquée").await?;
    shot("03-pupil-blocked").await?;
    click(client, "form[action*='/unblock?'] button").await?;
    see(client, "[role=status]", &format!("{} peut réessayer tout de suite", named(CLASS + 1))).await?;
    let back = property(client, "main > p:has(+ h1) a", "href").await?.unwrap_or_default();
    assert!(back.ends_with("/learners?division=3EME+B&account=blocked"), "the list as it was filtered: {back}");
    let user_name = blocked.user.methods.user_name.clone().expect("a user name");
    see(client, "main", user_name.as_str()).await?;
    sign_in(user_name.as_str(), PUPIL_PASSWORD).await?.expect(200)?;

    // A user name beside an e-mail address.
    go(client, &pupil(email.learner)).await?;
    see(client, "h1", &sixty_letters("WOLFESCHLEGEL")).await?;
    see(client, "main", "Adresse e-mail").await?;
    shot("04-pupil-email").await?;
    click(client, "form[action$='/user-name'] button").await?;
    see(client, "[role=status]", &format!("{} a maintenant un identifiant", named(CLASS))).await?;
    shot("05-pupil-user-name").await?;

    // Médiacentre alone, no account, staff, and who left.
    go(client, &pupil(class.learners[4].id)).await?;
    see(client, "main", "Donner un identifiant et un mot de passe").await?;
    shot("06-pupil-mediacentre").await?;
    click(client, "form[action$='/user-name'] button").await?;
    confirm(client).await?;
    see(client, "[role=status]", "1 mot de passe, affiché une seule fois").await?;
    see(client, "table", "marieemmanuelle.delarochefoucauld").await?;
    go(client, &pupil(class.learners[4].id)).await?;
    see(client, "h1 + p .badge", "Mot de passe provisoire, à changer avant le").await?;
    click(client, "form[action*='/passwords'] button").await?;
    see(client, "h1", "Donner un mot de passe provisoire à").await?;
    see(client, "main", "l’étiquette déjà distribuée ne servira plus").await?;
    confirm(client).await?;
    see(client, "[role=status]", "1 mot de passe, affiché une seule fois").await?;
    see(client, "main", "Revenir à la fiche de l’élève").await?;
    go(client, &pupil(nobody)).await?;
    see(client, "main", "une campagne avec le code de la campagne").await?;
    click(client, "summary").await?;
    shot("07-pupil-without-account").await?;
    click(client, "form[action$='/unblock'] button").await?;
    see(client, "[role=status]", &format!("{} peut réessayer tout de suite de rejoindre", named(CLASS + 2))).await?;
    go(client, &pupil(staff)).await?;
    see(client, "main", "Ce compte est aussi celui d’un membre du personnel").await?;
    shot("08-pupil-staff").await?;
    go(client, &pupil(left.learner)).await?;
    see(client, "main", "Cet élève n’est plus dans la liste").await?;
    shot("09-pupil-left").await?;
    click(client, "main a[href$='/untie']").await?;
    see(client, "main", "Le compte est conservé").await?;
    shot("09-untie").await?;
    click(client, "button.grave").await?;
    see(client, "[role=status]", &format!("Le compte n’est plus rattaché à {}", named(CLASS + 4))).await?;
    see(client, "main", "n’est plus rattaché à celui avec lequel il a rejoint les campagnes").await?;
    shot("10-pupil-untied").await?;

    // A selection: two get a password, two do not.
    go(client, &class.path("?division=3EME%20B")).await?;
    see(client, "[role=status]", "4 élèves").await?;
    click(client, "button[form=choose]").await?;
    see(client, "[role=alert]", "Aucun élève n’est sélectionné").await?;
    see(client, "[role=status]", "4 élèves sur 39").await?;
    assert_eq!(client.title().await?, "Erreur\u{a0}: Élèves – Rentrée");
    find(client, Locator::Css("[type=checkbox]#learners")).await?;
    shot("11-nobody-selected").await?;
    for learner in [email.learner, blocked.learner, nobody, staff] {
        tick(client, learner).await?;
    }
    click(client, "button[form=choose]").await?;
    confirm(client).await?;
    see(client, "[role=status]", "2 mots de passe, affichés une seule fois").await?;
    see(client, "section[aria-labelledby=unserved]", "seule la personne à qui il appartient").await?;
    shot("12-selection").await?;
    if look.javascript && !look.dark {
        assert_eq!(cut_off(&browser).await?, json!([]), "nor does a name of sixty letters cut one off");
    }
    go(client, &class.path("")).await?;
    tick(client, nobody).await?;
    click(client, "button[form=choose]").await?;
    see(client, "main", "Aucun mot de passe ne serait donné").await?;
    click(client, "section .report a").await?;
    see(client, "#campaigns", "Campagnes de").await?;
    client.back().await?;
    see(client, "main", "Aucun mot de passe ne serait donné").await?;
    shot("13-nobody-served").await?;

    // The class: on the screen, in a file, on paper.
    go(client, &class.path("")).await?;
    choose(client, "#division", "3EME A").await?;
    see(client, "main", "Distribuer à toute la classe 3EME A").await?;
    click(client, "button[name=division]").await?;
    see(client, "section[aria-labelledby=receivers] summary", "Afficher leurs noms").await?;
    confirm(client).await?;
    see(client, "[role=status]", "35 mots de passe, affichés une seule fois").await?;
    see(client, "main", if look.javascript { "Imprimer les étiquettes" } else { "la commande « Imprimer »" }).await?;
    shot("14-class").await?;
    let mut shown = Vec::new();
    for code in client.find_all(Locator::Css("tbody td:last-child code")).await? {
        shown.push(code.text().await?);
    }
    click(client, "a[download]").await?;
    let sheet = String::from_utf8(browser.download("mots-de-passe-provisoires.csv").await?)?;
    assert_eq!((shown.len(), sheet.lines().count()), (CLASS, CLASS + 1));
    assert!(shown.iter().all(|password| sheet.contains(password)), "the file holds what the page shows");
    // A phone cannot be made another screen and be a phone again.
    if look.javascript && !look.dark {
        let slip = property(client, ".slip", "textContent").await?.unwrap_or_default();
        assert!(slip.contains("/sign-in") && !slip.contains("://"), "what is typed is short: {slip}");
        assert_eq!(cut_off(&browser).await?, json!([]), "every slip has its four cutting lines on the sheet");
    }
    // Ten slips on a sheet.
    assert_eq!(browser.paper(&format!("{name}-learners-15-slips")).await?, CLASS.div_ceil(10));

    go(client, &class.path("?account=user_name")).await?;
    see(client, "table .badge", "Mot de passe provisoire").await?;
    shot("16-list-provisional").await?;
    if look.javascript {
        click(client, "[data-tick]").await?;
        let ticked = client.find_all(Locator::Css("[name=learners]:checked")).await?.len();
        assert_eq!(ticked, client.find_all(Locator::Css("tbody tr")).await?.len(), "all of the page");
        see(client, "[data-tick]", "Tout désélectionner").await?;
    }
    go(client, &format!("/schools/{}/audit", class.uai)).await?;
    see(client, "main .rows", "a distribué des mots de passe provisoires : 35 élèves de la classe 3EME A").await?;
    see(client, "main .rows", "a distribué un mot de passe provisoire : un élève de la classe 3EME A").await?;
    see(client, "main .rows a", "un élève de la classe 3EME B").await?;
    shot("17-audit").await?;
    browser.close().await
}

#[test]
fn passwords_at_a_desk() {
    run(passwords(DESKTOP, "desktop"));
}

#[test]
fn passwords_on_a_phone() {
    run(passwords(PHONE, "phone"));
}

#[test]
fn passwords_without_scripts() {
    run(passwords(WITHOUT_SCRIPTS, "no-scripts"));
}
