//! Entering by a link: somebody signs up, signs in, or goes on as who they are already, and joins. The account of a newcomer
//! begins with the place that the link gives, in one transaction.

use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::limit::TAKEN_BY_LINK;
use rentree_domain::{EmailAddress, LinkToken, Uai, UserId};
use rentree_http::{Device, NewSession, Next, Problem, SignedIn, Ways, claimed_session, text};
use rentree_table::{AsPupil, AuditAction, AuditEntry, By, JoinError, Joined, Joining, Methods, Table, User, Who};
use rentree_web::{Entry, Field, Form};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::join;

use crate::{Credentials, Failure, NewAccountFields, Origin, Proven, hash, sign_in};

/// How somebody enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// With a new account.
    SignUp,
    /// With an account, by its password.
    SignIn,
    /// As who is signed in.
    #[default]
    SignedIn,
}

/// What the forms of a link's page send.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EntryFields {
    /// How.
    pub way: Way,
    /// First name, to sign up.
    #[schemars(with = "text::OrNone<text::Name>")]
    pub first_name: String,
    /// Last name, to sign up.
    #[schemars(with = "text::OrNone<text::Name>")]
    pub last_name: String,
    /// E-mail address, to sign up or in.
    #[schemars(with = "text::OrNone<text::Email>")]
    pub email: String,
    /// Password, to sign up or in.
    #[schemars(with = "text::OrNone<text::NewPassword>")]
    pub password: String,
}

impl std::fmt::Debug for EntryFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EntryFields({:?})", self.way)
    }
}

/// Who enters.
#[derive(Debug)]
pub struct Entrant {
    /// Who.
    pub id: UserId,
    /// First and last name.
    pub name: String,
    /// See [`User::epoch`].
    pub epoch: u64,
    /// What the account was before it joined.
    as_pupil: AsPupil,
    /// Whether they are an administrator of the school, and were not before.
    pub is_new_administrator: bool,
    /// The account that is to begin.
    pub newcomer: Option<User>,
    /// The session that is to begin.
    pub session: Option<NewSession>,
    /// What was counted as failed before they signed in.
    failure: Option<Failure>,
    /// What the device keeps, once somebody signed in or up there.
    device: Option<Device>,
}

impl Entrant {
    /// `response`, with the cookie of the session that began, and with what the device keeps.
    pub fn on(&self, response: Response) -> Response {
        let response = match &self.session {
            Some(session) => session.on(response),
            None => response,
        };
        match &self.device {
            Some(device) => device.on(response),
            None => response,
        }
    }

    /// Carries `joining` out, and takes back what was counted as failed.
    async fn join(&self, table: &Table, joining: &Joining<'_>) -> Result<Joined, JoinError> {
        let Some(failure) = &self.failure else { return table.join(joining).await };
        let (joined, forgiven) = join!(table.join(joining), failure.forgive(table));
        if let Err(error) = forgiven {
            // What they came for goes first: the next success, or a day, forgets it.
            tracing::error!(why = rentree_runtime::telemetry::chain(&error), "a sign-in is still counted as failed");
        }
        joined
    }

    fn who(&self) -> Who<'_> {
        match &self.newcomer {
            Some(user) => Who::Newcomer { id: self.id, user },
            None => Who::Known { id: self.id, epoch: self.epoch },
        }
    }
}

/// A link's page, and what the link gives.
#[derive(Debug)]
pub struct Door<'a> {
    /// Where accounts and teams are.
    pub table: &'a Table,
    /// Where the request comes from.
    pub client: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The page's forms.
    pub entry: Entry,
    /// Who is signed in.
    pub signed_in: Option<SignedIn>,
    /// The address that the link was sent to, which a new account need not confirm again.
    pub confirmed: Option<&'a EmailAddress>,
    /// The link.
    pub token: &'a LinkToken,
    /// What its page says when it does not hold.
    pub ways: &'a Ways,
    /// The school.
    pub uai: Uai,
    /// What the link is for.
    pub by: By,
    /// What the audit log says.
    pub action: AuditAction,
    /// When.
    pub now: Timestamp,
}

/// Why nobody enters.
#[derive(Debug)]
pub enum EntryError {
    /// The page is shown again, with what is wrong.
    Again(Box<Entry>, Box<Problem>),
    /// Something else.
    Problem(Box<Problem>),
}

impl<E: Into<Problem>> From<E> for EntryError {
    fn from(problem: E) -> Self {
        Self::Problem(Box::new(problem.into()))
    }
}

/// The page's forms. `known`: what the link tells of whom it is for, offered for a new account.
pub fn entry(action: String, csrf: String, signed_in: Option<&SignedIn>, known: &EntryFields) -> Entry {
    Entry {
        action,
        csrf,
        signed_in: signed_in.map(|signed_in| signed_in.person.full_name()),
        sign_up: known.new_account().form("new", true),
        sign_in: sign_in_form(""),
        alert: None,
    }
}

/// The form of an account that is there, for staff: by e-mail address.
pub fn sign_in_form(email: &str) -> Form {
    let email = Field::email("email", "Adresse e-mail").autocomplete("username").value(email);
    let password = Field::password("password", "Mot de passe").autocomplete("current-password");
    Form::new("known", [email, password])
}

impl EntryFields {
    fn new_account(&self) -> NewAccountFields {
        NewAccountFields {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            password: self.password.clone(),
        }
    }

