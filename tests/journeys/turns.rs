//! No twins: of all messages about an import, one worker at a time carries it out, and the others give way. All times are
//! those of the template: the lease is just over one timeout, messages stay invisible for six.
//!
//! The clocks of these tests are moved by hand: nobody waits for two minutes, and no machine is too slow.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;
use encoding_rs::UTF_8;
use import_worker::Clients;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::import::ImportState;
use rentree_domain::{ImportId, Uai};
use rentree_local::client::School;
use rentree_local::{Door, Options, Rentree};
use rentree_runtime::Clock;
use rentree_runtime::aws::{Aws, Service};
use rentree_samples::Sample;
use rentree_table::{Begin, Import, ImportOptions};
use rentree_testkit::{Cloud, CloudOptions};
use serde_json::json;

use crate::support::clock::HandClock;
use crate::support::faults::{Faults, Operations};
use crate::support::stall::{Of, Stall};
use crate::support::{
    a_school, a_uai, carry_out, clients_telling, eventually, expected, product, resume_event, resume_message, run,
    silent_import, state_of, visible, worker_after_the_lease, worker_at, worker_of, worker_with,
};

/// The timeout of the worker. Its lease lasts for 130 seconds.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(120);

/// A product of one's own, whose way to DynamoDB is `way`, with a school in it.
struct World {
    rentree: Rentree,
    uai: Uai,
    school: School,
}

impl World {
    async fn start(cloud: Cloud, way: &Stall, clock: Clock) -> anyhow::Result<Self> {
        let settings = BTreeMap::from([way.setting()]);
        let options = Options { settings, clock, ..Options::in_memory() };
        let rentree = Rentree::start_in(cloud, Door::open(0).await?, &options).await?;
        let uai = a_uai();
        let school = School::enter(&rentree.url, uai).await?;
        Ok(Self { rentree, uai, school })
    }

    /// Uploads a file of so many pupils through the front door; the worker begins by itself.
    async fn upload(&self, count: usize) -> anyhow::Result<ImportId> {
        let import = self.school.request(&json!({})).await?;
        let file = Sample::new(self.uai, count, 5).siecle(UTF_8).bytes;
        anyhow::ensure!(self.school.send(&import, file).await?);
        Ok(import["id"].as_str().unwrap_or_default().parse()?)
    }

    async fn import(&self, id: ImportId) -> anyhow::Result<Import> {
        self.rentree.table.import(self.uai, id).await?.ok_or_else(|| anyhow::anyhow!("no import"))
    }

    async fn fence(&self) -> anyhow::Result<u64> {
        Ok(self.rentree.table.school(self.uai).await?.map_or(0, |school| school.fence))
    }

    /// Another delivery of what the bucket said.
    async fn deliver(&self, id: ImportId) -> anyhow::Result<()> {
        let send = self.rentree.stack.sqs.send_message().queue_url(self.rentree.stack.value("ImportQueue")?);
        send.message_body(resume_message(self.uai, id, false)).send().await?;
        Ok(())
    }

    /// Messages of a queue: to be handed out now, at work, and delayed.
    async fn messages(&self, queue: &str) -> anyhow::Result<[usize; 3]> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let get = self.rentree.stack.sqs.get_queue_attributes().queue_url(self.rentree.stack.value(queue)?);
        let got = get.set_attribute_names(Some(names.to_vec())).send().await?;
        let count = |name| got.attributes().and_then(|all| all.get(&name)).and_then(|text| text.parse().ok());
        Ok(names.map(|name| count(name).unwrap_or_default()))
    }

    /// Waits until as many messages as that are in the queue.
    async fn until_messages(&self, what: &str, wanted: [usize; 3]) -> anyhow::Result<()> {
        eventually(what, async || Ok((self.messages("ImportQueue").await? == wanted).then_some(()))).await
    }
}

