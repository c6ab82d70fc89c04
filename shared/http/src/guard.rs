//! Who may go on, in two rounds of reads that wait one for the other, and within a round for nothing. The first reads what the
//! request itself names: the session with its last use, and the School item of the address. The second reads whom the session names, and their
//! place in the team. What a page shows is read after that, so that nobody makes the table read more than single items before
//! they are known to be allowed to. Nothing is remembered between requests: a right that was taken is gone at the next one.

use axum::http::HeaderMap;
use jiff::Timestamp;
use rentree_domain::idle::is_to_note;
use rentree_domain::{Holder, Uai, UserId};
use rentree_table::{Member, Person, Role, Session, SessionHash, Table, User, is_suspended};
use tokio::{join, try_join};

use crate::session::{SESSION, form_token};
use crate::{Problem, SignedIn, Visitor};

/// What a browser claims by its cookie, after the first round: its session, if the table has it. Whether it holds, the second
/// round tells.
#[derive(Debug)]
pub struct Presented(Claim);

#[derive(Debug)]
enum Claim {
    /// No session.
    Nothing,
    /// One that nobody used for too long.
    Left(Holder),
    /// One that was used of late.
    Session(Claimed),
}

struct Claimed {
    secret: [u8; 32],
    hash: SessionHash,
    session: Session,
    /// When it was last used, as far as that was noted.
    seen: Timestamp,
    /// When it is used.
    now: Timestamp,
}

impl std::fmt::Debug for Claimed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claimed({})", self.session.user)
    }
}

impl Presented {
    /// The first round. Without a cookie, nothing is read.
    pub async fn read(table: &Table, headers: &HeaderMap, now: Timestamp) -> Result<Self, Problem> {
        let Some(secret) = SESSION.secret(headers) else { return Ok(Self(Claim::Nothing)) };
        let hash = SessionHash::of(&secret);
        let (session, last_use) = try_join!(table.session(&hash, now), table.last_use(&hash))?;
        let Some(session) = session else { return Ok(Self(Claim::Nothing)) };
        let seen = last_use.unwrap_or(session.created_at);
        if session.holder.has_left(seen, now) {
            return Ok(Self(Claim::Left(session.holder)));
        }
        Ok(Self(Claim::Session(Claimed { secret, hash, session, seen, now })))
    }

    /// Whose session it claims to be.
    pub fn user(&self) -> Option<UserId> {
        self.claimed().map(|claimed| claimed.session.user)
    }

    /// Whose session it was that ended because nobody used it.
    pub fn left(&self) -> Option<Holder> {
        match self.0 {
            Claim::Left(holder) => Some(holder),
            Claim::Nothing | Claim::Session(_) => None,
        }
    }

    /// The second round: who is signed in, if anybody, also with a password that they must change.
    pub async fn signed_in(self, table: &Table) -> Result<Option<SignedIn>, Problem> {
        let Some(user) = self.user() else { return Ok(None) };
        let (person, ()) = join!(table.person(user), self.note_use(table));
        Ok(person?.and_then(|person| self.held_by(person)))
    }

    /// The second round, for pages about the account itself: who is signed in, and the whole account.
    pub async fn account(self, table: &Table) -> Result<Option<(SignedIn, User)>, Problem> {
        let Some(user) = self.user() else { return Ok(None) };
        let (user, ()) = join!(table.user(user), self.note_use(table));
        let Some(user) = user? else { return Ok(None) };
        Ok(self.held_by(Person::from(&user)).map(|signed_in| (signed_in, user)))
    }

    /// Who is signed in, if the session holds: for pages that read the person or the whole account beside the rest. They note the use
    /// beside it, too.
    pub fn held_by(self, person: Person) -> Option<SignedIn> {
        let Claim::Session(claimed) = self.0 else { return None };
        let Claimed { secret, hash, session, .. } = Some(claimed).filter(|claimed| claimed.session.is_of(&person))?;
        let csrf = form_token(&secret);
        Some(SignedIn { user: session.user, person, session: hash, since: session.created_at, csrf })
    }

    /// Notes that the session is used, every few minutes, beside what the second round reads. Nobody is refused because it fails: then
    /// the next request notes it. It opens nothing, so that it may be noted of a session that the second round finds to be over.
    pub async fn note_use(&self, table: &Table) {
        let Some(Claimed { hash, session, seen, now, .. }) = self.claimed() else { return };
        if !is_to_note(*seen, *now) {
            return;
        }
        if let Err(error) = table.note_use(hash, session, *now).await {
            tracing::warn!(why = rentree_runtime::telemetry::chain(&error), "the use of a session was not noted");
        }
    }

