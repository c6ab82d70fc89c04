//! The page of the second factor: what it is for and how it is added, or that there is one, and how it is ended. Recovery codes are shown
//! here once, to the browser that made them.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{CodeSecret, EmailAddress, RecoveryCode, UserId, UserName};
use rentree_http::{Asked, Face, Next, Problem, SameSite, SecretCookie, SignedIn, account_seed, require_account};
use rentree_table::{SecondFactor, User};
use rentree_web::{Form, Frame, french, qr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::code;
use super::forms::{add_form, both_form};
use crate::Accounts;

pub(crate) const PAGE: &str = "/account/second-factor";
/// What the secret of an application is made of, with the account that is signed in, until its first code was right. The table has
/// nothing of it.
const SECRET_SEED: SecretCookie<'static> = SecretCookie {
    name: "__Host-second-factor",
    same_site: SameSite::Strict,
    lasts: Some(SignedDuration::from_mins(30)),
};
/// What recovery codes are made of, until they were shown. The table has their hashes.
const CODES_SEED: SecretCookie<'static> = SecretCookie {
    name: "__Host-recovery-codes",
    same_site: SameSite::Strict,
    lasts: Some(SignedDuration::from_mins(10)),
};

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "second-factor.html")]
pub(crate) struct SecondFactorView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    done: Option<&'static str>,
    /// Where somebody goes on who was asked at sign-in.
    #[serde(skip)]
    next: String,
    /// Since when a code is asked beside the password; `null` when none is.
    since: Option<Timestamp>,
    /// How many recovery codes were not used yet.
    recovery_codes_left: usize,
    /// The recovery codes, once, to the browser that made them.
    recovery_codes: Vec<String>,
    /// What an application is told that takes no QR code, as long as there is no second factor.
    secret: Option<String>,
    /// What the QR code says, as long as there is no second factor.
    address: Option<String>,
    #[serde(skip)]
    qr: Option<String>,
    #[serde(skip)]
    add: Form,
    #[serde(skip)]
    renew: Form,
    #[serde(skip)]
    end: Form,
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct AskedFor {
    /// What the page tells that was just done.
    done: String,
    /// An address of this site, with its query, where to go on afterwards.
    #[schemars(with = "String")]
    next: Next,
}

/// Recovery codes, for programs: a browser is shown them after a redirect.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RecoveryCodesView {
    /// Each is accepted once in place of a code of the application.
    recovery_codes: Vec<String>,
}

/// The secret of an application that is about to be added, drawn at the first look. It is of one account: whoever was signed in before in
/// the same browser, and looked at theirs, knows nothing of it.
pub(super) struct SetUp {
    /// What the browser keeps.
    kept: [u8; 32],
    secret: CodeSecret,
    is_new: bool,
}

/// Recovery codes that have just been drawn.
pub(super) struct Drawn {
    seed: [u8; 32],
}

/// `GET /account/second-factor`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Asked(asked): Asked<AskedFor>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (signed_in, user) = require_account(&app.table, &headers, (app.clock)()).await?;
    let hash = may_have_one(&user)?;
    let factor = app.factor_of(&signed_in, &user).await?;

    let set_up = SetUp::of(&headers, (signed_in.user, hash));
    let mut view = SecondFactorView::new(&signed_in, &user, factor.as_ref(), &set_up);
    asked.next.as_str().clone_into(&mut view.next);
    view.done = match asked.done.as_str() {
        "added" => Some(
            "La validation en deux étapes est activée. Si vous étiez connecté(e) sur d’autres appareils, vous ne l’êtes plus : ils vous demanderont un code.",
        ),
        "renewed" => Some("Voici de nouveaux codes de secours. Les précédents ne fonctionnent plus."),
        _ => None,
    };
    let Some(factor) = &factor else { return Ok(set_up.on(face.render(StatusCode::OK, &view)?)) };
    let Some(drawn) = Drawn::claimed(&headers) else { return face.render(StatusCode::OK, &view) };
    if drawn.are_those_of(factor) {
        view.recovery_codes = drawn.shown();
    }
    // Shown once: at a shared computer, "back" and a reload show none.
    Ok(CODES_SEED.forget(face.render(StatusCode::OK, &view)?))
}

/// Whether the account of `user` may have a second factor: staff's may, if it has a password, which is told as it is stored.
pub(crate) fn may_have_one(user: &User) -> Result<&str, Problem> {
    if user.follows_rules_of_pupils() {
        return Err(Problem::not_found());
    }
    user.password_hash.as_deref().ok_or_else(|| {
        let detail = "Vous vous connectez par le Médiacentre de votre ENT, sans mot de passe : c’est l’ENT qui protège cette connexion.";
        Problem::too_late(detail).leading_to("Mon compte", "/account")
    })
}

