//! What follows for who is signed in: the account is tied to the pupil, unless it is so already, and joins. Of two clicks at the same moment,
//! one does it, and both are told so. A name that the school has corrected in its list is the account's from then on.

use jiff::Timestamp;
use rentree_domain::{CampaignId, LearnerId, Method, PersonName, Standing, UserId};
use rentree_http::Problem;
use rentree_table::{TieError, Tying, User, Who};

use super::decide::{Account, Refusal};
use super::pupil::Pupil;
use super::visit::{Entrance, Known, Visit};
use super::waiting::{SignOn, gone, taken};
use crate::Campaigns;

/// What is written when the account of `who` is tied to a pupil and joins, without all that is not always so.
pub(crate) fn tying<'a>(visit: &Visit, pupil: &'a Pupil, who: Who<'a>, now: Timestamp) -> Tying<'a> {
    Tying {
        uai: visit.entrance.uai,
        learner: pupil.learner.id,
        version: pupil.learner.current.version,
        ine: pupil.entry.ine,
        campaign: visit.entrance.id,
        division: &pupil.entry.division,
        who,
        session: None,
        corrected: None,
        named: None,
        instead_of: None,
        personal_code: pupil.code(),
        is_tied: false,
        sign_on: None,
        entry: None,
        now,
    }
}

/// First and last name, as the school's list has them.
fn names_of(pupil: &Pupil) -> (&str, &str) {
    (&pupil.entry.first_name, &pupil.entry.last_name)
}

/// First and last name of the school's list (`listed`), where the account of `user` follows them and has others: that of a pupil whom no
/// ENT names. Whoever joined a team since is known there by the name that they give themselves.
fn names_to_follow(user: &User, listed: (&str, &str), now: Timestamp) -> Option<(PersonName, PersonName)> {
    let follows = user.is_named_by_a_school() && !user.methods.has(Method::Mediacentre, now);
    let names = (PersonName::of_file(listed.0), PersonName::of_file(listed.1));
    let has_others = names.0 != user.first_name || names.1 != user.last_name;
    (follows && has_others).then_some(names)
}

impl Campaigns {
    /// Ties the account that is signed in, unless it is tied already, and joins: how far the pupil is then, or why not. `adds`: the sign-on
    /// that waits is used up, and opens the account from then on.
    pub(crate) async fn tie_known(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        (account, adds): (&Account, bool),
    ) -> Result<Result<Standing, Problem>, Problem> {
        let sign_on = visit.sign_on().filter(|_| adds);
        let is_tied = pupil.learner.user == Some(account.id);
        if is_tied && sign_on.is_none() {
            return Ok(Ok(self.join_again(visit, pupil, account.id, None).await?));
        }
        let known = visit.known.as_ref().filter(|known| known.signed_in.user == account.id);
        let now = (self.clock)();
        let tying = Tying {
            corrected: Some(pupil.entry.birth_date).filter(|_| account.birth_date.is_some() && !is_tied),
            named: known.and_then(|known| names_to_follow(&known.user, names_of(pupil), now)),
            instead_of: account.pupil.map(|mine| mine.id).filter(|former| *former != pupil.learner.id),
            is_tied,
            sign_on: sign_on.zip(visit.known.as_ref()).map(|(sign_on, known)| sign_on.taking_up(&known.user)),
            ..tying(visit, pupil, Who::Known { id: account.id, epoch: account.epoch }, now)
        };
        match self.table.tie(&tying).await {
            Ok(true) => Ok(Ok(Standing::joined())),
            Ok(false) => Ok(Ok(self.standing_of_before(&visit.entrance, pupil).await?)),
            Err(TieError::AccountMoved) => Err(Problem::signed_out()),
            Err(TieError::Table(error)) => Err(error.into()),
            Err(why) => self.tied_by_now(visit, pupil, (account.id, sign_on), &why).await,
        }
    }

    /// Somebody was faster, says `why`. After a second click, the first one has tied them, and used the sign-on up.
    async fn tied_by_now(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        (account, sign_on): (UserId, Option<&SignOn>),
        why: &TieError,
    ) -> Result<Result<Standing, Problem>, Problem> {
        let opened = async {
            match sign_on {
                Some(sign_on) => Ok(self.table.user_of_sign_on(sign_on.id(), (self.clock)()).await?),
                None => Ok(Some(account)),
            }
        };
        let (now, opened) = tokio::try_join!(self.enrolled(&visit.entrance, pupil.learner.id), opened)?;
        match now.filter(|now| now.learner.user == Some(account) && opened == Some(account)) {
            Some(now) => Ok(Ok(self.join_again(visit, &now, account, None).await?)),
            None => Ok(Err(match why {
                TieError::IdentifierTaken => taken(),
                TieError::SignOnGone => gone(visit.mediacentre()),
                _ => Refusal::TooLate.problem(),
            })),
        }
    }

