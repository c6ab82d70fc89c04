//! School record books take the certifications of a school over: LSU those of écoles and collèges, LSL those of lycées. Programs read them in
//! the shape that is published for it, by credentials of their own; an administrator downloads the same as a list. No session is looked at
//! here, and no token anywhere else. `docs/record-books.md` is for those who write such a program.

mod caller;
mod credentials;
mod download;
mod read;
mod refusal;
mod shape;
mod taken;
mod token;

pub(crate) use download::csv;
pub(crate) use read::read;
pub(crate) use refusal::RefusalView;
pub(crate) use shape::RecordBookView;
pub(crate) use token::{TokenFields, TokenView, issue};
