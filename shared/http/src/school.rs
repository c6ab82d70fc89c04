//! The school of a request: its UAI in the path.

use rentree_domain::Uai;

use crate::problem::Problem;

/// The UAI of a path. What is no UAI is no school either, and is answered as any school that is not the visitor's.
pub fn parse_uai(text: &str) -> Result<Uai, Problem> {
    Uai::parse(text).map_err(|_| Problem::no_such_space())
}
