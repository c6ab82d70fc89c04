//! The file of all certificates of a school, which is too long for one answer: which file it is, and the message that asks for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::PreparedFileId;
use crate::{SchoolYear, Uai};

/// The certificates of a school in a school year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SchoolCertificates {
    /// The school.
    pub uai: Uai,
    /// The school year.
    pub year: SchoolYear,
    /// Those of pupils who left, too.
    pub former: bool,
}

impl SchoolCertificates {
    /// What tells them from the others of their school, as keys of the table and of the bucket have it.
    pub fn name(&self) -> String {
        format!("{}-{}", self.year.first(), if self.former { "all" } else { "present" })
    }

    /// Where in the bucket the file is that was made of what `stamp` stands for.
    pub fn object(&self, stamp: &Stamp) -> String {
        format!("certificates/{}/{}-{}.pdf", self.uai, self.name(), stamp.0)
    }
}

/// The message to the worker: make this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrepareCertificates {
    /// Which certificates.
    #[serde(flatten)]
    pub of: SchoolCertificates,
    /// Which asking. One that was given up, or asked for again since, is not made any more.
    pub id: PreparedFileId,
}

/// What a file was made of, in a word: two files of one stamp show the same. It tells nobody's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stamp(String);

impl Stamp {
    /// Made of a hash.
    pub fn of_hash(hash: impl IntoIterator<Item = u8>) -> Self {
        Self(hash.into_iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    /// Messages that wait in the queue while functions are replaced are read by the new ones.
    #[test]
    fn the_message_keeps_its_shape() {
        let of = SchoolCertificates {
            uai: Uai::parse("0350760L").unwrap(),
            year: SchoolYear::starting_in(2026).unwrap(),
            former: false,
        };
        let id = PreparedFileId::new(Timestamp::from_second(1_788_249_600).unwrap(), [7; 10]);
        let message = PrepareCertificates { of, id };
        let text = r#"{"uai":"0350760L","year":2026,"former":false,"id":"01a05bfb-7000-7707-8707-070707070707"}"#;
        assert_eq!(serde_json::to_string(&message).unwrap(), text);
        assert_eq!(serde_json::from_str::<PrepareCertificates>(text).unwrap(), message);
        let stamp = Stamp::of_hash([1, 171]);
        assert_eq!(of.object(&stamp), "certificates/0350760L/2026-present-01ab.pdf");
        assert_ne!(SchoolCertificates { former: true, ..of }.object(&stamp), of.object(&stamp));
    }
}
