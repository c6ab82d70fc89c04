//! Certificates of a school in one file: of one pupil, of a class, or of the school while it fits into one answer.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rentree_certificate::Certificate;
use rentree_domain::certification::years_kept;
use rentree_domain::{CertificationNumber, SchoolYear, paris};
use rentree_http::{Asked, Problem, authorise, parse_uai, unreadable_address};
use rentree_issued::issued;
use rentree_table::Role;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::try_join;

use super::class;
use super::paper::{answer, code_is_shared, drawn};
use crate::Certifications;

/// What one answer holds: 17 kB each come to 4.3 MB, and 5.7 MB in base64.
pub(super) const MOST: usize = 250;
/// Names that few fonts have make larger pages. In base64, it is what Lambda takes less what is kept for the rest of the answer.
const MOST_BYTES: usize = 4_600_000;

/// Which certificates.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WhichFile {
    /// The first calendar year of the school year; the present one without it.
    #[schemars(with = "SchoolYear")]
    year: Option<i16>,
    /// One certificate.
    number: Option<CertificationNumber>,
    /// A class. Without it and without `unknown_division`, the school.
    division: String,
    /// Those whose class is not known.
    unknown_division: bool,
    /// Those of pupils who left, too.
    former: bool,
}

/// `GET /schools/{uai}/certificates.pdf`
pub(crate) async fn file(
    State(app): State<Certifications>,
    Path(uai): Path<String>,
    Asked(asked): Asked<WhichFile>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Administrator, now).await?;

    let year = match asked.year {
        Some(year) => SchoolYear::starting_in(year)
            .filter(|year| years_kept(paris::date(now)).contains(year))
            .ok_or_else(unreadable_address)?,
        None => SchoolYear::of(paris::date(now)),
    };
    if asked.unknown_division && !asked.division.is_empty() {
        return Err(unreadable_address());
    }
    let former = year.shows_former(asked.former, paris::date(now));
    let class = class(&asked.division, asked.unknown_division);
    let listed = app.table.with_listing(uai, visitor.school.clone());
    let (listed, certifications, noted) =
        try_join!(listed, app.table.certifications(uai, year), app.table.noted_codes())?;
    let (school, listing) = listed.ok_or_else(Problem::not_found)?;
    let shared = app.table.shared_codes(&noted, &certifications, paris::date(now)).await?;
    let mut issued = issued(&certifications, &listing, &school.name, (app.verifying(), &shared));
    match asked.number {
        Some(number) if shared.contains_key(&number) => return Err(code_is_shared(number)),
        Some(number) => issued.retain(|it| it.number == number),
        // The page tells which ones are left out because another one has their code.
        None => issued
            .retain(|it| !it.code_is_shared && (former || !it.left) && class.is_none_or(|class| it.division == class)),
    }

    if issued.is_empty() {
        return Err(Problem::not_found());
    }
    let too_many = || {
        let detail = format!(
            "Un téléchargement direct contient {MOST} certificats au plus, et moins si les noms sont très longs. Téléchargez-les classe par classe, ou demandez le fichier de l’établissement."
        );
        let way_on = format!("/schools/{uai}/certificates/file?year={}", year.first());
        Problem::bad_request(detail).leading_to("Demander le fichier de l’établissement", way_on)
    };
    if issued.len() > MOST {
        return Err(too_many());
    }
    let (name, what) = match (asked.number, class) {
        (Some(number), _) => (format!("certificat-{number}.pdf"), format!("le certificat {number}")),
        (None, Some(class)) => (
            format!("certificats-{uai}-{}-{}.pdf", year.first(), in_file_name(class)),
            format!("les certificats {year}, {}", class_told(class)),
        ),
        (None, None) => (format!("certificats-{uai}-{}.pdf", year.first()), format!("les certificats {year}")),
    };
    // A number tells nobody whose certificate it was.
    let learner = asked.number.and_then(|_| issued.first()?.learner);
    let certificates: Vec<Certificate> = issued.into_iter().map(|it| it.certificate).collect();
    let file = drawn(&certificates)?;
    if file.len() > MOST_BYTES {
        return Err(too_many());
    }
    let told = visitor.downloaded(what);
    let told = match learner {
        Some(learner) => told.about(learner),
        None => told,
    };
    app.table.audit(uai, &told).await?;
    Ok(answer(file, &name))
}

fn class_told(class: &str) -> &str {
    if class.is_empty() { "classe inconnue" } else { class }
}

/// A class as file names have it anywhere: `3E A` is `3E-A`. Two classes may come to the same name; browsers number the second one.
fn in_file_name(class: &str) -> String {
    let plain: String = class.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "classe-inconnue".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_in_the_name_of_its_file() {
        for (class, name) in
            [("3A", "3A"), (" 3E 1", "3E-1"), ("3\"A\"", "3-A"), ("", "classe-inconnue"), ("é", "classe-inconnue")]
        {
            assert_eq!(in_file_name(class), name);
        }
    }
}
