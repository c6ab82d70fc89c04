//! The follow-up of a school year, across campaigns: who joined, sent, is certifiable and certified, by class and by pupil. Classes are those
//! of that year, whatever was imported since.

pub(crate) mod download;
mod pupils;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::certification::years_kept;
use rentree_domain::profile::{Certifiable, CollectedProfile};
use rentree_domain::{CertificationStatus, LearnerId, SchoolYear, Uai, classes_by_level, paris};
use rentree_http::{Asked, Face, Problem, authorise, parse_uai, unreadable_address};
use rentree_table::{Role, School};
use rentree_web::{FilterText, Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Campaigns;
use pupils::{Class, Counts, Pupil, pupils, tally};

const PER_PAGE: usize = 50;

/// What to show.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Filter {
    /// A school year by its first calendar year, of those that are kept; the present one without it.
    #[schemars(with = "SchoolYear")]
    year: String,
    /// A class of that year; blank for all.
    division: String,
    /// What the latest profile of that year must say.
    certifiable: Certifiable,
    /// Pupils who left in this school year, too. Of a year that is over everybody stands there.
    former: bool,
    /// From 1.
    page: Option<usize>,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "follow-up.html")]
#[schemars(rename = "FollowUpView")]
pub(crate) struct FollowUpView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    may_download: bool,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// By its first calendar year.
    school_year: SchoolYear,
    /// The school years that can be chosen, from the latest.
    school_years: Vec<SchoolYear>,
    /// Campaigns that somebody joined in that year.
    campaigns: usize,
    /// The numbers of the school; of pupils who left only when they are shown.
    total: Counts,
    /// The numbers of the class that is chosen; of the school where none is.
    chosen: Counts,
    /// The numbers of each class.
    classes: Vec<Class>,
    division: String,
    certifiable: Certifiable,
    /// Whether the school year is over: then pupils who left since are always shown.
    #[serde(skip)]
    is_over: bool,
    /// Whether pupils who left are shown.
    former: bool,
    /// Pupils who left that all else in the filter lets through.
    of_former: usize,
    /// Pupils that the filter lets through.
    found: usize,
    page: usize,
    pages: usize,
    pupils: Vec<Row>,
    /// Took part, but no file tells of them any more.
    unlisted: usize,
    /// Certifications that no pupil of the school is found for: they stand on the page of certifications.
    of_no_pupil: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FollowUpPupil")]
struct Row {
    id: LearnerId,
    last_name: String,
    first_name: String,
    /// The class of that year; `null` where it is not known.
    division: Option<String>,
    /// Whether the pupil left the school.
    left: bool,
    /// Campaigns joined in that year.
    joined: usize,
    /// Those of them of which a result was sent.
    sent: usize,
    /// Mean of these results, in per cent, rounded.
    mean_score: Option<u8>,
    /// Whether the pupil may be registered for a certification; `null` while no profile of that year says.
    certifiable: Option<bool>,
    /// The latest profile of that year.
    profile: Option<CollectedProfile>,
    /// When it was sent.
    profile_at: Option<Timestamp>,
    certification: Option<CertificationRow>,
}

/// The certification that was validated, else the latest one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FollowUpCertification")]
struct CertificationRow {
    status: CertificationStatus,
    #[schemars(with = "String")]
    taken_on: Date,
}

/// `GET /schools/{uai}/follow-up`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path(uai): Path<String>,
    Asked(filter): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Member, now).await?;

    let today = paris::date(now);
    let year = filter.year(today)?;
    let Followed { school, campaigns, mut pupils, unlisted, of_no_pupil } =
        app.followed(uai, visitor.school.clone(), year).await?;

    let of_former = pupils.iter().filter(|pupil| pupil.listed.left() && filter.asks_for(pupil)).count();
    let former = year.shows_former(filter.former, today);
    pupils.retain(|pupil| former || !pupil.listed.left());
    let (total, classes) = tally(&pupils);
    pupils.retain(|pupil| filter.is_of_class(pupil));
    let (of_class, _) = tally(&pupils);
    pupils.retain(|pupil| filter.asks_for(pupil));
    let found = pupils.len();
    let pages = found.div_ceil(PER_PAGE).max(1);
    let number = filter.page.unwrap_or(1).clamp(1, pages);

    let view = FollowUpView {
        frame: visitor.frame("Suivi de l’année", uai, &school, Section::Campaigns),
        may_download: visitor.is_administrator(),
        uai,
        school_year: year,
        school_years: years_kept(today),
        campaigns,
        total,
        chosen: of_class,
        classes,
        division: filter.division,
        certifiable: filter.certifiable,
        is_over: year.is_over(today),
        former,
        of_former,
        found,
        page: number,
        pages,
        pupils: pupils.into_iter().skip((number - 1) * PER_PAGE).take(PER_PAGE).map(Row::of).collect(),
        unlisted,
        of_no_pupil,
    };
    face.render(StatusCode::OK, &view)
}

