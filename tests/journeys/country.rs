//! A campaign is given to every school of the country, by a pass that may die at any moment.

use std::collections::{BTreeSet, HashSet};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use directory::message::CampaignWord;
use jiff::Timestamp;
use rentree_domain::platform_campaign::Audience;
use rentree_domain::{Academie, CampaignTitle, CourseId, ListedSchool, Ministry, PlatformCampaignName, Uai};
use rentree_local::operator::Operator;
use rentree_local::{Options, Rentree};
use rentree_runtime::Settings;
use serde_json::{Value, json};

use crate::support::campaigns::PROFILES;
use crate::support::operators::{activate, message, report};
use crate::support::record_books::in_days;
use crate::support::runtime_api::Function;
use crate::support::stall::{Of, Stall};
use crate::support::{join_all, run};

/// Names how many schools the country of this test has: 12,000 in truth, for which the pass takes a quarter of an hour
/// of two cores.
const SCHOOLS: &str = "RENTREE_SCHOOLS";
/// Without it: some forty for each académie.
const FEW_SCHOOLS: usize = 1_200;

/// The country: schools of all académies of the mainland, each with its space.
fn a_country() -> anyhow::Result<Vec<Uai>> {
    let schools = std::env::var(SCHOOLS).map_or(Ok(FEW_SCHOOLS), |number| number.parse())?;
    let departments = (1..=19).chain(21..=95);
    let uai = |number: u32| ('A'..='Z').find_map(|key| Uai::parse(&format!("{number:07}{key}")).ok());
    let numbers = (0..).flat_map(|number| departments.clone().map(move |department| department * 10_000 + number));
    Ok(numbers.filter_map(uai).take(schools).collect())
}

/// Puts the schools of the country into the table: `active` are copies of the item that the directory makes of `late`, with a space.
async fn fill(rentree: &Rentree, late: Uai, active: &[Uai]) -> anyhow::Result<()> {
    let school = ListedSchool {
        uai: late,
        name: "Collège".to_owned(),
        kind: "Collège".to_owned(),
        town: String::new(),
        ministry: Ministry::Education,
        mailbox: None,
        closed: false,
    };
    rentree.table.load_schools(&[school]).await?;
    let (dynamodb, table) = (&rentree.stack.dynamodb, rentree.stack.value("Table")?);
    let text = |text: String| AttributeValue::S(text);
    let get = dynamodb
        .get_item()
        .table_name(&table)
        .key("PK", text(format!("SCHOOL#{late}")))
        .key("SK", text("SCHOOL".to_owned()));
    let like = get.send().await?.item.expect("a school");
    for uais in active.chunks(25) {
        let mut puts = Vec::with_capacity(uais.len());
        for uai in uais {
            let academie = Academie::of(*uai).expect("an académie").short_name();
            let mut item = like.clone();
            item.extend([
                ("PK".to_owned(), text(format!("SCHOOL#{uai}"))),
                ("GSI1PK".to_owned(), text(format!("ACADEMIE#{academie}"))),
                ("GSI1SK".to_owned(), text(format!("SCHOOL#{uai}"))),
                ("academie".to_owned(), text(academie.to_owned())),
                ("activated_at".to_owned(), text(Timestamp::now().to_string())),
            ]);
            let put = PutRequest::builder().set_item(Some(item)).build()?;
            puts.push(WriteRequest::builder().put_request(put).build());
        }
        dynamodb.batch_write_item().request_items(&table, puts).send().await?;
    }
    Ok(())
}

