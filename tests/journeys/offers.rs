//! The offer of a space: one mail to each school of an académie, never two, whatever fails.

use std::collections::BTreeMap;

use directory::{Clients, Config, Directory};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{Academie, Round, Uai};
use rentree_local::operator::Operator;
use rentree_local::{Options, Rentree};
use rentree_samples::{DirectoryFault, SchoolDirectory};
use rentree_table::OfferState;
use rentree_testkit::SentMail;
use serde_json::{Value, json};

use crate::support::faults::Faults;
use crate::support::operators::{
    OFFERS_DEAD, activate, dead, directory_with, done, message, put_silently, settings, uploaded,
};
use crate::support::runtime_api::Function;
use crate::support::ses::{Fault, Ses};
use crate::support::{batch, product, run};

fn round(name: &str) -> Round {
    Round::parse(name).unwrap()
}

/// A school of the product's table with a mailbox, that no other test has.
async fn a_listed_school(seed: u64) -> anyhow::Result<Uai> {
    let (name, sample) = (format!("offers-{seed}"), SchoolDirectory::new(1, seed));
    put_silently(&name, sample.csv()).await?;
    done(&directory_with(None::<Faults>)?, &uploaded(&name)).await?;
    Ok(Uai::parse(&sample.schools[0].uai)?)
}

fn offer_to(uai: Uai, round: &Round) -> Value {
    message(&json!({"offer_to": {"uai": uai, "round": round}}))
}

/// The mails that a school of the product got.
async fn mails_to(uai: Uai) -> anyhow::Result<Vec<SentMail>> {
    let mailbox = product().table.school(uai).await?.unwrap().mailbox_of(uai).unwrap();
    let sent = product().stack.sent_mail().await?;
    Ok(sent.into_iter().filter(|mail| mail.to == [mailbox.as_str()]).collect())
}

async fn state(uai: Uai, round: &Round) -> anyhow::Result<Option<OfferState>> {
    Ok(product().table.offer(uai, round).await?.map(|offer| offer.state))
}

/// The function of the product, with another way to SES.
async fn directory_by(fault: Fault) -> anyhow::Result<(Directory, Ses)> {
    let ses = Ses::with(fault).await?;
    ses.leads_to(product().stack.aws_endpoint());
    let settings = settings()?.with([("AWS_ENDPOINT_URL_SESV2", &ses.url)]);
    Ok((Directory::new(Config::read(&settings)?, &Clients::from_settings(&settings)?, Timestamp::now), ses))
}

/// How often each address was sent a mail.
async fn sent_by_address(rentree: &Rentree) -> anyhow::Result<BTreeMap<String, usize>> {
    let mut count = BTreeMap::new();
    for mail in rentree.stack.sent_mail().await? {
        *count.entry(mail.to.join(",")).or_default() += 1;
    }
    Ok(count)
}

#[test]
fn every_school_of_an_academie_gets_one_mail_though_one_in_five_is_refused() {
    run(async {
        // A product of its own, whose SES refuses one request in five.
        let ses = Ses::with(Fault::RefuseOneIn(5)).await?;
        let settings = BTreeMap::from([("AWS_ENDPOINT_URL_SESV2".to_owned(), ses.url.clone())]);
        let rentree = Rentree::start(&Options { settings, ..Options::in_memory() }).await?;
        ses.leads_to(rentree.stack.aws_endpoint());
        let operator = Operator::of(&rentree.stack)?;

        // 145 schools, of which 12 of agriculture have no mailbox; and schools of another académie.
        let (nantes, lille) = (Academie::parse("nantes")?, Academie::parse("lille")?);
        let mut sample = SchoolDirectory::of_academie(nantes, 145, 1);
        sample.schools.extend(SchoolDirectory::of_academie(lille, 5, 1).schools);
        operator.load("academies", sample.csv()).await?;
        let uai = |index: usize| Uai::parse(&sample.schools[index].uai).unwrap();
        activate(&rentree.stack, uai(0)).await?;
        let mut closing = sample.clone();
        closing.spoil(1, DirectoryFault::Closed);
        operator.load("academies", closing.csv()).await?;

        let first = round("2026-rentree");
        let planned = operator.plan(nantes, &first).await?;
        let numbers = |report: &Value| {
            let number =
                |name: &str| report[name].as_u64().unwrap_or_else(|| report[name].as_array().unwrap().len() as u64);
            ["schools", "activated", "closed", "without_mailbox", "queued", "sent", "uncertain", "failed"].map(number)
        };
        assert_eq!(numbers(&planned), [145, 1, 1, 12, 131, 0, 0, 0]);
        operator.no_offer_is_pending().await?;

        let sent = sent_by_address(&rentree).await?;
        assert_eq!((sent.len(), sent.values().max()), (131, Some(&1)), "one mail each");
        assert!(ses.refused() >= 26, "{} refused", ses.refused());
        for (index, row) in sample.schools.iter().enumerate() {
            let school = rentree.table.school(uai(index)).await?.unwrap();
            let mailbox = school.mailbox_of(uai(index)).map(String::from).unwrap_or_default();
            let is_offered = index > 1 && index < 145 && !mailbox.is_empty();
            assert_eq!(sent.contains_key(&mailbox), is_offered, "{index} {}", row.uai);
        }
        let mails = rentree.stack.sent_mail().await?;
        let mail = mails.iter().find(|mail| mail.subject.contains(&sample.schools[2].uai)).unwrap();
        let link = format!("{}/demande-administration-sco", rentree.url);
        assert!(mail.text.contains(&link) && mail.html.contains(&link), "{}", mail.text);

        // The same message again sends nothing, and refreshes the report.
        let again = operator.offer(nantes, &first).await?;
        assert_eq!(numbers(&again), [145, 1, 1, 12, 0, 131, 0, 0]);
        assert_eq!(sent_by_address(&rentree).await?, sent);

        // A school that is new since gets its mail, and nobody a second one; another round is another mail.
        let mut more = closing.clone();
        more.schools.extend(SchoolDirectory::of_academie(nantes, 1, 2).schools);
        operator.load("academies", more.csv()).await?;
        assert_eq!(numbers(&operator.offer(nantes, &first).await?)[4..6], [0, 132]);
        let resent = sent_by_address(&rentree).await?;
        assert_eq!((resent.len(), resent.values().max()), (132, Some(&1)));
        assert_eq!(numbers(&operator.offer(lille, &round("2026-relance")).await?)[4..6], [0, 5]);
        rentree.stop().await
    });
}

