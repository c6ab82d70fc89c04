//! What follows a sign-on that no account knows: a pupil types the code of a campaign; whoever has an account signs in with it, and adds
//! the Médiacentre to it. Nothing is added before its owner says so.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use rentree_domain::matching::{Closeness, KnownAs, Typed};
use rentree_domain::mediacentre::Profile;
use rentree_domain::{CampaignCode, Method};
use rentree_http::{Asked, DoneOnTheWay, Face, FormToken, Input, Presented, Problem, SignedIn, WAITING_SIGN_ON};
use rentree_table::{AddError, User, WaitingSignOn};
use rentree_web::{Field, Form, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Mediacentre;
use crate::acs::{SUITE, arrival};
use crate::refused::waits_no_more;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "suite.html")]
pub(crate) struct SuiteView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    #[serde(skip)]
    code: String,
    /// First and last name, as the ENT tells them.
    name: Option<String>,
    /// What the ENT takes the person for.
    profile: Profile,
    /// Whose account is signed in: first and last name.
    account: Option<String>,
    /// What comes next.
    step: Step,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SuiteStep")]
pub(crate) enum Step {
    /// Type the code of a campaign; or sign in with an account.
    Code,
    /// Sign in with an account.
    SignIn,
    /// Add the Médiacentre to the account.
    Add,
    /// The same, with `confirmed`: the names are not quite the same, and may be a twin's, or a colleague's.
    Ask,
    /// The account is of somebody with another name.
    OtherAccount,
}

/// What came of the question.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AddedView {
    /// Whether the Médiacentre is a method of the account now; not where the answer was no.
    added: bool,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AddMediacentreFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// Whether it is the same person, though the names are not quite the same.
    confirmed: bool,
    /// Not to add it: the sign-on that waits in this browser is forgotten, and nothing else is done.
    without_mediacentre: bool,
    /// The campaign where the sign-on began: a second click, which finds nothing that waits, goes on there, too.
    code: String,
}

/// What the address says.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Before {
    /// Whether the answer came a second time.
    again: bool,
}

/// Who is there, and what waits in the browser: under a secret, which the browser keeps as long as a sign-on waits.
struct Arrived {
    account: Option<(SignedIn, User)>,
    secret: Option<[u8; 32]>,
    waiting: Option<WaitingSignOn>,
}

