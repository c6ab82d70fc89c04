//! Undo the last import: the list is again what it was before. An import that came since and changed nobody is forgotten with it: whoever
//! was not shown it is asked again.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::import::{ImportState, Tidy};
use rentree_domain::{ImportId, Uai};
use rentree_http::{ConfirmView, Face, Input, Problem, Visitor, authorise_beside, parse_uai};
use rentree_table::{Applied, AuditAction, Import, Outcome, Role};
use rentree_web::{Section, french};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::join;

use super::location;
use super::settle::{ImportPath, too_late};
use super::words;
use crate::Learners;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "UndoFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The last import that was shown, which may have changed nobody and be forgotten with this one. If another one came since, nothing is
    /// undone; without it, none is looked for.
    last_shown: Option<ImportId>,
}

/// `GET /schools/{uai}/imports/{import}/undo`
pub(crate) async fn ask(
    State(app): State<Learners>,
    Path((uai, id)): ImportPath,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (now, found) = ((app.clock)(), app.import(uai, &id));
    let (visitor, (id, import)) = authorise_beside(&app.table, &headers, uai, Role::Administrator, now, found).await?;
    if !visitor.school.can_undo(id, &import, now) {
        return Err(too_late(uai, id));
    }

    face.render(StatusCode::OK, &asked(&visitor, uai, (id, &import), None))
}

/// The page that asks, of an import that can be undone; again, with an `alert`, if what it said is not the whole of it any more.
fn asked(visitor: &Visitor, uai: Uai, (id, import): (ImportId, &Import), alert: Option<String>) -> ConfirmView {
    let path = location(uai, id);
    let since = visitor.school.unchanged.as_ref();
    ConfirmView {
        frame: visitor.frame("Confirmer", uai, &visitor.school, Section::Imports),
        csrf: visitor.csrf.clone(),
        alert,
        title: format!("Annuler l’import du {} ?", french::day_and_second(&import.requested_at)),
        consequences: consequences(&import.outcome, since),
        action: format!("{path}/undo"),
        button: "Annuler cet import",
        hidden: Some(("last_shown", since.map_or(id, |since| since.import).to_string())),
        choice: None,
        back: ("Revenir à l’import", path),
    }
}

/// The import that undoing would forget, too, and that whoever was shown `last_shown` as the last one has not read of.
fn unread(since: Option<&Applied>, last_shown: Option<ImportId>) -> Option<&Applied> {
    let last_shown = last_shown?;
    since.filter(|since| since.import != last_shown)
}

/// What came since the page was shown.
fn told(unread: &Applied) -> String {
    format!(
        "Rien n’a été annulé\u{a0}: un autre import a été appliqué entre-temps, le {}, demandé par {}. Cette annulation vaudrait aussi pour \
         lui\u{a0}: relisez ce qui suit avant de confirmer.",
        french::day_and_time(&unread.at),
        unread.by
    )
}

/// What becomes of those whom the import changed, and of the file that came `since` and changed nobody.
fn consequences(outcome: &Outcome, since: Option<&Applied>) -> Vec<String> {
    let counts = outcome.counts;
    let told = [
        (counts.added, "élève ajouté ne sera plus dans la liste", "élèves ajoutés ne seront plus dans la liste"),
        (counts.deactivated, "élève désactivé y reviendra", "élèves désactivés y reviendront"),
        (counts.reactivated, "élève réactivé en repartira", "élèves réactivés en repartiront"),
    ];
    let told = told.into_iter().filter(|(number, ..)| *number > 0);
    let told = told.map(|(number, one, several)| format!("{}.", french::count(number, one, several)));
    let import = outcome
        .file_name
        .as_ref()
        .map_or_else(|| "cet import".to_owned(), |name| format!("l’import du fichier «\u{a0}{}\u{a0}»", name.as_str()));
    let first = format!("La liste des élèves redevient ce qu’elle était avant {import}.");
    let since = since.map(|since| {
        let at = french::day_and_time(&since.at);
        format!("L’import appliqué depuis, le {at}, n’avait rien changé\u{a0}: la liste ne correspondra plus à son fichier non plus.")
    });
    std::iter::once(first).chain(told).chain(given_back(outcome)).chain(since).chain([kept(outcome)]).collect()
}

/// What stays: accounts and results. Whom the import added and who has an account by now is kept as somebody who is not in the list.
fn kept(outcome: &Outcome) -> String {
    let kept = "Les comptes et les résultats des élèves qui ont déjà rejoint une campagne sont conservés";
    match outcome.counts.added {
        0 => format!("{kept}."),
        _ => format!("{kept}\u{a0}; ceux d’entre eux que cet import avait ajoutés seront parmi les anciens élèves."),
    }
}

