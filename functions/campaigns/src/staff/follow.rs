//! A campaign: its code for the board, who is how far by class and by pupil, and the tries to join that failed.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::extract::{Path, State as AppState};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::platform_campaign::Closed;
use rentree_domain::profile::{Certifiable, CollectedProfile};
use rentree_domain::{
    CampaignCode, CampaignId, CampaignKind, CampaignMessage, CampaignTitle, LearnerId, Level, Listing,
    PlatformCampaign, Score, Uai, classes_by_level, paris,
};
use rentree_http::{Asked, Face, Problem, authorise_beside, parse_uai};
use rentree_table::{GuessedPupil, Role};
use rentree_web::chart::Chart;
use rentree_web::{FilterText, Frame, ListOrder as _, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Campaigns;
use crate::staff::attempts::{self, Alike, Attempt};
use crate::staff::chart::charts;
use crate::staff::class_choice::{Choice, choices, without_level};
use crate::staff::closed;
use crate::staff::done;
use crate::staff::pupil_order::Order;
use crate::staff::tally::{Class, Counts, Pupil, State, of_other_classes, pupils, tally};

const PER_PAGE: usize = 50;
/// More tries than anybody reads.
const ATTEMPTS: i32 = 200;

/// Where pupils type the code.
const JOIN: &str = "/campagnes";

/// What to show of the pupils.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Filter {
    /// A class.
    division: String,
    /// `not_joined`, `joined`, `started`, `sent`; blank for all.
    #[schemars(with = "State")]
    state: String,
    /// What the latest profile must say.
    certifiable: Certifiable,
    /// In which order.
    order: Order,
    /// From 1.
    page: Option<usize>,
    /// What was just done.
    done: String,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "campaign.html")]
pub(crate) struct CampaignView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    done: Option<String>,
    #[serde(skip)]
    charts: Vec<Chart>,
    #[serde(skip)]
    role: Role,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    id: CampaignId,
    #[schemars(with = "String")]
    title: CampaignTitle,
    kind: CampaignKind,
    /// Title of the course that it leads to; its name for programs if it is not on offer any more.
    course: String,
    /// What pupils read before they begin.
    #[schemars(with = "Option<String>")]
    message: Option<CampaignMessage>,
    /// What pupils type to join.
    #[schemars(with = "String")]
    code: CampaignCode,
    /// Where they type it.
    address: String,
    /// First and last name of who created it.
    owner: String,
    created_at: Timestamp,
    /// Since when it is in the archive.
    archived_at: Option<Timestamp>,
    /// Why nobody can join it today, if that is so.
    closed: Option<Closed>,
    /// Whether nobody joins it outside of a lesson.
    only_in_lessons: bool,
    /// When the lesson ends that is under way.
    lesson_until: Option<Timestamp>,
    /// What the platform's team says, where it gave the campaign.
    given: Option<Given>,
    /// Classes of which no pupil's MEF tells a level, where the campaign is for some levels: staff choose those it is for.
    choices: Vec<Choice>,
    /// The classes that a campaign of the school's own is for; none: for all.
    only_for: BTreeSet<String>,
    /// Whether the school has pupils at all: without, nobody can join.
    has_pupils: bool,
    /// The numbers of the school.
    total: Counts,
    /// The numbers of each class.
    classes: Vec<Class>,
    /// Pupils of the school who joined though the campaign is not for their class. They count.
    of_other_classes: usize,
    /// Took part, but no file tells of them any more.
    unlisted: usize,
    division: String,
    state: Option<State>,
    certifiable: Certifiable,
    order: Order,
    /// Pupils that the filter lets through.
    found: usize,
    page: usize,
    pages: usize,
    pupils: Vec<Row>,
    /// Pupils of the school who cannot say who they are for now: too many birth dates were tried with their name.
    held_up: Vec<HeldUp>,
    /// Tries to join that failed in the last thirty days, the latest first.
    attempts: Vec<Attempt>,
}

/// What the platform's team says of a campaign that it gave.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GivenCampaign")]
struct Given {
    /// The first day on which pupils can join.
    opens_on: Date,
    /// The last one.
    closes_on: Date,
    /// For which levels; none: for all.
    levels: Vec<Level>,
}

impl Given {
    fn of(platform: &PlatformCampaign) -> Self {
        Self {
            opens_on: platform.opens_on,
            closes_on: platform.closes_on,
            levels: platform.levels.iter().copied().collect(),
        }
    }

