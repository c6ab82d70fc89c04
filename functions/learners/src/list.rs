//! The list of pupils: by name, class, account and profile, page by page. What decides stands in [`filter`].

pub(crate) mod filter;
mod found;
pub(crate) mod sheet;

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::profile::{Certifiable, CollectedProfile};
use rentree_domain::{CampaignId, LearnerId, Method, Uai};
use rentree_http::{Asked, Face, Input, Problem, Visitor, asking, authorise, parse_uai};
use rentree_table::{LatestProfile, Role};
use rentree_web::{FilterText, Frame, ListOrder as _, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Learners;
use crate::account::Lock;
use filter::{Holding, Order, PER_PAGE, SIZES, divisions, size, sought};
use found::Found;

/// What to show.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Filter {
    /// Part of a name, as it was typed by POST: no name of a pupil ever stands in an address.
    #[serde(skip_deserializing)]
    q: String,
    /// Part of a name that was searched by POST, sealed: only the session that typed it reads it.
    sought: String,
    /// A class.
    division: String,
    /// Which accounts.
    account: Holding,
    /// What the latest profile must say.
    certifiable: Certifiable,
    /// In which order.
    order: Order,
    /// From 1.
    page: Option<usize>,
    /// How many to a page: 20, 50 or 100.
    size: Option<usize>,
    /// The campaign whose page led to a pupil, and is led back to; the list is not asked about it.
    pub(crate) campaign: Option<CampaignId>,
    /// The pupil on whose page a password was asked for, which is led back to; the list is not asked about it.
    pub(crate) pupil: Option<LearnerId>,
}

/// A [`Filter`] with a name.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "LearnerSearch")]
#[serde(default)]
pub(crate) struct Search {
    q: String,
    division: String,
    account: Holding,
    certifiable: Certifiable,
    order: Order,
    page: Option<usize>,
    size: Option<usize>,
}

