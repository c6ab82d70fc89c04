//! A class and a code on the board, in a real browser: at a desk, on a phone, and without scripts.

use fantoccini::{Client, Locator};
use jiff::Timestamp;
use rentree_domain::UserId;
use rentree_table::{AuditAction, AuditEntry, Methods, Role};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, click_on, fill, go, picture, see, text_of,
};
use crate::support::classes::{
    Class, PUPIL_PASSWORD, a_campaign, a_class, a_device, a_first_name, an_address, born_years_ago,
};
use crate::support::mails::{link_in, mail_to};
use crate::support::people::{PASSWORD, a_member};
use crate::support::pupils::by_mediacentre;
use crate::support::{join_all, product, run};

async fn tell(client: &Client, class: &Class, index: usize) -> anyhow::Result<()> {
    let pupil = &class.sample.pupils[index];
    tell_as(client, &pupil.first_name, &pupil.last_name, &pupil.birth_date).await
}

async fn tell_as(client: &Client, first_name: &str, last_name: &str, birth_date: &str) -> anyhow::Result<()> {
    fill(client, "#who-first_name", first_name).await?;
    fill(client, "#who-last_name", last_name).await?;
    fill(client, "#who-birth_date", birth_date).await?;
    click(client, "form[action$='/identity'] button").await
}

async fn sign_in(client: &Client, login: &str, password: &str) -> anyhow::Result<()> {
    fill(client, "#known-login", login).await?;
    fill(client, "#known-password", password).await?;
    click(client, "form[action='/sign-in'] button").await
}

async fn sign_out(client: &Client) -> anyhow::Result<()> {
    click(client, "form[action='/sign-out'] button").await?;
    see(client, "h1", "Connectez-vous").await
}

