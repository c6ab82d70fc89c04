//! How many imports a school may ask for: the limits are in `shared/domain/src/limit.rs`.

use jiff::Timestamp;
use rentree_domain::Uai;
use rentree_domain::limit::{IMPORTS_BY_SCHOOL, OPEN_IMPORTS};
use rentree_http::Problem;
use tokio::try_join;

use crate::Learners;

impl Learners {
    /// Counts one more import of a school, unless too many are open, or were asked for within the hour.
    pub(super) async fn allow_import(&self, uai: Uai, now: Timestamp) -> Result<(), Problem> {
        let refused = |detail: String| {
            Problem::too_many(detail).leading_to("Voir les imports", format!("/schools/{uai}/imports"))
        };
        let (recent, is_allowed) =
            try_join!(self.table.recent_imports(uai), self.table.allows(&IMPORTS_BY_SCHOOL, uai.as_str(), now))?;
        let open = recent.iter().filter(|(_, import)| !import.state_at(now).is_settled()).count();
        if open >= OPEN_IMPORTS {
            return Err(refused(format!(
                "{open} imports de l’établissement attendent leur fichier ou sont en cours. Envoyez leur fichier, ou abandonnez ceux dont \
                 vous n’avez plus besoin, puis recommencez."
            )));
        }
        if !is_allowed {
            let (most, (_, end)) = (IMPORTS_BY_SCHOOL.count, IMPORTS_BY_SCHOOL.window_at(now));
            let detail = format!(
                "{most} imports ont été demandés pour l’établissement en une heure. Reprenez à l’heure suivante."
            );
            return Err(refused(detail).again_after(end.duration_since(now)));
        }
        Ok(())
    }
}
