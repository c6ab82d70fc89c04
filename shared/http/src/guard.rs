//! Who may go on, in two rounds of reads that wait one for the other, and within a round for nothing. The first reads what the
//! request itself names: the session, and the School item of the address. The second reads whom the session names, and their
//! place in the team. What a page shows is read after that, so that nobody makes the table read more than single items before
//! they are known to be allowed to. Nothing is remembered between requests: a right that was taken is gone at the next one.

use axum::http::HeaderMap;
use jiff::Timestamp;
use rentree_domain::{Uai, UserId};
use rentree_table::{Person, Role, Session, SessionHash, Table, User};
use tokio::join;

use crate::session::{SESSION, form_token};
use crate::{Problem, SignedIn, Visitor};

/// What a browser claims by its cookie, after the first round: its session, if the table has it. Whether it holds, the second
/// round tells.
#[derive(Debug)]
pub struct Presented(Option<Claimed>);

struct Claimed {
    secret: [u8; 32],
    hash: SessionHash,
    session: Session,
}

impl std::fmt::Debug for Claimed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claimed({})", self.session.user)
    }
}

impl Presented {
    /// The first round. Without a cookie, nothing is read.
    pub async fn read(table: &Table, headers: &HeaderMap, now: Timestamp) -> Result<Self, Problem> {
        let Some(secret) = SESSION.secret(headers) else { return Ok(Self(None)) };
        let hash = SessionHash::of(&secret);
        let session = table.session(&hash, now).await?;
        Ok(Self(session.map(|session| Claimed { secret, hash, session })))
    }

    /// Whose session it claims to be.
    pub fn user(&self) -> Option<UserId> {
        self.0.as_ref().map(|claimed| claimed.session.user)
    }

    /// The second round: who is signed in, if anybody, also with a temporary password.
    pub async fn signed_in(self, table: &Table) -> Result<Option<SignedIn>, Problem> {
        let Some(user) = self.user() else { return Ok(None) };
        Ok(table.person(user).await?.and_then(|person| self.held_by(person)))
    }

    /// The second round, for pages about the account itself: who is signed in, and the whole account.
    pub async fn account(self, table: &Table) -> Result<Option<(SignedIn, User)>, Problem> {
        let Some(user) = self.user() else { return Ok(None) };
        let Some(user) = table.user(user).await? else { return Ok(None) };
        Ok(self.held_by(Person::from(&user)).map(|signed_in| (signed_in, user)))
    }

    /// Who is signed in, if the session holds: for pages that read the person or the whole account beside the rest.
    pub fn held_by(self, person: Person) -> Option<SignedIn> {
        let Claimed { secret, hash, session } = self.0.filter(|claimed| claimed.session.is_of(&person))?;
        Some(SignedIn { user: session.user, person, session: hash, csrf: form_token(&secret) })
    }
}

/// Who is signed in, if anybody, also with a temporary password.
pub async fn signed_in(table: &Table, headers: &HeaderMap, now: Timestamp) -> Result<Option<SignedIn>, Problem> {
    Presented::read(table, headers, now).await?.signed_in(table).await
}

/// Who is signed in; a problem when nobody is, or when they have yet to change a temporary password.
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
    let (school, member) = school?.zip(member?).ok_or_else(Problem::not_found)?;
    if needed == Role::Administrator && member.role != Role::Administrator {
        return Err(Problem::administrators_only());
    }
    let visitor = Visitor {
        user,
        name: signed_in.person.full_name(),
        role: member.role,
        school,
        session: signed_in.session,
        csrf: signed_in.csrf,
        at: now,
    };
    Ok((visitor, beside?))
}
