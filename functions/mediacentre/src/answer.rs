//! An answer of an identity provider, read: pure.

use jiff::Timestamp;
use rentree_domain::mediacentre::Profile;
use rentree_domain::{CampaignCode, Ido, SignOnId, Uai};
use rentree_http::{Input, Problem};
use rentree_table::{SessionHash, SigningOn, WaitingSignOn};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Mediacentre;
use crate::names::Names;
use crate::providers::{Provider, Providers};
use crate::refused::{Refused, off};
use crate::response::{self, Code, Refusal, Settings};

/// The most that is posted.
pub(crate) const LARGEST_BODY: usize = 400 * 1024;

/// What the identity provider's form sends. (It may send a `RelayState`, too; we gave it none.)
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "SamlResponseFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The response, in base64.
    #[serde(rename = "SAMLResponse")]
    response: String,
}

/// An answer that holds, as far as it can be told without the table.
pub(crate) struct Answer<'a> {
    pub(crate) provider: &'a Provider,
    /// The request that it answers.
    pub(crate) request: String,
    /// The assertion's own identifier, and until when it could be used.
    assertion: (String, Timestamp),
    /// Who it is.
    pub(crate) id: SignOnId,
    pub(crate) names: Names,
    /// The school, if it is told.
    pub(crate) uai: Option<Uai>,
    pub(crate) profile: Profile,
}

impl Mediacentre {
    /// The answer that was posted.
    pub(crate) fn read(&self, posted: Result<Input<Fields>, Problem>, now: Timestamp) -> Result<Answer<'_>, Problem> {
        let providers = &self.config.providers;
        if providers.is_empty() {
            return Err(off());
        }
        let fields = posted.map_err(|problem| match problem.status().as_u16() {
            413 => Refused::Response(Code::TooLarge.into()),
            _ => Refused::Form,
        });
        fields
            .and_then(|input| read(&input.fields, providers, &self.config.response, now))
            .map_err(|refused| refused.by_nobody())
    }
}

fn read<'a>(fields: &Fields, providers: &'a Providers, us: &Settings, now: Timestamp) -> Result<Answer<'a>, Refused> {
    let refused = |refusal: Refusal| Refused::Response(refusal);
    let xml = response::decode(fields.response.as_bytes()).map_err(refused)?;
    let claim = response::claim(&xml).map_err(refused)?;
    let provider = providers.claimed(&claim.issuer).ok_or(Refused::Response(Code::IssuerOther.into()))?;
    let told = response::read(&xml, &provider.saml, us, &claim.request, now).map_err(refused)?;

    let ido = Ido::parse(&told.ido).map_err(|_| Refused::Response(Code::IdoTooLong.into()))?;
    Ok(Answer {
        provider,
        request: claim.request,
        id: SignOnId { idp: provider.entity_id.clone(), ido },
        names: Names::of(&told),
        uai: told.schools.first().and_then(|uai| Uai::parse(uai).ok()),
        profile: Profile::of(told.profiles.first().map(String::as_str)),
        assertion: (told.assertion_id, told.refused_from),
    })
}

impl Answer<'_> {
    /// What the table is told of it.
    pub(crate) fn signing_on<'a>(
        &'a self,
        nonce: &'a [u8; 32],
        former: Option<&'a SessionHash>,
        now: Timestamp,
    ) -> SigningOn<'a> {
        let (assertion, holds_until) = &self.assertion;
        let (request, idp) = (&self.request, &self.id.idp);
        SigningOn { request, nonce, idp, assertion, holds_until: *holds_until, former, now }
    }

    /// The same, waiting for an account.
    pub(crate) fn waiting(&self, campaign: Option<CampaignCode>, now: Timestamp) -> WaitingSignOn {
        WaitingSignOn {
            id: self.id.clone(),
            first_name: self.names.first.clone(),
            last_name: self.names.last.clone(),
            uai: self.uai,
            profile: self.profile,
            campaign,
            expires_at: WaitingSignOn::until(now),
        }
    }
}
