//! What the function reads from its settings. `infra/template.yaml` sets them.

use jiff::civil::Date;
use rentree_domain::Catalogue;
use rentree_runtime::{Settings, SettingsError};
use rentree_webhook::Secrets;

/// The function's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `MAIL_QUEUE_URL`: where mails are ordered.
    pub mail_queue_url: String,
    /// `ORIGIN`: the product's address for browsers, without a slash at its end.
    pub origin: String,
    /// `COURSES`: what campaigns lead to, `[{"id", "title", "kind", "url"}, …]`. A course that a campaign leads to stays listed.
    pub courses: Catalogue,
    /// `WEBHOOK_SECRETS`: what the assessment platform signs with, separated by commas: while one is replaced, both hold.
    pub webhook_secrets: Secrets,
    /// `CERTIFICATION_CAMPAIGN_FROM` and `CERTIFICATION_CAMPAIGN_UNTIL`: when schools are proposed to collect profiles before the
    /// certification; blank for never.
    pub certification_campaign: Option<Period>,
}

/// Days in Paris, the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first one.
    pub from: Date,
    /// The last one.
    pub until: Date,
}

impl Period {
    /// Reads both, or neither.
    fn read(settings: &Settings) -> Result<Option<Self>, SettingsError> {
        const FROM: &str = "CERTIFICATION_CAMPAIGN_FROM";
        const UNTIL: &str = "CERTIFICATION_CAMPAIGN_UNTIL";
        let day = |name| {
            let invalid = |_| SettingsError::Invalid { name, expected: "a day like 2027-01-31" };
            settings.optional(name).map(|day| day.parse::<Date>().map_err(invalid)).transpose()
        };
        match (day(FROM)?, day(UNTIL)?) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(SettingsError::Missing(UNTIL)),
            (None, Some(_)) => Err(SettingsError::Missing(FROM)),
            (Some(from), Some(until)) if until < from => Err(SettingsError::Invalid {
                name: UNTIL,
                expected: "a day after CERTIFICATION_CAMPAIGN_FROM, or that day",
            }),
            (Some(from), Some(until)) => Ok(Some(Self { from, until })),
        }
    }

    /// Whether a day is one of them.
    pub fn has(self, day: Date) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let unreadable = |name, why: String| SettingsError::Unreadable { name, why };
        Ok(Self {
            table: settings.required("TABLE")?.to_owned(),
            mail_queue_url: settings.required("MAIL_QUEUE_URL")?.to_owned(),
            origin: settings.required("ORIGIN")?.trim_end_matches('/').to_owned(),
            courses: Catalogue::parse(settings.required("COURSES")?)
                .map_err(|error| unreadable("COURSES", error.to_string()))?,
            webhook_secrets: Secrets::parse(settings.required("WEBHOOK_SECRETS")?)
                .map_err(|error| unreadable("WEBHOOK_SECRETS", error.to_string()))?,
            certification_campaign: Period::read(settings)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn read(courses: &str, secrets: &str) -> Result<Config, SettingsError> {
        let settings = [("TABLE", "t"), ("MAIL_QUEUE_URL", "q"), ("ORIGIN", "https://rentree.example/")];
        Config::read(&Settings::from_pairs(settings).with([("COURSES", courses), ("WEBHOOK_SECRETS", secrets)]))
    }

    #[test]
    fn what_is_wrong_is_said_and_no_secret_is_printed() {
        let courses = r#"[{"id": "a", "title": "A", "kind": "assessment", "url": "https://p.example/"}]"#;
        let config = read(courses, SECRET).unwrap();
        assert_eq!(config.origin, "https://rentree.example");
        assert!(!format!("{config:?}").contains("MfKQ9r8"));
        assert!(read("[]", SECRET).unwrap_err().to_string().contains("COURSES does not read: no course"));
        let short = read(courses, "whsec_MfKQ9r8G").unwrap_err().to_string();
        assert!(short.contains("WEBHOOK_SECRETS") && !short.contains("MfKQ9r8"), "{short}");
    }

    #[test]
    fn a_period_has_both_its_days_or_none() {
        let read = |from: &str, until: &str| {
            let settings = [("CERTIFICATION_CAMPAIGN_FROM", from), ("CERTIFICATION_CAMPAIGN_UNTIL", until)];
            Period::read(&Settings::from_pairs(settings)).map_err(|error| error.to_string())
        };
        let day = |day: &str| day.parse::<Date>().unwrap();
        let period = read("2027-01-10", "2027-02-05").unwrap().unwrap();
        let has = ["2027-01-09", "2027-01-10", "2027-02-05", "2027-02-06"].map(|it| period.has(day(it)));
        assert_eq!(has, [false, true, true, false]);
        assert_eq!(read("", " "), Ok(None));
        assert!(read("2027-01-10", "2027-01-10").unwrap().unwrap().has(day("2027-01-10")));
        for (from, until, wrong) in [
            ("2027-01-10", "", "CERTIFICATION_CAMPAIGN_UNTIL is missing"),
            ("", "2027-01-10", "CERTIFICATION_CAMPAIGN_FROM is missing"),
            ("2027-01-10", "2027-01-09", "CERTIFICATION_CAMPAIGN_UNTIL is not a day after"),
            ("10/01/2027", "2027-02-05", "CERTIFICATION_CAMPAIGN_FROM is not a day like 2027-01-31"),
        ] {
            let told = read(from, until).unwrap_err();
            assert!(told.contains(wrong), "{told}");
        }
    }
}
