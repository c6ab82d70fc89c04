//! Everything on one machine: the stand-ins for AWS, the functions' own routers behind one port, the worker fed by the
//! real queue, a demo school, a mailbox for sent mail.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod cargo_lambda;
pub mod client;
mod course;
mod demo;
mod design;
mod door;
pub mod ent;
pub mod env_file;
mod event_source;
pub mod grounds;
pub mod idp;
mod mailbox;
pub mod measure;
pub mod operator;
pub mod people;
pub mod phone;
mod publisher;
pub mod pupils;
pub mod running;
pub mod said;
mod serving;
pub mod state;
pub mod tour;
mod watched;
pub mod zips;

pub use demo::{DEMO_EMAIL, DEMO_PASSWORD, DEMO_UAI};
pub use door::Door;
pub use running::{Options, Rentree, proposed};
pub use watched::Watched;