/// What modified pupils get back: the fields that the import changed, and no others.
fn given_back(outcome: &Outcome) -> Option<String> {
    let modified = outcome.counts.modified;
    let fields: Vec<&str> = words::fields(&outcome.modified_fields).into_iter().map(|(name, _)| name).collect();
    let which = if fields.is_empty() { String::new() } else { format!("\u{a0}: {}", fields.join(", ")) };
    let one = "élève retrouvera ce que sa fiche disait avant";
    let several = "élèves retrouveront ce que leur fiche disait avant";
    let told = french::count(modified, one, several);
    (modified > 0).then(|| format!("{told}{which}."))
}

/// `POST /schools/{uai}/imports/{import}/undo`
pub(crate) async fn undo(
    State(app): State<Learners>,
    Path((uai, id)): ImportPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let (uai, id, import, visitor) = app.administered(&uai, &id, &headers, &input).await?;
    // Whoever clicks twice, or too late, is told of that first.
    if visitor.school.can_undo(id, &import, (app.clock)())
        && let Some(unread) = unread(visitor.school.unchanged.as_ref(), input.fields.last_shown)
    {
        let alert = told(unread);
        let problem =
            Problem::too_late(alert.as_str()).leading_to("Voir cet autre import", location(uai, unread.import));
        return face.again(problem, &asked(&visitor, uai, (id, &import), Some(alert)));
    }

    let entry = app.entry(&visitor, AuditAction::ImportUndone).of_import(id);
    if let Err(error) = app.table.undo_import(uai, (id, &import, &visitor.school), &entry, entry.at).await {
        return app.settled(uai, id, error, ImportState::Undone, face).await;
    }
    let tidy = Tidy { uai, id, first_sent_at: Some((app.clock)()) };
    let (ordered, answer) = join!(app.tell_worker(&tidy), app.answer(uai, id, &visitor, face));
    // It is undone: should the message be lost, the next import tidies up.
    if ordered.is_err() {
        tracing::error!(%uai, import = %id, "the worker was not told to tidy up after an undo");
    }

    answer
}

#[cfg(test)]
mod tests {
    use rentree_domain::import::{Counts, FileName};

    use super::*;

    #[test]
    fn modified_pupils_get_back_what_was_changed_and_nothing_else() {
        let modified = |count, fields: &[&str]| Outcome {
            counts: Counts { modified: count, ..Counts::default() },
            modified_fields: fields.iter().map(|name| ((*name).to_owned(), 1)).collect(),
            ..Outcome::default()
        };
        let told = |count, fields: &[&str]| given_back(&modified(count, fields));
        let one = "1 élève retrouvera ce que sa fiche disait avant\u{a0}: nom de famille.";
        assert_eq!(told(1, &["last_name"]).as_deref(), Some(one));
        let several = "2 élèves retrouveront ce que leur fiche disait avant\u{a0}: classe, commune de naissance, pays de naissance, ville de naissance.";
        assert_eq!(told(2, &["birth_commune", "birth_country", "birth_town", "division"]).as_deref(), Some(several));
        let unknown = "2 élèves retrouveront ce que leur fiche disait avant.";
        assert_eq!(told(2, &[]).as_deref(), Some(unknown));
        assert_eq!(told(0, &[]), None);
    }

    #[test]
    fn only_an_import_that_was_not_shown_asks_again() {
        let at = "2026-09-01T08:00:00Z".parse().unwrap();
        let [one, other] = [1, 2].map(|byte| ImportId::new(at, [byte; 10]));
        let since =
            Applied { import: other, at, by: "Dominique".to_owned(), dated: rentree_domain::import::Dated::default() };
        assert_eq!(unread(None, Some(one)), None);
        assert_eq!(unread(Some(&since), Some(other)), None);
        assert_eq!(unread(Some(&since), None), None, "a program that does not say what it was shown");
        assert_eq!(unread(Some(&since), Some(one)), Some(&since));
    }

    #[test]
    fn an_import_is_named_by_its_file() {
        let told = |file_name| consequences(&Outcome { file_name, ..Outcome::default() }, None).remove(0);
        assert!(told(None).ends_with(" avant cet import."));
        let named = told(FileName::parse("eleves.xml"));
        assert!(named.ends_with(" avant l’import du fichier «\u{a0}eleves.xml\u{a0}»."), "{named}");
    }

    #[test]
    fn who_has_joined_and_would_leave_the_list_is_told_about() {
        let last = |counts| {
            let told = consequences(&Outcome { counts, ..Outcome::default() }, None);
            told.last().cloned().unwrap_or_default()
        };
        let kept = "Les comptes et les résultats des élèves qui ont déjà rejoint une campagne sont conservés";
        let former = "ceux d’entre eux que cet import avait ajoutés seront parmi les anciens élèves.";
        assert_eq!(last(Counts { added: 300, ..Counts::default() }), format!("{kept}\u{a0}; {former}"));
        assert_eq!(last(Counts { modified: 3, ..Counts::default() }), format!("{kept}."));
    }
}