#[test]
fn a_worker_at_nine_tenths_of_its_timeout_succeeds_once_while_a_hundred_give_way() {
    static CLOCK: HandClock = HandClock::new();
    run(async {
        let cloud = Cloud::start(&CloudOptions::default()).await?;
        let way = Stall::after(0, Of::Flips, &cloud.settings()).await?;
        let world = World::start(cloud, &way, || CLOCK.now()).await?;
        let id = world.upload(250).await?;
        way.reached().await?;

        for _ in 0..100 {
            world.deliver(id).await?;
        }
        // One of them waits. Each of two pollers may have sent one before either was noted.
        let waits = |messages: [usize; 3]| messages[..2] == [0, 1] && (1..=2).contains(&messages[2]);
        let queue = async || world.messages("ImportQueue").await;
        eventually("a hundred give way", async || Ok(waits(queue().await?).then_some(()))).await?;
        CLOCK.set(TIMEOUT * 9 / 10);
        assert_eq!((world.fence().await?, world.import(id).await?.state), (1, ImportState::Applying));

        assert_eq!(way.let_go().await?, 200);
        let summary = world.school.wait(&id.to_string()).await?;
        assert_eq!((summary.status.as_str(), summary.counts.added), ("succeeded", 250), "{:?}", summary.refused);
        assert_eq!(summary.write_requests, 9, "lease, three pages of names, three transactions, a snapshot, flip");

        // What gave way waits for the rest of the lease; whoever comes now finds nothing to do.
        let delayed = queue().await?[2];
        world.deliver(id).await?;
        world.until_messages("the late one is done with", [0, 0, delayed]).await?;
        assert_eq!(world.messages("ImportDeadLetterQueue").await?, [0, 0, 0]);
        assert_eq!((world.fence().await?, world.import(id).await?.state), (1, ImportState::Succeeded));
        world.rentree.stop().await
    });
}

#[test]
fn a_worker_beyond_its_timeout_is_ended_and_the_next_succeeds_when_its_lease_is_over() {
    static CLOCK: HandClock = HandClock::new();
    run(async {
        let cloud = Cloud::start(&CloudOptions::default()).await?;
        let way = Stall::after(0, Of::Flips, &cloud.settings()).await?;
        let world = World::start(cloud, &way, || CLOCK.now()).await?;
        let id = world.upload(250).await?;
        way.reached().await?;

        // It is ended, as Lambda ends it; its message comes again, finds the lease alive, and gives way.
        CLOCK.set(TIMEOUT + SignedDuration::from_secs(7));
        eventually("the message gives way", async || Ok((world.messages("ImportQueue").await?[2] > 0).then_some(())))
            .await?;
        let import = world.import(id).await?;
        assert_eq!((world.fence().await?, import.state, import.tries), (1, ImportState::Applying, 1));

        CLOCK.set(TIMEOUT + SignedDuration::from_secs(11));
        let summary = world.school.wait(&id.to_string()).await?;
        assert_eq!((summary.status.as_str(), summary.counts.added), ("succeeded", 250), "{:?}", summary.refused);
        assert_eq!(world.fence().await?, 2, "one more try was enough");

        // What the first one had sent arrives at last, and changes nothing.
        assert_eq!(way.let_go().await?, 400);
        assert_eq!(world.rentree.table.school(world.uai).await?.unwrap().roster_version, 2);
        world.rentree.stop().await
    });
}

#[test]
fn what_fails_each_time_is_tried_three_times_and_told() {
    run(async {
        let rentree = Rentree::start(&Options::in_memory()).await?;
        let uai = a_uai();
        let school = School::enter(&rentree.url, uai).await?;
        let id: ImportId = school.request(&json!({})).await?["id"].as_str().unwrap_or_default().parse()?;
        rentree.stack.s3.delete_bucket().bucket(rentree.stack.value("Bucket")?).send().await?;
        let send = rentree.stack.sqs.send_message().queue_url(rentree.stack.value("ImportQueue")?);
        send.message_body(resume_message(uai, id, false)).send().await?;

        let summary = school.wait(&id.to_string()).await?;
        assert_eq!(summary.refused.map(|refused| refused.code).as_deref(), Some("technical"));
        let stored = rentree.table.school(uai).await?.unwrap();
        assert_eq!(
            (stored.fence, stored.lease),
            (3, None),
            "three tries, none of them a death, and others need not wait"
        );
        rentree.stop().await
    });
}

#[test]
fn what_cannot_even_begin_ends_as_a_dead_letter() {
    run(async {
        let cloud = Cloud::start(&CloudOptions::default()).await?;
        let way = Stall::refusing_on_demand(&cloud.settings()).await?;
        let world = World::start(cloud, &way, Timestamp::now).await?;
        let id: ImportId = world.school.request(&json!({})).await?["id"].as_str().unwrap_or_default().parse()?;
        // The table takes no transaction, neither for a lease nor to mark the import as failed.
        way.refuse(true);
        world.deliver(id).await?;
        let dead = "ImportDeadLetterQueue";
        eventually("the dead letter", async || {
            Ok((world.messages(dead).await?.iter().sum::<usize>() == 1).then_some(()))
        })
        .await?;
        let import = world.import(id).await?;
        assert_eq!((world.fence().await?, import.state, import.tries), (0, ImportState::AwaitingUpload, 0));

        // The letter comes again until the table takes what it says.
        way.refuse(false);
        let summary = world.school.wait(&id.to_string()).await?;
        assert_eq!(summary.refused.map(|refused| refused.code).as_deref(), Some("technical"));
        eventually("no letter is left", async || Ok((world.messages(dead).await? == [0, 0, 0]).then_some(()))).await?;
        world.rentree.stop().await
    });
}

