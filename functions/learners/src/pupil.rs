//! A pupil's page: who they are, what they did, how they sign in, and what staff can do about it.

pub(crate) mod code_fields;
pub(crate) mod mediacentre;
mod of_pupil;
pub(crate) mod personal_code;
pub(crate) mod sign_in_code;
mod told;
pub(crate) mod unblock;
pub(crate) mod untie;
pub(crate) mod user_name;
mod year;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::{FormId, LearnerId, Method, Uai, UserId, UserName};
use rentree_http::{Asked, Face, Problem, Visitor, authorise_beside};
use rentree_table::{AsOf, AuditAction, AuditEntry, Role, User};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Learners;
use crate::account::Lock;
use crate::list::Filter;
use crate::passwords::due::{Looked, Unserved, due};
use crate::passwords::hand_out::Chosen;
use of_pupil::OfPupil;
use told::told;
use year::YearView;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "pupil.html")]
pub(crate) struct PupilView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    done: Option<String>,
    /// What the forms that show a code send with it, so that a page that is sent again shows the same.
    once: FormId,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    id: LearnerId,
    last_name: String,
    /// Nom d'usage.
    usage_name: Option<String>,
    /// All given names, in their order.
    first_names: Vec<String>,
    division: String,
    birth_date: Date,
    /// Whether the pupil is in the school still.
    is_enrolled: bool,
    /// Campaigns and certifications.
    year: YearView,
    /// `null` for who has joined no campaign yet.
    account: Option<AccountView>,
    /// Until when nobody joins by the names of this pupil, who has no account yet: too many birth dates were tried. A personal code lets the
    /// pupil in at once. `null` where the pupil is not held up.
    held_up_until: Option<Timestamp>,
    actions: Actions,
    /// The list that led here.
    #[serde(skip)]
    list: Filter,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PupilAccount")]
struct AccountView {
    /// How its owner signs in.
    methods: Vec<MethodRow>,
    /// Since when it is this pupil's.
    tied_at: Option<Timestamp>,
    /// Until when a password that staff gave, and that was not changed yet, lets its owner in.
    temporary_password_until: Option<Timestamp>,
    /// Whether that is over: another one is to be handed out.
    temporary_password_is_over: bool,
    /// Whether sign-in is locked.
    lock: Option<Lock>,
    /// Whether it is a pupil's alone. Nobody but its owner changes the account of staff.
    is_of_pupil_alone: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PupilMethod")]
struct MethodRow {
    method: Method,
    /// Of Médiacentre: when it was used last, noted once a month.
    used_at: Option<Timestamp>,
    /// The user name in clear, which staff tell pupils who forgot it; an e-mail address masked; nothing of Médiacentre.
    shown: Option<String>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PupilActions")]
struct Actions {
    hand_out: bool,
    give_user_name: bool,
    unblock: bool,
    /// Unblock who has no account yet: tries to join by their name may have been too many.
    allow_tries: bool,
    /// Show a code that signs in: during a lesson, which is under way then.
    show_sign_in_code: bool,
    /// Give who has no account yet a code that stands for names and birth date.
    give_personal_code: bool,
    untie: bool,
    /// Take the Médiacentre off the account.
    remove_mediacentre: bool,
}

/// What was just done.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Done {
    /// What the page tells that was just done.
    done: String,
}

/// `GET /schools/{uai}/learners/{learner}`
pub(crate) async fn page(
    State(app): State<Learners>,
    Asked(done): Asked<Done>,
    OfPupil { uai, id, list, headers }: OfPupil,
    face: Face,
) -> Result<Response, Problem> {
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, id).await?;

    let account = async {
        let Some(user) = pupil.user else { return Ok(None) };
        let (looked, tie) = tokio::try_join!(app.look(uai, user), app.table.tie_of(user, uai))?;
        let Some((_, looked)) = looked else { return Ok(None) };
        let locked = app.locked([&looked.account.methods], AsOf::Now).await?;
        Ok(Some((Lock::of(&looked.account.methods, &locked), tie.map(|tie| tie.tied_at), looked)))
    };
    let held_up = app.held_up_until(uai, &pupil, visitor.at);
    let (account, held_up_until, year) = tokio::try_join!(account, held_up, app.year_of(uai, &visitor, pupil.id))?;

