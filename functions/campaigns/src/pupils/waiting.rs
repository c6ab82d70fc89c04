//! A sign-on by Médiacentre that waits in the browser of who joins. No account knew who came, and the Médiacentre tells neither INE nor birth
//! date: here a pupil says once who they are, and from then on the Médiacentre opens their account. `docs/joining.md` has the rules.

use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use rentree_domain::mediacentre::Profile;
use rentree_domain::{SignOnId, Uai};
use rentree_http::{Code, Problem, WAITING_SIGN_ON};
use rentree_table::{TakingUp, User, WaitingSignOn};

use super::who::ToldNames;
use crate::Campaigns;

/// One that waits in this browser. Never printed: it holds its secret, and a name.
pub(crate) struct SignOn {
    pub(crate) secret: [u8; 32],
    pub(crate) waiting: WaitingSignOn,
}

impl SignOn {
    /// First and last name of a pupil, which stand for what would be typed.
    pub(crate) fn names(&self) -> Option<ToldNames<'_>> {
        if self.is_of_staff() {
            return None;
        }
        let WaitingSignOn { first_name, last_name, .. } = &self.waiting;
        first_name.as_ref().zip(last_name.as_ref()).map(|(first, last)| (first.as_str(), last.as_str()))
    }

    /// Whether it is of staff: no pupil comes of it.
    pub(crate) fn is_of_staff(&self) -> bool {
        self.waiting.profile == Profile::Staff
    }

    /// The identifier.
    pub(crate) fn id(&self) -> &SignOnId {
        &self.waiting.id
    }

    /// Whether the Médiacentre tells of another school than this one.
    pub(crate) fn is_of_another_school(&self, uai: Uai) -> bool {
        self.waiting.uai.is_some_and(|told| told != uai)
    }

    /// What is written to take it up for the account `user`.
    pub(crate) fn taking_up<'a>(&'a self, user: &'a User) -> TakingUp<'a> {
        TakingUp { secret: &self.secret, id: &self.waiting.id, user }
    }
}

impl Campaigns {
    /// The sign-on that waits in this browser. Without a cookie, nothing is read.
    pub(crate) async fn waiting(&self, headers: &HeaderMap, now: Timestamp) -> Result<Option<SignOn>, Problem> {
        let Some(secret) = WAITING_SIGN_ON.secret(headers) else { return Ok(None) };
        let waiting = self.table.waiting_sign_on(&secret, now).await?;
        Ok(waiting.map(|waiting| SignOn { secret, waiting }))
    }
}

/// It waits no more: it was long ago, or is used up. `again`: the way in by the Médiacentre.
pub(crate) fn gone(again: String) -> Problem {
    let detail = "Votre passage par le Médiacentre date de plus d’une demi-heure, ou a déjà servi. Recommencez depuis le Médiacentre.";
    Problem::sign_on(StatusCode::GONE, Code::SignOnTooLate, "Il s’est passé trop de temps", detail)
        .leading_to("Passer par le Médiacentre", again)
}

/// Its identifier opens another account by now.
pub(crate) fn taken() -> Problem {
    Problem::other_account(
        "Votre Médiacentre ouvre déjà un autre compte que celui de cet élève. Rien n’a été changé. Demandez à votre enseignant de vérifier : il peut retirer le Médiacentre de l’autre compte.",
    )
}

#[cfg(test)]
mod tests {
    use rentree_domain::{EntityId, Ido, PersonName};

    use super::*;

    #[test]
    fn names_are_fixed_where_both_are_told() {
        let sign_on = |first: Option<&str>, last: Option<&str>, profile| {
            let id = SignOnId { idp: EntityId::parse("urn:idp").unwrap(), ido: Ido::parse("1").unwrap() };
            let name = |told: Option<&str>| told.map(|told| PersonName::parse(told).unwrap());
            let (first_name, last_name) = (name(first), name(last));
            let (uai, campaign, expires_at) = (None, None, 0);
            let waiting = WaitingSignOn { id, first_name, last_name, uai, profile, campaign, expires_at };
            SignOn { secret: [0; 32], waiting }
        };
        let told = sign_on(Some("Karine"), Some("DU NORD"), Profile::Pupil);
        assert_eq!(told.names(), Some(("Karine", "DU NORD")));
        assert!(!told.is_of_staff());
        assert_eq!(sign_on(Some("Karine"), None, Profile::Pupil).names(), None);
        assert_eq!(sign_on(None, Some("DU NORD"), Profile::Pupil).names(), None);
        let teacher = sign_on(Some("Camille"), Some("Le Goff"), Profile::Staff);
        assert!(teacher.is_of_staff() && teacher.names().is_none(), "a teacher is no pupil");
    }
}