fn dead_letter(uai: Uai, id: ImportId) -> serde_json::Value {
    let mut event = resume_event(uai, id, false);
    event["Records"][0]["eventSourceARN"] = "arn:aws:sqs:eu-west-3:000000000000:rentree-imports-dead".into();
    event
}

#[test]
fn a_dead_letter_marks_an_import_that_nobody_works_on() {
    run(async {
        let (uai, _) = a_school().await?;
        let sample = Sample::new(uai, 3, 5).siecle(UTF_8).bytes;
        let waiting = silent_import(uai, Vec::new(), ImportOptions::default()).await?;
        let done = silent_import(uai, sample.clone(), ImportOptions::default()).await?;
        carry_out(uai, done).await?;
        for id in [waiting, done] {
            assert_eq!(worker_with(None)?.handle(&dead_letter(uai, id)).await?.batch_item_failures.len(), 0);
        }
        assert_eq!(state_of(uai, waiting).await?, ImportState::Failed);
        assert_eq!(state_of(uai, done).await?, ImportState::Succeeded);

        // A worker is at work on this one, and brings it to its end.
        let at_work = silent_import(uai, sample, ImportOptions::default()).await?;
        let hour = SignedDuration::from_hours(1);
        let begun = product().table.begin(uai, at_work, false, hour, Timestamp::now()).await?;
        let Begin::Begun(mut run) = begun else { panic!("begun") };
        let sent = Operations::default();
        let worker = worker_of(clients_telling(&sent)?, Timestamp::now)?;
        assert_eq!(worker.handle(&dead_letter(uai, at_work)).await?.batch_item_failures.len(), 0);
        assert_eq!(state_of(uai, at_work).await?, ImportState::Analysing, "a dead letter marks nothing");
        assert_eq!(sent.take(), ["SendMessage"], "and is not lost");
        run.succeed(rentree_table::Outcome::default(), Timestamp::now()).await?;
        assert_eq!(state_of(uai, at_work).await?, ImportState::Succeeded);
        Ok(())
    });
}

