//! The walk through the document: elements, values, and the reasons to stop.

use std::collections::HashMap;
use std::io::{self, Read};

use foldhash::fast::RandomState;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use rentree_domain::Uai;
use rentree_domain::school_year::SchoolYear;

use super::pupil;
use crate::assemble::assemble;
use crate::check;
use crate::container::{is_damage, too_large, zip_damaged};
use crate::damage::is_damaged;
use crate::decode::{Excess, Utf8Text};
use crate::draft::{Draft, is_too_long};
use crate::problem::{ProblemCode, Refusal, RefusalCode};
use crate::{Options, Reading};

/// Why a walk ends before the document does.
pub(super) enum Stop {
    Refused(Refusal),
    Unreadable(io::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The elements we know. All others are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    BeeEleves,
    Parametres,
    Uaj,
    AnneeScolaire,
    DateExport,
    Horodatage,
    Donnees,
    Eleves,
    Eleve,
    IdNational,
    Ine,
    NomDeFamille,
    Nom,
    NomUsage,
    Prenom,
    Prenom2,
    Prenom3,
    DateNaiss,
    CodeSexe,
    CodePays,
    CodeDepartementNaiss,
    CodeCommuneInseeNaiss,
    VilleNaiss,
    CodeMef,
    CodeStatut,
    DateSortie,
    Structures,
    StructuresEleve,
    Structure,
    CodeStructure,
    TypeStructure,
    /// Addresses and their people: another export.
    Address,
    Other,
}

impl Tag {
    fn of(name: &str) -> Self {
        match name {
            "BEE_ELEVES" => Self::BeeEleves,
            "PARAMETRES" => Self::Parametres,
            "UAJ" => Self::Uaj,
            "ANNEE_SCOLAIRE" => Self::AnneeScolaire,
            "DATE_EXPORT" => Self::DateExport,
            "HORODATAGE" => Self::Horodatage,
            "DONNEES" => Self::Donnees,
            "ELEVES" => Self::Eleves,
            "ELEVE" => Self::Eleve,
            "ID_NATIONAL" => Self::IdNational,
            "INE" => Self::Ine,
            "NOM_DE_FAMILLE" => Self::NomDeFamille,
            "NOM" => Self::Nom,
            "NOM_USAGE" => Self::NomUsage,
            "PRENOM" => Self::Prenom,
            "PRENOM2" => Self::Prenom2,
            "PRENOM3" => Self::Prenom3,
            "DATE_NAISS" => Self::DateNaiss,
            "CODE_SEXE" => Self::CodeSexe,
            "CODE_PAYS" => Self::CodePays,
            "CODE_DEPARTEMENT_NAISS" => Self::CodeDepartementNaiss,
            "CODE_COMMUNE_INSEE_NAISS" => Self::CodeCommuneInseeNaiss,
            "VILLE_NAISS" => Self::VilleNaiss,
            "CODE_MEF" => Self::CodeMef,
            "CODE_STATUT" => Self::CodeStatut,
            "DATE_SORTIE" => Self::DateSortie,
            "STRUCTURES" => Self::Structures,
            "STRUCTURES_ELEVE" => Self::StructuresEleve,
            "STRUCTURE" => Self::Structure,
            "CODE_STRUCTURE" => Self::CodeStructure,
            "TYPE_STRUCTURE" => Self::TypeStructure,
            "ADRESSES" | "ADRESSE" | "ADRESSE_ID" | "RESPONSABLES" | "PERSONNES" => Self::Address,
            _ => Self::Other,
        }
    }
}

/// Classes by `ELEVE_ID`; `None` for a pupil whose last division is no class.
type Divisions = HashMap<String, Option<String>, RandomState>;

/// A document being read.
pub(super) struct Document<'a, R> {
    xml: Reader<Utf8Text<R>>,
    buffer: Vec<u8>,
    value: String,
    depth: usize,
    /// `ELEVE_ID` of the tag just opened, if it is one that carries it.
    eleve_id: Option<String>,
    /// Line of the `<` of that tag.
    tag_line: u64,
    /// Lines before the text began.
    lines_before: u64,
    pub(super) options: &'a Options,
}

