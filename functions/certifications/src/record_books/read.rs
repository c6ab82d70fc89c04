//! A record book reads the certifications of a school. Each call of one that is known stands in the log of the school, also one that is
//! refused, until there are too many in an hour; what is handed over is told before.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::certification::years_kept;
use rentree_domain::limit::CALLS_BY_RECORD_BOOK_AND_SCHOOL;
use rentree_domain::{RecordBookName, SchoolYear, Uai, paris};
use rentree_http::{AskedPairs, Problem};
use rentree_table::{AuditAction, AuditEntry};
use schemars::JsonSchema;
use tokio::try_join;

use super::caller::{Refused, check_kind, scope, token_in, unknown_token};
use super::shape::RecordBookView;
use crate::Certifications;
use crate::results::Filter;

/// What its query may have.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct OfBook {
    /// The first calendar year of the school year; the present one without it.
    #[expect(dead_code, reason = "`filter` reads it by its name")]
    year: Option<SchoolYear>,
    /// Pupils who left the school in the present school year, too. Of one that is over, they stand there anyway.
    #[expect(dead_code, reason = "`filter` reads it by its name")]
    former: Option<bool>,
}

/// The school year of the answer, as `2026-2027`: the published shape has no place for it.
const SCHOOL_YEAR: HeaderName = HeaderName::from_static("school-year");
const TOO_MANY: &str =
    "Ce livret scolaire a déjà lu cet établissement soixante fois dans l’heure. Reprenez à l’heure suivante.";

/// `GET /api/v1/organizations/{uai}/certifications`
pub(crate) async fn read(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    asked: AskedPairs<OfBook>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let token = token_in(&headers)?.hash();
    let uai = Uai::parse(&uai).ok();

    let school = async {
        match uai {
            Some(uai) => app.table.school(uai).await,
            None => Ok(None),
        }
    };
    let (token, school) = try_join!(app.table.access_token(&token), school)?;
    let token = token.ok_or_else(unknown_token)?;
    let book = app.table.record_book(&token.record_book).await?;
    let scope = scope(&token, book.as_ref(), now);
    let Some((uai, school)) = uai.zip(school) else {
        // There is no log that could tell it.
        return Err(scope.err().map_or_else(Problem::no_school, |refused| refused.problem()));
    };

    // What a dead token calls holds no living one of these credentials up.
    let subject = format!("{}#{uai}{}", token.record_book, if scope.is_ok() { "" } else { "#dead" });
    let is_allowed = app.table.allows(&CALLS_BY_RECORD_BOOK_AND_SCHOOL, &subject, now).await?;
    let may_read = scope.and_then(|scope| check_kind(scope, &school.kind).map(|()| scope));
    let allowed = may_read.and_then(|scope| Ok((scope, filter(&asked.pairs, paris::date(now))?)));
    let (scope, filter) = match (allowed, is_allowed) {
        (Ok(allowed), true) => allowed,
        (Err(refused), _) if refused.is_of_token() && !is_allowed => return Err(refused.problem()),
        (_, false) => {
            let (_, end) = CALLS_BY_RECORD_BOOK_AND_SCHOOL.window_at(now);
            return Err(Problem::too_many(TOO_MANY).again_after(end.duration_since(now)));
        }
        (Err(refused), true) => {
            let entry = entry(&token.record_book, AuditAction::RecordBookRefused, refused.told(), now);
            app.table.audit(uai, &entry).await?;
            return Err(refused.problem());
        }
    };

    let taken = app.taken_over(uai, &filter).await?.ok_or_else(Problem::no_school)?;
    let told = format!("{}, {}", scope.name().to_uppercase(), filter.school_year);
    app.table.audit(uai, &entry(&token.record_book, AuditAction::RecordBookRead, told, now)).await?;

    tracing::info!(%uai, record_book = %token.record_book, certifications = taken.len(), "a record book read a school");
    let year = HeaderValue::from_str(&filter.school_year.to_string()).map_err(|error| Problem::internal(&error))?;
    Ok(([(SCHOOL_YEAR, year)], axum::Json(RecordBookView::of(taken))).into_response())
}

/// What is asked for. Nothing that does not read, stands twice or is unknown is passed over, as it is on a page: nobody would see which
/// school year was answered, and the program would put it in the place of another one.
fn filter(asked: &[(String, String)], today: Date) -> Result<Filter, Refused> {
    let (mut school_year, mut former) = (None, None);
    for (name, value) in asked {
        let is_first = match name.as_str() {
            "year" => school_year.replace(year(value, today).ok_or(Refused::Year)?).is_none(),
            "former" => former.replace(value.parse().map_err(|_| Refused::Parameter)?).is_none(),
            _ => false,
        };
        if !is_first {
            return Err(Refused::Parameter);
        }
    }
    let filter = Filter::of_year(school_year.unwrap_or_else(|| SchoolYear::of(today)));
    Ok(Filter { former: former.unwrap_or_default(), ..filter }.with_all_of_a_past_year(today))
}

fn year(text: &str, today: Date) -> Option<SchoolYear> {
    let is_year = text.len() == 4 && text.bytes().all(|sign| sign.is_ascii_digit());
    let year = SchoolYear::starting_in(text.parse().ok().filter(|_| is_year)?)?;
    years_kept(today).contains(&year).then_some(year)
}

fn entry(book: &RecordBookName, action: AuditAction, told: String, now: Timestamp) -> AuditEntry {
    AuditEntry::by_program(now, rentree_runtime::random(), book.as_str(), action).to(told)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(query: &[(&str, &str)]) -> Option<(i16, bool)> {
        let pairs: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let filter = filter(&pairs, date(2026, 11, 27)).ok()?;
        Some((filter.school_year.first(), filter.former))
    }

    #[test]
    fn a_year_that_is_over_is_asked_for_with_its_pupils() {
        assert_eq!(read(&[]), Some((2026, false)));
        assert_eq!(read(&[("former", "true")]), Some((2026, true)));
        assert_eq!(read(&[("year", "2026")]), Some((2026, false)));
        assert_eq!(read(&[("year", "2025")]), Some((2025, true)));
        assert_eq!(read(&[("year", "2021"), ("former", "false")]), Some((2021, true)));
    }

    #[test]
    fn no_year_is_taken_for_another() {
        for year in ["2020", "2027", "26", "", "+2025", "02025", "2026-2027", "cette année"] {
            assert_eq!(read(&[("year", year)]), None, "{year}");
        }
        for asked in [
            &[("Year", "2025")][..],
            &[("former", "oui")],
            &[("former", "")],
            &[("status", "validated")],
            &[("year", "2025"), ("year", "2026")],
            &[("former", "true"), ("former", "true")],
        ] {
            assert_eq!(read(asked), None, "{asked:?}");
        }
    }
}
