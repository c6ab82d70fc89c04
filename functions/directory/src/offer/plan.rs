//! Which schools of an académie are still to be offered their space: compared with what was sent, and queued.
//!
//! Nothing says "the round is under way". The same message again compares again: it resumes, and refreshes the report.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use rentree_domain::{Academie, Round, Uai};
use rentree_table::{OfferState, School};

use crate::Directory;
use crate::error::ProcessError;
use crate::message::Word;
use crate::report::OfferReport;

/// Messages in one request. A limit of SQS.
const BATCH: usize = 10;
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

impl Directory {
    /// Queues every school of the académie that the round owes a mail, and reports how far the round is.
    pub(crate) async fn plan_offers(&self, academie: Academie, round: &Round) -> Result<(), ProcessError> {
        let schools = self.table.schools_of(academie).await?;
        let offers = self.table.offers(round).await?.into_iter().map(|(uai, offer)| (uai, offer.state)).collect();
        let (queue, report) = plan(academie, round, &schools, &offers);
        self.queue(&queue, round).await?;
        self.write_offer_report(&report).await?;
        tracing::info!(
            academie = academie.short_name(), round = %round, schools = report.schools, activated = report.activated,
            closed = report.closed, without_mailbox = report.without_mailbox.len(), queued = report.queued,
            sent = report.sent.len(), uncertain = report.uncertain.len(), failed = report.failed.len(),
            "an offer was planned"
        );
        Ok(())
    }

    async fn queue(&self, schools: &[Uai], round: &Round) -> Result<(), ProcessError> {
        for schools in schools.chunks(BATCH) {
            let entry = |(index, uai): (usize, &Uai)| {
                let word = Word::OfferTo { uai: *uai, round: round.clone() };
                let body = serde_json::to_string(&word).map_err(|error| ProcessError::Queue(Some(Box::new(error))))?;
                let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body).build();
                entry.map_err(|error| ProcessError::Queue(Some(Box::new(error))))
            };
            self.send_batch(schools.iter().enumerate().map(entry).collect::<Result<_, _>>()?).await?;
        }
        Ok(())
    }

    /// Sends messages until the queue has taken each.
    async fn send_batch(&self, mut entries: Vec<SendMessageBatchRequestEntry>) -> Result<(), ProcessError> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=ATTEMPTS {
            let send = self.queue.send_message_batch().queue_url(&self.config.offer_queue_url);
            let sent = send.set_entries(Some(entries.clone())).send().await;
            let sent = sent.map_err(|error| ProcessError::Queue(Some(Box::new(error))))?;
            entries.retain(|entry| sent.failed().iter().any(|failed| failed.id() == entry.id()));
            if entries.is_empty() {
                return Ok(());
            }
            tracing::info!(
                attempt,
                left = entries.len(),
                "the queue did not take every message, sending the others again"
            );
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(ProcessError::Queue(None))
    }
}

/// The schools to be queued, and the report. Pure.
fn plan(
    academie: Academie,
    round: &Round,
    schools: &[(Uai, School)],
    offers: &HashMap<Uai, OfferState>,
) -> (Vec<Uai>, OfferReport) {
    let mut report = OfferReport { schools: schools.len(), ..OfferReport::nothing(academie, round.clone()) };
    let mut queue = Vec::new();
    for (uai, school) in schools {
        let uai = *uai;
        report.activated += usize::from(school.activated_at.is_some());
        report.closed += usize::from(school.closed);
        match offers.get(&uai) {
            Some(OfferState::Sent) => report.sent.push(uai),
            Some(OfferState::Uncertain) => report.uncertain.push(uai),
            _ if school.activated_at.is_some() || school.closed => {}
            _ if school.mailbox_of(uai).is_none() => report.without_mailbox.push(uai),
            // Who is at it settles it, or has died: then the message tells, which comes again.
            state @ (None | Some(OfferState::Sending | OfferState::Failed)) => {
                if state == Some(&OfferState::Failed) {
                    report.failed.push(uai);
                }
                queue.push(uai);
            }
        }
    }
    report.queued = queue.len();
    (queue, report)
}

