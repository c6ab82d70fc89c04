//! The certificates that a school can print of a school year.

use std::collections::HashMap;

use rentree_certificate::Certificate;
use rentree_domain::{ByLevel, CertificationNumber, LearnerId, ListedPupil, Listing, name};
use rentree_table::{Certification, SharedCodes};

use crate::{Holder, Verifying, certificate};

/// A certificate, and where it belongs.
#[derive(Debug)]
pub struct Issued {
    /// The number of the certification.
    pub number: CertificationNumber,
    /// The pupil of the school's list who has it, if there is one.
    pub learner: Option<LearnerId>,
    /// Whose it is.
    pub holder: Holder,
    /// The class of that school year; blank where it is not known.
    pub division: String,
    /// Whether the pupil is in the school no more. Of who was never found nobody knows.
    pub left: bool,
    /// Whether another certificate has the same code: neither proves anything, so it is not printed, and the school is told.
    pub code_is_shared: bool,
    /// What is printed.
    pub certificate: Certificate,
}

/// The certificates of these certifications of a school, by class and name.
pub fn issued(
    certifications: &[(CertificationNumber, Certification)],
    listing: &Listing,
    school: &str,
    (verifying, shared): (Verifying<'_>, &SharedCodes),
) -> Vec<Issued> {
    let known: HashMap<LearnerId, &ListedPupil> = listing.everybody().iter().map(|it| (it.id, it)).collect();
    let one = |(number, it): &(CertificationNumber, Certification)| {
        let listed = it.pupil.as_ref().and_then(|pupil| known.get(&pupil.learner));
        let holder = listed.map_or_else(|| Holder::kept(it), |listed| Holder::listed(listed));
        let certificate = certificate(*number, it, &holder, school, verifying)?;
        let left = it.pupil.is_some() && listed.is_none_or(|listed| listed.left());
        let code_is_shared = shared.contains_key(number);
        let (learner, division) = (listed.map(|listed| listed.id), certificate.class.clone());
        Some(Issued { number: *number, learner, division, holder, left, code_is_shared, certificate })
    };
    let mut issued: Vec<Issued> = certifications.iter().filter_map(one).collect();
    issued.sort_by_cached_key(|it| {
        let Holder { last_name, first_name, .. } = &it.holder;
        // Classes that are not known stand last.
        let class = (it.division.is_empty(), ByLevel(it.division.clone()));
        (class, name::fold(last_name), name::fold(first_name), it.certificate.date, it.number)
    });
    issued
}
