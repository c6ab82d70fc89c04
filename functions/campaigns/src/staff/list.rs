//! The campaigns of a school, page by page.

mod order;

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::platform_campaign::Closed;
use rentree_domain::{CampaignCode, CampaignId, CampaignKind, CampaignTitle, SchoolYear, Search, Uai, paris};
use rentree_http::{Asked, Face, Problem, authorise, parse_uai};
use rentree_table::{Campaign, Role};
use rentree_web::{Frame, ListOrder as _, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Campaigns;
use crate::staff::closed;
use crate::staff::numbers::Numbers;
use crate::staff::ready::Proposal;
use order::Order;

/// How many campaigns a page shows: the numbers of each cost a read of everybody who joined it.
const PER_PAGE: usize = 20;

/// What to show.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Filter {
    /// Those in the archive, instead of the others.
    archived: bool,
    /// Words of the title.
    q: String,
    /// Who created it.
    owner: String,
    /// In which order.
    order: Order,
    /// From 1.
    page: Option<usize>,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "campaigns.html")]
pub(crate) struct CampaignsView {
    #[serde(skip)]
    frame: Frame,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// Whether these are those in the archive.
    archived: bool,
    /// How many the archive holds.
    #[serde(skip)]
    archive: usize,
    q: String,
    owner: String,
    order: Order,
    /// Who created campaigns, by name.
    owners: Vec<Owner>,
    /// How many campaigns there are, whatever the filter.
    total: usize,
    /// Those that the filter lets through.
    found: usize,
    page: usize,
    pages: usize,
    campaigns: Vec<Row>,
    /// Campaigns that the platform's team has withdrawn in the present school year: they stand in the archive.
    withdrawn: usize,
    /// A campaign that is ready to be made, while it is proposed and the school has not made it.
    ready: Option<Proposal>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CampaignOwner")]
struct Owner {
    /// Of who created campaigns; `platform` for the platform's team.
    id: String,
    /// First and last name, or the team's.
    name: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CampaignRow")]
struct Row {
    id: CampaignId,
    #[schemars(with = "String")]
    title: CampaignTitle,
    kind: CampaignKind,
    /// What pupils type to join.
    #[schemars(with = "String")]
    code: CampaignCode,
    /// First and last name of who created it.
    owner: String,
    created_at: Timestamp,
    /// Since when it is in the archive.
    archived_at: Option<Timestamp>,
    /// Why nobody can join it today, if that is so.
    closed: Option<Closed>,
    /// When the lesson ends that is under way.
    lesson_until: Option<Timestamp>,
    /// Whether the platform's team gave it.
    given: bool,
    /// The first day on which it can be joined, if it has one.
    opens_on: Option<Date>,
    /// The last one.
    closes_on: Option<Date>,
    #[serde(flatten)]
    numbers: Numbers,
}

/// `GET /schools/{uai}/campaigns`
pub(crate) async fn list(
    State(app): State<Campaigns>,
    Path(uai): Path<String>,
    Asked(filter): Asked<Filter>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Member, now).await?;