impl<'a, R: Read> Document<'a, R> {
    pub(super) fn new(text: Utf8Text<R>, options: &'a Options, lines_before: u64) -> Self {
        let mut xml = Reader::from_reader(text);
        xml.config_mut().expand_empty_elements = true;
        Self {
            xml,
            buffer: Vec::new(),
            value: String::new(),
            depth: 0,
            eleve_id: None,
            tag_line: 0,
            lines_before,
            options,
        }
    }

    /// Reads the whole document into `reading`.
    pub(super) fn read(mut self, reading: &mut Reading) -> Result<(), Stop> {
        self.root()?;
        let mut drafts = Vec::new();
        let mut divisions = Divisions::default();
        while let Some(tag) = self.child()? {
            match tag {
                Tag::Parametres => self.parameters(reading)?,
                Tag::Donnees => {
                    while let Some(tag) = self.child()? {
                        match tag {
                            Tag::Eleves => self.pupils(&mut drafts)?,
                            Tag::Structures => self.structures(&mut divisions)?,
                            _ => self.skip()?,
                        }
                    }
                }
                _ => self.skip()?,
            }
        }
        while self.step()? != Step::End {}
        if let (Some(expected), None) = (self.options.uai, &reading.uai) {
            let detail = format!(
                "Le fichier n’indique pas l’UAI de l’établissement : impossible de vérifier qu’il s’agit bien du {expected}. \
                 Merci de refaire l’export."
            );
            return Err(Refusal::new(RefusalCode::UaiMismatch, detail).into());
        }
        for draft in &mut drafts {
            draft.division = draft.siecle_id.as_deref().and_then(|id| divisions.get(id)).cloned().flatten();
            if draft.division.as_deref().is_some_and(is_too_long) {
                draft.note(ProblemCode::FieldTooLong, "CODE_STRUCTURE", None);
            }
        }
        assemble(drafts, reading);
        Ok(())
    }

    fn root(&mut self) -> Result<(), Stop> {
        match self.step()? {
            Step::Open(Tag::BeeEleves) => Ok(()),
            Step::Open(_) => {
                let name = String::from_utf8_lossy(&self.buffer);
                let name: String = name
                    .trim_start_matches('<')
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .take(40)
                    .collect();
                Err(wrong_export(&format!("sa racine est « {name} »")).into())
            }
            Step::Close | Step::End => Err(self.not_xml("Le fichier ne contient aucun élément.").into()),
        }
    }

    fn parameters(&mut self, reading: &mut Reading) -> Result<(), Stop> {
        while let Some(tag) = self.child()? {
            match tag {
                Tag::Uaj => {
                    let found = self.value()?.to_ascii_uppercase();
                    if !found.is_empty() {
                        check_uai(self.options.uai, &found)?;
                        reading.uai = Some(found);
                    }
                }
                Tag::AnneeScolaire => {
                    reading.dated.school_year = self.value()?.parse().ok().and_then(SchoolYear::starting_in);
                }
                Tag::Horodatage | Tag::DateExport => {
                    let found = check::date_time(self.value()?);
                    reading.dated.exported_at = reading.dated.exported_at.max(found);
                }
                _ => self.skip()?,
            }
        }
        Ok(())
    }

    fn pupils(&mut self, drafts: &mut Vec<Draft>) -> Result<(), Stop> {
        while let Some(tag) = self.child()? {
            if tag != Tag::Eleve {
                self.skip()?;
                continue;
            }
            if drafts.len() == self.options.limits.pupils {
                let detail = format!("Le fichier contient plus de {} élèves.", self.options.limits.pupils);
                return Err(Refusal::new(RefusalCode::TooManyEntries, detail).into());
            }
            let mut draft = Draft::new(self.tag_line);
            draft.siecle_id = self.eleve_id.take();
            drafts.push(draft);
            if let Some(draft) = drafts.last_mut() {
                pupil::read(self, draft)?;
            }
        }
        Ok(())
    }