#[expect(clippy::too_many_lines, reason = "one story, in its order")]
async fn an_hour(look: Look, name: &str) -> anyhow::Result<()> {
    let [karine, nina, emma, gael, tom, noa] = ["Karine", "Nina", "Emma", "Gael", "Tom", "Noa"].map(a_first_name);
    let old = born_years_ago(16);
    let class = a_class(&[
        (&karine, "DUNORD", "10/03/2014"),
        (&nina, "ROY", &old),
        (&emma, "ROY", &old),
        (&gael, "ROY", "12/03/2014"),
        (&tom, "GRIS", "13/03/2014"),
        (&tom, "GRIS", "13/03/2014"),
        (&noa, "BLEU", "14/03/2014"),
    ])
    .await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-joining-{page}")).await;

    // A code that does not exist, then the one on the board, as children type it.
    go(client, "/campagnes").await?;
    shot("01-code").await?;
    fill(client, "#join-code", "ABCDEF 234").await?;
    click(client, "main form button").await?;
    see(client, "[role=alert]", "Ce code ne mène à aucune campagne ouverte").await?;
    shot("02-code-refused").await?;
    let (letters, digits) = class.code.halves();
    fill(client, "#join-code", &format!("{} {digits}", letters.to_lowercase())).await?;
    click(client, "main form button").await?;
    see(client, "h1", "Évaluation de rentrée").await?;
    shot("03-identity").await?;

    // A wrong birth date, homonyms, nothing at all; then right.
    tell_as(client, &karine, "Dunord", "11/03/2014").await?;
    see(client, "[role=alert]", "n’a ces nom, prénom et date de naissance").await?;
    see(client, "[role=alert]", "il vérifiera que vous êtes dans la liste").await?;
    shot("04-nobody").await?;
    tell(client, &class, 4).await?;
    see(client, "[role=alert]", "Plusieurs élèves correspondent").await?;
    // One of them may have an account, and be on another device.
    see(client, "[role=alert]", "connectez-vous si vous avez déjà un compte").await?;
    see(client, "main", "Vous avez déjà un compte, de cette année").await?;
    see(client, &format!("main a[href='/sign-in?next=/campagnes/{}']", class.code), "Connectez-vous").await?;
    tell_as(client, &karine, " ", "31/02/2014").await?;
    see(client, "[role=alert]", "2 champs sont à corriger").await?;
    shot("05-identity-refused").await?;
    tell_as(client, &karine.to_lowercase(), "du-nord", "10 03 2014").await?;
    see(client, "main", "Il ne reste qu’à créer votre compte").await?;
    see(client, "#by-name", "Créez votre compte").await?;
    shot("06-account").await?;
    assert!(client.find_all(Locator::Css("#mail-email")).await?.is_empty(), "no address before fifteen");
    fill(client, "#new-password", "velours").await?;
    click(client, "button[value=user_name]").await?;
    see(client, "[role=alert]", "est trop court (8 caractères au moins) et n’a ni majuscule ni chiffre").await?;
    shot("07-account-refused").await?;
    fill(client, "#new-password", PUPIL_PASSWORD).await?;
    click(client, "button[value=user_name]").await?;
    see(client, "[role=status]", "Vous avez rejoint la campagne").await?;
    let user_name = format!("{}.dunord1003", karine.to_lowercase());
    see(client, "main", &user_name).await?;
    shot("08-joined").await?;

    // The course, and back.
    click_on(client, Locator::LinkText("Commencer")).await?;
    see(client, "h1", "Parcours de démonstration").await?;
    click(client, "button[value=started]").await?;
    see(client, "[role=status]", "Vous avez commencé le parcours").await?;
    go(client, "/mes-campagnes").await?;
    see(client, "main", "Reprendre").await?;
    shot("09-own").await?;
    click_on(client, Locator::XPath("//a[contains(., 'Reprendre')]")).await?;
    fill(client, "#score", "80").await?;
    fill(client, "#competences", "5").await?;
    fill(client, "#points", "100").await?;
    click(client, "button[value=sent]").await?;
    see(client, "[role=status]", "Vos résultats sont envoyés").await?;
    see(client, "[role=status]", "80").await?;
    see(client, "[role=status]", "Compétences au niveau").await?;
    if look.javascript {
        // A range over the first word has one box for each line that it stands on.
        let lines = "const word = [...document.querySelectorAll('.facts dt')].find((dt) => dt.textContent.startsWith('Compétences'));
            const range = document.createRange();
            range.setStart(word.firstChild, 0);
            range.setEnd(word.firstChild, 'Compétences'.length);
            return range.getClientRects().length";
        assert_eq!(client.execute(lines, vec![]).await?, 1, "the word is cut");
    }
    anyhow::ensure!(client.current_url().await?.path() == class.path(""), "led elsewhere");
    shot("10-sent").await?;
    go(client, "/mes-campagnes").await?;
    see(client, "main", "80").await?;

    // Under fifteen, no address, and the page says so.
    go(client, "/account").await?;
    see(client, "main", "à partir de vos 15 ans").await?;
    shot("11-account-under-15").await?;

    // The next one sits down, and sees who is signed in.
    go(client, &class.path("")).await?;
    let (_, other_code) = a_campaign(class.uai).await?;
    go(client, &format!("/campagnes/{other_code}")).await?;
    see(client, "main", "Vous êtes connecté(e) :").await?;
    shot("12-signed-in").await?;
    sign_out(client).await?;

    // From fifteen on, an address is another way.
    go(client, &class.path("")).await?;
    tell(client, &class, 1).await?;
    see(client, "main", "Avec une adresse e-mail").await?;
    shot("13-account-over-15").await?;
    let address = an_address();
    fill(client, "#mail-email", address.as_str()).await?;
    fill(client, "#mail-password", PUPIL_PASSWORD).await?;
    click(client, "button[value=email]").await?;
    see(client, "[role=status]", "Vous avez rejoint la campagne").await?;
    let confirm = link_in(&mail_to(address.as_str(), 1).await?)?;
    go(client, &confirm).await?;
    click(client, "main form button").await?;
    see(client, "[role=status]", "Votre adresse e-mail est confirmée").await?;
    shot("14-account-with-address").await?;
    sign_out(client).await?;

    // Each method that a pupil may have already.
    class.tie(&emma, Methods::of_email(an_address())).await?;
    class.tie(&gael, by_mediacentre()).await?;
    for (index, method, page) in [
        (0, "identifiant", "15-has-user-name"),
        (2, "adresse e-mail", "16-has-address"),
        (3, "Médiacentre", "17-has-gar"),
    ] {
        go(client, &class.path("")).await?;
        tell(client, &class, index).await?;
        see(client, "[role=status]", "Vous avez déjà un compte").await?;
        see(client, "[role=status]", method).await?;
        // Whoever has joined is not to join again. A password that is forgotten is no end.
        see(client, "[role=status]", "pour continuer").await?;
        let may_be_shown_a_code = client.find_all(Locator::Css("main a[href='/code']")).await?.len();
        assert_eq!(may_be_shown_a_code, usize::from(method != "Médiacentre"), "{method}");
        shot(page).await?;
    }

    // Another year, another school: told which account, signs in, is in.
    let lycee = class.of_another_school().await?;
    go(client, &lycee.path("")).await?;
    tell(client, &lycee, 0).await?;
    see(client, "[role=status]", "Il vient d’un autre établissement").await?;
    see(client, "[role=status]", "k***.d***1003").await?;
    shot("18-elsewhere").await?;
    click_on(client, Locator::LinkText("Me connecter")).await?;
    sign_in(client, &user_name, PUPIL_PASSWORD).await?;
    see(client, "main", "Vous êtes connecté(e) :").await?;
    shot("19-identity-signed-in").await?;
    tell_as(client, &karine, "Dunord", "12/03/2014").await?;
    see(client, "[role=alert]", "Aucun élève").await?;
    tell(client, &lycee, 6).await?;
    see(client, "[role=alert]", "Déconnectez-vous").await?;
    shot("20-other-account").await?;
    tell(client, &lycee, 0).await?;
    see(client, "[role=status]", "Vous avez rejoint la campagne").await?;
    go(client, "/mes-campagnes").await?;
    shot("21-two-schools").await?;

    // An archived campaign, for who joined and who did not.
    let now = Timestamp::now();
    let owner = UserId::new(now, rentree_runtime::random());
    let entry = AuditEntry::new(now, rentree_runtime::random(), owner, "Test", AuditAction::CampaignArchived);
    product().table.archive_campaign(lycee.uai, lycee.campaign, now, &entry).await?;
    go(client, &lycee.path("")).await?;
    see(client, "[role=status]", "ne peut plus être poursuivie").await?;
    shot("22-archived-joined").await?;
    sign_out(client).await?;
    go(client, &lycee.path("")).await?;
    see(client, "main", "Ce code ne mène à aucune campagne ouverte").await?;
    see(client, "main", "soit la campagne est archivée").await?;
    shot("23-archived").await?;
    browser.close().await
}

