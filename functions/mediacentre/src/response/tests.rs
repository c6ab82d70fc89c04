//! Responses that others made, and what becomes of them when they are changed.

mod changes;
mod every_code;
mod limits;
mod metadata;
mod vectors;
