//! Texts that a spreadsheet would run.

/// The signs that begin a formula; East Asian settings also take the wide ones for such.
const BEGINNINGS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet might take the text for a formula: it begins with such a sign, white space before it aside, or with a control
/// that splits cells in some of them. ([OWASP](https://owasp.org/www-community/attacks/CSV_Injection) lists them.)
///
/// Texts that have apostrophes before such a beginning count, too: else nobody could tell those that we put there.
pub(super) fn would_run(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(BEGINNINGS)
}