    let (campaigns, listed) = try_join!(app.campaigns_of(uai, &visitor.school, now), async {
        Ok(app.table.with_listing(uai, visitor.school.clone()).await?)
    })?;
    let (_, listing) = listed.ok_or_else(Problem::not_found)?;
    let ready = app.proposal(now).filter(|ready| !filter.archived && !is_made(ready, &campaigns));
    let today = paris::date(now);
    let withdrawn = campaigns.iter().filter(|(_, campaign)| was_withdrawn_in(SchoolYear::of(today), campaign)).count();
    let archive = campaigns.iter().filter(|(_, campaign)| campaign.is_archived()).count();
    let page = select(campaigns, &filter);
    let numbered = app.with_numbers(page.campaigns, &listing).await?;
    let view = CampaignsView {
        frame: visitor.frame("Campagnes", uai, &visitor.school, Section::Campaigns),
        uai,
        archived: filter.archived,
        archive,
        q: filter.q,
        owner: filter.owner,
        order: filter.order,
        owners: page.owners,
        total: page.total,
        found: page.found,
        page: page.number,
        pages: page.pages,
        campaigns: numbered.into_iter().map(|campaign| Row::of(campaign, now)).collect(),
        withdrawn,
        ready,
    };
    face.render(StatusCode::OK, &view)
}

/// Whether a school has made the campaign that is ready, archived or not.
fn is_made(ready: &Proposal, campaigns: &[(CampaignId, Campaign)]) -> bool {
    campaigns.iter().any(|(_, campaign)| campaign.ready_of == Some(ready.school_year))
}

/// Whether the platform's team withdrew a campaign in a school year.
fn was_withdrawn_in(year: SchoolYear, campaign: &Campaign) -> bool {
    let withdrawn_at = campaign.platform.as_ref().and_then(|platform| platform.withdrawn_at);
    withdrawn_at.is_some_and(|at| SchoolYear::of(paris::date(at)) == year)
}

struct Page {
    owners: Vec<Owner>,
    total: usize,
    found: usize,
    number: usize,
    pages: usize,
    campaigns: Vec<(CampaignId, Campaign)>,
}

/// The page of `campaigns` that `filter` asks for. A page beyond the last is the last.
fn select(mut campaigns: Vec<(CampaignId, Campaign)>, filter: &Filter) -> Page {
    campaigns.retain(|(_, campaign)| campaign.is_archived() == filter.archived);
    let total = campaigns.len();
    let owners: BTreeSet<(String, String)> =
        campaigns.iter().map(|(_, campaign)| (campaign.owner_name.clone(), owner(campaign))).collect();

    let search = Search::new(&filter.q);
    campaigns.retain(|(_, campaign)| {
        let is_owners = filter.owner.is_empty() || owner(campaign) == filter.owner;
        is_owners && search.finds([&campaign.title.as_str().to_owned()])
    });
    filter.order.sort(&mut campaigns);

    let pages = campaigns.len().div_ceil(PER_PAGE).max(1);
    let number = filter.page.unwrap_or(1).clamp(1, pages);
    let found = campaigns.len();
    Page {
        owners: owners.into_iter().map(|(name, id)| Owner { id, name }).collect(),
        total,
        found,
        number,
        pages,
        campaigns: campaigns.into_iter().skip((number - 1) * PER_PAGE).take(PER_PAGE).collect(),
    }
}

/// Whose a campaign is, as the filter says it.
fn owner(campaign: &Campaign) -> String {
    campaign.owner.map_or_else(|| "platform".to_owned(), |id| id.to_string())
}

impl CampaignsView {
    fn is_filtered(&self) -> bool {
        self.found != self.total
    }
}

impl Row {
    fn of((id, campaign, numbers): (CampaignId, Campaign, Numbers), now: Timestamp) -> Self {
        Self {
            id,
            archived_at: campaign.put_away_at(),
            closed: campaign.closed(paris::date(now)),
            lesson_until: campaign.lesson_until(now),
            title: campaign.title,
            kind: campaign.kind,
            code: campaign.code,
            owner: campaign.owner_name,
            created_at: campaign.created_at,
            given: campaign.given.is_some(),
            opens_on: campaign.platform.as_ref().map(|platform| platform.opens_on),
            closes_on: campaign.platform.as_ref().map(|platform| platform.closes_on),
            numbers,
        }
    }

    fn is_withdrawn(&self) -> bool {
        self.closed == Some(Closed::Withdrawn)
    }

