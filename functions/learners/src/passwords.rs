//! Temporary passwords for one pupil, several, or a class. A browser is asked first, and shown the answer once; a program is answered in
//! place. Nothing keeps the passwords in clear, and who loses them hands out new ones.

mod back;
pub(crate) mod confirm;
pub(crate) mod due;
mod errand;
pub(crate) mod hand_out;
mod sealed;
pub(crate) mod view;

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use rentree_domain::{ByLevel, HandOutId, LearnerId, ListedPupil, Listing, Uai};
use rentree_http::{Face, Input, Problem, Visitor, authorise};
use rentree_runtime::several;
use rentree_table::{AuditAction, Role, School};
use rentree_web::french;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Learners;
use back::list_path;
use due::Unserved;
use errand::Errand;
use hand_out::{Chosen, Standing};
use view::{Answer, HandedOutView, Sheet};

/// The most pupils at a time: a class, and then some.
const MOST: usize = 100;
/// Reads at a time.
const READS_AT_ONCE: usize = 8;
/// Passwords at a time. A hash takes 19 MiB and a processor; while one is stored, another is hashed.
const PASSWORDS_AT_ONCE: usize = 3;
/// What is said of it when nobody was ticked, and how to mend it.
const NOBODY: (&str, &str) =
    ("Aucun élève n’est sélectionné", "Cochez au moins un élève de la liste, puis recommencez.");

/// Whose passwords: chosen pupils, or a whole class.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "HandOutFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The chosen pupils, at most 100.
    learners: Vec<String>,
    /// A class, all of it; then nobody is chosen one by one.
    division: String,
    /// For programs: an identifier of the client's own (a UUID). Under one, passwords are handed out once: the same again is refused.
    once: String,
}

/// `POST /schools/{uai}/learners/passwords`: the query is that of the list, to which the ways back lead.
pub(crate) async fn hand_out(
    State(app): State<Learners>,
    Errand { uai, list, headers, .. }: Errand,
    face: Face,
    sheet: Option<Sheet>,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
    visitor.check_meant(&input.proof)?;
    let back = list.asking(&list_path(uai));
    let Some(wanted) = Wanted::read(&input.fields, &back)? else {
        return match face {
            Face::Page => Box::pin(app.list_again(uai, &visitor, list, NOBODY)).await,
            Face::Json => Err(Problem::badly_chosen(NOBODY.0, NOBODY.1)),
        };
    };
    let once = read_once(&input.fields)?;

    let listed = app.table.with_listing(uai, visitor.school.clone()).await?;
    let (school, listing) = listed.ok_or_else(Problem::not_found)?;
    let chosen: Vec<LearnerId> = wanted.choose(&listing, &back)?.into_iter().map(|pupil| pupil.id).collect();
    if face == Face::Page {
        return app.ask(uai, &visitor, chosen, &list).await;
    }

    let chosen = app.chosen(uai, &school, &chosen).await?;
    if let Some(id) = once {
        app.begin_once(uai, id, &visitor).await?;
    }
    let answer = app.hand_out_to(uai, &visitor, chosen).await?;
    if let Some(id) = once {
        app.end_once(uai, id, &answer, None).await;
    }

    HandedOutView::new(&app, &visitor, (uai, &school), answer, list).answer(face, sheet)
}

/// The client's own identifier, if it gave one.
fn read_once(fields: &Fields) -> Result<Option<HandOutId>, Problem> {
    if fields.once.is_empty() {
        return Ok(None);
    }
    let unreadable = |_| Problem::bad_request("« once » est un UUID, en minuscules et avec ses tirets.");
    fields.once.parse().map(Some).map_err(unreadable)
}

/// Who is to get a password, and who is not.
type Sorted = (Vec<(Chosen, Standing)>, Vec<(Chosen, Unserved)>);

/// Whose passwords, read.
enum Wanted {
    Class(String),
    Learners(BTreeSet<LearnerId>),
}