/// `GET /mediacentre/suite`
pub(crate) async fn page(
    State(app): State<Mediacentre>,
    Asked(before): Asked<Before>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Arrived { account, waiting, .. } = app.arrived(&headers).await?;
    let waiting = match waiting {
        Some(waiting) => waiting,
        // The browser left before it had the secret. The provider still knows who it is, and nobody is asked again.
        None if before.again => return Ok(Redirect::to("/mediacentre").into_response()),
        None => return Err(waits_no_more()),
    };

    let step = Step::of(&waiting, account.as_ref().map(|(_, user)| user));

    let view = SuiteView::new(&waiting, account.as_ref().map(|(signed_in, _)| signed_in), &token, step);
    Ok(token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /mediacentre/suite`
pub(crate) async fn add(
    State(app): State<Mediacentre>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let Arrived { account, secret, waiting } = app.arrived(&headers).await?;
    let (signed_in, user) = account.ok_or_else(Problem::signed_out)?;
    signed_in.check_meant(&input.proof)?;
    signed_in.check_password()?;
    let place = place_after(&user, waiting.as_ref(), &input.fields.code);
    // Whether it waits still is no matter: a second click leads where the first one did.
    if input.fields.without_mediacentre {
        // Where it opens the account already, by the other answer or since long, nothing is told.
        let has_it = user.methods.has(Method::Mediacentre, (app.clock)());
        let place = if has_it { place } else { DoneOnTheWay::MediacentreDeclined.at(&place) };
        return answered(face, &place, false);
    }
    let secret = secret.ok_or_else(waits_no_more)?;
    let done = DoneOnTheWay::MediacentreAdded.at(&place);
    // A second click finds nothing that waits, and what the first one did.
    let Some(waiting) = waiting else {
        let is_added = user.methods.has(Method::Mediacentre, (app.clock)());
        return if is_added { answered(face, &done, true) } else { Err(waits_no_more()) };
    };

    match Step::of(&waiting, Some(&user)) {
        Step::Add => {}
        Step::Ask if input.fields.confirmed => {}
        Step::Ask => return Err(to_confirm(&user)),
        Step::OtherAccount | Step::Code | Step::SignIn => return Err(other_account(&user)),
    }

    let now = (app.clock)();
    match app.table.add_mediacentre((&secret, &waiting), (signed_in.user, &user), now).await {
        Ok(()) => tracing::info!(user = %signed_in.user, "the Médiacentre was added to an account"),
        Err(error) => {
            let opens = app.table.user_of_sign_on(&waiting.id, now).await?;
            if opens != Some(signed_in.user) {
                return Err(not_added(error));
            }
        }
    }

    answered(face, &done, true)
}

/// The owner of the account has answered, by this click or by the one before, and nothing waits any more.
fn answered(face: Face, location: &str, added: bool) -> Result<Response, Problem> {
    Ok(WAITING_SIGN_ON.forget(face.after_post(StatusCode::OK, location, &AddedView { added })?))
}

/// Where the owner of an account goes on: a pupil at the campaign where the sign-on began, or else where they arrive. Campaigns are joined
/// by pupils. Where nothing waits any more, `code` tells which campaign it was.
fn place_after(user: &User, waiting: Option<&WaitingSignOn>, code: &str) -> String {
    let waits = waiting.and_then(|waiting| waiting.campaign.clone());
    let campaign = waits.or_else(|| CampaignCode::parse(code).ok()).filter(|_| user.birth_date.is_some());
    campaign.map_or_else(|| arrival(user.birth_date).to_owned(), |code| format!("/campagnes/{code}"))
}

impl Mediacentre {
    async fn arrived(&self, headers: &HeaderMap) -> Result<Arrived, Problem> {
        let (now, secret) = ((self.clock)(), WAITING_SIGN_ON.secret(headers));
        let waiting = async {
            match &secret {
                Some(secret) => Ok(self.table.waiting_sign_on(secret, now).await?),
                None => Ok(None),
            }
        };
        let (presented, waiting) = tokio::try_join!(Presented::read(&self.table, headers, now), waiting)?;
        Ok(Arrived { account: presented.account(&self.table).await?, secret, waiting })
    }
}

impl Step {
    fn of(waiting: &WaitingSignOn, account: Option<&User>) -> Self {
        let Some(user) = account else {
            return match waiting.profile {
                Profile::Pupil => Self::Code,
                Profile::Staff => Self::SignIn,
            };
        };
        let is_of_staff = user.birth_date.is_none();
        match (waiting.profile, closeness(waiting, user)) {
            // No pupil's tile opens the space of a school.
            (Profile::Pupil, _) if is_of_staff => Self::OtherAccount,
            (_, Closeness::Exact) => Self::Add,
            (_, Closeness::Near) => Self::Ask,
            // Names of staff differ: somebody marries, and the ENT knows it first. They see both, and say so.
            (Profile::Staff, Closeness::Another) if is_of_staff => Self::Ask,
            (_, Closeness::Another) => Self::OtherAccount,
        }
    }
}

/// How near the names of an account come to those that the ENT told. Without names, nobody can say whether it is the same person: on a
/// computer of the school, two children may come one after the other.
fn closeness(waiting: &WaitingSignOn, user: &User) -> Closeness {
    let (Some(first), Some(last)) = (&waiting.first_name, &waiting.last_name) else { return Closeness::Another };
    let (told, account) = ((first.as_str(), last.as_str()), (user.first_name.as_str(), user.last_name.as_str()));
    // Either may have all given names where the other has one.
    let like = |(first, last), (other_first, other_last)| {
        KnownAs::new([first].into_iter(), [last].into_iter()).like(&Typed::new(other_first, other_last))
    };
    like(told, account).max(like(account, told))
}

fn to_confirm(user: &User) -> Problem {
    Problem::to_confirm(format!(
        "Le nom du compte, {}, n’est pas tout à fait celui que donne le Médiacentre. Confirmez que c’est vous.",
        user.full_name()
    ))
    .leading_to("Revenir en arrière", SUITE)
}

fn other_account(user: &User) -> Problem {
    Problem::other_account(format!(
        "Vous êtes connecté(e) à un compte ({}), et le Médiacentre parle de quelqu’un d’autre, ou ne dit pas de qui. Déconnectez-vous, puis recommencez depuis le Médiacentre ; si cela recommence, demandez de l’aide à votre enseignant ou à un administrateur de l’espace.",
        user.full_name()
    ))
    .leading_to("Revenir en arrière", SUITE)
}

fn not_added(error: AddError) -> Problem {
    match error {
        AddError::Gone => waits_no_more(),
        AddError::Moved => {
            Problem::too_late("Votre compte a changé au même moment. Rechargez la page, puis recommencez.")
                .leading_to("Revenir en arrière", SUITE)
        }
        AddError::Taken => Problem::other_account(
            "Le Médiacentre de cette personne ouvre déjà un autre compte. Demandez à votre enseignant de vérifier.",
        )
        .leading_to("Recommencer", "/mediacentre"),
        AddError::Table(error) => error.into(),
    }
}

impl SuiteView {
    fn new(waiting: &WaitingSignOn, signed_in: Option<&SignedIn>, token: &FormToken, step: Step) -> Self {
        const TITLE: &str = "Connexion par le Médiacentre";
        let name = waiting.first_name.as_ref().zip(waiting.last_name.as_ref());
        let code = waiting.campaign.as_ref().map(ToString::to_string).unwrap_or_default();
        Self {
            frame: signed_in.map_or_else(|| Frame::bare(TITLE), |signed_in| signed_in.frame(TITLE)),
            csrf: signed_in.map_or_else(|| token.csrf(), |signed_in| signed_in.csrf.clone()),
            form: Form::new("code", [Field::text("code", "Code de la campagne").value(&code)]),
            code,
            name: name.map(|(first, last)| format!("{first} {last}")),
            profile: waiting.profile,
            account: signed_in.map(|signed_in| signed_in.person.full_name()),
            step,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use rentree_domain::{EntityId, Ido, PersonName, SignOnId};
    use rentree_table::Methods;

    use super::*;

    fn waiting(names: Option<(&str, &str)>, profile: Profile) -> WaitingSignOn {
        let id = SignOnId { idp: EntityId::parse("urn:idp").unwrap(), ido: Ido::parse("1").unwrap() };
        let (first_name, last_name) =
            names.map(|(first, last)| (PersonName::parse(first).unwrap(), PersonName::parse(last).unwrap())).unzip();
        WaitingSignOn { id, first_name, last_name, uai: None, profile, campaign: None, expires_at: 0 }
    }

    fn account((first, last): (&str, &str), is_pupil: bool) -> User {
        User {
            first_name: PersonName::parse(first).unwrap(),
            last_name: PersonName::parse(last).unwrap(),
            methods: Methods::default(),
            email_confirmed: false,
            password_hash: None,
            password_to_change: None,
            birth_date: is_pupil.then(|| date(2014, 3, 10)),
            joined_a_team: false,
            second_factor: None,
            epoch: 0,
            terms: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn nobody_is_signed_in() {
        assert_eq!(Step::of(&waiting(None, Profile::Pupil), None), Step::Code);
        assert_eq!(Step::of(&waiting(None, Profile::Staff), None), Step::SignIn);
    }

    /// On a computer of the school: whose account it is must be whom the ENT names.
    #[test]
    fn a_pupil_s_names_must_fit() {
        let karine = Some(("KARINE", "DUNORD"));
        for (account_of, step) in [
            (("Karine", "Dunord"), Step::Add),
            (("Karine", "DU NORD"), Step::Add),
            (("Karine Marie", "Dunord"), Step::Add),
            (("Dunord", "Karine"), Step::Add),
            (("Carine", "Dunord"), Step::Ask),
            (("Karine", "Dumord"), Step::Ask),
            (("Nadia", "Dunord"), Step::OtherAccount),
            (("Karine", "Martin"), Step::OtherAccount),
        ] {
            for profile in [Profile::Pupil, Profile::Staff] {
                let told = Step::of(&waiting(karine, profile), Some(&account(account_of, true)));
                assert_eq!(told, step, "{account_of:?}");
            }
            let of_staff = Step::of(&waiting(karine, Profile::Pupil), Some(&account(account_of, false)));
            assert_eq!(of_staff, Step::OtherAccount, "no pupil's tile opens the space of a school");
        }
        let nameless = Step::of(&waiting(None, Profile::Pupil), Some(&account(("Karine", "Dunord"), true)));
        assert_eq!(nameless, Step::OtherAccount);
    }

    /// A second click finds nothing that waits: the form has told the campaign. No address of somebody else's is ever followed.
    #[test]
    fn a_second_click_leads_where_the_first_one_did() {
        let code = CampaignCode::parse("KRTBVW582").unwrap();
        let begun = WaitingSignOn { campaign: Some(code), ..waiting(None, Profile::Pupil) };
        let (pupil, teacher) = (account(("Karine", "Dunord"), true), account(("Karine", "Dunord"), false));
        assert_eq!(place_after(&pupil, Some(&begun), ""), "/campagnes/KRTBVW582");
        assert_eq!(place_after(&pupil, None, "KRTBVW582"), "/campagnes/KRTBVW582");
        assert_eq!(place_after(&pupil, None, ""), "/mes-campagnes");
        assert_eq!(place_after(&pupil, None, "/elsewhere.example"), "/mes-campagnes");
        assert_eq!(place_after(&teacher, Some(&begun), "KRTBVW582"), "/", "campaigns are joined by pupils");
    }

    /// A name changes, and a colleague leaves a sign-on behind in the staff room: both names are shown, and it is asked.
    #[test]
    fn staff_of_another_name_say_so_themselves() {
        let told = waiting(Some(("Camille", "Durand")), Profile::Staff);
        assert_eq!(Step::of(&told, Some(&account(("Camille", "Durand"), false))), Step::Add);
        assert_eq!(Step::of(&told, Some(&account(("Camille", "Le Goff"), false))), Step::Ask);
    }
}
