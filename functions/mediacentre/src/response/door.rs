//! May these bytes be parsed at all? What an XML parser would take, but two parsers might take differently, ends here.

mod attributes;
mod declaration;
mod ids;
mod tags;

use std::borrow::Cow;

use roxmltree::{Document, Error, ParsingOptions};

use super::code::Code;
use super::refusal::Refusal;

/// At most so many bytes of XML.
const LARGEST: usize = 256 * 1024;
/// At most so many nodes, the document itself and texts between elements included.
const NODES: u32 = 4096;

/// The text, without byte order mark and XML declaration, its line ends as XML wants them (XML 1.0, 2.11).
///
/// The parser would translate line ends itself, but keeps a carriage return that a character reference follows.
pub fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    if bytes.len() > LARGEST {
        return Err(Code::TooLarge.into());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Code::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = declaration::take(text)?;
    Ok(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() })
}

/// The document, if nothing about it is odd.
pub fn parse(text: &str) -> Result<Document<'_>, Refusal> {
    tags::check(text)?;
    let options = ParsingOptions { nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => Code::Doctype.into(),
        Error::NodesLimitReached => Code::TooManyNodes.into(),
        error => Code::NotWellFormed.with(format_args!("Voir la ligne {}.", error.pos().row)),
    })?;
    ids::check(&document)?;
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(xml: impl AsRef<[u8]>) -> Option<Code> {
        text(xml.as_ref()).and_then(|text| parse(&text).map(drop)).err().map(|refusal| refusal.code)
    }

    #[test]
    fn sound_documents_pass() {
        for xml in [
            "<a/>",
            "\u{feff}<a/>",
            "<?xml version='1.0'?><a/>",
            "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<!-- <? <!DOCTYPE --><a>&lt;&#65;&#x41;<![CDATA[<?<b xmlns:p=\"\">]]></a>\n",
            "<a xmlns='' xmlns:p='urn:p' p:b='>' c='/>'><p:d / ></a>".replace("/ >", "/>").as_str(),
        ] {
            assert_eq!(refused(xml), None, "{xml}");
        }
    }

    #[test]
    fn size_has_an_end() {
        assert_eq!(refused(format!("<a>{}</a>", "x".repeat(LARGEST - 7))), None);
        assert_eq!(refused(format!("<a>{}</a>", "x".repeat(LARGEST - 6))), Some(Code::TooLarge));
        assert_eq!(refused(format!("<a>{}</a>", "<b/>".repeat(4094))), None);
        assert_eq!(refused(format!("<a>{}</a>", "<b/>".repeat(4095))), Some(Code::TooManyNodes));
        assert_eq!(refused(format!("{}{}", "<a>".repeat(32), "</a>".repeat(32))), None);
        assert_eq!(refused(format!("{}{}", "<a>".repeat(33), "</a>".repeat(33))), Some(Code::TooDeep));
        assert_eq!(refused(format!("{}<a/>{}", "<a>".repeat(32), "</a>".repeat(32))), Some(Code::TooDeep));
        let tag =
            |attributes: usize| format!("<a {}/>", (0..attributes).map(|n| format!("b{n}=''\n")).collect::<String>());
        assert_eq!(refused(tag(64)), None);
        assert_eq!(refused(tag(65)), Some(Code::TooManyAttributes));
        let declared = |level: usize| (0..20).map(|n| format!(" xmlns:p{level}x{n}='u'")).collect::<String>();
        let nested = |levels: usize| {
            let tags: String = (0..levels).map(|level| format!("<a{}>", declared(level))).collect();
            format!("{tags}<b xmlns='u'/>{}", "</a>".repeat(levels))
        };
        assert_eq!(refused(nested(3)), None);
        assert_eq!(refused(nested(4)), Some(Code::TooManyAttributes));
        assert_eq!(refused(format!("<c>{}</c>", nested(3).repeat(3))), None, "beside one another");
    }

    #[test]
    fn what_two_parsers_may_read_differently_is_refused() {
        for (xml, code) in [
            ("<a>\u{fffe}</a>", Code::NotWellFormed),
            ("<!DOCTYPE a><a/>", Code::Doctype),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Code::Doctype),
            ("<a/><!DOCTYPE a>", Code::Doctype),
            ("<a><!ELEMENT b></a>", Code::Doctype),
            ("<?b?><a/>", Code::ProcessingInstruction),
            ("<a><?b c?></a>", Code::ProcessingInstruction),
            ("<a/><?b?>", Code::ProcessingInstruction),
            ("\n<?xml version='1.0'?><a/>", Code::ProcessingInstruction),
            ("<a>&b;</a>", Code::NotWellFormed),
            ("<a>&#0;</a>", Code::NotWellFormed),
            ("<a>&#xD800;</a>", Code::NotWellFormed),
            ("<a b='&#x110000;'/>", Code::NotWellFormed),
            ("<a b='1' b='2'/>", Code::NotWellFormed),
            ("<a xmlns:p='urn:p' xmlns:q='urn:p' p:b='1' q:b='2'/>", Code::NotWellFormed),
            ("<p:a/>", Code::NotWellFormed),
            ("<a></b>", Code::NotWellFormed),
            ("<a/><b/>", Code::NotWellFormed),
            ("<a>", Code::NotWellFormed),
            ("<a b=c/>", Code::NotWellFormed),
            ("<a b='c'd='e'/>", Code::NotWellFormed),
            ("<a b='<'/>", Code::NotWellFormed),
            ("<a>]]></a>", Code::NotWellFormed),
            ("<a/>text", Code::NotWellFormed),
            ("", Code::NotWellFormed),
            ("<!-- -- --><a/>", Code::NotWellFormed),
            ("<!-- <a/>", Code::NotWellFormed),
            ("<a><![CDATA[</a>", Code::NotWellFormed),
            ("<a xmlns='urn:a' xmlns='urn:b'/>", Code::NamespacesMalformed),
            ("<a xmlns:p='urn:a' xmlns:p='urn:a'/>", Code::NamespacesMalformed),
            (
                "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
                Code::NamespacesMalformed,
            ),
            ("<a xmlns:p=''/>", Code::NamespacesMalformed),
            ("<a xmlns:p='urn:p' p:xmlns='urn:q'/>", Code::NamespacesMalformed),
            ("<a :xmlns='urn:q'/>", Code::NamespacesMalformed),
            ("<a xmlns:xmlns='urn:q'/>", Code::NamespacesMalformed),
            ("<:a/>", Code::NamespacesMalformed),
            ("<a></:a>", Code::NamespacesMalformed),
            ("<a ID='x'><b ID='x'/></a>", Code::IdTwice),
            ("<a ID='x'><b Id='x'/></a>", Code::IdTwice),
            ("<a id='x'><b xml:id='x'/></a>", Code::IdTwice),
            ("<a id='&#x78;' xml:id='x'/>", Code::IdTwice),
        ] {
            assert_eq!(refused(xml), Some(code), "{xml}");
        }
        assert_eq!(refused(b"<a>\xff</a>"), Some(Code::NotUtf8));
        assert_eq!(
            refused("<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()),
            Some(Code::NotWellFormed)
        );
        assert_eq!(refused([0xff, 0xfe, b'<', 0]), Some(Code::NotUtf8));
    }

    #[test]
    fn line_ends_are_those_of_xml_whatever_follows_them() {
        let text = text(b"<a b='1\r\n2\r3&#xD;'>\r\n\r&#xD;\r&amp;\r&#xA;<![CDATA[\r\r\n]]></a>").unwrap();
        let document = parse(&text).unwrap();
        assert_eq!(document.root_element().text(), Some("\n\n\r\n&\n\n\n\n"));
        assert_eq!(document.root_element().attribute("b"), Some("1 2 3\r"));
    }

    #[test]
    fn hostile_documents_are_told_apart_at_once() {
        let many_names: String = (0..24_000).map(|n| format!("b{n}='' ")).collect();
        let many_prefixes: String = (0..13_000).map(|n| format!("xmlns:b{n}='u' ")).collect();
        let started = std::time::Instant::now();
        assert_eq!(refused(format!("<a {many_names}/>")), Some(Code::TooManyAttributes));
        assert_eq!(refused(format!("<a {many_prefixes}/>")), Some(Code::TooManyAttributes));
        assert_eq!(refused("<a>".repeat(80_000)), Some(Code::TooDeep));
        assert_eq!(refused("<".repeat(200_000)), Some(Code::NotWellFormed));
        println!("{:?}", started.elapsed());
    }
}