#[test]
fn a_sender_that_dies_after_sending_leaves_no_second_mail() {
    run(async {
        let (uai, round) = (a_listed_school(50).await?, round("meurt"));
        // The claim is written, the mail sent, and then nothing is written any more.
        let died = directory_with(Some(Faults::after(1)))?.handle(&offer_to(uai, &round)).await?;
        assert_eq!(died.batch_item_failures.len(), 1);
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Sending)));

        // The message comes again at once: the sender may still be at work.
        let early = directory_with(None::<Faults>)?.handle(&offer_to(uai, &round)).await?;
        assert_eq!((early.batch_item_failures.len(), state(uai, &round).await?), (1, Some(OfferState::Sending)));

        // And when nobody can be at work any more.
        let settings = settings()?;
        let later = Directory::new(Config::read(&settings)?, &Clients::from_settings(&settings)?, || {
            Timestamp::now() + SignedDuration::from_hours(1)
        });
        for _ in 0..2 {
            done(&later, &offer_to(uai, &round)).await?;
            assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Uncertain)));
        }
        Ok(())
    });
}

#[test]
fn a_sender_that_dies_before_sending_leaves_the_mail_unsent() {
    run(async {
        let (uai, round) = (a_listed_school(51).await?, round("meurt-avant"));
        let died = directory_with(Some(Faults::after(0)))?.handle(&offer_to(uai, &round)).await?;
        assert_eq!(died.batch_item_failures.len(), 1, "no claim, no mail");
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (0, None));
        done(&directory_with(None::<Faults>)?, &offer_to(uai, &round)).await?;
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Sent)));
        Ok(())
    });
}

#[test]
fn a_process_killed_while_it_waits_for_ses_leaves_no_second_mail() {
    run(async {
        let (uai, round) = (a_listed_school(52).await?, round("tue"));
        let ses = Ses::with(Fault::HoldTheAnswer).await?;
        ses.leads_to(product().stack.aws_endpoint());
        let function = Function::start("directory", &settings()?.with([("AWS_ENDPOINT_URL_SESV2", &ses.url)])).await?;
        function.send(offer_to(uai, &round)).await?;
        ses.held().await?;
        function.kill().await?;
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Sending)));

        let mut next = Function::start("directory", &settings()?.with([("OFFER_CLAIM_SECONDS", "0")])).await?;
        assert_eq!(next.invoke(offer_to(uai, &round)).await?, json!({"batchItemFailures": []}));
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Uncertain)));
        next.kill().await
    });
}

#[test]
fn a_lost_answer_is_uncertain_and_never_tried_again() {
    run(async {
        let (uai, round) = (a_listed_school(53).await?, round("perdue"));
        let (directory, _ses) = directory_by(Fault::LoseTheAnswer).await?;
        for _ in 0..2 {
            done(&directory, &offer_to(uai, &round)).await?;
        }
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Uncertain)));
        // Not even by way of the dead-letter queue.
        done(&directory, &dead(offer_to(uai, &round), OFFERS_DEAD)).await?;
        assert_eq!(state(uai, &round).await?, Some(OfferState::Uncertain));
        Ok(())
    });
}

