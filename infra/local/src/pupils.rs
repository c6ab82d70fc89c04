//! Campaigns and accounts of pupils without the pages that make them: for tests and benches.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rentree_domain::{
    CampaignCode, CampaignId, CampaignKind, CampaignTitle, CourseId, Entry, LearnerId, PersonName, Uai, UserId,
};
use rentree_table::{AuditAction, AuditEntry, Campaign, Methods, Table, Tying, User, Who};

/// A campaign of `uai`, ready to be joined.
pub async fn a_campaign(table: &Table, uai: Uai, now: Timestamp) -> anyhow::Result<(CampaignId, CampaignCode)> {
    let (id, owner) = (CampaignId::new(now, rentree_runtime::random()), UserId::new(now, rentree_runtime::random()));
    let campaign = Campaign {
        title: CampaignTitle::parse("Évaluation de rentrée")?,
        kind: CampaignKind::Assessment,
        course: CourseId::parse("competences-numeriques-6e")?,
        message: None,
        code: CampaignCode::draw(rentree_runtime::random()),
        owner: Some(owner),
        owner_name: "Camille Le Goff".to_owned(),
        created_at: now,
        archived_at: None,
        only_in_lessons: false,
        lesson: None,
        given: None,
        classes: BTreeSet::new(),
        platform: None,
        ready_of: None,
    };
    let action = AuditAction::CampaignCreated;
    let entry = AuditEntry::new(now, rentree_runtime::random(), owner, &campaign.owner_name, action);
    table.create_campaign(uai, id, &campaign, &entry).await?;
    Ok((id, campaign.code))
}

/// The account of the pupil that `entry` tells, as joining begins it.
pub fn an_account(entry: &Entry, methods: Methods, password_hash: Option<String>, now: Timestamp) -> User {
    User {
        first_name: PersonName::of_file(&entry.first_name),
        last_name: PersonName::of_file(&entry.last_name),
        email_confirmed: methods.email.is_some(),
        methods,
        password_hash,
        password_to_change: None,
        birth_date: Some(entry.birth_date),
        joined_a_team: false,
        second_factor: None,
        epoch: 0,
        terms: None,
        created_at: now,
    }
}

/// Ties a pupil to an account, by a campaign.
pub async fn tie(
    table: &Table,
    (uai, id, entry): (Uai, LearnerId, &Entry),
    campaign: CampaignId,
    who: Who<'_>,
    now: Timestamp,
) -> anyhow::Result<()> {
    let learner = table.learner(uai, id).await?.ok_or_else(|| anyhow::anyhow!("no such pupil"))?;
    let tying = Tying {
        uai,
        learner: id,
        version: learner.current.version,
        ine: entry.ine,
        campaign,
        division: &entry.division,
        who,
        session: None,
        corrected: None,
        named: None,
        instead_of: None,
        personal_code: None,
        is_tied: false,
        sign_on: None,
        entry: None,
        now,
    };
    table.tie(&tying).await?;
    Ok(())
}
