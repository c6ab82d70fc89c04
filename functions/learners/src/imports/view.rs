//! An import, as people and programs see it.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;
use rentree_domain::import::{BrakeReason, Counts, Dated, FileName, ImportState, Progress};
use rentree_domain::{ImportId, Uai};
use rentree_http::{Face, Visitor};
use rentree_table::{Cost, Import, ImportOptions, NEVER_RECEIVED, Refused, ReportLine, School};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::Serialize;

use super::ended::{Ended, Later, ended, later};
use super::words::{self, Tense};
use super::{group, location};
use crate::Learners;
use crate::upload::{Afterwards, Upload};

/// An import.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "import.html")]
pub(crate) struct ImportView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    uai: String,
    id: ImportId,
    state: ImportState,
    requested_by: String,
    requested_at: Timestamp,
    options: ImportOptions,
    /// What the school calls the file.
    file_name: Option<FileName>,
    format: Option<String>,
    refused: Option<Refused>,
    brake: Vec<BrakeReason>,
    counts: Counts,
    modified_fields: BTreeMap<String, usize>,
    /// How many problems the report lists.
    problems: usize,
    /// How many remarks it lists, on pupils who are imported.
    remarks: usize,
    report: Report,
    dated: Dated,
    cost: Cost,
    /// How far it is, while pupils are written.
    progress: Option<ProgressView>,
    /// How to send the file, while it is awaited and the form holds.
    upload: Option<Upload>,
    /// How it ended, unless it succeeded, and holds, or failed.
    ended: Option<Ended>,
    /// The import that was applied since, if another one was; one that changed nobody is none.
    later: Option<Later>,
    actions: Actions,
    /// Pupils of the file without an error.
    #[serde(skip)]
    importable: usize,
    /// The report, as the page shows it.
    #[serde(skip)]
    sections: Vec<group::Section>,
    /// The file was sent, says the browser; the worker has not seen it yet.
    #[serde(skip)]
    sent: bool,
    /// When the form ended, if it has, and a file may still be on its way.
    #[serde(skip)]
    form_ended_at: Option<Timestamp>,
    /// The roster is another one than the changes were worked out for.
    #[serde(skip)]
    has_moved: bool,
}

/// One page of the report.
#[derive(Serialize, Default, JsonSchema)]
pub(crate) struct Report {
    pub(crate) page: u32,
    pub(crate) pages: u32,
    pub(crate) lines: Vec<ReportLine>,
}

/// How far an import is.
#[derive(Serialize, Clone, Copy, JsonSchema)]
#[schemars(rename = "ImportProgress")]
struct ProgressView {
    /// Pupils written so far.
    written: u32,
    /// Pupils to be written in all.
    of: u32,
}

/// What the visitor may do now.
#[derive(Serialize, Clone, Copy, JsonSchema)]
struct Actions {
    confirm: bool,
    cancel: bool,
    undo: bool,
    set_aside: bool,
}

/// What a view is made of, besides the import itself.
pub(crate) struct Context<'a> {
    pub(crate) uai: Uai,
    pub(crate) school: &'a School,
    pub(crate) visitor: &'a Visitor,
    pub(crate) face: Face,
    pub(crate) report: Report,
    /// The whole report, for the page.
    pub(crate) lines: Vec<ReportLine>,
    /// How it ended with the import before it, if it did.
    pub(crate) undone_with: Option<Ended>,
    pub(crate) sent: bool,
}

