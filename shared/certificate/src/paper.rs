//! The one file that knows the library which writes PDF. It keeps what that library panics at from happening: every piece of content
//! is tagged once, belongs to one place of the tree, and each page is drawn in one go.

use std::collections::HashMap;
use std::num::NonZeroU16;

use jiff::civil::Date;
use krilla::Document;
use krilla::SerializeSettings;
use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::graphic::Graphic;
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, BBox, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind,
    TagTree,
};
use krilla::text::{Font, GlyphId, KrillaGlyph};

use crate::colour::Colour;
use crate::line::Line;
use crate::shape::{Place, Shape, Step, at};
use crate::typeface::Weight;

/// A4, in points.
pub(crate) const WIDTH: f32 = 595.28;
pub(crate) const HEIGHT: f32 = 841.89;

const LANGUAGE: &str = "fr";

/// Why there is no file. The library's own words could quote a text of the paper, so that only their summary is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no file could be written: {0}")]
pub struct PaperError(String);

impl PaperError {
    pub(crate) fn fonts() -> Self {
        Self("a font that cannot be read".to_owned())
    }
}

/// A file in the making.
pub(crate) struct Paper {
    document: Document,
    fonts: [Font; 2],
    stamps: HashMap<Stamp, Graphic>,
    tree: TagTree,
    outline: Outline,
    pages: usize,
}

impl Paper {
    pub(crate) fn new() -> Result<Self, PaperError> {
        let standards = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_A)
            .with_accessibility_validator(Accessibility::UA1);
        let configuration =
            standards.finish().map_err(|_| PaperError("standards that exclude each other".to_owned()))?;
        let font = |weight: Weight| Font::new(weight.file().into(), 0);
        let fonts = font(Weight::Regular).zip(font(Weight::Bold));
        let (regular, bold) = fonts.ok_or_else(PaperError::fonts)?;
        Ok(Self {
            document: Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() }),
            fonts: [regular, bold],
            stamps: HashMap::new(),
            tree: TagTree::new().with_lang(Some(LANGUAGE.to_owned())),
            outline: Outline::new(),
            pages: 0,
        })
    }

    /// One more page, which the outline calls `entry`.
    pub(crate) fn page(&mut self, entry: String, draw: impl FnOnce(&mut Sheet<'_>)) {
        let Some(size) = PageSettings::from_wh(WIDTH, HEIGHT) else { return };
        let mut page = self.document.start_page_with(size);
        let (mut section, link) = {
            let mut sheet = Sheet {
                surface: page.surface(),
                fonts: &self.fonts,
                stamps: &mut self.stamps,
                number: self.pages,
                section: TagGroup::new(Tag::Section),
                link: None,
            };
            draw(&mut sheet);
            let Sheet { surface, section, link, .. } = sheet;
            surface.finish();
            (section, link)
        };
        if let Some(Link { mut words, annotation, index }) = link {
            words.push(page.add_tagged_annotation(annotation));
            section.children.insert(index, Node::Group(TagGroup::with_children(Tag::P, vec![Node::Group(words)])));
        }
        page.finish();
        self.tree.push(section);
        self.outline.push_child(OutlineNode::new(entry, XyzDestination::new(self.pages, Point::from_xy(0.0, 0.0))));
        self.pages += 1;
    }

    /// The bytes of the file. They depend on nothing but what was drawn, `title` and `date`.
    pub(crate) fn finish(mut self, title: String, date: Date) -> Result<Vec<u8>, PaperError> {
        let metadata = Metadata::new()
            .title(title)
            .language(LANGUAGE.to_owned())
            .creator("Rentrée".to_owned())
            .creation_date(midnight(date));
        self.document.set_metadata(metadata);
        self.document.set_outline(self.outline);
        self.document.set_tag_tree(self.tree);
        self.document.finish().map_err(|error| PaperError(error.to_string()))
    }
}

fn midnight(date: Date) -> DateTime {
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    DateTime::new(u16::try_from(date.year()).unwrap_or_default()).month(part(date.month())).day(part(date.day()))
}

