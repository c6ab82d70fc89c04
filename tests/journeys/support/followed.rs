//! A school in its second year, of which the first one is followed.

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use rentree_domain::{CampaignId, SchoolYear, Uai, paris};
use rentree_local::pupils::a_campaign;
use rentree_table::{AuditAction, AuditEntry};
use serde_json::{Value, json};

use super::campaigns::{Platform, course_token};
use super::certifications::{a_number, ago, state, statement, this_year};
use super::people::Person;
use super::product;
use super::schools::{a_school_with, class, divide, import, pupils_of};

pub(crate) fn last_year() -> SchoolYear {
    SchoolYear::starting_in(this_year().first() - 1).expect("a year")
}

/// The same day a year ago.
pub(crate) fn then() -> Timestamp {
    let today = paris::date(Timestamp::now());
    let day = today.checked_sub(1.year()).expect("a day");
    Timestamp::now() - SignedDuration::from_hours(24 * i64::from((today - day).get_days().max(365)))
}

/// A pupil sends a result, with a profile or without.
pub(crate) async fn send(
    campaign: CampaignId,
    learner: rentree_domain::LearnerId,
    at: Timestamp,
    (score, competences): (u8, Option<u8>),
) -> anyhow::Result<()> {
    let mut message = json!({"token": course_token(campaign, learner), "event": "sent", "at": at, "score": score});
    if let Some(competences) = competences {
        message["profile"] = json!({"competences": competences, "points": 10 * u16::from(competences)});
    }
    let platform = Platform::real()?;
    let (status, answer) = platform.post(&platform.letter(&message, SignedDuration::ZERO)).await?;
    anyhow::ensure!(status == 200, "{answer}");
    Ok(())
}

/// A school whose pupils of last year, 3A and 3B, went through two campaigns then, one of which was archived; one pupil was certified. Then
/// this year's list was imported: everybody is in 2NDE 1, but the first pupil, who left.
pub(crate) struct Followed {
    pub(crate) uai: Uai,
    pub(crate) administrator: Person,
    /// The pupils of 3A, in the order of names.
    pub(crate) pupils: Vec<rentree_table::ActiveLearner>,
}

pub(crate) async fn a_school_in_its_next_year(classes: &[(&str, usize)], seed: u64) -> anyhow::Result<Followed> {
    let (uai, administrator, mut sample) = a_school_with(pupils_of(classes), seed, |sample| {
        sample.school_year = last_year();
        divide(sample, classes);
    })
    .await?;

    let (table, then) = (&product().table, then());
    let (one, other) = (a_campaign(table, uai, then).await?.0, a_campaign(table, uai, then).await?.0);
    let pupils = class(uai, classes[0].0).await?;
    for (campaign, joins) in [(one, &pupils[..]), (other, &pupils[..2])] {
        for pupil in joins {
            let of = (pupil.id, pupil.entry.division.as_str());
            anyhow::ensure!(table.begin_participation(uai, campaign, of, then).await?, "joined twice");
        }
    }
    let minutes = |minutes| then + SignedDuration::from_mins(minutes);
    send(one, pupils[0].id, minutes(1), (40, Some(7))).await?;
    send(other, pupils[0].id, minutes(2), (81, Some(4))).await?;
    send(one, pupils[1].id, minutes(3), (50, Some(5))).await?;
    let mut certified = statement(a_number(), uai, pupils[1].id, "validated", ago(60));
    certified["taken_on"] = json!(paris::date(then));
    anyhow::ensure!(state(&certified).await?.0 == 200);
    let mut of_nobody = statement(a_number(), uai, pupils[1].id, "validated", ago(60));
    (of_nobody["taken_on"], of_nobody["learner"]) = (json!(paris::date(then)), Value::Null);
    (of_nobody["ine"], of_nobody["birth_date"]) = (json!("1234567890V"), json!("2012-03-10"));
    anyhow::ensure!(state(&of_nobody).await?.0 == 200);
    let entry = AuditEntry::new(
        then,
        rentree_runtime::random(),
        administrator.id,
        "Dominique Essai",
        AuditAction::CampaignArchived,
    );
    anyhow::ensure!(table.archive_campaign(uai, other, minutes(10), &entry).await?, "not archived");

    sample.school_year = this_year();
    let left = pupils[0].entry.ine.to_string();
    sample.pupils.retain(|pupil| pupil.ine != left);
    sample.pupils.iter_mut().for_each(|pupil| pupil.division = "2NDE 1".to_owned());
    import(uai, &sample).await?;
    Ok(Followed { uai, administrator, pupils })
}
