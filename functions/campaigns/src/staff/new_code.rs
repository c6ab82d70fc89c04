//! A new code for a campaign, when the one before went beyond the class. The former one stops at once; who has joined goes on.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::limit::NEW_CODES_BY_CAMPAIGN;
use rentree_domain::{CampaignCode, CampaignId, Uai};
use rentree_http::{Face, Input, Problem, authorise_beside, parse_uai, text};
use rentree_table::{AuditAction, AuditEntry, Campaign, CampaignError, NewCode, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "NewCodeFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The code to replace, as it was shown: if it is another one, nothing is changed. Blank: whatever it is.
    #[schemars(with = "text::OrNone<text::CampaignCode>")]
    code: String,
}

/// The code that the campaign has.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewCodeView")]
pub(crate) struct NewCodeView {
    campaign: CampaignId,
    /// What pupils type to join.
    #[schemars(with = "String")]
    code: CampaignCode,
}

/// `POST /schools/{uai}/campaigns/{campaign}/code`
pub(crate) async fn replace(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;
    visitor.check_meant(&input.proof)?;
    let path = format!("/schools/{uai}/campaigns/{id}");

    if campaign.is_archived() {
        return Err(Problem::too_late(ARCHIVED).leading_to("Revenir à la campagne", path));
    }
    let is_shown = input.fields.code.is_empty() || input.fields.code == campaign.code.as_str();
    let code = if is_shown {
        if !app.table.allows(&NEW_CODES_BY_CAMPAIGN, &id.to_string(), now).await? {
            return Err(Problem::too_many(TOO_MANY).leading_to("Revenir à la campagne", path));
        }
        let action = AuditAction::CampaignCodeReplaced;
        let entry = visitor.did(action);
        app.replace_code(uai, (id, &campaign), &entry.to(campaign.title.as_str())).await?
    } else {
        campaign.code
    };

    let location = format!("{path}?done=code");
    face.after_post(StatusCode::OK, &location, &NewCodeView { campaign: id, code })
}

const ARCHIVED: &str = "Cette campagne est archivée : son code ne sert plus.";
const TOO_MANY: &str = "Cette campagne a changé de code trop souvent. Réessayez dans une heure.";

impl Campaigns {
    /// Replaces the code of `campaign`, and draws again while the new one is another's. The code that it has then: of two colleagues at
    /// the same moment, one replaces it.
    async fn replace_code(
        &self,
        uai: Uai,
        (id, campaign): (CampaignId, &Campaign),
        entry: &AuditEntry,
    ) -> Result<CampaignCode, Problem> {
        for _ in 0..CampaignCode::DRAWS {
            let new = CampaignCode::draw(rentree_runtime::random());
            match self.table.replace_code((uai, id), &campaign.code, &new, entry).await? {
                NewCode::Given => return Ok(new),
                NewCode::Moved => return Ok(self.campaign(uai, &id.to_string()).await?.1.code),
                NewCode::Taken => {}
            }
        }
        Err(Problem::internal(&CampaignError::CodeTaken))
    }
}
