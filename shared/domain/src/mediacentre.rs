//! Médiacentre: by what an identity provider knows a person, and how long we keep that. See `docs/mediacentre.md`.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::SecretHash;

/// How long the browser may be away at the identity provider: requests and their cookie hold as long.
pub const REQUEST_HOLDS: SignedDuration = SignedDuration::from_mins(10);
/// How long a sign-on waits for an account.
pub const SIGN_ON_WAITS: SignedDuration = SignedDuration::from_mins(30);
/// An identifier that nobody signed on with for so long is forgotten.
pub const KEPT: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);
/// The last use is noted again when the one that is noted is older: not at every sign-on.
const NOTED_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Until when an identifier that was used at `used_at` is kept.
pub fn kept_until(used_at: Timestamp) -> Timestamp {
    used_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX)
}

/// Whether a use at `now` is to be noted, the last that is noted being at `used_at`.
pub fn is_to_be_noted(used_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(used_at) > NOTED_AGAIN_AFTER
}

/// IDO: the opaque identifier by which an identity provider knows a person. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ido(String);

/// The text is no IDO.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an IDO: 1 to 255 characters")]
pub struct IdoError;

impl Ido {
    const MOST: usize = 255;

    /// Reads an IDO. Opaque: nothing is normalised.
    pub fn parse(text: &str) -> Result<Self, IdoError> {
        let reads = (1..=Self::MOST).contains(&text.chars().count());
        if reads { Ok(Self(text.to_owned())) } else { Err(IdoError) }
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Ido {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ido(…)")
    }
}

impl TryFrom<String> for Ido {
    type Error = IdoError;

    fn try_from(text: String) -> Result<Self, IdoError> {
        Self::parse(&text)
    }
}

impl From<Ido> for String {
    fn from(ido: Ido) -> Self {
        ido.0
    }
}

/// The `entityID` of an identity provider: 1 to 1,024 characters (SAML 2.0 metadata, 2.2.1), no blank among them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntityId(String);

/// The text is no `entityID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an entityID: 1 to 1024 characters without blanks")]
pub struct EntityIdError;

impl EntityId {
    const MOST: usize = 1024;

    /// Reads an `entityID`. Compared as it is: nothing is normalised.
    pub fn parse(text: &str) -> Result<Self, EntityIdError> {
        let blank = |c: char| c.is_whitespace() || c.is_control();
        let reads = (1..=Self::MOST).contains(&text.chars().count()) && !text.contains(blank);
        if reads { Ok(Self(text.to_owned())) } else { Err(EntityIdError) }
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for EntityId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EntityId(…)")
    }
}

impl TryFrom<String> for EntityId {
    type Error = EntityIdError;

    fn try_from(text: String) -> Result<Self, EntityIdError> {
        Self::parse(&text)
    }
}

impl From<EntityId> for String {
    fn from(id: EntityId) -> Self {
        id.0
    }
}

/// Who somebody is for one identity provider. An IDO counts for its provider alone: the same text from another one is somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SignOnId {
    /// The identity provider.
    pub idp: EntityId,
    /// Who, for it.
    pub ido: Ido,
}

impl SignOnId {
    /// Tells whether somebody is the same, where the identifier itself is not to stand. No two pairs are taken for each other: an
    /// identifier of a provider has no blank.
    pub fn digest(&self) -> SecretHash {
        let pair = Sha256::new().chain_update(self.idp.as_str()).chain_update(b" ").chain_update(self.ido.as_str());
        SecretHash::of(pair.finalize().into())
    }
}

/// What the GAR calls a school (`idEtab`) or its ENT (`idENT`): 1 to 128 characters without blanks. Neither a person's nor a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GarId(String);

/// The text is no identifier of the GAR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of the GAR: 1 to 128 characters without blanks")]
pub struct GarIdError;

impl GarId {
    const MOST: usize = 128;

