//! The five cases that schools know: from which way in to which other a pupil comes at the start of a school year. Each in a real
//! browser, from the tile of the Médiacentre or from the page of sign-in to the pupil's own page, which shows every way in.

use fantoccini::{Client, Locator};
use jiff::Timestamp;
use rentree_domain::UserId;
use rentree_local::ent::Person;
use rentree_samples::Pupil;
use rentree_table::{Methods, Role};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, click_on, fill, go, open_menu, picture, see,
};
use crate::support::classes::{Class, PUPIL_PASSWORD, a_campaign, a_class, a_first_name};
use crate::support::mediacentre::{click_the_tile, known, pupil_of_the_ent, sign_on_id, somebody_of_the_ent};
use crate::support::people::{PASSWORD, a_member};
use crate::support::pupils::by_user_name;
use crate::support::{clock, eventually, product, run_with_ent};

/// A class of one.
async fn a_class_of(begins: &str) -> anyhow::Result<Class> {
    a_class(&[(&a_first_name(begins), "DUNORD", "10/03/2014")]).await
}

/// A browser, and what its pictures are called.
struct Case {
    browser: Browser,
    look: Look,
    name: &'static str,
}

impl Case {
    async fn begin(look: Look, name: &'static str) -> anyhow::Result<Self> {
        Ok(Self { browser: Browser::open(look).await?, look, name })
    }

    fn client(&self) -> &Client {
        &self.browser.client
    }

    async fn shot(&self, page: &str) -> anyhow::Result<()> {
        picture(&self.browser, self.look, &format!("{}-{page}", self.name)).await
    }

    /// Comes from the Médiacentre: by the button of its page where no script sends the form.
    async fn come(&self, person: &Person) -> anyhow::Result<()> {
        click_the_tile(self.client(), person).await?;
        if !self.look.javascript {
            click(self.client(), "#continue").await?;
        }
        // The page of the provider is left by its script in its own time.
        eventually("the product's answer", async || {
            let url = self.client().current_url().await?;
            let arrived = url.as_str().starts_with(&product().url) && url.path() != "/mediacentre/acs";
            Ok(arrived.then_some(()))
        })
        .await
    }

    /// Whom the product does not know yet says the campaign's code, then the birth date: the names are told by the Médiacentre.
    async fn tell(&self, class: &Class, pupil: &Pupil) -> anyhow::Result<()> {
        let (letters, digits) = class.code.halves();
        fill(self.client(), "#code-code", &format!("{letters}{digits}")).await?;
        click(self.client(), "form[action='/campagnes'] button").await?;
        see(self.client(), "h1", "Évaluation de rentrée").await?;
        see(self.client(), "main", &pupil.first_name).await?;
        let typed = Locator::Css("#who-first_name:not([type=hidden])");
        assert!(self.client().find_all(typed).await?.is_empty(), "names are fixed");
        self.shot("02-birth-date").await?;
        fill(self.client(), "#who-birth_date", &pupil.birth_date).await?;
        click(self.client(), "form[action$='/identity'] button").await
    }

    /// Nobody had an account for this pupil: it begins by one click.
    async fn begin_the_account(&self) -> anyhow::Result<()> {
        see(self.client(), "main", "Votre compte va être créé").await?;
        self.shot("02-new-account").await?;
        click(self.client(), "form[action$='/account'] button").await
    }

    /// The ways in that the own page shows, in its order.
    async fn see_ways_in(&self, expected: &[&str]) -> anyhow::Result<()> {
        go(self.client(), "/mes-campagnes").await?;
        see(self.client(), "h1", "Mes campagnes").await?;
        let ways = Locator::XPath("//h2[.='Pour vous connecter']/following-sibling::ul[1]//strong");
        let mut shown = Vec::new();
        for way in self.client().find_all(ways).await? {
            shown.push(way.text().await?);
        }
        assert_eq!(shown, expected);
        self.shot("09-own").await
    }

    async fn sign_out(&self) -> anyhow::Result<()> {
        click(self.client(), "form[action='/sign-out'] button").await?;
        see(self.client(), "h1", "Connectez-vous").await
    }

