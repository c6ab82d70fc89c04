//! The staff's year in a real browser: activate the space, build the team, go and come back. With JavaScript and without, on
//! a desktop and on a phone.

use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{EmailAddress, LinkToken, Uai};
use rentree_table::{Link, Purpose, School};
use rentree_testkit::SentMail;

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, attribute, click, click_on, fill, find, go, picture, see, text_of,
};
use crate::support::mails::{link_in, mail_about, mail_to};
use crate::support::people::{PASSWORD, a_team, an_email, somebody};
use crate::support::{a_uai, product, run};

async fn sign_up(client: &Client, first_name: &str, last_name: &str, email: &EmailAddress) -> anyhow::Result<()> {
    fill(client, "#new-first_name", first_name).await?;
    fill(client, "#new-last_name", last_name).await?;
    fill(client, "#new-email", email.as_str()).await?;
    fill(client, "#new-password", PASSWORD).await?;
    click(client, "button[value=sign_up]").await
}

async fn sign_in(client: &Client, email: &EmailAddress) -> anyhow::Result<()> {
    go(client, "/sign-in").await?;
    fill(client, "#known-login", email.as_str()).await?;
    fill(client, "#known-password", PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await
}

async fn accept_terms(client: &Client) -> anyhow::Result<()> {
    see(client, "h1", "Conditions d’utilisation").await?;
    click(client, "form[action='/terms'] button").await
}

/// What the row of the team offers that names somebody; the page that follows asks.
async fn act_on(client: &Client, name: &str, button: &str) -> anyhow::Result<()> {
    let row = format!("//ul[@class='rows']/li[.//strong[text()='{name}']]//a[contains(., '{button}')]");
    click_on(client, Locator::XPath(&row)).await?;
    see(client, "h1", name).await?;
    click(client, "button.grave").await
}

/// The page that asks names who was invited, and so does the one that tells.
async fn cancel_the_invitation(client: &Client, email: &EmailAddress) -> anyhow::Result<()> {
    let row = format!("//ul[@class='rows']/li[contains(., '{email}')]//a[contains(., 'Annuler')]");
    click_on(client, Locator::XPath(&row)).await?;
    see(client, "h1", &format!("Annuler l’invitation à {email}")).await?;
    see(client, "main .careful", "Le lien déjà envoyé ne fonctionnera plus").await?;
    click(client, "button.grave").await?;
    see(client, "[role=status]", &format!("L’invitation à {email} est annulée")).await
}

async fn sign_out(client: &Client) -> anyhow::Result<()> {
    click(client, "form[action='/sign-out'] button").await?;
    see(client, "h1", "Connectez-vous").await
}

async fn a_listed_school() -> anyhow::Result<(Uai, EmailAddress)> {
    let (uai, mailbox) = (a_uai(), an_email());
    let school = School { mailbox: Some(mailbox.clone()), ..School::new("Collège des Lilas") };
    product().table.create_school(uai, &school).await?;
    Ok((uai, mailbox))
}

#[expect(clippy::too_many_lines, reason = "one story, in its order")]
async fn a_year(look: Look, name: &str) -> anyhow::Result<()> {
    let (uai, mailbox) = a_listed_school().await?;
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, look, &format!("{name}-staff-{page}")).await;

    // The form, with a mistake, then without.
    go(client, "/demande-administration-sco").await?;
    shot("01-request").await?;
    fill(client, "#ask-uai", "0010856B").await?;
    fill(client, "#ask-first_name", "Anne-Laure").await?;
    fill(client, "#ask-last_name", "Le Goff").await?;
    click(client, "main form button").await?;
    see(client, "[role=alert]", "Un champ est à corriger").await?;
    shot("02-request-refused").await?;
    fill(client, "#ask-uai", uai.as_str()).await?;
    click(client, "main form button").await?;
    see(client, "[role=status]", "Consultez la messagerie de votre établissement").await?;
    shot("03-request-sent").await?;

    // The mail, the link, the account, the terms, the space.
    let link = link_in(&mail_to(mailbox.as_str(), 1).await?)?;
    go(client, "/demo/mailbox").await?;
    see(client, "main", "Le Goff a fait une demande").await?;
    go(client, &link).await?;
    see(client, "h1", "Activer l’espace de l’établissement Collège des Lilas").await?;
    shot("04-link").await?;
    let head = an_email();
    fill(client, "#new-first_name", "Anne-Laure").await?;
    fill(client, "#new-password", "court").await?;
    click(client, "button[value=sign_up]").await?;
    see(client, "[role=alert]", "Ce mot de passe est trop court").await?;
    shot("05-link-refused").await?;
    sign_up(client, "Anne-Laure", "Le Goff", &head).await?;
    see(client, "h1", "Conditions d’utilisation").await?;
    shot("06-terms").await?;
    accept_terms(client).await?;
    see(client, "[role=status]", "Vous êtes administrateur de l’espace").await?;
    shot("07-home").await?;
    see(client, "[aria-current=step]", "Inviter l’équipe").await?;
    click(client, "[aria-current=step] a").await?;
    see(client, "main", "Désignez un second administrateur").await?;
    shot("07-team").await?;

    // Two invitations: one becomes an account, the other meets one that is there.
    let lea = an_email();
    // As long as addresses are: pages and the log break it anywhere.
    let elsewhere = EmailAddress::parse(&format!("un-tres-long-nom-de-famille-compose-{}", an_email()))?;
    let known = somebody().await?;
    // While there is one administrator, the role is chosen; these are teachers.
    see(client, "section[aria-labelledby=invite]", "pour en désigner un second").await?;
    fill(client, "#invite-emails", &format!("{lea} {elsewhere} camille")).await?;
    click(client, "form[action$='/invitations'] button").await?;
    see(client, "[role=alert]", "camille").await?;
    see(client, "[role=alert]", "Choisissez un rôle").await?;
    click(client, "#invite-role option[value=member]").await?;
    let by_mistake = an_email();
    fill(client, "#invite-emails", &format!("{lea} {elsewhere} {by_mistake}")).await?;
    click(client, "form[action$='/invitations'] button").await?;
    see(client, "[role=status]", "les invitations partent, dans le rôle « Membre »").await?;
    let (to_lea, to_known) =
        (link_in(&mail_to(lea.as_str(), 1).await?)?, link_in(&mail_to(elsewhere.as_str(), 1).await?)?);
    go(client, &format!("/schools/{uai}/team")).await?;
    see(client, "main", "Dernier envoi le").await?;
    shot("08-invitations").await?;
    cancel_the_invitation(client, &by_mistake).await?;
    sign_out(client).await?;
    go(client, &to_lea).await?;
    see(client, "h1", "Vous êtes invité(e)").await?;
    sign_up(client, "Léa", "Martin", &lea).await?;
    accept_terms(client).await?;
    see(client, "[role=status]", "Bienvenue dans l’espace").await?;
    shot("09-member").await?;
    sign_out(client).await?;
    go(client, &to_known).await?;
    fill(client, "#known-email", known.email().as_str()).await?;
    fill(client, "#known-password", "pas le bon mot").await?;
    click(client, "button[value=sign_in]").await?;
    see(client, "[role=alert]", "incorrect").await?;
    shot("10-invitation-refused").await?;
    fill(client, "#known-password", PASSWORD).await?;
    click(client, "button[value=sign_in]").await?;
    see(client, "[role=status]", "Bienvenue dans l’espace").await?;

    // The other leaves.
    click(client, "nav a[href$='/team']").await?;
    click(client, "main a[href$='/leave']").await?;
    see(client, "h1", "Quitter l’espace Collège des Lilas").await?;
    shot("10-leave").await?;
    click(client, "main form .actions a").await?;
    see(client, "h1", "Équipe").await?;
    click(client, "main a[href$='/leave']").await?;
    click(client, "button.grave").await?;
    see(client, "h1", "Mes espaces").await?;
    shot("11-no-space").await?;
    sign_out(client).await?;

    // Roles change; the last administrator stays; one is removed.
    sign_in(client, &head).await?;
    see(client, "h1", "Accueil").await?;
    click(client, "nav a[href$='/team']").await?;
    act_on(client, "Léa Martin", "Rendre administrateur").await?;
    see(client, "[role=status]", "Léa Martin est administrateur de l’espace").await?;
    act_on(client, "Léa Martin", "Rendre membre").await?;
    see(client, "[role=status]", "Léa Martin est membre de l’espace").await?;
    see(client, "main", "donnez d’abord le rôle d’administrateur à un autre membre").await?;
    go(client, &format!("/schools/{uai}/leave")).await?;
    see(client, "h1", "Le dernier administrateur ne peut pas quitter ce rôle").await?;
    shot("12-last-administrator").await?;
    go(client, &format!("/schools/{uai}/team")).await?;
    act_on(client, "Léa Martin", "Retirer").await?;
    see(client, "[role=status]", "Léa Martin n’est plus dans l’équipe").await?;
    go(client, &format!("/schools/{uai}/audit")).await?;
    see(client, "main .rows", "a retiré Léa Martin").await?;
    shot("13-audit").await?;

    // The account, and its address.
    go(client, "/account").await?;
    see(client, "main", "Appareils connectés").await?;
    shot("14-account").await?;
    go(client, &link_in(&mail_to(head.as_str(), 1).await?)?).await?;
    see(client, "h1", "Confirmer une adresse e-mail").await?;
    click(client, "main form button").await?;
    see(client, "[role=status]", "Votre adresse e-mail est confirmée").await?;
    fill(client, "#password-current_password", "pas le bon mot").await?;
    fill(client, "#password-password", "des bottes et un ciré").await?;
    click(client, "form[action='/account/password'] button").await?;
    see(client, "[role=alert]", "Le mot de passe actuel est incorrect").await?;
    shot("15-account-refused").await?;
    fill(client, "#password-current_password", PASSWORD).await?;
    fill(client, "#password-password", "des bottes et un ciré").await?;
    click(client, "form[action='/account/password'] button").await?;
    see(client, "[role=status]", "Votre mot de passe a été changé").await?;
    sign_out(client).await?;
    shot("16-sign-in").await?;

    // A forgotten password.
    click(client, "a[href='/forgotten-password']").await?;
    see(client, "h1", "Mot de passe oublié").await?;
    see(client, "main", "Un message ne part que vers une adresse").await?;
    shot("17-forgotten").await?;
    fill(client, "#ask-email", head.as_str()).await?;
    click(client, "main form button").await?;
    see(client, "[role=status]", "Consultez votre messagerie").await?;
    shot("18-forgotten-sent").await?;
    go(client, &link_in(&mail_about("nouveau mot de passe", head.as_str()).await?)?).await?;
    see(client, "h1", "Choisissez un nouveau mot de passe").await?;
    shot("19-new-password").await?;
    fill(client, "#new-password", "une cabane sous les pins").await?;
    click(client, "main form button").await?;
    see(client, "h1", "Accueil").await?;
    sign_out(client).await?;

    // The account is lost: the school's mailbox gives the space to somebody else.
    go(client, "/demande-administration-sco").await?;
    fill(client, "#ask-uai", uai.as_str()).await?;
    fill(client, "#ask-first_name", "Karim").await?;
    fill(client, "#ask-last_name", "Benali").await?;
    click(client, "main form button").await?;
    let link = link_in(&mail_to(mailbox.as_str(), 2).await?)?;
    go(client, &link).await?;
    sign_up(client, "Karim", "Benali", &an_email()).await?;
    accept_terms(client).await?;
    see(client, "[role=status]", "Vous êtes administrateur de l’espace").await?;
    click(client, "nav a[href$='/team']").await?;
    see(client, "main .rows", "Karim Benali").await?;
    go(client, &link).await?;
    see(client, "h1", "Ce lien a déjà été utilisé").await?;
    shot("20-used").await?;
    browser.close().await
}