    /// Carries out what the forms say: somebody is found or begins, and joins, or nothing happens.
    pub async fn come_in(&self, door: Door<'_>) -> Result<Entrant, EntryError> {
        let (entry, ways, former) = (door.entry.clone(), door.ways, claimed_session(door.headers));
        let (table, token, uai, by, action, now) = (door.table, door.token, door.uai, door.by, door.action, door.now);
        let mut entrant = self.find(door).await?;
        let told = AuditEntry::new(now, rentree_runtime::random(), entrant.id, &entrant.name, action);
        let joining = Joining {
            uai,
            secret: token.secret(),
            by,
            who: entrant.who(),
            as_pupil: entrant.as_pupil,
            name: &entrant.name,
            session: entrant.session.as_ref().map(NewSession::stored),
            replaces: former.as_ref(),
            entry: &told.in_role(by.invited_as()),
            now,
        };
        let joined = entrant.join(table, &joining).await;
        match joined {
            Ok(joined) => {
                entrant.is_new_administrator = joined == Joined::NewAdministrator;
                Ok(entrant)
            }
            Err(JoinError::AddressTaken) => {
                // Told to holders of a link only, and not without end.
                table.count(&TAKEN_BY_LINK, &token.text(), now).await.map_err(Problem::from)?;
                let mut form = self.new_account().form("new", true);
                form.refuse(
                    "email",
                    "Un compte existe déjà avec cette adresse. Connectez-vous avec « J’ai déjà un compte ». Mot de passe perdu ? Utilisez « Mot de passe oublié ».",
                );
                Err(refused_again(entry, form))
            }
            Err(JoinError::Link | JoinError::Settled) => Err(ways.used().into()),
            Err(JoinError::AccountMoved) => {
                Err(Problem::too_late("Votre compte a été modifié entre-temps. Ouvrez à nouveau le lien.").into())
            }
            Err(JoinError::Table(error)) => Err(Problem::from(error).into()),
        }
    }

    /// Who enters.
    async fn find(&self, door: Door<'_>) -> Result<Entrant, EntryError> {
        let Door { table, client, headers, mut entry, signed_in, confirmed, token, now, .. } = door;
        let device = Device::of(headers);
        match self.way {
            Way::SignedIn => {
                let signed_in = signed_in.ok_or_else(Problem::signed_out)?;
                signed_in.check_password()?;
                let as_pupil = match signed_in.person.birth_date {
                    Some(_) => table.user(signed_in.user).await?.map_or(AsPupil::Not, |user| AsPupil::of(&user)),
                    None => AsPupil::Not,
                };
                let (name, epoch) = (signed_in.person.full_name(), signed_in.person.epoch);
                Ok(Entrant {
                    id: signed_in.user,
                    name,
                    epoch,
                    as_pupil,
                    is_new_administrator: false,
                    newcomer: None,
                    session: None,
                    failure: None,
                    device: None,
                })
            }
            Way::SignIn => {
                let credentials = Credentials { login: self.email.clone(), password: self.password.clone() };
                let Proven { id, user, failure } =
                    match sign_in(table, Origin { client, device: &device }, &credentials, now).await {
                        Ok(found) => found,
                        Err(error) => {
                            let Some(told) = error.told() else { return Err(Problem::internal(&error).into()) };
                            entry.sign_in = sign_in_form(&self.email);
                            entry.alert = Some(told);
                            return Err(EntryError::Again(Box::new(entry), Box::new(error.problem())));
                        }
                    };
                // The code comes next, then this page again, as who is signed in.
                if user.second_factor.is_some() {
                    failure.forgive(table).await.map_err(Problem::from)?;
                    return Err(Problem::second_factor((id, &user), &Next::from(entry.action), now).into());
                }
                // It opens nothing but the page that changes it.
                if let Some(why) = user.password_to_change {
                    failure.forgive(table).await.map_err(Problem::from)?;
                    return Err(Problem::password_to_change(why).into());
                }
                let session = Some(NewSession::new(id, user.holder(), user.epoch, headers, now));
                let device = Some(failure.remembered_on(&device, (id, &user)));
                let (name, epoch, failure) = (user.full_name(), user.epoch, Some(failure));
                Ok(Entrant {
                    id,
                    name,
                    epoch,
                    as_pupil: AsPupil::of(&user),
                    is_new_administrator: false,
                    newcomer: None,
                    session,
                    failure,
                    device,
                })
            }
            Way::SignUp => {
                if !table.would_allow(&TAKEN_BY_LINK, &token.text(), now).await.map_err(Problem::from)? {
                    return Err(Problem::too_many("Trop d’essais avec ce lien. Réessayez dans une heure.").into());
                }
                let account = self.new_account();
                let read = match account.read(account.form("new", true)) {
                    Ok(read) => read,
                    Err(refused) => return Err(refused_again(entry, refused)),
                };
                let hashed = hash(read.password).await.map_err(|error| Problem::internal(&error))?;
                let user = User {
                    email_confirmed: confirmed == Some(&read.email),
                    first_name: read.first_name,
                    last_name: read.last_name,
                    methods: Methods::of_email(read.email),
                    password_hash: Some(hashed.clone()),
                    password_to_change: None,
                    birth_date: None,
                    joined_a_team: false,
                    second_factor: None,
                    epoch: 0,
                    terms: None,
                    created_at: now,
                };
                let id = UserId::new(now, rentree_runtime::random());
                let session = Some(NewSession::new(id, user.holder(), 0, headers, now));
                let device = Some(device.with_new_password(&user.methods, (id, &hashed), now));
                Ok(Entrant {
                    id,
                    name: user.full_name(),
                    epoch: 0,
                    as_pupil: AsPupil::Not,
                    is_new_administrator: false,
                    newcomer: Some(user),
                    session,
                    failure: None,
                    device,
                })
            }
        }
    }
}

fn refused_again(mut entry: Entry, refused: Form) -> EntryError {
    let problem = Problem::invalid(&refused);
    entry.sign_up = refused;
    EntryError::Again(Box::new(entry), Box::new(problem))
}