    let of_account = account.as_ref().map(|(lock, _, looked)| (looked, lock.is_some()));
    let actions = actions(&pupil, of_account, (visitor.at, year.is_in_lesson));
    let account = account.map(|(lock, tied_at, looked)| AccountView::new(lock, tied_at, &looked, visitor.at));
    let entry = pupil.entry;
    let view = PupilView {
        frame: visitor.frame("Fiche élève", uai, &visitor.school, Section::Learners),
        csrf: visitor.csrf.clone(),
        done: told(&done.done, &entry.full_name(), account.as_ref(), held_up_until.is_some()),
        once: FormId::new(visitor.at, rentree_runtime::random()),
        uai,
        id: pupil.id,
        last_name: entry.last_name,
        usage_name: entry.usage_name,
        first_names: std::iter::once(entry.first_name).chain(entry.second_name).chain(entry.third_name).collect(),
        division: entry.division,
        birth_date: entry.birth_date,
        is_enrolled: pupil.is_enrolled,
        year,
        account,
        held_up_until,
        actions,
        list,
    };
    face.render(StatusCode::OK, &view)
}

/// What can be done for a pupil, with the account `looked` at and whether it is locked.
fn actions(pupil: &Chosen, account: Option<(&Looked, bool)>, (now, is_in_lesson): (Timestamp, bool)) -> Actions {
    let looked = account.map(|(looked, _)| looked);
    let may_act = pupil.is_enrolled && looked.is_some_and(Looked::is_of_pupil_alone);
    Actions {
        hand_out: due(pupil.is_enrolled, looked).is_ok(),
        give_user_name: may_act && looked.is_some_and(|looked| looked.account.methods.user_name.is_none()),
        unblock: may_act && account.is_some_and(|(_, is_locked)| is_locked),
        show_sign_in_code: may_act && is_in_lesson && looked.is_some_and(|it| it.account.may_be_opened_by_a_code()),
        allow_tries: pupil.is_enrolled && pupil.user.is_none(),
        give_personal_code: pupil.is_enrolled && pupil.user.is_none(),
        untie: pupil.user.is_some(),
        remove_mediacentre: may_act
            && looked.is_some_and(|looked| looked.account.methods.has(Method::Mediacentre, now)),
    }
}

impl Learners {
    /// Who visits, a member of the team at least, and the pupil of the path as readers see it, in the school or not any more.
    async fn visitor_and_pupil(
        &self,
        headers: &HeaderMap,
        uai: Uai,
        id: Option<LearnerId>,
    ) -> Result<(Visitor, Chosen), Problem> {
        let learner = async {
            match id {
                Some(id) => Ok(self.table.learner(uai, id).await?),
                None => Ok(None),
            }
        };
        let (table, now) = (&self.table, (self.clock)());
        let (visitor, learner) = authorise_beside(table, headers, uai, Role::Member, now, learner).await?;
        let (id, learner) = id.zip(learner).ok_or_else(Problem::not_found)?;
        let seen = learner.visible(visitor.school.roster_version).ok_or_else(Problem::not_found)?;
        let pupil = Chosen { id, entry: seen.entry.clone(), user: learner.user, is_enrolled: seen.active };
        Ok((visitor, pupil))
    }

    /// Until when a pupil without an account is held up, if so.
    async fn held_up_until(&self, uai: Uai, pupil: &Chosen, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        if pupil.user.is_some() || !pupil.is_enrolled {
            return Ok(None);
        }
        let held_up = self.table.held_up(uai, now).await?;
        Ok(held_up.into_iter().find(|(id, _)| *id == pupil.id).map(|(_, guessed)| guessed.until()))
    }

    /// The account of a pupil, if staff may act on it; else what they are told, with a way back to the page that `list` led to.
    async fn account_to_act_on(&self, uai: Uai, pupil: &Chosen, list: &Filter) -> Result<(UserId, User), Problem> {
        let told = |why: Unserved| refused(uai, pupil.id, list, why.told());
        if !pupil.is_enrolled {
            return Err(told(Unserved::Left));
        }
        let id = pupil.user.ok_or_else(|| told(Unserved::NoAccount))?;
        let (user, looked) = self.look(uai, id).await?.ok_or_else(|| told(Unserved::NoAccount))?;
        if looked.is_of_pupil_alone() { Ok((id, user)) } else { Err(told(Unserved::Staff)) }
    }

