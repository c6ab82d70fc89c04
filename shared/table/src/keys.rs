//! Every key of the table. Typed: no free text and no mail ever stands in a key.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::certification::{SchoolCertificates, VerificationCode};
use rentree_domain::{
    Academie, ActivationId, AuditId, CampaignCode, CampaignId, CertificationNumber, EmailAddress, EntityId, HandOutId,
    ImportId, Ine, InvitationId, JoinAttemptId, LearnerId, Limit, Login, PersonalCode, PlatformCampaignName,
    RecordBookName, Round, SchoolYear, SecretHash, SignOnId, Uai, UserId, UserName,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{DeviceEntry, Item};

pub(crate) const PK: &str = "PK";
pub(crate) const SK: &str = "SK";
/// Found by school: ties. By user: memberships, requests of access and sessions. By académie: schools. By round: offers. By pupil: participations, certifications.
pub(crate) const GSI1: (&str, &str) = ("GSI1PK", "GSI1SK");
/// Found by date of birth: the pupils of a school.
pub(crate) const GSI2: (&str, &str) = ("GSI2PK", "GSI2SK");

pub(crate) const LEARNERS: &str = "LEARNER#";
pub(crate) const IMPORTS: &str = "IMPORT#";
pub(crate) const ROSTERS: &str = "ROSTER#";
pub(crate) const MEMBERS: &str = "MEMBER#";
pub(crate) const INVITATIONS: &str = "INVITATION#";
pub(crate) const ACCESS_REQUESTS: &str = "ACCESS#";
pub(crate) const SESSIONS: &str = "SESSION#";
pub(crate) const SEEN: &str = "SEEN#";
pub(crate) const TIES: &str = "TIE#";
pub(crate) const CAMPAIGNS: &str = "CAMPAIGN#";
pub(crate) const PARTICIPATIONS: &str = "PARTICIPATION#";
pub(crate) const JOIN_ATTEMPTS: &str = "ATTEMPT#";
pub(crate) const GUESSED: &str = "GUESSED#";
/// Where the platform's team keeps what it says to all schools.
pub(crate) const PLATFORM: &str = "PLATFORM#CAMPAIGNS";
/// Where the credentials of record books are kept: a handful, which operators list.
pub(crate) const RECORD_BOOKS: &str = "RECORDBOOK#CREDENTIALS";
pub(crate) const PROFILES: &str = "PROFILE#";
pub(crate) const CERTIFICATIONS: &str = "CERTIFICATION#";
const CERTIFIED: &str = "CERTIFIED#";
pub(crate) const PROOFS: &str = "PROOF#";
pub(crate) const SHARED_CODES: &str = "SHARED#";
const SCHOOLS: &str = "SCHOOL#";
const USERS: &str = "USER#";

/// Partition and sort key of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pk: String,
    sk: String,
}

/// What the sort keys of a report begin with.
pub(crate) fn report_prefix(id: ImportId) -> String {
    format!("REPORT#{id}#")
}

/// What the sort keys of the snapshot of a roster begin with.
pub(crate) fn roster_prefix(version: u64) -> String {
    format!("{ROSTERS}{version}#")
}

