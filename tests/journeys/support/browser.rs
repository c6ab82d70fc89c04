//! A real browser: headless Chromium, driven through chromedriver.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::{PrintConfiguration, PrintSize, TimeoutConfiguration, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use super::looks::{is_complaint, keeps_pictures};
use super::people::{PASSWORD, Person};
use super::{PATIENCE, eventually, product};

pub(crate) use super::looks::picture;

/// A browser of one test's own. Closed by [`close`](Self::close), or with the test.
pub(crate) struct Browser {
    pub(crate) client: Client,
    /// `light` or `dark`, as it was opened.
    pub(crate) scheme: &'static str,
    /// Where its driver answers.
    driver: String,
    http: reqwest::Client,
    /// Whether each of its windows has to be told that pages have no scripts. In a whole browser that is a setting.
    tells_windows: bool,
    _driver: Child,
    profile: tempfile::TempDir,
}

/// How a browser should be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) javascript: bool,
    pub(crate) dark: bool,
    /// With all that a browser says and asks by itself, and its settings. What draws pages alone takes half the time.
    pub(crate) whole: bool,
}

pub(crate) const DESKTOP: Look = Look { width: 1200, javascript: true, dark: false, whole: false };
pub(crate) const PHONE: Look = Look { width: 320, dark: true, ..DESKTOP };
pub(crate) const WITHOUT_SCRIPTS: Look = Look { javascript: false, ..DESKTOP };
pub(crate) const WHOLE: Look = Look { whole: true, ..DESKTOP };

/// Chromium without windows and settings, where Debian installs it; what stands in `/usr/bin` starts it and does not end it. Where there is
/// none, the whole one does.
const SHELL: &str = "/usr/lib/chromium/chromium-headless-shell";

/// Where a browser keeps what it downloads, in its profile.
const DOWNLOADS: &str = "downloads";

impl Browser {
    pub(crate) async fn open(look: Look) -> anyhow::Result<Self> {
        Self::start(look, false).await
    }

    /// One whose driver keeps what the network does, for [`network`](Self::network).
    pub(crate) async fn open_watched(look: Look) -> anyhow::Result<Self> {
        Self::start(look, true).await
    }

    async fn start(look: Look, watched: bool) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let profile = tempfile::tempdir()?;
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("TMPDIR", profile.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("chromedriver is needed (cargo verify installs it; Debian: apt-get install chromium-driver)")?;
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ]
        .map(ToOwned::to_owned)
        .into();
        arguments.push(format!("--window-size={},900", look.width.max(500)));
        let is_shell = !look.whole && Path::new(SHELL).exists();
        if is_shell {
            // Without the process that others are forked from, and without processes apart for other sites: that saves a tenth of the processor's
            // time.
            arguments.extend(["--no-zygote", "--disable-site-isolation-trials"].map(ToOwned::to_owned));
        }
        let javascript = if look.javascript { 1 } else { 2 };
        let driver_url = format!("http://127.0.0.1:{port}");
        let mut options = json!({
            "args": arguments,
            "prefs": {
                "profile.managed_default_content_settings.javascript": javascript,
                "download.default_directory": profile.path().join(DOWNLOADS),
            },
        });
        if is_shell {
            options["binary"] = SHELL.into();
        }
        if look.width < 500 {
            // Windows have a least width; emulated phones do not. The driver waits for ever for its finger where pages have no scripts.
            let touch = look.javascript;
            options["mobileEmulation"] =
                json!({"deviceMetrics": {"width": look.width, "height": 900, "pixelRatio": 2.0, "touch": touch}});
        }
        let mut log = json!({"browser": "SEVERE"});
        if watched {
            log["performance"] = "ALL".into();
        }
        let capabilities = json!({"goog:chromeOptions": options, "goog:loggingPrefs": log});
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let started = Instant::now();
        while started.elapsed() < *PATIENCE {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities.clone());
            if let Ok(client) = builder.connect(&driver_url).await {
                // The audit of a page is a script; a slow machine must not end it.
                let timeouts = TimeoutConfiguration::new(Some(*PATIENCE), Some(*PATIENCE), None);
                client.update_timeouts(timeouts).await?;
                let http = reqwest::Client::builder().no_proxy().build()?;
                let scheme = if look.dark { "dark" } else { "light" };
                let tells_windows = is_shell && !look.javascript;
                let browser =
                    Self { client, scheme, driver: driver_url, http, tells_windows, _driver: driver, profile };
                browser.shows("", scheme).await?;
                browser.tell_window().await?;
                if is_shell {
                    // It has no settings.
                    let downloads = browser.profile.path().join(DOWNLOADS);
                    let allow = json!({"behavior": "allow", "downloadPath": downloads});
                    browser.devtools("Browser.setDownloadBehavior", &allow).await?;
                }
                return Ok(browser);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("chromedriver did not open a browser")
    }

