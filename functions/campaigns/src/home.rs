//! The home of a space: the four steps of a beginning, with what is done and by whom; once they are done, what matters today.

mod steps;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{CampaignCode, CampaignId, CampaignTitle, EmailAddress, SchoolYear, Uai, UserId, paris};
use rentree_http::{Arrival, Asked, DoneText, Face, Problem, Visitor, authorise, parse_uai};
use rentree_table::{AccessRequest, Campaign, Invitation, Member, Role, SecondAdministrator, Underway, unanswered};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::try_join;

use crate::Campaigns;
use crate::new_year::is_old;
use crate::staff::numbers::Numbers;
use steps::{Step, StepRow, steps};

/// How many campaigns are shown with their numbers: each costs a read of everybody who joined it.
const CAMPAIGNS: usize = 5;
/// How long a newcomer is welcomed.
const WELCOME: SignedDuration = SignedDuration::from_hours(1);

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "home.html")]
pub(crate) struct HomeView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    done: Option<DoneText>,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// What who asks may do: `administrator` or `member`.
    #[schemars(with = "String")]
    role: Role,
    /// Whether who asks has just joined.
    is_new: bool,
    /// The four steps of a beginning, in their order.
    steps: Vec<StepRow>,
    /// An import that waits for a person's word.
    #[schemars(with = "Option<String>")]
    waiting_import: Option<rentree_domain::ImportId>,
    /// Whether who asks is to review the team, this school year.
    is_review_due: bool,
    /// How many people ask to be let into the space; none for members, who do not answer.
    access_requests: usize,
    /// Whether who asks administers the space alone, and nobody is invited to do so, too: a second one is advised.
    lacks_administrator: bool,
    /// How many invitations lead nowhere, for their mail did not leave or their link is too old; none for members, who do not send again.
    lost_invitations: usize,
    /// The e-mail address of who asks, if nobody confirmed it: a lost password does not come back. A link is mailed there, as far as the limits of mails allow.
    #[schemars(with = "Option<String>")]
    address_to_confirm: Option<EmailAddress>,
    /// The school year of the pupils that are shown, if it is over.
    year_over: Option<SchoolYear>,
    /// Campaigns of the school's own that are from a school year that is over, and not in the archive.
    old_campaigns: usize,
    /// Active pupils of the school.
    enrolled: usize,
    /// Those of them whom no account is tied to.
    without_account: usize,
    /// Campaigns that are not in the archive.
    open_campaigns: usize,
    /// The newest of them.
    campaigns: Vec<CampaignAtHome>,
}

#[derive(Serialize, JsonSchema)]
struct CampaignAtHome {
    id: CampaignId,
    #[schemars(with = "String")]
    title: CampaignTitle,
    /// What pupils type to join.
    #[schemars(with = "String")]
    code: CampaignCode,
    /// When the lesson ends that is under way.
    lesson_until: Option<Timestamp>,
    #[serde(flatten)]
    numbers: Numbers,
}

/// `GET /schools/{uai}`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path(uai): Path<String>,
    Asked(arrival): Asked<Arrival>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;

    // Seven reads side by side are some kilobytes while they are under way.
    let mut view = Box::pin(app.home(uai, &visitor)).await?;
    view.done = arrival.text();
    face.render(StatusCode::OK, &view)
}

