//! Visits of members, and the word of an administrator that somebody belongs to the team.

use jiff::Timestamp;
use rentree_domain::presence::{NOTED_EVERY, is_absent, is_to_note};
use rentree_domain::{Uai, UserId};

use crate::item::Change;
use crate::transaction::MAX_ITEMS;
use crate::{AuditEntry, Key, Member, Role, Table, TableError, audit};

impl Member {
    /// Whether nobody knows, for thirteen months, that they belong to the team: they did not come, and no administrator said so.
    pub fn is_absent(&self, now: Timestamp) -> bool {
        self.came_at.max(self.kept_at).is_some_and(|last| is_absent(last, now))
    }
}

/// Whether `id` must be let in again by an administrator: they were absent for long. Of administrators who all were, whoever comes
/// first comes in: a space never loses its last one.
pub fn is_suspended(id: UserId, team: &[(UserId, Member)], now: Timestamp) -> bool {
    let Some((_, member)) = team.iter().find(|(one, _)| *one == id) else { return false };
    let stands_in =
        |(other, by): &(UserId, Member)| *other != id && by.role == Role::Administrator && !by.is_absent(now);
    member.is_absent(now) && (member.role == Role::Member || team.iter().any(stands_in))
}

/// Whether `id` has a place in the team that lets them in.
pub fn is_in(id: UserId, team: &[(UserId, Member)], now: Timestamp) -> bool {
    team.iter().any(|(one, _)| *one == id) && !is_suspended(id, team, now)
}

/// An administrator says that somebody belongs to the team.
fn keep(uai: Uai, id: UserId, now: Timestamp) -> Change {
    Change::of(Key::member(uai, id), "SET kept_at = :now").only_if("attribute_exists(PK)").text(":now", now.to_string())
}

/// The same of a member as they were read: nobody said so since.
pub(crate) fn keep_as_read(uai: Uai, (id, member): (UserId, &Member), now: Timestamp) -> Change {
    let kept = keep(uai, id, now);
    match member.kept_at {
        None => kept.only_if("attribute_exists(PK) AND attribute_not_exists(kept_at)"),
        Some(before) => kept.only_if("kept_at = :before").text(":before", before.to_string()),
    }
}

impl Table {
    /// Notes that a member comes, at most once a day. Nobody is let in by it, nor becomes a member.
    pub async fn note_visit(&self, uai: Uai, id: UserId, member: &Member, now: Timestamp) -> Result<(), TableError> {
        if !is_to_note(member.came_at, now) {
            return Ok(());
        }
        Change::of(Key::member(uai, id), "SET came_at = :now")
            .only_if("attribute_exists(PK) AND (attribute_not_exists(came_at) OR came_at <= :before)")
            .text(":now", now.to_string())
            .text(":before", (now - NOTED_EVERY).to_string())
            .alone(self)
            .await?;
        Ok(())
    }

    /// Lets a member, as they were read, in again; `entry` tells it. `false`: somebody did since, or they are in the team no more.
    pub async fn confirm_access(
        &self,
        uai: Uai,
        member: (UserId, &Member),
        now: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let kept = keep_as_read(uai, member, now);
        self.written(vec![kept.in_transaction(&self.name)?, audit::write(&self.name, uai, entry)?]).await
    }

    /// Ends the review of a team, which keeps these members; `entry` tells it. `false`: one of them left meanwhile, and it can be
    /// done again.
    pub async fn end_review(
        &self,
        uai: Uai,
        kept: &[UserId],
        now: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let reviewed = Change::of(Key::school(uai), "SET team_reviewed_at = :now")
            .only_if("attribute_exists(PK)")
            .text(":now", now.to_string());
        let kept = kept.iter().map(|id| keep(uai, *id, now).in_transaction(&self.name));
        let mut items = kept.collect::<Result<Vec<_>, _>>()?;
        items.push(reviewed.in_transaction(&self.name)?);
        items.push(audit::write(&self.name, uai, entry)?);
        // A team beyond one transaction is kept before the school is told to be reviewed.
        while !items.is_empty() {
            let rest = items.split_off(items.len().min(MAX_ITEMS));
            if !self.written(items).await? {
                return Ok(false);
            }
            items = rest;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use proptest::prelude::*;

    use super::*;

    fn user(number: u8) -> UserId {
        UserId::new(Timestamp::UNIX_EPOCH, [number; 10])
    }

    fn now() -> Timestamp {
        "2026-09-01T12:00:00Z".parse().unwrap()
    }

    fn member(role: Role, came: Option<i64>) -> Member {
        let came_at = came.map(|months| now() - (months * 31 * 24).hours());
        Member { role, name: "Anne".to_owned(), joined_at: Timestamp::UNIX_EPOCH, came_at, kept_at: None, invited: 0 }
    }

    fn team() -> impl Strategy<Value = Vec<(UserId, Member)>> {
        let role = prop_oneof![Just(Role::Administrator), Just(Role::Member)];
        prop::collection::vec((role, prop::option::of(0_i64..30)), 1..8).prop_map(|places| {
            let numbered = (0..).zip(places);
            numbered.map(|(number, (role, came))| (user(number), member(role, came))).collect()
        })
    }

    proptest! {
        #[test]
        fn a_team_with_an_administrator_has_one_who_comes_in(team in team()) {
            let administrators: Vec<_> = team.iter().filter(|(_, it)| it.role == Role::Administrator).collect();
            prop_assume!(!administrators.is_empty());
            prop_assert!(administrators.iter().any(|(id, _)| !is_suspended(*id, &team, now())));
        }

        #[test]
        fn who_was_away_is_suspended_unless_nobody_else_could_let_them_in(team in team()) {
            for (id, member) in &team {
                let others = team.iter().filter(|(other, it)| other != id && it.role == Role::Administrator);
                let nobody_else = member.role == Role::Administrator && others.clone().all(|(_, it)| it.is_absent(now()));
                prop_assert_eq!(is_suspended(*id, &team, now()), member.is_absent(now()) && !nobody_else);
            }
        }

        #[test]
        fn a_word_of_an_administrator_lets_in(mut team in team(), which in any::<prop::sample::Index>()) {
            let which = which.index(team.len());
            team[which].1.kept_at = Some(now());
            prop_assert!(!is_suspended(team[which].0, &team, now()));
        }
    }

    #[test]
    fn who_was_never_noted_is_known_to_nobody_to_be_absent() {
        assert!(!is_suspended(
            user(0),
            &[(user(0), member(Role::Member, None)), (user(1), member(Role::Administrator, Some(0)))],
            now()
        ));
    }
}