#[test]
fn a_year_at_a_desk() {
    run(a_year(DESKTOP, "desktop"));
}

#[test]
fn a_year_on_a_phone() {
    run(a_year(PHONE, "phone"));
}

#[test]
fn a_year_without_scripts() {
    run(a_year(WITHOUT_SCRIPTS, "no-scripts"));
}

/// From the mailbox of the demo to a mail in its own style, whose button leads where its text does.
async fn as_mail_programs_show_it(client: &Client, to: &EmailAddress, mail: &SentMail) -> anyhow::Result<()> {
    go(client, "/demo/mailbox").await?;
    let shown = format!("//article[contains(., '{to}')]//a[starts-with(@href, '/demo/mailbox/')]");
    click_on(client, Locator::XPath(&shown)).await?;
    see(client, "[role=article]", "Suivez le lien ci-dessous").await?;
    assert_eq!(client.title().await?, mail.subject);
    let leads = attribute(client, "[role=article] a", "href").await?.unwrap_or_default();
    assert!(leads.ends_with(&link_in(mail)?), "{leads}");
    // Its style is its own, and the policy of its page lets it be.
    let button = find(client, Locator::Css("[role=article] a")).await?;
    assert_eq!(button.css_value("display").await?, "inline-block");
    Ok(())
}

