//! The XML declaration: XML 1.0 and UTF-8, or none.

use super::attributes::{Step, step};
use crate::response::code::Code;
use crate::response::refusal::Refusal;

/// The text behind the declaration.
pub(super) fn take(text: &str) -> Result<&str, Refusal> {
    let Some(mut rest) = text.strip_prefix("<?xml").filter(|rest| rest.starts_with([' ', '\t', '\r', '\n'])) else {
        return Ok(text);
    };
    let mut expected = ["version", "encoding", "standalone"].into_iter();
    let mut versioned = false;
    loop {
        match step(rest)? {
            Step::Attribute { name, value, rest: behind } => {
                if !expected.any(|expected| expected == name) {
                    return Err(Code::NotWellFormed.into());
                }
                check(name, value)?;
                versioned |= name == "version";
                rest = behind;
            }
            Step::End(end) => {
                let behind = end.strip_prefix("?>").filter(|_| versioned);
                return behind.ok_or_else(|| Code::NotWellFormed.into());
            }
        }
    }
}

fn check(name: &str, value: &str) -> Result<(), Code> {
    match name {
        "version" if value != "1.0" => Err(Code::XmlVersionOther),
        "encoding" if !value.eq_ignore_ascii_case("UTF-8") => Err(Code::EncodingOther),
        "standalone" if !matches!(value, "yes" | "no") => Err(Code::NotWellFormed),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_and_one_encoding_are_read() {
        for good in [
            "",
            "<?xml version=\"1.0\"?>",
            "<?xml version = '1.0' ?>",
            "<?xml\tversion='1.0'\nencoding='utf-8'?>",
            "<?xml version='1.0' standalone='no'?>",
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
        ] {
            assert_eq!(take(&format!("{good}<a/>")).unwrap(), "<a/>", "{good}");
        }
        for (bad, code) in [
            ("<?xml version='1.1'?>", Code::XmlVersionOther),
            ("<?xml version='1.0' encoding='ISO-8859-1'?>", Code::EncodingOther),
            ("<?xml version='1.0' encoding='UTF-16'?>", Code::EncodingOther),
            ("<?xml version='1.0' encoding=''?>", Code::EncodingOther),
            ("<?xml ?>", Code::NotWellFormed),
            ("<?xml encoding='UTF-8'?>", Code::NotWellFormed),
            ("<?xml encoding='UTF-8' version='1.0'?>", Code::NotWellFormed),
            ("<?xml version='1.0' version='1.0'?>", Code::NotWellFormed),
            ("<?xml version='1.0'encoding='UTF-8'?>", Code::NotWellFormed),
            ("<?xml version='1.0' standalone='maybe'?>", Code::NotWellFormed),
            ("<?xml version='1.0' other='1'?>", Code::NotWellFormed),
            ("<?xml version='1.0'>", Code::NotWellFormed),
            ("<?xml version='1.0", Code::NotWellFormed),
        ] {
            assert_eq!(take(bad).unwrap_err().code, code, "{bad}");
        }
    }
}
