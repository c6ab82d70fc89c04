//! What the service tells everybody: a guide for each of those who come, and the pages that a service must have. They are written in `docs/`,
//! and stand in the binary.

mod contents;
mod tables;

use std::iter;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use rentree_http::{Face, Problem, signed_in};
use rentree_web::Frame;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Accounts, Config};

/// A text, by the last part of its address.
struct Text {
    name: &'static str,
    markdown: &'static str,
}

macro_rules! texts {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(Text { name: $name, markdown: include_str!(concat!("../../../docs/", $folder, "/", $name, ".md")) }),*]
    };
}

const GUIDES: &[Text] = texts!("aide": "chefs-d-etablissement", "enseignants", "eleves", "fichier-des-eleves");
const SERVICE: &[Text] =
    texts!("service": "contact", "mentions-legales", "confidentialite", "cookies", "accessibilite");

/// A drawing, by the address that the Markdown of a guide has for it. It lies beside the guide, so that a forge shows it, too.
struct Drawing {
    address: &'static str,
    svg: &'static str,
}

macro_rules! drawings {
    ($($address:literal),* $(,)?) => {
        &[$(Drawing { address: $address, svg: include_str!(concat!("../../../docs/aide/", $address)) }),*]
    };
}

const DRAWINGS: &[Drawing] = drawings![
    "siecle-menu.svg",
    "siecle-export.svg",
    "siecle-fichier.svg",
    "fregata-apprenants.svg",
    "fregata-editions.svg",
    "fregata-fichier.svg",
];

/// The page of a text.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "text.html")]
pub(crate) struct TextView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    html: String,
    /// Its first heading.
    title: &'static str,
    /// The text, in Markdown.
    markdown: String,
}

/// The page that leads to the guides.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "guides.html")]
pub(crate) struct GuidesView {
    #[serde(skip)]
    frame: Frame,
    /// Where people ask for help.
    support: String,
}

/// `GET /aide`
pub(crate) async fn guides(State(app): State<Accounts>, face: Face, headers: HeaderMap) -> Result<Response, Problem> {
    let frame = app.frame("Aide", &headers).await;
    face.render(StatusCode::OK, &GuidesView { frame, support: app.config.support_email.clone() })
}

/// `GET /aide/{guide}`
pub(crate) async fn guide(
    State(app): State<Accounts>,
    Path(name): Path<String>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.text(GUIDES, &name, face, &headers).await
}

/// `GET /service/{text}`
pub(crate) async fn service(
    State(app): State<Accounts>,
    Path(name): Path<String>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.text(SERVICE, &name, face, &headers).await
}

impl Accounts {
    async fn text(&self, texts: &[Text], name: &str, face: Face, headers: &HeaderMap) -> Result<Response, Problem> {
        let text = texts.iter().find(|text| text.name == name).ok_or_else(Problem::not_found)?;
        let frame = self.frame(text.title(), headers).await;
        let markdown = filled_in(text.markdown, &self.config);
        face.render(StatusCode::OK, &TextView { frame, html: as_html(&markdown), title: text.title(), markdown })
    }

    /// The frame for who is signed in, or for nobody. These pages are read when something does not work: without the table they are shown
    /// as to nobody.
    async fn frame(&self, title: &str, headers: &HeaderMap) -> Frame {
        let Ok(reader) = signed_in(&self.table, headers, (self.clock)()).await else {
            tracing::warn!("a guide is shown without its reader");
            return Frame::bare(title);
        };
        reader.map_or_else(|| Frame::bare(title), |reader| reader.frame(title))
    }
}

impl Text {
    /// Its first line.
    fn title(&self) -> &'static str {
        self.markdown.lines().next().unwrap_or_default().trim_start_matches(['#', ' '])
    }
}

/// The text, with what the operator says of the service in place of its placeholders.
fn filled_in(markdown: &str, config: &Config) -> String {
    let notice = &config.notice;
    [
        ("{support}", &config.support_email),
        ("{publisher}", &notice.publisher),
        ("{publisher_form}", &notice.form),
        ("{publisher_address}", &notice.address),
        ("{publisher_phone}", &notice.phone),
        ("{publication_director}", &notice.director),
        ("{host}", &notice.host),
    ]
    .into_iter()
    .fold(markdown.to_owned(), |text, (place, value)| text.replace(place, value))
}

/// The drawing at an address.
fn drawing(address: &str) -> Option<&'static str> {
    DRAWINGS.iter().find(|drawing| drawing.address == address).map(|drawing| drawing.svg)
}