/// How many schools have a campaign, how many campaigns there are, and how many codes.
async fn given(rentree: &Rentree) -> anyhow::Result<(usize, usize, usize)> {
    let (mut schools, mut campaigns, mut codes) = (HashSet::new(), 0, 0);
    let scan = rentree.stack.dynamodb.scan().table_name(rentree.stack.value("Table")?);
    let mut pages = scan.projection_expression("PK, entity").into_paginator().send();
    while let Some(page) = pages.next().await {
        for item in page?.items.unwrap_or_default() {
            match item["entity"].as_s().map(String::as_str) {
                Ok("Campaign") => {
                    campaigns += 1;
                    schools.insert(item["PK"].clone().as_s().cloned().unwrap_or_default());
                }
                Ok("CampaignCode") => codes += 1,
                _ => {}
            }
        }
    }
    Ok((schools.len(), campaigns, codes))
}

#[test]
fn a_pass_over_the_country_that_dies_in_the_middle_is_resumed() {
    run(async {
        let rentree = Rentree::start(&Options::in_memory()).await?;
        let country = a_country()?;
        let schools = country.len();
        let (late, active) = country.split_first().expect("schools");
        fill(&rentree, *late, active).await?;

        let operator = Operator::of(&rentree.stack)?;
        let name = PlatformCampaignName::parse("2026-rentree")?;
        let word = CampaignWord {
            name: name.clone(),
            title: CampaignTitle::parse("Rentrée numérique")?,
            course: CourseId::parse(PROFILES)?,
            message: None,
            audience: Audience::default(),
            levels: BTreeSet::new(),
            opens_on: in_days(-1),
            closes_on: in_days(30),
            at: None,
        };
        let told = operator.tell_campaign(word).await?;
        assert_eq!((&told["schools"], &told["activated"]), (&json!(schools), &json!(schools - 1)), "{told}");
        assert_eq!(given(&rentree).await?, (0, 0, 0), "giving it to the country costs one write");

        let words: Vec<Value> = Academie::all()
            .map(|academie| json!({"give_campaign": {"name": name, "academie": academie}}))
            .map(|word| message(&word))
            .collect();
        let settings = rentree.stack.function_settings("DirectoryFunction")?.with([("CAMPAIGNS_PER_SECOND", "100000")]);
        let way = Stall::after(schools / 2, Of::All, &settings).await?;
        let mut dying = Function::start("directory", &way.of(settings.clone())).await?;
        tokio::select! {
            passed = async { for word in &words { dying.invoke(word.clone()).await?; } anyhow::Ok(()) } => {
                passed?;
                anyhow::bail!("the pass came to its end");
            }
            reached = way.reached() => reached?,
        }
        dying.kill().await?;
        let (reached, campaigns, codes) = given(&rentree).await?;
        assert!(
            reached == campaigns && campaigns == codes && (schools / 2..schools - 1).contains(&reached),
            "{reached} {campaigns} {codes}"
        );

        // Two go on at the same moment.
        let goes_on = |settings: Settings, words: Vec<Value>| async move {
            let mut function = Function::start("directory", &settings).await?;
            for word in words {
                let answer = function.invoke(word).await?;
                anyhow::ensure!(answer["batchItemFailures"] == json!([]), "{answer}");
            }
            function.kill().await
        };
        let both = join_all((0..2).map(|_| goes_on(settings.clone(), words.clone()))).await;
        both.into_iter().collect::<Result<Vec<_>, _>>()?;
        let all = schools - 1;
        assert_eq!(given(&rentree).await?, (all, all, all));
        let bucket = rentree.stack.value("Bucket")?;
        let rennes = report(&rentree.stack, &bucket, "reports/campaigns/2026-rentree/rennes.json").await?;
        let of_rennes = |field: &str| rennes[field].as_u64().unwrap_or_default();
        assert_eq!(of_rennes("had") + of_rennes("given"), of_rennes("schools"), "{rennes}");

        // A school that has its space only now.
        activate(&rentree.stack, *late).await?;
        let academie = Academie::of(*late).expect("an académie");
        let report = operator.give_campaign(&name, academie).await?;
        assert_eq!(report["given"], 1, "{report}");
        assert_eq!(given(&rentree).await?, (schools, schools, schools));
        rentree.stop().await
    });
}
