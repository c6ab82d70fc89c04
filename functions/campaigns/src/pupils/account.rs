//! A pupil's account: created, tied and signed in, in one transaction. Of two devices at the same moment, one makes it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::method::may_use_email;
use rentree_domain::{EmailAddress, Password, PersonName, Standing, UserId, UserName, paris};
use rentree_http::{Device, Face, Input, NewSession, Problem, WAITING_SIGN_ON, text};
use rentree_identity::{Origin, PasswordRules, SignInError, check_password, email_error, hash, read_password};
use rentree_orders::Ask;
use rentree_table::{Methods, Tie, TieError, Tying, User, Who};
use schemars::JsonSchema;
use serde::Deserialize;

use super::counted::{Counted, Due};
use super::decide::{Next, Owner, due_at_once};
use super::door::Knock;
use super::enter::Entered;
use super::pupil::Pupil;
use super::tie::tying;
use super::view::{EntranceView, NewAccount, Step};
use super::visit::{Known, Visit};
use super::waiting::SignOn;
use super::who::{Answer, IdentityFields};
use crate::Campaigns;

/// What the forms send.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct AccountFields {
    /// First name, as on the page before.
    #[schemars(with = "text::OrNone<text::Name>")]
    first_name: String,
    /// Last name, as on the page before.
    #[schemars(with = "text::OrNone<text::Name>")]
    last_name: String,
    /// Birth date, as on the page before.
    #[schemars(with = "text::OrNone<text::BirthDate>")]
    birth_date: String,
    /// As on the page before.
    #[schemars(with = "text::OrNone<text::SpokenCode>")]
    personal_code: String,
    /// As on the page before.
    despite: bool,
    /// As on the page before.
    asked: String,
    /// As on the page before.
    answer: Answer,
    /// As on the page before: the names are those that the Médiacentre told.
    mediacentre: bool,
    /// How the account signs in.
    way: AccountWay,
    /// The user name that was proposed.
    user_name: String,
    /// E-mail address, from the fifteenth birthday on.
    #[schemars(with = "text::OrNone<text::Email>")]
    email: String,
    /// Eight characters at least, with an upper-case letter, a lower-case letter and a digit.
    #[schemars(with = "text::OrNone<text::NewPasswordOfPupil>")]
    password: String,
}

/// How a pupil's account signs in.
#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountWay {
    /// With a user name.
    #[default]
    UserName,
    /// With an e-mail address.
    Email,
    /// By the Médiacentre, whose sign-on waits in this browser: without user name and password.
    Mediacentre,
}

impl std::fmt::Debug for AccountFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountFields(…)")
    }
}

/// How long after the account began a second click may come.
const A_MOMENT: SignedDuration = SignedDuration::from_mins(1);
/// Somebody else may take a drawn name at the same moment, too; not this often.
pub(super) const DRAWS: u32 = 10;

