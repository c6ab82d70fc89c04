//! Who has not joined a campaign, by class: a list to read aloud.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{CampaignId, CampaignTitle, LearnerId, Uai, classes_by_level};
use rentree_http::{Asked, Face, Problem, authorise_beside, parse_uai};
use rentree_table::Role;
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Campaigns;
use crate::staff::pupil_order::Order;
use crate::staff::tally::{self, Pupil};

/// What to show.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Filter {
    /// A class; blank for all.
    division: String,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "missing.html")]
pub(crate) struct MissingView {
    #[serde(skip)]
    frame: Frame,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    id: CampaignId,
    #[schemars(with = "String")]
    title: CampaignTitle,
    division: String,
    /// The classes that the campaign is for.
    #[schemars(with = "BTreeSet<String>")]
    divisions: Vec<String>,
    /// Whether nobody is in the classes that were asked for.
    is_nobodys: bool,
    /// Whether a lesson is under way: the list keeps itself up to date then.
    is_lesson: bool,
    /// How many have not joined, in the classes shown.
    total: usize,
    /// By name.
    classes: Vec<MissingClass>,
}

#[derive(Serialize, JsonSchema)]
struct MissingClass {
    division: String,
    /// By name.
    pupils: Vec<MissingPupil>,
}

#[derive(Serialize, JsonSchema)]
struct MissingPupil {
    id: LearnerId,
    last_name: String,
    first_name: String,
}

/// `GET /schools/{uai}/campaigns/{campaign}/missing`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    Asked(filter): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) =
        authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), found).await?;

    let (listed, participations) =
        try_join!(app.table.with_listing(uai, visitor.school.clone()), app.table.participations(id))?;
    let (school, listing) = listed.ok_or_else(Problem::not_found)?;
    let (mut pupils, _) = tally::pupils(&listing, &campaign.concerned(&listing), participations);
    Order::Division.sort(&mut pupils);
    let divisions = classes_by_level(pupils.iter().map(|pupil| pupil.listed.division.as_str()));
    let is_known = filter.division.is_empty() || pupils.iter().any(|pupil| pupil.listed.division == filter.division);
    let is_nobodys = pupils.is_empty() || !is_known;
    let classes = missing(pupils, &filter.division);
    let view = MissingView {
        frame: visitor.frame("Qui n’a pas rejoint", uai, &school, Section::Campaigns),
        uai,
        id,
        is_nobodys,
        is_lesson: campaign.lesson_until(visitor.at).is_some(),
        title: campaign.title,
        division: filter.division,
        divisions,
        total: classes.iter().map(|class| class.pupils.len()).sum(),
        classes,
    };
    face.render(StatusCode::OK, &view)
}

/// Those of `pupils` who have not joined, of one class or of all; they come by class and name.
fn missing(pupils: Vec<Pupil<'_>>, division: &str) -> Vec<MissingClass> {
    let mut classes: Vec<MissingClass> = Vec::new();
    for Pupil { listed, participation } in pupils {
        if participation.is_some() || !(division.is_empty() || listed.division == division) {
            continue;
        }
        let pupil =
            MissingPupil { id: listed.id, last_name: listed.last_name.clone(), first_name: listed.first_name.clone() };
        match classes.last_mut().filter(|class| class.division == listed.division) {
            Some(class) => class.pupils.push(pupil),
            None => classes.push(MissingClass { division: listed.division.clone(), pupils: vec![pupil] }),
        }
    }
    classes
}