impl Campaigns {
    async fn home(&self, uai: Uai, visitor: &Visitor) -> Result<HomeView, Problem> {
        let table = &self.table;
        let (members, campaigns, listed, ties, user, asking, invited) = try_join!(
            async { Ok::<_, Problem>(table.members(uai).await?) },
            self.campaigns_of(uai, &visitor.school, visitor.at),
            async { Ok(table.with_listing(uai, visitor.school.clone()).await?) },
            async { Ok(table.ties_in(uai).await?) },
            async { Ok(table.user(visitor.user).await?) },
            self.asking(uai, visitor),
            self.invited(uai, visitor),
        )?;
        let (school, listing) = listed.ok_or_else(Problem::not_found)?;
        let (awaited, lost): (Vec<Invitation>, Vec<Invitation>) =
            invited.into_iter().partition(|invited| invited.may_be_accepted(visitor.at));
        let steps = steps(&school, (&members, awaited.len()), &campaigns);
        let mut open = campaigns;
        open.retain(|(_, campaign)| !campaign.is_archived());
        open.sort_by_key(|(id, campaign)| std::cmp::Reverse((campaign.created_at, *id)));
        let open_campaigns = open.len();
        let old_campaigns = open.iter().filter(|(_, campaign)| is_old(campaign, paris::date(visitor.at))).count();
        open.truncate(CAMPAIGNS);
        let numbered = self.with_numbers(open, &listing).await?.into_iter();
        let campaigns = numbered.map(|campaign| CampaignAtHome::of(campaign, visitor.at)).collect();

        let is_administrator = visitor.is_administrator();
        let today = paris::date(visitor.at);
        Ok(HomeView {
            frame: visitor.frame("Accueil de l’espace", uai, &school, Section::Home),
            done: None,
            uai,
            role: visitor.role,
            is_new: has_just_joined(&members, visitor.user, visitor.at),
            steps,
            waiting_import: match school.underway(visitor.at) {
                Some(Underway::Waiting(import)) => Some(import),
                Some(Underway::Running(_)) | None => None,
            },
            is_review_due: is_administrator && school.is_review_due(visitor.at),
            access_requests: unanswered(asking, &members, visitor.at).len(),
            lacks_administrator: is_administrator
                && SecondAdministrator::in_team(&members, &awaited, visitor.at).is_wanted(),
            lost_invitations: lost.len(),
            address_to_confirm: user.filter(|user| !user.email_confirmed).and_then(|user| user.methods.email),
            year_over: school.roster_year().filter(|year| year.is_over(today)),
            enrolled: listing.enrolled().count(),
            without_account: listing.enrolled().filter(|pupil| !ties.contains_key(&pupil.id)).count(),
            old_campaigns,
            open_campaigns,
            campaigns,
        })
    }

    /// Who asks to be let in, for administrators.
    async fn asking(&self, uai: Uai, visitor: &Visitor) -> Result<Vec<(UserId, AccessRequest)>, Problem> {
        if !visitor.is_administrator() {
            return Ok(Vec::new());
        }
        Ok(self.table.access_requests(uai, visitor.at).await?)
    }

    /// The invitations that nobody has accepted, for administrators.
    async fn invited(&self, uai: Uai, visitor: &Visitor) -> Result<Vec<Invitation>, Problem> {
        if !visitor.is_administrator() {
            return Ok(Vec::new());
        }
        let invitations = self.table.invitations(uai).await?.into_iter().map(|(_, invited)| invited);
        Ok(invitations.filter(Invitation::is_pending).collect())
    }
}

/// By time: the terms of use may have come between the link and this page.
fn has_just_joined(members: &[(UserId, Member)], id: UserId, now: Timestamp) -> bool {
    members.iter().any(|(one, member)| *one == id && member.joined_at + WELCOME >= now)
}

impl CampaignAtHome {
    fn of((id, campaign, numbers): (CampaignId, Campaign, Numbers), now: Timestamp) -> Self {
        let lesson_until = campaign.lesson_until(now);
        Self { id, title: campaign.title, code: campaign.code, lesson_until, numbers }
    }
}

impl HomeView {
    /// The next thing to do, while the space begins. A school of one teacher has no team to invite: where the rest is done, nobody is asked
    /// to for ever. Where a colleague is awaited, the rest is done meanwhile.
    fn next_step(&self) -> Option<&StepRow> {
        let is_begun = self.steps.iter().all(|row| row.is_done || row.step == Step::Team);
        self.steps.iter().find(|row| !row.is_done && !row.is_awaiting()).filter(|_| !is_begun)
    }

    fn may_manage(&self) -> bool {
        self.role == Role::Administrator
    }

    /// Whether somebody is to do something, beside the campaigns.
    fn has_tasks(&self) -> bool {
        self.is_review_due
            || self.access_requests > 0
            || self.waiting_import.is_some()
            || self.lacks_administrator
            || self.lost_invitations > 0
            || self.address_to_confirm.is_some()
            || self.year_over.is_some()
            || self.old_campaigns > 0
    }
}