/// One page in the making: whatever is drawn is decoration, or has its place in the tree, in the order in which it is drawn.
pub(crate) struct Sheet<'a> {
    surface: Surface<'a>,
    fonts: &'a [Font; 2],
    stamps: &'a mut HashMap<Stamp, Graphic>,
    number: usize,
    section: TagGroup,
    link: Option<Link>,
}

/// What is drawn once, and stands on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stamp {
    /// The frame, and what else is the same all over the page.
    Backdrop,
    /// The flower without levels.
    Flower,
}

/// A link, whose area can be added once the page is drawn.
struct Link {
    words: TagGroup,
    annotation: Annotation,
    index: usize,
}

/// What a cell of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    ColumnHeader,
    RowHeader,
    Data,
}

/// The cells of a row, each with its lines.
pub(crate) type Row = Vec<(Cell, Vec<Line>)>;

impl Sheet<'_> {
    /// Makes a stamp, on the first page that wants it.
    pub(crate) fn prepare(&mut self, stamp: Stamp, draw: impl FnOnce(&mut Pen<'_, '_>)) {
        if self.stamps.contains_key(&stamp) {
            return;
        }
        let mut builder = self.surface.stream_builder();
        let mut surface = builder.surface();
        draw(&mut Pen { surface: &mut surface, stamps: self.stamps });
        surface.finish();
        let graphic = Graphic::new(builder.finish(), false);
        self.stamps.insert(stamp, graphic);
    }

    /// What nobody needs to be told.
    pub(crate) fn decoration(&mut self, draw: impl FnOnce(&mut Pen<'_, '_>)) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        draw(&mut Pen { surface: &mut self.surface, stamps: self.stamps });
        self.surface.end_tagged();
    }

    pub(crate) fn paragraph(&mut self, lines: &[Line]) {
        let paragraph = self.group(Tag::P, lines);
        self.section.push(paragraph);
    }

    /// The heading of the page. `title` is what it is called where it is listed.
    pub(crate) fn heading(&mut self, title: String, lines: &[Line]) {
        let heading = self.group(Tag::Hn(NonZeroU16::MIN, Some(title)), lines);
        self.section.push(heading);
    }

    /// A picture in a square around (`x`, `y`), and what it says.
    pub(crate) fn figure(&mut self, says: &str, (x, y): (f32, f32), half: f32, draw: impl FnOnce(&mut Pen<'_, '_>)) {
        let content = self.surface.start_tagged(ContentTag::Other);
        draw(&mut Pen { surface: &mut self.surface, stamps: self.stamps });
        self.surface.end_tagged();
        let area = Rect::from_ltrb(x - half, y - half, x + half, y + half).map(|area| BBox::new(self.number, area));
        let figure = Tag::Figure(Some(says.to_owned())).with_bbox(area);
        self.section.push(TagGroup::with_children(figure, vec![content.into()]));
    }

    pub(crate) fn table(&mut self, rows: &[Row]) {
        let mut table = TagGroup::new(Tag::Table);
        for row in rows {
            let mut cells = TagGroup::new(Tag::TR);
            for (cell, lines) in row {
                let cell: TagKind = match cell {
                    Cell::ColumnHeader => Tag::TH(TableHeaderScope::Column).into(),
                    Cell::RowHeader => Tag::TH(TableHeaderScope::Row).into(),
                    Cell::Data => Tag::TD.into(),
                };
                let cell = self.group(cell, lines);
                cells.push(cell);
            }
            table.push(cells);
        }
        self.section.push(table);
    }

    /// A line that leads to `address`, which `says` where. A page has one.
    pub(crate) fn link(&mut self, line: &Line, address: &str, says: &str) {
        let words = self.group(Tag::Link, std::slice::from_ref(line));
        let (x, y, size) = (line.place.x, line.place.y, line.style.size);
        let Some(area) = Rect::from_ltrb(x, y - size, x + line.width(), y + size * 0.3) else { return };
        let target = Target::Action(Action::Link(LinkAction::new(address.to_owned())));
        let annotation = Annotation::new_link(LinkAnnotation::new(area, target), Some(says.to_owned()));
        self.link = Some(Link { words, annotation, index: self.section.children.len() });
    }

    fn group(&mut self, tag: impl Into<TagKind>, lines: &[Line]) -> TagGroup {
        let lines = lines.iter().map(|line| Node::from(self.line(line))).collect();
        TagGroup::with_children(tag, lines)
    }

    fn line(&mut self, line: &Line) -> Identifier {
        let span = SpanTag::empty().with_actual_text(line.drawn.meant.as_deref());
        let content = self.surface.start_tagged(ContentTag::Span(span));
        let letters = line.drawn.letters.iter().map(|letter| KrillaGlyph {
            glyph_id: GlyphId::new(letter.glyph),
            text_range: letter.range.clone(),
            x_advance: letter.advance,
            x_offset: 0.0,
            y_offset: 0.0,
            y_advance: 0.0,
            location: None,
        });
        let letters: Vec<KrillaGlyph> = letters.collect();
        let [regular, bold] = self.fonts;
        let font = if line.style.weight == Weight::Bold { bold } else { regular };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(line.style.colour)));
        let Place { x, y } = rounded(line.place);
        let start = Point::from_xy(x, y);
        self.surface.draw_glyphs(start, &letters, font.clone(), &line.drawn.text, line.style.size, false);
        self.surface.end_tagged();
        content
    }
}

