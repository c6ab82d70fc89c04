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
const CHAINS: [(&str, usize); 160] = [
    ("GET /", 3),
    ("GET /schools/{uai}", 4),
    ("GET /aide", 2),
    ("GET /aide/{guide}", 2),
    ("GET /service/etat", 1),
    ("GET /service/{text}", 2),
    ("GET /schools/{uai}/new-year", 3),
    ("POST /schools/{uai}/new-year", 3),
    ("GET /schools/{uai}/campaigns/{campaign}/board", 2),
    ("GET /schools/{uai}/campaigns/{campaign}/edit", 3),
    ("POST /schools/{uai}/campaigns/{campaign}/edit", 4),
    ("GET /schools/{uai}/campaigns/{campaign}/missing", 3),
    ("GET /schools/{uai}/campaigns/{campaign}/try", 2),
    ("POST /schools/{uai}/campaigns/{campaign}/try/identity", 2),
    ("POST /schools/{uai}/campaigns/{campaign}/try/account", 2),
    ("GET /schools/{uai}/imports/{import}/undo", 2),
    ("GET /schools/{uai}/learners/{learner}/untie", 2),
    ("GET /schools/{uai}/campaigns/{campaign}/archive", 2),
    ("GET /schools/{uai}/invitations/{invitation}/cancel", 2),
    ("GET /schools/{uai}/leave", 2),
    ("GET /spaces/request", 2),
    // A school is counted after who asks, so that nobody takes what the others may ask of it.
    ("POST /spaces/request", 6),
    ("GET /spaces/request/{uai}/withdraw", 2),
    ("POST /spaces/request/{uai}/withdraw", 3),
    ("GET /schools/{uai}/access-requests/{user}", 4),
    ("POST /schools/{uai}/access-requests/{user}/accept", 5),
    ("GET /schools/{uai}/access-requests/{user}/refuse", 2),
    ("POST /schools/{uai}/access-requests/{user}/refuse", 4),
    ("GET /schools/{uai}/members/{member}/remove", 3),
    ("GET /schools/{uai}/members/{member}/role", 2),
    ("GET /schools/{uai}/team/review", 3),
    ("POST /schools/{uai}/members/{member}/keep", 2),
    ("POST /schools/{uai}/team/review", 4),
    ("GET /account", 3),
    ("GET /account/email/{token}", 2),
    ("GET /account/name", 2),
    ("GET /account/second-factor", 2),
    ("GET /activation/{token}", 2),
    ("GET /assets/{version}/{name}", 0),
    ("GET /api/v1/organizations/{uai}/certifications", 7),
    ("GET /campagnes", 0),
    ("GET /campagnes/{code}", 2),
    ("GET /campagnes/{code}/identity", 2),
    ("GET /demande-administration-sco", 0),
    ("GET /code", 0),
    ("GET /forgotten-password", 0),
    ("GET /invitation/{token}", 2),
    ("GET /mediacentre", 1),
    ("GET /mediacentre/metadata", 0),
    ("GET /mediacentre/suite", 2),
    ("GET /mes-campagnes", 4),
    ("GET /mes-certificats", 3),
    ("GET /mes-certificats/{number}", 4),
    ("GET /new-password/{token}", 2),
    ("GET /openapi.json", 0),
    ("GET /schools/{uai}/audit", 3),
    ("GET /schools/{uai}/campaigns", 4),
    ("GET /schools/{uai}/campaigns/new", 3),
    ("GET /schools/{uai}/campaigns/{campaign}", 3),
    ("GET /schools/{uai}/campaigns/{campaign} (again)", 3),
    ("GET /schools/{uai}/campaigns/{campaign}/results.csv", 4),
    ("GET /schools/{uai}/campaigns/{campaign}/results/{learner}", 3),
    ("GET /schools/{uai}/certificates", 3),
    ("GET /schools/{uai}/certificates.pdf", 4),
    ("GET /schools/{uai}/certificates/file", 2),
    ("GET /schools/{uai}/certificates/file (again)", 2),
    ("GET /schools/{uai}/certificates/file.pdf", 3),
    ("GET /schools/{uai}/certifications", 3),
    ("GET /schools/{uai}/certifications/record-books.csv", 6),
    ("GET /schools/{uai}/certifications/results.csv", 4),
    ("GET /schools/{uai}/certifications/results.json", 4),
    ("GET /schools/{uai}/follow-up", 4),
    ("GET /schools/{uai}/follow-up/results.csv", 5),
    ("GET /schools/{uai}/imports", 3),
    ("GET /schools/{uai}/imports/{import}", 3),
    ("GET /schools/{uai}/imports/{import} (again)", 3),
    ("GET /schools/{uai}/imports/{import}/report", 3),
    ("GET /schools/{uai}/imports/{import}/report.csv", 4),
    ("GET /schools/{uai}/learners", 6),
    ("GET /schools/{uai}/learners (again)", 5),
    ("GET /schools/{uai}/learners/former", 3),
    ("GET /schools/{uai}/learners/former.csv", 4),
    ("GET /schools/{uai}/learners.csv", 6),
    ("POST /schools/{uai}/learners/former", 3),
    ("GET /schools/{uai}/learners/passwords/{hand_out}", 5),
    ("GET /schools/{uai}/learners/{learner}", 4),
    ("GET /schools/{uai}/learners/{learner}/mediacentre", 3),
    ("GET /schools/{uai}/mediacentre", 3),
    ("GET /schools/{uai}/team", 3),
    ("GET /sign-in", 0),
    ("GET /sign-in/second-factor", 0),
    ("GET /sign-up", 0),
    ("GET /sign-up/{token}", 1),
    ("GET /spaces", 3),
    ("GET /temporary-password", 2),
    ("GET /terms", 2),
    ("GET /verification", 0),
    ("POST /account/email", 6),
    ("POST /account/email/{token}", 4),
    // After who asks: their spaces, the count of names, the account, and of each space what shows the name, which is then written.
    ("POST /account/name", 7),
    ("POST /account/password", 6),
    ("POST /account/second-factor", 6),
    ("POST /account/second-factor/end", 9),
    ("POST /account/second-factor/recovery-codes", 9),
    ("POST /account/sessions", 6),
    ("POST /activation/{token}", 7),
    ("POST /api/token", 3),
    ("POST /campagnes", 3),
    ("POST /campagnes/{code}", 4),
    ("POST /campagnes/{code}/account", 5),
    ("POST /campagnes/{code}/identity", 4),
    ("POST /certifications", 5),
    ("POST /code", 5),
    ("POST /demande-administration-sco", 2),
    ("POST /forgotten-password", 2),
    ("POST /invitation/{token}", 6),
    ("POST /mediacentre/acs", 3),
    ("POST /mediacentre/suite", 3),
    ("POST /new-password/{token}", 4),
    ("POST /participations/progress", 2),
    ("POST /schools/{uai}/campaigns", 3),
    ("POST /schools/{uai}/campaigns/new", 3),
    ("POST /schools/{uai}/campaigns/{campaign}/archive", 3),
    ("POST /schools/{uai}/campaigns/{campaign}/classes", 4),
    ("POST /schools/{uai}/campaigns/{campaign}/code", 4),
    ("POST /schools/{uai}/campaigns/{campaign}/joining", 3),
    ("POST /schools/{uai}/campaigns/{campaign}/lesson", 3),
    ("POST /schools/{uai}/campaigns/{campaign}/restore", 3),
    ("POST /schools/{uai}/campaigns/{campaign}/results/{learner}/take-back", 5),
    ("POST /schools/{uai}/certificates/file", 5),
    ("POST /schools/{uai}/imports", 4),
    ("POST /schools/{uai}/imports/{import}/cancel", 4),
    ("POST /schools/{uai}/imports/{import}/confirm", 5),
    ("POST /schools/{uai}/imports/{import}/report", 3),
    ("POST /schools/{uai}/imports/{import}/set-aside", 5),
    ("POST /schools/{uai}/imports/{import}/undo", 4),
    ("POST /schools/{uai}/invitations", 5),
    ("POST /schools/{uai}/invitations/{invitation}/cancel", 3),
    ("POST /schools/{uai}/invitations/{invitation}/resend", 6),
    ("POST /schools/{uai}/learners", 5),
    ("POST /schools/{uai}/learners/passwords", 7),
    ("POST /schools/{uai}/learners/passwords/{hand_out}", 9),
    ("POST /schools/{uai}/learners/{learner}/mediacentre", 4),
    ("POST /schools/{uai}/learners/{learner}/personal-code", 3),
    ("GET /schools/{uai}/learners/{learner}/sign-in-code", 3),
    ("POST /schools/{uai}/learners/{learner}/sign-in-code", 5),
    ("POST /schools/{uai}/learners/{learner}/unblock", 4),
    ("POST /schools/{uai}/learners/{learner}/untie", 4),
    ("POST /schools/{uai}/learners/{learner}/user-name", 3),
    // Who was let in a moment ago leaves at their first visit, which is noted.
    ("POST /schools/{uai}/leave", 4),
    ("POST /schools/{uai}/members/{member}/remove", 5),
    ("POST /schools/{uai}/members/{member}/role", 4),
    ("POST /sign-in", 4),
    ("POST /sign-in/second-factor", 5),
    ("POST /sign-out", 3),
    ("POST /sign-up", 2),
    ("POST /sign-up/{token}", 2),
    ("POST /temporary-password", 3),
    ("POST /terms", 3),
    ("POST /verification", 4),
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
