//! After an import: certifications of no pupil may be of somebody whom the school has now, and others of somebody whose name or class is
//! another one.

use rentree_domain::{CertificationNumber, Uai};

use super::pupils::Pupils;
use super::{Certification, TURNS, read};
use crate::item::check_number;
use crate::keys::{CERTIFICATIONS, school_pk};
use crate::paced::Paced;
use crate::transaction::{Cancelled, MAX_ITEMS};
use crate::{Key, Table, TableError};

impl Table {
    /// Looks for the pupils of all certifications of a school, as readers see its roster now; how many were changed. Nothing is written of
    /// a roster that is not seen any more, and asking twice changes nothing.
    pub async fn seek_certified(&self, uai: Uai, write_units_a_second: u32) -> Result<usize, TableError> {
        let mut pace = Paced::new(write_units_a_second);
        let mut changed = 0;
        for _ in 0..TURNS {
            let stored = self.items(school_pk(uai), CERTIFICATIONS).await?;
            if stored.is_empty() {
                return Ok(changed);
            }
            let certifications = stored.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
            let Some((school, learners)) = self.whole(uai).await? else { return Ok(changed) };
            let pupils = Pupils::of(&school, &learners);
            let differs = |(number, before): (CertificationNumber, Certification)| {
                let pupil = pupils.meant(&before.latest, Some(&before));
                (pupil != before.pupil).then_some((number, Certification { pupil, ..before }))
            };
            let sought: Vec<_> = certifications.into_iter().filter_map(differs).collect();
            match self.write_sought((uai, school.roster_version), sought, &mut pace).await {
                Ok(many) => return Ok(changed + many),
                Err((many, Cancelled::Conditions(_))) => changed += many,
                Err((_, Cancelled::Table(error))) => return Err(error),
            }
            tracing::info!(%uai, "certifications, or the roster, changed meanwhile: looking again");
        }
        Err(TableError::Contended { operation: "TransactWriteItems" })
    }

    /// Writes what was found; how many before a transaction failed.
    async fn write_sought(
        &self,
        (uai, roster_version): (Uai, u64),
        sought: Vec<(CertificationNumber, Certification)>,
        pace: &mut Paced,
    ) -> Result<usize, (usize, Cancelled)> {
        let mut written = 0;
        let failed = |written| move |error: TableError| (written, Cancelled::Table(error));
        for some in sought.chunks(MAX_ITEMS - 1) {
            let is_seen = check_number(&self.name, Key::school(uai), "roster_version = :value", roster_version);
            let mut items = vec![is_seen.map_err(failed(written))?];
            for (number, certification) in some {
                items.push(self.write_again(*number, certification).map_err(failed(written))?);
            }
            pace.turn().await;
            pace.used(self.transact_at_a_price(items).await.map_err(|cancelled| (written, cancelled))?);
            written += some.len();
        }
        Ok(written)
    }
}
