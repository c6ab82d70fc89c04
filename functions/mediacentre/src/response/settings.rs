//! What responses are checked against, besides the identity provider.

use jiff::{SignedDuration, Timestamp};

use super::moment::Clock;

/// This service as the identity provider knows it, and what was agreed for it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Our entityID: what audiences must name.
    pub entity_id: String,
    /// The address that responses are posted to.
    pub acs: String,
    /// The names of attributes.
    pub attributes: AttributeNames,
    /// How far the provider's clock may be off.
    pub skew: Skew,
}

/// The names of attributes: which ones come, and what they are called, is agreed for each resource.
#[derive(Debug, Clone)]
pub struct AttributeNames {
    /// The opaque identifier.
    pub ido: String,
    /// Given names.
    pub first_name: String,
    /// Surnames.
    pub last_name: String,
    /// Schools, by their UAI.
    pub school: String,
    /// Profiles: pupil, teacher …
    pub profile: String,
}

impl Default for AttributeNames {
    /// As the GAR calls them.
    fn default() -> Self {
        let [ido, first_name, last_name, school, profile] = ["IDO", "PRE", "NOM", "UAI", "PRO"].map(str::to_owned);
        Self { ido, first_name, last_name, school, profile }
    }
}

/// How far the provider's clock may be off: at most five minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew(SignedDuration);

/// The skew is longer than five minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a clock skew of more than {} seconds", Skew::MAX.0.as_secs())]
pub struct SkewError;

impl Skew {
    /// Five minutes.
    pub const MAX: Self = Self(SignedDuration::from_mins(5));

    /// So many seconds.
    pub fn seconds(seconds: u16) -> Result<Self, SkewError> {
        let skew = SignedDuration::from_secs(i64::from(seconds));
        if skew > Self::MAX.0 { Err(SkewError) } else { Ok(Self(skew)) }
    }

    pub(super) fn around(self, now: Timestamp) -> Clock {
        Clock::new(now, self.0)
    }
}

impl Default for Skew {
    fn default() -> Self {
        Self::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skew_is_at_most_five_minutes() {
        assert_eq!(Skew::seconds(300), Ok(Skew::MAX));
        assert_eq!(Skew::seconds(301), Err(SkewError));
    }
}
