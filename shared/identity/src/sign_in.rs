//! Signing in, throttled by login and by client, or, where somebody signed in before, by device. Unknown and wrong look the same, and
//! cost the same.

use jiff::Timestamp;
use rentree_domain::attempts::Locked;
use rentree_domain::limit::FAILURES_BY_CLIENT;
use rentree_domain::{Login, Password, UserId};
use rentree_http::{Device, Problem};
use rentree_table::{AttemptError, Counter, DeviceEntry, Seen, Table, TableError, User};
use rentree_web::french;
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
    /// The password is right, and one of staff that does not hold any more.
    #[error("the temporary password does not hold any more")]
    Expired,
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
            (Self::Wrong | Self::Expired, Some(told)) => Problem::wrong_credentials(told),
            (_, Some(told)) => Problem::too_many(told),
            (error, None) => Problem::internal(error),
        }
    }

    /// What the log calls it; `None` when the fault is ours, which is logged as one.
    fn code(&self) -> Option<&'static str> {
        match self {
            Self::Wrong => Some("wrong"),
            Self::Locked { locked: Locked::Until(_), .. } => Some("waits"),
            Self::Locked { locked: Locked::Blocked, .. } => Some("blocked"),
            Self::Expired => Some("expired"),
            Self::TooMany => Some("too_many"),
            Self::Table(_) | Self::Hash(_) => None,
        }
    }

    /// What people are told; `None` when the fault is ours.
    pub fn told(&self) -> Option<String> {
        match self {
            Self::Wrong => Some("Identifiant, adresse e-mail ou mot de passe incorrect. Vérifiez ce que vous avez saisi, puis réessayez.".to_owned()),
            Self::Locked { locked: Locked::Until(until), by_name } => {
                let (what, way) = if *by_name {
                    ("cet identifiant", "demandez un nouveau mot de passe à un enseignant")
                } else {
                    ("cette adresse", "choisissez un nouveau mot de passe")
                };
                Some(format!("Trop d’essais avec {what}. Réessayez {}, ou {way}.", french::from_time(*until)))
            }
            Self::Locked { locked: Locked::Blocked, .. } => Some(
                "Trop d’essais : la connexion avec cet identifiant est bloquée. Demandez à un enseignant de la débloquer.".to_owned(),
            ),
            Self::Expired => Some(
                "Ce mot de passe provisoire n’est plus valable. Demandez-en un autre à un enseignant.".to_owned(),
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
    counter: Counter,
    client: String,
    at: Timestamp,
}

impl Proven {
    /// Takes back what was counted.
    pub async fn forgive(&self, table: &Table) -> Result<(), TableError> {
        self.failure.forgive(table).await
    }

    /// What the device keeps, now that somebody signed in there.
    pub fn remembered_on(&self, device: &Device) -> Device {
        self.failure.remembered_on(device, (self.id, &self.user))
    }
}

impl Failure {
    /// Takes back what was counted.
    pub async fn forgive(&self, table: &Table) -> Result<(), TableError> {
        let (forgotten, taken_back) =
            join!(table.forget_attempts(&self.counter), table.take_back(&FAILURES_BY_CLIENT, &self.client, self.at));
        forgotten.and(taken_back)
    }

    /// The password was wrong: on a device where the login signed in before, that counts there alone.
    async fn stands(&self, table: &Table) -> Result<(), TableError> {
        match self.counter {
            Counter::Device(_) => table.take_back(&FAILURES_BY_CLIENT, &self.client, self.at).await,
            Counter::Login(_) => Ok(()),
        }
    }

    /// What the device keeps, now that `account` signed in there. It keeps its number, so that a copy of its cookie has no count of
    /// its own.
    pub(crate) fn remembered_on(&self, device: &Device, (id, user): (UserId, &User)) -> Device {
        let Some(hash) = &user.password_hash else { return device.clone() };
        let entry = match self.counter {
            Counter::Device(entry) => entry,
            Counter::Login(_) => DeviceEntry::new(rentree_runtime::random()),
        };
        device.with(&self.login, (id, hash), entry, self.at)
    }
}

/// Where an attempt comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The address of the client.
    pub client: &'a str,
    /// What the device keeps of who signed in there.
    pub device: &'a Device,
}

/// Whose `credentials` are. The log tells how it ended and nothing of whom: what is typed as a login may be a password.
pub async fn sign_in(
    table: &Table,
    from: Origin<'_>,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<Proven, SignInError> {
    let tried = prove(table, from, credentials, now).await;
    match &tried {
        Ok(proven) => tracing::info!(second_factor = proven.user.second_factor.is_some(), "a password was right"),
        Err(error) => {
            if let Some(code) = error.code() {
                tracing::warn!(code, "a password was refused");
            }
        }
    }
    tried
}

async fn prove(
    table: &Table,
    from: Origin<'_>,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<Proven, SignInError> {
    let client = from.client;
    // What is neither an address nor a user name is nobody's: hashed all the same, and the table is not asked.
    let Some(login) = Login::parse(&credentials.login) else {
        if !table.allows(&FAILURES_BY_CLIENT, client, now).await? {
            return Err(SignInError::TooMany);
        }
        verify(Password::typed(&credentials.password), None).await?;
        return Err(SignInError::Wrong);
    };
    // Counted as failed before it is tried: attempts at the same moment cannot all slip through.
    let (allowed, seen, owner) =
        join!(table.allows(&FAILURES_BY_CLIENT, client, now), table.attempts(&login, now), table.owner_of(&login));
    let attempt = Attempt { table, client, login, allowed: allowed?, seen: seen?, now };
    if from.device.is_empty() {
        attempt.may_be_a_strangers().await?;
    }
    let found = table.account_of(owner?).await?;
    let entry = from.device.entry(&attempt.login, found.as_ref().map(|(id, user)| (*id, user)), now);
    let failure = attempt.begin(entry).await?;
    let stored = found.as_ref().and_then(|(_, user)| user.password_hash.clone());
    // Only where staff gave one: nobody's own password is read in another way than it was chosen.
    let has_temporary = found.as_ref().is_some_and(|(_, user)| user.temporary_until().is_some());
    let typed = if has_temporary { Password::typed_as_temporary } else { Password::typed };
    let is_right = verify(typed(&credentials.password), stored).await?;
    let Some((id, user)) = found.filter(|_| is_right) else {
        failure.stands(table).await?;
        return Err(SignInError::Wrong);
    };
    // Told to who knows it only, and counted as no failure.
    if user.temporary_until().is_some_and(|until| until <= now) {
        failure.forgive(table).await?;
        return Err(SignInError::Expired);
    }
    Ok(Proven { id, user, failure })
}

/// Checks the password of an account that was read already. Throttled like a sign-in, with the same counters.
///
/// `login`: one of the account's. `None` when it is not (any more): an address that nobody confirmed is whose who confirmed it
/// since. Then nothing is tried, and nothing is counted against its owner.
pub async fn check_password(
    table: &Table,
    from: Origin<'_>,
    login: Login,
    (id, user): (UserId, &User),
    typed: &str,
    now: Timestamp,
) -> Result<Option<Failure>, SignInError> {
    let client = from.client;
    let (allowed, seen, owner) =
        join!(table.allows(&FAILURES_BY_CLIENT, client, now), table.attempts(&login, now), table.owner_of(&login));
    let allowed = allowed?;
    if owner? != Some(id) {
        table.take_back(&FAILURES_BY_CLIENT, client, now).await?;
        return Ok(None);
    }
    let entry = from.device.entry(&login, Some((id, user)), now);
    let failure = Attempt { table, client, login, allowed, seen: seen?, now }.begin(entry).await?;
    if !verify(Password::typed(typed), user.password_hash.clone()).await? {
        failure.stands(table).await?;
        return Err(SignInError::Wrong);
    }
    Ok(Some(failure))
}

/// An attempt that its client was counted for, and what was counted for its login before.
struct Attempt<'a> {
    table: &'a Table,
    client: &'a str,
    login: Login,
    allowed: bool,
    seen: Seen,
    now: Timestamp,
}

