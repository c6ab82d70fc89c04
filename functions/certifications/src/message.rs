//! What the platform sends, read: everything that a statement needs, and nothing that it must not say.

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::certification::{
    About, CLOCKS_DIFFER, JuryComment, Levels, Points, SessionName, Statement, VerificationCode, years_kept,
};
use rentree_domain::{CertificationNumber, CertificationStatus, Ine, LearnerId, PersonName, Uai, birth_date, paris};
use rentree_http::Problem;
use schemars::JsonSchema;
use serde::Deserialize;

/// What the platform sends.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CertificationMessage")]
pub(crate) struct Message {
    /// The platform's number of the certification.
    number: CertificationNumber,
    /// When the platform states this. Of two statements the later one holds.
    at: Timestamp,
    /// How the examination ended.
    status: CertificationStatus,
    /// The school that gets the result.
    #[schemars(with = "String")]
    uai: Uai,
    /// What the platform calls the session.
    session: SessionName,
    /// The day of the examination, in Paris.
    #[schemars(with = "String")]
    taken_on: Date,
    /// `learner` of a course's link. Without it, `ine` and `birth_date` say which pupil is meant.
    #[serde(default)]
    learner: Option<LearnerId>,
    /// INE véritable.
    #[serde(default)]
    ine: Option<String>,
    /// Date of birth.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    birth_date: Option<Date>,
    /// Nom de famille, for people: it is shown while no pupil of the school is meant.
    #[serde(default)]
    last_name: Option<String>,
    /// Prénom, for the same.
    #[serde(default)]
    first_name: Option<String>,
    /// What was reached, in points.
    #[serde(default)]
    score: Option<Points>,
    /// Levels by competence: `{"1.1": 4, …}`.
    #[serde(default)]
    levels: Levels,
    /// What proves the certificate.
    #[serde(default)]
    verification_code: Option<VerificationCode>,
    /// What the jury tells the school.
    #[serde(default)]
    comment: Option<JuryComment>,
}

impl Message {
    /// What it states. What is wrong is said without quoting it: it may name somebody.
    pub(crate) fn statement(self, now: Timestamp) -> Result<(CertificationNumber, Statement), Problem> {
        if self.at > now + CLOCKS_DIFFER {
            return Err(Problem::bad_request("La date « at » est dans le futur. Vérifiez l’horloge."));
        }
        let ine = self.ine.as_deref().map(Ine::parse).transpose();
        let ine = ine.map_err(|_| Problem::bad_request("Le champ « ine » n’est pas un INE véritable."))?;
        let today = paris::date(now);
        if self.birth_date.is_some_and(|day| !birth_date::is_possible(day, today)) {
            return Err(Problem::bad_request("Le champ « birth_date » n’est pas la date de naissance d’un élève."));
        }
        let name = |text: &Option<String>| {
            let name = text.as_deref().and_then(PersonName::in_file);
            name.map_or_else(String::new, |name| name.as_str().to_owned())
        };
        let about = About {
            learner: self.learner,
            ine,
            birth_date: self.birth_date,
            last_name: name(&self.last_name),
            first_name: name(&self.first_name),
        };
        if !about.is_enough() {
            let detail = "L’élève manque : indiquez « learner », ou « ine » et « birth_date ».";
            return Err(Problem::bad_request(detail));
        }
        let statement = Statement {
            at: self.at,
            status: self.status,
            score: self.score,
            levels: self.levels,
            uai: self.uai,
            about,
            session: self.session,
            taken_on: self.taken_on,
            code: self.verification_code,
            comment: self.comment,
        };
        if statement.taken_on > today || !years_kept(today).contains(&statement.year()) {
            let detail = "La date « taken_on » est dans le futur, ou si ancienne que les certifications de cette année scolaire ne sont plus conservées.";
            return Err(Problem::bad_request(detail));
        }
        Ok((self.number, statement))
    }
}