/// `POST /campagnes/{code}/account`
pub(crate) async fn create(
    State(app): State<Campaigns>,
    knock: Knock,
    face: Face,
    input: Input<AccountFields>,
) -> Result<Response, Problem> {
    let (fields, headers) = (input.fields, knock.headers.clone());
    let today = paris::date((app.clock)());
    let by_mediacentre = fields.way == AccountWay::Mediacentre;

    let (visit, attempt) = app.visit_and_try(knock, &fields.identity()).await?;
    let admitted = visit.check_meant(&input.proof).and_then(|()| visit.check_open());
    let admitted = admitted.and_then(|()| visit.check_waiting(by_mediacentre || fields.mediacentre));
    if let Err(problem) = admitted.and_then(|()| check_signed_out(&visit)) {
        app.leave(attempt.ok()).await?;
        return Err(problem);
    }
    let tried = attempt.map_err(|forms| Problem::invalid(forms.refused()))?;

    let (pupil, mut counted) = app.find(&visit, tried).await?;
    let said = fields.identity().said(pupil.learner.id);
    // An address may be somebody's: an attempt with one stays counted until the account is there.
    let due = if fields.way == AccountWay::Email { Due::Unknown } else { due_at_once(&visit, &pupil, said) };
    let (next, ()) = tokio::try_join!(app.next(&visit, &pupil, said), app.settle(&visit, &mut counted, due))?;
    match next {
        Next::NewAccount => {}
        Next::Ask(doubt) => {
            app.settle(&visit, &mut counted, Due::Everything).await?;
            let view = EntranceView::new(&visit, Step::ask(&pupil, doubt, fields.identity()));
            return Ok(visit.token.on(face.again(to_confirm(&visit, &pupil), &view)?));
        }
        Next::HasAccount { owner, elsewhere } => {
            app.settle(&visit, &mut counted, Due::ThePupil).await?;
            if let Some((user, session)) = app.second_click(&pupil, &fields, counted.client(), &headers).await? {
                return app.let_in_by_password(visit, face, &pupil, None, (user, session), &headers).await;
            }
            app.note_tied_if(true, &visit, &pupil).await?;
            return has_account(&visit, face, &owner, elsewhere, &fields);
        }
        // On another device, the child was faster; or the Médiacentre knew them last year.
        Next::Enter { owner, elsewhere } => {
            let entered = app.enter_counted(&visit, &pupil, (&owner, !elsewhere), &mut counted, &headers).await?;
            return app.let_in_if(visit, face, &pupil, entered).await;
        }
        Next::Tie { .. } | Next::Refused(_) => return Err(Problem::forged_form()),
    }
    if let Some(sign_on) = visit.sign_on().filter(|_| by_mediacentre) {
        let entered = app.begin_by_mediacentre(&visit, &pupil, (sign_on, &mut counted), &headers).await?;
        return app.let_in_if(visit, face, &pupil, entered).await;
    }
    let (methods, password) = match fields.read(&pupil, today) {
        Ok(read) => read,
        Err(forms) => {
            app.settle(&visit, &mut counted, Due::Nothing).await?;
            return again(&visit, face, forms);
        }
    };
    let hashed = hash(password).await.map_err(|error| Problem::internal(&error))?;

    match app.begin(&visit, &pupil, &mut counted, (methods, hashed), &headers).await? {
        Beginning::Begun(user, session, standing) => {
            app.let_in_by_password(visit, face, &pupil, Some(standing), (*user, session), &headers).await
        }
        // The attempt stays counted: whoever tries addresses one after the other soon reaches the limit.
        Beginning::AddressTaken => {
            app.settle(&visit, &mut counted, Due::Everything).await?;
            let mut forms = fields.forms(&pupil, today);
            forms.by_email.refuse("email", "Un compte existe déjà avec cette adresse. Connectez-vous avec ce compte, ou choisissez un identifiant.");
            again(&visit, face, Box::new(forms))
        }
        // The other device was faster, or the first of two clicks.
        Beginning::Tied(owner) => {
            if let Some((user, session)) = app.second_click(&pupil, &fields, counted.client(), &headers).await? {
                return app.let_in_by_password(visit, face, &pupil, None, (user, session), &headers).await;
            }
            app.settle(&visit, &mut counted, Due::ThePupil).await?;
            has_account(&visit, face, &owner, false, &fields)
        }
    }
}

/// Checks that nobody is signed in.
fn check_signed_out(visit: &Visit) -> Result<(), Problem> {
    if visit.known.is_none() {
        return Ok(());
    }
    let detail = "Vous êtes déjà connecté(e). Pour créer un autre compte, déconnectez-vous d’abord.";
    Err(Problem::other_account(detail).leading_to("Revenir à la campagne", visit.path()))
}

/// What came of beginning an account.
enum Beginning {
    /// The account is there, with its session; how far its pupil is.
    Begun(Box<User>, NewSession, Standing),
    /// The address is another account's.
    AddressTaken,
    /// The pupil is tied to another account now.
    Tied(Owner),
}

impl Campaigns {
    /// The page of whom a sign-on has let in, or why it has not.
    async fn let_in_if(&self, visit: Visit, face: Face, pupil: &Pupil, entered: Entered) -> Result<Response, Problem> {
        match entered {
            Entered::In(user, session, standing) => self.let_in(visit, face, pupil, standing, (*user, session)).await,
            Entered::Not(problem) => Err(problem),
        }
    }

