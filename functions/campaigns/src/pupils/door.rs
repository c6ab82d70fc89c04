//! Who knocks at the door of a campaign, and what is behind it: two rounds of calls. The first one asks where the code leads, whose the
//! session is, and which sign-on by Médiacentre waits; the second one reads all that hangs on these answers, and makes the attempt of
//! somebody who says who they are.
//!
//! **No code is guessed for free.** A code is counted as wrong while it is looked up, and nothing is told before the count has come
//! back and the limit allows it: of guesses at the same moment, each gets a number of its own, and those beyond the limit learn nothing,
//! whatever was found. Only a code that leads somewhere is given back. After a crash it stays counted.
//!
//! The code of an archived campaign leads nobody anywhere who is not a pupil of its school: it stands on old boards, and is answered and
//! counted like one that never was.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use jiff::Timestamp;
use rentree_domain::limit::CODES_BY_CLIENT;
use rentree_domain::{CampaignCode, CampaignId, Uai, paris};
use rentree_http::{ClientAddress, Extractor, FormToken, Presented, Problem};
use rentree_table::{CodePlace, Person, Tie};

use super::find::Tried;
use super::visit::{Entrance, Known, Visit};
use super::waiting::SignOn;
use super::who::{IdentityFields, WhoForms};
use crate::Campaigns;

/// What comes with every request for a campaign. Never printed: it holds cookies.
pub(crate) struct Knock {
    code: String,
    client: ClientAddress,
    token: FormToken,
    pub(crate) headers: HeaderMap,
}

impl Extractor for Knock {}

impl FromRequestParts<Campaigns> for Knock {
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, app: &Campaigns) -> Result<Self, PathRejection> {
        let Path(code) = Path::from_request_parts(parts, app).await?;
        let Ok(client) = ClientAddress::from_request_parts(parts, app).await;
        let Ok(token) = FormToken::from_request_parts(parts, app).await;
        Ok(Self { code, client, token, headers: parts.headers.clone() })
    }
}

/// What a code leads to.
type Place = (Uai, CampaignId);
/// An attempt to be a pupil, or the forms with what is wrong.
pub(crate) type Attempt = Result<Tried, Box<WhoForms>>;
/// What is behind the door, who is before it, and what they made of the forms.
type Arrival = (Entrance, Option<Known>, Option<SignOn>, Option<Attempt>);

impl Campaigns {
    /// Who is at the entrance of a campaign.
    pub(crate) async fn visit(&self, knock: Knock) -> Result<Visit, Problem> {
        Ok(self.come(knock, None).await?.0)
    }

    /// The same, and makes the attempt that the forms are: the caller tells nothing of it before [`find`](Self::find) allows it, or gives
    /// it back with [`leave`](Self::leave).
    pub(crate) async fn visit_and_try(
        &self,
        knock: Knock,
        fields: &IdentityFields,
    ) -> Result<(Visit, Attempt), Problem> {
        let (visit, attempt) = self.come(knock, Some(fields)).await?;
        let attempt = attempt.unwrap_or_else(|| Err(Box::new(fields.forms(visit.told_names()))));
        Ok((visit, attempt))
    }

    async fn come(&self, knock: Knock, fields: Option<&IdentityFields>) -> Result<(Visit, Option<Attempt>), Problem> {
        let now = (self.clock)();
        let (entrance, known, waiting, attempt) = match self.arrive_signed_in(&knock, fields, now).await? {
            Some(arrival) => arrival,
            None => self.arrive(&knock, fields, now).await?,
        };
        Ok((Visit { entrance, known, waiting, token: knock.token }, attempt))
    }

    /// Whoever has a session, if it holds. They are known by name: the room's wrong codes do not hold them up.
    async fn arrive_signed_in(
        &self,
        knock: &Knock,
        fields: Option<&IdentityFields>,
        now: Timestamp,
    ) -> Result<Option<Arrival>, Problem> {
        let session = Presented::read(&self.table, &knock.headers, now);
        let waiting = self.waiting(&knock.headers, now);
        let (presented, place, waiting) = match rentree_http::claimed_session(&knock.headers) {
            Some(_) => tokio::try_join!(session, self.place_of(&knock.code), waiting)?,
            None => return Ok(None),
        };
        let Some(id) = presented.user() else { return Ok(None) };
        let Some(CodePlace { uai, campaign, is_replaced }) = place else {
            let user = self.table.user(id).await?;
            let signed_in = user.and_then(|user| presented.held_by(Person::from(&user)));
            return signed_in.map_or(Ok(None), |_| Err(Problem::unknown_code()));
        };

        let place = (uai, campaign);
        let (user, tie, entrance, attempt, ()) = tokio::try_join!(
            async { Ok(self.table.user(id).await?) },
            async { Ok(self.table.tie_of(id, place.0).await?) },
            self.entrance(place),
            self.attempt_by(fields, waiting.as_ref(), (place, &knock.client), now),
            async {
                presented.note_use(&self.table).await;
                Ok(())
            },
        )?;
        let known = user.and_then(|user| Some(Known { signed_in: presented.held_by(Person::from(&user))?, user, tie }));
        let refused = match &known {
            None => Ok(()),
            Some(known) => known.signed_in.check_password(),
        };
        if known.is_none() || refused.is_err() {
            self.leave(attempt.and_then(Result::ok)).await?;
            return refused.map(|()| None);
        }
        let is_stranger = known.as_ref().is_some_and(|known| known.tie.is_none());
        if is_stranger && entrance.is_archived() {
            self.leave(attempt.and_then(Result::ok)).await?;
            return Err(Problem::unknown_code());
        }
        if is_replaced && !self.has_joined(campaign, tie).await? {
            self.leave(attempt.and_then(Result::ok)).await?;
            return Err(Problem::code_replaced());
        }
        Ok(Some((entrance, known, waiting, attempt)))
    }