    /// Joins as the pupil that the account is tied to, unless they have `part` in the campaign already: how far the pupil is then.
    pub(crate) async fn join_again(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        user: UserId,
        part: Option<Standing>,
    ) -> Result<Standing, Problem> {
        let begin = async {
            match part {
                Some(standing) => Ok(standing),
                None => self.begin_part(&visit.entrance, pupil).await,
            }
        };
        let known = visit.known.as_ref().filter(|known| known.signed_in.user == user);
        let (standing, (), ()) =
            tokio::try_join!(begin, self.follow_ine(pupil, user), self.follow_names(pupil, known))?;
        Ok(standing)
    }

    async fn begin_part(&self, entrance: &Entrance, pupil: &Pupil) -> Result<Standing, Problem> {
        let Entrance { uai, id, .. } = *entrance;
        let of = (pupil.learner.id, pupil.entry.division.as_str());
        if self.table.begin_participation(uai, id, of, (self.clock)()).await? {
            return Ok(Standing::joined());
        }
        self.standing_of_before(entrance, pupil).await
    }

    /// How far a pupil is who joined before.
    pub(crate) async fn standing_of_before(&self, entrance: &Entrance, pupil: &Pupil) -> Result<Standing, Problem> {
        Ok(self.standing(entrance.id, pupil.learner.id).await?.unwrap_or(Standing::joined()))
    }

    /// A child's INE may change between two imports: the next school looks for the new one.
    async fn follow_ine(&self, pupil: &Pupil, user: UserId) -> Result<(), Problem> {
        if self.table.user_of_ine(pupil.entry.ine).await? != Some(user) {
            self.table.note_ine(pupil.entry.ine, user).await?;
        }
        Ok(())
    }

    /// A name may be corrected between two imports, too.
    async fn follow_names(&self, pupil: &Pupil, known: Option<&Known>) -> Result<(), Problem> {
        let Some(known) = known else { return Ok(()) };
        if let Some((first_name, last_name)) = names_to_follow(&known.user, names_of(pupil), (self.clock)()) {
            self.table.rename(known.signed_in.user, &first_name, &last_name).await?;
        }
        Ok(())
    }

    /// How far a pupil is in a campaign; `None` for one who has not joined.
    pub(crate) async fn standing(&self, id: CampaignId, learner: LearnerId) -> Result<Option<Standing>, Problem> {
        Ok(self.table.participation(id, learner).await?.map(|part| part.standing()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rentree_domain::{EntityId, Ido, SignOnId};
    use rentree_table::Methods;

    use super::*;

    #[test]
    fn a_pupil_whom_no_ent_names_follows_the_list() {
        let now = Timestamp::UNIX_EPOCH;
        let pupil = User {
            first_name: PersonName::parse("Karine").unwrap(),
            last_name: PersonName::parse("Dunor").unwrap(),
            methods: Methods::default(),
            email_confirmed: false,
            password_hash: None,
            password_to_change: None,
            birth_date: Some(date(2014, 3, 10)),
            joined_a_team: false,
            second_factor: None,
            epoch: 0,
            terms: None,
            created_at: now,
        };
        let sign_on = SignOnId { idp: EntityId::parse("urn:idp").unwrap(), ido: Ido::parse("1").unwrap() };
        let by_mediacentre = User { methods: Methods::of_mediacentre(sign_on, now), ..pupil.clone() };
        let teacher = User { joined_a_team: true, ..pupil.clone() };

        let names = names_to_follow(&pupil, ("KARINE", "DUNORD"), now);
        assert_eq!(names, Some((PersonName::of_file("KARINE"), PersonName::of_file("DUNORD"))));
        assert_eq!(names_to_follow(&by_mediacentre, ("KARINE", "DUNORD"), now), None);
        assert_eq!(names_to_follow(&teacher, ("KARINE", "DUNORD"), now), None);
        let listed =
            User { first_name: PersonName::of_file("KARINE"), last_name: PersonName::of_file("DUNOR"), ..pupil };
        assert_eq!(names_to_follow(&listed, ("KARINE", "DUNOR"), now), None, "it has them");
    }
}
