//! The listings that a warm function keeps in memory: the last ones that were read, as many as fit.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rentree_domain::{Listing, Uai};

/// A function has 1.7 GB. This is thirty schools of 3,000 pupils.
const MOST_BYTES: usize = 64 << 20;

/// Listings by school and version. They never change: what is here is as true as what is stored.
#[derive(Clone)]
pub(crate) struct Warm {
    most_bytes: usize,
    /// The one that was asked for last comes first.
    kept: Arc<Mutex<VecDeque<Kept>>>,
}

struct Kept {
    of: (Uai, u64),
    bytes: usize,
    listing: Arc<Listing>,
}

impl Default for Warm {
    fn default() -> Self {
        Self::of(MOST_BYTES)
    }
}

impl Warm {
    fn of(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Arc::default() }
    }

    /// The listing of a version of a school's roster, if it is here.
    pub(super) fn get(&self, uai: Uai, version: u64) -> Option<Arc<Listing>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|kept| kept.of == (uai, version))?;
        let found = kept.remove(place)?;
        let listing = Arc::clone(&found.listing);
        kept.push_front(found);
        Some(listing)
    }

    /// Keeps the listing of a version, and lets go of those that nobody asked for longest.
    pub(super) fn keep(&self, uai: Uai, version: u64, listing: Listing) -> Arc<Listing> {
        let (bytes, listing) = (listing.weight(), Arc::new(listing));
        if bytes > self.most_bytes {
            return listing;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.of != (uai, version));
        kept.push_front(Kept { of: (uai, version), bytes, listing: Arc::clone(&listing) });
        while kept.iter().map(|kept| kept.bytes).sum::<usize>() > self.most_bytes {
            kept.pop_back();
        }
        listing
    }
}

/// No name of a pupil ever stands in a log.
impl fmt::Debug for Warm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Warm").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use rentree_domain::{LearnerId, ListedPupil};

    use super::*;

    fn listing(pupils: u8) -> Listing {
        let pupil = |number| ListedPupil {
            id: LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]),
            left_in: None,
            last_name: "DUPONT".to_owned(),
            usage_name: None,
            first_name: "Léa".to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: "6A".to_owned(),
            level: None,
        };
        Listing::new((0..pupils).map(pupil).collect())
    }

    #[test]
    fn the_last_ones_that_fit_are_kept() {
        let (one, other) = (Uai::parse("0750654D").unwrap(), Uai::parse("0920131T").unwrap());
        let warm = Warm::of(2 * listing(10).weight());
        warm.keep(one, 1, listing(10));
        warm.keep(other, 1, listing(10));
        assert!(warm.get(one, 1).is_some() && warm.get(one, 2).is_none());
        warm.keep(one, 2, listing(10));
        assert!(warm.get(other, 1).is_none(), "asked for longest ago");
        assert!(warm.get(one, 1).is_some() && warm.get(one, 2).is_some());
        // The same again takes no more room.
        warm.keep(one, 2, listing(10));
        assert!(warm.get(one, 1).is_some());
        // What is larger than all that may be kept pushes nobody out.
        assert_eq!(warm.keep(other, 3, listing(30)).everybody().len(), 30);
        assert!(warm.get(other, 3).is_none() && warm.get(one, 1).is_some());
    }
}
