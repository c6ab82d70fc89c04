//! Undo the last import: the list is again what it was before.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::import::{ImportState, Tidy};
use rentree_http::{ConfirmView, Face, Input, Problem, authorise_beside, parse_uai};
use rentree_table::{Applied, AuditAction, Outcome, Role};
use rentree_web::{Section, french};
use tokio::join;

use super::location;
use super::settle::{ImportPath, Nothing, too_late};
use super::words;
use crate::Learners;

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

    let path = location(uai, id);
    let view = ConfirmView {
        frame: visitor.frame("Confirmer", uai, &visitor.school, Section::Imports),
        csrf: visitor.csrf.clone(),
        title: format!("Annuler l’import du {} ?", french::day_and_time(&import.requested_at)),
        consequences: consequences(&import.outcome, visitor.school.unchanged.as_ref()),
        action: format!("{path}/undo"),
        button: "Annuler cet import",
        hidden: None,
        choice: None,
        back: ("Revenir à l’import", path),
    };
    face.render(StatusCode::OK, &view)
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
    let first = "La liste des élèves redevient ce qu’elle était avant cet import.".to_owned();
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
    input: Input<Nothing>,
) -> Result<Response, Problem> {
    let (uai, id, import, visitor) = app.administered(&uai, &id, &headers, &input).await?;

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
    use rentree_domain::import::Counts;

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
