//! Hostile files through the whole way: refused with a code, and nothing in the table changes.

use encoding_rs::UTF_8;
use rentree_samples::{Sample, zip};

use crate::support::{a_school, run, visible};

#[test]
fn hostile_files_are_refused_and_change_nothing() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 12, 9);
        let xml = sample.siecle(UTF_8).bytes;
        school.import(xml.clone(), false).await?;
        let before = visible(uai).await?;

        let text = String::from_utf8(xml.clone())?;
        let zipped = zip([("a.xml", xml.as_slice())]);
        let header = String::from_utf8(Sample::new(uai, 0, 9).fregata(UTF_8).bytes)?;
        let mut attribute = b"<BEE_ELEVES VERSION='".to_vec();
        attribute.resize(100 << 20, b'a');
        let mut over_the_limit = text.clone().into_bytes();
        over_the_limit.resize((128 << 20) + 1, b' ');
        let many: Vec<String> = (0..70_000).map(|n| format!("{n}.xml")).collect();
        let files: Vec<(&str, &str, Vec<u8>)> = vec![
            ("a zip bomb", "too_large", zip([("a.xml", vec![b' '; 300 << 20].as_slice())])),
            ("a crowded zip", "too_many_entries", zip(many.iter().map(|name| (name.as_str(), b"".as_slice())))),
            ("entities", "not_xml", format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{text}").into_bytes()),
            ("depth", "not_xml", "<BEE_ELEVES>".repeat(10_000).into_bytes()),
            ("a long attribute", "too_large", attribute),
            ("a truncated zip", "zip_damaged", zipped[..zipped.len() - 20].to_vec()),
            ("a picture", "not_xml", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec()),
            ("nothing", "empty", Vec::new()),
            ("a header only", "empty", header.into_bytes()),
            ("over the bucket's limit", "too_large", over_the_limit),
        ];
        for (name, code, file) in files {
            let summary = school.import(file, false).await?;
            let refused = summary.refused.unwrap_or_else(|| panic!("{name}: {summary:?}", summary = summary.status));
            assert_eq!(
                (summary.status.as_str(), refused.code.as_str()),
                ("failed", code),
                "{name}: {}",
                refused.detail
            );
            assert_eq!(summary.items_written, 0, "{name}");
            assert_eq!(visible(uai).await?, before, "{name}");
        }
        Ok(())
    });
}
