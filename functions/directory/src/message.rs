//! The body of a message: events of the bucket, words of operators and our own.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::platform_campaign::Audience;
use rentree_domain::{
    Academie, CampaignMessage, CampaignTitle, CourseId, GarId, Level, PlatformCampaignName, RecordBookName, Round,
    SchoolYear, Scope, SecretHash, Uai,
};
use rentree_uploads::{Told, told};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A word that a message can say: `{"offer": {"academie": "rennes", "round": "2026-rentree"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Word {
    /// An operator: offer every school of the académie its space. Sent again, it resumes, and refreshes the report.
    Offer {
        /// The académie.
        academie: Academie,
        /// The name of the round: one mail a school and round.
        round: Round,
    },
    /// Ourselves: offer this school its space.
    OfferTo {
        /// The school.
        uai: Uai,
        /// The round.
        round: Round,
    },
    /// An operator: give this campaign of the platform's team to schools, or say something else of it than before. Withdrawn before, it
    /// is given again.
    Campaign(Box<CampaignWord>),
    /// An operator: give it no more, and let nobody join it.
    WithdrawCampaign {
        /// What operators call it.
        name: PlatformCampaignName,
        /// When the operator says so; the moment of the message without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// An operator: give it to every school of the académie now, not when somebody there first looks. Sent again, it resumes.
    GiveCampaign {
        /// What operators call it.
        name: PlatformCampaignName,
        /// The académie.
        academie: Academie,
    },
    /// An operator: add up what the schools of the académie did in a school year. Sent again, it refreshes the report.
    Totals {
        /// The académie.
        academie: Academie,
        /// By its first calendar year.
        #[serde(deserialize_with = "a_school_year")]
        school_year: SchoolYear,
    },
    /// An operator: these are the credentials of a record book.
    Client(ClientWord),
    /// An operator: they hold no more.
    RevokeClient {
        /// Which.
        name: RecordBookName,
    },
    /// An operator: list the credentials of all record books.
    Clients {},
    /// An operator: end all sessions of these accounts.
    EndSessions(SessionsOf),
    /// An operator: end the second factor of this account.
    EndSecondFactor {
        /// Its e-mail address or user name.
        login: NamedLogin,
    },
    /// An operator: the Médiacentre of this school is on; off again, when `id_etab` is blank.
    Mediacentre {
        /// The school.
        uai: Uai,
        /// `idEtab`: what the GAR calls it.
        #[serde(deserialize_with = "blank_is_none")]
        id_etab: Option<GarId>,
        /// `idENT`: the ENT that its pupils come from, where it is known.
        #[serde(default, deserialize_with = "blank_is_none", skip_serializing_if = "Option::is_none")]
        id_ent: Option<GarId>,
    },
}

/// What an operator says of a campaign of the platform's team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignWord {
    /// What operators call it.
    pub name: PlatformCampaignName,
    /// What pupils and staff read.
    pub title: CampaignTitle,
    /// `id` of a course.
    pub course: CourseId,
    /// What pupils read before they begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<CampaignMessage>,
    /// Which schools it is given to.
    #[serde(default)]
    pub audience: Audience,
    /// For which classes; none: for all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub levels: BTreeSet<Level>,
    /// The first day on which pupils can join.
    pub opens_on: Date,
    /// The last one.
    pub closes_on: Date,
    /// When the operator says so; the moment of the message without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What an operator says of the credentials of a record book. The secret itself stays with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientWord {
    /// What the record book calls itself when it asks for a token; the logs of schools name it so. It is given once.
    pub name: RecordBookName,
    /// Which schools it reads.
    pub scope: Scope,
    /// SHA-256 of the secret.
    pub secret_hash: SecretHash,
    /// The last day on which they hold.
    pub until: Date,
}

/// Whose sessions an operator ends: `{"uai": "0350760L"}` or `{"login": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionsOf {
    /// Everybody's of a school: the team, and the pupils who have an account.
    Uai(Uai),
    /// Those of one account, by its e-mail address or its user name.
    Login(NamedLogin),
}

/// A login as an operator wrote it. It is somebody's, and never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NamedLogin(pub String);

impl std::fmt::Debug for NamedLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

fn a_school_year<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SchoolYear, D::Error> {
    let first = i16::deserialize(deserializer)?;
    SchoolYear::starting_in(first)
        .ok_or_else(|| serde::de::Error::custom("a school year is its first calendar year, as 2026"))
}

fn blank_is_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<GarId>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    if text.trim().is_empty() { Ok(None) } else { GarId::parse(&text).map(Some).map_err(serde::de::Error::custom) }
}

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Load `directory/<name>.csv`.
    Load { name: String },
    /// What a word says.
    Word(Word),
    /// Nothing.
    Nothing { why: &'static str },
    /// Something that we do not understand. Trying again would not change it.
    Mistake { why: String },
}

