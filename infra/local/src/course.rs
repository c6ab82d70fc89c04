//! The demo course: one machine's own assessment platform. It tells what a pupil does as the real one would, signed and over
//! HTTP.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rentree_domain::{CampaignCode, CampaignKind, Course, CourseId};
use rentree_http::{Face, Input, Problem};
use rentree_runtime::Clock;
use rentree_web::Frame;
use rentree_webhook::Secrets;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where the courses of one machine begin.
const DEMO_COURSE: &str = "/demo/course";
/// Where pupils come from, and go back to.
const CAMPAIGNS: &str = "/campagnes";

/// The parameters of the template that belong to it: courses, which lead to the demo course at `pages`, and a secret of
/// this start.
pub(crate) fn parameters(pages: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let course = |id: &str, title: &str, kind: CampaignKind| -> anyhow::Result<Course> {
        Ok(Course { id: CourseId::parse(id)?, title: title.to_owned(), kind, url: format!("{pages}{DEMO_COURSE}") })
    };
    let courses = [
        course("competences-numeriques-6e", "Compétences numériques, niveau 6e", CampaignKind::Assessment)?,
        course("competences-numeriques-3e", "Compétences numériques, niveau 3e", CampaignKind::Assessment)?,
        course("profil-certification", "Profil pour la certification", CampaignKind::ProfileCollection)?,
    ];
    let secret: [u8; 32] = rentree_runtime::random();
    Ok(BTreeMap::from([
        ("Courses".to_owned(), serde_json::to_string(&courses)?),
        ("WebhookSecrets".to_owned(), format!("whsec_{}", STANDARD.encode(secret))),
    ]))
}

#[derive(Clone)]
pub(crate) struct Platform {
    /// Where the product is reached.
    url: String,
    secrets: Secrets,
    clock: Clock,
    http: reqwest::Client,
}

/// The page.
#[derive(Template, Serialize)]
#[template(path = "course.html")]
struct CourseView {
    #[serde(skip)]
    frame: Frame,
    /// Where the pupil goes back to.
    back: String,
    /// The campaign's code, as it came.
    code: String,
    /// Who comes, as the link told it.
    token: String,
    /// Whether the link leads into the course, today.
    holds: bool,
    started: bool,
    /// In per cent, as typed.
    score: String,
    /// Competences at level 1 or more of the profile, as typed.
    competences: String,
    /// Points of the profile, as typed.
    points: String,
    /// What the product answered, when it refused.
    refused: Option<String>,
}

/// Who comes, by the link of [`rentree_domain::Course::link`].
#[derive(Debug, Clone, Deserialize)]
struct Coming {
    #[serde(default)]
    token: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    started: bool,
}

/// What the pupil does.
#[derive(Debug, Deserialize)]
struct Done {
    token: String,
    #[serde(default)]
    code: String,
    event: String,
    #[serde(default)]
    score: String,
    /// Competences at level 1 or more; blank where no profile is collected.
    #[serde(default)]
    competences: String,
    #[serde(default)]
    points: String,
}

impl Platform {
    pub(crate) fn new(url: &str, secrets: Secrets, clock: Clock) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { url: url.to_owned(), secrets, clock, http })
    }

    pub(crate) fn routes(self) -> Router {
        Router::new().route(DEMO_COURSE, get(page).post(tell)).with_state(self)
    }

    /// Tells the product; what it says when it refuses.
    async fn send(&self, message: &Value) -> anyhow::Result<Option<String>> {
        let now = (self.clock)();
        let id = format!("msg_{:032x}", u128::from_be_bytes(rentree_runtime::random()));
        let (timestamp, body) = (now.as_second().to_string(), message.to_string());
        let answer = self
            .http
            .post(format!("{}/participations/progress", self.url))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("webhook-signature", self.secrets.sign(&id, &timestamp, body.as_bytes()))
            .header("webhook-timestamp", timestamp)
            .header("webhook-id", id)
            .body(body)
            .send()
            .await?;
        if answer.status().is_success() {
            return Ok(None);
        }
        let problem: Value = answer.json().await?;
        Ok(Some(problem["detail"].as_str().unwrap_or_default().to_owned()))
    }

    /// The page of the campaign that a pupil comes from. What is no code leads to where codes are typed: nobody is led astray by a link.
    fn back(&self, code: &str) -> String {
        let campaigns = format!("{}{CAMPAIGNS}", self.url);
        CampaignCode::parse(code).map_or_else(|_| campaigns.clone(), |code| format!("{campaigns}/{code}"))
    }

    /// Whether a token is the product's, and leads into the course still.
    fn holds(&self, token: &str) -> bool {
        #[derive(Deserialize)]
        struct Claims {
            exp: i64,
        }
        self.secrets.claims::<Claims>(token).is_ok_and(|claims| (self.clock)().as_second() <= claims.exp)
    }

    fn view(&self, coming: Coming) -> CourseView {
        let Coming { token, code, started } = coming;
        CourseView {
            frame: Frame::bare("Parcours de démonstration"),
            back: self.back(&code),
            code,
            holds: started || self.holds(&token),
            token,
            started,
            score: "75".to_owned(),
            competences: String::new(),
            points: String::new(),
            refused: None,
        }
    }
}

/// `GET /demo/course`
async fn page(State(platform): State<Platform>, Query(coming): Query<Coming>, face: Face) -> Result<Response, Problem> {
    face.render(StatusCode::OK, &platform.view(coming))
}

/// `POST /demo/course`
async fn tell(State(platform): State<Platform>, face: Face, input: Input<Done>) -> Result<Response, Problem> {
    let Done { token, code, event, score, competences, points } = input.fields;
    let mut message = json!({"token": token, "event": event, "at": (platform.clock)()});
    let sends = event == "sent";
    if sends {
        let number = |text: &str| text.trim().parse::<u16>().map_or(Value::Null, Value::from);
        message["score"] = number(&score);
        if !(competences.trim().is_empty() && points.trim().is_empty()) {
            message["profile"] = json!({"competences": number(&competences), "points": number(&points)});
        }
    }
    let refused = platform.send(&message).await.map_err(|error| Problem::internal(error.as_ref()))?;
    let on = if sends {
        platform.back(&code)
    } else {
        format!(
            // The product has read the token by then, so it is one that needs no encoding.
            "{DEMO_COURSE}?token={token}&code={}&started=true",
            CampaignCode::parse(&code).map_or_else(|_| String::new(), |code| code.to_string())
        )
    };
    let coming = Coming { token, code, started: true };
    if refused.is_some() {
        let view = CourseView { score, competences, points, refused, ..platform.view(coming) };
        return face.render(StatusCode::UNPROCESSABLE_ENTITY, &view);
    }
    face.after_post(StatusCode::OK, &on, &message)
}
