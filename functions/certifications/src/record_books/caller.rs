//! Which record book calls, and whether it may. Its token and its credentials are read at each call: what was revoked lets nobody in any more.

use axum::http::{HeaderMap, header};
use jiff::Timestamp;
use rentree_domain::{ProgramSecret, Scope};
use rentree_http::Problem;
use rentree_table::{AccessToken, Ended, RecordBook};
use rentree_web::french;

/// Why a record book that is known is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The time of its token is over.
    TokenOver,
    /// Its credentials ended.
    Ended(Ended),
    /// Its credentials are not there any more.
    Gone,
    /// The school is another record book's; which, as far as its kind tells.
    OtherScope(&'static [Scope]),
    /// The school year does not read, or is not kept.
    Year,
    /// A parameter does not read, stands twice, or is unknown.
    Parameter,
}

/// The token of a request ([RFC 6750, 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
pub(crate) fn token_in(headers: &HeaderMap) -> Result<ProgramSecret, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (value, None) => value.and_then(|value| value.to_str().ok()),
        (_, Some(_)) => return Err(Problem::bad_request("L’en-tête Authorization est présent deux fois.")),
    };
    let bearer = |value: &'static str, text: &str| text.eq_ignore_ascii_case(value);
    let token = value.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| bearer("Bearer", scheme));
    let (_, token) = token.ok_or_else(no_token)?;
    ProgramSecret::parse(token.trim()).ok_or_else(unknown_token)
}

/// What a record book that is known by its token may read, if its token holds.
pub(crate) fn scope(token: &AccessToken, book: Option<&RecordBook>, now: Timestamp) -> Result<Scope, Refused> {
    let book = book.ok_or(Refused::Gone)?;
    book.check(now).map_err(Refused::Ended)?;
    if token.is_over(now) { Err(Refused::TokenOver) } else { Ok(book.scope) }
}

/// Whether a school of this kind is within a scope.
pub(crate) fn check_kind(scope: Scope, kind: &str) -> Result<(), Refused> {
    let needed = Scope::of_kind(kind);
    if needed.contains(&scope) { Ok(()) } else { Err(Refused::OtherScope(needed)) }
}

fn no_token() -> Problem {
    let detail = "Indiquez un jeton d’accès : Authorization: Bearer <jeton>. Il s’obtient par POST /api/token.";
    Problem::invalid_token(detail, r#"Bearer realm="rentree""#)
}

/// A token that is nobody's.
pub(crate) fn unknown_token() -> Problem {
    invalid("Ce jeton d’accès n’existe pas ou n’existe plus. Demandez-en un autre par POST /api/token.")
}

fn invalid(detail: &str) -> Problem {
    Problem::invalid_token(detail, r#"Bearer realm="rentree", error="invalid_token""#)
}

impl Refused {
    /// Whether the token holds no more, whatever is asked with it.
    pub(crate) fn is_of_token(&self) -> bool {
        matches!(self, Self::TokenOver | Self::Ended(_) | Self::Gone)
    }

    /// What the program is told.
    pub(crate) fn problem(&self) -> Problem {
        match self {
            Self::TokenOver => {
                invalid("Ce jeton d’accès a plus de quinze minutes. Demandez-en un autre par POST /api/token.")
            }
            Self::Ended(Ended::Revoked) | Self::Gone => invalid("L’accès auquel ce jeton appartient a été révoqué."),
            Self::Ended(Ended::Over(day)) => {
                invalid(&format!("L’accès auquel ce jeton appartient s’est terminé le {}.", french::date(day)))
            }
            Self::OtherScope([]) => {
                let detail = "La nature de cet établissement n’est celle d’aucun livret scolaire. Si elle est fausse dans l’annuaire, faites-la corriger.";
                Problem::insufficient_scope(detail, r#"Bearer realm="rentree", error="insufficient_scope""#)
            }
            Self::OtherScope(needed) => {
                let needed = named(needed, " ");
                let detail = format!("Les certifications de cet établissement se lisent avec la portée {needed}.");
                let challenge = format!(r#"Bearer realm="rentree", error="insufficient_scope", scope="{needed}""#);
                Problem::insufficient_scope(detail, &challenge)
            }
            Self::Parameter => Problem::bad_request(
                "Les paramètres de cette adresse sont « year » et « former » (true ou false), une fois chacun au plus.",
            ),
            Self::Year => Problem::bad_request(
                "Le paramètre « year » est la première année civile d’une année scolaire conservée, par exemple 2026 pour 2026-2027. Six sont conservées, celle en cours comprise.",
            ),
        }
    }

    /// What the log of the school tells.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::TokenOver => "jeton d’accès dépassé".to_owned(),
            Self::Ended(Ended::Revoked) | Self::Gone => "accès révoqué".to_owned(),
            Self::Ended(Ended::Over(day)) => format!("accès terminé le {}", french::date(day)),
            Self::OtherScope([]) => "la nature de l’établissement n’est celle d’aucun livret scolaire".to_owned(),
            Self::OtherScope(needed) => {
                format!("l’établissement relève du livret {}", named(needed, " ou ").to_uppercase())
            }
            Self::Year => "année scolaire qui n’est pas conservée".to_owned(),
            Self::Parameter => "paramètre inconnu, répété ou illisible".to_owned(),
        }
    }
}

fn named(scopes: &[Scope], between: &str) -> String {
    scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(between)
}