    /// What closes it, unless the list says that already.
    fn badge(&self) -> Option<String> {
        self.closed.filter(|closed| *closed != Closed::Archived).map(closed::badge)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rentree_domain::UserId;

    use super::*;
    use crate::sample;

    fn campaign(number: u8, second: u8, title: &str, owner: u8) -> (CampaignId, Campaign) {
        let created_at = Timestamp::from_second(i64::from(second)).unwrap();
        let id = CampaignId::new(created_at, [number; 10]);
        let campaign = Campaign {
            title: CampaignTitle::parse(title).unwrap(),
            code: CampaignCode::draw([number; 16]),
            owner: Some(UserId::new(Timestamp::UNIX_EPOCH, [owner; 10])),
            owner_name: ["Zoé", "Anne", "Élise", "Zoé"][usize::from(owner)].to_owned(),
            archived_at: (title == "L’été des 6e").then_some(created_at),
            ..sample::campaign(created_at)
        };
        (id, campaign)
    }

    fn campaigns() -> Vec<(CampaignId, Campaign)> {
        let titles = ["Rentrée des 6e", "Évaluation des 3e", "Profils de 3e", "L’été des 6e"];
        (0..).zip(titles).map(|(number, title)| campaign(number, number, title, number % 2)).collect()
    }

    fn titles(filter: &Filter) -> Vec<String> {
        select(campaigns(), filter).campaigns.iter().map(|(_, one)| one.title.as_str().to_owned()).collect()
    }

    #[test]
    fn the_newest_first_and_the_archive_apart() {
        assert_eq!(titles(&Filter::default()), ["Profils de 3e", "Évaluation des 3e", "Rentrée des 6e"]);
        assert_eq!(titles(&Filter { archived: true, ..Filter::default() }), ["L’été des 6e"]);
    }

    #[test]
    fn by_title_and_by_owner_accents_count_for_nothing() {
        let titles = |order: Order| titles(&Filter { order, ..Filter::default() });
        assert_eq!(titles(Order::Newest), ["Profils de 3e", "Évaluation des 3e", "Rentrée des 6e"]);
        assert_eq!(titles(Order::Title), ["Évaluation des 3e", "Profils de 3e", "Rentrée des 6e"]);
        assert_eq!(
            titles(Order::Owner),
            ["Évaluation des 3e", "Profils de 3e", "Rentrée des 6e"],
            "Anne’s, then Zoé’s"
        );

        let mut several = vec![campaign(1, 1, "St Louis", 2), campaign(2, 2, "école", 3), campaign(3, 3, "Ete", 0)];
        let mut numbers = |order: Order| {
            order.sort(&mut several);
            several.iter().map(|(_, campaign)| campaign.created_at.as_second()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(Order::Title), [2, 3, 1]);
        assert_eq!(numbers(Order::Owner), [1, 3, 2], "Élise’s, then each Zoé’s");
    }

    #[test]
    fn forms_send_what_is_read() {
        for order in Order::ALL {
            assert_eq!(serde_json::to_value(order).unwrap(), order.value());
        }
    }

    proptest! {
        /// From whatever order they come in, and page by page.
        #[test]
        fn every_order_shows_the_same_campaigns(made in prop::collection::vec((0..4_u8, 0..3_usize, 0..4_u8), 0..50)) {
            let titles = ["Été", "ete", "Rentrée"];
            let numbered = (0..).zip(&made);
            let all: Vec<_> =
                numbered.map(|(number, (second, title, owner))| campaign(number, *second, titles[*title], *owner)).collect();
            let shown = |campaigns: &[(CampaignId, Campaign)], order: Order| -> Vec<CampaignId> {
                let page = |page: usize| {
                    select(campaigns.to_vec(), &Filter { order, page: Some(page), ..Filter::default() })
                };
                (1..=page(1).pages).flat_map(|number| page(number).campaigns).map(|(id, _)| id).collect()
            };
            let expected: BTreeSet<CampaignId> = all.iter().map(|(id, _)| *id).collect();
            let reversed: Vec<_> = all.iter().rev().cloned().collect();
            for &order in Order::ALL {
                let ids = shown(&all, order);
                prop_assert_eq!(ids.len(), all.len());
                prop_assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), expected.clone());
                prop_assert_eq!(shown(&reversed, order), ids);
            }
        }
    }

    #[test]
    fn titles_are_sought_as_people_type_them() {
        let sought = |q: &str| titles(&Filter { q: q.to_owned(), ..Filter::default() });
        assert_eq!(sought("EVALUATION 3e"), ["Évaluation des 3e"]);
        assert_eq!(sought(" rentree "), ["Rentrée des 6e"]);
        assert!(sought("5e").is_empty());
    }

    #[test]
    fn owners_are_listed_by_name_and_filtered() {
        let page = select(campaigns(), &Filter::default());
        let names: Vec<_> = page.owners.iter().map(|owner| owner.name.as_str()).collect();
        assert_eq!(names, ["Anne", "Zoé"]);
        let owner = page.owners[0].id.clone();
        assert_eq!(titles(&Filter { owner, ..Filter::default() }), ["Évaluation des 3e"]);
        let beyond = select(campaigns(), &Filter { page: Some(9), ..Filter::default() });
        assert_eq!((beyond.number, beyond.pages, beyond.found), (1, 1, 3));
    }
}