    /// Whoever else: the code may be a guess.
    async fn arrive(&self, knock: &Knock, fields: Option<&IdentityFields>, now: Timestamp) -> Result<Arrival, Problem> {
        let guess = self.guess(&knock.code, &knock.client, now);
        let (place, waiting) = tokio::try_join!(guess, self.waiting(&knock.headers, now))?;
        let (entrance, attempt, ()) = tokio::try_join!(
            self.entrance(place),
            self.attempt_by(fields, waiting.as_ref(), (place, &knock.client), now),
            self.was_right(&knock.client, now),
        )?;
        if entrance.is_archived() {
            tokio::try_join!(self.leave(attempt.and_then(Result::ok)), self.was_wrong(&knock.client, now))?;
            return Err(Problem::unknown_code());
        }
        Ok((entrance, None, waiting, attempt))
    }

    /// Makes the attempt that the forms are. Where a sign-on waits whose names were told, they stand for what was typed.
    async fn attempt_by(
        &self,
        fields: Option<&IdentityFields>,
        waiting: Option<&SignOn>,
        (place, client): (Place, &ClientAddress),
        now: Timestamp,
    ) -> Result<Option<Attempt>, Problem> {
        let Some(fields) = fields else { return Ok(None) };
        match fields.read(paris::date(now), waiting.and_then(SignOn::names)) {
            Ok(claim) => Ok(Some(Ok(self.attempt(place, client, &claim, now).await?))),
            Err(forms) => Ok(Some(Err(forms))),
        }
    }

    /// Checks that a code leads to a campaign that is not archived.
    pub(crate) async fn check_code(&self, code: &CampaignCode, client: &ClientAddress) -> Result<(), Problem> {
        let now = (self.clock)();
        let place = self.guess(code.as_str(), client, now).await?;
        if self.entrance(place).await?.is_archived() {
            return Err(Problem::unknown_code());
        }
        self.was_right(client, now).await
    }

    /// What a code leads to, counted as a wrong one; [`was_right`](Self::was_right) gives it back.
    async fn guess(&self, code: &str, client: &ClientAddress, now: Timestamp) -> Result<Place, Problem> {
        let count = async { Ok(self.table.allows(&CODES_BY_CLIENT, &client.0, now).await?) };
        let (is_allowed, place) = tokio::try_join!(count, self.place_of(code))?;
        if !is_allowed {
            return Err(Problem::too_many(
                "Trop de codes inconnus depuis votre connexion. Réessayez dans dix minutes.",
            ));
        }
        match place {
            None => Err(Problem::unknown_code()),
            // Printed on the board of another day: counted, for with it nobody joins.
            Some(place) if place.is_replaced => Err(Problem::code_replaced()),
            Some(place) => Ok((place.uai, place.campaign)),
        }
    }

    /// Whether the pupil that an account is tied to has joined: with a code that was replaced, nobody else goes on.
    async fn has_joined(&self, campaign: CampaignId, tie: Option<Tie>) -> Result<bool, Problem> {
        match tie {
            Some(tie) => Ok(self.standing(campaign, tie.learner).await?.is_some()),
            None => Ok(false),
        }
    }

    /// Counts a code that was given back too early.
    async fn was_wrong(&self, client: &ClientAddress, now: Timestamp) -> Result<(), Problem> {
        self.table.allows(&CODES_BY_CLIENT, &client.0, now).await?;
        Ok(())
    }

    async fn was_right(&self, client: &ClientAddress, now: Timestamp) -> Result<(), Problem> {
        Ok(self.table.take_back(&CODES_BY_CLIENT, &client.0, now).await?)
    }

    async fn place_of(&self, code: &str) -> Result<Option<CodePlace>, Problem> {
        let Ok(code) = CampaignCode::parse(code) else { return Ok(None) };
        Ok(self.table.place_of_code(&code).await?)
    }

    async fn entrance(&self, (uai, id): Place) -> Result<Entrance, Problem> {
        let (school, campaign) = tokio::try_join!(self.table.school(uai), self.table.campaign(uai, id))?;
        let (school, campaign) = school.zip(campaign).ok_or_else(Problem::unknown_code)?;
        let now = (self.clock)();
        let (closed, waits_for_a_lesson) = (campaign.closed(paris::date(now)), campaign.waits_for_a_lesson(now));
        Ok(Entrance { uai, school, id, campaign, closed, waits_for_a_lesson })
    }
}
