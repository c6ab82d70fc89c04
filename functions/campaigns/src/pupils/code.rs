//! The code that stands on the board.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{CampaignCode, PersonalCode};
use rentree_http::{ClientAddress, Face, FormToken, Input, Problem, signed_in, text};
use rentree_web::{Field, Form, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "code.html")]
pub(crate) struct CodeView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// The campaign that the code leads to.
    location: Option<String>,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "CampaignCodeFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// In any case, with or without spaces.
    #[schemars(with = "text::CampaignCode")]
    code: String,
}

/// `GET /campagnes`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let frame = app.frame(&headers).await?;
    Ok(token.on(face.render(StatusCode::OK, &CodeView::new(frame, &token, ""))?))
}

/// `POST /campagnes`
pub(crate) async fn enter(
    State(app): State<Campaigns>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    token.check_meant(&input.proof)?;
    let typed = input.fields.code;

    let refused = |frame, problem: Option<Problem>, told: &str| {
        let mut view = CodeView::new(frame, &token, &typed);
        view.form.refuse("code", told);
        let problem = problem.unwrap_or_else(|| Problem::invalid(&view.form));
        Ok(token.on(face.again(problem, &view)?))
    };
    let Ok(code) = CampaignCode::parse(&typed) else {
        let told = match typed.trim() {
            "" => "Saisissez le code de la campagne.".to_owned(),
            // A code that signs in, or a personal one: both look the same.
            _ if PersonalCode::parse(&typed).is_ok() => {
                format!("{SHAPE} {OF_SIGN_IN} Un code personnel se tape après le code de la campagne.")
            }
            _ => SHAPE.to_owned(),
        };
        return refused(app.frame(&headers).await?, None, &told);
    };
    // Each to its end: what is counted is given back.
    let (frame, checked) = tokio::join!(app.frame(&headers), app.check_code(&code, &client));
    let frame = frame?;
    if let Err(problem) = checked {
        if problem.status().is_server_error() {
            return Err(problem);
        }
        let told =
            if problem.status() == StatusCode::NOT_FOUND { UNKNOWN.to_owned() } else { problem.detail().to_owned() };
        return refused(frame, Some(problem), &told);
    }

    let mut view = CodeView::new(frame, &token, &typed);
    let location = format!("/campagnes/{code}");
    view.location = Some(location.clone());
    face.after_post(StatusCode::OK, &location, &view)
}

const SHAPE: &str = "Un code a 6 lettres, puis 3 chiffres, par exemple KRTBVW582. Il n’a ni I, ni L, ni O, ni 0, ni 1.";
/// What everybody is told who typed three words and three digits that do not hold here: the code may be one that signs in.
pub(crate) const OF_SIGN_IN: &str =
    "Si un enseignant vous a montré un code de connexion, tapez-le sur la page « Se connecter avec un code ».";
const UNKNOWN: &str = "Ce code ne mène à aucune campagne ouverte : soit il est mal recopié, soit la campagne est archivée. Vérifiez-le, ou demandez-en un autre à votre enseignant.";

impl CodeView {
    fn new(frame: Frame, token: &FormToken, typed: &str) -> Self {
        let code = Field::text("code", "Code de la campagne")
            .hint("6 lettres, puis 3 chiffres. En majuscules ou en minuscules, avec ou sans espaces.")
            .focused()
            .value(typed);
        Self { frame, csrf: token.csrf(), form: Form::new("join", [code]), location: None }
    }
}

impl Campaigns {
    /// With the name of who is signed in: on a computer of the school, that may be the one before.
    async fn frame(&self, headers: &HeaderMap) -> Result<Frame, Problem> {
        let signed_in = signed_in(&self.table, headers, (self.clock)()).await?;
        let title = "Rejoindre une campagne";
        Ok(signed_in.map_or_else(|| Frame::bare(title), |signed_in| signed_in.frame(title)))
    }
}