    fn claimed(&self) -> Option<&Claimed> {
        match &self.0 {
            Claim::Session(claimed) => Some(claimed),
            Claim::Nothing | Claim::Left(_) => None,
        }
    }
}

/// Who is signed in, if anybody, also with a password that they must change.
pub async fn signed_in(table: &Table, headers: &HeaderMap, now: Timestamp) -> Result<Option<SignedIn>, Problem> {
    Presented::read(table, headers, now).await?.signed_in(table).await
}

/// Who is signed in; a problem when nobody is, or when they must change their password first.
pub async fn require_sign_in(table: &Table, headers: &HeaderMap, now: Timestamp) -> Result<SignedIn, Problem> {
    let signed_in = signed_in(table, headers, now).await?.ok_or_else(Problem::signed_out)?;
    signed_in.check_password()?;
    Ok(signed_in)
}

/// As [`require_sign_in`], with the whole account.
pub async fn require_account(table: &Table, headers: &HeaderMap, now: Timestamp) -> Result<(SignedIn, User), Problem> {
    let account = Presented::read(table, headers, now).await?.account(table).await?;
    let (signed_in, user) = account.ok_or_else(Problem::signed_out)?;
    signed_in.check_password()?;
    Ok((signed_in, user))
}

/// The visitor, if they accepted the terms of use and are a member of the school with at least the role `needed`.
///
/// Who is no member learns nothing: the answer is that of a school that does not exist, after the same reads.
pub async fn authorise(
    table: &Table,
    headers: &HeaderMap,
    uai: Uai,
    needed: Role,
    now: Timestamp,
) -> Result<Visitor, Problem> {
    let (visitor, ()) = authorise_beside(table, headers, uai, needed, now, async { Ok(()) }).await?;
    Ok(visitor)
}

/// As [`authorise`]; `beside` is read in the second round. It is one item at most, for the visitor may yet be refused, and its own
/// problem is told only to who is not.
pub async fn authorise_beside<T>(
    table: &Table,
    headers: &HeaderMap,
    uai: Uai,
    needed: Role,
    now: Timestamp,
    beside: impl Future<Output = Result<T, Problem>>,
) -> Result<(Visitor, T), Problem> {
    let (visitor, member, beside) = recognise_beside(table, headers, uai, now, beside).await?;
    check_presence(table, uai, visitor.user, &member, now).await?;
    if needed == Role::Administrator && member.role != Role::Administrator {
        return Err(Problem::administrators_only());
    }
    Ok((visitor, beside?))
}

/// The visitor, if they are a member, for the frame around an error. Nothing is noted; whoever stayed away for long gets the page that
/// everybody gets.
pub(crate) async fn recognise(table: &Table, headers: &HeaderMap, uai: Uai, now: Timestamp) -> Option<Visitor> {
    let (visitor, member, _) = recognise_beside(table, headers, uai, now, async { Ok(()) }).await.ok()?;
    (!member.is_absent(now)).then_some(visitor)
}

/// Who is a member of the school, and as what.
async fn recognise_beside<T>(
    table: &Table,
    headers: &HeaderMap,
    uai: Uai,
    now: Timestamp,
    beside: impl Future<Output = Result<T, Problem>>,
) -> Result<(Visitor, Member, Result<T, Problem>), Problem> {
    if SESSION.secret(headers).is_none() {
        return Err(Problem::signed_out());
    }
    let (presented, school) = join!(Presented::read(table, headers, now), table.school(uai));
    let presented = presented?;
    let Some(user) = presented.user() else { return Err(Problem::signed_out()) };
    let (signed_in, member, beside) = join!(presented.signed_in(table), table.member(uai, user), beside);

    let signed_in = signed_in?.ok_or_else(Problem::signed_out)?;
    signed_in.check_password()?;
    signed_in.check_terms()?;
    let (school, member) = school?.zip(member?).ok_or_else(Problem::no_such_space)?;
    let visitor = Visitor {
        user,
        name: signed_in.person.full_name(),
        role: member.role,
        school,
        session: signed_in.session,
        csrf: signed_in.csrf,
        at: now,
    };
    Ok((visitor, member, beside))
}

/// Checks that a member need not be let in again, and notes that they come. Both are rare: who was there today costs nothing here.
async fn check_presence(table: &Table, uai: Uai, id: UserId, member: &Member, now: Timestamp) -> Result<(), Problem> {
    if member.is_absent(now) && is_suspended(id, &table.members(uai).await?, now) {
        return Err(Problem::suspended());
    }
    if let Err(error) = table.note_visit(uai, id, member, now).await {
        tracing::warn!(%uai, why = rentree_runtime::telemetry::chain(&error), "the visit of a member was not noted");
    }
    Ok(())
}
