//! The walk through a document: elements, values, and the reasons to stop. What they mean is read elsewhere.

use std::io::{self, Read};
use std::mem;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::tag::{Tag, structural, structural_tag};
use crate::damage::{has_next_line, is_damaged};
use crate::decode::{Excess, SkipError, Utf8Text};
use crate::lines::ends_in;
use crate::options::Options;
use crate::problem::{Refusal, RefusalCode};
use crate::refusal::{broken_xml, encoding_damaged, too_large, zip_damaged};
use crate::stop::{Stop, is_damage};
use crate::text::{is_blank, kept, tidy};

/// A document being read.
pub(super) struct Document<'a, R> {
    xml: Reader<Utf8Text<R>>,
    buffer: Vec<u8>,
    value: String,
    depth: usize,
    /// The element that is open was written `<A/>`: its end is not in the text.
    is_empty: bool,
    /// Whose element was opened last.
    key: PupilKey,
    /// Line of the `<` of that tag.
    tag_line: u64,
    /// The structural element that was opened last; `None` when another one was.
    structural: Option<&'static str>,
    /// Lines before the text began.
    lines_before: u64,
    /// A value was read where another one had been read before, until somebody asks.
    is_repeated: bool,
    pub(super) options: &'a Options,
}

/// How the file names a pupil: the attributes of `ELEVE` and `STRUCTURES_ELEVE`. Blank when absent.
#[derive(Debug, Default)]
pub(super) struct PupilKey {
    pub(super) eleve_id: String,
    pub(super) elenoet: String,
}

/// A step of the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Open(Tag),
    Close,
    End,
}

impl<'a, R: Read> Document<'a, R> {
    pub(super) fn new(text: Utf8Text<R>, options: &'a Options, lines_before: u64) -> Self {
        Self {
            xml: Reader::from_reader(text),
            buffer: Vec::new(),
            value: String::new(),
            depth: 0,
            is_empty: false,
            key: PupilKey::default(),
            tag_line: 0,
            structural: None,
            lines_before,
            is_repeated: false,
            options,
        }
    }

