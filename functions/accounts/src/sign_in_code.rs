//! Signing in by a code that staff show to a pupil, once and within minutes. Looking at the page uses nothing up: the code is typed, or a
//! script puts it into the form that stands after the `#` of a QR code's address, which no server and no log ever sees.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::limit::FAILURES_BY_CLIENT;
use rentree_domain::{CampaignCode, PersonalCode};
use rentree_http::{
    ClientAddress, Face, FormToken, Input, NewSession, Next, Problem, claimed_session, signed_in, text,
};
use rentree_table::{AuditAction, AuditEntry, SessionHash, SignInCode, User};
use rentree_web::{Field, Form, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::join;

use crate::sign_in::{Secret, SignedInView};
use crate::{Accounts, temporary_password};

/// Who used the code: no name of a pupil stands in a log.
const PUPIL: &str = "Un élève";
/// The same for a code that never was, was used, is too old, or gave way to another, and for a personal one, which looks alike.
const WRONG: &str = "Ce code n’est pas valable. Vérifiez-le : il ne sert qu’une fois, pendant dix minutes. Sinon, demandez-en un autre à votre enseignant. Un code personnel se saisit sur la page de la campagne.";
/// For what has the shape of a campaign's code, whether it is one or not.
const OF_A_CAMPAIGN: &str = "C’est la forme d’un code de campagne : tapez-le sur la page « Rejoindre une campagne ». Un code de connexion est fait de trois petits mots et de trois chiffres.";
const TOO_MANY: &str = "Trop d’essais depuis votre connexion. Réessayez dans dix minutes.";

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "sign-in-code.html")]
pub(crate) struct SignInCodeView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// Who is signed in on this device: their session ends when the code is used.
    signed_in: Option<String>,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "SignInCodeFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// `mave-tuza-dune-586`, in any case, with or without hyphens.
    #[schemars(with = "text::SpokenCode")]
    code: Secret,
}

/// `GET /code`
pub(crate) async fn page(
    State(app): State<Accounts>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = app.sign_in_code_page(&token, &headers, "").await?;
    Ok(token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /code`
pub(crate) async fn sign_in(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    token.check_meant(&input.proof)?;
    let now = (app.clock)();

    let opened = match app.open_by_code(&input.fields.code.0, &client, &headers, now).await {
        Ok(opened) => opened,
        Err(problem) if problem.status().is_server_error() => return Err(problem),
        Err(problem) => {
            let mut view = app.sign_in_code_page(&token, &headers, &input.fields.code.0).await?;
            view.form.refuse("code", problem.detail());
            return Ok(token.on(face.again(problem, &view)?));
        }
    };

    let (session, user) = opened;
    let must_change_password = user.password_to_change.is_some();
    let view = SignedInView { user: session.session.user, name: user.full_name(), must_change_password };
    let next = Next::default();
    let location = if must_change_password { next.after(temporary_password::PAGE) } else { next.or("/") };
    Ok(session.on(face.after_post(StatusCode::OK, &location, &view)?))
}

impl Accounts {
    /// The session that a code opens, and whose. Counted as a failed sign-in of the client before it is looked up, so that guesses at the
    /// same moment all count; what succeeds is taken back.
    async fn open_by_code(
        &self,
        typed: &str,
        client: &ClientAddress,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(NewSession, User), Problem> {
        let code = PersonalCode::parse(typed).ok();
        let shown = async {
            match &code {
                Some(code) => self.table.sign_in_code(code, now).await,
                None => Ok(None),
            }
        };
        let (is_allowed, shown) = join!(self.table.allows(&FAILURES_BY_CLIENT, &client.0, now), shown);
        if !is_allowed? {
            return Err(Problem::too_many(TOO_MANY));
        }
        let told = if CampaignCode::parse(typed).is_ok() { OF_A_CAMPAIGN } else { WRONG };
        let wrong = || Problem::wrong_credentials(told);
        let (code, shown) = code.zip(shown?).ok_or_else(wrong)?;
        let user = self.table.user(shown.user).await?.ok_or_else(wrong)?;

        let session = NewSession::new(shown.user, user.holder(), shown.epoch, headers, now);
        if !self.use_code((&code, &shown), &session, claimed_session(headers).as_ref(), now).await? {
            return Err(wrong());
        }
        self.table.take_back(&FAILURES_BY_CLIENT, &client.0, now).await?;
        Ok((session, user))
    }

    async fn use_code(
        &self,
        (code, shown): (&PersonalCode, &SignInCode),
        session: &NewSession,
        former: Option<&SessionHash>,
        now: Timestamp,
    ) -> Result<bool, Problem> {
        let entry = AuditEntry::new(now, rentree_runtime::random(), shown.user, PUPIL, AuditAction::SignInCodeUsed);
        let entry = entry.about(shown.learner);
        let opened = (&session.hash, &session.session);
        Ok(self.table.use_sign_in_code((code, shown), opened, former, now, &entry).await?)
    }

    async fn sign_in_code_page(
        &self,
        token: &FormToken,
        headers: &HeaderMap,
        typed: &str,
    ) -> Result<SignInCodeView, Problem> {
        let signed_in = signed_in(&self.table, headers, (self.clock)()).await?;
        let title = "Code de connexion";
        Ok(SignInCodeView {
            csrf: token.csrf(),
            form: Form::new("code", [code_field(typed)]),
            signed_in: signed_in.as_ref().map(|signed_in| signed_in.person.full_name()),
            frame: signed_in.map_or_else(|| Frame::bare(title), |signed_in| signed_in.frame(title)),
        })
    }
}

fn code_field(typed: &str) -> Field {
    // Another example than that of a personal code, which looks alike and goes elsewhere.
    Field::text("code", "Code de connexion")
        .hint("Trois petits mots et trois chiffres, par exemple mave-tuza-dune-586. En majuscules ou en minuscules, avec ou sans tirets.")
        .value(typed)
}
