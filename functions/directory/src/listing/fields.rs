//! The fields of one line: `;` between them, `"` around those that hold one, `""` for a quote within.

use std::borrow::Cow;

use super::ProblemCode;

/// A field, and what follows its `;`.
type Quoted<'a> = (Cow<'a, str>, Option<&'a str>);

/// Splits a line. A quote within a field that does not begin with one is a sign like any other.
pub(super) fn split(line: &str, longest: usize) -> Result<Vec<Cow<'_, str>>, (ProblemCode, String)> {
    let mut fields = Vec::new();
    let mut rest = Some(line);
    while let Some(text) = rest {
        let number = fields.len() + 1;
        let (field, after) = match text.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted, number)?,
            None => match text.split_once(';') {
                Some((field, after)) => (Cow::Borrowed(field), Some(after)),
                None => (Cow::Borrowed(text), None),
            },
        };
        if field.len() > longest {
            let message = format!("field {number} has {} bytes, at most {longest} are taken; shorten it", field.len());
            return Err((ProblemCode::FieldTooLong, message));
        }
        fields.push(field);
        rest = after;
    }
    Ok(fields)
}

/// A field whose opening quote has been read, and what follows its `;`.
fn quoted_field(text: &str, number: usize) -> Result<Quoted<'_>, (ProblemCode, String)> {
    let mut from = 0;
    loop {
        let Some(end) = text[from..].find('"').map(|at| from + at) else {
            let message =
                format!("the quote that opens field {number} is not closed on this line; close it, or take it away");
            return Err((ProblemCode::Quotes, message));
        };
        let after = &text[end + 1..];
        if after.starts_with('"') {
            from = end + 2;
            continue;
        }
        let field = &text[..end];
        let field = if field.contains('"') { Cow::Owned(field.replace("\"\"", "\"")) } else { Cow::Borrowed(field) };
        if after.is_empty() {
            return Ok((field, None));
        }
        if let Some(after) = after.strip_prefix(';') {
            return Ok((field, Some(after)));
        }
        let message =
            format!("something follows the quote that closes field {number}; write a quote within a field twice");
        return Err((ProblemCode::Quotes, message));
    }
}