impl ImportView {
    pub(crate) fn new(app: &Learners, context: Context<'_>, id: ImportId, import: Import) -> Self {
        let Context { uai, school, visitor, face, report, lines, undone_with, sent } = context;
        let now = (app.clock)();
        let state = import.state_at(now);
        let may = visitor.is_administrator();
        let follow = location(uai, id);
        let upload = (state == ImportState::AwaitingUpload && may && !sent).then(|| {
            let afterwards = match face {
                Face::Page => Afterwards::Redirect(format!("{}{follow}?sent=1&wait=20", app.config.origin)),
                Face::Json => Afterwards::Created,
            };
            app.signer.sign(&import.object_key, import.requested_at, afterwards)
        });
        // Nobody is offered a form that the bucket refuses.
        let form_ended_at = upload.as_ref().map(|upload| upload.expires_at).filter(|end| *end <= now);
        let upload = upload.filter(|_| form_ended_at.is_none());
        let (ended, later) = (ended(&import, now).or(undone_with), later(id, &import, school.applied.as_ref()));
        let has_moved = import.outcome.shown_for.is_some_and(|shown_for| shown_for != school.roster_version);
        let can_undo = school.can_undo(id, &import, now);
        let outcome = import.outcome;
        let progress = school.lease.filter(|lease| lease.import == id && state == ImportState::Applying);
        let progress = progress.and_then(|lease| lease.progress);
        let actions = Actions {
            confirm: may && state == ImportState::AwaitingConfirmation,
            // What is on its way is not given up by mistake.
            cancel: may
                && (state == ImportState::AwaitingConfirmation || state == ImportState::AwaitingUpload && !sent),
            undo: may && can_undo,
            set_aside: may && state == ImportState::Failed && outcome.has_others(),
        };
        let title = if may { "Importer des élèves" } else { "Import" };
        let mut frame = visitor.frame(title, uai, school, Section::Imports);
        // The page itself is about it.
        if let Some(space) = &mut frame.space {
            space.notice.take_if(|notice| notice.href == follow);
        }
        Self {
            frame,
            csrf: visitor.csrf.clone(),
            uai: uai.to_string(),
            id,
            state,
            requested_by: import.requested_by,
            requested_at: import.requested_at,
            options: import.options,
            file_name: outcome.file_name,
            format: outcome.format,
            refused: outcome.refused.or_else(|| timed_out(state, import.state)),
            brake: outcome.brake,
            counts: outcome.counts,
            modified_fields: outcome.modified_fields,
            problems: outcome.problems,
            remarks: outcome.remarks,
            report,
            dated: outcome.dated,
            cost: outcome.cost,
            progress: progress.map(|Progress { written, of }| ProgressView { written, of }),
            upload,
            ended,
            later,
            actions,
            importable: outcome.importable,
            sections: group::sections(lines),
            sent,
            form_ended_at,
            has_moved,
        }
    }

    fn location(&self) -> String {
        format!("/schools/{}/imports/{}", self.uai, self.id)
    }

    fn in_progress(&self) -> bool {
        self.sent && self.state == ImportState::AwaitingUpload
            || matches!(self.state, ImportState::Analysing | ImportState::Applying)
    }