    /// Opens a second window, and turns to it. Windows keep the defaults until they are told of light or dark, and of scripts, as here.
    pub(crate) async fn second_window(&self) -> anyhow::Result<WindowHandle> {
        let window = self.client.new_window(true).await?.handle;
        self.client.switch_to_window(window.clone()).await?;
        self.shows("", self.scheme).await?;
        self.tell_window().await?;
        Ok(window)
    }

    /// What is told to a window holds until it closes.
    async fn tell_window(&self) -> anyhow::Result<()> {
        if self.tells_windows {
            self.devtools("Emulation.setScriptExecutionDisabled", &json!({"value": true})).await?;
        }
        Ok(())
    }

    /// What the network of a watched browser did since the last time that somebody asked: events of the `DevTools` protocol.
    pub(crate) async fn network(&self) -> anyhow::Result<Vec<Value>> {
        let lines = self.log("performance").await?;
        let event = |line: &Value| serde_json::from_str::<Value>(line["message"].as_str()?).ok();
        Ok(lines.iter().filter_map(event).map(|event| event["message"].clone()).collect())
    }

    /// What the browser complained of since the last time that somebody asked.
    pub(crate) async fn complaints(&self) -> anyhow::Result<Vec<Value>> {
        Ok(self.log("browser").await?.into_iter().filter(is_complaint).collect())
    }

    async fn log(&self, kind: &str) -> anyhow::Result<Vec<Value>> {
        let lines = self.driver("se/log", &json!({ "type": kind })).await?;
        lines.as_array().cloned().context("lines of the log")
    }

    /// Shows pages in `print`, or else as they are to be, `light` or `dark`.
    pub(crate) async fn shows(&self, media: &str, scheme: &str) -> anyhow::Result<()> {
        let media = json!({"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", &media).await?;
        Ok(())
    }

    /// A command of the `DevTools` protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: &Value) -> anyhow::Result<Value> {
        self.driver("goog/cdp/execute", &json!({"cmd": command, "params": parameters})).await
    }

    /// What Chromium's driver can beyond the standard.
    async fn driver(&self, command: &str, parameters: &Value) -> anyhow::Result<Value> {
        let session = self.client.session_id().await?.context("a session")?;
        let url = format!("{}/session/{session}/{command}", self.driver);
        let answer = self.http.post(url).json(parameters).send().await?.error_for_status()?;
        Ok(answer.json::<Value>().await?["value"].clone())
    }

    /// Keeps a picture of the page for people to look at, under `target/screenshots/`, if they look at this run.
    pub(crate) async fn screenshot(&self, name: &str) -> anyhow::Result<()> {
        if !keeps_pictures() {
            return Ok(());
        }
        let folder = pictures();
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await?)?;
        Ok(())
    }

    /// A file that was downloaded, once it is there and whole.
    pub(crate) async fn download(&self, name: &str) -> anyhow::Result<Vec<u8>> {
        let path = self.profile.path().join(DOWNLOADS).join(name);
        eventually(name, async || Ok(std::fs::read(&path).ok().filter(|bytes| !bytes.is_empty()))).await
    }

    /// The page on A4 paper, kept beside the pictures; how many sheets it takes.
    pub(crate) async fn paper(&self, name: &str) -> anyhow::Result<usize> {
        let a4 = PrintConfiguration::builder().size(PrintSize::A4);
        let a4 = a4.build().map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let pdf = self.client.print(a4).await?;
        std::fs::create_dir_all(pictures())?;
        std::fs::write(pictures().join(format!("{name}.pdf")), &pdf)?;
        let text = String::from_utf8_lossy(&pdf);
        Ok(text.matches("/Type /Page\n").count())
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.close().await?)
    }
}

fn pictures() -> PathBuf {
    Path::new(&rentree_testkit::workspace_root()).join("target/screenshots")
}

/// Opens a page of the product.
pub(crate) async fn go(client: &Client, path: &str) -> anyhow::Result<()> {
    Ok(client.goto(&format!("{}{path}", product().url)).await?)
}

/// Signs a member of the staff in.
pub(crate) async fn enter(client: &Client, person: &Person) -> anyhow::Result<()> {
    go(client, "/sign-in").await?;
    sign_in(client, person).await?;
    see(client, "h1", "Accueil").await
}