impl OfferReport {
    /// The report of an offer that nothing is known of.
    pub(crate) fn nothing(academie: Academie, round: Round) -> Self {
        Self {
            academie,
            round,
            refused: None,
            schools: 0,
            activated: 0,
            closed: 0,
            queued: 0,
            without_mailbox: Vec::new(),
            sent: Vec::new(),
            uncertain: Vec::new(),
            failed: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchOutput;
    use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchResultEntry};
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use jiff::Timestamp;
    use rentree_domain::Ministry;

    use super::*;

    fn uai(number: u32) -> Uai {
        ('A'..='Z').find_map(|key| Uai::parse(&format!("{:07}{key}", 350_000 + number)).ok()).unwrap()
    }

    #[test]
    fn each_school_once_unless_it_was_sent_its_mail_or_needs_none() {
        let open = || School { ministry: Ministry::Education, ..School::new("École") };
        let activated = || School { activated_at: Some(Timestamp::UNIX_EPOCH), ..open() };
        let schools: Vec<_> = [
            open(),
            activated(),
            School { closed: true, ..open() },
            School::new("Sans adresse"),
            open(),
            activated(),
            open(),
            open(),
            open(),
        ]
        .into_iter()
        .zip(0..)
        .map(|(school, number)| (uai(number), school))
        .collect();
        let offers = HashMap::from([
            (uai(4), OfferState::Sent),
            (uai(5), OfferState::Sent),
            (uai(6), OfferState::Uncertain),
            (uai(7), OfferState::Failed),
            (uai(8), OfferState::Sending),
        ]);
        let (academie, round) = (Academie::parse("rennes").unwrap(), Round::parse("2026-rentree").unwrap());
        let (queue, report) = plan(academie, &round, &schools, &offers);
        assert_eq!(queue, [uai(0), uai(7), uai(8)]);
        let expected = OfferReport {
            schools: 9,
            activated: 2,
            closed: 1,
            queued: 3,
            without_mailbox: vec![uai(3)],
            sent: vec![uai(4), uai(5)],
            uncertain: vec![uai(6)],
            failed: vec![uai(7)],
            ..OfferReport::nothing(academie, round)
        };
        assert_eq!(report, expected);
    }

    /// What the local stand-in for SQS never answers.
    #[tokio::test(start_paused = true)]
    async fn messages_that_the_queue_did_not_take_are_sent_again() {
        let taken = |id: &str| {
            SendMessageBatchResultEntry::builder().id(id).message_id("m").md5_of_message_body("x").build().unwrap()
        };
        let refused = |id: &str| {
            BatchResultErrorEntry::builder().id(id).sender_fault(false).code("InternalError").build().unwrap()
        };
        let output = move |done: &[&str], failed: &[&str]| {
            SendMessageBatchOutput::builder()
                .set_successful(Some(done.iter().map(|id| taken(id)).collect()))
                .set_failed(Some(failed.iter().map(|id| refused(id)).collect()))
                .build()
                .unwrap()
        };
        let first = mock!(aws_sdk_sqs::Client::send_message_batch)
            .match_requests(|request| request.entries().len() == 3)
            .then_output(move || output(&["0"], &["1", "2"]));
        let rest = mock!(aws_sdk_sqs::Client::send_message_batch)
            .match_requests(|request| request.entries().iter().map(SendMessageBatchRequestEntry::id).eq(["1", "2"]))
            .sequence()
            .output(move || output(&[], &["1", "2"]))
            .output(move || output(&["1", "2"], &[]))
            .build();
        let sqs = mock_client!(aws_sdk_sqs, RuleMode::Sequential, [&first, &rest]);
        let round = Round::parse("2026-rentree").unwrap();
        crate::offer::tests::with_queue(sqs).queue(&[uai(0), uai(1), uai(2)], &round).await.unwrap();
        assert_eq!((first.num_calls(), rest.num_calls()), (1, 2));
    }
}
