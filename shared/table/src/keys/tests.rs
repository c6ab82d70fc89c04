//! No two items share a key, and what stands in a key is read from it again.

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
            Key::second_factor(user),
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
            Key::attempts_on_device(DeviceEntry::new([7; 16])),
            Key::limit(&rentree_domain::limit::CODES_BY_CLIENT, address.as_str(), at),
            Key::link(&secret),
            Key::session(&SessionHash::of(&secret)),
            Key::seen(&SessionHash::of(&secret)),
            Key::place(&SessionHash::of(&secret)),
            Key::school(uai),
            Key::learner(uai, LearnerId::new(at, entropy)),
            Key::import(uai, import),
            Key::report(uai, import, page),
            Key::roster(uai, page.into(), page),
            Key::member(uai, user),
            Key::access_request(uai, user),
            Key::offer(uai, &Round::parse(&round).unwrap()),
            Key::campaign(uai, CampaignId::new(at, entropy)),
            Key::ready_campaign(uai, SchoolYear::starting_in(2026).unwrap()),
            Key::guessed(uai, LearnerId::new(at, entropy)),
            Key::profile(uai, LearnerId::new(at, entropy)),
            Key::certification(uai, SchoolYear::starting_in(2026).unwrap(), u64::from(page).try_into().unwrap()),
            Key::prepared_file(&SchoolCertificates { uai, year: SchoolYear::starting_in(2026).unwrap(), former: false }),
            Key::prepared_file(&SchoolCertificates { uai, year: SchoolYear::starting_in(2026).unwrap(), former: true }),
            Key::certified(u64::from(page).try_into().unwrap()),
            Key::proof(&VerificationCode::parse(&format!("P-{page:012}")).unwrap(), u64::from(page).try_into().unwrap()),
            Key::campaign_code(&CampaignCode::draw([entropy[0]; 16])),
            Key::platform_campaign(&PlatformCampaignName::parse(&round).unwrap()),
            Key::hand_out(uai, HandOutId::new(at, entropy)),
            Key::sealed_answer(uai, HandOutId::new(at, entropy)),
            Key::personal_code(uai, &PersonalCode::draw([entropy[0]; 16])),
            Key::sign_in_code(&PersonalCode::draw([entropy[0]; 16])),
            Key::record_book(&RecordBookName::parse(&round).unwrap()),
            Key::access_token(&rentree_domain::ProgramSecret::new(secret).hash()),
            Key::participation(CampaignId::new(at, entropy), LearnerId::new(at, entropy)),
            Key::join_attempt(CampaignId::new(at, entropy), at, JoinAttemptId::new(at, entropy)),
        ]);
        prop_assert_eq!(keys.len(), 50);
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
