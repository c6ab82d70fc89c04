//! The fields of a line, read as a statement.

use std::io::BufRead;

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::certification::{
    About, CLOCKS_DIFFER, JuryComment, Level, Levels, Points, Statement, VerificationCode, years_kept,
};
use rentree_domain::{
    CertificationNumber, CertificationStatus, Ine, LearnerId, PersonName, SchoolYear, Uai, birth_date,
};

use super::{ProblemCode, Sheet};

type Refused = (ProblemCode, Option<CertificationNumber>);

impl<R: BufRead> Sheet<R> {
    /// What the fields state. The first thing that is wrong is told, with the number of the certification where that reads.
    pub(super) fn statement<'a>(
        &self,
        field: &impl Fn(Option<usize>) -> &'a str,
    ) -> Result<(CertificationNumber, Statement), Refused> {
        let columns = &self.columns;
        let number: CertificationNumber =
            field(Some(columns.number)).parse().map_err(|_| (ProblemCode::Number, None))?;
        let wrong = |code| move |_| (code, Some(number));
        let problem = |code| (code, Some(number));

        let at: Timestamp = field(Some(columns.at)).parse().map_err(|_| problem(ProblemCode::StatedAt))?;
        if at > self.now + CLOCKS_DIFFER {
            return Err(problem(ProblemCode::InFuture));
        }
        let status: CertificationStatus = field(Some(columns.status)).parse().map_err(wrong(ProblemCode::Status))?;
        let uai = Uai::parse(field(Some(columns.uai))).map_err(|_| problem(ProblemCode::Uai))?;
        let taken_on = date(field(Some(columns.taken_on))).ok_or(problem(ProblemCode::TakenOn))?;
        if taken_on > self.today {
            return Err(problem(ProblemCode::InFuture));
        }
        if !years_kept(self.today).contains(&SchoolYear::of(taken_on)) {
            return Err(problem(ProblemCode::TooOld));
        }
        let fields = [
            field(columns.learner),
            field(columns.ine),
            field(Some(columns.birth_date)),
            field(columns.last_name),
            field(columns.first_name),
        ];
        let about = about(&fields, self.today).map_err(problem)?;
        let score: Option<Points> =
            optional(field(columns.score), ProblemCode::Score, |text| text.parse().ok()).map_err(problem)?;
        let mut levels = Levels::new();
        for (competence, place) in &columns.levels {
            let digits = |text: &str| text.parse::<u8>().ok().filter(|_| !text.starts_with('+'));
            let level = |text: &str| digits(text).and_then(|level| Level::try_from(level).ok());
            let level = optional(field(Some(*place)), ProblemCode::Level, level).map_err(problem)?;
            levels.extend(level.map(|level| (*competence, level)));
        }
        let code = optional(field(columns.code), ProblemCode::Code, |text| VerificationCode::parse(text).ok());
        let comment = optional(field(columns.comment), ProblemCode::Comment, |text| JuryComment::parse(text).ok());
        let statement = Statement {
            at,
            status,
            score,
            levels,
            uai,
            about,
            session: self.session.clone(),
            taken_on,
            code: code.map_err(problem)?,
            comment: comment.map_err(problem)?,
        };
        Ok((number, statement))
    }
}

/// Whom a line is about.
fn about([learner, ine, born_on, last_name, first_name]: &[&str; 5], today: Date) -> Result<About, ProblemCode> {
    let name = |text: &str| PersonName::in_file(text).map_or_else(String::new, |name| name.as_str().to_owned());
    let born = |text: &str| date(text).filter(|day| birth_date::is_possible(*day, today));
    let about = About {
        learner: optional(learner, ProblemCode::Learner, |text| text.parse::<LearnerId>().ok())?,
        ine: optional(ine, ProblemCode::Ine, |text| Ine::parse(text).ok())?,
        birth_date: optional(born_on, ProblemCode::BirthDate, born)?,
        last_name: name(last_name),
        first_name: name(first_name),
    };
    if about.is_enough() { Ok(about) } else { Err(ProblemCode::PupilMissing) }
}

/// A field that may be blank; `code` if it is not, and does not read.
fn optional<T>(text: &str, code: ProblemCode, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ProblemCode> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some).ok_or(code) }
}

/// `2027-05-12` or `12/05/2027`.
fn date(text: &str) -> Option<Date> {
    let french = || Date::strptime("%d/%m/%Y", text).ok().filter(|_| text.len() == 10);
    if text.len() == 10 { text.parse().ok().or_else(french) } else { None }
}