    /// The page of who has joined by a password, which the device keeps something of.
    async fn let_in_by_password(
        &self,
        visit: Visit,
        face: Face,
        pupil: &Pupil,
        standing: Option<Standing>,
        (user, session): (User, NewSession),
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        let (device, id) = (Device::of(headers), session.session.user);
        let device = match &user.password_hash {
            Some(hash) => device.with_new_password(&user.methods, (id, hash), (self.clock)()),
            None => device,
        };
        Ok(device.on(self.let_in(visit, face, pupil, standing, (user, session)).await?))
    }

    /// The page of who has joined, with the session that begins. Who clicked twice has joined a moment ago: how far they are is read. A
    /// sign-on that waited is used up, or somebody else's.
    pub(crate) async fn let_in(
        &self,
        visit: Visit,
        face: Face,
        pupil: &Pupil,
        standing: Option<Standing>,
        (user, session): (User, NewSession),
    ) -> Result<Response, Problem> {
        let tie = Tie { learner: pupil.learner.id, tied_at: (self.clock)() };
        let known = Known { signed_in: session.signed_in(&user), user, tie: Some(tie) };
        let had_sign_on = visit.waiting.is_some();
        let visit = Visit { known: Some(known), waiting: None, ..visit };
        let step = match standing {
            Some(standing) => self.joined(&visit, pupil, standing),
            None => self.step(&visit).await?,
        };
        let page = face.after_post(StatusCode::CREATED, &visit.path(), &EntranceView::new(&visit, step))?;
        Ok(session.on(if had_sign_on { WAITING_SIGN_ON.forget(page) } else { page }))
    }

    /// Begins an account that the Médiacentre alone opens, and gives back what the attempt counted for, side by side.
    async fn begin_by_mediacentre(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        (sign_on, counted): (&SignOn, &mut Counted),
        headers: &HeaderMap,
    ) -> Result<Entered, Problem> {
        let now = (self.clock)();
        let id = UserId::new(now, rentree_runtime::random());
        let user = new_user(pupil, Methods::of_mediacentre(sign_on.id().clone(), now), None, now);
        let session = NewSession::new(id, user.holder(), 0, headers, now);
        let tying = Tying {
            sign_on: Some(sign_on.taking_up(&user)),
            session: Some(session.stored()),
            ..tying(visit, pupil, Who::Newcomer { id, user: &user }, now)
        };
        let (tied, ()) = tokio::join!(self.table.tie(&tying), self.settle_if_possible(visit, counted, Due::Nothing));
        let why = match tied {
            Ok(joins) => return Ok(Entered::In(Box::new(user), session, joins.then_some(Standing::joined()))),
            Err(TieError::Table(error)) => return Err(error.into()),
            Err(why) => why,
        };
        let entered = self.in_by_now(visit, pupil, (sign_on, &why), headers).await?;
        if matches!(entered, Entered::Not(_)) {
            self.settle(visit, counted, Due::ThePupil).await?;
        }
        Ok(entered)
    }

    /// Begins the account, and gives back what the attempt counted for: side by side, if it is to sign in with a user name. An address
    /// may be somebody's, and then the attempt stays counted.
    async fn begin(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        counted: &mut Counted,
        (methods, password_hash): (Methods, String),
        headers: &HeaderMap,
    ) -> Result<Beginning, Problem> {
        let Some(email) = methods.email.clone() else {
            let begun = self.begin_by(visit, pupil, methods, password_hash, headers);
            return tokio::join!(begun, self.settle_if_possible(visit, counted, Due::Nothing)).0;
        };
        let begun = self.begin_by(visit, pupil, methods, password_hash, headers).await?;
        if let Beginning::Begun(_, session, _) = &begun {
            // The pupil has already joined; if this mail fails, the account page can order it again.
            let (client, now) = (counted.client().to_owned(), (self.clock)());
            let (uai, account) = (visit.entrance.uai, session.session.user);
            let ordered = self.mails.ask_after(Ask::FirstAddress { client: &client, uai, account, email }, now);
            tokio::join!(ordered, self.settle_if_possible(visit, counted, Due::Nothing));
        }
        Ok(begun)
    }

