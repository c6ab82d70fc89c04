//! What holds for a page that people look at: it fits every screen, its scripts run, nobody is kept out of it, and Tab goes through it.
//! `RENTREE_LOOKS=all` audits each page at every width in both schemes, and keeps a picture of each; a run of all journeys looks at two.
//! `RENTREE_LOOKS=none` keeps no pictures, which take an eighth of the time: nobody looks at those of a run of everything.

use fantoccini::Client;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Value, json};

use super::axe;
use super::browser::{Browser, Look};

const LOOKS: &str = "RENTREE_LOOKS";
/// A small phone, a usual one, a tablet, a desk.
const WIDTHS: [u32; 4] = [320, 360, 768, 1280];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// Where a plain space stands before `: ; ! ?` or within `« »`, in what the page says or tells to screen readers. What people typed
/// is theirs.
const LOOSE_SIGNS: &str = r"
    const loose = /[^ \t\n]*(?:[ \t\n][:;!?»](?=[\s]|$)|«[ \t\n])[^ \t\n]*/g;
    const texts = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        if (!walker.currentNode.parentElement.closest('script, style, code, pre, textarea, .lines')) texts.push(walker.currentNode.data);
    }
    for (const name of ['aria-label', 'title', 'alt', 'placeholder']) {
        for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name));
    }
    return texts.flatMap((text) => text.match(loose) ?? []);";

/// Numbers that want a no-break space between their thousands, where they are no year, date, code, name or postal address. (More digits than six are one.)
const LOOSE_NUMBERS: &str = r"
    const loose = /(?<![\w.,\/:@-])(?!(?:19|20)\d\d(?!\d))\d{4,6}(?![\w\/:-]|,| [A-Z])/g;
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        if (!walker.currentNode.parentElement.closest('script, style, code, pre, textarea, [translate=no]')) texts.push(walker.currentNode.data);
    }
    return texts.flatMap((text) => text.match(loose) ?? []);";

fn looks() -> String {
    std::env::var(LOOKS).unwrap_or_default()
}

/// Whether people look at the pages of this run.
pub(crate) fn keeps_pictures() -> bool {
    looks() != "none"
}

/// Keeps a picture of the page, and looks at it as everybody should.
pub(crate) async fn picture(browser: &Browser, look: Look, name: &str) -> anyhow::Result<()> {
    let client = &browser.client;
    let complaints = browser.complaints().await?;
    assert!(complaints.is_empty(), "{name}: the browser complains: {complaints:#?}");
    if look.javascript {
        fits(client, look.width, name).await?;
        audited(client, name).await?;
        let loose = client.execute(LOOSE_SIGNS, vec![]).await?;
        assert_eq!(loose, json!([]), "{name}: these signs want no-break spaces");
        let numbers = client.execute(LOOSE_NUMBERS, vec![]).await?;
        assert_eq!(numbers, json!([]), "{name}: these numbers want their thousands apart");
        if !look.dark {
            reached_by_keyboard(client, name).await?;
            every_width(browser, name).await?;
        }
    }
    browser.screenshot(name).await
}

/// The same page on other screens, which emulation makes of this one.
async fn every_width(browser: &Browser, name: &str) -> anyhow::Result<()> {
    let all = looks() == "all";
    for width in WIDTHS {
        let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500});
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
        fits(&browser.client, width, name).await?;
        for scheme in SCHEMES.iter().filter(|_| all) {
            browser.shows("", scheme).await?;
            let name = format!("{name}-{width}-{scheme}");
            audited(&browser.client, &name).await?;
            reached_by_keyboard(&browser.client, &name).await?;
            browser.screenshot(&name).await?;
        }
    }
    if all {
        browser.shows("", browser.scheme).await?;
    }
    browser.devtools("Emulation.clearDeviceMetricsOverride", &json!({})).await?;
    Ok(())
}

async fn fits(client: &Client, width: u32, name: &str) -> anyhow::Result<()> {
    let needed = client.execute("return document.documentElement.scrollWidth", vec![]).await?;
    assert!(needed.as_u64() <= Some(width.into()), "{name} is {needed} pixels wide on a screen of {width}");
    Ok(())
}

async fn audited(client: &Client, name: &str) -> anyhow::Result<()> {
    let violations = axe::violations(client).await?;
    assert!(violations.is_empty(), "{name}: {violations:#?}");
    Ok(())
}

/// Tab goes through every link, button and field of the page that is not disabled, in their order, and shows where it
/// is. All at once: the page notes where the focus went.
async fn reached_by_keyboard(client: &Client, name: &str) -> anyhow::Result<()> {
    const WATCH: &str = "const all = () => [...document.querySelectorAll('a[href], button, summary, select, textarea, input, [tabindex=\"0\"]')]
        .filter((control) => control.type !== 'hidden' && !control.disabled && control.checkVisibility());
        window.focused = [];
        window.noting?.abort();
        window.noting = new AbortController();
        document.activeElement?.blur();
        document.addEventListener('focusin', ({ target }) => {
            window.focused.push([all().indexOf(target), getComputedStyle(target).outlineStyle]);
        }, { signal: window.noting.signal });
        all()[0].focus();
        return all().length";
    // The picture that follows begins at the top, as people see the page first.
    const TOP: &str = "document.activeElement?.blur(); scrollTo(0, 0); return window.focused";
    let count = client.execute(WATCH, vec![]).await?.as_i64().unwrap_or_default();
    // Sent to the page, not to a control: one that chooses files would take it for a name.
    let key = char::from(Key::Tab);
    let tabs = (1..count).fold(KeyActions::new("keyboard".to_owned()), |keys, _| {
        keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key })
    });
    client.perform_actions(tabs).await?;
    let focused = client.execute(TOP, vec![]).await?;
    let focused: Vec<(i64, String)> = serde_json::from_value(focused)?;
    assert_eq!(
        focused.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
        (0..count).collect::<Vec<_>>(),
        "{name}: Tab goes elsewhere"
    );
    // The first has the focus by our hand, which shows nothing.
    for (at, outline) in &focused[1..] {
        assert_eq!(outline, "solid", "{name}: focus is not seen on control {at}");
    }
    Ok(())
}

/// What a browser says of a page: a script that does not read or fails, and what the security policy refused. That an answer was an
/// error of ours is no complaint of it.
pub(crate) fn is_complaint(line: &Value) -> bool {
    line["level"] == "SEVERE" && line["source"] != "network"
}
