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
use crate::list::Filter;
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
    let wanted = match Wanted::read(&input.fields) {
        Ok(wanted) => wanted,
        Err(why) => return app.not_chosen(uai, &visitor, (face, list), why).await,
    };
    let once = read_once(&input.fields)?;

    let listed = app.table.with_listing(uai, visitor.school.clone()).await?;
    let (school, listing) = listed.ok_or_else(Problem::not_found)?;
    let chosen: Vec<LearnerId> = match wanted.choose(&listing) {
        Ok(chosen) => chosen.into_iter().map(|pupil| pupil.id).collect(),
        Err(why) => return app.not_chosen(uai, &visitor, (face, list), why).await,
    };
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

/// Why nobody is handed a password of those who were chosen.
enum NotChosen {
    /// A pupil, or a class, that the school does not have.
    Unknown,
    /// Nobody, or too many: what is wrong, and how to mend it.
    Badly(&'static str, String),
}

impl Wanted {
    fn read(fields: &Fields) -> Result<Self, NotChosen> {
        if !fields.division.is_empty() {
            return Ok(Self::Class(fields.division.clone()));
        }
        let ids: BTreeSet<LearnerId> =
            fields.learners.iter().map(|id| id.parse().map_err(|_| NotChosen::Unknown)).collect::<Result<_, _>>()?;
        match ids.len() {
            0 => Err(NotChosen::nobody()),
            count if count > MOST => Err(NotChosen::too_many_ticked(count)),
            _ => Ok(Self::Learners(ids)),
        }
    }

    /// The pupils, by class and name. One who is not of this school, or a class that is not, is not found: nothing is done for the
    /// others either.
    fn choose<'a>(&self, listing: &'a Listing) -> Result<Vec<&'a ListedPupil>, NotChosen> {
        let mut chosen: Vec<&ListedPupil> = match self {
            Self::Class(division) => listing.enrolled().filter(|pupil| pupil.division == *division).collect(),
            Self::Learners(ids) => listing.everybody().iter().filter(|pupil| ids.contains(&pupil.id)).collect(),
        };
        let is_whole = match self {
            Self::Class(_) => !chosen.is_empty(),
            Self::Learners(ids) => chosen.len() == ids.len(),
        };
        if !is_whole {
            return Err(NotChosen::Unknown);
        }
        if let Self::Class(division) = self
            && chosen.len() > MOST
        {
            return Err(NotChosen::too_large(division, chosen.len()));
        }
        // By name they are already.
        chosen.sort_by_key(|pupil| ByLevel(&pupil.division));
        Ok(chosen)
    }
}

impl NotChosen {
    fn nobody() -> Self {
        let detail = "Cochez au moins un élève de la liste, puis recommencez.";
        Self::Badly("Aucun élève n’est sélectionné", detail.to_owned())
    }

    fn too_many_ticked(count: usize) -> Self {
        let ticked = french::count(count, "élève est coché", "élèves sont cochés");
        Self::too_many(&ticked, "Filtrez la liste par classe, puis distribuez les mots de passe classe par classe.")
    }

    fn too_large(division: &str, count: usize) -> Self {
        let has = format!("La classe {division} a {}", french::count(count, "élève", "élèves"));
        Self::too_many(
            &has,
            "Cochez les élèves de la liste page par page, et distribuez les mots de passe à chaque page.",
        )
    }

    fn too_many(counted: &str, advice: &str) -> Self {
        let detail = format!("{counted}, pour {MOST} au plus à la fois. Rien n’a été changé. {advice}");
        Self::Badly("Trop d’élèves à la fois", detail)
    }
}

impl Learners {
    /// What is answered then: to a browser the `list` again, as it was filtered, with what is wrong above it.
    async fn not_chosen(
        &self,
        uai: Uai,
        visitor: &Visitor,
        (face, list): (Face, Filter),
        why: NotChosen,
    ) -> Result<Response, Problem> {
        let NotChosen::Badly(title, detail) = why else { return Err(Problem::not_found()) };
        match face {
            Face::Page => Box::pin(self.list_again(uai, visitor, list, (title, detail))).await,
            Face::Json => Err(Problem::badly_chosen(title, detail)),
        }
    }

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
