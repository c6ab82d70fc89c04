//! Change the address, or confirm the one that an account began with: a link that is sent there, and followed by who is
//! signed in, says that it is theirs.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::method::may_use_email;
use rentree_domain::{EmailAddress, LinkToken, paris};
use rentree_http::{
    ClientAddress, Device, Face, Input, NewSession, Presented, Problem, SignedIn, Ways, require_account, text,
};
use rentree_identity::Origin;
use rentree_orders::{Ask, Refusal};
use rentree_table::{AccountError, LinkState, Purpose, User};
use rentree_web::Frame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::join;

use crate::Accounts;
use crate::account::address_form;
use crate::sessions::Proves;
use crate::sign_in::Secret;

const WAYS: Ways = Ways {
    advice: "Depuis « Mon compte », indiquez l’adresse à nouveau : un nouveau lien lui sera envoyé.",
    way_on: ("Mon compte", "/account"),
};

/// `docs/domain.md`: no e-mail method before the fifteenth birthday.
const UNDER_FIFTEEN: &str = "Avant 15 ans, on ne peut pas se connecter avec une adresse e-mail. Continuez avec votre identifiant : en cas d’oubli, un enseignant vous aide.";

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ChangeEmailFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The new address.
    #[schemars(with = "text::Email")]
    email: Secret,
    /// The password.
    #[schemars(with = "text::Password")]
    current_password: Secret,
}

/// The page of the link, and what programs are told.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "confirm-address.html")]
pub(crate) struct EmailView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    action: String,
    /// Whether the address is the account's already, so that it is confirmed and none is changed.
    is_known: bool,
    /// The address.
    #[schemars(with = "String")]
    email: EmailAddress,
    /// Whether it is the account's now.
    confirmed: bool,
}

/// `POST /account/email`
pub(crate) async fn ask(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let (signed_in, user) = require_account(&app.table, &headers, now).await?;
    signed_in.check_meant(&input.proof)?;

    let typed = input.fields.email.0;
    let mut form = address_form(&user, &typed);
    let email = form.read("email", EmailAddress::typed(&typed), |_| {
        "Indiquez une adresse e-mail complète. Exemple : prenom.nom@exemple.fr".to_owned()
    });
    let known = user.methods.email.as_ref();
    if email.is_some() && email.as_ref() == known && user.email_confirmed {
        form.refuse("email", "C’est déjà l’adresse de votre compte.");
    }
    if user.birth_date.is_some_and(|born| !may_use_email(born, paris::date(now))) {
        form.refuse("email", UNDER_FIFTEEN);
    }
    // The address will lead to a password: who has none proves to be the owner by a fresh sign-on.
    if user.password_hash.is_none() {
        Proves::of(&signed_in, &user, "d’ajouter une adresse e-mail", now)?;
    }
    // To confirm the address that the account has already, no password: it changes nothing, and must work when strangers have
    // blocked the account.
    let mut failure = None;
    if !form.is_refused() && email.as_ref() != known {
        let account = (signed_in.user, &user);
        let device = Device::of(&headers);
        let origin = Origin { client: &client.0, device: &device };
        failure = app.check_password(account, origin, &input.fields.current_password, &mut form).await?;
    }
    let is_known = email.as_ref() == known;
    let Some(email) = email.filter(|_| !form.is_refused()) else {
        let problem = Problem::invalid(&form);
        let mut view = app.account(&signed_in, user).await?;
        view.address = form;
        return face.again(problem, &view);
    };

    let ask = Ask::Address { client: &client.0, account: signed_in.user, email: email.clone() };
    let (forgiven, ordered) = join!(app.forgive(failure), app.mails.ask(ask, now));
    forgiven?;
    match ordered {
        Ok(()) => {}
        Err(Refusal::TooMany(limit)) => {
            let told = format!("Trop d’adresses indiquées. {}", Refusal::again(&limit));
            form.refuse("email", &told);
            let mut view = app.account(&signed_in, user).await?;
            view.address = form;
            return face.again(Problem::too_many(told), &view);
        }
        Err(error) => return Err(Problem::internal(&error)),
    }

    let view = EmailView {
        frame: signed_in.frame("Mon compte"),
        csrf: signed_in.csrf,
        action: String::new(),
        is_known,
        email,
        confirmed: false,
    };
    face.after_post(StatusCode::ACCEPTED, "/account?done=address-asked", &view)
}