    /// `6e, 5e`.
    fn levels(&self) -> String {
        self.levels.iter().map(|level| level.french()).collect::<Vec<_>>().join(", ")
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CampaignPupil")]
struct Row {
    id: LearnerId,
    last_name: String,
    first_name: String,
    division: String,
    state: State,
    /// Whether the pupil left the school.
    left: bool,
    joined_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    score: Option<Score>,
    /// Whether a result was taken back.
    is_taken_back: bool,
    /// What the profile said, if the campaign collects it.
    profile: Option<CollectedProfile>,
    /// Whether the pupil may be registered for a certification; `null` while no profile says.
    certifiable: Option<bool>,
}

/// A pupil with whose name somebody tried too many birth dates, the pupil or a classmate. Staff may let the pupil try again.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HeldUpPupil")]
struct HeldUp {
    id: LearnerId,
    /// `DUPONT Karine`
    pupil: String,
    division: String,
    since: Timestamp,
    until: Timestamp,
}

/// `GET /schools/{uai}/campaigns/{campaign}`
pub(crate) async fn follow(
    AppState(app): AppState<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    Asked(filter): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;

    let (listed, participations, attempts, held_up) = try_join!(
        app.table.with_listing(uai, visitor.school.clone()),
        app.table.participations(id),
        app.table.join_attempts(id, ATTEMPTS),
        app.table.held_up(uai, now),
    )?;
    let (school, listing) = listed.ok_or_else(Problem::not_found)?;
    let held_up = waiting(&held_up, &listing);
    let attempts = attempts::told(attempts, &listing, now);
    let concerned = campaign.concerned(&listing);
    let (pupils, unlisted) = pupils(&listing, &concerned, participations);
    let (total, classes) = tally(&pupils);
    let of_other_classes = of_other_classes(&pupils, &concerned);
    let page = select(pupils, &filter);
    let course = app.config.courses.find(&campaign.course);
    let (archived_at, closed) = (campaign.put_away_at(), campaign.closed(paris::date(now)));
    let lesson_until = campaign.lesson_until(now);
    let now_is = done::Now { is_closed: closed.is_some(), only_in_lessons: campaign.only_in_lessons, lesson_until };
    let view = CampaignView {
        frame: visitor.frame(campaign.title.as_str(), uai, &school, Section::Campaigns),
        csrf: visitor.csrf.clone(),
        done: done::told_of_pupils(&filter.done, now_is, &listing),
        charts: charts(&total, &classes),
        role: visitor.role,
        uai,
        id,
        title: campaign.title,
        kind: campaign.kind,
        course: course.map_or_else(|| campaign.course.to_string(), |course| course.title.clone()),
        message: campaign.message,
        code: campaign.code,
        address: format!("{}{JOIN}", app.config.origin),
        owner: campaign.owner_name,
        created_at: campaign.created_at,
        archived_at,
        closed,
        only_in_lessons: campaign.only_in_lessons,
        lesson_until,
        given: campaign.platform.as_ref().map(Given::of),
        choices: choices(&without_level(&concerned.unknown), &campaign.classes),
        only_for: if campaign.given.is_none() { campaign.classes } else { BTreeSet::new() },
        has_pupils: listing.enrolled().next().is_some(),
        total,
        classes,
        of_other_classes,
        unlisted,
        division: filter.division,
        state: page.state,
        certifiable: filter.certifiable,
        order: filter.order,
        found: page.found,
        page: page.number,
        pages: page.pages,
        pupils: page.rows,
        held_up,
        attempts,
    };
    face.render(StatusCode::OK, &view)
}

/// Those of the school who are held up, by name. Who left is held up by that.
fn waiting(held_up: &[(LearnerId, GuessedPupil)], listing: &Listing) -> Vec<HeldUp> {
    let held_up: HashMap<_, _> = held_up.iter().map(|(id, guessed)| (*id, guessed)).collect();
    let known = listing.enrolled().filter_map(|pupil| Some((pupil, held_up.get(&pupil.id)?)));
    let waiting = known.map(|(pupil, guessed)| HeldUp {
        id: pupil.id,
        pupil: pupil.full_name(),
        division: pupil.division.clone(),
        since: guessed.since,
        until: guessed.until(),
    });
    waiting.collect()
}

struct Page {
    state: Option<State>,
    found: usize,
    number: usize,
    pages: usize,
    rows: Vec<Row>,
}

/// The page of `pupils` that `filter` asks for. A page beyond the last is the last; a state that is none is all.
fn select(mut pupils: Vec<Pupil<'_>>, filter: &Filter) -> Page {
    let all = State::FROM_THE_FURTHEST;
    let state = all.into_iter().find(|state| state.name() == filter.state);
    pupils.retain(|pupil| {
        (filter.division.is_empty() || pupil.listed.division == filter.division)
            && state.is_none_or(|state| pupil.state() == state)
            && filter.certifiable.admits(pupil.certifiable())
    });
    filter.order.sort(&mut pupils);
    let found = pupils.len();
    let pages = found.div_ceil(PER_PAGE).max(1);
    let number = filter.page.unwrap_or(1).clamp(1, pages);
    let row = |pupil: Pupil<'_>| {
        let (state, certifiable) = (pupil.state(), pupil.certifiable());
        let Pupil { listed, participation: part } = pupil;
        Row {
            id: listed.id,
            last_name: listed.last_name.clone(),
            first_name: listed.first_name.clone(),
            division: listed.division.clone(),
            state,
            left: listed.left(),
            joined_at: part.as_ref().map(|part| part.joined_at),
            started_at: part.as_ref().and_then(|part| part.started_at),
            sent_at: part.as_ref().and_then(|part| part.sent_at),
            score: part.as_ref().and_then(|part| part.score),
            is_taken_back: part.as_ref().is_some_and(|part| !part.taken_back.is_empty()),
            profile: part.and_then(|part| part.profile),
            certifiable,
        }
    };
    let rows = pupils.into_iter().skip((number - 1) * PER_PAGE).take(PER_PAGE).map(row).collect();
    Page { state, found, number, pages, rows }
}

impl CampaignView {
    /// Whether who asks may import pupils.
    fn is_administrator(&self) -> bool {
        self.role == Role::Administrator
    }

