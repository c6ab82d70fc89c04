//! Certificates as files: what any reader of PDF finds in them.

mod checked;
mod pages;
mod python;
mod samples;