/// Fills in and sends the form of the page to sign in.
pub(crate) async fn sign_in(client: &Client, person: &Person) -> anyhow::Result<()> {
    fill(client, "#known-login", person.email().as_str()).await?;
    fill(client, "#known-password", PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await
}

/// Waits until the element shows the text: a click may still be on its way.
pub(crate) async fn see(client: &Client, css: &str, text: &str) -> anyhow::Result<()> {
    let what = format!("{css} shows «{text}»");
    let seen = eventually(&what, async || {
        let Ok(element) = client.find(Locator::Css(css)).await else { return Ok(None) };
        // The element may go while we look at it.
        Ok(element.text().await.is_ok_and(|shown| shown.contains(text)).then_some(()))
    })
    .await;
    match seen {
        Ok(()) => Ok(()),
        Err(error) => {
            let shown = client.find(Locator::Css("body")).await?.text().await?;
            Err(error.context(format!("{} shows: {shown}", client.current_url().await?)))
        }
    }
}

/// Clicks, once there is something to click on. What a narrow page keeps in its menu or folds away with its filter is there once that is
/// opened, as for people.
pub(crate) async fn click(client: &Client, css: &str) -> anyhow::Result<()> {
    click_on(client, Locator::Css(css)).await
}

/// The same, told otherwise than by a selector.
pub(crate) async fn click_on(client: &Client, what: Locator<'_>) -> anyhow::Result<()> {
    with(client, what, async |found| {
        if !found.is_displayed().await? {
            let folded = match found.find(OF_ITS_FILTER).await {
                Ok(summary) => summary,
                Err(_) => client.find(MENU).await?,
            };
            unfold(folded).await?;
        }
        found.click().await
    })
    .await
}

const MENU: Locator<'_> = Locator::Css("button[popovertarget=menu]");

/// What unfolds the filter that something is in.
const OF_ITS_FILTER: Locator<'_> =
    Locator::XPath("ancestor::form[@role='search']/preceding-sibling::details[1][@class='fold']/summary");

/// Unfolds the filter of a narrow page; elsewhere it is open.
pub(crate) async fn open_filter(client: &Client) -> anyhow::Result<()> {
    with(client, Locator::Css("details.fold > summary"), unfold).await
}

/// Opens the menu of a narrow page; elsewhere it is open.
pub(crate) async fn open_menu(client: &Client) -> anyhow::Result<()> {
    with(client, MENU, unfold).await
}

async fn unfold(menu: Element) -> Result<(), CmdError> {
    if menu.is_displayed().await? {
        menu.click().await?;
    }
    Ok(())
}

/// The text that something on the page shows.
pub(crate) async fn text_of(client: &Client, what: Locator<'_>) -> anyhow::Result<String> {
    with(client, what, async |found| found.text().await).await
}

/// A property of something on the page, as `value` of a field.
pub(crate) async fn property(client: &Client, css: &str, name: &str) -> anyhow::Result<Option<String>> {
    with(client, Locator::Css(css), async |found| found.prop(name).await).await
}

/// An attribute of something on the page.
pub(crate) async fn attribute(client: &Client, css: &str, name: &str) -> anyhow::Result<Option<String>> {
    with(client, Locator::Css(css), async |found| found.attr(name).await).await
}

/// Does something with an element of the page, once it is there. The page may give way to another between the two: then it is looked for
/// anew, since nothing was done.
async fn with<T>(
    client: &Client,
    what: Locator<'_>,
    act: impl AsyncFn(Element) -> Result<T, CmdError>,
) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        match act(find(client, what).await?).await {
            Err(gone) if gone.is_stale_element_reference() && started.elapsed() < *PATIENCE => {}
            done => return done.with_context(|| format!("with {what:?}")),
        }
    }
}

/// Something on the page, once it is there.
pub(crate) async fn find(client: &Client, what: Locator<'_>) -> anyhow::Result<Element> {
    let found = client.wait().at_most(*PATIENCE).for_element(what).await;
    match found {
        Ok(element) => Ok(element),
        Err(error) => {
            let shown = client.find(Locator::Css("body")).await?.text().await?;
            Err(error).with_context(|| format!("looking for {what:?} in: {shown}"))
        }
    }
}

/// Types into a field, once it is there, in place of what it held.
pub(crate) async fn fill(client: &Client, css: &str, text: &str) -> anyhow::Result<()> {
    with(client, Locator::Css(css), async |field| {
        field.clear().await?;
        field.send_keys(text).await
    })
    .await
}

/// Chooses a file in its field, or types where nothing was.
pub(crate) async fn put(client: &Client, css: &str, text: &str) -> anyhow::Result<()> {
    with(client, Locator::Css(css), async |field| field.send_keys(text).await).await
}

/// The first of these is wholly on the screen from left to right, once it is scrolled to, and a picture of it.
pub(crate) async fn in_sight(browser: &Browser, look: Look, css: &str, name: &str) -> anyhow::Result<()> {
    if look.javascript {
        let place = format!(
            "const it = document.querySelector(\"{css}\"); it.scrollIntoView({{block: 'center', inline: 'start'}});
             document.querySelectorAll('.scroll').forEach((wide) => {{ wide.scrollLeft = 0; }});
             const box = it.getBoundingClientRect(); return [Math.floor(box.left), Math.ceil(box.right)];"
        );
        let [left, right]: [i64; 2] = serde_json::from_value(browser.client.execute(&place, vec![]).await?)?;
        anyhow::ensure!(0 <= left && right <= look.width.into(), "{css} is off the screen, from {left} to {right}");
    }
    browser.screenshot(name).await
}