    async fn sign_in(&self, login: &str, password: &str) -> anyhow::Result<()> {
        fill(self.client(), "#known-login", login).await?;
        fill(self.client(), "#known-password", password).await?;
        click(self.client(), "form[action='/sign-in'] button").await
    }

    async fn end(self) -> anyhow::Result<()> {
        self.browser.close().await
    }
}

/// Whose account it is that the ENT's `person` leads to.
async fn account_of(person: &Person) -> anyhow::Result<Option<UserId>> {
    Ok(product().table.user_of_sign_on(&sign_on_id(person)?, Timestamp::now()).await?)
}

async fn no_account(look: Look, name: &'static str) -> anyhow::Result<()> {
    let class = a_class_of("Karine").await?;
    let pupil = &class.sample.pupils[0];
    let person = pupil_of_the_ent(class.uai, pupil).await?;
    let case = Case::begin(look, name).await?;
    case.come(&person).await?;
    case.shot("01-code").await?;
    case.tell(&class, pupil).await?;
    case.begin_the_account().await?;
    see(case.client(), "[role=status]", "Vous avez rejoint la campagne").await?;
    case.shot("03-joined").await?;
    case.see_ways_in(&["Médiacentre"]).await?;

    // From now on one click is enough.
    case.sign_out().await?;
    case.come(&person).await?;
    see(case.client(), "h1", "Mes campagnes").await?;
    assert_eq!(class.joined().await?.len(), 1);
    case.end().await
}

#[test]
fn no_account_then_mediacentre() {
    run_with_ent(no_account(DESKTOP, "desktop-no-account"));
}

#[test]
fn no_account_then_mediacentre_on_a_phone() {
    run_with_ent(no_account(PHONE, "phone-no-account"));
}

#[test]
fn no_account_then_mediacentre_without_scripts() {
    run_with_ent(no_account(WITHOUT_SCRIPTS, "plain-no-account"));
}

/// The GAR knows the child by another identifier, in the new year and again in the new school: each replaces the one before, and the
/// account stays.
#[test]
fn mediacentre_then_mediacentre_in_the_new_year_and_in_a_new_school() {
    run_with_ent(async {
        let college = a_class_of("Nina").await?;
        let pupil = &college.sample.pupils[0];
        let first = pupil_of_the_ent(college.uai, pupil).await?;
        let last_year = Methods::of_mediacentre(sign_on_id(&first)?, clock::last_year());
        let account = Some(college.tie(&pupil.first_name, last_year).await?);
        let case = Case::begin(DESKTOP, "desktop-new-year").await?;

        let lycee = college.of_another_school().await?;
        let mut before = first;
        for class in [&college, &lycee] {
            let now = pupil_of_the_ent(class.uai, pupil).await?;
            case.come(&now).await?;
            case.tell(class, pupil).await?;
            see(case.client(), "[role=status]", "Vous avez rejoint la campagne").await?;
            case.see_ways_in(&["Médiacentre"]).await?;
            assert_eq!(account_of(&now).await?, account, "the same account");
            assert_eq!(account_of(&before).await?, None, "replaced");
            case.sign_out().await?;
            before = now;
        }
        case.end().await
    });
}