/// Every task of a body; at least one.
pub(crate) fn tasks(body: &str) -> Vec<Task> {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return vec![Task::Mistake { why: "the body is not JSON".to_owned() }];
    };
    if let Some(told) = told(&body) {
        return told.into_iter().map(task).collect();
    }
    match serde_json::from_value(body) {
        Ok(word) => vec![Task::Word(word)],
        Err(error) => {
            let error = without_secrets(&error.to_string());
            vec![Task::Mistake { why: format!("neither an event of S3 nor a word that we know: {error}") }]
        }
    }
}

/// An error quotes what it does not understand, which may be a secret that an operator put in the wrong place: of signs in a row that could
/// be one, the first alone are kept.
fn without_secrets(text: &str) -> String {
    const LONGEST_WORD: usize = 32;
    const FIRST: usize = 3;
    let (mut kept, mut run) = (String::new(), 0);
    for sign in text.chars() {
        run = if sign.is_ascii_alphanumeric() || "-_+/=".contains(sign) { run + 1 } else { 0 };
        if run <= LONGEST_WORD {
            kept.push(sign);
        } else if run == LONGEST_WORD + 1 {
            kept.truncate(kept.len() - LONGEST_WORD + FIRST);
            kept.push('…');
        }
    }
    kept
}

fn task(told: Told) -> Task {
    match told {
        Told::Uploaded { key } => match name(&key) {
            Some(name) => Task::Load { name: name.to_owned() },
            None => Task::Nothing { why: "the object is not under directory/<name>.csv" },
        },
        Told::Nothing { why } => Task::Nothing { why },
        Told::Mistake { why } => Task::Mistake { why: why.to_owned() },
    }
}

