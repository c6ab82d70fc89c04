//! The page behind a code: who one is here, and what comes next.

mod kept;

use std::borrow::Borrow;

use askama::Template;
use jiff::Timestamp;
use rentree_domain::platform_campaign::Closed;
use rentree_domain::progress::Sent;
use rentree_domain::{CampaignKind, LearnerId, Level, Method, Progress, UserName};
use rentree_http::{DoneOnTheWay, DoneText, asking};
use rentree_table::{Campaign, Participation, School};
use rentree_web::{Field, Form, Frame, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::closed;
use super::decide::{Doubt, Owner};
use super::pupil::Pupil;
use super::told::Offer;
use super::visit::Visit;
use super::waiting::SignOn;
use super::who::{Answer, IdentityFields, WhoForms};

pub(crate) use kept::Kept;

const LEFT: DoneText = DoneText { text: "Vous êtes déconnecté(e).", way_on: None };

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "entrance.html")]
pub(crate) struct EntranceView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    alert: Option<String>,
    #[serde(skip)]
    done: Option<DoneText>,
    /// Where its forms lead: below the address of the campaign, or of a trial.
    #[serde(skip)]
    at: String,
    /// What its address has sealed of what was typed, if it is a page of its own.
    #[serde(skip)]
    came: Option<String>,
    /// The page of the campaign for staff, where they try these pages with an invented pupil.
    #[serde(skip)]
    trial: Option<String>,
    /// Where whoever is of the school's team, and no pupil, may try them.
    offered_trial: Option<String>,
    /// The campaign's code.
    code: String,
    /// Its title.
    title: String,
    /// What it is for.
    kind: CampaignKind,
    /// For which levels; none: for all.
    levels: Vec<Level>,
    /// Name of the school.
    school: String,
    /// What its author says.
    message: Option<String>,
    /// Who is signed in: first and last name.
    signed_in: Option<String>,
    /// The way in by the Médiacentre, for whoever has that method.
    #[serde(skip)]
    mediacentre: String,
    /// Where pupils of a school come in whose Médiacentre is on: the way that goes before the others.
    way_in: Option<String>,
    /// The sign-on by Médiacentre that waits in this browser.
    sign_on: Option<SignOnView>,
    /// What comes next.
    #[serde(flatten)]
    step: Step,
}

/// A sign-on by Médiacentre that waits.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WaitingSignOn")]
pub(crate) struct SignOnView {
    /// First and last name of a pupil, which nobody types then; none where the Médiacentre tells none.
    name: Option<String>,
    /// Whether it is of staff: campaigns are for pupils.
    is_of_staff: bool,
}

/// What comes next.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
#[schemars(rename = "EntranceStep")]
pub(crate) enum Step {
    /// Nobody can join: now, or any more.
    Closed(Closed),
    /// Nobody can join before the next lesson, which a teacher opens. Nobody knows when.
    OutsideLesson,
    /// Say which pupil one is.
    Identify {
        /// The forms.
        #[serde(skip)]
        forms: WhoForms,
    },
    /// Say whether one is this pupil: the names that were typed are nearly the same.
    Ask {
        /// The pupil: `asked` of the answer.
        learner: LearnerId,
        /// First name, as the school writes it.
        first_name: String,
        /// Last name, as the school writes it.
        last_name: String,
        /// Class.
        division: String,
        /// What is nearly this name.
        doubt: Doubt,
        /// What was typed.
        #[serde(skip)]
        identity: IdentityFields,
    },
    /// Nobody's: a teacher can tell, or give a personal code.
    SeeTeacher {
        /// The form for the code.
        #[serde(skip)]
        form: Form,
    },
    /// The account is a pupil's of this school: join.
    Join {
        /// What can be done with the sign-on by Médiacentre that waits.
        mediacentre: Offer,
        /// Whether the pupil is of a level that the campaign is not for. Nobody is turned away by that.
        other_level: bool,
    },
    /// The account's pupil has left the school; the file may have them under another entry now.
    Left {
        /// The forms.
        #[serde(skip)]
        forms: WhoForms,
    },
    /// In.
    Joined {
        /// How far.
        progress: Progress,
        /// What was sent, once it was: the result that holds.
        sent: Option<Sent>,
        /// When the school took the latest result back, if none was sent since.
        taken_back: Option<Timestamp>,
        /// Whether the pupil is of a level that the campaign is not for.
        other_level: bool,
        /// Where the course begins or goes on; none once the result was sent, or the campaign is closed.
        resume: Option<String>,
        /// Why nobody can go on, if that is so.
        closed: Option<Closed>,
        /// What to sign in with, next time.
        user_name: Option<String>,
        /// Whether the Médiacentre opens the account.
        by_mediacentre: bool,
        /// What can be done with the sign-on by Médiacentre that waits.
        mediacentre: Offer,
    },
    /// No account yet.
    NewAccount(Box<NewAccount>),
    /// No account yet: one begins that the Médiacentre opens, `way` being `mediacentre`.
    NewByMediacentre {
        /// As the school's file has it.
        #[serde(skip)]
        first_name: String,
        /// Whether the pupil is of a level that the campaign is not for.
        other_level: bool,
        /// Who it is.
        #[serde(skip)]
        identity: IdentityFields,
    },
    /// The pupil has an account.
    HasAccount {
        /// Its connection methods, masked.
        methods: Vec<MethodHint>,
        /// Whether it began in another school; then another one can be made, if it cannot be opened any more.
        elsewhere: bool,
        /// Whether a forgotten password can be replaced by mail.
        by_mail: bool,
        /// Who asks.
        #[serde(skip)]
        identity: IdentityFields,
    },
}

