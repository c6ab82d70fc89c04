//! Under which heading of the OpenAPI document a route stands: what its address is about.

use serde_json::{Value, json};

/// Every heading: its name, what it is about, and the beginnings of the addresses under it. The first one that fits holds; the last one
/// takes what is left.
const TAGS: [(&str, &str, &[&str]); 10] = [
    ("imports", "Files of pupils: uploaded, confirmed, undone.", &["/schools/{uai}/imports"]),
    ("pupils", "Pupils of a school, their accounts, and former ones.", &["/schools/{uai}/learners"]),
    (
        "campaigns",
        "Campaigns of a school, and who is how far.",
        &["/schools/{uai}/campaigns", "/schools/{uai}/follow-up"],
    ),
    (
        "certifications",
        "Results of certifications, certificates, and what proves them.",
        &["/schools/{uai}/certifi", "/mes-certificats", "/verification"],
    ),
    (
        "team",
        "Who is in a space: activation, invitations, roles, log.",
        &["/schools/", "/demande-administration-sco", "/activation/", "/invitation/", "/spaces"],
    ),
    ("joining", "What a pupil does: a code, who one is, one’s campaigns.", &["/campagnes", "/mes-campagnes", "/code"]),
    ("mediacentre", "Sign-on from the Médiacentre.", &["/mediacentre"]),
    ("record-books", "What school record books (LSU, LSL) read, by credentials of their own.", &["/api/"]),
    ("assessment-platform", "Signed messages of the assessment platform.", &["/participations/", "/certifications"]),
    ("accounts", "Sign-up, sign-in, passwords, sessions, terms.", &["/"]),
];

/// The name of the heading that an address stands under.
pub(super) fn tag(path: &str) -> &'static str {
    let fits = |(_, _, begins): &&(&str, &str, &[&str])| begins.iter().any(|begin| path.starts_with(begin));
    TAGS.iter().find(fits).map_or("accounts", |(name, ..)| name)
}

/// All of them, as the document tells them.
pub(super) fn tags() -> Value {
    TAGS.iter().map(|(name, description, _)| json!({"name": name, "description": description})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stands_under_what_it_is_about() {
        for (path, expected) in [
            ("/schools/{uai}/learners/{learner}", "pupils"),
            ("/schools/{uai}/mediacentre", "team"),
            ("/schools/{uai}/certificates.pdf", "certifications"),
            ("/certifications", "assessment-platform"),
            ("/code", "joining"),
            ("/sign-in", "accounts"),
            ("/", "accounts"),
        ] {
            assert_eq!(tag(path), expected, "{path}");
        }
    }
}