#[test]
fn mediacentre_then_user_names_in_bulk() {
    run_with_ent(async {
        let [ines, gael] = ["Ines", "Gael"].map(a_first_name);
        let class = a_class(&[(&ines, "ROY", "11/03/2014"), (&gael, "GRIS", "12/03/2014")]).await?;
        let case = Case::begin(DESKTOP, "desktop-in-bulk").await?;
        let mut people = Vec::new();
        for index in 0..class.sample.pupils.len() {
            people.push(known(&class, index).await?);
        }
        case.come(&people[0]).await?;
        case.see_ways_in(&["Médiacentre"]).await?;
        case.sign_out().await?;

        // Staff hand user names out.
        let teacher = a_member(class.uai, Role::Member).await?;
        go(case.client(), "/sign-in").await?;
        case.sign_in(teacher.email().as_str(), PASSWORD).await?;
        see(case.client(), "h1", "Accueil").await?;
        go(case.client(), &format!("/schools/{}/learners", class.uai)).await?;
        for name in [&ines, &gael] {
            click(case.client(), &format!("input[value='{}']", class.pupil(name).await?.id)).await?;
        }
        click(case.client(), "button[form=choose]").await?;
        click(case.client(), "main form[action*='/passwords/'] button").await?;
        see(case.client(), "[role=status]", "2 mots de passe, affichés une seule fois").await?;
        case.shot("01-handed-out").await?;
        let row = Locator::XPath("//main//table//tr[.//*[contains(., 'ROY')]]//code");
        let mut codes = Vec::new();
        for code in case.client().find_all(row).await? {
            codes.push(code.text().await?);
        }
        let [user_name, password] = codes.as_slice() else { anyhow::bail!("a name and a password: {codes:?}") };
        case.sign_out().await?;

        // The child signs in by it, and still comes from the Médiacentre.
        go(case.client(), "/sign-in").await?;
        case.sign_in(user_name, password).await?;
        see(case.client(), "h1", "Choisissez votre mot de passe").await?;
        fill(case.client(), "#new-password", PUPIL_PASSWORD).await?;
        click(case.client(), "main form button").await?;
        case.see_ways_in(&["Médiacentre", "Identifiant"]).await?;
        case.sign_out().await?;
        case.come(&people[0]).await?;
        case.see_ways_in(&["Médiacentre", "Identifiant"]).await?;
        case.end().await
    });
}

/// Nothing changes for who comes by a user name, where Médiacentre is on.
#[test]
fn user_name_then_user_name() {
    run_with_ent(async {
        let class = a_class_of("Emma").await?;
        let methods = by_user_name();
        let user_name = methods.user_name.clone().expect("a user name");
        class.tie(&class.sample.pupils[0].first_name, methods).await?;
        let (_, code) = a_campaign(class.uai).await?;
        let case = Case::begin(DESKTOP, "desktop-user-name").await?;
        go(case.client(), &format!("/campagnes/{code}")).await?;
        case.shot("01-entrance").await?;
        go(case.client(), &format!("/sign-in?next=/campagnes/{code}")).await?;
        case.sign_in(user_name.as_str(), PUPIL_PASSWORD).await?;
        click(case.client(), &format!("form[action='/campagnes/{code}'] button")).await?;
        see(case.client(), "[role=status]", "Vous avez rejoint la campagne").await?;
        case.see_ways_in(&["Identifiant"]).await?;
        case.end().await
    });
}

/// The child signs in once with the way that the account has, and from then on has both.
#[test]
fn user_name_then_mediacentre_on_one_account() {
    run_with_ent(async {
        let class = a_class_of("Gael").await?;
        let pupil = &class.sample.pupils[0];
        let methods = by_user_name();
        let user_name = methods.user_name.clone().expect("a user name");
        let account = class.tie(&pupil.first_name, methods).await?;
        let person = pupil_of_the_ent(class.uai, pupil).await?;
        let case = Case::begin(DESKTOP, "desktop-both").await?;
        case.come(&person).await?;
        case.tell(&class, pupil).await?;
        see(case.client(), "[role=status]", "Vous avez déjà un compte").await?;
        see(case.client(), "[role=status]", "à la question qui suit").await?;
        case.shot("03-has-account").await?;
        click_on(case.client(), Locator::LinkText("Me connecter")).await?;
        case.sign_in(user_name.as_str(), PUPIL_PASSWORD).await?;
        see(case.client(), "main", "Ajouter le Médiacentre à votre compte").await?;
        case.shot("04-add").await?;
        assert_eq!(account_of(&person).await?, None, "nothing before it is said");
        click(case.client(), "button[name=add_mediacentre]").await?;
        see(case.client(), "[role=status]", "Le Médiacentre ouvre maintenant ce compte").await?;
        case.shot("05-joined").await?;
        case.see_ways_in(&["Médiacentre", "Identifiant"]).await?;
        assert_eq!(account_of(&person).await?, Some(account));

        // Each way leads there alone.
        case.sign_out().await?;
        case.come(&person).await?;
        case.see_ways_in(&["Médiacentre", "Identifiant"]).await?;
        case.sign_out().await?;
        go(case.client(), "/sign-in").await?;
        case.sign_in(user_name.as_str(), PUPIL_PASSWORD).await?;
        case.see_ways_in(&["Médiacentre", "Identifiant"]).await?;
        case.end().await
    });
}

