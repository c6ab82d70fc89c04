//! Asking to be let into a school's space. Answered alike for every UAI: the request is noted whether the school has a space or not, and
//! its administrators, if there are any, are told by mail. What whoever asks has there themselves is told before anything is counted or
//! written, for they know it anyway: a place in the team, a request that waits, or one that was refused.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::{Uai, UserId};
use rentree_http::{Asked, ClientAddress, Face, Input, Presented, Problem, SignedIn, require_account, text};
use rentree_identity::{read_uai, uai_field};
use rentree_orders::limit::ACCESS_REQUESTS_BY_ACCOUNT;
use rentree_orders::{Ask, Refusal};
use rentree_table::{AccessRequest, School, User};
use rentree_web::{Form, Frame, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{join, try_join};

use crate::Invitations;
use crate::done::NEWS;

const PATH: &str = "/spaces/request";
const TOO_MANY_OF_ONE: &str =
    "Vous avez envoyé trop de demandes aujourd’hui. Réessayez demain, ou demandez une invitation à un administrateur.";
/// Which of the two it was would tell what others ask of the school.
const TOO_MANY: &str = "Trop de demandes ont été envoyées depuis votre connexion ou à cet établissement. Réessayez demain, ou demandez une invitation à un administrateur.";
const ALREADY_IN: &str = "Vous faites déjà partie de cet espace : rien n’a été demandé.";
const UNCONFIRMED: &str = "Confirmez d’abord votre adresse e-mail : les administrateurs vous reconnaissent par elle.";

/// What the form sends.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "AskAccessFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// UAI (also called RNE) of the school, in any case.
    #[schemars(with = "text::Uai")]
    uai: String,
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields(…)")
    }
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "ask-access.html")]
pub(crate) struct AskAccessView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// Whether the address of the account is confirmed: without it, nobody asks.
    is_confirmed: bool,
    /// The school that was asked for, on the page after the form.
    #[schemars(with = "Option<String>")]
    uai: Option<Uai>,
    /// Its name and its town, as the public directory has them; nothing is told of its space.
    school: Option<String>,
    /// Since when the request to it waits for an answer.
    asked_at: Option<Timestamp>,
    /// Whether who asks is in its space: then there is nothing to ask for.
    is_in: bool,
    /// The school of which a request was just taken back, above the form.
    #[schemars(with = "Option<String>")]
    withdrawn: Option<Uai>,
    /// When the request to it was refused, and until when no other can be sent.
    #[serde(skip)]
    refused: Option<(Timestamp, Timestamp)>,
    #[serde(skip)]
    is_new: bool,
}

/// What somebody has in a school themselves.
pub(crate) enum Own {
    /// A place in the team that lets them in.
    Place,
    /// A request that was refused then, and keeps them from asking until then.
    Refused(Timestamp, Timestamp),
    /// A request that waits since then.
    Waiting(Timestamp),
    /// Nothing of these. Whoever stayed away for long asks to be let in again.
    Nothing,
}

/// Whether it was sent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Sent {
    /// The form was just sent, for this UAI.
    sent: Option<String>,
    /// The request to this UAI was just taken back.
    withdrawn: Option<String>,
}

/// `GET /spaces/request`
pub(crate) async fn page(
    State(app): State<Invitations>,
    Asked(query): Asked<Sent>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let (signed_in, user) = require_account(&app.table, &headers, now).await?;
    signed_in.check_terms()?;

    let view = AskAccessView::new(&signed_in, &user, Fields::default().form());
    let is_withdrawn = query.withdrawn.is_some();
    let Some(uai) = query.withdrawn.or(query.sent).and_then(|about| Uai::parse(&about).ok()) else {
        return face.render(StatusCode::OK, &view);
    };
    let school = async { Ok(app.table.school(uai).await?) };
    let (own, school) = try_join!(app.own(uai, signed_in.user, now), school)?;
    let view = match own {
        Own::Place => view.of_member(uai),
        Own::Waiting(since) => view.waiting(uai, since, now),
        Own::Refused(at, until) => view.refused(uai, at, until),
        Own::Nothing if is_withdrawn => AskAccessView { withdrawn: Some(uai), ..view },
        // It was taken back since, or never sent: the form stands there again.
        Own::Nothing => return face.render(StatusCode::OK, &view),
    };
    face.render(StatusCode::OK, &AskAccessView { school: school.map(School::with_town), ..view })
}

