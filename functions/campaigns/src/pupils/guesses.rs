//! Guesses at pupils: counted for each who was meant, refused beyond the limits, and told to the school's staff.

use jiff::Timestamp;
use rentree_domain::LearnerId;
use rentree_domain::guess::{Refused, Subject, Tally};
use rentree_http::Problem;
use rentree_runtime::several;
use rentree_table::JoinOutcome;

use super::counted::{Counted, too_many_guesses};
use super::visit::Visit;
use crate::Campaigns;

/// Writes at a time.
const COUNTS_AT_ONCE: usize = 16;

/// A guess could not be counted.
#[derive(Debug, thiserror::Error)]
#[error("a count panicked")]
struct Uncounted;

impl Campaigns {
    /// Counts a guess for each of `subjects`, side by side. Few pupils of a school have nearly one name, and each of them counts.
    pub(crate) async fn count_guesses(&self, subjects: Vec<Subject>, at: Timestamp) -> Result<Vec<Tally>, Problem> {
        let tallies = several(subjects, COUNTS_AT_ONCE, |subject| {
            let table = self.table.clone();
            async move {
                let (key, (an_hour, a_day)) = (subject.key(), subject.limits());
                let (in_hour, in_day) = tokio::try_join!(table.count(an_hour, &key, at), table.count(a_day, &key, at))?;
                Ok::<_, rentree_table::TableError>(Tally { subject, in_hour, in_day })
            }
        });
        let tallies = tallies.await.into_iter();
        tallies
            .map(|tally| Ok(tally.ok_or(Uncounted).map_err(|error| Problem::internal(&error))??))
            .collect::<Result<_, Problem>>()
    }

    /// What a guess would come to that found a pupil. It counts for nothing: what comes to something is no guess.
    pub(crate) async fn guessed_at(&self, pupil: LearnerId, at: Timestamp) -> Result<Tally, Problem> {
        let subject = Subject::Pupil(pupil);
        let (key, (an_hour, a_day)) = (subject.key(), subject.limits());
        let (in_hour, in_day) =
            tokio::try_join!(self.table.counted(an_hour, &key, at), self.table.counted(a_day, &key, at))?;
        Ok(Tally { subject, in_hour: in_hour + 1, in_day: in_day + 1 })
    }

    /// Refuses a guess that came to these counts. Whoever guesses at nobody who could still be guessed at holds up nobody else of the
    /// room and the campaign; the first refusal of a pupil is told to the school's staff.
    pub(crate) async fn refuse(
        &self,
        visit: &Visit,
        counted: &Counted,
        tallies: &[Tally],
        refused: Refused,
    ) -> Result<Problem, Problem> {
        let others = async { if refused.tried_somebody { Ok(()) } else { self.give_others_back(counted).await } };
        // A guess that found somebody was counted for nothing.
        let days = async { if counted.found.is_some() { Ok(()) } else { self.give_days_back(counted, tallies).await } };
        tokio::try_join!(others, days, self.tell_staff(visit, tallies, counted.at))?;
        Ok(too_many_guesses(visit, refused.held, counted.at))
    }

    async fn give_days_back(&self, counted: &Counted, tallies: &[Tally]) -> Result<(), Problem> {
        for tally in tallies.iter().filter(|tally| tally.gives_day_back()) {
            self.table.take_back(tally.subject.limits().1, &tally.subject.key(), counted.at).await?;
        }
        Ok(())
    }

    /// Tells whom a refusal holds up from now on. A name that is nobody's is told as such.
    async fn tell_staff(&self, visit: &Visit, tallies: &[Tally], at: Timestamp) -> Result<(), Problem> {
        let is_of_pupil = tallies.iter().any(|tally| tally.held().is_some() && tally.subject.pupil().is_some());
        for tally in tallies.iter().filter(|tally| tally.is_first_refused()) {
            let Some(held) = tally.held() else { continue };
            match tally.subject.pupil() {
                Some(pupil) => self.hold_up(visit, pupil, (at, held.ends(at))).await?,
                None if !is_of_pupil => self.note(visit, JoinOutcome::Limited, None).await?,
                None => {}
            }
        }
        Ok(())
    }
}
