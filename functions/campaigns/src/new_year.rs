//! The turn of the year on one page: the team, the pupils, and the campaigns of the year that is over, which are archived together and
//! made anew where they are still of use.

mod renew;
mod turn;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::{CampaignId, CampaignTitle, SchoolYear, Uai, UserId, paris};
use rentree_http::{Asked, Face, Problem, authorise, parse_uai};
use rentree_table::{Campaign, Role};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;
pub(crate) use renew::{Fields, RenewedView, renew};
use turn::Turn;

/// How many campaigns one request archives: each is a transaction, and the request has half a minute.
const MOST: usize = 50;

/// What was just done.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Done {
    /// How many campaigns were archived.
    put_away: Option<usize>,
    /// How many of them were made anew.
    made: usize,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "new-year.html")]
pub(crate) struct NewYearView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    done: Option<String>,
    #[serde(skip)]
    turn: Turn,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// What who asks may do: `administrator` or `member`.
    #[schemars(with = "String")]
    role: Role,
    /// The present school year, by its first calendar year.
    year: SchoolYear,
    /// Whether the team is to be reviewed, this school year.
    is_review_due: bool,
    /// When it was reviewed last.
    reviewed_at: Option<Timestamp>,
    /// The school year of the pupils that are shown; `null` while there are none.
    roster_year: Option<SchoolYear>,
    /// Whether they are those of the present year.
    is_roster_new: bool,
    /// The school's own campaigns from years that are over and that are not in the archive, the oldest first: 50 at most.
    campaigns: Vec<Row>,
    /// How many there are.
    total: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OldCampaign")]
struct Row {
    id: CampaignId,
    #[schemars(with = "String")]
    title: CampaignTitle,
    /// First and last name of who created it.
    owner: String,
    created_at: Timestamp,
    /// Whether who asks created it.
    is_own: bool,
    /// Whether it can be made anew: the campaign that is ready each year is made from its proposal.
    can_be_renewed: bool,
}

/// `GET /schools/{uai}/new-year`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path(uai): Path<String>,
    Asked(asked): Asked<Done>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;

    let (today, school) = (paris::date(visitor.at), &visitor.school);
    let mut campaigns = app.campaigns_of(uai, school, visitor.at).await?;
    let turn = Turn::of(school, &campaigns, visitor.at);
    campaigns.retain(|(_, campaign)| is_old(campaign, today));
    campaigns.sort_by_key(|(id, campaign)| (campaign.created_at, *id));
    let year = SchoolYear::of(today);
    let view = NewYearView {
        frame: visitor.frame("Changement d’année", uai, school, Section::Home),
        csrf: visitor.csrf.clone(),
        done: asked.french(),
        turn,
        uai,
        role: visitor.role,
        year,
        is_review_due: turn.team.is_due(),
        reviewed_at: school.team_reviewed_at,
        roster_year: school.roster_year(),
        is_roster_new: turn.pupils.is_done(),
        total: campaigns.len(),
        campaigns: campaigns.into_iter().take(MOST).map(|campaign| Row::of(campaign, visitor.user)).collect(),
    };
    face.render(StatusCode::OK, &view)
}

/// Whether a campaign is the school's own, from a year that is over, and not in the archive.
pub(crate) fn is_old(campaign: &Campaign, today: Date) -> bool {
    is_from_before(campaign, today) && !campaign.is_archived()
}

/// Whether a campaign is the school's own, from a year that is over, archived or not.
fn is_from_before(campaign: &Campaign, today: Date) -> bool {
    campaign.given.is_none() && SchoolYear::of(paris::date(campaign.created_at)).is_over(today)
}

impl Row {
    fn of((id, campaign): (CampaignId, Campaign), who: UserId) -> Self {
        Self {
            id,
            is_own: campaign.owner == Some(who),
            can_be_renewed: campaign.ready_of.is_none(),
            title: campaign.title,
            owner: campaign.owner_name,
            created_at: campaign.created_at,
        }
    }
}

impl Done {
    fn french(&self) -> Option<String> {
        let archived = self.put_away?;
        if archived == 0 {
            return Some("Ces campagnes étaient déjà archivées : rien n’a été changé.".to_owned());
        }
        let archived = french::count(archived, "campagne est archivée", "campagnes sont archivées");
        Some(match self.made {
            0 => format!("{archived}. Les résultats restent consultables."),
            made => {
                let made =
                    french::count(made, "est recréée avec un nouveau code", "sont recréées avec un nouveau code");
                format!("{archived} ; {made}.")
            }
        })
    }
}

impl NewYearView {
    fn may_manage(&self) -> bool {
        self.role == Role::Administrator
    }
}
