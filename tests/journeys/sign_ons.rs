//! What the table keeps of sign-ons by Médiacentre: whatever comes twice, late, or from somebody else counts for nothing.

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::mediacentre::{KEPT, Profile, REQUEST_HOLDS, SIGN_ON_WAITS};
use rentree_domain::{Ido, PersonName, SignOnId};
use rentree_http::NewSession;
use rentree_table::{
    AddError, CameOf, Methods, SessionHash, SignOnError, SignOnRequest, SigningOn, User, WaitingSignOn,
};

use crate::support::pupils::{Classes, Tied, a_class, a_sign_on_id, by_user_name};
use crate::support::{product, run};

/// A request that was asked, and the answer to it.
struct Answered {
    request: String,
    nonce: [u8; 32],
    assertion: String,
    id: SignOnId,
    now: Timestamp,
}

impl Answered {
    async fn by(id: &SignOnId, now: Timestamp) -> anyhow::Result<Self> {
        let drawn = || u128::from_be_bytes(rentree_runtime::random()).to_string();
        let answered =
            Self { request: drawn(), nonce: rentree_runtime::random(), assertion: drawn(), id: id.clone(), now };
        let request = SignOnRequest::new(id.idp.clone(), &answered.nonce, None, None, now);
        product().table.ask_sign_on(&answered.request, &request).await?;
        Ok(answered)
    }

    fn signing_on(&self) -> SigningOn<'_> {
        SigningOn {
            request: &self.request,
            nonce: &self.nonce,
            idp: &self.id.idp,
            assertion: &self.assertion,
            holds_until: self.now + REQUEST_HOLDS,
            former: None,
            now: self.now,
        }
    }

    /// Signs `tied` on, as the account is `known`; the session.
    async fn sign_on(&self, tied: &Tied, known: &User) -> Result<SessionHash, SignOnError> {
        self.sign_on_named(tied, known, (&known.first_name, &known.last_name)).await
    }

    async fn sign_on_named(
        &self,
        tied: &Tied,
        known: &User,
        names: (&PersonName, &PersonName),
    ) -> Result<SessionHash, SignOnError> {
        let session = NewSession::new(tied.id, known.holder(), known.epoch, &HeaderMap::new(), self.now);
        let (account, session) = ((tied.id, known), session.stored());
        product().table.sign_on(&self.signing_on(), account, &self.id, names, session).await?;
        Ok(session.0.clone())
    }

    async fn wait(&self) -> Result<[u8; 32], SignOnError> {
        let secret = rentree_runtime::random();
        product().table.wait_for_account(&self.signing_on(), &secret, &waiting(&self.id, self.now)).await?;
        Ok(secret)
    }
}

fn waiting(id: &SignOnId, now: Timestamp) -> WaitingSignOn {
    WaitingSignOn {
        id: id.clone(),
        first_name: PersonName::parse("Karine").ok(),
        last_name: PersonName::parse("Dunord").ok(),
        uai: None,
        profile: Profile::Pupil,
        campaign: None,
        expires_at: WaitingSignOn::until(now),
    }
}

/// A pupil with Médiacentre alone, at `now`.
async fn a_pupil(class: &Classes, place: usize, now: Timestamp) -> anyhow::Result<(Tied, SignOnId)> {
    let id = a_sign_on_id();
    Ok((class.tie(place, Methods::of_mediacentre(id.clone(), now)).await?, id))
}

async fn is_open(session: &SessionHash) -> anyhow::Result<bool> {
    Ok(product().table.session(session, Timestamp::now()).await?.is_some())
}