    fn structures(&mut self, divisions: &mut Divisions) -> Result<(), Stop> {
        while let Some(tag) = self.child()? {
            if tag != Tag::StructuresEleve {
                self.skip()?;
                continue;
            }
            let eleve_id = self.eleve_id.take();
            let mut division = None;
            while let Some(tag) = self.child()? {
                if tag != Tag::Structure {
                    self.skip()?;
                    continue;
                }
                let (mut code, mut is_division) = (None, false);
                while let Some(tag) = self.child()? {
                    match tag {
                        Tag::CodeStructure => code = self.text_value()?,
                        Tag::TypeStructure => is_division = self.value()? == "D",
                        _ => self.skip()?,
                    }
                }
                if is_division && code.is_some() {
                    division = code;
                }
            }
            if let Some(eleve_id) = eleve_id {
                divisions.insert(eleve_id, division.filter(|code| !code.eq_ignore_ascii_case("Inactifs")));
            }
        }
        Ok(())
    }

    /// The next child of the element that is open, now open itself; `None` when the element closes.
    pub(super) fn child(&mut self) -> Result<Option<Tag>, Stop> {
        match self.step()? {
            Step::Open(Tag::Address) => Err(wrong_export("il contient des adresses").into()),
            Step::Open(tag) => Ok(Some(tag)),
            Step::Close => Ok(None),
            Step::End => Err(self.truncated()),
        }
    }

    /// Passes over the rest of the element that is open.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        let outside = self.depth - 1;
        let mut buffer = std::mem::take(&mut self.buffer);
        while self.depth > outside {
            match self.event(&mut buffer)? {
                Event::Start(_) => self.open()?,
                Event::End(_) => self.depth -= 1,
                Event::Eof => return Err(self.truncated()),
                _ => {}
            }
        }
        self.buffer = buffer;
        Ok(())
    }

    /// The value of the element that is open, trimmed, up to its end. Comments are dropped, children skipped.
    pub(super) fn value(&mut self) -> Result<&str, Stop> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut value = std::mem::take(&mut self.value);
        value.clear();
        loop {
            match self.event(&mut buffer)? {
                Event::Text(text) => value.push_str(&text),
                Event::CData(text) => value.push_str(&text),
                Event::GeneralRef(reference) => match resolve(&reference) {
                    Some(character) => value.push(character),
                    None => return Err(self.not_xml("Une entité inconnue est utilisée.").into()),
                },
                Event::End(_) => break,
                Event::Start(_) => {
                    self.open()?;
                    self.skip()?;
                }
                Event::Eof => return Err(self.truncated()),
                _ => {}
            }
        }
        self.depth -= 1;
        self.buffer = buffer;
        self.value = value;
        Ok(self.value.trim())
    }

    /// Like [`value`](Self::value), for text that people wrote: `None` when blank, refused when damaged.
    pub(super) fn text_value(&mut self) -> Result<Option<String>, Stop> {
        let value = self.value()?;
        if value.is_empty() {
            return Ok(None);
        }
        if is_damaged(value) {
            let value: String = value.chars().take(80).collect();
            let line = self.line();
            return Err(encoding_damaged(line, Some(&value)).into());
        }
        Ok(Some(value.to_owned()))
    }

    /// The next tag; texts between tags mean nothing.
    fn step(&mut self) -> Result<Step, Stop> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let step = loop {
            match self.event(&mut buffer)? {
                Event::Start(start) => {
                    let tag = Tag::of(start.name().as_ref());
                    if matches!(tag, Tag::Eleve | Tag::StructuresEleve) {
                        let newlines = memchr::memchr_iter(b'\n', start.as_bytes()).count() as u64;
                        self.eleve_id = attribute(&start, "ELEVE_ID");
                        self.tag_line = self.line() - newlines;
                    }
                    self.open()?;
                    break Step::Open(tag);
                }
                Event::End(_) => {
                    self.depth -= 1;
                    break Step::Close;
                }
                Event::Eof if self.depth > 0 => return Err(self.truncated()),
                Event::Eof => break Step::End,
                Event::Text(text) if self.depth == 0 && !text.trim().is_empty() => {
                    return Err(self.not_xml("Du texte se trouve hors de tout élément.").into());
                }
                _ => {}
            }
        };
        self.buffer = buffer;
        Ok(step)
    }

    fn open(&mut self) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > self.options.limits.depth {
            return Err(self.not_xml("Trop d’éléments sont imbriqués.").into());
        }
        Ok(())
    }

    /// The next event, in `buffer`; what ends the walk ends it here.
    #[inline]
    fn event<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, Stop> {
        buffer.clear();
        self.xml.get_mut().begin_token();
        match self.xml.read_event_into(buffer) {
            // Entities, external ones above all, are the classic attack; no SIECLE export has any.
            Ok(Event::DocType(_)) => Err(self.not_xml("Une déclaration DOCTYPE est présente.").into()),
            Ok(event) => Ok(event),
            Err(error) => Err(self.stop(error)),
        }
    }

    #[cold]
    fn stop(&mut self, error: quick_xml::Error) -> Stop {
        match error {
            quick_xml::Error::Io(error) if Excess::of(&error).is_some() => too_large().into(),
            quick_xml::Error::Io(error) if is_damage(&error) => zip_damaged().into(),
            quick_xml::Error::Io(error) => Stop::Unreadable(io::Error::new(error.kind(), error)),
            quick_xml::Error::Encoding(_) => encoding_damaged(self.line(), None).into(),
            _ => self.not_xml("Une balise est mal formée ou mal fermée.").into(),
        }
    }

    fn line(&mut self) -> u64 {
        self.lines_before + self.xml.get_mut().line()
    }

    fn truncated(&mut self) -> Stop {
        self.not_xml("Le fichier est incomplet : sa fin manque.").into()
    }

    fn not_xml(&mut self, what: &str) -> Refusal {
        let line = self.line();
        Refusal::new(
            RefusalCode::NotXml,
            format!(
                "Ligne {line} : ce n’est pas un fichier XML valide. {what} Merci de refaire l’export, sans ouvrir le fichier."
            ),
        )
    }
}

