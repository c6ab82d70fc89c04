//! Verification codes that several certifications have: a mistake of the platform's, after which none of their certificates proves anything.
//! Whoever states a certification looks for it, and notes the code in one partition, which is empty in good times: whoever prints reads that
//! one, and no proof of each certificate.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;
use rentree_domain::certification::VerificationCode;
use rentree_domain::{CertificationNumber, SchoolYear};
use serde::Serialize;
use tokio::task::JoinSet;

use super::{Certification, expiring};
use crate::item::put_over;
use crate::keys::{PROOFS, SHARED_CODES, proofs_pk, shared_codes_pk, shared_in_sk};
use crate::transaction::Cancelled;
use crate::{Key, Table, TableError};

const SHARED: &str = "SharedCode";
/// Codes that are looked up side by side.
const AT_ONCE: usize = 20;

/// Certifications whose code others have, and which others.
pub type SharedCodes = BTreeMap<CertificationNumber, Vec<CertificationNumber>>;

/// Codes that were noted, by their hashes.
#[derive(Debug, Clone, Default)]
pub struct NotedCodes(HashSet<String>);

/// That a code was given to several. It holds nothing but its key.
#[derive(Serialize)]
struct Shared {}

/// A certification that holds, and its code.
type Held = (CertificationNumber, VerificationCode);

impl Table {
    /// Those of these certifications whose code others have that hold, too; each such code is noted. A query for each that holds on `today`.
    pub async fn find_shared_codes<'a>(
        &self,
        certifications: impl Iterator<Item = (CertificationNumber, &'a Certification)>,
        today: Date,
    ) -> Result<SharedCodes, TableError> {
        let held: Vec<Held> = certifications.filter_map(|(number, it)| held(number, it, today)).collect();
        let shared = self.look_up(&held, today).await?;
        for (_, code) in held.iter().filter(|(number, _)| shared.contains_key(number)) {
            // As long as certifications are kept that are stated now; whoever states one of them later notes it again.
            let note = expiring(&Shared {}, SHARED, Key::shared_code(code), SchoolYear::of(today))?;
            self.transact(vec![put_over(&self.name, note)?]).await.map_err(|cancelled| match cancelled {
                // There is no condition that could fail.
                Cancelled::Conditions(_) => TableError::Contended { operation: "TransactWriteItems" },
                Cancelled::Table(error) => error,
            })?;
        }
        Ok(shared)
    }

    /// Codes that several certifications have, as far as somebody noted it. Depends on nothing else: it is read beside the certifications.
    pub async fn noted_codes(&self) -> Result<NotedCodes, TableError> {
        let noted = self.items(shared_codes_pk(), SHARED_CODES).await?;
        Ok(NotedCodes(noted.iter().filter_map(shared_in_sk).collect()))
    }

    /// The same for whoever prints: only codes that were noted are looked up.
    pub async fn shared_codes(
        &self,
        NotedCodes(noted): &NotedCodes,
        certifications: &[(CertificationNumber, Certification)],
        today: Date,
    ) -> Result<SharedCodes, TableError> {
        let is_noted = |code: &VerificationCode| {
            shared_in_sk(&Key::shared_code(code).into_item()).is_some_and(|code| noted.contains(&code))
        };
        let held = certifications.iter().filter_map(|(number, it)| held(*number, it, today));
        let suspected: Vec<Held> = held.filter(|(_, code)| is_noted(code)).collect();
        self.look_up(&suspected, today).await
    }

    async fn look_up(&self, held: &[Held], today: Date) -> Result<SharedCodes, TableError> {
        let mut shared = SharedCodes::new();
        for some in held.chunks(AT_ONCE) {
            let mut asked = JoinSet::new();
            for (number, code) in some.iter().cloned() {
                let table = self.clone();
                asked.spawn(async move { Ok((number, table.others_of(number, &code, today).await?)) });
            }
            while let Some(answer) = asked.join_next().await {
                let (number, others) = answer.map_err(TableError::malformed(SHARED))??;
                if !others.is_empty() {
                    shared.insert(number, others);
                }
            }
        }
        Ok(shared)
    }

    /// The other certifications that hold and have this code.
    async fn others_of(
        &self,
        number: CertificationNumber,
        code: &VerificationCode,
        today: Date,
    ) -> Result<Vec<CertificationNumber>, TableError> {
        if self.items(proofs_pk(code), PROOFS).await?.len() < 2 {
            return Ok(Vec::new());
        }
        let found = self.certifications_of_code(code).await?.into_iter();
        let others = found.filter(|(other, it)| *other != number && it.holds_on(today)).map(|(other, _)| other);
        let mut others: Vec<_> = others.collect();
        others.sort_unstable();
        Ok(others)
    }
}

fn held(number: CertificationNumber, certification: &Certification, today: Date) -> Option<Held> {
    let code = certification.latest.proven_by().filter(|_| certification.holds_on(today))?;
    Some((number, code.clone()))
}
