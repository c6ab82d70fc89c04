//! The fields of a row: `;` between them, `"` around those that hold one, `""` for a quote within.

use std::borrow::Cow;

/// A field, and what follows its `;`.
type Quoted<'a> = (Cow<'a, str>, Option<&'a str>);

/// Why a text cannot be split. Fields are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A quote is opened, and not closed.
    Open {
        /// Which field.
        field: usize,
    },
    /// Something follows a closing quote.
    Misplaced {
        /// Which field.
        field: usize,
    },
    /// More bytes than a field may have.
    TooLong {
        /// Which field.
        field: usize,
        /// How many bytes it has.
        bytes: usize,
        /// How many it may have.
        longest: usize,
    },
}

/// A text that cannot be split to its end.
#[derive(Debug)]
pub struct Broken<'a> {
    /// The fields before the one that is at fault.
    pub before: Vec<Cow<'a, str>>,
    /// What is at fault.
    pub fault: Fault,
}

impl Fault {
    /// What is wrong, and how to mend it.
    pub fn message(self) -> String {
        match self {
            Self::Open { field } => {
                format!("the quote that opens field {field} is not closed; close it on this line, or take it away")
            }
            Self::Misplaced { field } => {
                format!("something follows the quote that closes field {field}; write a quote within a field twice")
            }
            Self::TooLong { field, bytes, longest } => {
                format!("field {field} has {bytes} bytes, at most {longest} are taken; shorten it")
            }
        }
    }
}

/// Splits a text. A quote within a field that does not begin with one is a sign like any other.
pub fn split(text: &str, longest: usize) -> Result<Vec<Cow<'_, str>>, Broken<'_>> {
    let mut fields = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let number = fields.len() + 1;
        let (field, after) = match text.strip_prefix('"') {
            Some(quoted) => match quoted_field(quoted, number) {
                Ok(found) => found,
                Err(fault) => return Err(Broken { before: fields, fault }),
            },
            None => match text.split_once(';') {
                Some((field, after)) => (Cow::Borrowed(field), Some(after)),
                None => (Cow::Borrowed(text), None),
            },
        };
        if field.len() > longest {
            let fault = Fault::TooLong { field: number, bytes: field.len(), longest };
            return Err(Broken { before: fields, fault });
        }
        fields.push(field);
        rest = after;
    }
    Ok(fields)
}

/// A field whose opening quote has been read, and what follows its `;`.
fn quoted_field(text: &str, number: usize) -> Result<Quoted<'_>, Fault> {
    let mut from = 0;
    loop {
        let Some(end) = text[from..].find('"').map(|at| from + at) else {
            return Err(Fault::Open { field: number });
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
        return match after.strip_prefix(';') {
            Some(after) => Ok((field, Some(after))),
            None => Err(Fault::Misplaced { field: number }),
        };
    }
}