/// A step of the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Open(Tag),
    Close,
    End,
}

/// The attribute's value, trimmed; `None` when absent or blank. `ELEVE_ID` is a number: nothing to unescape.
fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = start.attributes().with_checks(false).flatten().find(|a| a.key.as_ref() == name)?;
    let value = attribute.value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The five entities of XML and character references. All others would need a DOCTYPE.
fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn check_uai(expected: Option<Uai>, found: &str) -> Result<(), Refusal> {
    let Some(expected) = expected else { return Ok(()) };
    if found == expected.as_str() {
        return Ok(());
    }
    let found: String = found.chars().take(20).collect();
    let detail = format!(
        "Ce fichier est celui de l’établissement {found}, or cet espace est celui de l’établissement {expected}. Merci d’importer \
         le fichier de l’établissement {expected}."
    );
    Err(Refusal::new(RefusalCode::UaiMismatch, detail))
}

fn wrong_export(why: &str) -> Refusal {
    let detail = format!(
        "Ce fichier n’est pas l’export « Élèves sans adresse » ({why}). Dans SIECLE-BEE : Exportations, En XML, puis « Élèves \
         sans adresse »."
    );
    Refusal::new(RefusalCode::WrongExport, detail)
}

fn encoding_damaged(line: u64, found: Option<&str>) -> Refusal {
    let found = found.map(|found| format!(" (« {found} »)")).unwrap_or_default();
    let detail = format!(
        "Ligne {line} : les caractères accentués du fichier sont abîmés{found}. Le fichier a sans doute été ouvert puis enregistré \
         par un autre logiciel. Merci de refaire l’export et de l’importer sans l’ouvrir."
    );
    Refusal::new(RefusalCode::EncodingDamaged, detail)
}