impl Accounts {
    /// The page again, after a form was refused: as things are by then.
    pub(super) async fn second_factor_again(
        &self,
        (signed_in, user): (&SignedIn, &User),
        headers: &HeaderMap,
    ) -> Result<SecondFactorView, Problem> {
        let factor = self.factor_of(signed_in, user).await?;
        let set_up = SetUp::of(headers, (signed_in.user, may_have_one(user)?));
        Ok(SecondFactorView::new(signed_in, user, factor.as_ref(), &set_up))
    }
}

impl SecondFactorView {
    /// The page, its forms empty.
    pub(super) fn new(signed_in: &SignedIn, user: &User, factor: Option<&SecondFactor>, set_up: &SetUp) -> Self {
        let secret = factor.is_none().then_some(set_up.secret());
        let email = user.methods.email.as_ref().map(EmailAddress::as_str);
        let login = email.or(user.methods.user_name.as_ref().map(UserName::as_str)).unwrap_or_default();
        let address = secret.map(|secret| code::address(secret, login));
        Self {
            frame: signed_in.frame("Validation en deux étapes"),
            csrf: signed_in.csrf.clone(),
            done: None,
            next: String::new(),
            since: user.second_factor.filter(|_| factor.is_some()),
            recovery_codes_left: factor.map_or(0, |factor| factor.recovery_codes.len()),
            recovery_codes: Vec::new(),
            secret: secret.map(code::typed),
            qr: address.as_deref().and_then(|address| qr::svg(address, "Code QR de votre compte").ok()),
            address,
            add: add_form(),
            renew: both_form("renew"),
            end: both_form("end"),
        }
    }

    /// The same, leading on to `next`, with the form that was refused.
    pub(super) fn with_add(self, add: Form, next: &Next) -> Self {
        Self { add, next: next.as_str().to_owned(), ..self }
    }

    /// The same, with the form that was refused.
    pub(super) fn with_renew(self, renew: Form) -> Self {
        Self { renew, ..self }
    }

    /// The same, with the form that was refused.
    pub(super) fn with_end(self, end: Form) -> Self {
        Self { end, ..self }
    }
}

impl SetUp {
    pub(super) fn of(headers: &HeaderMap, account: (UserId, &str)) -> Self {
        Self::claimed(headers, account).unwrap_or_else(|| Self::new(rentree_runtime::random(), account, true))
    }

    /// The one that the browser was shown for this account, with the password that is stored so.
    pub(super) fn claimed(headers: &HeaderMap, account: (UserId, &str)) -> Option<Self> {
        SECRET_SEED.secret(headers).map(|kept| Self::new(kept, account, false))
    }

    fn new(kept: [u8; 32], account: (UserId, &str), is_new: bool) -> Self {
        Self { kept, secret: CodeSecret::of(&account_seed(&kept, account)), is_new }
    }

    /// What the application knows, too.
    pub(super) fn secret(&self) -> &CodeSecret {
        &self.secret
    }

    fn on(&self, response: Response) -> Response {
        if self.is_new { SECRET_SEED.on(response, &self.kept) } else { response }
    }

    /// `response`, by which the browser forgets it.
    pub(super) fn forget(response: Response) -> Response {
        SECRET_SEED.forget(response)
    }
}

impl Drawn {
    /// Draws recovery codes.
    pub(super) fn draw() -> Self {
        Self { seed: rentree_runtime::random() }
    }

    fn claimed(headers: &HeaderMap) -> Option<Self> {
        CODES_SEED.secret(headers).map(|seed| Self { seed })
    }

    /// What the table keeps of them.
    pub(super) fn hashes(&self) -> Vec<rentree_domain::SecretHash> {
        RecoveryCode::all_of(&self.seed).iter().map(RecoveryCode::hash).collect()
    }

    /// Whether they are all still there.
    fn are_those_of(&self, factor: &SecondFactor) -> bool {
        self.hashes() == factor.recovery_codes
    }

    fn shown(&self) -> Vec<String> {
        RecoveryCode::all_of(&self.seed).iter().map(ToString::to_string).collect()
    }

    /// What programs are answered.
    pub(super) fn view(&self) -> RecoveryCodesView {
        RecoveryCodesView { recovery_codes: self.shown() }
    }

    /// `response`, by which the browser keeps them until they were shown.
    pub(super) fn on(&self, response: Response) -> Response {
        CODES_SEED.on(response, &self.seed)
    }
}
