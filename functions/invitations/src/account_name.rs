//! Correct one's own name: of the account, and wherever colleagues are shown it. A pupil's name is the school's to correct.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::PersonName;
use rentree_domain::limit::NAMES_BY_ACCOUNT;
use rentree_http::{Face, Input, Problem, SignedIn, require_account};
use rentree_identity::NameFields;
use rentree_table::{AuditAction, AuditEntry};
use rentree_web::{Form, Frame};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::try_join;

use crate::Invitations;

const FORM: &str = "name";
/// Where it is told that it was done, by the name as it is then: none stands in an address.
const DONE: &str = "/account?done=name";
const NAMED_BY_A_SCHOOL: &str = "Votre nom est celui de la liste de votre établissement, ou de votre ENT. S’il comporte une erreur, dites-le à un enseignant, qui préviendra le secrétariat.";
const TOO_MANY: &str = "Vous avez corrigé votre nom trop souvent aujourd’hui. Réessayez demain.";

/// The page, and what programs are told.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "account-name.html")]
pub(crate) struct AccountNameView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// First name of the account.
    #[schemars(with = "String")]
    first_name: PersonName,
    /// Last name of the account.
    #[schemars(with = "String")]
    last_name: PersonName,
    /// Whether a school gives the name, as it does a pupil's: then its owner cannot correct it.
    is_named_by_a_school: bool,
}

/// `GET /account/name`
pub(crate) async fn page(State(app): State<Invitations>, face: Face, headers: HeaderMap) -> Result<Response, Problem> {
    let (signed_in, user) = require_account(&app.table, &headers, (app.clock)()).await?;
    let is_named_by_a_school = user.is_named_by_a_school();
    // Pupils accept none.
    if !is_named_by_a_school {
        signed_in.check_terms()?;
    }
    let typed = NameFields { first_name: user.first_name.to_string(), last_name: user.last_name.to_string() };
    let view = AccountNameView::new(&signed_in, typed.form(FORM), (user.first_name, user.last_name));
    face.render(StatusCode::OK, &AccountNameView { is_named_by_a_school, ..view })
}

/// `POST /account/name`
pub(crate) async fn change(
    State(app): State<Invitations>,
    face: Face,
    headers: HeaderMap,
    input: Input<NameFields>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let mut form = input.fields.form(FORM);
    let typed = input.fields.read(&mut form);

    let (signed_in, user) = require_account(&app.table, &headers, now).await?;
    signed_in.check_meant(&input.proof)?;
    let id = signed_in.user;
    if user.is_named_by_a_school() {
        return Err(Problem::too_late(NAMED_BY_A_SCHOOL).leading_to("Mon compte", "/account"));
    }
    signed_in.check_terms()?;
    let Some((first_name, last_name)) = typed else {
        let problem = Problem::invalid(&form);
        return face.again(problem, &AccountNameView::new(&signed_in, form, (user.first_name, user.last_name)));
    };

    // The same name given again goes on with what was interrupted, as often as it takes.
    let is_another = (&first_name, &last_name) != (&user.first_name, &user.last_name);
    if is_another && !app.table.allows(&NAMES_BY_ACCOUNT, &id.to_string(), now).await? {
        form.refuse("last_name", TOO_MANY);
        let view = AccountNameView::new(&signed_in, form, (user.first_name, user.last_name));
        return face.again(Problem::too_many(TOO_MANY), &view);
    }

    let (spaces, requests) = try_join!(app.table.spaces(id), app.table.access_requests_of(id, now))?;
    // The account first: whatever is interrupted after it, the same name given again goes on with.
    app.table.rename(id, &first_name, &last_name).await?;
    let name = format!("{first_name} {last_name}");
    let tell = |former: &str| {
        AuditEntry::new(now, rentree_runtime::random(), id, name.as_str(), AuditAction::Renamed).to(former)
    };
    // One after the other: nearly everybody has one space.
    for (uai, _) in &spaces {
        app.table.rename_in_space(*uai, id, &name, &tell).await?;
    }
    for (uai, _) in &requests {
        app.table.rename_access_request(*uai, id, &name).await?;
    }

    face.after_post(StatusCode::OK, DONE, &AccountNameView::new(&signed_in, form, (first_name, last_name)))
}

impl AccountNameView {
    fn new(signed_in: &SignedIn, form: Form, (first_name, last_name): (PersonName, PersonName)) -> Self {
        let (frame, csrf) = (signed_in.frame("Corriger votre nom"), signed_in.csrf.clone());
        Self { frame, csrf, form, first_name, last_name, is_named_by_a_school: false }
    }
}
