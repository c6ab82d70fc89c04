//! The base page, form components, CSS and JavaScript, all embedded. Pages of functions extend `base.html`.
//!
//! Pages work without JavaScript; JavaScript only adds. The theme is our own.

mod breakable;
pub mod chart;
pub mod csv;
mod entry;
mod filter_text;
pub mod form;
pub mod french;
mod list_order;
pub mod qr;
mod typed_address;

use std::io::Write as _;
use std::sync::LazyLock;

use askama::Template;
pub use breakable::breakable;
pub use entry::Entry;
pub use filter_text::FilterText;
use flate2::Compression;
use flate2::write::GzEncoder;
pub use form::{Choices, Field, Form};
pub use list_order::ListOrder;
use sha2::{Digest, Sha256};
pub use typed_address::typed_address;

/// A file that browsers fetch.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Its name.
    pub name: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub content: &'static [u8],
}

const ASSETS: [Asset; 7] = [
    Asset {
        name: "style.css",
        content_type: "text/css; charset=utf-8",
        content: include_bytes!("../assets/style.css"),
    },
    Asset {
        name: "imports.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../assets/imports.js"),
    },
    Asset {
        name: "live.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../assets/live.js"),
    },
    Asset {
        name: "buttons.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../assets/buttons.js"),
    },
    Asset {
        name: "sign-in-code.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../assets/sign-in-code.js"),
    },
    Asset {
        name: "session.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../assets/session.js"),
    },
    Asset { name: "icon.svg", content_type: "image/svg+xml", content: include_bytes!("../assets/icon.svg") },
];

/// An asset by its name.
pub fn asset(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

impl Asset {
    /// What is sent: a script without its comments and indentation, which are for who reads it here.
    pub fn body(&self) -> &'static [u8] {
        static BODIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| ASSETS.iter().map(Asset::lean).collect());
        let place = ASSETS.iter().position(|asset| asset.name == self.name);
        place.and_then(|place| BODIES.get(place)).map_or(self.content, Vec::as_slice)
    }

    fn is_script(&self) -> bool {
        self.content_type.starts_with("text/javascript")
    }

    fn lean(&self) -> Vec<u8> {
        let Some(script) = str::from_utf8(self.content).ok().filter(|_| self.is_script()) else {
            return self.content.to_vec();
        };
        let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//") && !line.starts_with("/**");
        let lines: Vec<&str> = script.lines().map(str::trim_start).filter(is_code).collect();
        lines.join("\n").into_bytes()
    }

    /// Its bytes, packed with gzip. Pages are not packed: how long one is then could tell what a secret in it is. Assets have none.
    pub fn gzip(&self) -> Option<&'static [u8]> {
        static PACKED: LazyLock<Vec<Vec<u8>>> =
            LazyLock::new(|| ASSETS.iter().map(|asset| pack(asset.body())).collect());
        let place = ASSETS.iter().position(|asset| asset.name == self.name)?;
        PACKED.get(place).map(Vec::as_slice)
    }
}

fn pack(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory never fails.
    let _ = encoder.write_all(content);
    encoder.finish().unwrap_or_default()
}

/// The address of all assets: it changes when one of them does.
static ASSETS_BASE: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in ASSETS {
        hash.update(asset.content);
    }
    let version: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("/assets/{version}")
});

/// What surrounds the content of every page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Title of the page, before the product's name.
    pub title: String,
    /// The school whose space this is; `None` outside of any space.
    pub space: Option<Space>,
    /// Who is signed in; `None` for nobody.
    pub visitor: Option<SignedIn>,
    /// Where assets are.
    pub assets: &'static str,
}

/// The school whose space a page shows.
#[derive(Debug, Clone)]
pub struct Space {
    /// UAI.
    pub uai: String,
    /// Name of the school.
    pub school: String,
    /// Which entry of the navigation is current.
    pub section: Section,
    /// Whether who is signed in may import pupils; who may not sees what others imported.
    pub may_import: bool,
    /// What goes on in the space, told on each of its pages.
    pub notice: Option<Notice>,
}