#[test]
fn an_hour_at_a_desk() {
    run(an_hour(DESKTOP, "desktop"));
}

#[test]
fn an_hour_on_a_phone() {
    run(an_hour(PHONE, "phone"));
}

#[test]
fn an_hour_without_scripts() {
    run(an_hour(WITHOUT_SCRIPTS, "plain"));
}

/// What follows a join, on the pages of a pupil who has left, and of one whose password staff handed out.
#[test]
fn what_comes_later() {
    run(async {
        for (look, name) in [(DESKTOP, "desktop"), (PHONE, "phone")] {
            let lea = a_first_name("Lea");
            let mut class = a_class(&[
                (&lea, "BRUN", &born_years_ago(16)),
                ("Un", "AUTRE", "01/01/2014"),
                ("Deux", "AUTRES", "02/01/2014"),
            ])
            .await?;
            let mut device = a_device();
            let joined = device.create(&class, &class.identity(0), &serde_json::json!({})).await?.expect(201)?;
            let user_name = joined["user_name"].as_str().unwrap();
            let teacher = a_member(class.uai, Role::Member).await?;

            let browser = Browser::open(look).await?;
            let client = &browser.client;
            let shot = async |page: &str| picture(&browser, look, &format!("{name}-later-{page}")).await;

            // The password is lost: a teacher gives another one.
            go(client, "/sign-in").await?;
            sign_in(client, teacher.email().as_str(), PASSWORD).await?;
            see(client, "h1", "Accueil").await?;
            go(client, &format!("/schools/{}/learners/{}", class.uai, class.pupil(&lea).await?.id)).await?;
            click(client, "form[action*='/passwords'] button").await?;
            click(client, "main form[action*='/passwords/'] button").await?;
            see(client, "[role=status]", "affiché une seule fois").await?;
            let temporary = text_of(client, Locator::XPath("//main//table//td[last()]/code")).await?;
            sign_out(client).await?;
            go(client, "/sign-in").await?;
            shot("01-sign-in").await?;
            sign_in(client, user_name, "pas le bon").await?;
            see(client, "[role=alert]", "incorrect").await?;
            sign_in(client, user_name, &temporary).await?;
            see(client, "h1", "Choisissez votre mot de passe").await?;
            shot("02-temporary").await?;
            go(client, &class.path("")).await?;
            see(client, "h1", "Choisissez votre mot de passe").await?;
            fill(client, "#new-password", &temporary).await?;
            click(client, "main form button").await?;
            see(client, "[role=alert]", "à corriger").await?;
            shot("03-temporary-refused").await?;
            fill(client, "#new-password", "Cerises9").await?;
            click(client, "main form button").await?;
            see(client, "h1", "Évaluation de rentrée").await?;

            // Sixteen: an address can be added.
            go(client, "/account").await?;
            see(client, "main", "Ajouter une adresse e-mail").await?;
            shot("04-account").await?;
            let address = an_address();
            fill(client, "#address-email", address.as_str()).await?;
            fill(client, "#address-current_password", "Cerises9").await?;
            click(client, "form[action='/account/email'] button").await?;
            see(client, "[role=status]", "Un message vient d’être envoyé").await?;
            go(client, &link_in(&mail_to(address.as_str(), 1).await?)?).await?;
            click(client, "main form button").await?;
            see(client, "main", address.as_str()).await?;
            see(client, "main", user_name).await?;
            shot("05-two-methods").await?;

            // The school no longer has the pupil; the account stays.
            class.sample.pupils.remove(0);
            class.import().await?;
            let (_, code) = a_campaign(class.uai).await?;
            go(client, &format!("/campagnes/{code}")).await?;
            see(client, "main", "Vous n’êtes plus dans la liste des élèves").await?;
            shot("06-left").await?;
            go(client, "/").await?;
            see(client, "h1", "Mes campagnes").await?;
            browser.close().await?;
        }
        Ok(())
    });
}

