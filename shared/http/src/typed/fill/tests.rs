use proptest::prelude::*;

use super::*;

const PAGE: &str = r#"<form method="post" action="/sign-out"><button>x</button></form>
<form id="it" method="post" action="/a/b">
<input type="hidden" name="csrf" value="fresh">
<input name="title" type="text" value="" spellcheck="false" required>
<textarea name="message" rows="4">
old</textarea>
<select name="course"><option value="">Choisissez</option><option value="x" selected>X</option><option value="y">Y</option></select>
<input type="checkbox" name="day" value="1" checked><input type="checkbox" name="day" value="2">
<input type="password" name="password" value="">
<button name="way" value="go">Go</button></form>
<input type="checkbox" form="it" name="who" value="z"><select><option value="y">Y</option></select>"#;

const NOTICES: [&str; 2] = ["<p>notice</p>", "<p>not all</p>"];

fn filled(fields: &[(&str, &str)]) -> Option<String> {
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    fill(PAGE, "/a/b", &fields, NOTICES)
}

#[test]
fn each_control_holds_what_was_typed_and_the_rest_stays() {
    let page = filled(&[
        ("title", "Rentrée \"2026\""),
        ("message", "Bonjour <tous>"),
        ("course", "y"),
        ("day", "2"),
        ("who", "z"),
        ("way", "go"),
    ]);
    let wanted = PAGE
        .replace("action=\"/a/b\">", "action=\"/a/b\"><p>notice</p>")
        .replace(
            r#"<input name="title" type="text" value="" spellcheck="false" required>"#,
            r#"<input name="title" type="text" spellcheck="false" required value="Rentrée &#34;2026&#34;">"#,
        )
        .replace("\nold<", "\nBonjour &#60;tous&#62;<")
        .replace(r#"<option value="x" selected>"#, r#"<option value="x">"#)
        .replacen(r#"<option value="y">"#, r#"<option value="y" selected>"#, 1)
        .replace(r#"value="1" checked>"#, r#"value="1">"#)
        .replace(r#"name="day" value="2">"#, r#"name="day" value="2" checked>"#)
        .replace(r#"name="who" value="z">"#, r#"name="who" value="z" checked>"#);
    assert_eq!(page.unwrap(), wanted);
}

/// What cannot be ticked again is told: nobody sends less than they meant.
#[test]
fn a_box_that_is_not_there_is_told() {
    let page = filled(&[("day", "2"), ("day", "3")]).unwrap();
    assert!(page.contains("<p>not all</p>") && !page.contains("<p>notice</p>"), "{page}");
    assert!(page.contains(r#"name="day" value="2" checked>"#), "{page}");
    assert!(filled(&[("day", "2"), ("title", "3")]).unwrap().contains("<p>notice</p>"));
}

/// On a phone a filter is folded away, with the notice and what was typed in it.
#[test]
fn what_folds_the_form_away_is_open() {
    let fold = r#"<details class="fold"><summary>Filtre</summary></details>"#;
    let another = r#"<form method="get" action="/a"></form>"#;
    let page = |before: &str| fill(&format!("{before}{PAGE}"), "/sign-out", &[], NOTICES).unwrap();
    assert!(page(&format!("{fold}\n")).starts_with(r#"<details class="fold" open><summary>"#));
    assert!(page(&format!("{fold}{another}")).starts_with(fold), "it is of another form");
    assert!(page("<details><summary>x</summary></details>").starts_with("<details><summary>"));
}

#[test]
fn another_form_is_left_alone() {
    assert_eq!(filled(&[("unknown", "x")]), None);
    assert_eq!(fill(PAGE, "/a/c", &[], NOTICES), None);
    assert_eq!(
        fill(PAGE, "/a/b", &[("csrf".to_owned(), "old".to_owned())], NOTICES).unwrap().matches("old").count(),
        1
    );
}

proptest! {
    /// Whatever was typed comes back as it was, and adds no tag to the page.
    #[test]
    fn what_was_typed_adds_nothing_to_the_page(title in any::<String>(), message in any::<String>()) {
        let page = filled(&[("title", &title), ("message", &message)]).unwrap();
        let names = |html: &str| tags(html).iter().map(|tag| tag.name.to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(names(&page), names(&PAGE.replace("/a/b\">", "/a/b\"><p>notice</p>")));
        let tags = tags(&page);
        let input = tags.iter().find(|tag| tag.named().as_deref() == Some("title")).unwrap();
        prop_assert_eq!(unescaped(input.attribute("value").unwrap()), title);
        let area = tags.iter().find(|tag| tag.name == "textarea").unwrap();
        let text = page[area.end..].split("</textarea>").next().unwrap();
        prop_assert_eq!(unescaped(text), format!("\n{message}"));
    }

    #[test]
    fn no_page_is_too_strange(html in "[<>a-z=\" /\n]{0,60}", fields in prop::collection::vec(("[a-z]{0,2}", "[a-z<]{0,2}"), 0..3)) {
        let _ = fill(&html, "/", &fields, NOTICES);
    }
}