    /// Name of the state, for scripts.
    fn state_name(&self) -> &'static str {
        self.state.as_str()
    }

    fn brake_texts(&self) -> Vec<&'static str> {
        let text = |reason: &BrakeReason| match reason {
            BrakeReason::Preview => "Vous avez demandé à voir les changements avant de les appliquer.",
            BrakeReason::FileReplaced => {
                "Le fichier a été envoyé à nouveau depuis : ce n’est plus celui qui vous a été montré."
            }
            BrakeReason::RosterMoved => {
                "La liste des élèves a changé depuis que ces changements vous ont été montrés : un autre import est passé, ou a été \
                 annulé. Voici ce que cet import ferait maintenant."
            }
            BrakeReason::DepartureWithinYear => {
                "Beaucoup d’élèves seraient désactivés en cours d’année scolaire. Le fichier contient-il bien toutes les classes de \
                 votre établissement ?"
            }
            BrakeReason::MassDeparture => {
                "Plus de la moitié des élèves actuels ne sont pas dans ce fichier et seraient désactivés. Est-ce bien le fichier \
                 de votre établissement ?"
            }
            BrakeReason::OlderSchoolYear => {
                "Ce fichier est celui d’une année scolaire antérieure à la dernière importée."
            }
            BrakeReason::OlderExport => "Ce fichier a été exporté avant le dernier fichier importé.",
        };
        self.brake.iter().map(text).collect()
    }

    /// Its numbers, with what they count.
    fn tiles(&self) -> Vec<(&'static str, usize)> {
        words::tiles(&self.counts)
    }

    /// The fields that it changes, each with how many pupils it changes it of.
    fn modified_texts(&self) -> Vec<String> {
        words::fields(&self.modified_fields).into_iter().map(words::field_of).collect()
    }

    /// Whether the brake stopped the import by itself: then confirming is not the inviting button.
    fn is_braked(&self) -> bool {
        self.brake.iter().any(|reason| *reason != BrakeReason::Preview)
    }

    /// Whether confirming it takes pupils away: then giving it up is the button that invites.
    fn is_grave(&self) -> bool {
        self.is_braked() || self.counts.deactivated > 0
    }

    /// What confirming does: `Désactiver 500 élèves, en ajouter 500 et en modifier 3`.
    fn confirm_text(&self) -> String {
        let parts = [
            ("Désactiver", "désactiver", self.counts.deactivated),
            ("Ajouter", "ajouter", self.counts.added),
            ("Réactiver", "réactiver", self.counts.reactivated),
            ("Modifier", "modifier", self.counts.modified),
        ];
        let mut said = parts.into_iter().filter(|(.., count)| *count > 0);
        let Some((verb, _, count)) = said.next() else { return "Confirmer l’import, sans changement".to_owned() };
        let first = format!("{verb} {}", french::count(count, "élève", "élèves"));
        let rest: Vec<String> = said.map(|(_, verb, count)| format!("en {verb} {}", french::number(count))).collect();
        match rest.split_last() {
            None => first,
            Some((last, [])) => format!("{first} et {last}"),
            Some((last, before)) => format!("{first}, {} et {last}", before.join(", ")),
        }
    }

    /// What importing the others does: `Importer les 275 autres, laisser 25 de côté`.
    fn set_aside_text(&self) -> String {
        let others = match self.importable {
            1 => "l’autre élève".to_owned(),
            others => format!("les {} autres", french::number(others)),
        };
        format!("Importer {others}, laisser {} de côté", french::number(self.counts.set_aside))
    }

    /// How it ended, in a word or two, and in a sentence.
    fn end_texts(&self) -> Option<(&'static str, String)> {
        // After an undo nothing but a later import makes another list: the one before cannot be undone any more. Where the later one is undone,
        // too, readers see the list of this undo again, and nothing is later.
        let is_again = if self.later.is_some() { "était redevenue" } else { "est de nouveau" };
        let done = |by: &Option<String>, at: &Timestamp| {
            let by = by.as_deref().map(|by| format!(" par {by}")).unwrap_or_default();
            format!("{by} le {}", french::day_and_time(at))
        };
        Some(match self.ended.as_ref()? {
            Ended::Undone { by, at } => {
                let text = format!("La liste des élèves {is_again} celle d’avant cet import.");
                ("Import annulé", format!("Cet import a été annulé{}. {text}", done(by, at)))
            }
            Ended::UndoneWith { by, at } => {
                let before = "Cet import n’avait rien changé. L’import qui avait fait la liste d’alors a été annulé";
                let text = format!("La liste des élèves {is_again} celle d’avant cet autre import.");
                ("Import annulé avec un autre", format!("{before}{}. {text}", done(by, at)))
            }
            Ended::AbandonedUpload { by, at } => {
                let text = "Aucun fichier n’avait été envoyé, et rien n’a été changé.";
                ("Import abandonné", format!("Cet import a été abandonné{}. {text}", done(by, at)))
            }
            Ended::AbandonedConfirmation { by, at } => {
                let text = "Les changements proposés n’ont pas été appliqués\u{a0}: rien n’a été changé.";
                ("Import abandonné", format!("Cet import a été abandonné{}. {text}", done(by, at)))
            }
            Ended::UploadExpired { at } => (
                NEVER_RECEIVED,
                format!(
                    "Aucun fichier n’a été reçu. Le formulaire d’envoi était valable jusqu’au {}. Rien n’a été changé.",
                    french::day_and_time(at)
                ),
            ),
            Ended::ConfirmationExpired { at } => (
                "Import non confirmé",
                format!(
                    "Personne n’a confirmé ces changements avant le {}\u{a0}: ils n’ont pas été appliqués, et le fichier est trop \
                     ancien pour l’être encore. Rien n’a été changé.",
                    french::day_and_time(at)
                ),
            ),
        })
    }

    /// What the button says that leads to another import: where no file came, it would be the first.
    fn again_text(&self) -> &'static str {
        match self.ended {
            Some(Ended::UploadExpired { .. } | Ended::AbandonedUpload { .. }) => "Importer un fichier",
            _ => "Importer un autre fichier",
        }
    }

    fn heading_of(&self, section: &group::Section) -> &'static str {
        words::heading(section.kind, Tense::of(self.state))
    }

    fn fields_heading(&self) -> &'static str {
        words::fields_heading(Tense::of(self.state))
    }

    fn told(line: &ReportLine) -> String {
        words::told(line)
    }
}

/// Nothing was heard of an import for so long that nothing will be.
fn timed_out(shown: ImportState, stored: ImportState) -> Option<Refused> {
    (shown == ImportState::Failed && stored != ImportState::Failed).then(|| Refused {
        code: "technical".to_owned(),
        detail: "L’import n’a pas pu aller à son terme pour une raison technique. Rien n’a été changé. Merci d’importer à nouveau \
                 le fichier."
            .to_owned(),
    })
}