/// Twins are told apart by their spelling, and a slip that fits both is nobody's; two pupils to whom the same user name was shown
/// click at the same moment, and both are in.
#[test]
fn twins_and_two_of_one_name() {
    run(async {
        let (allan, jade) = (a_first_name("Allan"), a_first_name("Jade"));
        let alian = allan.replacen("All", "Ali", 1);
        let class = a_class(&[
            (&allan, "PETIT", "06/06/2013"),
            (&alian, "PETIT", "06/06/2013"),
            (&jade, "NOIR", "10/03/2013"),
            (&jade, "NOIR", "10/03/2014"),
        ])
        .await?;
        let (one, other) = (Browser::open(DESKTOP).await?, Browser::open(DESKTOP).await?);

        go(&one.client, &class.path("")).await?;
        tell_as(&one.client, &allan.replacen("All", "Al", 1), "Petit", "06/06/2013").await?;
        see(&one.client, "[role=alert]", "Plusieurs élèves correspondent").await?;
        picture(&one, DESKTOP, "desktop-twins-01-several").await?;
        tell(&one.client, &class, 1).await?;
        see(&one.client, "main", &format!("{}.petit0606", alian.to_lowercase())).await?;
        picture(&one, DESKTOP, "desktop-twins-02-one-of-them").await?;

        let proposed = format!("{}.noir1003", jade.to_lowercase());
        for (browser, index) in [(&one, 2), (&other, 3)] {
            go(&browser.client, &class.path("")).await?;
            tell(&browser.client, &class, index).await?;
            see(&browser.client, "main", &proposed).await?;
            fill(&browser.client, "#new-password", PUPIL_PASSWORD).await?;
        }
        let clicks = [&one, &other].map(|browser| click(&browser.client, "button[value=user_name]"));
        for clicked in join_all(clicks).await {
            clicked?;
        }
        let mut names = Vec::new();
        for browser in [&one, &other] {
            see(&browser.client, "[role=status]", "Vous avez rejoint la campagne").await?;
            names.push(text_of(&browser.client, Locator::Css(".keep code")).await?);
        }
        assert!(names.contains(&proposed) && names[0] != names[1], "{names:?}");
        assert_eq!(class.joined().await?.len(), 2);
        one.close().await?;
        other.close().await
    });
}