/// What the sort keys of a school's certifications of a school year begin with.
pub(crate) fn certification_prefix(year: SchoolYear) -> String {
    format!("{CERTIFICATIONS}{}#", year.first())
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// A school.
    pub fn school(uai: Uai) -> Self {
        Self::new(school_pk(uai), "SCHOOL")
    }

    /// A pupil of a school.
    pub fn learner(uai: Uai, id: LearnerId) -> Self {
        Self::new(school_pk(uai), format!("{LEARNERS}{id}"))
    }

    /// An import of a school.
    pub fn import(uai: Uai, id: ImportId) -> Self {
        Self::new(school_pk(uai), format!("{IMPORTS}{id}"))
    }

    /// One page of the report of an import, from 1. Not under `IMPORT#`, where the list of imports looks.
    pub fn report(uai: Uai, id: ImportId, page: u32) -> Self {
        Self::new(school_pk(uai), format!("{}{page:05}", report_prefix(id)))
    }

    /// One part of the snapshot of a version of a school's roster, from 1.
    pub fn roster(uai: Uai, version: u64, part: u32) -> Self {
        Self::new(school_pk(uai), format!("{}{part:03}", roster_prefix(version)))
    }

    /// A member of a school's team.
    pub fn member(uai: Uai, user: UserId) -> Self {
        Self::new(school_pk(uai), format!("{MEMBERS}{user}"))
    }

    /// What holds for a school's team as a whole.
    pub fn team(uai: Uai) -> Self {
        Self::new(school_pk(uai), "TEAM")
    }

    /// A request of a school's space.
    pub fn activation(uai: Uai, id: ActivationId) -> Self {
        Self::new(school_pk(uai), format!("ACTIVATION#{id}"))
    }

    /// An invitation to a school's team.
    pub fn invitation(uai: Uai, id: InvitationId) -> Self {
        Self::new(school_pk(uai), format!("{INVITATIONS}{id}"))
    }

    /// The request of somebody to be let into a school's space: one for each person.
    pub fn access_request(uai: Uai, user: UserId) -> Self {
        Self::new(school_pk(uai), format!("{ACCESS_REQUESTS}{user}"))
    }

    /// An entry of a school's audit log: they sort by time, to the millisecond.
    pub fn audit(uai: Uai, at: Timestamp, id: AuditId) -> Self {
        Self::new(audit_pk(uai), format!("{at:.3}#{id}"))
    }

    /// A person with an account.
    pub fn user(id: UserId) -> Self {
        Self::new(user(id), "USER")
    }

    /// The second factor of an account. In a partition of its own, so that no function which reads people can read it.
    pub fn second_factor(id: UserId) -> Self {
        Self::new(format!("SECONDFACTOR#{id}"), "SECONDFACTOR")
    }

    /// Whose an e-mail address is. Hashed: no address stands in a key.
    pub fn email_identity(address: &EmailAddress) -> Self {
        Self::new(format!("IDENTITY#EMAIL#{}", hash(address.as_str())), "IDENTITY")
    }

    /// Whose a user name is. Hashed: it holds a name and a birthday.
    pub fn user_name_identity(name: &UserName) -> Self {
        Self::new(format!("IDENTITY#USERNAME#{}", hash(name.as_str())), "IDENTITY")
    }

    /// Whose an IDO is, for its identity provider alone. Hashed, for both may be of any shape.
    pub fn sign_on_identity(id: &SignOnId) -> Self {
        Self::new(format!("IDENTITY#GAR#{}", of_provider(&id.idp, id.ido.as_str())), "IDENTITY")
    }

    /// A request that an identity provider is asked to answer, by its identifier.
    pub fn sign_on_request(id: &str) -> Self {
        Self::new(format!("SAMLREQUEST#{}", hash(id)), "REQUEST")
    }

    /// An assertion of an identity provider that was used.
    pub fn assertion(idp: &EntityId, id: &str) -> Self {
        Self::new(format!("ASSERTION#{}", of_provider(idp, id)), "ASSERTION")
    }

    /// One handing out of temporary passwords.
    pub fn hand_out(uai: Uai, id: HandOutId) -> Self {
        Self::new(format!("HANDOUT#{uai}#{id}"), "HANDOUT")
    }

    /// What came of it, sealed, until it was shown.
    pub fn sealed_answer(uai: Uai, id: HandOutId) -> Self {
        Self::new(format!("HANDOUT#{uai}#{id}"), "ANSWER")
    }

    /// A sign-on that waits for an account, by the secret that its browser keeps.
    pub fn waiting_sign_on(secret: &[u8; 32]) -> Self {
        Self::new(format!("SIGNON#{}", hash(secret)), "SIGNON")
    }

    /// How many people of a school signed on by Médiacentre on a day.
    pub fn sign_on_day(uai: Uai, date: Date) -> Self {
        Self::new(sign_ons_pk(uai), date.to_string())
    }

    /// Which account the child with this INE has. Hashed: no INE stands in a key.
    pub fn ine_identity(ine: Ine) -> Self {
        Self::new(format!("IDENTITY#INE#{}", hash(ine.as_str())), "IDENTITY")
    }

    /// The pupil that an account is tied to in a school.
    pub fn tie(id: UserId, uai: Uai) -> Self {
        Self::new(user(id), format!("{TIES}{uai}"))
    }

    /// Failed sign-ins with an e-mail address or a user name, whether it is anybody's or not.
    pub fn attempts(login: &Login) -> Self {
        let login = match login {
            Login::Email(address) => address.as_str(),
            Login::UserName(name) => name.as_str(),
        };
        Self::new(format!("ATTEMPTS#{}", hash(login)), "ATTEMPTS")
    }

    /// Failed sign-ins with a login on a device where it signed in before.
    pub fn attempts_on_device(entry: DeviceEntry) -> Self {
        Self::new(format!("ATTEMPTS#{}", hash(entry.bytes())), "ATTEMPTS")
    }

    /// How often something happened for `subject` in the window that began at `began`.
    pub fn limit(limit: &Limit, subject: &str, began: Timestamp) -> Self {
        Self::new(format!("LIMIT#{}#{}#{}", limit.what, hash(subject), began.as_second()), "LIMIT")
    }

    /// The one place that a session has for a request that is held. Among the limits, so that no function needs a right to sessions for it.
    pub fn place(session: &SessionHash) -> Self {
        Self::new(format!("LIMIT#place-of-session#{session}"), "LIMIT")
    }

    /// A single-use link, by its secret, of which only the hash is kept.
    pub fn link(secret: &[u8; 32]) -> Self {
        Self::new(format!("LINK#{}", hash(secret)), "LINK")
    }

    /// A session, by the hash of its secret.
    pub fn session(session: &SessionHash) -> Self {
        Self::new(format!("{SESSIONS}{session}"), "SESSION")
    }

    /// When a session was last used. Apart from the session, so that every function may note it and none needs the right to write
    /// sessions for it.
    pub fn seen(session: &SessionHash) -> Self {
        Self::new(format!("{SEEN}{session}"), "SEEN")
    }

    /// The offer of a space that a round makes to a school.
    pub fn offer(uai: Uai, round: &Round) -> Self {
        Self::new(school_pk(uai), format!("OFFER#{round}"))
    }

    /// A campaign of a school.
    pub fn campaign(uai: Uai, id: CampaignId) -> Self {
        Self::new(school_pk(uai), format!("{CAMPAIGNS}{id}"))
    }

    /// A campaign that the platform's team gives.
    pub fn platform_campaign(name: &PlatformCampaignName) -> Self {
        Self::new(PLATFORM.to_owned(), format!("{CAMPAIGNS}{name}"))
    }

    /// Which campaign a code leads to.
    pub fn campaign_code(code: &CampaignCode) -> Self {
        Self::new(format!("CODE#{code}"), "CODE")
    }

    /// To whom a personal code was given. Hashed, with the school: whoever reads the table joins as nobody.
    pub fn personal_code(uai: Uai, code: &PersonalCode) -> Self {
        Self::new(format!("PERSONAL#{}", personal_code_hash(uai, code)), "PERSONAL")
    }

    /// Whom a sign-in code was shown for. Hashed: whoever reads the table signs in as nobody.
    pub fn sign_in_code(code: &PersonalCode) -> Self {
        Self::new(format!("SIGNINCODE#{}", sign_in_code_hash(code)), "SIGNINCODE")
    }

    /// That the campaign which is ready for a school year was made in a school.
    pub fn ready_campaign(uai: Uai, year: SchoolYear) -> Self {
        Self::new(school_pk(uai), format!("READY#{}", year.first()))
    }

    /// That somebody tried too many birth dates with the name of a pupil.
    pub fn guessed(uai: Uai, id: LearnerId) -> Self {
        Self::new(school_pk(uai), format!("{GUESSED}{id}"))
    }

    /// The latest profile of a pupil. Beside the pupil and not in it: no import touches it.
    pub fn profile(uai: Uai, id: LearnerId) -> Self {
        Self::new(school_pk(uai), format!("{PROFILES}{id}"))
    }

    /// A certification of a school, in the school year that it counts for.
    pub fn certification(uai: Uai, year: SchoolYear, number: CertificationNumber) -> Self {
        Self::new(school_pk(uai), format!("{}{number}", certification_prefix(year)))
    }

    /// The file of a school's certificates of a school year, that somebody asked for.
    pub fn prepared_file(of: &SchoolCertificates) -> Self {
        Self::new(school_pk(of.uai), format!("CERTIFICATES#{}", of.name()))
    }

    /// Where a certification is: a statement may correct its school and its day.
    pub fn certified(number: CertificationNumber) -> Self {
        Self::new(format!("{CERTIFIED}{number}"), "CERTIFIED")
    }

    /// That a code proves a certification. Hashed, for it opens what the certificate tells; with the number, so that a code that was given
    /// twice by mistake takes no certification's proof away.
    pub fn proof(code: &VerificationCode, number: CertificationNumber) -> Self {
        Self::new(proofs_pk(code), format!("{PROOFS}{number}"))
    }

    /// The credentials of a record book.
    pub fn record_book(name: &RecordBookName) -> Self {
        Self::new(RECORD_BOOKS.to_owned(), name.as_str())
    }

    /// What lets a record book in for a while, by the hash of the token.
    pub fn access_token(token: &SecretHash) -> Self {
        Self::new(format!("TOKEN#{token}"), "TOKEN")
    }

    /// That several certifications have a code.
    pub fn shared_code(code: &VerificationCode) -> Self {
        Self::new(shared_codes_pk(), format!("{SHARED_CODES}{}", hash(code.signs())))
    }

    /// A pupil's part in a campaign.
    pub fn participation(campaign: CampaignId, learner: LearnerId) -> Self {
        Self::new(campaign_pk(campaign), format!("{PARTICIPATIONS}{learner}"))
    }

    /// A failed try to join a campaign: they sort by time, to the millisecond.
    pub fn join_attempt(campaign: CampaignId, at: Timestamp, id: JoinAttemptId) -> Self {
        Self::new(campaign_pk(campaign), format!("{JOIN_ATTEMPTS}{at:.3}#{id}"))
    }

    /// Its partition.
    pub(crate) fn partition(&self) -> &str {
        &self.pk
    }

    /// The key as DynamoDB wants it.
    pub(crate) fn into_item(self) -> Item {
        Item::from([(PK.to_owned(), AttributeValue::S(self.pk)), (SK.to_owned(), AttributeValue::S(self.sk))])
    }
}