/// Pages that the year does not come by.
#[test]
fn the_other_pages() {
    run(async {
        for (look, name) in [(DESKTOP, "desktop"), (PHONE, "phone"), (WITHOUT_SCRIPTS, "no-scripts")] {
            let browser = Browser::open(look).await?;
            let client = &browser.client;
            let shot = async |page: &str| picture(&browser, look, &format!("{name}-staff-{page}")).await;
            go(client, "/demo").await?;
            see(client, "h1", "Essayer Rentrée").await?;
            let told = text_of(client, Locator::Css("main")).await?;
            let (visitors, engineers) = told.split_once("Pour les développeurs").expect("a section of their own");
            assert!(visitors.contains("Me connecter") && !visitors.contains("cargo dev"), "{told}");
            assert!(engineers.contains("cargo dev"), "{told}");
            shot("30-demo").await?;
            go(client, "/demo/design").await?;
            see(client, "h1", "Le design de Rentrée").await?;
            shot("30-design").await?;
            go(client, "/demo/mailbox").await?;
            shot("31-mailbox").await?;
            // Whoever asks for access without an account is led to one first.
            go(client, "/spaces/request").await?;
            see(client, "h1", "Connectez-vous").await?;
            see(client, "h1 + .panel a.button", "Créer un compte").await?;
            click(client, "h1 + .panel a.button").await?;
            let email = an_email();
            fill(client, "#ask-email", email.as_str()).await?;
            shot("32-sign-up").await?;
            click(client, "main form button").await?;
            let mail = mail_to(email.as_str(), 1).await?;
            as_mail_programs_show_it(client, &email, &mail).await?;
            go(client, &link_in(&mail)?).await?;
            see(client, "h1", "Créer un compte").await?;
            shot("33-sign-up-form").await?;
            fill(client, "#new-first_name", "Léa").await?;
            fill(client, "#new-last_name", "Martin").await?;
            fill(client, "#new-password", PASSWORD).await?;
            click(client, "main form button").await?;
            accept_terms(client).await?;
            see(client, "h1", "Rejoindre l’espace").await?;

            // Somebody who is signed in opens an invitation, and a link that has expired.
            let (uai, administrator) = a_team().await?;
            let other = an_email();
            let body = serde_json::json!({ "emails": other });
            administrator.post(&format!("/schools/{uai}/invitations"), &body).await?.expect(201)?;
            go(client, &link_in(&mail_to(other.as_str(), 1).await?)?).await?;
            see(client, "#go-on", "Léa Martin").await?;
            see(client, "main", "Rejoindre avec ce compte").await?;
            shot("34-invitation-signed-in").await?;
            click(client, "button[value=signed_in]").await?;
            see(client, "[role=status]", "Bienvenue").await?;
            go(client, "/spaces").await?;
            shot("35-spaces").await?;
            let token = LinkToken::new(rentree_runtime::random());
            let old = Timestamp::now() - SignedDuration::from_hours(2);
            product().table.create_link(token.secret(), &Link::new(Purpose::SignUp { email: an_email() }, old)).await?;
            go(client, &format!("/sign-up/{}", token.text())).await?;
            see(client, "h1", "Ce lien a expiré").await?;
            shot("36-expired").await?;
            let id = product().table.user_of_email(&email).await?.unwrap().0;
            let token = LinkToken::new(rentree_runtime::random());
            let address = Purpose::Address { user: id, epoch: 0, email: an_email() };
            product().table.create_link(token.secret(), &Link::new(address, Timestamp::now())).await?;
            go(client, &format!("/account/email/{}", token.text())).await?;
            see(client, "h1", "Confirmer une adresse e-mail").await?;
            shot("37-confirm-address").await?;
            click(client, "main form button").await?;
            see(client, "[role=status]", "Votre adresse e-mail est confirmée").await?;
            browser.close().await?;
        }
        Ok(())
    });
}