/// The forms of a new account.
#[derive(Serialize, JsonSchema)]
pub(crate) struct NewAccount {
    /// The user name that it will have.
    pub(crate) user_name: String,
    /// Whether it may have an e-mail address instead: from the fifteenth birthday on.
    pub(crate) may_use_email: bool,
    /// The level that the pupil's MEF tells, if it tells one.
    #[serde(skip)]
    level: Option<Level>,
    /// As the school's file has it, not as it was typed: a pupil greeted with a slip would take it for the account's name.
    #[serde(skip)]
    first_name: String,
    #[serde(skip)]
    pub(crate) identity: IdentityFields,
    #[serde(skip)]
    pub(crate) by_name: Form,
    #[serde(skip)]
    pub(crate) by_email: Form,
}

/// A connection method, as its owner knows it again.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct MethodHint {
    /// Which.
    method: Method,
    /// `k***.d***1003`; none for Médiacentre.
    masked: Option<String>,
}

impl EntranceView {
    /// The page for `visit`.
    pub(crate) fn new(visit: &Visit, step: Step) -> Self {
        let campaign = &visit.entrance.campaign;
        let title = campaign.title.as_str().to_owned();
        Self {
            frame: visit.signed_in().map_or_else(|| Frame::bare(&title), |signed_in| signed_in.frame(&title)),
            csrf: visit.csrf(),
            alert: None,
            done: None,
            at: visit.path(),
            came: None,
            trial: None,
            offered_trial: None,
            mediacentre: visit.mediacentre(),
            way_in: visit.entrance.school.mediacentre.is_some().then(|| visit.mediacentre()),
            sign_on: visit.waiting.as_ref().map(SignOnView::of),
            code: campaign.code.as_str().to_owned(),
            kind: campaign.kind,
            levels: campaign.levels().iter().copied().collect(),
            school: visit.entrance.school.name.clone(),
            message: campaign.message.as_ref().map(|message| message.as_str().to_owned()),
            signed_in: visit.signed_in().map(|signed_in| signed_in.person.full_name()),
            title,
            step,
        }
    }

    /// The page for an invented pupil. Nobody is signed in there, and nothing waits.
    pub(crate) fn trial(
        csrf: String,
        school: &School,
        campaign: &Campaign,
        (at, trial): (String, String),
        step: Step,
    ) -> Self {
        let title = campaign.title.as_str().to_owned();
        Self {
            frame: Frame::bare(format!("Essai\u{A0}: {title}")),
            csrf,
            alert: None,
            done: None,
            at,
            came: None,
            offered_trial: None,
            mediacentre: String::new(),
            way_in: school.mediacentre.is_some().then(|| trial.clone()),
            trial: Some(trial),
            sign_on: None,
            code: campaign.code.as_str().to_owned(),
            kind: campaign.kind,
            levels: campaign.levels().iter().copied().collect(),
            school: school.name.clone(),
            message: campaign.message.as_ref().map(|message| message.as_str().to_owned()),
            signed_in: None,
            title,
            step,
        }
    }