/// `<name>` of `directory/<name>.csv`.
fn name(key: &str) -> Option<&str> {
    key.strip_prefix("directory/")?.strip_suffix(".csv").filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn created(key: &str) -> Value {
        json!({"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}})
    }

    #[test]
    fn uploads() {
        let body =
            json!({"Records": [created("directory/annuaire.csv"), created("directory%2Frentr%C3%A9e+2026.csv")]});
        let load = |name: &str| Task::Load { name: name.to_owned() };
        assert_eq!(tasks(&body.to_string()), [load("annuaire"), load("rentrée 2026")]);
    }

    #[test]
    fn words() {
        let round = Round::parse("2026-rentree").unwrap();
        let offer = Word::Offer { academie: Academie::parse("rennes").unwrap(), round: round.clone() };
        let text = r#"{"offer":{"academie":"rennes","round":"2026-rentree"}}"#;
        assert_eq!(serde_json::to_string(&offer).unwrap(), text);
        assert_eq!(tasks(text), [Task::Word(offer)]);

        let offer_to = Word::OfferTo { uai: Uai::parse("0350760L").unwrap(), round };
        let text = r#"{"offer_to":{"uai":"0350760L","round":"2026-rentree"}}"#;
        assert_eq!(serde_json::to_string(&offer_to).unwrap(), text);
        assert_eq!(tasks(text), [Task::Word(offer_to)]);
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_told() {
        let secret = rentree_domain::ProgramSecret::new([7; 32]);
        let secret = secret.as_str();
        for body in [
            format!(r#"{{"client":"{secret}"}}"#),
            format!(r#"{{"{secret}":1}}"#),
            format!(r#"{{"client":{{"name":"a","scope":"{secret}"}}}}"#),
        ] {
            let [Task::Mistake { why }] = &tasks(&body)[..] else { panic!("{body} is a mistake") };
            assert!(!why.contains(&secret[4..12]) && why.contains('…'), "{why}");
        }
        assert_eq!(
            without_secrets("unknown variant `offer`, expected one of"),
            "unknown variant `offer`, expected one of"
        );
    }

    #[test]
    fn campaigns_of_the_team() {
        let least =
            r#"{"name":"2026-6e","title":"Rentrée","course":"a","opens_on":"2026-09-01","closes_on":"2026-10-15"}"#;
        let [Task::Word(Word::Campaign(word))] = &tasks(&format!(r#"{{"campaign":{least}}}"#))[..] else {
            panic!("understood");
        };
        assert_eq!(
            (word.title.as_str(), word.audience == Audience::default(), word.levels.len()),
            ("Rentrée", true, 0)
        );
        let all = r#"{"name":"2026-6e","title":"Rentrée","course":"a","message":"Bonjour","audience":{"academies":["rennes"],"kinds":["Collège"]},"levels":["6e"],"opens_on":"2026-09-01","closes_on":"2026-10-15"}"#;
        let [Task::Word(word)] = &tasks(&format!(r#"{{"campaign":{all}}}"#))[..] else { panic!("understood") };
        assert_eq!(serde_json::to_string(word).unwrap(), format!(r#"{{"campaign":{all}}}"#));
        for (told, why) in [
            (least.replace("2026-6e", "2026 6e"), "a-z, 0-9 and -"),
            (all.replace(r#"["6e"]"#, r#"["CM2"]"#), "6e"),
            (all.replace("rennes", "bretagne"), "bretagne"),
            (all.replace("kinds", "types"), "types"),
            (all.replace("2026-09-01", "le 1er septembre"), "year"),
            (all.replace(r#""closes_on""#, r#""at":"hier","closes_on""#), "year"),
        ] {
            let [Task::Mistake { why: said }] = &tasks(&format!(r#"{{"campaign":{told}}}"#))[..] else {
                panic!("understood: {told}");
            };
            assert!(said.contains(why), "{said}");
        }
        let name = PlatformCampaignName::parse("2026-6e").unwrap();
        for (text, word) in [
            (r#"{"withdraw_campaign":{"name":"2026-6e"}}"#, Word::WithdrawCampaign { name: name.clone(), at: None }),
            (
                r#"{"withdraw_campaign":{"name":"2026-6e","at":"2026-09-01T08:00:00Z"}}"#,
                Word::WithdrawCampaign { name: name.clone(), at: Some("2026-09-01T08:00:00Z".parse().unwrap()) },
            ),
            (
                r#"{"give_campaign":{"name":"2026-6e","academie":"rennes"}}"#,
                Word::GiveCampaign { name, academie: Academie::parse("rennes").unwrap() },
            ),
        ] {
            assert_eq!(serde_json::to_string(&word).unwrap(), text);
            assert_eq!(tasks(text), [Task::Word(word)]);
        }
    }

    #[test]
    fn totals() {
        let word = Word::Totals {
            academie: Academie::parse("rennes").unwrap(),
            school_year: SchoolYear::starting_in(2026).unwrap(),
        };
        let text = r#"{"totals":{"academie":"rennes","school_year":2026}}"#;
        assert_eq!(serde_json::to_string(&word).unwrap(), text);
        assert_eq!(tasks(text), [Task::Word(word)]);
        for mistake in [r#"{"academie":"rennes"}"#, r#"{"academie":"rennes","school_year":26}"#] {
            let body = format!(r#"{{"totals":{mistake}}}"#);
            assert!(matches!(tasks(&body).as_slice(), [Task::Mistake { .. }]), "{body}");
        }
    }

    #[test]
    fn credentials_of_record_books() {
        let secret_hash = "5f".repeat(32);
        let text = format!(
            r#"{{"client":{{"name":"lsu-2026","scope":"lsu","secret_hash":"{secret_hash}","until":"2027-08-31"}}}}"#
        );
        let [Task::Word(word)] = &tasks(&text)[..] else { panic!("understood") };
        assert!(matches!(word, Word::Client(ClientWord { scope: Scope::Lsu, .. })), "{word:?}");
        assert_eq!(serde_json::to_string(word).unwrap(), text);
        for (told, why) in [
            (text.replace("lsu-2026", "LSU"), "a-z, 0-9 and -"),
            (text.replace(r#""lsu""#, r#""lse""#), "lse"),
            (text.replace(&secret_hash, "secret"), "64 hexadecimal"),
            (text.replace("2027-08-31", "2027"), "month"),
            (text.replace("secret_hash", "secret"), "secret"),
        ] {
            let [Task::Mistake { why: said }] = &tasks(&told)[..] else { panic!("understood: {told}") };
            assert!(said.contains(why), "{said}");
        }
        let name = RecordBookName::parse("lsu-2026").unwrap();
        for (text, word) in [
            (r#"{"revoke_client":{"name":"lsu-2026"}}"#, Word::RevokeClient { name }),
            (r#"{"clients":{}}"#, Word::Clients {}),
        ] {
            assert_eq!(serde_json::to_string(&word).unwrap(), text);
            assert_eq!(tasks(text), [Task::Word(word)]);
        }
    }

    #[test]
    fn sessions_that_end() {
        for (text, of) in [
            (r#"{"end_sessions":{"uai":"0350760L"}}"#, SessionsOf::Uai(Uai::parse("0350760L").unwrap())),
            (r#"{"end_sessions":{"login":"a@exemple.fr"}}"#, SessionsOf::Login(NamedLogin("a@exemple.fr".to_owned()))),
        ] {
            let word = Word::EndSessions(of);
            assert_eq!(serde_json::to_string(&word).unwrap(), text);
            assert!(!format!("{word:?}").contains("exemple"), "{word:?}");
            assert_eq!(tasks(text), [Task::Word(word)]);
        }
        for mistake in ["{}", r#"{"uai":"0350760A"}"#, r#"{"uai":"0350760L","login":"a@exemple.fr"}"#] {
            let body = format!(r#"{{"end_sessions":{mistake}}}"#);
            let [Task::Mistake { why }] = &tasks(&body)[..] else { panic!("{body} is a mistake") };
            assert!(!why.contains("exemple"), "{why}");
        }
    }

    #[test]
    fn a_second_factor_that_ends() {
        let text = r#"{"end_second_factor":{"login":"a@exemple.fr"}}"#;
        let word = Word::EndSecondFactor { login: NamedLogin("a@exemple.fr".to_owned()) };
        assert_eq!(serde_json::to_string(&word).unwrap(), text);
        assert!(!format!("{word:?}").contains("exemple"), "{word:?}");
        assert_eq!(tasks(text), [Task::Word(word)]);
    }

    #[test]
    fn the_mediacentre_of_a_school() {
        let uai = Uai::parse("0350760L").unwrap();
        let word = |id_etab: Option<&str>, id_ent: Option<&str>| {
            let read = |id: Option<&str>| id.map(|id| GarId::parse(id).unwrap());
            [Task::Word(Word::Mediacentre { uai, id_etab: read(id_etab), id_ent: read(id_ent) })]
        };
        let on = r#"{"mediacentre":{"uai":"0350760L","id_etab":"0350760L","id_ent":"RU5U"}}"#;
        assert_eq!(tasks(on), word(Some("0350760L"), Some("RU5U")));
        assert_eq!(tasks(r#"{"mediacentre":{"uai":"0350760L","id_etab":"1"}}"#), word(Some("1"), None));
        for off in [r#""""#, r#"" ""#, "null"] {
            assert_eq!(tasks(&format!(r#"{{"mediacentre":{{"uai":"0350760L","id_etab":{off}}}}}"#)), word(None, None));
        }
        let Task::Word(sent) = &word(Some("1"), None)[0] else { panic!("a word") };
        assert_eq!(tasks(&serde_json::to_string(sent).unwrap()), word(Some("1"), None));
        for mistake in
            [r#"{"uai":"0350760L"}"#, r#"{"uai":"0350760A","id_etab":"1"}"#, r#"{"uai":"0350760L","id_etab":"a b"}"#]
        {
            let body = format!(r#"{{"mediacentre":{mistake}}}"#);
            assert!(matches!(tasks(&body).as_slice(), [Task::Mistake { .. }]), "{body}");
        }
    }

    /// An operator who mistypes is told what.
    #[test]
    fn a_mistake_is_told() {
        let [Task::Mistake { why }] = &tasks(r#"{"offer":{"academie":"bretagne","round":"2026"}}"#)[..] else {
            panic!("understood");
        };
        assert!(why.contains("no académie is called bretagne"), "{why}");
    }

    #[test]
    fn all_else_asks_for_nothing() {
        for body in [
            "",
            "not JSON",
            "{}",
            "[]",
            "null",
            r#"{"Records":[]}"#,
            r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#,
            r#"{"offer":{"academie":"rennes"}}"#,
            r#"{"offer":{"academie":"rennes","round":"2026 rentrée"}}"#,
            r#"{"offer_to":{"uai":"0350760A","round":"2026"}}"#,
            r#"{"Records":[{"eventName":"ObjectRemoved:Delete","s3":{"object":{"key":"directory/a.csv"}}}]}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"imports/a/b.csv"}}}]}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"directory/.csv"}}}]}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"directory/a.txt"}}}]}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"directory/%FF.csv"}}}]}"#,
            r#"{"Records":[null]}"#,
        ] {
            assert!(matches!(tasks(body).as_slice(), [Task::Nothing { .. } | Task::Mistake { .. }]), "{body}");
        }
    }
}
