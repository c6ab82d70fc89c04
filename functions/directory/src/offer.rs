//! The offer: an operator names an académie and a round, and every school of it that has no space yet gets one mail.

mod plan;
mod send;

#[cfg(test)]
mod tests {
    use rentree_runtime::Settings;

    use crate::{Clients, Config, Directory};

    /// The function with a queue that answers as a test wants, and other clients that reach nobody.
    pub(super) fn with_queue(sqs: aws_sdk_sqs::Client) -> Directory {
        let names = [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_REGION",
            "TABLE",
            "BUCKET",
            "ORIGIN",
            "MAIL_FROM",
            "SUPPORT_EMAIL",
            "OFFER_QUEUE_URL",
            "DIRECTORY_DEAD_LETTER_QUEUE_ARN",
            "OFFER_DEAD_LETTER_QUEUE_ARN",
        ];
        let settings = Settings::from_pairs(names.map(|name| (name, "test"))).with([
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("MAILS_PER_SECOND", "5"),
            ("CAMPAIGNS_PER_SECOND", "50"),
            ("COURSES", r#"[{"id": "a", "title": "A", "kind": "assessment", "url": "https://p.example/"}]"#),
            ("OFFER_CLAIM_SECONDS", "330"),
        ]);
        let clients = Clients { sqs: sqs.into(), ..Clients::from_settings(&settings).unwrap() };
        Directory::new(Config::read(&settings).unwrap(), &clients, jiff::Timestamp::now)
    }
}