    /// Opens the root, which must be that of our export.
    pub(super) fn open_root(&mut self) -> Result<(), Stop> {
        match self.step()? {
            Step::Open(Tag::BeeEleves) => Ok(()),
            Step::Open(_) => {
                let name = String::from_utf8_lossy(&self.buffer);
                let is_in_name = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':');
                let name: String = name.trim_start_matches('<').chars().take_while(is_in_name).take(40).collect();
                Err(other_root(&name).into())
            }
            Step::Close | Step::End => Err(self.broken("Le fichier ne contient aucun élément.").into()),
        }
    }

    /// What stands after the end of the root: nothing but white space, comments and byte order marks may. A second export
    /// pasted there would otherwise be dropped, and its pupils deactivated.
    pub(super) fn end(&mut self) -> Result<(), Stop> {
        let mut buffer = mem::take(&mut self.buffer);
        loop {
            let what = match self.event(&mut buffer)? {
                Event::Eof => break,
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Text(text) if is_blank(&text) => continue,
                Event::Decl(_) | Event::Start(_) | Event::Empty(_) => {
                    "Un second document suit la fin du premier : deux exports semblent avoir été collés l’un après l’autre."
                }
                _ => "Du texte suit la fin du document.",
            };
            return Err(self.broken(what).into());
        }
        self.buffer = buffer;
        Ok(())
    }

    /// The next child of the element that is open, now open itself; `None` when the element closes.
    pub(super) fn child(&mut self) -> Result<Option<Tag>, Stop> {
        match self.step()? {
            Step::Open(Tag::Address) => Err(wrong_export("il contient des adresses").into()),
            Step::Open(Tag::BeeEleves) => Err(self.broken("Un export se trouve à l’intérieur d’un autre.").into()),
            Step::Open(tag) => Ok(Some(tag)),
            Step::Close => Ok(None),
            Step::End => Err(self.truncated()),
        }
    }

    /// Whose element was opened last, if it was an `ELEVE` or a `STRUCTURES_ELEVE`, and on which line.
    pub(super) fn key(&self) -> (&PupilKey, u64) {
        (&self.key, self.tag_line)
    }

    /// Passes over the rest of the element that is open, which must not be one that leads to pupils or classes, nor hold one.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        if let Some(name) = self.structural {
            return Err(self.misplaced(name));
        }
        if mem::take(&mut self.is_empty) {
            self.depth -= 1;
            return Ok(());
        }
        let room = self.options.limits.depth - self.depth;
        match self.xml.get_mut().skip_content(room, structural_tag) {
            Ok(()) => {}
            Err(SkipError::End) => return Err(self.truncated()),
            Err(SkipError::Depth) => return Err(self.too_deep()),
            Err(SkipError::Declaration) => return Err(self.doctype()),
            Err(SkipError::Unwelcome(name)) => return Err(self.misplaced(name)),
            Err(SkipError::Io(error)) => return Err(self.stop(quick_xml::Error::Io(error.into()))),
        }
        let mut buffer = mem::take(&mut self.buffer);
        self.event(&mut buffer)?;
        self.depth -= 1;
        self.buffer = buffer;
        Ok(())
    }

    /// The value of the element that is open, as [`tidy`] leaves it, into `kept` unless it is blank: an element that is absent,
    /// empty or blank says nothing. Where `into` has a value already, that one stays, and [`take_repeated`](Self::take_repeated)
    /// tells whether this one is another.
    pub(super) fn value(&mut self, into: &mut String) -> Result<(), Stop> {
        self.raw_value()?;
        let value = tidy(&self.value);
        if into.is_empty() {
            kept(&value).clone_into(into);
        } else {
            self.is_repeated |= !value.is_empty() && kept(&value) != into;
        }
        Ok(())
    }

    /// Like [`value`](Self::value), for text that people wrote: the file is refused when it is damaged.
    pub(super) fn text(&mut self, into: &mut Option<String>) -> Result<(), Stop> {
        self.raw_value()?;
        // Before anything is trimmed: half of a damaged letter may look like white space.
        if is_damaged(&self.value) || (self.xml.get_ref().is_of_single_bytes() && has_next_line(&self.value)) {
            let line = self.line();
            return Err(encoding_damaged(line, Some(&self.value)).into());
        }
        let value = tidy(&self.value);
        match into {
            None if value.is_empty() => {}
            None => *into = Some(kept(&value).to_owned()),
            Some(known) => self.is_repeated |= !value.is_empty() && kept(&value) != known,
        }
        Ok(())
    }

    /// Whether an element stood twice, with different values, since this was asked last.
    pub(super) fn take_repeated(&mut self) -> bool {
        mem::take(&mut self.is_repeated)
    }

    /// The value of the element that is open, up to its end, into `self.value`. Comments are dropped, children passed over.
    fn raw_value(&mut self) -> Result<(), Stop> {
        let mut value = mem::take(&mut self.value);
        value.clear();
        if !mem::take(&mut self.is_empty) {
            let mut buffer = mem::take(&mut self.buffer);
            loop {
                match self.event(&mut buffer)? {
                    Event::Text(text) => value.push_str(&text),
                    Event::CData(text) => value.push_str(&text),
                    Event::GeneralRef(reference) => match resolve(&reference) {
                        Some(character) => value.push(character),
                        None => return Err(self.broken("Une entité inconnue est utilisée.").into()),
                    },
                    Event::End(_) => break,
                    Event::Start(start) => {
                        self.structural = structural(start.name().as_ref().as_bytes());
                        self.open()?;
                        self.skip()?;
                    }
                    Event::Empty(start) => {
                        if let Some(name) = structural(start.name().as_ref().as_bytes()) {
                            return Err(self.misplaced(name));
                        }
                    }
                    Event::Eof => return Err(self.truncated()),
                    _ => {}
                }
                if value.len() > self.options.limits.token_bytes {
                    return Err(too_large().into());
                }
            }
            self.buffer = buffer;
        }
        self.depth -= 1;
        self.value = value;
        Ok(())
    }

    /// The next tag; texts between tags mean nothing.
    fn step(&mut self) -> Result<Step, Stop> {
        if mem::take(&mut self.is_empty) {
            self.depth -= 1;
            return Ok(Step::Close);
        }
        let mut buffer = mem::take(&mut self.buffer);
        let step = loop {
            match self.event(&mut buffer)? {
                Event::Start(start) => break Step::Open(self.enter(&start)?),
                Event::Empty(start) => {
                    let tag = self.enter(&start)?;
                    self.is_empty = true;
                    break Step::Open(tag);
                }
                Event::End(_) => {
                    self.depth -= 1;
                    break Step::Close;
                }
                Event::Eof if self.depth > 0 => return Err(self.truncated()),
                Event::Eof => break Step::End,
                Event::Text(text) if self.depth == 0 && !is_blank(&text) => {
                    return Err(self.broken("Du texte se trouve hors de tout élément.").into());
                }
                _ => {}
            }
        };
        self.buffer = buffer;
        Ok(step)
    }

    fn enter(&mut self, start: &BytesStart<'_>) -> Result<Tag, Stop> {
        let tag = Tag::of(start.name().as_ref());
        self.structural = match tag {
            // A class that stands elsewhere than in a block of its pupil is lost as well.
            Tag::Structure => Some("STRUCTURE"),
            Tag::Other | Tag::Eleves | Tag::Eleve | Tag::Donnees | Tag::Structures | Tag::StructuresEleve => {
                structural(start.name().as_ref().as_bytes())
            }
            _ => None,
        };
        if matches!(tag, Tag::Eleve | Tag::StructuresEleve) {
            self.tag_line = self.line() - ends_in(start.as_bytes());
            self.key.read(start);
        }
        self.open()?;
        Ok(tag)
    }

    fn open(&mut self) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > self.options.limits.depth {
            return Err(self.too_deep());
        }
        Ok(())
    }

    /// The next event, in `buffer`; what ends the walk ends it here.
    #[inline]
    fn event<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, Stop> {
        buffer.clear();
        self.xml.get_mut().begin_token();
        match self.xml.read_event_into(buffer) {
            Ok(Event::DocType(_)) => Err(self.doctype()),
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
            _ => self.broken("Une balise est mal formée ou mal fermée.").into(),
        }
    }

    fn line(&mut self) -> u64 {
        self.lines_before + self.xml.get_mut().line()
    }

    fn truncated(&mut self) -> Stop {
        self.broken("Le fichier est incomplet : sa fin manque.").into()
    }

    /// What an element in the wrong place holds would be passed over, and its pupils deactivated.
    pub(super) fn misplaced(&mut self, name: &str) -> Stop {
        self.broken(&format!(
            "L’élément « {name} » n’est pas à sa place : deux exports semblent avoir été mêlés, ou le fichier a été modifié."
        ))
        .into()
    }

    fn too_deep(&mut self) -> Stop {
        self.broken("Trop d’éléments sont imbriqués.").into()
    }

    /// Entities, external ones above all, are the classic attack; no SIECLE export has any.
    fn doctype(&mut self) -> Stop {
        self.broken("Une déclaration DOCTYPE est présente.").into()
    }

    fn broken(&mut self, what: &str) -> Refusal {
        broken_xml(self.line(), what)
    }
}