#[test]
fn a_request_is_answered_once_in_time_and_by_its_browser() {
    run(async {
        let (now, table) = (Timestamp::now(), &product().table);
        let class = a_class(2).await?;
        let (pupil, id) = a_pupil(&class, 0, now).await?;

        let answered = Answered::by(&id, now).await?;
        let session = answered.sign_on(&pupil, &pupil.user).await?;
        assert!(is_open(&session).await?);
        let request = table.sign_on_request(&answered.request).await?.unwrap();
        assert_eq!(request.came_of_it, Some(CameOf::Session(session)));
        assert!(request.is_of(&answered.nonce) && !request.is_of(&[0; 32]));
        assert!(matches!(answered.sign_on(&pupil, &pupil.user).await, Err(SignOnError::Request)), "twice");
        assert!(matches!(answered.wait().await, Err(SignOnError::Request)), "as another outcome");

        // The same assertion for another request.
        let again = Answered { assertion: answered.assertion.clone(), ..Answered::by(&id, now).await? };
        assert!(matches!(again.sign_on(&pupil, &pupil.user).await, Err(SignOnError::Replayed)));
        assert_eq!(table.sign_on_request(&again.request).await?.unwrap().came_of_it, None, "nothing half-done");

        let other_browser = Answered { nonce: [7; 32], ..Answered::by(&id, now).await? };
        let unknown = Answered { request: "nobody asked".to_owned(), ..Answered::by(&id, now).await? };
        let late = Answered { now: now + REQUEST_HOLDS, ..Answered::by(&id, now).await? };
        for refused in [other_browser, unknown, late] {
            assert!(matches!(refused.sign_on(&pupil, &pupil.user).await, Err(SignOnError::Request)));
            assert!(matches!(refused.wait().await, Err(SignOnError::Request)));
        }

        // Of two answers at the same moment one counts.
        let answered = Answered::by(&id, now).await?;
        let twin = Answered { assertion: "twin".to_owned() + &answered.assertion, ..Answered::by(&id, now).await? };
        let twin = Answered { request: answered.request.clone(), nonce: answered.nonce, ..twin };
        let (one, other) = tokio::join!(answered.sign_on(&pupil, &pupil.user), twin.sign_on(&pupil, &pupil.user));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        Ok(())
    });
}

#[test]
fn the_account_is_as_it_was_read() {
    run(async {
        let (now, table) = (Timestamp::now(), &product().table);
        let class = a_class(2).await?;
        let (pupil, id) = a_pupil(&class, 0, now).await?;
        let moved = User { epoch: 7, ..pupil.user.clone() };
        let without = User { methods: Methods::default(), ..pupil.user.clone() };
        for stale in [moved, without] {
            let answered = Answered::by(&id, now).await?;
            assert!(matches!(answered.sign_on(&pupil, &stale).await, Err(SignOnError::Moved)));
            // It may be looked at again: nothing is used up.
            let session = answered.sign_on(&pupil, &pupil.user).await?;
            assert!(is_open(&session).await?);
        }

        // The names are those that the ENT tells, and the browser's former session ends.
        let (first, last) = (PersonName::parse("Carine")?, PersonName::parse("Du Nord")?);
        let former = Answered::by(&id, now).await?.sign_on(&pupil, &pupil.user).await?;
        let answered = Answered::by(&id, now).await?;
        let session = NewSession::new(pupil.id, pupil.user.holder(), pupil.user.epoch, &HeaderMap::new(), now);
        let signing_on = SigningOn { former: Some(&former), ..answered.signing_on() };
        table.sign_on(&signing_on, (pupil.id, &pupil.user), &id, (&first, &last), session.stored()).await?;
        assert_eq!(pupil.now().await?.full_name(), "Carine Du Nord");
        assert!(!is_open(&former).await? && is_open(&session.hash).await?);
        Ok(())
    });
}

#[test]
fn what_was_not_used_for_two_years_is_forgotten() {
    run(async {
        let (began, table) = (Timestamp::now(), &product().table);
        let class = a_class(3).await?;
        let (pupil, id) = a_pupil(&class, 0, began).await?;
        let month = SignedDuration::from_hours(31 * 24);
        let moment = SignedDuration::from_secs(2);

        // A use a month later puts the end off.
        let later = began + month;
        Answered::by(&id, later).await?.sign_on(&pupil, &pupil.user).await?;
        let methods = pupil.now().await?.methods;
        assert_eq!(table.user_of_sign_on(&id, began + KEPT + moment).await?, Some(pupil.id));
        assert!(methods.mediacentre.any(began + KEPT + moment) && !methods.mediacentre.any(later + KEPT + moment));
        assert_eq!(table.user_of_sign_on(&id, later + KEPT + moment).await?, None);
        assert!(methods.all(later + KEPT + moment).is_empty());

        // Then it is whose who signs on with it, and no more the account's that had it.
        let heir = class.tie(1, by_user_name()).await?;
        let now = later + KEPT + moment;
        let secret = Answered::by(&id, now).await?.wait().await?;
        let found = table.waiting_sign_on(&secret, now).await?.unwrap();
        table.add_mediacentre((&secret, &found), (heir.id, &heir.user), now).await?;
        assert_eq!(table.user_of_sign_on(&id, now).await?, Some(heir.id));
        let noting = Answered::by(&id, now).await?.sign_on(&pupil, &pupil.now().await?).await;
        assert!(matches!(noting, Err(SignOnError::Moved)), "the marker is the heir's");
        Ok(())
    });
}

