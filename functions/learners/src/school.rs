//! The school of a request, as it is kept.

use rentree_domain::Uai;
use rentree_http::Problem;
use rentree_table::School;

use crate::Learners;

impl Learners {
    pub(crate) async fn school(&self, uai: Uai) -> Result<School, Problem> {
        self.table.school(uai).await?.ok_or_else(Problem::not_found)
    }
}