    /// Offering whoever is of the team to try the pages.
    pub(crate) fn offering(self, trial: Option<String>) -> Self {
        Self { offered_trial: trial, ..self }
    }

    /// The same, at an address that has `came` sealed.
    pub(crate) fn at_came(self, came: String) -> Self {
        Self { came: Some(came), ..self }
    }

    /// Where what was typed is corrected: the form has it, if the address of this page does.
    fn corrected(&self) -> String {
        let Some(came) = &self.came else { return self.at.clone() };
        asking(&format!("{}/identity", self.at), &[("correct", "true"), ("came", came)])
    }

    /// Where somebody else begins, for whom the steps of the one before are over. A trial is of one person.
    fn anew(&self) -> String {
        if self.trial.is_some() { self.at.clone() } else { format!("{}/identity?anew=true", self.at) }
    }

    /// `6e, 5e`.
    fn levels_text(&self) -> String {
        self.levels.iter().map(|level| level.french()).collect::<Vec<_>>().join(", ")
    }

    /// Whether a pupil's level is one that the campaign is not for.
    fn is_another(&self, level: impl Borrow<Option<Level>>) -> bool {
        !self.levels.is_empty() && level.borrow().is_some_and(|level| !self.levels.contains(&level))
    }

    /// Whether nothing but the Médiacentre opens the account.
    fn has_mediacentre_alone(methods: &[MethodHint]) -> bool {
        methods.iter().all(|hint| hint.method == Method::Mediacentre)
    }

    /// Whether the Médiacentre opens the account.
    fn has_mediacentre(methods: &[MethodHint]) -> bool {
        methods.iter().any(|hint| hint.method == Method::Mediacentre)
    }

    /// Whether a pupil's sign-on waits in this browser.
    fn has_sign_on(&self) -> bool {
        self.sign_on.as_ref().is_some_and(|sign_on| !sign_on.is_of_staff)
    }

    /// Whether it tells a name, too: without one, it is never added to an account.
    fn has_named_sign_on(&self) -> bool {
        self.has_sign_on() && self.told_name().is_some()
    }

    /// Whether staff's does.
    fn is_of_staff(&self) -> bool {
        self.sign_on.as_ref().is_some_and(|sign_on| sign_on.is_of_staff)
    }

    /// The name that the Médiacentre tells.
    fn told_name(&self) -> Option<&str> {
        self.sign_on.as_ref().and_then(|sign_on| sign_on.name.as_deref())
    }

    /// Saying what was done before, if that is so: the address can be written by anybody. Nothing is told where nobody is signed in; what was
    /// answered about the Médiacentre, where it `opens` the account, or does not, as told.
    pub(crate) fn done(self, claimed: Option<DoneOnTheWay>, opens: Option<bool>) -> Self {
        let is_so = |done: &DoneOnTheWay| match done {
            DoneOnTheWay::MediacentreAdded => opens == Some(true),
            DoneOnTheWay::MediacentreDeclined => opens == Some(false),
            DoneOnTheWay::PasswordChosen | DoneOnTheWay::RecoveryCodeUsed => opens.is_some(),
        };
        Self { done: claimed.filter(is_so).map(DoneOnTheWay::told), ..self }
    }

    /// Saying that somebody has just signed out, where nobody is signed in.
    pub(crate) fn left(self, has_left: bool) -> Self {
        if has_left && self.signed_in.is_none() { Self { done: Some(LEFT), ..self } } else { self }
    }

    /// After the sign-on that waited was added to the account.
    pub(crate) fn after_adding(mut self) -> Self {
        self.sign_on = None;
        if let Step::Joined { by_mediacentre, mediacentre, .. } = &mut self.step {
            (*by_mediacentre, *mediacentre) = (true, Offer::Nothing);
        }
        self
    }

    /// With something that is not about one field.
    pub(crate) fn alerting(self, alert: impl Into<String>) -> Self {
        Self { alert: Some(alert.into()), ..self }
    }
}

