//! What people wait for: how many calls to AWS each route makes one after the other.

use std::collections::BTreeMap;
use std::time::Duration;

use rentree_local::measure;
use rentree_local::{Options, Rentree};
use rentree_testkit::strict::Distance;

use crate::support::run;

/// A slow machine may make a call late, never early: it sees a chain that is not there, but misses none. So the shortest
/// of some tours counts, and a chain that is too long in all of them is.
const TOURS: usize = 5;
/// Far enough that calls side by side are seen to be.
const FAR: Duration = Duration::from_millis(25);

/// The longest chain of each route.
const CHAINS: [(&str, usize); 78] = [
    ("GET /", 3),
    ("GET /account", 5),
    ("GET /account/email/{token}", 3),
    ("GET /activation/{token}", 2),
    ("GET /assets/{version}/{name}", 0),
    ("GET /campagnes", 0),
    ("GET /campagnes/{code}", 2),
    ("GET /demande-administration-sco", 0),
    ("GET /forgotten-password", 0),
    ("GET /invitation/{token}", 3),
    ("GET /mes-campagnes", 4),
    ("GET /new-password/{token}", 2),
    ("GET /openapi.json", 0),
    ("GET /schools/{uai}/audit", 5),
    ("GET /schools/{uai}/campaigns", 5),
    ("GET /schools/{uai}/campaigns/new", 4),
    ("GET /schools/{uai}/campaigns/{campaign}", 9),
    ("GET /schools/{uai}/campaigns/{campaign} (again)", 9),
    ("GET /schools/{uai}/campaigns/{campaign}/results.csv", 8),
    ("GET /schools/{uai}/imports", 5),
    ("GET /schools/{uai}/imports/{import}", 6),
    ("GET /schools/{uai}/imports/{import} (again)", 6),
    ("GET /schools/{uai}/imports/{import}/report", 6),
    ("GET /schools/{uai}/imports/{import}/report.csv", 5),
    ("GET /schools/{uai}/learners", 8),
    ("GET /schools/{uai}/learners (again)", 8),
    ("GET /schools/{uai}/learners/former", 12),
    ("GET /schools/{uai}/learners/former.csv", 12),
    ("POST /schools/{uai}/learners/former", 12),
    ("GET /schools/{uai}/learners/{learner}", 10),
    ("GET /schools/{uai}/team", 6),
    ("GET /sign-in", 0),
    ("GET /sign-up", 0),
    ("GET /sign-up/{token}", 1),
    ("GET /spaces", 4),
    ("GET /temporary-password", 3),
    ("GET /terms", 2),
    ("POST /account/email", 13),
    ("POST /account/email/{token}", 7),
    ("POST /account/password", 14),
    ("POST /account/sessions", 3),
    ("POST /activation/{token}", 6),
    ("POST /campagnes", 2),
    ("POST /campagnes/{code}", 4),
    ("POST /campagnes/{code}/account", 5),
    ("POST /campagnes/{code}/identity", 4),
    ("POST /demande-administration-sco", 2),
    ("POST /forgotten-password", 2),
    ("POST /invitation/{token}", 15),
    ("POST /new-password/{token}", 4),
    ("POST /participations/progress", 2),
    ("POST /schools/{uai}/campaigns", 4),
    ("POST /schools/{uai}/campaigns/{campaign}/archive", 5),
    ("POST /schools/{uai}/campaigns/{campaign}/restore", 5),
    ("POST /schools/{uai}/imports", 6),
    ("POST /schools/{uai}/imports/{import}/cancel", 10),
    ("POST /schools/{uai}/imports/{import}/confirm", 9),
    ("POST /schools/{uai}/imports/{import}/report", 6),
    ("POST /schools/{uai}/imports/{import}/set-aside", 9),
    ("POST /schools/{uai}/imports/{import}/undo", 11),
    ("POST /schools/{uai}/invitations", 7),
    ("POST /schools/{uai}/invitations/{invitation}/cancel", 5),
    ("POST /schools/{uai}/invitations/{invitation}/resend", 6),
    ("POST /schools/{uai}/learners", 8),
    ("POST /schools/{uai}/learners/passwords", 14),
    ("POST /schools/{uai}/learners/{learner}/personal-code", 6),
    ("POST /schools/{uai}/learners/{learner}/unblock", 9),
    ("POST /schools/{uai}/learners/{learner}/untie", 7),
    ("POST /schools/{uai}/learners/{learner}/user-name", 8),
    ("POST /schools/{uai}/leave", 5),
    ("POST /schools/{uai}/members/{member}/remove", 6),
    ("POST /schools/{uai}/members/{member}/role", 6),
    ("POST /sign-in", 8),
    ("POST /sign-out", 3),
    ("POST /sign-up", 2),
    ("POST /sign-up/{token}", 2),
    ("POST /temporary-password", 4),
    ("POST /terms", 3),
];

#[test]
fn no_route_waits_longer_than_it_should() {
    run(async {
        let allowed: BTreeMap<&str, usize> = CHAINS.into_iter().collect();
        let mut shortest: BTreeMap<String, usize> = BTreeMap::new();
        for _ in 0..TOURS {
            let rentree = Rentree::start(&Options::in_memory()).await?;
            let distance = Distance { read: FAR, write: FAR, transaction: FAR };
            let mut longest: BTreeMap<String, usize> = BTreeMap::new();
            for visit in measure::visits(&rentree, 60, distance).await? {
                let name = if visit.again { format!("{} (again)", visit.route) } else { visit.route.clone() };
                let seen = longest.entry(name).or_default();
                *seen = visit.chain().max(*seen);
            }
            rentree.stop().await?;
            for (route, chain) in longest {
                let seen = shortest.entry(route).or_insert(chain);
                *seen = chain.min(*seen);
            }
            if shortest.iter().all(|(route, chain)| allowed.get(route.as_str()).is_some_and(|most| chain <= most)) {
                break;
            }
        }
        let too_long: Vec<String> = shortest
            .iter()
            .filter(|(route, chain)| allowed.get(route.as_str()).is_none_or(|most| *chain > most))
            .map(|(route, chain)| format!("{route}: {chain}"))
            .collect();
        assert!(too_long.is_empty(), "{too_long:#?}");
        Ok(())
    });
}