    /// Reads an identifier; blanks around it do not count.
    pub fn parse(text: &str) -> Result<Self, GarIdError> {
        let text = text.trim();
        let blank = |c: char| c.is_whitespace() || c.is_control();
        let reads = (1..=Self::MOST).contains(&text.chars().count()) && !text.contains(blank);
        if reads { Ok(Self(text.to_owned())) } else { Err(GarIdError) }
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for GarId {
    type Error = GarIdError;

    fn try_from(text: String) -> Result<Self, GarIdError> {
        Self::parse(&text)
    }
}

impl From<GarId> for String {
    fn from(id: GarId) -> Self {
        id.0
    }
}

/// What an identity provider takes a person for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MediacentreProfile")]
pub enum Profile {
    /// A pupil, or nobody we know of: whoever has no account becomes a pupil's.
    Pupil,
    /// Somebody of a school's staff.
    Staff,
}

/// Profiles of the GAR that work in a school: teachers, librarians, heads, school life, other staff, the local authority's.
const STAFF: [&str; 6] =
    ["National_ens", "National_doc", "National_dir", "National_evs", "National_eta", "National_col"];

impl Profile {
    /// The profile that the attribute `PRO` tells, whatever its case; one that is unknown or missing is a pupil's.
    pub fn of(told: Option<&str>) -> Self {
        let is_staff = told.is_some_and(|told| STAFF.iter().any(|staff| staff.eq_ignore_ascii_case(told.trim())));
        if is_staff { Self::Staff } else { Self::Pupil }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ido_is_of_any_shape_but_not_of_any_length() {
        for text in ["a", "é 1", &"f".repeat(128), &"é".repeat(255)] {
            assert_eq!(Ido::parse(text).unwrap().as_str(), text);
        }
        for text in ["", &"f".repeat(256)] {
            assert_eq!(Ido::parse(text), Err(IdoError));
        }
        assert_eq!(format!("{:?}", Ido::parse("secret").unwrap()), "Ido(…)");
    }

    #[test]
    fn a_digest_tells_people_apart_and_names_nobody() {
        let id = |idp, ido| SignOnId { idp: EntityId::parse(idp).unwrap(), ido: Ido::parse(ido).unwrap() };
        let digest = |idp, ido| String::from(id(idp, ido).digest());
        assert_eq!(digest("urn:a", "1"), digest("urn:a", "1"));
        for other in [digest("urn:b", "1"), digest("urn:a", "2")] {
            assert_ne!(digest("urn:a", "1"), other);
        }
        assert_ne!(digest("urn:a", "11"), digest("urn:a1", "1"));
    }

    #[test]
    fn an_entity_id_has_no_blanks() {
        for text in ["https://idp.example/idp", "urn:example:idp", &"a".repeat(1024)] {
            assert_eq!(EntityId::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "https://idp.example /", "a\tb", "a\u{a0}b", "a\u{0}b", &"a".repeat(1025)] {
            assert_eq!(EntityId::parse(text), Err(EntityIdError), "{text:?}");
        }
    }

    #[test]
    fn the_gar_s_identifiers_have_no_blanks() {
        for (text, read) in
            [(" 0750654D ", "0750654D"), ("RU5UVEVTVDE=", "RU5UVEVTVDE="), (&"a".repeat(128), &"a".repeat(128))]
        {
            assert_eq!(GarId::parse(text).unwrap().as_str(), read);
        }
        for text in ["", " ", "a b", "a\tb", "a\u{a0}b", "a\u{0}b", &"a".repeat(129)] {
            assert_eq!(GarId::parse(text), Err(GarIdError), "{text:?}");
        }
    }

    #[test]
    fn who_works_in_a_school() {
        for staff in ["National_ens", "NATIONAL_DOC", "national_dir", "National_evs", " National_eta ", "National_col"]
        {
            assert_eq!(Profile::of(Some(staff)), Profile::Staff, "{staff}");
        }
        for pupil in [Some("National_elv"), Some("National_tut"), Some("ens"), Some(""), None] {
            assert_eq!(Profile::of(pupil), Profile::Pupil, "{pupil:?}");
        }
    }

    #[test]
    fn a_use_is_noted_when_the_last_is_a_month_ago() {
        let at = |days: i64| Timestamp::from_second(1_800_000_000 + days * 86_400).unwrap();
        assert!(!is_to_be_noted(at(0), at(0)) && !is_to_be_noted(at(0), at(30)) && is_to_be_noted(at(0), at(31)));
        assert_eq!(kept_until(at(0)), at(730));
        assert_eq!(kept_until(Timestamp::MAX), Timestamp::MAX);
    }
}