#[test]
fn a_sign_on_that_waits_is_added_to_one_account_once() {
    run(async {
        let (now, table) = (Timestamp::now(), &product().table);
        let class = a_class(4).await?;
        let (one, other) = (class.tie(0, by_user_name()).await?, class.tie(1, by_user_name()).await?);
        let id = a_sign_on_id();
        let answered = Answered::by(&id, now).await?;
        let secret = answered.wait().await?;
        assert_eq!(table.sign_on_request(&answered.request).await?.unwrap().came_of_it, Some(CameOf::Waiting));
        let found = table.waiting_sign_on(&secret, now).await?.unwrap();
        assert_eq!(found, waiting(&id, now));
        assert_eq!(table.waiting_sign_on(&secret, now + SIGN_ON_WAITS).await?, None);
        assert_eq!(table.waiting_sign_on(&[0; 32], now).await?, None);

        let add =
            async |tied: &Tied, user: &User, at| table.add_mediacentre((&secret, &found), (tied.id, user), at).await;
        let late = add(&one, &one.user, now + SIGN_ON_WAITS).await;
        assert!(matches!(late, Err(AddError::Gone)), "{late:?}");
        let moved = User { epoch: 9, ..one.user.clone() };
        assert!(matches!(add(&one, &moved, now).await, Err(AddError::Moved)));
        add(&one, &one.user, now).await?;
        assert!(matches!(add(&other, &other.user, now).await, Err(AddError::Gone)), "taken up");

        // Another browser waits with the same identifier: it is somebody's by now.
        let secret = Answered::by(&id, now).await?.wait().await?;
        let taken = table.add_mediacentre((&secret, &found), (other.id, &other.user), now).await;
        assert!(matches!(taken, Err(AddError::Taken)), "{taken:?}");

        // The same text of another provider is somebody else.
        let elsewhere = SignOnId { ido: Ido::parse(id.ido.as_str())?, ..a_sign_on_id() };
        assert_eq!(
            table.user_of_sign_on(&SignOnId { idp: "urn:other".to_owned().try_into()?, ..elsewhere }, now).await?,
            None
        );

        // A pupil's of last year is replaced by the new one of the same provider, and is nobody's then.
        let known = one.now().await?;
        let next = a_sign_on_id();
        let secret = Answered::by(&next, now).await?.wait().await?;
        table.add_mediacentre((&secret, &waiting(&next, now)), (one.id, &known), now).await?;
        assert_eq!(table.user_of_sign_on(&id, now).await?, None);
        assert_eq!(table.user_of_sign_on(&next, now).await?, Some(one.id));
        let methods = one.now().await?.methods;
        assert_eq!(methods.mediacentre.at(now).map(|had| &had.id).collect::<Vec<_>>(), [&next]);

        // Staff may have several schools.
        let staff = User { birth_date: None, ..other.now().await? };
        for id in [a_sign_on_id(), a_sign_on_id()] {
            let secret = Answered::by(&id, now).await?.wait().await?;
            let known = User { birth_date: None, ..other.now().await? };
            table.add_mediacentre((&secret, &waiting(&id, now)), (other.id, &known), now).await?;
        }
        assert_eq!(other.now().await?.methods.mediacentre.at(now).count(), 2);
        assert!(!staff.methods.mediacentre.any(now));
        Ok(())
    });
}
