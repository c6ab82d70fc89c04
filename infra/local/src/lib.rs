//! Everything on one machine: the stand-ins for AWS, the functions' own routers behind one port, the worker fed by the
//! real queue, a demo school.

pub mod client;
mod demo;
mod event_source;
pub mod operator;
pub mod running;
pub mod state;

pub use demo::DEMO_UAI;
pub use running::{Options, Rentree};
