//! What every HTTP function shares: the two faces of a view (a page for people, JSON for programs), errors that both
//! understand, who is asking, and the headers that keep browsers safe. DESIGN §§2, 5.

mod assets;
mod face;
mod input;
mod problem;
mod shell;
mod visitor;

pub use assets::{ASSET_ROUTE, asset};
pub use face::Face;
pub use input::Input;
pub use problem::{Code, Problem};
pub use shell::{Shell, wrap};
pub use visitor::{CSRF_FIELD, SESSION_COOKIE, Visitor, authorise, open_session};