#[test]
fn an_import_that_killed_two_workers_kills_no_third_one() {
    run(async {
        let (uai, _) = a_school().await?;
        let id = silent_import(uai, Sample::new(uai, 3, 5).siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let clocks: [Clock; 3] = [
            Timestamp::now,
            || Timestamp::now() + SignedDuration::from_mins(30),
            || Timestamp::now() + SignedDuration::from_mins(60),
        ];
        for clock in &clocks[..2] {
            // The lease is taken, and nothing else gets through.
            let died = worker_at(Some(Faults::after(1)), *clock)?.handle(&resume_event(uai, id, false)).await?;
            assert_eq!(died.batch_item_failures.len(), 1, "the message comes again");
        }
        assert_eq!(product().table.import(uai, id).await?.unwrap().tries, 2);
        worker_at(None, clocks[2])?.handle(&resume_event(uai, id, false)).await?;
        let import = product().table.import(uai, id).await?.unwrap();
        assert_eq!(import.outcome.refused.map(|refused| refused.code).as_deref(), Some("worker_died"));

        // A good file that was sent after it is applied, whatever the first one left behind.
        let good = silent_import(uai, Sample::new(uai, 4, 6).siecle(UTF_8).bytes, ImportOptions::default()).await?;
        worker_at(None, clocks[2])?.handle(&resume_event(uai, good, false)).await?;
        assert_eq!(state_of(uai, good).await?, ImportState::Succeeded);
        Ok(())
    });
}

#[test]
fn a_confirmation_has_tries_of_its_own() {
    run(async {
        let (uai, _) = a_school().await?;
        let preview = ImportOptions { preview: true, ..ImportOptions::default() };
        let id = silent_import(uai, Sample::new(uai, 3, 5).siecle(UTF_8).bytes, preview).await?;
        worker_with(Some(Faults::after(1)))?.handle(&resume_event(uai, id, false)).await?;
        worker_after_the_lease()?.handle(&resume_event(uai, id, false)).await?;
        let import = product().table.import(uai, id).await?.unwrap();
        assert_eq!((import.state, import.tries), (ImportState::AwaitingConfirmation, 0));
        worker_with(None)?.handle(&resume_event(uai, id, true)).await?;
        assert_eq!(state_of(uai, id).await?, ImportState::Succeeded);
        Ok(())
    });
}

/// A worker whose clock is so wrong that its lease is over while it works: it loses its fence, and gives way.
#[test]
fn who_loses_the_fence_gives_way_and_undoes_nothing() {
    run(async {
        let (uai, _) = a_school().await?;
        let sample = Sample::new(uai, 250, 5);
        let id = silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let settings = product().stack.function_settings("ImportWorkerFunction")?;
        let way = Stall::after(0, Of::Flips, &settings).await?;
        let sent = Operations::default();
        let dynamodb = Aws::new(&way.of(settings))?.config(Service::DynamoDb);
        let clients = Clients { dynamodb: aws_sdk_dynamodb::Client::new(&dynamodb), ..clients_telling(&sent)? };
        let late = worker_of(clients, || Timestamp::now() - SignedDuration::from_hours(1))?;
        let event = resume_event(uai, id, false);
        let outrun = tokio::spawn(async move { late.handle(&event).await });
        way.reached().await?;

        assert_eq!(carry_out(uai, id).await?.batch_item_failures.len(), 0);
        let done = product().table.import(uai, id).await?.unwrap();
        assert_eq!((done.state, done.outcome.counts.added), (ImportState::Succeeded, 250));

        assert_eq!(way.let_go().await?, 400, "the fence holds");
        assert_eq!(outrun.await??.batch_item_failures.len(), 0, "it fails nothing");
        assert_eq!(sent.take(), ["SendMessage"], "and its message comes back");
        let import = product().table.import(uai, id).await?.unwrap();
        assert!(import.comes_back_at.is_some());
        assert_eq!(Import { comes_back_at: None, ..import }, done);
        assert_eq!(visible(uai).await?, expected(&sample));
        Ok(())
    });
}

/// A worker whose clock is so wrong that its lease is over is done after all, between the look of another one at that lease and the moment
/// in which the other takes it: the other looks again, or it would plan for a roster that is no more, and its undo would lead back to that.
#[test]
fn who_saw_a_lease_expired_looks_again_when_its_holder_ended() {
    run(async {
        let (uai, _) = a_school().await?;
        let settings = product().stack.function_settings("ImportWorkerFunction")?;
        let mut turns = Vec::new();
        let an_hour_late: fn() -> Timestamp = || Timestamp::now() - SignedDuration::from_hours(1);
        for (pupils, of, clock) in [(20, Of::Flips, an_hour_late), (25, Of::All, Timestamp::now)] {
            let sample = Sample::new(uai, pupils, 6);
            let id = silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?;
            let way = Stall::after(0, of, &settings).await?;
            let sent = Operations::default();
            let dynamodb = Aws::new(&way.of(settings.clone()))?.config(Service::DynamoDb);
            let clients = Clients { dynamodb: aws_sdk_dynamodb::Client::new(&dynamodb), ..clients_telling(&sent)? };
            let worker = worker_of(clients, clock)?;
            let event = resume_event(uai, id, false);
            let work = tokio::spawn(async move { worker.handle(&event).await });
            way.reached().await?;
            turns.push((id, way, sent, work));
        }
        let [(first, flip, _, outrun), (second, take, sent, outrunning)] =
            <[_; 2]>::try_from(turns).map_err(|_| anyhow::anyhow!("two"))?;
        assert_eq!(flip.let_go().await?, 200, "nobody took its lease yet");
        assert_eq!(outrun.await??.batch_item_failures.len(), 0);
        assert_eq!(take.let_go().await?, 400, "the lease that was seen is no more");
        assert_eq!(outrunning.await??.batch_item_failures.len(), 0);
        assert_eq!(sent.take(), ["SendMessage"], "its message comes back");

        let first = product().table.import(uai, first).await?.unwrap();
        let second = eventually("the import that came back", async || {
            let import = product().table.import(uai, second).await?.unwrap();
            Ok((import.state == ImportState::Succeeded).then_some(import))
        })
        .await?;
        let (shown, before) = (first.outcome.versions.unwrap().0, second.outcome.versions.unwrap().1);
        assert_eq!(before, shown, "it would be undone to what the first one made");
        Ok(())
    });
}
