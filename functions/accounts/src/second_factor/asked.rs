//! Who is asked for a second factor when they sign in.

use jiff::Timestamp;
use rentree_domain::UserId;
use rentree_domain::second_factor::is_asked_for;
use rentree_table::{Role, User};

use crate::Accounts;

/// Whether `user`, who signs in by password, is asked for a second factor: an administrator without one who has been in the team for thirty days. Asking is no
/// condition of signing in, so a read that fails asks nobody.
pub(crate) async fn is_asked(app: &Accounts, (id, user): (UserId, &User), now: Timestamp) -> bool {
    if user.second_factor.is_some() || user.follows_rules_of_pupils() {
        return false;
    }
    match app.table.spaces(id).await {
        Ok(places) => {
            let administrated = places.iter().filter(|(_, member)| member.role == Role::Administrator);
            is_asked_for(administrated.map(|(_, member)| member.joined_at), now)
        }
        Err(error) => {
            tracing::warn!(why = rentree_runtime::telemetry::chain(&error), "nobody was asked for a second factor");
            false
        }
    }
}