/// Something that goes on, and where to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// One French sentence.
    pub text: &'static str,
    /// What the link says.
    pub link: &'static str,
    /// Where it leads.
    pub href: String,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// First and last name.
    pub name: String,
    /// The token for the form that signs out.
    pub csrf: String,
    /// Whether the account is a pupil's, who looks for campaigns.
    pub is_pupil: bool,
    /// Minutes without a request after which the page says that the session ends soon.
    pub warned_after: i64,
}

/// An entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The home of the space.
    Home,
    /// The list of pupils.
    Learners,
    /// Campaigns.
    Campaigns,
    /// Certifications.
    Certifications,
    /// Imports.
    Imports,
    /// Médiacentre.
    Mediacentre,
    /// The team.
    Team,
}

impl Section {
    /// Whether this is the home of the space.
    pub fn is_home(self) -> bool {
        self == Self::Home
    }

    /// Whether this is the list of pupils.
    pub fn is_learners(self) -> bool {
        self == Self::Learners
    }

    /// Whether this is about campaigns.
    pub fn is_campaigns(self) -> bool {
        self == Self::Campaigns
    }

    /// Whether this is about certifications.
    pub fn is_certifications(self) -> bool {
        self == Self::Certifications
    }

    /// Whether this is about imports.
    pub fn is_imports(self) -> bool {
        self == Self::Imports
    }

    /// Whether this is about the Médiacentre.
    pub fn is_mediacentre(self) -> bool {
        self == Self::Mediacentre
    }

    /// Whether this is about the team.
    pub fn is_team(self) -> bool {
        self == Self::Team
    }
}

impl Frame {
    /// The frame of a page in a school's space.
    pub fn of_space(title: impl Into<String>, space: Space, visitor: SignedIn) -> Self {
        Self { space: Some(space), ..Self::of_account(title, visitor) }
    }

    /// The frame of a page of somebody signed in, outside of any space.
    pub fn of_account(title: impl Into<String>, visitor: SignedIn) -> Self {
        Self { visitor: Some(visitor), ..Self::bare(title) }
    }

    /// The frame of a page for everybody.
    pub fn bare(title: impl Into<String>) -> Self {
        Self { title: french::spaced(&title.into()), space: None, visitor: None, assets: ASSETS_BASE.as_str() }
    }
}

/// The form that signs out, where whoever is at the device may be somebody else than who is signed in.
#[derive(Debug, Clone)]
pub struct SignOut {
    /// The token of the form.
    pub csrf: String,
    /// Where they begin again.
    pub next: String,
    /// Whether that is more likely than that they are who is signed in.
    pub is_first: bool,
}

/// The page of an error.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// The frame.
    pub frame: Frame,
    /// What happened.
    pub title: &'a str,
    /// What to do.
    pub detail: &'a str,
    /// Label and address of a page that leads on.
    pub way_on: Option<(&'a str, &'a str)>,
    /// The way on for who is not the one who is signed in.
    pub sign_out: Option<SignOut>,
    /// Whether something of ours failed: people may have to ask for help.
    pub is_ours: bool,
    /// To tell to whoever helps.
    pub request_id: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the pages promise: six kibibytes of script in all, and a style that leaves room for a page in twenty-five on the line.
    #[test]
    fn scripts_and_style_are_small() {
        let scripts = ASSETS.iter().filter(|asset| asset.is_script());
        let scripts: Vec<&str> = scripts.map(|asset| str::from_utf8(asset.body()).unwrap()).collect();
        assert!(scripts.iter().map(|script| script.len()).sum::<usize>() <= 6_144);
        for script in scripts {
            assert!(script.starts_with("\"use strict\";\n"), "{script}");
            assert!(!script.lines().any(|line| line.starts_with("//") || line.starts_with('*')), "{script}");
        }
        let style = asset("style.css").unwrap();
        assert!(style.gzip().unwrap().len() < 10_000 && style.body() == style.content);
    }
}