    /// Begins the account: with another user name if the one proposed was taken meanwhile.
    async fn begin_by(
        &self,
        visit: &Visit,
        pupil: &Pupil,
        methods: Methods,
        password_hash: String,
        headers: &HeaderMap,
    ) -> Result<Beginning, Problem> {
        let now = (self.clock)();
        let id = UserId::new(now, rentree_runtime::random());
        let mut user = new_user(pupil, methods, Some(password_hash), now);
        for draw in 0..DRAWS {
            let session = NewSession::new(id, user.holder(), 0, headers, now);
            let who = Who::Newcomer { id, user: &user };
            let tying = Tying { session: Some(session.stored()), ..tying(visit, pupil, who, now) };
            match self.table.tie(&tying).await {
                Ok(true) => return Ok(Beginning::Begun(Box::new(user), session, Standing::joined())),
                Ok(false) => {
                    let standing = self.standing_of_before(&visit.entrance, pupil).await?;
                    return Ok(Beginning::Begun(Box::new(user), session, standing));
                }
                Err(TieError::LoginTaken) if user.methods.email.is_some() => return Ok(Beginning::AddressTaken),
                Err(TieError::LoginTaken) => {
                    let (first_name, last_name) = (&pupil.entry.first_name, &pupil.entry.last_name);
                    let another = UserName::another(first_name, last_name, draw, rentree_runtime::random());
                    user.methods = Methods::of_user_name(another);
                }
                Err(TieError::Learner) => return self.tied_meanwhile(visit, pupil).await,
                Err(TieError::Tied | TieError::AccountMoved | TieError::SignOnGone | TieError::IdentifierTaken) => {
                    break;
                }
                Err(TieError::Table(error)) => return Err(error.into()),
            }
        }
        Err(Problem::too_late("Votre compte n’a pas pu être créé. Recommencez.")
            .leading_to("Recommencer", visit.path()))
    }

    async fn tied_meanwhile(&self, visit: &Visit, pupil: &Pupil) -> Result<Beginning, Problem> {
        let now_tied = self.table.learner(visit.entrance.uai, pupil.learner.id).await?.and_then(|learner| learner.user);
        let Some(owner) = self.owner(visit, now_tied).await? else {
            // An import changed the pupil at this very moment.
            return Err(Problem::too_late("La liste des élèves vient d’être mise à jour. Recommencez.")
                .leading_to("Recommencer", visit.path()));
        };
        Ok(Beginning::Tied(owner))
    }

    /// A child clicks twice, and the browser drops the first answer with its cookie: who made the account a moment ago, and types
    /// its password, is in. Throttled as a sign-in is, for it is one.
    async fn second_click(
        &self,
        pupil: &Pupil,
        fields: &AccountFields,
        client: &str,
        headers: &HeaderMap,
    ) -> Result<Option<(User, NewSession)>, Problem> {
        let now = (self.clock)();
        let learner = self.table.learner(pupil.uai, pupil.learner.id).await?;
        let Some(id) = learner.and_then(|learner| learner.user) else { return Ok(None) };
        let is_the_same_child = |user: &User| user.created_at > now - A_MOMENT && user.second_factor.is_none();
        let user = self.table.user(id).await?.filter(is_the_same_child);
        let Some(user) = user else { return Ok(None) };
        let Some(login) = user.methods.logins().into_iter().next() else { return Ok(None) };
        let (device, typed) = (Device::of(headers), fields.password.as_str());
        let from = Origin { client, device: &device };
        let failure = match check_password(&self.table, from, login, (id, &user), typed, now).await {
            Ok(Some(failure)) => failure,
            Ok(None) | Err(SignInError::Wrong) => return Ok(None),
            Err(error) => return Err(error.problem()),
        };
        let session = NewSession::new(id, user.holder(), user.epoch, headers, now);
        let open = self.table.open_session(&session.hash, &session.session, None);
        let (opened, ()) = tokio::try_join!(open, failure.forgive(&self.table))?;
        Ok(opened.then_some((user, session)))
    }
}

fn new_user(pupil: &Pupil, methods: Methods, password_hash: Option<String>, now: Timestamp) -> User {
    User {
        first_name: PersonName::of_file(&pupil.entry.first_name),
        last_name: PersonName::of_file(&pupil.entry.last_name),
        methods,
        email_confirmed: false,
        password_hash,
        password_to_change: None,
        birth_date: Some(pupil.entry.birth_date),
        joined_a_team: false,
        second_factor: None,
        epoch: 0,
        terms: None,
        created_at: now,
    }
}

