//! What a function knows of its surroundings, for all that stands around its handlers.

use rentree_runtime::Clock;
use rentree_table::Table;

/// Where the product is reached, as browsers see it.
#[derive(Debug, Clone)]
pub struct Shell {
    /// For instance `https://rentree.example`: what `Origin` must say.
    pub origin: String,
    /// Where forms may also be sent: the bucket's origin, for pages that upload.
    pub upload_origin: Option<String>,
    /// Who is a member of which space is read there, for the pages of errors.
    pub table: Table,
    /// What time it is.
    pub clock: Clock,
}