#[derive(Template, Serialize, JsonSchema)]
#[template(path = "learners.html")]
pub(crate) struct LearnersView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    uai: String,
    /// Whether who asks may import pupils.
    #[serde(skip)]
    may_import: bool,
    q: String,
    /// The name sealed, for the address of the list for spreadsheets.
    #[serde(skip)]
    sought: String,
    division: String,
    account: Holding,
    certifiable: Certifiable,
    order: Order,
    divisions: Vec<String>,
    /// Active pupils of the school.
    enrolled: usize,
    /// Those of them whose latest profile says that they may be registered for a certification.
    certifiable_pupils: usize,
    /// Whether the school has collected any profile.
    #[serde(skip)]
    collects: bool,
    /// Former pupils of the school.
    former: usize,
    /// Those that the filter lets through.
    found: usize,
    page: usize,
    pages: usize,
    /// How many to a page.
    size: usize,
    learners: Vec<Row>,
    /// Whether who asks administers the space alone, and nobody is invited to do so, too: a second one is advised.
    lacks_administrator: bool,
    last_import: Option<LastImport>,
    /// What is wrong with what was chosen in the list, and how to mend it.
    #[serde(skip)]
    error: Option<(&'static str, String)>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LearnerRow")]
struct Row {
    id: LearnerId,
    last_name: String,
    first_name: String,
    division: String,
    birth_date: Date,
    /// `null` for who has joined no campaign yet.
    account: Option<AccountRow>,
    /// `null` for who has sent no profile yet.
    profile: Option<ProfileRow>,
}

/// The latest profile that was collected of the pupil, by whatever campaign.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LearnerProfile")]
struct ProfileRow {
    /// Whether the pupil may be registered for a certification.
    certifiable: bool,
    /// When the pupil sent it.
    found_at: Timestamp,
    #[serde(flatten)]
    profile: CollectedProfile,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LearnerAccount")]
struct AccountRow {
    /// How its owner signs in.
    methods: Vec<Method>,
    /// Whether a password that staff gave was not changed yet.
    password_is_temporary: bool,
    /// Whether sign-in is locked.
    lock: Option<Lock>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct LastImport {
    pub(crate) at: Timestamp,
    pub(crate) by: String,
}

/// `GET /schools/{uai}/learners`
pub(crate) async fn list(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    Asked(filter): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
    let q = visitor.unseal(&filter.sought);
    app.show(uai, &visitor, face, Filter { q, ..filter }).await
}

/// `POST /schools/{uai}/learners`: a browser is led to the list, so that "back" and reload show it again.
pub(crate) async fn search(
    State(app): State<Learners>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Search>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
    visitor.check_meant(&input.proof)?;
    let Search { q, division, account, certifiable, order, page, size } = input.fields;
    let sought = visitor.seal(&q);
    let filter = Filter { q, sought, division, account, certifiable, order, page, size, campaign: None, pupil: None };
    if face == Face::Page {
        return Ok(Redirect::to(&filter.asking(&format!("/schools/{uai}/learners"))).into_response());
    }
    app.show(uai, &visitor, face, filter).await
}

impl Filter {
    /// `path`, asked the same: the name stands there sealed.
    pub(crate) fn asking(&self, path: &str) -> String {
        self.telling("", path)
    }

    /// `path`, asked the same, which tells that something was `done`.
    pub(crate) fn telling(&self, done: &str, path: &str) -> String {
        self.asking_also(("done", done), path)
    }

    /// `path`, asked the same and something besides, if that is not blank.
    pub(crate) fn asking_also(&self, also: (&str, &str), path: &str) -> String {
        let text = |number: Option<usize>| number.map(|number| number.to_string()).unwrap_or_default();
        let (page, size) = (text(self.page), text(self.size));
        let campaign = self.campaign.map(|campaign| campaign.to_string()).unwrap_or_default();
        let pupil = self.pupil.map(|pupil| pupil.to_string()).unwrap_or_default();
        let asked = [
            also,
            ("division", self.division.as_str()),
            ("account", self.account.value()),
            ("certifiable", self.certifiable.value()),
            ("order", self.order.value()),
            ("sought", &self.sought),
            ("page", &page),
            ("size", &size),
            ("campaign", &campaign),
            ("pupil", &pupil),
        ];
        asking(path, &asked)
    }

    /// The same, of what is asked for on the page of `pupil`, or on nobody's.
    pub(crate) fn on_page_of(&self, pupil: Option<LearnerId>) -> Self {
        Self { pupil, ..self.clone() }
    }

    /// Whether the list is asked for as it stands where nobody has filtered it.
    pub(crate) fn is_blank(&self) -> bool {
        self.asking("").is_empty()
    }
}

impl Learners {
    async fn show(&self, uai: Uai, visitor: &Visitor, face: Face, filter: Filter) -> Result<Response, Problem> {
        face.render(StatusCode::OK, &self.listed(uai, visitor, filter).await?)
    }

    /// The list again, as a page, above which stands what is wrong with what was chosen in it: `error`, in two parts.
    pub(crate) async fn list_again(
        &self,
        uai: Uai,
        visitor: &Visitor,
        list: Filter,
        error: (&'static str, String),
    ) -> Result<Response, Problem> {
        let q = visitor.unseal(&list.sought);
        let listed = self.listed(uai, visitor, Filter { q, ..list }).await?;
        let problem = Problem::badly_chosen(error.0, error.1.clone());
        Face::Page.again(problem, &LearnersView { error: Some(error), ..listed })
    }

    async fn listed(&self, uai: Uai, visitor: &Visitor, filter: Filter) -> Result<LearnersView, Problem> {
        let listed = self.table.with_listing(uai, visitor.school.clone()).await?;
        let (school, listing) = listed.ok_or_else(Problem::not_found)?;
        let (enrolled, divisions) = (listing.enrolled().count(), divisions(listing.enrolled()));

        let mut sought = sought(listing.enrolled(), &filter.q, &filter.division);
        filter.order.sort(&mut sought);
        let size = size(filter.size);
        let profiles = async { Ok::<_, Problem>(self.table.latest_profiles(uai).await?) };
        let admits = |certifiable: Certifiable, profiles: &HashMap<LearnerId, LatestProfile>, id: LearnerId| {
            certifiable.admits(profiles.get(&id).map(|latest| latest.profile.is_certifiable()))
        };
        // Profiles are read beside the accounts, unless they say whose accounts are asked for.
        let listed = async {
            if filter.certifiable == Certifiable::All {
                return try_join!(profiles, self.found(uai, sought, filter.account, (filter.page, size)));
            }
            let profiles = profiles.await?;
            sought.retain(|pupil| admits(filter.certifiable, &profiles, pupil.id));
            let found = self.found(uai, sought, filter.account, (filter.page, size)).await?;
            Ok((profiles, found))
        };
        let (lacks_administrator, (mut profiles, (found, page))) =
            try_join!(self.lacks_administrator(uai, visitor), listed)?;
        let certifiable = listing.enrolled().filter(|pupil| admits(Certifiable::Yes, &profiles, pupil.id)).count();

        Ok(LearnersView {
            frame: visitor.frame("Élèves", uai, &school, Section::Learners),
            csrf: visitor.csrf.clone(),
            uai: uai.to_string(),
            may_import: visitor.is_administrator(),
            sought: visitor.seal(&filter.q),
            q: filter.q,
            division: filter.division,
            account: filter.account,
            certifiable: filter.certifiable,
            order: filter.order,
            divisions,
            enrolled,
            certifiable_pupils: certifiable,
            collects: !profiles.is_empty(),
            former: listing.former().count(),
            found,
            page: page.number,
            pages: page.pages,
            size,
            learners: page.rows.into_iter().map(|found| Row::of(found, &mut profiles, visitor.at)).collect(),
            lacks_administrator,
            last_import: school.last_import().map(|last| LastImport { at: last.at, by: last.by.clone() }),
            error: None,
        })
    }

    async fn lacks_administrator(&self, uai: Uai, visitor: &Visitor) -> Result<bool, Problem> {
        Ok(visitor.is_administrator() && self.table.lacks_administrator(uai, visitor.at).await?)
    }
}

impl LearnersView {
    /// Whether those who are listed may have accounts, whose passwords can be handed out: else there is nothing to tick. Of other pages
    /// nobody looked at the accounts.
    fn offers_passwords(&self) -> bool {
        let is_anybodys = self.learners.iter().any(|learner| learner.account.is_some());
        self.account != Holding::None && (is_anybodys || self.pages > 1)
    }

    /// Whether the list is filtered by more than a name.
    fn has_other_filters(&self) -> bool {
        !self.division.is_empty() || self.account != Holding::All || self.certifiable != Certifiable::All
    }

    /// What the filter is set to: `3EME B, connexion : Bloqué, nom « dup »`.
    fn filter_text(&self) -> String {
        let account = (self.account != Holding::All).then(|| format!("connexion\u{A0}: {}", self.account.french()));
        let name = (!self.q.is_empty()).then(|| french::spaced(&format!("nom « {} »", self.q)));
        FilterText::default().class(&self.division).and(account).certifiable(self.certifiable).and(name).line()
    }

    /// The address of the list for spreadsheets, with the same filters; whoever typed a name gets those of that name.
    fn sheet(&self) -> String {
        let asked = Filter { page: None, size: None, ..self.asked() };
        asked.asking(&format!("/schools/{}/learners.csv", self.uai))
    }

    /// Where passwords are asked for, with what this list is asked: the ways back from there lead to it.
    fn hand_out(&self) -> String {
        self.asked().asking(&format!("/schools/{}/learners/passwords", self.uai))
    }

    /// The page of a pupil, whose way back leads to this list.
    fn pupil(&self, id: &LearnerId) -> String {
        self.asked().asking(&format!("/schools/{}/learners/{id}", self.uai))
    }

    /// Whether some of these pupils may have Médiacentre alone, and would get a user name with a password: somebody of this page, or of
    /// the rest of the class, which is handed passwords as a whole and was not looked at.
    fn may_give_user_names(&self) -> bool {
        let has_no_other = |account: &AccountRow| account.methods.iter().all(|method| *method == Method::Mediacentre);
        let is_part_of_a_class = !self.division.is_empty()
            && (self.pages > 1
                || !self.q.is_empty()
                || self.account != Holding::All
                || self.certifiable != Certifiable::All);
        is_part_of_a_class || self.learners.iter().filter_map(|learner| learner.account.as_ref()).any(has_no_other)
    }

    /// What this list is asked; blank where it shows what it shows unasked.
    fn asked(&self) -> Filter {
        Filter {
            q: String::new(),
            sought: self.sought.clone(),
            division: self.division.clone(),
            account: self.account,
            certifiable: self.certifiable,
            order: self.order,
            page: Some(self.page).filter(|page| *page > 1),
            size: Some(self.size).filter(|size| *size != PER_PAGE),
            campaign: None,
            pupil: None,
        }
    }
}

impl Row {
    fn of(
        Found { pupil, account, lock }: Found<'_>,
        profiles: &mut HashMap<LearnerId, LatestProfile>,
        now: Timestamp,
    ) -> Self {
        let account = account.map(|account| AccountRow {
            methods: account.methods.all(now),
            password_is_temporary: account.temporary_until().is_some(),
            lock,
        });
        Self {
            id: pupil.id,
            last_name: pupil.last_name.clone(),
            first_name: pupil.first_name.clone(),
            division: pupil.division.clone(),
            birth_date: pupil.birth_date,
            account,
            profile: profiles.remove(&pupil.id).map(ProfileRow::of),
        }
    }
}

impl ProfileRow {
    fn of(LatestProfile { at, profile, .. }: LatestProfile) -> Self {
        Self { certifiable: profile.is_certifiable(), found_at: at, profile }
    }

    /// `Oui, 7 compétences, le 12/05/2027`.
    fn text(&self) -> String {
        let says = if self.certifiable { "Oui" } else { "Pas encore" };
        let competences = usize::from(u8::from(self.profile.competences));
        format!(
            "{says}, {}, le\u{A0}{}",
            french::count(competences, "compétence", "compétences"),
            french::day(&self.found_at)
        )
    }
}

impl AccountRow {
    fn methods_text(&self) -> String {
        self.methods.iter().map(|method| method.french()).collect::<Vec<_>>().join(", ")
    }
}