fn again(visit: &Visit, face: Face, forms: Box<NewAccount>) -> Result<Response, Problem> {
    let refused = if forms.by_email.is_refused() { &forms.by_email } else { &forms.by_name };
    let problem = Problem::invalid(refused);
    let view = EntranceView::new(visit, Step::NewAccount(forms));
    Ok(visit.token.on(face.again(problem, &view)?))
}

/// Programs are told to ask first.
fn to_confirm(visit: &Visit, pupil: &Pupil) -> Problem {
    let entry = &pupil.entry;
    Problem::to_confirm(format!(
        "Êtes-vous {} {}, {} ? Répondez d’abord à cette question, à l’étape d’avant.",
        entry.first_name, entry.last_name, entry.division
    ))
    .leading_to("Recommencer", visit.path())
}

/// Programs are told so; people see how to go on.
fn has_account(
    visit: &Visit,
    face: Face,
    owner: &Owner,
    elsewhere: bool,
    fields: &AccountFields,
) -> Result<Response, Problem> {
    let told = owner.methods.iter().map(|(method, masked)| match masked {
        Some(masked) => format!("{} {masked}", method.french()),
        None => method.french().to_owned(),
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let problem = Problem::has_account(format!("Cet élève a déjà un compte : {told}. Connectez-vous avec ce compte."))
        .leading_to("Me connecter", "/sign-in");
    let view = EntranceView::new(visit, Step::has_account(owner, elsewhere, fields.identity()));
    Ok(visit.token.on(face.again(problem, &view)?))
}

impl AccountFields {
    fn identity(&self) -> IdentityFields {
        IdentityFields {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            birth_date: self.birth_date.clone(),
            personal_code: self.personal_code.clone(),
            despite: self.despite,
            asked: self.asked.clone(),
            answer: self.answer,
            mediacentre: self.mediacentre,
            without_mediacentre: false,
        }
    }

    /// The user name that was proposed, if it can be this pupil's; else the first choice.
    fn name_of(&self, pupil: &Pupil) -> UserName {
        let entry = &pupil.entry;
        let proposed = UserName::parse(&self.user_name);
        let proposed = proposed.ok().filter(|name| name.is_of(&entry.first_name, &entry.last_name));
        proposed.unwrap_or_else(|| UserName::proposed(&entry.first_name, &entry.last_name, entry.birth_date))
    }

    fn forms(&self, pupil: &Pupil, today: Date) -> NewAccount {
        let may_use_email = may_use_email(pupil.entry.birth_date, today);
        NewAccount::new(pupil, &self.name_of(pupil), may_use_email, self.identity(), &self.email)
    }

    /// How the account is to sign in, or the forms with what is wrong.
    fn read(&self, pupil: &Pupil, today: Date) -> Result<(Methods, Password), Box<NewAccount>> {
        let mut forms = self.forms(pupil, today);
        let entry = &pupil.entry;
        let about = [entry.first_name.as_str(), &entry.last_name, &self.email];
        let form = match self.way {
            AccountWay::UserName | AccountWay::Mediacentre => &mut forms.by_name,
            AccountWay::Email => &mut forms.by_email,
        };
        let password = read_password(form, PasswordRules::Pupil, &self.password, &about);
        let methods = match self.way {
            AccountWay::UserName | AccountWay::Mediacentre => Some(Methods::of_user_name(self.name_of(pupil))),
            AccountWay::Email if !may_use_email(entry.birth_date, today) => {
                form.refuse(
                    "email",
                    "Avant 15 ans, on ne peut pas se connecter avec une adresse e-mail. Choisissez l’identifiant.",
                );
                None
            }
            AccountWay::Email => form
                .read("email", EmailAddress::typed(&self.email), |_| email_error(&self.email))
                .map(Methods::of_email),
        };
        match (methods, password) {
            (Some(methods), Some(password)) => Ok((methods, password)),
            _ => Err(Box::new(forms)),
        }
    }
}
