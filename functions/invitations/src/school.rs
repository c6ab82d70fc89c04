//! The school of a request: its UAI in the path.

use rentree_domain::Uai;
use rentree_http::Problem;
use rentree_table::School;

use crate::Invitations;

/// The UAI of a path. What is no UAI is no school either.
pub(crate) fn parse_uai(text: &str) -> Result<Uai, Problem> {
    Uai::parse(text).map_err(|_| Problem::not_found())
}

impl Invitations {
    pub(crate) async fn school(&self, uai: Uai) -> Result<School, Problem> {
        self.table.school(uai).await?.ok_or_else(Problem::not_found)
    }
}
