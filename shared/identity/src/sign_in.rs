//! Signing in, throttled by account and by client. Unknown and wrong look the same, and cost the same.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::attempts::Locked;
use rentree_domain::limit::FAILURES_BY_CLIENT;
use rentree_domain::{Login, Password, UserId, paris};
use rentree_http::Problem;
use rentree_table::{AttemptError, Table, TableError, User};
use schemars::JsonSchema;
use serde::Deserialize;

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

/// Whose `credentials` are. `client`: where they come from.
pub async fn sign_in(
    table: &Table,
    client: &str,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<(UserId, User), SignInError> {
    // Counted as failed before it is tried, as below: attempts at the same moment cannot all slip through.
    if !table.allows(&FAILURES_BY_CLIENT, client, now).await? {
        return Err(SignInError::TooMany);
    }
    // What is neither an address nor a user name is nobody's: hashed all the same, and the table is not asked.
    let Some(login) = Login::parse(&credentials.login) else {
        verify(Password::typed(&credentials.password), None).await?;
        return Err(SignInError::Wrong);
    };
    table.begin_attempt(&login, now).await.map_err(|error| match error {
        AttemptError::Locked(locked) => SignInError::Locked { locked, by_name: matches!(login, Login::UserName(_)) },
        AttemptError::Table(error) => error.into(),
    })?;
    let found = table.user_of(&login).await?;
    let stored = found.as_ref().and_then(|(_, user)| user.password_hash.clone());
    let is_right = verify(Password::typed(&credentials.password), stored).await?;
    if let Some(found) = found.filter(|_| is_right) {
        table.forget_attempts(&login).await?;
        table.take_back(&FAILURES_BY_CLIENT, client, now).await?;
        return Ok(found);
    }
    Err(SignInError::Wrong)
}