/// A school year of a school.
struct Followed {
    school: School,
    campaigns: usize,
    /// By class and name.
    pupils: Vec<Pupil>,
    unlisted: usize,
    of_no_pupil: usize,
}

impl Campaigns {
    async fn followed(&self, uai: Uai, school: School, year: SchoolYear) -> Result<Followed, Problem> {
        let (listed, of_year) = try_join!(self.table.with_listing(uai, school), self.table.year_of_school(uai, year))?;
        let (school, listing) = listed.ok_or_else(Problem::not_found)?;
        let is_present = year == SchoolYear::of(paris::date((self.clock)()));
        let (campaigns, of_no_pupil) = (of_year.campaigns, of_year.of_no_pupil);
        let (pupils, unlisted) = pupils(&listing, of_year.pupils, is_present);
        Ok(Followed { school, campaigns, pupils, unlisted, of_no_pupil })
    }
}

impl Filter {
    fn year(&self, today: Date) -> Result<SchoolYear, Problem> {
        if self.year.is_empty() {
            return Ok(SchoolYear::of(today));
        }
        let asked = self.year.parse().ok().and_then(SchoolYear::starting_in);
        asked.filter(|year| years_kept(today).contains(year)).ok_or_else(unreadable_address)
    }

    /// What the log of the school tells of a list: an address is anybody's text, so a class is named that somebody is in.
    fn told(&self, year: SchoolYear, is_somebodys: bool) -> String {
        match self.division.as_str() {
            "" => format!("le suivi {year}"),
            division if is_somebodys => format!("le suivi {year}, {division}"),
            _ => format!("le suivi {year}, classe sans élève"),
        }
    }

    fn is_of_class(&self, pupil: &Pupil) -> bool {
        self.division.is_empty() || pupil.division.as_ref() == Some(&self.division)
    }

    /// Whether class and profile of a pupil are asked for, has the pupil left or not.
    fn asks_for(&self, pupil: &Pupil) -> bool {
        self.is_of_class(pupil) && self.certifiable.admits(pupil.of_year.certifiable())
    }
}

impl Row {
    fn of(pupil: Pupil) -> Self {
        let Pupil { listed, division, of_year } = pupil;
        let certification = of_year.certification.as_ref().map(|it| &it.latest);
        Self {
            id: listed.id,
            left: listed.left(),
            last_name: listed.last_name,
            first_name: listed.first_name,
            division,
            joined: of_year.joined,
            sent: of_year.sent,
            mean_score: of_year.mean_score(),
            certifiable: of_year.certifiable(),
            profile: of_year.profile.and_then(|sent| sent.profile),
            profile_at: of_year.profile.map(|sent| sent.at),
            certification: certification.map(|it| CertificationRow { status: it.status, taken_on: it.taken_on }),
        }
    }

    /// `Oui, le 12/05/2027`; blank while no profile says.
    fn certifiable_text(&self) -> String {
        let Some((certifiable, at)) = self.certifiable.zip(self.profile_at) else { return String::new() };
        format!("{}, le\u{A0}{}", if certifiable { "Oui" } else { "Pas encore" }, french::day(&at))
    }
}

impl FollowUpView {
    fn is_shown(&self, year: SchoolYear) -> bool {
        self.school_year == year
    }

    fn is_chosen(&self, division: &str) -> bool {
        self.division == division
    }

    /// The classes that can be chosen: those of the year, and one that is chosen though the year does not have it.
    fn choices(&self) -> Vec<String> {
        let divisions = self.classes.iter().filter_map(|class| class.division.as_deref());
        classes_by_level(divisions.chain(Some(self.division.as_str()).filter(|division| !division.is_empty())))
    }

    /// What the filter is set to: `2026-2027, 6A, certifiables`.
    fn filter_text(&self) -> String {
        let of_year = FilterText::default().and(Some(self.school_year.to_string()));
        of_year.class(&self.division).certifiable(self.certifiable).former(self.former && !self.is_over).line()
    }

    fn per_cent(score: Option<&u8>) -> String {
        score.map_or_else(|| "–".to_owned(), |score| format!("{score}\u{A0}%"))
    }
}