impl Attempt<'_> {
    /// Counts it where it belongs: on a device where the login signed in before, by `entry`, there alone, whatever strangers did; else, or
    /// when that is void, by login.
    async fn begin(self, entry: Option<DeviceEntry>) -> Result<Failure, SignInError> {
        if let Some(entry) = entry
            && self.table.begin_attempt_on_device(entry, self.now).await?
        {
            return Ok(self.counted(Counter::Device(entry)));
        }
        self.may_be_a_strangers().await?;
        match self.table.begin_attempt(&self.login, self.seen, self.now).await {
            Ok(()) => {
                let counter = Counter::Login(self.login.clone());
                Ok(self.counted(counter))
            }
            Err(AttemptError::Locked(locked)) => Err(self.locked(locked).await),
            Err(AttemptError::Table(error)) => Err(error.into()),
        }
    }

    fn counted(self, counter: Counter) -> Failure {
        Failure { login: self.login, counter, client: self.client.to_owned(), at: self.now }
    }

    /// Whether a stranger may try now. The client's limit goes first: beyond it, nobody's login is counted against any more.
    async fn may_be_a_strangers(&self) -> Result<(), SignInError> {
        match (self.allowed, self.seen.locked(&self.login, self.now)) {
            (false, _) => Err(SignInError::TooMany),
            (true, Some(locked)) => Err(self.locked(locked).await),
            (true, None) => Ok(()),
        }
    }

    /// What is refused because of its login has tried nothing: it is given back, so that who hammers one login shuts nobody out who
    /// sits beside.
    async fn locked(&self, locked: Locked) -> SignInError {
        match self.table.take_back(&FAILURES_BY_CLIENT, self.client, self.now).await {
            Ok(()) => SignInError::Locked { locked, by_name: matches!(self.login, Login::UserName(_)) },
            Err(error) => error.into(),
        }
    }
}
