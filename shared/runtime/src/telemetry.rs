//! Logs: one JSON line each, a sentence plus fields with units; identifiers, never names.

use tracing::Level;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::writer::MakeWriterExt;

use crate::SettingsError;

/// Logs of level INFO and above, to standard output, as JSON. Call once, first.
pub fn init() {
    fmt().json().flatten_event(true).with_target(true).with_writer(std::io::stdout.with_max_level(Level::INFO)).init();
}

/// Says in the log which function lacks which setting, and gives the error back: the process ends with it. Where several
/// functions share one log, nothing else tells whose end it was.
pub fn cannot_start(error: SettingsError) -> SettingsError {
    // Lambda names the function, and so does `cargo lambda watch`.
    let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    tracing::error!(function, why = chain(&error), "the function cannot start");
    error
}

/// The chain of causes of an error, on one line: for logs, never for people.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