/// SHA-256 of a session's secret, in hexadecimal: names the session without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionHash(String);

impl SessionHash {
    /// The hash of `secret`.
    pub fn of(secret: &[u8; 32]) -> Self {
        Self(hash(secret))
    }

    /// Reads 64 hexadecimal digits, lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(digit)).then(|| Self(text.to_owned()))
    }
}

impl TryFrom<String> for SessionHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).ok_or("not the hash of a session")
    }
}

impl From<SessionHash> for String {
    fn from(hash: SessionHash) -> Self {
        hash.0
    }
}

impl fmt::Display for SessionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is kept of a personal code.
pub(crate) fn personal_code_hash(uai: Uai, code: &PersonalCode) -> String {
    hash(format!("{uai} {}", code.as_str()))
}

/// What is kept of a code that signs a pupil in. Nobody types the school with it.
pub(crate) fn sign_in_code_hash(code: &PersonalCode) -> String {
    hash(format!("sign-in {}", code.as_str()))
}

/// The hash of what an identity provider says, and who says it: no two providers share one. An `entityID` holds no blank, so the first
/// one ends it.
fn of_provider(idp: &EntityId, what: &str) -> String {
    hash(format!("{} {what}", idp.as_str()))
}

pub(crate) fn hash(what: impl AsRef<[u8]>) -> String {
    Sha256::digest(what).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn school_pk(uai: Uai) -> String {
    format!("{SCHOOLS}{uai}")
}

/// Where what happens in a campaign is kept. The campaign itself is with its school.
pub(crate) fn campaign_pk(campaign: CampaignId) -> String {
    format!("{CAMPAIGNS}{campaign}")
}

/// The campaign whose partition an item is in.
pub(crate) fn campaign_in_pk(item: &Item) -> Option<CampaignId> {
    item.get(PK)?.as_s().ok()?.strip_prefix(CAMPAIGNS)?.parse().ok()
}

/// Where the certifications that a code proves are found.
pub(crate) fn proofs_pk(code: &VerificationCode) -> String {
    format!("{PROOFS}{}", hash(code.signs()))
}

/// Where the codes are found that several certifications have.
pub(crate) fn shared_codes_pk() -> String {
    format!("{PROOFS}SHARED")
}

/// Which of them an item is.
pub(crate) fn shared_in_sk(item: &Item) -> Option<String> {
    Some(item.get(SK)?.as_s().ok()?.strip_prefix(SHARED_CODES)?.to_owned())
}

/// The number of the certification that an item is.
pub(crate) fn certification_in_sk(item: &Item) -> Option<CertificationNumber> {
    item.get(SK)?.as_s().ok()?.strip_prefix(CERTIFICATIONS)?.split_once('#')?.1.parse().ok()
}

/// The number of the certification whose place an item tells.
pub(crate) fn certified_in_pk(item: &Item) -> Option<CertificationNumber> {
    item.get(PK)?.as_s().ok()?.strip_prefix(CERTIFIED)?.parse().ok()
}

/// Where the participations and the certifications of a pupil are found.
pub(crate) fn learner(learner: LearnerId) -> String {
    format!("{LEARNERS}{learner}")
}

/// The school whose partition an item is in.
pub(crate) fn school_in_pk(item: &Item) -> Option<Uai> {
    item.get(PK)?.as_s().ok()?.strip_prefix(SCHOOLS)?.parse().ok()
}

/// Where the schools of no académie are found.
pub(crate) fn no_academie() -> String {
    "ACADEMIE#-".to_owned()
}

/// Where the schools of an académie are found.
pub(crate) fn academie(academie: Academie) -> String {
    format!("ACADEMIE#{}", academie.short_name())
}

/// Where the offers of a round are found.
pub(crate) fn offers(round: &Round) -> String {
    format!("OFFERS#{round}")
}

pub(crate) fn audit_pk(uai: Uai) -> String {
    format!("AUDIT#{uai}")
}

/// Where the sign-ons of a school are counted. Not with the school: who counts them has no right to read it.
pub(crate) fn sign_ons_pk(uai: Uai) -> String {
    format!("MEDIACENTRE#{uai}")
}

/// Where the ties of a school's pupils are found.
pub(crate) fn ties_in(uai: Uai) -> String {
    format!("TIES#{uai}")
}

/// Where the pupils of a school born on a day are found.
pub(crate) fn birth(uai: Uai, date: Date) -> String {
    format!("BIRTH#{uai}#{date}")
}

/// Where what belongs to a user is found.
pub(crate) fn user(user: UserId) -> String {
    format!("{USERS}{user}")
}

/// The user whose partition an item is in.
pub(crate) fn user_in_pk(item: &Item) -> Option<UserId> {
    item.get(PK)?.as_s().ok()?.strip_prefix(USERS)?.parse().ok()
}

/// The identifier at the end of a sort key, `None` if `item` is of another kind.
pub(crate) fn id_in_sk<T: std::str::FromStr>(item: &Item, prefix: &str) -> Option<T> {
    item.get(SK)?.as_s().ok()?.strip_prefix(prefix)?.parse().ok()
}

#[cfg(test)]
mod tests;