/// `GET /account/email/{token}`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Path(link): Path<String>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (signed_in, user, link, email) = app.confirming(&link, &headers).await?;

    let view = EmailView {
        frame: signed_in.frame("Confirmer une adresse e-mail"),
        csrf: signed_in.csrf,
        action: format!("/account/email/{}", link.text()),
        is_known: user.methods.email.as_ref() == Some(&email),
        email,
        confirmed: false,
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /account/email/{token}`
pub(crate) async fn confirm(
    State(app): State<Accounts>,
    Path(link): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<serde_json::Value>,
) -> Result<Response, Problem> {
    let (signed_in, user, link, email) = app.confirming(&link, &headers).await?;
    signed_in.check_meant(&input.proof)?;

    let (id, now) = (signed_in.user, (app.clock)());
    let session = NewSession::new(id, user.holder(), user.epoch + 1, &headers, now);
    let confirmed = app.table.confirm_address(link.secret(), (id, &user), &email, session.stored(), now).await;
    let former = confirmed.map_err(|error| match error {
        AccountError::Table(error) => error.into(),
        AccountError::Link => WAYS.used(),
        AccountError::AddressTaken => {
            Problem::too_late("Cette adresse est celle d’un autre compte. Connectez-vous avec ce compte-là, ou choisissez une autre adresse.")
                .leading_to("Mon compte", "/account")
        }
        AccountError::Moved => Problem::too_late("Le compte a été modifié entre-temps. Recommencez depuis « Mon compte ».")
            .leading_to("Mon compte", "/account"),
    })?;
    if let Some(former) = former.filter(|former| *former != email) {
        app.mails.tell_address_changed(former, &email).await;
    }

    let view = EmailView {
        frame: Frame::bare("Adresse confirmée"),
        csrf: String::new(),
        action: String::new(),
        is_known: user.methods.email.as_ref() == Some(&email),
        email,
        confirmed: true,
    };
    Ok(session.on(face.after_post(StatusCode::OK, "/account?done=address", &view)?))
}

/// What the page of a link that was used says to who is signed in: that nothing is left to do, if it made their address what it is.
fn used(purpose: &Purpose, signed_in: &SignedIn, user: &User) -> Problem {
    let Purpose::Address { user: owner, email, .. } = purpose else { return WAYS.used_by(signed_in) };
    let is_done = *owner == signed_in.user && user.email_confirmed && user.methods.email.as_ref() == Some(email);
    if !is_done {
        return WAYS.used_by(signed_in);
    }
    let detail = format!("{email} est l’adresse de votre compte. Il n’y a plus rien à faire.");
    let (label, path) = signed_in.home();
    Problem::link_gone(StatusCode::GONE, "Cette adresse est déjà confirmée", detail).leading_to(label, path)
}

impl Accounts {
    /// Parses and authorises. The link alone is not enough: an address that was mistyped is a stranger's, who must not get the
    /// account with it.
    async fn confirming(
        &self,
        link: &str,
        headers: &HeaderMap,
    ) -> Result<(SignedIn, User, LinkToken, EmailAddress), Problem> {
        let now = (self.clock)();
        let (known, presented) = join!(WAYS.known(&self.table, link), Presented::read(&self.table, headers, now));
        let (link, found) = known?;
        let account = presented?.account(&self.table).await?;
        if let (LinkState::Used, Some((signed_in, user))) = (found.state(now), &account) {
            return Err(used(&found.purpose, signed_in, user));
        }
        WAYS.check(&found, now)?;
        let Purpose::Address { user: owner, epoch, email } = found.purpose else { return Err(WAYS.forged()) };
        let (signed_in, user) = account.ok_or_else(Problem::signed_out)?;
        signed_in.check_password()?;
        if signed_in.user != owner {
            let detail = "Déconnectez-vous, puis connectez-vous avec le compte auquel vous avez donné cette adresse.";
            return Err(Problem::link_gone(StatusCode::NOT_FOUND, "Ce lien est celui d’un autre compte", detail)
                .leading_to("Mon compte", "/account"));
        }
        // Another password or address since it was asked for ends it, and so does the end of all other sessions.
        if user.epoch == epoch { Ok((signed_in, user, link, email)) } else { Err(WAYS.expired()) }
    }
}
