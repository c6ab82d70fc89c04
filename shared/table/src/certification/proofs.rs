//! What a verification code proves. An item by the code and the number of the certification says where it is; it is written with the
//! certification, in one transaction, and ends when it does.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::TransactWriteItem;
use rentree_domain::certification::{Statement, VerificationCode};
use rentree_domain::{CertificationNumber, SchoolYear, Uai};
use serde::{Deserialize, Serialize};

use super::{Certification, ENTITY, Next, expiring};
use crate::batch::AsOf;
use crate::item::{delete, put_over};
use crate::keys::{PROOFS, certification_in_sk, id_in_sk, proofs_pk};
use crate::{Key, Table, TableError};

const PROOF: &str = "CertificationProof";

/// Where the certification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Proof {
    uai: Uai,
    year: SchoolYear,
}

impl Table {
    /// The certifications that have this code: one, unless it was given twice. Whether they were passed is in each.
    pub async fn certifications_of_code(
        &self,
        code: &VerificationCode,
    ) -> Result<Vec<(CertificationNumber, Certification)>, TableError> {
        let mut keys = HashSet::new();
        for item in self.items(proofs_pk(code), PROOFS).await? {
            let number = id_in_sk(&item, PROOFS).ok_or("no number in its key").map_err(TableError::malformed(PROOF))?;
            let Proof { uai, year } = serde_dynamo::from_item(item).map_err(TableError::malformed(PROOF))?;
            keys.insert(Key::certification(uai, year, number));
        }
        let mut found = Vec::new();
        for item in self.batch(keys, "SK, #latest, #trace, #pupil, #changes", AsOf::Now).await? {
            let number =
                certification_in_sk(&item).ok_or("no number in its key").map_err(TableError::malformed(ENTITY))?;
            let certification: Certification = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
            // A statement may have corrected the code between the two reads.
            if certification.latest.code.as_ref().is_some_and(|known| known.signs() == code.signs()) {
                found.push((number, certification));
            }
        }
        Ok(found)
    }

    /// What makes the proof of a certification follow it. The certification is written in the same transaction, on the condition that it is
    /// what was seen, which guards these items, too.
    pub(super) fn write_proof(&self, next: &Next) -> Result<Vec<TransactWriteItem>, TableError> {
        let before = next.seen.certification.as_ref().and_then(|before| proof(&before.latest));
        let now = proof(&next.certification.latest);
        let mut items = Vec::new();
        if let Some((code, _)) = before
            && now.is_none_or(|(now, _)| now.signs() != code.signs())
        {
            items.push(delete(&self.name, Key::proof(code, next.number))?);
        }
        if let Some((code, place)) = now
            && now != before
        {
            let item = expiring(&place, PROOF, Key::proof(code, next.number), place.year)?;
            items.push(put_over(&self.name, item)?);
        }
        Ok(items)
    }
}

fn proof(statement: &Statement) -> Option<(&VerificationCode, Proof)> {
    Some((statement.code.as_ref()?, Proof { uai: statement.uai, year: statement.year() }))
}