    /// What the log says of something done to `pupils`: how many, and of which class; never a name.
    pub(crate) fn told_of(&self, visitor: &Visitor, action: AuditAction, pupils: &[&Chosen]) -> AuditEntry {
        let entry = AuditEntry::new((self.clock)(), rentree_runtime::random(), visitor.user, &visitor.name, action);
        let mut divisions: Vec<&str> = pupils.iter().map(|pupil| pupil.entry.division.as_str()).collect();
        divisions.sort_unstable();
        divisions.dedup();
        let classes = match divisions.as_slice() {
            [division] => format!("la classe {division}"),
            several => french::count(several.len(), "classe", "classes"),
        };
        let whom = match pupils {
            [_] => "un élève".to_owned(),
            several => french::count(several.len(), "élève", "élèves"),
        };
        let entry = entry.to(format!("{whom} de {classes}"));
        if let [pupil] = pupils { entry.about(pupil.id) } else { entry }
    }
}

/// Where a pupil's page is, by itself.
fn path(uai: Uai, id: LearnerId) -> String {
    format!("/schools/{uai}/learners/{id}")
}

/// The pupil's page, whose way back leads to `list`.
pub(crate) fn page_of(uai: Uai, id: LearnerId, list: &Filter) -> String {
    list.on_page_of(None).asking(&path(uai, id))
}

/// The pupil's page after something was `done`: its way back leads to the same list as before.
fn done_at(uai: Uai, id: LearnerId, done: &str, list: &Filter) -> String {
    list.telling(done, &path(uai, id))
}

/// Why something cannot be done (any more); the way back from the pupil's page leads to the same list as before.
fn refused(uai: Uai, id: LearnerId, list: &Filter, detail: &'static str) -> Problem {
    Problem::too_late(detail).leading_to("Revenir à la fiche de l’élève", page_of(uai, id, list))
}

impl PupilView {
    /// Where the way back leads, and what the link says: the campaign or the list that led here, or, for who is in no list but theirs, the
    /// former pupils.
    fn back(&self) -> (String, &'static str) {
        if let Some(campaign) = self.list.campaign {
            return (format!("/schools/{}/campaigns/{campaign}", self.uai), "Revenir à la campagne");
        }
        let list = format!("/schools/{}/learners", self.uai);
        if !self.is_enrolled {
            return (format!("{list}/former"), "Anciens élèves");
        }
        let label = if self.list.is_blank() { "Tous les élèves" } else { "Revenir aux élèves" };
        (self.list.asking(&list), label)
    }

    /// Where a password is asked for, from where the ways back lead here.
    fn hand_out(&self) -> String {
        self.list.on_page_of(Some(self.id)).asking(&format!("/schools/{}/learners/passwords", self.uai))
    }

    /// An address below this page, which hands on what the list was asked.
    fn below(&self, what: &str) -> String {
        self.list.asking(&format!("{}/{what}", path(self.uai, self.id)))
    }
}

impl AccountView {
    fn new(lock: Option<Lock>, tied_at: Option<Timestamp>, looked: &Looked, now: Timestamp) -> Self {
        let methods = &looked.account.methods;
        let shown = |(method, masked)| MethodRow {
            method,
            used_at: methods.mediacentre.used_at(now).filter(|_| method == Method::Mediacentre),
            shown: match method {
                Method::UserName => methods.user_name.as_ref().map(UserName::to_string),
                Method::Email | Method::Mediacentre => masked,
            },
        };
        Self {
            methods: methods.masked(now).into_iter().map(shown).collect(),
            tied_at,
            temporary_password_until: looked.account.temporary_until(),
            temporary_password_is_over: looked.account.temporary_until().is_some_and(|until| until <= now),
            lock,
            is_of_pupil_alone: looked.is_of_pupil_alone(),
        }
    }
}
