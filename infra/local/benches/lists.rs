//! `cargo bench -p rentree-local --bench lists [-- PUPILS]`: what the lists of a school of 3,000 pupils ask of DynamoDB, who are all
//! tied and all in one campaign. Units as AWS bills them; the roster's part and the participations apart. Cold: the first page that a
//! function shows of the school; warm: the next one.
//!
//! Goals: the roster's part 40 units cold and 1 warm, at most 2 more for each pupil shown.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use encoding_rs::UTF_8;
use jiff::Timestamp;
use rentree_domain::{Uai, UserId, UserName};
use rentree_local::client::School;
use rentree_local::{Options, Rentree, pupils};
use rentree_runtime::aws::Service;
use rentree_samples::Sample;
use rentree_table::{Methods, Table, Who};
use rentree_testkit::strict::{Call, Distance, longest_chain};
use tokio::task::JoinSet;

const PUPILS: usize = 3_000;
/// What asks for more at once waits for the stand-in.
const AT_ONCE: usize = 16;

fn main() -> anyhow::Result<()> {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(PUPILS);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let rentree = Arc::new(Rentree::start(&Options::in_memory()).await?);
        let number = 990_950;
        let uai = ('A'..='Z').find_map(|key| Uai::parse(&format!("{number:07}{key}")).ok()).context("one key fits")?;
        let school = School::enter(&rentree.url, uai).await?;
        let imported = school.import(Sample::new(uai, count, 5).siecle(UTF_8).bytes, false).await?;
        anyhow::ensure!(imported.status == "succeeded", "{:?}", imported.refused);
        let campaign = tie_all(&rentree, uai).await?;
        // Far enough that calls side by side are seen to be.
        rentree.stack.strict().set_distance(Distance::OF_A_REGION);

        println!(
            "{count} pupils, all tied, all in one campaign: the longest chain of calls, and read units by operation\n"
        );
        println!("| what | shown | chain | GetItem | Query | BatchGetItem | ms |\n|---|---|---|---|---|---|---|");
        let aws = rentree.stack.aws_of("CampaignsFunction")?;
        let client = aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb));
        let table = Table::new(client, rentree.stack.value("Table")?);
        for name in ["the roster's part, cold", "the roster's part, warm"] {
            rentree.stack.strict().begin_record();
            let started = Instant::now();
            table.listed(uai).await?.context("a school")?;
            tell(name, 0, &rentree.stack.strict().end_record(), started);
        }
        rentree.stack.strict().begin_record();
        let started = Instant::now();
        let parts = table.participations(campaign).await?.len();
        tell("participations", parts, &rentree.stack.strict().end_record(), started);
        let followed = format!("/campaigns/{campaign}");
        for (name, path) in [
            ("the list, cold", "/learners"),
            ("the list, warm", "/learners"),
            ("the list, page 9", "/learners?page=9"),
            ("pupils without an account", "/learners?account=none"),
            ("pupils with a user name", "/learners?account=user_name"),
            ("follow-up, cold", &followed),
            ("follow-up, warm", &followed),
        ] {
            rentree.stack.strict().begin_record();
            let started = Instant::now();
            let page = school.get(path).await?;
            let calls = rentree.stack.strict().end_record();
            let shown = page["learners"].as_array().or(page["pupils"].as_array()).map_or(0, Vec::len);
            tell(name, shown, &calls, started);
        }
        Arc::into_inner(rentree).context("nobody else has it")?.stop().await
    })
}

fn tell(name: &str, shown: usize, calls: &[Call], started: Instant) {
    let took = started.elapsed().as_millis();
    let [get, query, batch] = ["GetItem", "Query", "BatchGetItem"].map(|operation| {
        let of = calls.iter().filter(|call| call.operation == format!("dynamodb:{operation}"));
        of.fold(0.0, |all, call| all + call.units)
    });
    let chain = longest_chain(calls);
    println!("| {name} | {shown} | {chain} | {get:.1} | {query:.1} | {batch:.1} | {took} |");
}

/// Ties everybody, a few at a time.
async fn tie_all(rentree: &Arc<Rentree>, uai: Uai) -> anyhow::Result<rentree_domain::CampaignId> {
    let (campaign, _) = pupils::a_campaign(&rentree.table, uai, Timestamp::now()).await?;
    let roster = rentree.table.roster(uai).await?.context("a school")?;
    let mut ties = JoinSet::new();
    for (number, pupil) in roster.learners.into_iter().enumerate() {
        while ties.len() >= AT_ONCE {
            ties.join_next().await.context("one of them")???;
        }
        let rentree = Arc::clone(rentree);
        ties.spawn(async move {
            let letters: String = number.to_string().bytes().map(|digit| char::from(digit + 49)).collect();
            let now = Timestamp::now();
            let user_name = UserName::proposed("Essai", &letters, pupil.entry.birth_date);
            let methods = Methods { user_name: Some(user_name), ..Methods::default() };
            let user = pupils::an_account(&pupil.entry, methods, None, now);
            let who = Who::Newcomer { id: UserId::new(now, rentree_runtime::random()), user: &user };
            pupils::tie(&rentree.table, (uai, pupil.id, &pupil.entry), campaign, who, now).await
        });
    }
    while let Some(tied) = ties.join_next().await {
        tied??;
    }
    Ok(campaign)
}
