//! Archive the campaigns of a year that is over, and make some of them anew. May be sent twice: what is archived stays so, and nothing is
//! made a second time.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{CampaignCode, CampaignId, CampaignTitle, SchoolYear, Uai, paris};
use rentree_http::{Face, Input, Problem, Visitor, authorise, parse_uai};
use rentree_table::{AuditAction, Campaign, CampaignError, Renewed, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;
use crate::new_year::{MOST, is_old};

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "NewYearFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// Campaigns to archive, of those that the page lists (`campaigns`).
    archive: BTreeSet<CampaignId>,
    /// Campaigns to archive and to make anew, with a new code.
    renew: BTreeSet<CampaignId>,
}

/// What was done. Campaigns that were archived before, by a colleague or by a second click, stand nowhere.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RenewedView")]
pub(crate) struct RenewedView {
    /// Those that were archived.
    archived: Vec<CampaignId>,
    /// Those that were made anew.
    made: Vec<Made>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RenewedCampaign")]
struct Made {
    id: CampaignId,
    #[schemars(with = "String")]
    title: CampaignTitle,
    /// What pupils type to join.
    #[schemars(with = "String")]
    code: CampaignCode,
    /// The campaign in whose place it is.
    instead_of: CampaignId,
}

/// `POST /schools/{uai}/new-year`
pub(crate) async fn renew(
    State(app): State<Campaigns>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
    visitor.check_meant(&input.proof)?;
    let path = format!("/schools/{uai}/new-year");
    let Fields { archive, renew } = input.fields;
    let wanted: BTreeSet<CampaignId> = archive.union(&renew).copied().collect();
    if wanted.is_empty() || wanted.len() > MOST {
        return Err(
            Problem::badly_chosen("Aucune campagne n’est choisie", NONE).leading_to("Choisir des campagnes", path)
        );
    }

    let today = paris::date(visitor.at);
    let mut campaigns = app.campaigns_of(uai, &visitor.school, visitor.at).await?;
    campaigns.retain(|(id, campaign)| wanted.contains(id) && is_old(campaign, today));
    let mut view = RenewedView { archived: Vec::new(), made: Vec::new() };
    for (id, campaign) in campaigns {
        if renew.contains(&id) && campaign.ready_of.is_none() {
            let Some(made) = app.made_anew(uai, &visitor, (id, &campaign)).await? else { continue };
            view.made.push(made);
        } else {
            let entry = visitor.did(AuditAction::CampaignArchived).to(campaign.title.as_str());
            if !app.table.archive_campaign(uai, id, visitor.at, &entry).await? {
                continue;
            }
        }
        view.archived.push(id);
    }

    let location = format!("{path}?put_away={}&made={}", view.archived.len(), view.made.len());
    face.after_post(StatusCode::OK, &location, &view)
}

const NONE: &str = "Cochez les campagnes à archiver, cinquante au plus à la fois. Rien n’a été changé.";

impl Campaigns {
    /// Archives `campaign` and makes it anew; nothing, where somebody has archived it meanwhile.
    async fn made_anew(
        &self,
        uai: Uai,
        visitor: &Visitor,
        (id, campaign): (CampaignId, &Campaign),
    ) -> Result<Option<Made>, Problem> {
        let mut new = Campaign {
            title: of_year(&campaign.title, SchoolYear::of(paris::date(visitor.at))),
            code: CampaignCode::draw(rentree_runtime::random()),
            owner: Some(visitor.user),
            owner_name: visitor.name.clone(),
            created_at: visitor.at,
            lesson: None,
            ..campaign.clone()
        };
        let new_id = CampaignId::new(visitor.at, rentree_runtime::random());
        let archived = visitor.did(AuditAction::CampaignArchived).to(campaign.title.as_str());
        let created = visitor.did(AuditAction::CampaignCreated).to(new.title.as_str());
        for _ in 0..CampaignCode::DRAWS {
            match self.table.renew_campaign((uai, id), (new_id, &new), [&archived, &created]).await? {
                Renewed::Made => {
                    return Ok(Some(Made { id: new_id, title: new.title, code: new.code, instead_of: id }));
                }
                Renewed::ArchivedBefore => return Ok(None),
                Renewed::CodeTaken => new.code = CampaignCode::draw(rentree_runtime::random()),
            }
        }
        Err(Problem::internal(&CampaignError::CodeTaken))
    }
}

/// The title with the year that it names, if it names one that is over, put forward to `year`.
fn of_year(title: &CampaignTitle, year: SchoolYear) -> CampaignTitle {
    let over = (1..=10).filter_map(|ago| SchoolYear::starting_in(year.first() - ago));
    let named = over.map(|over| over.to_string()).find(|over| title.as_str().contains(over));
    let moved = named.and_then(|over| CampaignTitle::parse(&title.as_str().replace(&over, &year.to_string())).ok());
    moved.unwrap_or_else(|| title.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_that_names_the_year_names_the_new_one() {
        let of = |title: &str| {
            of_year(&CampaignTitle::parse(title).unwrap(), SchoolYear::starting_in(2026).unwrap()).as_str().to_owned()
        };
        assert_eq!(of("Rentrée 2025-2026, 6e"), "Rentrée 2026-2027, 6e");
        assert_eq!(of("Rentrée 2026-2027"), "Rentrée 2026-2027");
        assert_eq!(of("Évaluation de rentrée"), "Évaluation de rentrée");
    }
}