    /// Whether the platform's team has withdrawn it.
    fn is_withdrawn(&self) -> bool {
        self.closed == Some(Closed::Withdrawn)
    }

    /// What closes it, in a few words.
    fn badge(&self) -> Option<String> {
        self.closed.map(closed::badge)
    }

    /// When it can be joined, where that is not always.
    fn opening(&self) -> Option<String> {
        let Given { opens_on, closes_on, .. } = self.given.as_ref()?;
        let (opens, closes) = (french::date(opens_on), french::date(closes_on));
        Some(match self.closed {
            Some(Closed::NotYet(_)) => format!("Elle ouvre le {opens}, et se termine le {closes}."),
            Some(Closed::Over(_)) => {
                format!("Elle est terminée depuis le {closes} : plus personne ne peut la rejoindre.")
            }
            _ => format!("Ils peuvent la rejoindre jusqu’au {closes}."),
        })
    }

    /// What pupils type: browsers add the rest.
    fn host(&self) -> &str {
        let address = self.address.trim_end_matches(JOIN);
        rentree_web::typed_address(address)
    }

    /// `6A, 6B`.
    fn classes_meant(&self) -> String {
        classes_by_level(self.only_for.iter().map(String::as_str)).join(", ")
    }

    /// The tries that failed, by day and reason.
    fn alike(&self) -> Vec<Alike> {
        attempts::alike(&self.attempts)
    }

    fn states() -> [State; 4] {
        State::FROM_THE_FURTHEST
    }

    fn is_chosen(&self, state: State) -> bool {
        self.state == Some(state)
    }

    /// What the filter is set to: `6A, a commencé sans envoyer, certifiables`.
    fn filter_text(&self) -> String {
        let state = self.state.map(|state| state.french().to_lowercase());
        FilterText::default().class(&self.division).and(state).certifiable(self.certifiable).line()
    }

    fn is_filtered(&self) -> bool {
        self.state.is_some() || self.certifiable != Certifiable::All || !self.division.is_empty()
    }

    /// Whether pupils send their profiles: only then it says who is certifiable.
    fn collects(&self) -> bool {
        self.kind == CampaignKind::ProfileCollection
    }

    fn score(counts: &Counts) -> String {
        counts.mean_score.map_or_else(|| "–".to_owned(), |score| format!("{score}\u{A0}%"))
    }
}

impl Row {
    /// `Oui, 7 compétences, 312 points`; blank while no profile says.
    fn said_by_profile(&self) -> String {
        let Some(profile) = self.profile else { return String::new() };
        let is_certifiable = if profile.is_certifiable() { "Oui" } else { "Pas encore" };
        let competences = french::count(usize::from(u8::from(profile.competences)), "compétence", "compétences");
        let points = french::count(usize::from(u16::from(profile.points)), "point", "points");
        format!("{is_certifiable}, {competences}, {points}")
    }

    /// When the pupil came so far.
    fn since(&self) -> Option<&Timestamp> {
        self.sent_at.as_ref().or(self.started_at.as_ref()).or(self.joined_at.as_ref())
    }
}