/// `POST /spaces/request`
pub(crate) async fn ask(
    State(app): State<Invitations>,
    client: ClientAddress,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let mut form = input.fields.form();
    let uai = read_uai(&mut form, &input.fields.uai);
    let presented = Presented::read(&app.table, &headers, now).await?;
    // Read beside the account, whichever the UAI is.
    let own = app.own_if_asked(uai.zip(presented.user()), now);
    let (account, own) = join!(presented.account(&app.table), own);
    let (signed_in, user) = account?.ok_or_else(Problem::signed_out)?;
    signed_in.check_password()?;
    signed_in.check_terms()?;
    signed_in.check_meant(&input.proof)?;

    let email = user.confirmed_email();
    if email.is_none() {
        form.refuse("uai", UNCONFIRMED);
    }
    let Some((uai, email)) = uai.zip(email) else {
        let problem = Problem::invalid(&form);
        return face.again(problem, &AskAccessView::new(&signed_in, &user, form));
    };
    let location = format!("{PATH}?sent={uai}");
    match own? {
        Own::Place => {
            let told = Problem::too_late(ALREADY_IN).leading_to("Ouvrir l’espace", format!("/schools/{uai}"));
            return face.already(true, told, &location);
        }
        Own::Refused(at, until) => {
            let told = refusal_text(at, until);
            // No field is at fault: nothing that could be typed there would let them ask.
            let view = AskAccessView::new(&signed_in, &user, Fields::default().form()).refused(uai, at, until);
            return face.again(Problem::too_late(told), &view);
        }
        Own::Waiting(since) => {
            let view = AskAccessView::new(&signed_in, &user, Fields::default().form()).waiting(uai, since, now);
            return face.after_post(StatusCode::ACCEPTED, &location, &view);
        }
        Own::Nothing => {}
    }
    let request = AccessRequest::new(user.full_name(), email.clone(), now);
    // Nothing is noted over a request that came meanwhile, and nobody is told of it again.
    let asked = Ask::Access { client: &client.0, account: signed_in.user, uai, request: &request };
    match app.mails.ask(asked, now).await {
        Ok(()) => {}
        Err(Refusal::TooMany(limit)) => {
            let told = if limit == ACCESS_REQUESTS_BY_ACCOUNT { TOO_MANY_OF_ONE } else { TOO_MANY };
            form.refuse("uai", told);
            return face.again(Problem::too_many(told), &AskAccessView::new(&signed_in, &user, form));
        }
        Err(error) => return Err(Problem::internal(&error)),
    }

    let view = AskAccessView::new(&signed_in, &user, Fields::default().form()).waiting(uai, now, now);
    face.after_post(StatusCode::ACCEPTED, &location, &view)
}

/// What is told of a request that was refused then, and keeps its person from asking again until then.
pub(crate) fn refusal_text(at: Timestamp, until: Timestamp) -> String {
    format!(
        "Votre demande à cet établissement a été refusée le {}. Vous pourrez en faire une autre après le {}. D’ici là, un administrateur de l’espace peut vous inviter.",
        french::day(&at),
        french::day(&until),
    )
}

impl Invitations {
    /// What `id` has in a school, which may be none.
    pub(crate) async fn own(&self, uai: Uai, id: UserId, now: Timestamp) -> Result<Own, Problem> {
        let (member, request) = try_join!(self.table.member(uai, id), self.table.access_request(uai, id))?;
        if member.is_some_and(|member| !member.is_absent(now)) {
            return Ok(Own::Place);
        }
        let Some(request) = request else { return Ok(Own::Nothing) };
        if let Some((at, until)) = request.refusal(now) {
            return Ok(Own::Refused(at, until));
        }
        Ok(if request.is_pending(now) { Own::Waiting(request.asked_at) } else { Own::Nothing })
    }

    /// The same where a UAI reads and a session is there; else nothing is looked for.
    async fn own_if_asked(&self, asked: Option<(Uai, UserId)>, now: Timestamp) -> Result<Own, Problem> {
        match asked {
            Some((uai, id)) => self.own(uai, id, now).await,
            None => Ok(Own::Nothing),
        }
    }
}

impl Fields {
    fn form(&self) -> Form {
        Form::new("ask", [uai_field(&self.uai)])
    }
}

impl AskAccessView {
    fn new(signed_in: &SignedIn, user: &User, form: Form) -> Self {
        Self {
            frame: signed_in.frame("Rejoindre un espace"),
            csrf: signed_in.csrf.clone(),
            form,
            is_confirmed: user.confirmed_email().is_some(),
            uai: None,
            school: None,
            asked_at: None,
            is_in: false,
            withdrawn: None,
            refused: None,
            is_new: false,
        }
    }

    /// The page after the form, for who is in the space.
    fn of_member(self, uai: Uai) -> Self {
        Self { uai: Some(uai), is_in: true, ..self }
    }

    /// The page after the form, where a request was refused then, and none can be sent until then.
    fn refused(self, uai: Uai, at: Timestamp, until: Timestamp) -> Self {
        Self { uai: Some(uai), refused: Some((at, until)), ..self }
    }

    /// The page after the form, where a request waits since then.
    fn waiting(self, uai: Uai, since: Timestamp, now: Timestamp) -> Self {
        Self { uai: Some(uai), asked_at: Some(since), is_new: now.duration_since(since) < NEWS, ..self }
    }
}
