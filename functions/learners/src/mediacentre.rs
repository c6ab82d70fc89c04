//! The page "Médiacentre" of a space: whether it is on, whether it works, how pupils get it, and whom to ask.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rentree_domain::paris;
use rentree_http::{Face, Problem, authorise, parse_uai};
use rentree_table::{Role, SignOnCount, SignOnDay};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Learners;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "mediacentre.html")]
pub(crate) struct MediacentreView {
    #[serde(skip)]
    frame: Frame,
    uai: String,
    /// Whether the campaigns of the school propose it.
    is_on: bool,
    /// When somebody of the school signed on last, in the last four months.
    last_sign_on: Option<Timestamp>,
    week: Week,
    /// Where people ask for help.
    support: String,
}

/// What was counted in seven days, today among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MediacentreWeek")]
struct Week {
    /// Those whom an account knew.
    sign_ons: usize,
    /// Those whom no account knew yet.
    unknown: usize,
    refusals: Vec<Refusals>,
}

/// How many of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MediacentreRefusals")]
struct Refusals {
    kind: Kind,
    count: usize,
}

/// Why a sign-on was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MediacentreRefusalKind")]
#[serde(rename_all = "snake_case")]
enum Kind {
    NotConfirmed,
    TooLate,
    UsedBefore,
    Elsewhere,
}

/// `GET /schools/{uai}/mediacentre`
pub(crate) async fn page(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();

    let visitor = authorise(&app.table, &headers, uai, Role::Member, now).await?;

    let days = app.table.sign_on_days(uai).await?;

    let view = MediacentreView {
        frame: visitor.frame("Médiacentre", uai, &visitor.school, Section::Mediacentre),
        uai: uai.to_string(),
        is_on: app.config.has_mediacentre && visitor.school.mediacentre.is_some(),
        last_sign_on: days.iter().filter_map(|day| day.last_at).max(),
        week: Week::until(paris::date(now), &days),
        support: app.config.support_email.clone(),
    };
    face.render(StatusCode::OK, &view)
}

impl Week {
    /// The seven days that end with `today`.
    fn until(today: Date, days: &[SignOnDay]) -> Self {
        let first = today.saturating_sub(6.days());
        let count = |what| days.iter().filter(|day| day.date >= first).map(|day| day.count(what)).sum();
        let refusals = |kind: Kind| Refusals { kind, count: count(kind.counted()) };
        Self {
            sign_ons: count(SignOnCount::Known),
            unknown: count(SignOnCount::Unknown),
            refusals: Kind::ALL.into_iter().map(refusals).filter(|refusals| refusals.count > 0).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.sign_ons == 0 && self.unknown == 0 && self.refusals.is_empty()
    }
}

impl Kind {
    const ALL: [Self; 4] = [Self::NotConfirmed, Self::TooLate, Self::UsedBefore, Self::Elsewhere];

    fn counted(self) -> SignOnCount {
        match self {
            Self::NotConfirmed => SignOnCount::NotConfirmed,
            Self::TooLate => SignOnCount::TooLate,
            Self::UsedBefore => SignOnCount::UsedBefore,
            Self::Elsewhere => SignOnCount::Elsewhere,
        }
    }

    fn french(self) -> &'static str {
        match self {
            Self::NotConfirmed => "Identité non confirmée",
            Self::TooLate => "Trop de temps écoulé",
            Self::UsedBefore => "Connexion déjà utilisée",
            Self::Elsewhere => "Autre navigateur, ou cookies refusés",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::NotConfirmed => {
                "Écrivez à l’assistance : la réponse du Médiacentre n’est pas celle qui était attendue."
            }
            Self::TooLate => {
                "L’élève recommence depuis le Médiacentre : la connexion doit se faire en moins de dix minutes."
            }
            Self::UsedBefore => "L’élève recommence depuis le Médiacentre, sans revenir en arrière dans le navigateur.",
            Self::Elsewhere => {
                "L’élève recommence dans un seul navigateur. Si cela se répète, vérifiez que les postes acceptent les cookies."
            }
        }
    }
}