/// Without a mouse: Tab goes from the link that skips to the content through the fields, Enter sends.
#[test]
fn keyboard_alone() {
    run(async {
        let (uai, person) = a_team().await?;
        let browser = Browser::open(DESKTOP).await?;
        let client = &browser.client;
        let press = async |keys: &str| -> anyhow::Result<String> {
            client.active_element().await?.send_keys(keys).await?;
            let script = "const e = document.activeElement; return e.id || e.name || e.textContent.trim()";
            Ok(client.execute(script, vec![]).await?.as_str().unwrap_or_default().to_owned())
        };
        let tab = String::from(char::from(Key::Tab));
        let enter = String::from(char::from(Key::Enter));
        go(client, &format!("/schools/{uai}/team")).await?;
        see(client, "h1", "Connectez-vous").await?;
        assert_eq!(press(&tab).await?, "Aller au contenu");
        let shown = client.execute("return getComputedStyle(document.activeElement).outlineStyle", vec![]).await?;
        assert_eq!(shown, "solid", "focus is seen");
        press(&enter).await?;
        assert_eq!(press(&tab).await?, "known-login");
        press(person.email().as_str()).await?;
        assert_eq!(press(&tab).await?, "known-password");
        press(PASSWORD).await?;
        client.active_element().await?.send_keys(&enter).await?;
        see(client, "h1", "Équipe").await?;
        browser.close().await
    });
}