/// The HTML of a text. Its headings have addresses, and links to its parts follow the title. A drawing stands in the page itself, where it
/// takes the colours of the page.
fn as_html(markdown: &str) -> String {
    let read = || Parser::new_ext(markdown, Options::ENABLE_TABLES);
    let headings = contents::headings(read());
    let mut addresses = headings.iter().map(|heading| heading.address.as_str());
    let mut tables = tables::Tables::default();
    let events = read().flat_map(|event| {
        if let Some(tag) = tables.tag(&event) {
            return vec![Event::Html(tag.into())];
        }
        match event {
            // What an operator says of the service is a text, too.
            Event::Html(raw) | Event::InlineHtml(raw) => vec![Event::Text(raw)],
            // Of any other image its words are left.
            Event::Start(Tag::Image { dest_url, .. }) => {
                drawing(&dest_url).map(|svg| Event::Html(svg.into())).into_iter().collect()
            }
            Event::End(TagEnd::Image) => Vec::new(),
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
                iter::once(event).chain(contents::links(&headings)).collect()
            }
            Event::Start(Tag::Heading { level, classes, attrs, .. }) if level > HeadingLevel::H1 => {
                let id = addresses.next().map(Into::into);
                vec![Event::Start(Tag::Heading { level, id, classes, attrs })]
            }
            other => vec![other],
        }
    });
    let mut page = String::new();
    html::push_html(&mut page, events);
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::LegalNotice;

    #[test]
    fn every_text_begins_with_its_title_and_says_nothing_raw() {
        for text in GUIDES.iter().chain(SERVICE) {
            assert!(text.markdown.starts_with("# ") && text.title().len() > 3, "{}", text.name);
            let html = as_html(text.markdown);
            assert_eq!(html.matches("<h1>").count(), 1, "{}", text.name);
            assert!(!html.contains("<strong>Host"), "the name of a cookie is no emphasis: {}", text.name);
            assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
        }
    }

    /// No address of a text leads nowhere within the texts; those of other pages are followed by a journey.
    #[test]
    fn texts_lead_to_texts_that_there_are() {
        let names = |texts: &[Text], folder: &str| -> Vec<String> {
            texts.iter().map(|text| format!("/{folder}/{}", text.name)).collect()
        };
        let all = [names(GUIDES, "aide"), names(SERVICE, "service")].concat();
        for text in GUIDES.iter().chain(SERVICE) {
            for link in text.markdown.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let is_text = link.starts_with("/aide/") || link.starts_with("/service/");
                let exists = all.iter().any(|one| one == link) || link == "/service/etat";
                assert!(!is_text || exists, "{link} in {}", text.name);
            }
        }
    }

    /// Drawings are for the eyes alone: whatever is written in one of them stands in the text, too.
    #[test]
    fn drawings_say_nothing_that_their_text_does_not() {
        for Drawing { address, svg } in DRAWINGS {
            let image = format!("![]({address})");
            let guide = GUIDES.iter().find(|guide| guide.markdown.contains(&image)).expect("each is shown");
            let labels = svg.split("<text ").skip(1);
            for label in labels.filter_map(|rest| Some(rest.split_once('>')?.1.split_once('<')?.0)) {
                assert!(guide.markdown.contains(label), "{label} of {address} in {}", guide.name);
            }
        }
    }

    /// The content security policy refuses styles and scripts in the markup; a phone is 320 pixels wide, and a page is to come soon.
    #[test]
    fn drawings_are_plain_small_and_hidden_from_screen_readers() {
        for Drawing { address, svg } in DRAWINGS {
            let root = svg.lines().next().unwrap_or_default();
            assert!(root.starts_with("<svg ") && root.contains(" aria-hidden=\"true\""), "{address}");
            assert!(root.contains(" width=\"240\"") && svg.len() <= 1_200, "{address} has {} bytes", svg.len());
            assert!(!["style", "<script", " on", "href", "id="].iter().any(|part| svg.contains(part)), "{address}");
        }
    }

    #[test]
    fn an_image_is_a_drawing_of_ours_or_its_words() {
        for text in GUIDES.iter().chain(SERVICE) {
            let html = as_html(text.markdown);
            assert_eq!(html.matches("<svg ").count(), text.markdown.matches("![](").count(), "{}", text.name);
            assert!(!html.contains("<img") && !html.contains("&lt;svg"), "{}", text.name);
        }
        assert_eq!(as_html("![Un mot](https://ailleurs.example/image.svg)"), "<p>Un mot</p>\n");
    }

    /// What stands between `begin` and the next quotation mark, one after the other.
    fn values<'a>(html: &'a str, begin: &str) -> Vec<&'a str> {
        html.split(begin).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn a_row_of_a_table_is_a_card_that_needs_no_heading() {
        let html = as_html("| Quoi | « A » & \"B\" |\n| --- | --- |\n| un | [deux](/deux) |\n");
        assert_eq!(
            html,
            "<table class=\"cards\" role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">\
             <th role=\"columnheader\" scope=\"col\">Quoi</th><th role=\"columnheader\" scope=\"col\">« A » &amp; \"B\"</th></tr></thead>\n\
             <tbody role=\"rowgroup\">\n\
             <tr role=\"row\"><th role=\"rowheader\" scope=\"row\">un</th>\
             <td role=\"cell\" class=\"long\" data-label=\"« A » &amp; &quot;B&quot;\"><a href=\"/deux\">deux</a></td></tr>\n\
             </tbody></table>\n"
        );
    }

    #[test]
    fn a_text_of_three_parts_begins_with_links_to_them() {
        let html = as_html(
            "# Guide\n\nBonjour.\n\n## Créer l’œuvre\n\n### Où ?\n\n## `A` & *B*\n\n## Créer l’œuvre\n\nTexte.\n",
        );
        let links = "</h1>\n<nav class=\"panel no-print\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">Dans cette page</h2>\n<ul>\n\
                     <li><a href=\"#creer-l-oeuvre\">Créer l’œuvre</a></li>\n\
                     <li><a href=\"#a-b\">A &amp; B</a></li>\n\
                     <li><a href=\"#creer-l-oeuvre-bis\">Créer l’œuvre</a></li>\n\
                     </ul>\n</nav>\n<p>Bonjour.</p>\n";
        assert!(html.contains(links), "{html}");
        assert_eq!(values(&html, " id=\""), ["contents", "creer-l-oeuvre", "ou", "a-b", "creer-l-oeuvre-bis"]);
    }

    #[test]
    fn a_text_of_two_parts_has_no_links() {
        assert_eq!(
            as_html("# Guide\n\n## Un\n\n## Deux\n"),
            "<h1>Guide</h1>\n<h2 id=\"un\">Un</h2>\n<h2 id=\"deux\">Deux</h2>\n"
        );
    }

    /// Those of the page around the text are `main`, `menu` and `ends-soon`.
    #[test]
    fn each_link_within_a_text_leads_to_one_heading() {
        for text in GUIDES.iter().chain(SERVICE) {
            let html = as_html(text.markdown);
            let addresses = values(&html, " id=\"");
            let mut taken = BTreeSet::from(["main", "menu", "ends-soon", ""]);
            assert!(addresses.iter().all(|address| taken.insert(address)), "{}: {addresses:?}", text.name);
            let links = values(&html, "href=\"#");
            assert!(links.iter().all(|link| addresses.contains(link)), "{}: {links:?}", text.name);
            let parts = text.markdown.lines().filter(|line| line.starts_with("## ")).count();
            assert_eq!(links.len(), if parts < contents::FEWEST { 0 } else { parts }, "{}", text.name);
        }
    }

    #[test]
    fn what_the_operator_says_stands_where_it_belongs() {
        let config = Config {
            table: String::new(),
            mail_queue_url: String::new(),
            support_email: "aide@exemple.fr".to_owned(),
            notice: LegalNotice {
                publisher: "Exemple".to_owned(),
                form: "association".to_owned(),
                address: "1 rue de l’Exemple".to_owned(),
                phone: "01 99 00 00 00".to_owned(),
                director: "Camille Exemple".to_owned(),
                host: "Hébergeur, 2 rue de l’Exemple".to_owned(),
            },
            has_mediacentre: false,
            origin: String::new(),
        };
        for text in GUIDES.iter().chain(SERVICE) {
            let markdown = filled_in(text.markdown, &config);
            assert!(!markdown.contains(['{', '}']), "{}", text.name);
        }
        assert!(filled_in("[{support}](mailto:{support})", &config).contains("mailto:aide@exemple.fr"));
        let notice = SERVICE.iter().find(|text| text.name == "mentions-legales").unwrap().markdown;
        let told = filled_in(notice, &config);
        let facts =
            ["Exemple", "association", "1 rue de l’Exemple", "01 99 00 00 00", "Camille Exemple", "Hébergeur, 2 rue"];
        assert!(facts.iter().all(|fact| told.contains(fact)), "{told}");
        let notice = LegalNotice { publisher: "<b onclick=x>Éditeur".to_owned(), ..config.notice.clone() };
        let config = Config { notice, ..config };
        assert!(!as_html(&filled_in("Publié par {publisher}.", &config)).contains("<b"));
    }
}
