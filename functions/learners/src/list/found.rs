//! The accounts of the pupils on a list: of those who are shown, and of all only where accounts decide who that is.
//!
//! Everything here is as of a moment ago, which costs half. It is shown, and decides nothing: whoever acts on an account is judged by
//! what is read then.

use std::collections::HashMap;

use rentree_domain::{LearnerId, ListedPupil, Uai, UserId};
use rentree_http::Problem;
use rentree_table::{Account, AsOf};

use super::filter::{Holding, Page, page};
use crate::Learners;
use crate::account::Lock;

/// A pupil, with what is known of the account.
pub(crate) struct Found<'a> {
    pub(crate) pupil: &'a ListedPupil,
    pub(crate) account: Option<Account>,
    pub(crate) lock: Option<Lock>,
}

impl Learners {
    /// Those of `pupils` whose account `holding` lets through: how many, and the page `number` of them, `size` to a page.
    pub(crate) async fn found<'a>(
        &self,
        uai: Uai,
        mut pupils: Vec<&'a ListedPupil>,
        holding: Holding,
        (number, size): (Option<usize>, usize),
    ) -> Result<(usize, Page<Found<'a>>), Problem> {
        if holding == Holding::All {
            let (count, Page { number, pages, rows }) = (pupils.len(), page(pupils, number, size));
            let ties = self.table.ties_of(uai, rows.iter().map(|pupil| pupil.id)).await?;
            let rows = self.with_locks(self.with_accounts(rows, &ties).await?).await?;
            return Ok((count, Page { number, pages, rows }));
        }
        let ties = self.table.ties_in(uai).await?;
        pupils.retain(|pupil| ties.contains_key(&pupil.id) != (holding == Holding::None));
        if holding == Holding::None {
            let alone = pupils.into_iter().map(|pupil| Found { pupil, account: None, lock: None });
            let alone: Vec<_> = alone.collect();
            return Ok((alone.len(), page(alone, number, size)));
        }
        let mut found = self.with_accounts(pupils, &ties).await?;
        if holding == Holding::Blocked {
            found = self.with_locks(found).await?;
        }
        let now = (self.clock)();
        found.retain(|one| holding.admits(one.account.as_ref(), one.lock, now));
        let (count, mut shown) = (found.len(), page(found, number, size));
        if holding != Holding::Blocked {
            shown.rows = self.with_locks(shown.rows).await?;
        }
        Ok((count, shown))
    }

    async fn with_accounts<'a>(
        &self,
        pupils: Vec<&'a ListedPupil>,
        ties: &HashMap<LearnerId, UserId>,
    ) -> Result<Vec<Found<'a>>, Problem> {
        let users = pupils.iter().filter_map(|pupil| ties.get(&pupil.id).copied());
        let mut accounts = self.table.accounts(users, AsOf::AMomentAgo).await?;
        let found = pupils.into_iter().map(|pupil| {
            let account = ties.get(&pupil.id).and_then(|user| accounts.remove(user));
            Found { pupil, account, lock: None }
        });
        Ok(found.collect())
    }

    async fn with_locks<'a>(&self, mut found: Vec<Found<'a>>) -> Result<Vec<Found<'a>>, Problem> {
        let accounts = found.iter().filter_map(|one| Some(&one.account.as_ref()?.methods));
        let locked = self.locked(accounts, AsOf::AMomentAgo).await?;
        for one in &mut found {
            one.lock = one.account.as_ref().and_then(|account| Lock::of(&account.methods, &locked));
        }
        Ok(found)
    }
}
