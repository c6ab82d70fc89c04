//! What every HTTP function shares: the two faces of a view (a page for people, JSON for programs), errors that both
//! understand, who is asking, and the headers that keep browsers safe.

mod answer_size;
mod asked;
mod assets;
mod client;
mod cookie;
mod deadline;
mod device;
mod event;
mod extractor;
mod face;
mod form_token;
mod guard;
mod in_space;
mod input;
pub mod lambda;
mod link;
mod next;
pub mod openapi;
mod problem;
mod route;
mod session;
mod shell;
mod typed;
mod visitor;
mod wait;

pub use asked::{Asked, AskedPairs, unreadable_address};
pub use assets::{ASSET_ROUTE, asset};
pub use client::ClientAddress;
pub use cookie::{SIGN_ON_REQUESTS_COOKIE, SameSite, SecretCookie, WAITING_SIGN_ON};
pub use device::Device;
pub use extractor::{Extractor, Extractors};
pub use face::Face;
pub use form_token::FormToken;
pub use guard::{Presented, authorise, authorise_beside, require_account, require_sign_in, signed_in};
pub use input::{Input, Proof};
pub use link::Ways;
pub use next::Next;
pub use problem::{Code, FieldError, Problem};
pub use route::{Access, Purpose, Reading, Route, RouteDoc, SchemaOf, Serving};
pub use session::{NewSession, SESSION_COOKIE, claimed_session, forget_session, forget_visit};
pub use shell::{POSTED_FROM_ELSEWHERE, Shell, wrap};
pub use typed::keeps_a_form;
pub use visitor::{CSRF_FIELD, SignedIn, Visitor};
pub use wait::Wait;
