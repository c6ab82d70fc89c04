//! A pupil's own page: the campaigns joined, and how to sign in.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::method::may_use_email;
use rentree_domain::platform_campaign::Closed;
use rentree_domain::{CampaignId, CampaignKind, LearnerId, Method, Progress, Score, Uai, paris};
use rentree_http::{Arrival, Asked, DoneText, Face, Presented, Problem};
use rentree_runtime::several;
use rentree_table::{Campaign, Participation, Person, School, TableError, Tie};
use rentree_web::{Frame, french};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Campaigns;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "own.html")]
pub(crate) struct OwnView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    done: Option<DoneText>,
    /// Who comes by the Médiacentre alone has none.
    #[serde(skip)]
    has_password: bool,
    #[serde(skip)]
    has_mediacentre_alone: bool,
    /// First name.
    first_name: String,
    /// The latest first.
    campaigns: Vec<Row>,
    /// How the account signs in.
    methods: Vec<Method>,
    /// User name, if it has one.
    user_name: Option<String>,
    /// E-mail address, if it has one.
    email: Option<String>,
    /// Whether an address can be added now.
    may_add_email: bool,
}

/// A campaign joined.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnCampaignRow")]
struct Row {
    /// Its code.
    code: String,
    /// Its title.
    title: String,
    /// What it is for.
    kind: CampaignKind,
    /// Name of the school.
    school: String,
    /// When the pupil joined.
    joined_at: Timestamp,
    /// How far.
    progress: Progress,
    /// The result, once sent.
    score: Option<Score>,
    /// Why it cannot be joined, or gone on with, if that is so.
    closed: Option<Closed>,
    /// Where the course begins or goes on.
    resume: Option<String>,
}

impl Row {
    /// What closes it, in a word.
    fn closed_by(&self) -> Option<&'static str> {
        self.closed.map(|closed| match closed {
            Closed::Archived => "Archivée",
            Closed::Withdrawn => "Retirée",
            Closed::NotYet(_) => "Pas encore ouverte",
            Closed::Over(_) => "Terminée",
        })
    }
}

/// `GET /mes-campagnes`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Asked(arrival): Asked<Arrival>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let presented = Presented::read(&app.table, &headers, now).await?;
    let id = presented.user().ok_or_else(Problem::signed_out)?;
    let (user, ties, ()) = tokio::join!(app.table.user(id), app.table.ties(id), presented.note_use(&app.table));
    let (user, ties) = (user?, ties?);
    let user = user.ok_or_else(Problem::signed_out)?;
    let signed_in = presented.held_by(Person::from(&user)).ok_or_else(Problem::signed_out)?;
    signed_in.check_password()?;

    let mut campaigns = app.joined_by(ties).await?;
    campaigns.sort_by_key(|row| std::cmp::Reverse(row.joined_at));

    let is_old_enough = user.birth_date.is_none_or(|born| may_use_email(born, paris::date(now)));
    let view = OwnView {
        frame: signed_in.frame("Mes campagnes"),
        done: arrival.text(),
        has_password: user.password_hash.is_some(),
        has_mediacentre_alone: user.has_mediacentre_alone(now),
        first_name: user.first_name.to_string(),
        campaigns,
        methods: user.methods.all(now),
        may_add_email: user.methods.email.is_none() && is_old_enough,
        user_name: user.methods.user_name.map(|name| name.to_string()),
        email: user.methods.email.map(|email| email.to_string()),
    };
    face.render(StatusCode::OK, &view)
}

/// Reads at a time.
const AT_ONCE: usize = 8;

/// A read panicked.
#[derive(Debug, thiserror::Error)]
#[error("a read panicked")]
struct Unread;

/// A pupil's part in a campaign of a school.
struct Part {
    learner: LearnerId,
    campaign: CampaignId,
    participation: Participation,
    uai: Uai,
    school: School,
}

impl Campaigns {
    /// The campaigns that an account joined as any of its pupils: two rounds of reads, whatever their number.
    async fn joined_by(&self, ties: Vec<(Uai, Tie)>) -> Result<Vec<Row>, Problem> {
        let parts = several(ties, AT_ONCE, |(uai, tie)| {
            let table = self.table.clone();
            async move {
                let (school, parts) = tokio::try_join!(table.school(uai), table.participations_of(tie.learner))?;
                let part = |school: &School, (campaign, participation)| Part {
                    learner: tie.learner,
                    campaign,
                    participation,
                    uai,
                    school: school.clone(),
                };
                Ok(school.map(|school| parts.into_iter().map(|found| part(&school, found)).collect::<Vec<_>>()))
            }
        });
        let parts = all(parts.await)?.into_iter().flatten().flatten();
        let campaigns = several(parts, AT_ONCE, |part| {
            let table = self.table.clone();
            async move { Ok(table.campaign(part.uai, part.campaign).await?.map(|campaign| (part, campaign))) }
        });
        Ok(all(campaigns.await)?.into_iter().flatten().map(|(part, campaign)| self.row(part, &campaign)).collect())
    }

    fn row(&self, part: Part, campaign: &Campaign) -> Row {
        let standing = part.participation.standing();
        Row {
            resume: self.resume((part.campaign, campaign), part.learner, standing),
            closed: campaign.closed(paris::date((self.clock)())),
            code: campaign.code.to_string(),
            title: campaign.title.to_string(),
            kind: campaign.kind,
            school: part.school.name,
            joined_at: part.participation.joined_at,
            progress: standing.progress,
            score: part.participation.score,
        }
    }
}

/// All that was read, or the first error.
fn all<T>(read: Vec<Option<Result<T, TableError>>>) -> Result<Vec<T>, Problem> {
    let each = read.into_iter().map(|one| Ok(one.ok_or(Unread).map_err(|error| Problem::internal(&error))??));
    each.collect()
}