impl PupilKey {
    fn read(&mut self, start: &BytesStart<'_>) {
        self.eleve_id.clear();
        self.elenoet.clear();
        // They are numbers: nothing to unescape.
        for attribute in start.attributes().with_checks(false).flatten() {
            let into = match attribute.key.as_ref() {
                "ELEVE_ID" => &mut self.eleve_id,
                "ELENOET" => &mut self.elenoet,
                _ => continue,
            };
            into.push_str(kept(&tidy(&attribute.value)));
        }
    }
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

/// Another XML, told by its root.
fn other_root(name: &str) -> Refusal {
    let what = match name {
        "BEE_RESPONSABLES" => " : c’est l’export des responsables",
        "BEE_STRUCTURES" => " : c’est l’export des structures",
        "BEE_NOMENCLATURES" => " : c’est l’export des nomenclatures",
        "STS_EDT" => " : c’est l’export de STSWEB pour les emplois du temps",
        _ => "",
    };
    wrong_export(&format!("sa racine est « {name} »{what}"))
}

fn wrong_export(why: &str) -> Refusal {
    let detail = format!(
        "Ce fichier n’est pas l’export « Élèves sans adresse » ({why}). Dans SIECLE-BEE : Exportations, En XML, puis « Élèves \
         sans adresse »."
    );
    Refusal::new(RefusalCode::WrongExport, detail)
}
