//! Every key of the table. Typed: no free text and no mail ever stands in a key.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::certification::{SchoolCertificates, VerificationCode};
use rentree_domain::{
    Academie, ActivationId, AuditId, CampaignCode, CampaignId, CertificationNumber, EmailAddress, EntityId, ImportId,
    Ine, InvitationId, JoinAttemptId, LearnerId, Limit, Login, PersonalCode, PlatformCampaignName, RecordBookName,
    Round, SchoolYear, SecretHash, SignOnId, Uai, UserId, UserName,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Item;

pub(crate) const PK: &str = "PK";
pub(crate) const SK: &str = "SK";
/// Found by school: ties. By user: memberships and sessions. By académie: schools. By round: offers. By pupil: participations, certifications.
pub(crate) const GSI1: (&str, &str) = ("GSI1PK", "GSI1SK");
/// Found by date of birth: the pupils of a school.
pub(crate) const GSI2: (&str, &str) = ("GSI2PK", "GSI2SK");

pub(crate) const LEARNERS: &str = "LEARNER#";
pub(crate) const IMPORTS: &str = "IMPORT#";
pub(crate) const ROSTERS: &str = "ROSTER#";
pub(crate) const MEMBERS: &str = "MEMBER#";
pub(crate) const INVITATIONS: &str = "INVITATION#";
pub(crate) const SESSIONS: &str = "SESSION#";
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

    /// An entry of a school's audit log: they sort by time, to the millisecond.
    pub fn audit(uai: Uai, at: Timestamp, id: AuditId) -> Self {
        Self::new(audit_pk(uai), format!("{at:.3}#{id}"))
    }

    /// A person with an account.
    pub fn user(id: UserId) -> Self {
        Self::new(user(id), "USER")
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

    /// How often something happened for `subject` in the window that began at `began`.
    pub fn limit(limit: &Limit, subject: &str, began: Timestamp) -> Self {
        Self::new(format!("LIMIT#{}#{}#{}", limit.what, hash(subject), began.as_second()), "LIMIT")
    }

    /// A single-use link, by its secret, of which only the hash is kept.
    pub fn link(secret: &[u8; 32]) -> Self {
        Self::new(format!("LINK#{}", hash(secret)), "LINK")
    }

    /// A session, by the hash of its secret.
    pub fn session(session: &SessionHash) -> Self {
        Self::new(format!("{SESSIONS}{session}"), "SESSION")
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
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use rentree_domain::Ido;

    use super::*;

    fn a_sign_on(idp: &str, ido: &str) -> SignOnId {
        SignOnId { idp: EntityId::parse(idp).unwrap(), ido: Ido::parse(ido).unwrap() }
    }

    prop_compose! {
        fn an_uai()(number in 0_u32..10_000_000) -> Uai {
            let mut letters = ('A'..='Z').filter_map(|letter| Uai::parse(&format!("{number:07}{letter}")).ok());
            letters.next_back().unwrap()
        }
    }

    prop_compose! {
        fn times_and_entropy()(second in 0_i64..4_000_000_000, entropy: [u8; 10]) -> (Timestamp, [u8; 10]) {
            (Timestamp::from_second(second).unwrap(), entropy)
        }
    }

    proptest! {
        #[test]
        fn identifiers_come_back_out_of_their_keys(uai in an_uai(), (at, entropy) in times_and_entropy()) {
            let learner = LearnerId::new(at, entropy);
            let import = ImportId::new(at, entropy);
            let (learner_item, import_item) =
                (Key::learner(uai, learner).into_item(), Key::import(uai, import).into_item());
            prop_assert_eq!(id_in_sk(&learner_item, LEARNERS), Some(learner));
            let campaign = CampaignId::new(at, entropy);
            let part = Key::participation(campaign, learner).into_item();
            prop_assert_eq!(id_in_sk(&import_item, IMPORTS), Some(import));
            prop_assert_eq!(id_in_sk(&Key::campaign(uai, campaign).into_item(), CAMPAIGNS), Some(campaign));
            prop_assert_eq!((campaign_in_pk(&part), id_in_sk(&part, PARTICIPATIONS)), (Some(campaign), Some(learner)));
            prop_assert_eq!(id_in_sk(&Key::profile(uai, learner).into_item(), PROFILES), Some(learner));
            prop_assert_eq!(campaign_in_pk(&learner_item), None);
            prop_assert_eq!(id_in_sk::<ImportId>(&learner_item, IMPORTS), None);
            prop_assert_eq!(school_in_pk(&import_item), Some(uai));
            let user = UserId::new(at, entropy);
            prop_assert_eq!((user_in_pk(&Key::user(user).into_item()), user_in_pk(&part)), (Some(user), None));
        }

        #[test]
        fn no_two_entities_share_a_key(uai in an_uai(), (at, entropy) in times_and_entropy(), page in 1_u32..99_999, round in "[a-z0-9-]{1,40}") {
            let (import, user) = (ImportId::new(at, entropy), UserId::new(at, entropy));
            let address = EmailAddress::parse(&format!("{page}@exemple.fr")).unwrap();
            let name = UserName::drawn("Karine", "Dunord", [entropy[0]; 4]);
            let secret = [entropy[0]; 32];
            let keys = std::collections::HashSet::from([
                Key::team(uai),
                Key::activation(uai, ActivationId::new(at, entropy)),
                Key::invitation(uai, InvitationId::new(at, entropy)),
                Key::audit(uai, at, AuditId::new(at, entropy)),
                Key::user(user),
                Key::email_identity(&address),
                Key::user_name_identity(&name),
                Key::sign_on_identity(&a_sign_on("urn:idp", name.as_str())),
                Key::assertion(&EntityId::parse("urn:idp").unwrap(), name.as_str()),
                Key::sign_on_request(name.as_str()),
                Key::waiting_sign_on(&secret),
                Key::sign_on_day(uai, rentree_domain::paris::date(at)),
                Key::ine_identity(Ine::parse("1234567890V").unwrap()),
                Key::tie(user, uai),
                Key::attempts(&address.clone().into()),
                Key::attempts(&name.clone().into()),
                Key::limit(&rentree_domain::limit::CODES_BY_CLIENT, address.as_str(), at),
                Key::link(&secret),
                Key::session(&SessionHash::of(&secret)),
                Key::school(uai),
                Key::learner(uai, LearnerId::new(at, entropy)),
                Key::import(uai, import),
                Key::report(uai, import, page),
                Key::roster(uai, page.into(), page),
                Key::member(uai, user),
                Key::offer(uai, &Round::parse(&round).unwrap()),
                Key::campaign(uai, CampaignId::new(at, entropy)),
                Key::ready_campaign(uai, SchoolYear::starting_in(2026).unwrap()),
                Key::guessed(uai, LearnerId::new(at, entropy)),
                Key::profile(uai, LearnerId::new(at, entropy)),
                Key::certification(uai, SchoolYear::starting_in(2026).unwrap(), u64::from(page).try_into().unwrap()),
                Key::prepared_file(&SchoolCertificates { uai, year: SchoolYear::starting_in(2026).unwrap(), left: false }),
                Key::prepared_file(&SchoolCertificates { uai, year: SchoolYear::starting_in(2026).unwrap(), left: true }),
                Key::certified(u64::from(page).try_into().unwrap()),
                Key::proof(&VerificationCode::parse(&format!("P-{page:012}")).unwrap(), u64::from(page).try_into().unwrap()),
                Key::campaign_code(&CampaignCode::draw([entropy[0]; 16])),
                Key::platform_campaign(&PlatformCampaignName::parse(&round).unwrap()),
                Key::personal_code(uai, &PersonalCode::draw([entropy[0]; 16])),
                Key::record_book(&RecordBookName::parse(&round).unwrap()),
                Key::access_token(&rentree_domain::ProgramSecret::new(secret).hash()),
                Key::participation(CampaignId::new(at, entropy), LearnerId::new(at, entropy)),
                Key::join_attempt(CampaignId::new(at, entropy), at, JoinAttemptId::new(at, entropy)),
            ]);
            prop_assert_eq!(keys.len(), 42);
        }

        #[test]
        fn nothing_of_a_person_stands_in_a_key(name in "[g-z]{4,12}") {
            let address = EmailAddress::parse(&format!("{name}@exemple.fr")).unwrap();
            let user_name = UserName::drawn(&name, &name, [7; 4]);
            for key in [
                Key::email_identity(&address),
                Key::user_name_identity(&user_name),
                Key::sign_on_identity(&a_sign_on(&name, &name)),
                Key::assertion(&EntityId::parse(&name).unwrap(), &name),
                Key::sign_on_request(&name),
                Key::attempts(&address.clone().into()),
                Key::attempts(&user_name.into()),
                Key::limit(&rentree_domain::limit::CODES_BY_CLIENT, address.as_str(), Timestamp::UNIX_EPOCH),
            ] {
                prop_assert!(!key.pk.contains(&name) && !key.sk.contains(&name));
            }
        }

        /// Neither the same IDO of two providers nor any other two pairs are one person, however they are cut.
        #[test]
        fn an_ido_counts_for_its_provider_alone(
            idp in "[a-c]{1,3}", other in "[a-c]{1,3}", ido in "[a-c ]{1,4}", another in "[a-c ]{1,4}",
        ) {
            let (one, two) = (a_sign_on(&idp, &ido), a_sign_on(&other, &another));
            prop_assert_eq!(Key::sign_on_identity(&one) == Key::sign_on_identity(&two), one == two);
            let (first, second) = (Key::assertion(&one.idp, &ido), Key::assertion(&two.idp, &another));
            prop_assert_eq!(first == second, one == two);
        }

        #[test]
        fn audit_entries_and_attempts_sort_by_time(uai in an_uai(), (at, entropy) in times_and_entropy(), later in 1_i64..100_000) {
            let id = AuditId::new(at, entropy);
            let later = at + jiff::SignedDuration::from_millis(later);
            prop_assert!(Key::audit(uai, at, id).sk < Key::audit(uai, later, id).sk);
            let (campaign, attempt) = (CampaignId::new(at, entropy), JoinAttemptId::new(at, entropy));
            let key = |at| Key::join_attempt(campaign, at, attempt).sk;
            prop_assert!(key(at) < key(later));
        }

        #[test]
        fn no_two_lists_share_a_partition(uai in an_uai(), round in "[a-z0-9-]{1,40}", (at, entropy) in times_and_entropy()) {
            let round = Round::parse(&round).unwrap();
            let mut partitions: Vec<_> = Academie::all().map(academie).collect();
            partitions.extend([offers(&round), user(UserId::new(at, entropy)), school_pk(uai), ties_in(uai), sign_ons_pk(uai)]);
            partitions.extend([campaign_pk(CampaignId::new(at, entropy)), learner(LearnerId::new(at, entropy))]);
            let distinct: std::collections::HashSet<_> = partitions.iter().collect();
            prop_assert_eq!(distinct.len(), partitions.len());
        }

        #[test]
        fn pages_of_a_report_sort_in_order(uai in an_uai(), (at, entropy) in times_and_entropy(), page in 1_u32..99_998) {
            let import = ImportId::new(at, entropy);
            prop_assert!(Key::report(uai, import, page).sk < Key::report(uai, import, page + 1).sk);
        }

        #[test]
        fn certifications_are_found_by_their_year_alone(uai in an_uai(), first in 1990_i16..2100, number in 1_u64..1_000_000_000_000) {
            let (year, number) = (SchoolYear::starting_in(first).unwrap(), CertificationNumber::try_from(number).unwrap());
            let key = Key::certification(uai, year, number);
            let other = SchoolYear::starting_in(first + 1).map(certification_prefix);
            prop_assert!(key.sk.starts_with(&certification_prefix(year)) && other.is_none_or(|other| !key.sk.starts_with(&other)));
            prop_assert_eq!(certification_in_sk(&key.into_item()), Some(number));
            prop_assert_eq!(certified_in_pk(&Key::certified(number).into_item()), Some(number));
        }

        /// However it is typed, and never as it is printed.
        #[test]
        fn a_code_is_found_by_its_signs(code in "[A-Z0-9]{5}-[A-Z0-9]{8,12}", number in 1_u64..1_000) {
            let number = CertificationNumber::try_from(number).unwrap();
            let key = |text: &str| Key::proof(&VerificationCode::typed(text).unwrap(), number);
            let printed = key(&code);
            prop_assert_eq!(&key(&code.replace('-', "").to_lowercase()), &printed);
            prop_assert!(!printed.pk.contains(&code) && id_in_sk(&printed.into_item(), PROOFS) == Some(number));
        }

        #[test]
        fn parts_of_a_roster_are_found_by_their_version_alone(uai in an_uai(), version: u64, other: u64, part in 1_u32..999) {
            let key = Key::roster(uai, version, part);
            prop_assert!(key.sk.starts_with(&roster_prefix(version)) && key.sk < Key::roster(uai, version, part + 1).sk || part == 998);
            prop_assert_eq!(Key::roster(uai, other, part).sk.starts_with(&roster_prefix(version)), other == version);
        }
    }
}
