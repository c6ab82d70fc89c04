//! The school of a request: its UAI in the path.

use rentree_domain::Uai;
use rentree_http::Problem;

/// The UAI of a path. What is no UAI is no school either.
pub(crate) fn parse_uai(text: &str) -> Result<Uai, Problem> {
    Uai::parse(text).map_err(|_| Problem::not_found())
}