#[test]
fn ses_that_is_not_reached_has_taken_nothing() {
    run(async {
        let (uai, round) = (a_listed_school(59).await?, round("injoignable"));
        // Nobody listens, and a name that never resolves (RFC 2606).
        for endpoint in ["http://127.0.0.1:1", "http://ses.invalid"] {
            let settings = settings()?.with([("AWS_ENDPOINT_URL_SESV2", endpoint)]);
            let clients = Clients::from_settings(&settings)?;
            let directory = Directory::new(Config::read(&settings)?, &clients, Timestamp::now);
            let answer = directory.handle(&offer_to(uai, &round)).await?;
            assert_eq!((answer.batch_item_failures.len(), state(uai, &round).await?), (1, None), "{endpoint}");
        }
        done(&directory_with(None::<Faults>)?, &offer_to(uai, &round)).await?;
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Sent)));
        Ok(())
    });
}

#[test]
fn a_mail_that_ses_refuses_every_time_fails_and_may_be_sent_later() {
    run(async {
        let (uai, round) = (a_listed_school(54).await?, round("refuse"));
        let (directory, ses) = directory_by(Fault::RefuseOneIn(1)).await?;
        assert_eq!(directory.handle(&offer_to(uai, &round)).await?.batch_item_failures.len(), 1, "it comes again");
        assert_eq!((ses.refused(), state(uai, &round).await?), (4, None), "the claim is given back");

        done(&directory, &dead(offer_to(uai, &round), OFFERS_DEAD)).await?;
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (0, Some(OfferState::Failed)));

        done(&directory_with(None::<Faults>)?, &offer_to(uai, &round)).await?;
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Sent)));
        // A dead letter that comes late changes nothing.
        done(&directory, &dead(offer_to(uai, &round), OFFERS_DEAD)).await?;
        assert_eq!(state(uai, &round).await?, Some(OfferState::Sent));
        Ok(())
    });
}

#[test]
fn a_dead_letter_waits_for_a_sender_that_may_be_at_work() {
    run(async {
        let (uai, round) = (a_listed_school(55).await?, round("attend"));
        directory_with(Some(Faults::after(1)))?.handle(&offer_to(uai, &round)).await?;
        let letter = dead(offer_to(uai, &round), OFFERS_DEAD);
        assert_eq!(directory_with(None::<Faults>)?.handle(&letter).await?.batch_item_failures.len(), 1);
        let settings = settings()?;
        let later = Directory::new(Config::read(&settings)?, &Clients::from_settings(&settings)?, || {
            Timestamp::now() + SignedDuration::from_hours(1)
        });
        done(&later, &letter).await?;
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Uncertain)));
        Ok(())
    });
}

#[test]
fn a_school_that_activated_meanwhile_gets_no_mail() {
    run(async {
        let (uai, round) = (a_listed_school(56).await?, round("active"));
        activate(&product().stack, uai).await?;
        done(&directory_with(None::<Faults>)?, &offer_to(uai, &round)).await?;
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (0, None));
        Ok(())
    });
}

#[test]
fn the_same_message_many_times_at_once_sends_one_mail() {
    run(async {
        let (uai, round) = (a_listed_school(57).await?, round("ensemble"));
        let directory = directory_with(None::<Faults>)?;
        let event = offer_to(uai, &round);
        let all = (0..8).map(|_| {
            let (directory, event) = (directory.clone(), event.clone());
            tokio::spawn(async move { directory.handle(&event).await })
        });
        for one in all.collect::<Vec<_>>() {
            one.await??;
        }
        assert_eq!((mails_to(uai).await?.len(), state(uai, &round).await?), (1, Some(OfferState::Sent)));

        // In one batch, and in two rounds.
        let other = json!({"offer_to": {"uai": uai, "round": "ensemble-2"}}).to_string();
        let same = json!({"offer_to": {"uai": uai, "round": round}}).to_string();
        done(&directory, &batch([("a", other.as_str()), ("b", same.as_str()), ("c", other.as_str())])).await?;
        assert_eq!(mails_to(uai).await?.len(), 2, "a round is a mail");
        Ok(())
    });
}

#[test]
fn an_offer_as_it_is_stored() {
    run(async {
        let (uai, round) = (a_listed_school(58).await?, round("2026-rentree"));
        done(&directory_with(None::<Faults>)?, &offer_to(uai, &round)).await?;
        let text = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
        let get = product().stack.dynamodb.get_item().table_name(product().stack.value("Table")?);
        let get = get.key("PK", text(format!("SCHOOL#{uai}"))).key("SK", text(format!("OFFER#{round}")));
        let item = get.send().await?.item.unwrap();
        insta::with_settings!({filters => vec![
            (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "<instant>"),
            (r#""claim": "[0-9a-f]{16}""#, r#""claim": "<random>""#),
        ]}, {
            insta::assert_json_snapshot!("offer", crate::stored_items::shown(&item));
        });
        Ok(())
    });
}