/// Draws what is no text.
pub(crate) struct Pen<'p, 's> {
    surface: &'p mut Surface<'s>,
    stamps: &'p HashMap<Stamp, Graphic>,
}

impl Pen<'_, '_> {
    pub(crate) fn fill(&mut self, shape: &Shape, colour: Colour) {
        let Some(path) = path(shape) else { return };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(colour)));
        self.surface.draw_path(&path);
    }

    pub(crate) fn stroke(&mut self, shape: &Shape, colour: Colour, width: f32) {
        self.stroke_as(shape, Stroke { paint: paint(colour).into(), width, ..Stroke::default() });
    }

    /// Dots as wide as `width`, one `every` so many points of an outline: far fewer bytes than circles.
    pub(crate) fn dot(&mut self, shape: &Shape, colour: Colour, width: f32, every: f32) {
        let dash = Some(StrokeDash { array: vec![0.0, every], offset: 0.0 });
        self.stroke_as(
            shape,
            Stroke { paint: paint(colour).into(), width, line_cap: LineCap::Round, dash, ..Stroke::default() },
        );
    }

    fn stroke_as(&mut self, shape: &Shape, stroke: Stroke) {
        let Some(path) = path(shape) else { return };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(stroke));
        self.surface.draw_path(&path);
    }

    /// What was prepared.
    pub(crate) fn stamp(&mut self, stamp: Stamp) {
        if let Some(graphic) = self.stamps.get(&stamp) {
            self.surface.draw_graphic(graphic.clone());
        }
    }

    /// Draws from `origin`, in units of `scale` points.
    pub(crate) fn scaled(&mut self, origin: Place, scale: f32, draw: impl FnOnce(&mut Pen<'_, '_>)) {
        self.surface.push_transform(&Transform::from_row(scale, 0.0, 0.0, scale, origin.x, origin.y));
        draw(&mut Pen { surface: self.surface, stamps: self.stamps });
        self.surface.pop();
    }
}

fn paint(Colour(red, green, blue): Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

fn fill(colour: Colour) -> Fill {
    Fill { paint: paint(colour).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}

/// None for a shape of nothing.
fn path(shape: &Shape) -> Option<Path> {
    let mut path = PathBuilder::new();
    for step in &shape.0 {
        match step.map(rounded) {
            Step::Move(to) => path.move_to(to.x, to.y),
            Step::Line(to) => path.line_to(to.x, to.y),
            Step::Curve(first, second, to) => path.cubic_to(first.x, first.y, second.x, second.y, to.x, to.y),
            Step::Close => path.close(),
        }
    }
    path.finish()
}

/// To a hundredth of a point, which nobody sees, and which takes half the bytes.
fn rounded(place: Place) -> Place {
    let round = |value: f32| (value * 100.0).round() / 100.0;
    at(round(place.x), round(place.y))
}