/// The same without a campaign's code: on the page that follows the first click, the child signs in, and adds the Médiacentre.
async fn added(look: Look, name: &'static str) -> anyhow::Result<()> {
    let class = a_class_of("Leo").await?;
    let pupil = &class.sample.pupils[0];
    let methods = by_user_name();
    let user_name = methods.user_name.clone().expect("a user name");
    let account = class.tie(&pupil.first_name, methods).await?;
    let person = pupil_of_the_ent(class.uai, pupil).await?;
    let case = Case::begin(look, name).await?;
    case.come(&person).await?;
    see(case.client(), "main", "Vous avez déjà un compte").await?;
    see(case.client(), "main", "à la question qui suit").await?;
    case.shot("01-code").await?;
    click_on(case.client(), Locator::LinkText("Me connecter")).await?;
    case.sign_in(user_name.as_str(), PUPIL_PASSWORD).await?;
    see(case.client(), "main", "Si vous confirmez, le Médiacentre ouvrira ce compte").await?;
    case.shot("02-add").await?;
    assert_eq!(account_of(&person).await?, None, "nothing before it is said");
    click(case.client(), "main form[action='/mediacentre/suite'] button").await?;
    see(case.client(), "h1", "Mes campagnes").await?;
    see(case.client(), "[role=status]", "Le Médiacentre ouvre maintenant ce compte").await?;
    case.shot("03-added").await?;
    case.see_ways_in(&["Médiacentre", "Identifiant"]).await?;
    case.sign_out().await?;
    case.come(&person).await?;
    case.see_ways_in(&["Médiacentre", "Identifiant"]).await?;
    assert_eq!(account_of(&person).await?, Some(account));
    case.end().await
}

#[test]
fn user_name_then_mediacentre_without_a_code() {
    run_with_ent(added(DESKTOP, "desktop-added"));
}

#[test]
fn user_name_then_mediacentre_without_a_code_on_a_phone() {
    run_with_ent(added(PHONE, "phone-added"));
}

#[test]
fn user_name_then_mediacentre_without_a_code_and_without_scripts() {
    run_with_ent(added(WITHOUT_SCRIPTS, "plain-added"));
}

/// A teacher's profile leads to no account by itself: who has one signs in, and says that the Médiacentre opens it.
#[test]
fn staff_add_the_mediacentre() {
    run_with_ent(async {
        let class = a_class_of("Lou").await?;
        let teacher = a_member(class.uai, Role::Member).await?;
        let names = (teacher.user.first_name.as_str(), teacher.user.last_name.as_str());
        let person = somebody_of_the_ent(class.uai, names, "National_ENS").await?;
        let case = Case::begin(DESKTOP, "desktop-staff").await?;
        case.come(&person).await?;
        see(case.client(), "main", "Aucun compte n’est encore relié").await?;
        case.shot("01-sign-in").await?;
        click_on(case.client(), Locator::LinkText("Me connecter")).await?;
        case.sign_in(teacher.email().as_str(), PASSWORD).await?;
        see(case.client(), "main", "Si vous confirmez, le Médiacentre ouvrira ce compte").await?;
        case.shot("02-add").await?;
        see(case.client(), "main form[action='/mediacentre/suite']", "Non").await?;
        click(case.client(), "main form[action='/mediacentre/suite'] button").await?;
        see(case.client(), "h1", "Accueil").await?;
        see(case.client(), "main", "Le Médiacentre ouvre maintenant ce compte").await?;
        case.sign_out().await?;
        case.come(&person).await?;
        open_menu(case.client()).await?;
        see(case.client(), ".visitor", names.0).await?;
        assert_eq!(account_of(&person).await?, Some(teacher.id));
        case.end().await
    });
}