impl Wanted {
    /// `None`, when nobody is chosen; too many lead `back`.
    fn read(fields: &Fields, back: &str) -> Result<Option<Self>, Problem> {
        if !fields.division.is_empty() {
            return Ok(Some(Self::Class(fields.division.clone())));
        }
        let ids: BTreeSet<LearnerId> =
            fields.learners.iter().map(|id| id.parse().map_err(|_| Problem::not_found())).collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(None);
        }
        few_enough(ids.len(), back)?;
        Ok(Some(Self::Learners(ids)))
    }

    /// The pupils, by class and name. One who is not of this school, or a class that is not, is not found: nothing is done for the
    /// others either.
    fn choose<'a>(&self, listing: &'a Listing, back: &str) -> Result<Vec<&'a ListedPupil>, Problem> {
        let mut chosen: Vec<&ListedPupil> = match self {
            Self::Class(division) => listing.enrolled().filter(|pupil| pupil.division == *division).collect(),
            Self::Learners(ids) => listing.everybody().iter().filter(|pupil| ids.contains(&pupil.id)).collect(),
        };
        let is_whole = match self {
            Self::Class(_) => !chosen.is_empty(),
            Self::Learners(ids) => chosen.len() == ids.len(),
        };
        if !is_whole {
            return Err(Problem::not_found());
        }
        few_enough(chosen.len(), back)?;
        // By name they are already.
        chosen.sort_by_key(|pupil| ByLevel(&pupil.division));
        Ok(chosen)
    }
}

fn few_enough(count: usize, back: &str) -> Result<(), Problem> {
    if count <= MOST {
        return Ok(());
    }
    let detail = format!(
        "{} sont concernés, pour {MOST} au plus. Rien n’a été changé. Choisissez moins d’élèves, puis recommencez.",
        french::count(count, "élève", "élèves")
    );
    Err(Problem::badly_chosen("Trop d’élèves à la fois", detail).leading_to("Revenir aux élèves", back))
}

impl Learners {
    /// Hands passwords out to those of the chosen who may get one.
    async fn hand_out_to(&self, uai: Uai, visitor: &Visitor, chosen: Vec<Chosen>) -> Result<Answer, Problem> {
        let (due, mut unserved) = self.sort(uai, chosen).await?;
        let mut handed_out = Vec::new();
        if !due.is_empty() {
            // Before, not after: no password changes hands that the log does not tell of.
            let pupils: Vec<&Chosen> = due.iter().map(|(pupil, _)| pupil).collect();
            let entry = self.told_of(visitor, AuditAction::PasswordsHandedOut, &pupils);
            self.table.audit(uai, &entry).await?;
            let worker = self.clone();
            let results = several(due.clone(), PASSWORDS_AT_ONCE, move |(pupil, standing)| {
                let app = worker.clone();
                async move { app.hand_out(uai, &pupil, standing.epoch).await }
            });
            for ((pupil, _), result) in due.into_iter().zip(results.await) {
                match result.unwrap_or(Err(Unserved::Failed)) {
                    Ok(done) => handed_out.push((pupil, done)),
                    Err(why) => unserved.push((pupil, why)),
                }
            }
            tracing::info!(%uai, user = %visitor.user, handed_out = handed_out.len(), unserved = unserved.len(), "temporary passwords were handed out");
        }
        Ok(Answer::new(handed_out, unserved))
    }

    /// The pupils who were chosen, with the accounts that they are tied to now.
    async fn chosen(&self, uai: Uai, school: &School, chosen: &[LearnerId]) -> Result<Vec<Chosen>, Problem> {
        let mut stored = self.table.learners(uai, chosen.iter().copied()).await?;
        let seen = chosen.iter().map(|id| {
            let learner = stored.remove(id)?;
            let seen = learner.visible(school.roster_version)?;
            let (entry, is_enrolled) = (seen.entry.clone(), seen.active);
            Some(Chosen { id: learner.id, entry, user: learner.user, is_enrolled })
        });
        // Of whom nothing is kept that the list showed: two imports have succeeded since it was read.
        seen.collect::<Option<_>>().ok_or_else(Problem::not_found)
    }

    /// Those who are to get a password, with how their account stands, and those who are not.
    async fn sort(&self, uai: Uai, chosen: Vec<Chosen>) -> Result<Sorted, Problem> {
        let looks = several(chosen.clone(), READS_AT_ONCE, |pupil| {
            let app = self.clone();
            async move { app.due(uai, &pupil).await }
        });
        let (mut due, mut unserved) = (Vec::new(), Vec::new());
        for (pupil, look) in chosen.into_iter().zip(looks.await) {
            match look {
                Some(Ok(Ok(standing))) => due.push((pupil, standing)),
                Some(Ok(Err(why))) => unserved.push((pupil, why)),
                Some(Err(error)) => return Err(error.into()),
                None => unserved.push((pupil, Unserved::Failed)),
            }
        }
        Ok((due, unserved))
    }
}
