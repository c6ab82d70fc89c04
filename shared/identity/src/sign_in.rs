//! Signing in, throttled by account and by client. Unknown and wrong look the same, and cost the same.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::attempts::Locked;
use rentree_domain::limit::FAILURES_BY_CLIENT;
use rentree_domain::{Login, Password, UserId, paris};
use rentree_http::Problem;
use rentree_table::{AttemptError, Seen, Table, TableError, User};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::join;

use crate::password::{HashError, verify};

/// What somebody signs in with, as typed.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Credentials {
    /// E-mail address or user name.
    #[serde(alias = "email")]
    pub login: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Why nobody signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The login is unknown or the password is wrong.
    #[error("wrong login or password")]
    Wrong,
    /// Too many failures with this login. `by_name`: it is a user name, whose owner asks staff for help.
    #[error("too many failures with this login")]
    Locked {
        /// Until when.
        locked: Locked,
        /// Whether the login is a user name.
        by_name: bool,
    },
    /// Too many failures of this client.
    #[error("too many failures of this client")]
    TooMany,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The hash failed.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl SignInError {
    /// What programs are told; pages show the same words above their form. The same for an address that nobody has.
    pub fn problem(&self) -> Problem {
        match (self, self.told()) {
            (Self::Wrong, Some(told)) => Problem::wrong_credentials(told),
            (_, Some(told)) => Problem::too_many(told),
            (error, None) => Problem::internal(error),
        }
    }

    /// What people are told; `None` when the fault is ours.
    pub fn told(&self) -> Option<String> {
        match self {
            Self::Wrong => Some("Identifiant, adresse e-mail ou mot de passe incorrect. Vérifiez ce que vous avez saisi, puis réessayez.".to_owned()),
            Self::Locked { locked: Locked::Until(until), by_name } => {
                // The minute after: nobody counts seconds.
                let at = paris::date_time(*until + SignedDuration::from_secs(59));
                let (what, way) = if *by_name {
                    ("cet identifiant", "demandez un nouveau mot de passe à un enseignant")
                } else {
                    ("cette adresse", "choisissez un nouveau mot de passe")
                };
                Some(format!(
                    "Trop d’essais avec {what}. Réessayez à partir de {}\u{A0}h\u{A0}{:02} (heure de Paris), ou {way}.",
                    at.hour(),
                    at.minute()
                ))
            }
            Self::Locked { locked: Locked::Blocked, by_name: true } => Some(
                "Trop d’essais : la connexion avec cet identifiant est bloquée. Demandez à un enseignant de la débloquer.".to_owned(),
            ),
            Self::Locked { locked: Locked::Blocked, by_name: false } => Some(
                "Trop d’essais : la connexion avec cette adresse est bloquée. Choisissez un nouveau mot de passe pour la débloquer.".to_owned(),
            ),
            Self::TooMany => {
                Some("Trop d’essais depuis votre connexion. Réessayez dans dix minutes.".to_owned())
            }
            Self::Table(_) | Self::Hash(_) => None,
        }
    }
}

/// Somebody who has proved who they are. What was counted before they were tried is still counted as failed:
/// [`forgive`](Self::forgive) takes it back, beside what they are let in for.
#[derive(Debug)]
#[must_use = "what was counted as failed must be taken back"]
pub struct Proven {
    /// Who.
    pub id: UserId,
    /// Their account.
    pub user: User,
    pub(crate) failure: Failure,
}

/// What was counted as failed before it was tried.
#[derive(Debug)]
#[must_use = "it must be taken back when the attempt succeeds"]
pub struct Failure {
    login: Login,
    client: String,
    at: Timestamp,
}

impl Proven {
    /// Takes back what was counted.
    pub async fn forgive(&self, table: &Table) -> Result<(), TableError> {
        self.failure.forgive(table).await
    }
}

impl Failure {
    /// Takes back what was counted.
    pub async fn forgive(&self, table: &Table) -> Result<(), TableError> {
        let (forgotten, taken_back) =
            join!(table.forget_attempts(&self.login), table.take_back(&FAILURES_BY_CLIENT, &self.client, self.at));
        forgotten.and(taken_back)
    }
}

/// Whose `credentials` are. `client`: where they come from.
pub async fn sign_in(
    table: &Table,
    client: &str,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<Proven, SignInError> {
    // What is neither an address nor a user name is nobody's: hashed all the same, and the table is not asked.
    let Some(login) = Login::parse(&credentials.login) else {
        if !table.allows(&FAILURES_BY_CLIENT, client, now).await? {
            return Err(SignInError::TooMany);
        }
        verify(Password::typed(&credentials.password), None).await?;
        return Err(SignInError::Wrong);
    };
    // Counted as failed before it is tried: attempts at the same moment cannot all slip through.
    let (allowed, seen) = join!(table.allows(&FAILURES_BY_CLIENT, client, now), table.attempts(&login, now));
    let seen = may_be_tried(&login, allowed?, seen?, now)?;
    let (begun, owner) = join!(table.begin_attempt(&login, seen, now), table.owner_of(&login));
    begun.map_err(|error| refused(&login, error))?;
    let found = table.account_of(owner?).await?;
    let stored = found.as_ref().and_then(|(_, user)| user.password_hash.clone());
    let is_right = verify(Password::typed(&credentials.password), stored).await?;
    let (id, user) = found.filter(|_| is_right).ok_or(SignInError::Wrong)?;
    Ok(Proven { id, user, failure: Failure { login, client: client.to_owned(), at: now } })
}

/// Checks the password of an account that was read already. Throttled like a sign-in, with the same counters.
///
/// `login`: one of the account's. `None` when it is not (any more): an address that nobody confirmed is whose who confirmed it
/// since. Then nothing is tried, and nothing is counted against its owner.
pub async fn check_password(
    table: &Table,
    client: &str,
    login: Login,
    (id, user): (UserId, &User),
    typed: &str,
    now: Timestamp,
) -> Result<Option<Failure>, SignInError> {
    let (allowed, seen, owner) =
        join!(table.allows(&FAILURES_BY_CLIENT, client, now), table.attempts(&login, now), table.owner_of(&login));
    let allowed = allowed?;
    if owner? != Some(id) {
        table.take_back(&FAILURES_BY_CLIENT, client, now).await?;
        return Ok(None);
    }
    let seen = may_be_tried(&login, allowed, seen?, now)?;
    table.begin_attempt(&login, seen, now).await.map_err(|error| refused(&login, error))?;
    if !verify(Password::typed(typed), user.password_hash.clone()).await? {
        return Err(SignInError::Wrong);
    }
    Ok(Some(Failure { login, client: client.to_owned(), at: now }))
}

/// What was counted for `login`, if another attempt may be made. The client's limit goes first: beyond it, nobody's login is
/// counted against any more.
fn may_be_tried(login: &Login, allowed: bool, seen: Seen, now: Timestamp) -> Result<Seen, SignInError> {
    match (allowed, seen.locked(now)) {
        (false, _) => Err(SignInError::TooMany),
        (true, Some(locked)) => Err(refused(login, AttemptError::Locked(locked))),
        (true, None) => Ok(seen),
    }
}

fn refused(login: &Login, error: AttemptError) -> SignInError {
    match error {
        AttemptError::Locked(locked) => SignInError::Locked { locked, by_name: matches!(login, Login::UserName(_)) },
        AttemptError::Table(error) => error.into(),
    }
}