/// The forms of a new account: with a user name, and with an address, empty but for `email`.
fn account_forms(email: &str) -> (Form, Form) {
    let email = Field::email("email", "Adresse e-mail").value(email);
    (Form::new("new", [password()]), Form::new("mail", [email, password()]))
}

fn password() -> Field {
    let hint = rentree_identity::PasswordRules::Pupil.hint();
    Field::password("password", "Mot de passe").hint(hint).autocomplete("new-password")
}

impl SignOnView {
    fn of(sign_on: &SignOn) -> Self {
        let name = sign_on.names().map(|(first_name, last_name)| format!("{first_name} {last_name}"));
        Self { name, is_of_staff: sign_on.is_of_staff() }
    }
}

impl Step {
    /// Which of the three steps of joining it is, after the code; none where the pupil is known, or nothing can be done.
    fn place(&self) -> Option<&'static str> {
        match self {
            Self::Identify { .. } | Self::Ask { .. } | Self::SeeTeacher { .. } => Some("Étape 2 sur 3 : qui vous êtes"),
            Self::NewAccount(_) | Self::NewByMediacentre { .. } | Self::HasAccount { .. } => {
                Some("Étape 3 sur 3 : votre compte")
            }
            Self::Closed(_) | Self::OutsideLesson | Self::Join { .. } | Self::Left { .. } | Self::Joined { .. } => None,
        }
    }

    /// An account is to begin for `pupil`, by the sign-on that waits.
    pub(crate) fn new_by_mediacentre(visit: &Visit, pupil: &Pupil, identity: IdentityFields) -> Self {
        let other_level = visit.is_of_another_level(pupil);
        Self::NewByMediacentre { first_name: pupil.entry.first_name.clone(), other_level, identity }
    }

    /// Whether it is `pupil` who typed `identity`.
    pub(crate) fn ask(pupil: &Pupil, doubt: Doubt, identity: IdentityFields) -> Self {
        let entry = &pupil.entry;
        Self::Ask {
            learner: pupil.learner.id,
            first_name: entry.first_name.clone(),
            last_name: entry.last_name.clone(),
            division: entry.division.clone(),
            doubt,
            identity: IdentityFields { asked: String::new(), answer: Answer::None, ..identity },
        }
    }

    /// With what was sent, or taken back, if the pupil is in.
    pub(crate) fn after(mut self, part: Option<&Participation>) -> Self {
        if let (Self::Joined { sent, taken_back, .. }, Some(part)) = (&mut self, part) {
            *sent = part.latest_sent();
            *taken_back = part.taken_back.last().filter(|_| part.sent_at.is_none()).map(|one| one.at);
        }
        self
    }

    /// The pupil has the account of `owner`.
    pub(crate) fn has_account(owner: &Owner, elsewhere: bool, identity: IdentityFields) -> Self {
        let hints = owner.methods.iter().cloned().map(|(method, masked)| MethodHint { method, masked });
        Self::HasAccount { methods: hints.collect(), elsewhere, by_mail: owner.is_reached_by_mail(), identity }
    }
}

impl NewAccount {
    /// The forms of `pupil`, empty but for `email`.
    pub(crate) fn new(
        pupil: &Pupil,
        user_name: &UserName,
        may_use_email: bool,
        identity: IdentityFields,
        email: &str,
    ) -> Self {
        let (by_name, by_email) = account_forms(email);
        Self {
            user_name: user_name.to_string(),
            may_use_email,
            level: pupil.entry.mef.as_deref().and_then(Level::of_mef),
            first_name: pupil.entry.first_name.clone(),
            identity,
            by_name,
            by_email,
        }
    }

    /// The forms of a pupil who was invented for a trial.
    pub(crate) fn invented(first_name: &str, user_name: &str) -> Self {
        Self {
            user_name: user_name.to_owned(),
            may_use_email: false,
            level: None,
            first_name: first_name.to_owned(),
            identity: IdentityFields::default(),
            // Browsers would offer to keep it, in place of the teacher's own.
            by_name: Form::new("new", [password().autocomplete("off")]),
            by_email: Form::new("mail", []),
        }
    }
}
