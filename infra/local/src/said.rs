//! What commands say. Whoever reads it may stop, as `cargo dev campaign … | head` does: that is no reason to leave undone what was begun, nor
//! to panic as `println!` would.

use std::fmt::Arguments;
use std::io::Write;

/// A line of the outcome, on the standard output.
#[macro_export]
macro_rules! say {
    () => { $crate::said::line(std::io::stdout(), format_args!("")) };
    ($($text:tt)+) => { $crate::said::line(std::io::stdout(), format_args!($($text)+)) };
}

/// A line beside the outcome, on the standard error.
#[macro_export]
macro_rules! tell {
    ($($text:tt)+) => { $crate::said::line(std::io::stderr(), format_args!($($text)+)) };
}

/// Writes a line, if anybody still reads.
pub fn line(mut to: impl Write, text: Arguments<'_>) {
    let _ = writeln!(to, "{text}");
}
