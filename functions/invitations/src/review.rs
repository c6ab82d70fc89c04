//! The yearly review of the team: when each was last there, who stays, and who is removed. Staff move every summer, and whoever has
//! left the school must not read its pupils' names for another year.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::{SchoolYear, Uai, UserId, paris};
use rentree_http::{Face, Input, Problem, Visitor, authorise, parse_uai, text};
use rentree_table::{AuditAction, Member, Role};
use rentree_web::{Field, Form, Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Invitations;
use crate::remove::too_late;
use crate::team::by_rank;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ReviewTeamFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// For each colleague, `keep:` or `remove:` and the identifier.
    #[schemars(with = "Vec<text::Decision>")]
    decisions: Vec<String>,
    /// Which member takes the campaigns of those who are removed. Blank: who reviews.
    campaigns_to: String,
}

/// What becomes of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Keep,
    Remove,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "review.html")]
pub(crate) struct ReviewView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// The school year that it is for.
    school_year: SchoolYear,
    /// When the team was last reviewed.
    reviewed_at: Option<Timestamp>,
    /// Everybody but who asks: administrators first, then by name.
    members: Vec<ReviewedRow>,
    #[serde(skip)]
    campaigns_to: String,
}

#[derive(Serialize, JsonSchema)]
struct ReviewedRow {
    /// Who.
    #[schemars(with = "String")]
    id: UserId,
    /// First and last name.
    name: String,
    /// `administrator` or `member`.
    #[schemars(with = "String")]
    role: Role,
    /// Since when.
    joined_at: Timestamp,
    /// When they last came to the space, to a day; nothing, where nobody knows.
    came_at: Option<Timestamp>,
    /// Whether they stayed away for thirteen months.
    is_absent: bool,
    /// How many campaigns they answer for.
    campaigns: usize,
    #[serde(skip)]
    visit: String,
    #[serde(skip)]
    decision: Option<Decision>,
}

/// What the review came to.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ReviewedView {
    /// Who stays.
    #[schemars(with = "Vec<String>")]
    kept: Vec<UserId>,
    /// Who was removed.
    #[schemars(with = "Vec<String>")]
    removed: Vec<UserId>,
}

/// `GET /schools/{uai}/team/review`
pub(crate) async fn page(
    State(app): State<Invitations>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Administrator, (app.clock)()).await?;

    let view = app.review(uai, &visitor, &BTreeMap::new(), String::new()).await?;
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/team/review`
pub(crate) async fn review(
    State(app): State<Invitations>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Administrator, (app.clock)()).await?;
    visitor.check_meant(&input.proof)?;

    let Fields { decisions, campaigns_to } = input.fields;
    let decided: BTreeMap<UserId, Decision> = decisions.iter().filter_map(|text| read(text)).collect();
    let colleagues = app.colleagues(uai, &visitor).await?;
    if let Some(error) = undecided(&colleagues, &decided).or_else(|| wrong_heir(&decided, &campaigns_to)) {
        let mut view = app.review(uai, &visitor, &decided, campaigns_to).await?;
        view.form.refuse(error.0, error.1);
        return face.again(Problem::invalid(&view.form), &view);
    }

    let heir = app.heir(uai, &visitor, &campaigns_to).await?;
    let (removed, kept): (Vec<_>, Vec<_>) =
        colleagues.into_iter().partition(|(id, _)| decided.get(id) == Some(&Decision::Remove));
    for (id, member) in &removed {
        // Whoever is gone was removed by a first click, or a colleague.
        if let Err(problem) = app.take_out(uai, &visitor, (*id, member), &heir).await
            && app.table.member(uai, *id).await?.is_some()
        {
            return Err(problem);
        }
    }
    let kept: Vec<UserId> = kept.into_iter().map(|(id, _)| id).collect();
    if !app.table.end_review(uai, &kept, visitor.at, &visitor.did(AuditAction::TeamReviewed)).await? {
        return Err(too_late(uai, "L’équipe vient de changer. Recommencez la vérification."));
    }

    let location = format!("/schools/{uai}/team?done=reviewed");
    let removed = removed.into_iter().map(|(id, _)| id).collect();
    face.after_post(StatusCode::OK, &location, &ReviewedView { kept, removed })
}

/// `keep:` or `remove:`, and an identifier. What does not read decides nothing.
fn read(text: &str) -> Option<(UserId, Decision)> {
    let (decision, id) = text.split_once(':')?;
    let decision = match decision {
        "keep" => Decision::Keep,
        "remove" => Decision::Remove,
        _ => return None,
    };
    Some((id.parse().ok()?, decision))
}

/// The first of those about whom nothing was decided: who joined since the page was opened, too.
fn undecided(colleagues: &[(UserId, Member)], decided: &BTreeMap<UserId, Decision>) -> Option<(&'static str, String)> {
    let (_, member) = colleagues.iter().find(|(id, _)| !decided.contains_key(id))?;
    Some(("decisions", format!("Choisissez « Garder » ou « Retirer » pour {}.", member.name)))
}

/// Campaigns are not passed on to who is removed.
fn wrong_heir(decided: &BTreeMap<UserId, Decision>, campaigns_to: &str) -> Option<(&'static str, String)> {
    let heir: UserId = campaigns_to.trim().parse().ok()?;
    let is_removed = decided.get(&heir) == Some(&Decision::Remove);
    is_removed.then(|| ("campaigns_to", "Choisissez une personne qui reste dans l’équipe.".to_owned()))
}

impl Invitations {
    /// Everybody in the team but the visitor: administrators first, then by name.
    async fn colleagues(&self, uai: Uai, visitor: &Visitor) -> Result<Vec<(UserId, Member)>, Problem> {
        let mut members = by_rank(self.table.members(uai).await?);
        members.retain(|(id, _)| *id != visitor.user);
        Ok(members)
    }

    async fn review(
        &self,
        uai: Uai,
        visitor: &Visitor,
        decided: &BTreeMap<UserId, Decision>,
        campaigns_to: String,
    ) -> Result<ReviewView, Problem> {
        let owned = async { Ok(self.table.campaigns_by_owner(uai).await?) };
        let (colleagues, owned) = try_join!(self.colleagues(uai, visitor), owned)?;
        let row = |(id, member): (UserId, Member)| ReviewedRow {
            id,
            is_absent: member.is_absent(visitor.at),
            visit: visit_text(&member, visitor.at),
            name: member.name,
            role: member.role,
            joined_at: member.joined_at,
            came_at: member.came_at,
            campaigns: owned.get(&id).map_or(0, Vec::len),
            decision: decided.get(&id).copied(),
        };
        Ok(ReviewView {
            frame: visitor.frame("Vérifier l’équipe", uai, &visitor.school, Section::Team),
            csrf: visitor.csrf.clone(),
            form: Form::new("review", [Field::text("decisions", ""), Field::text("campaigns_to", "")]),
            uai,
            school_year: SchoolYear::of(paris::date(visitor.at)),
            reviewed_at: visitor.school.team_reviewed_at,
            members: colleagues.into_iter().map(row).collect(),
            campaigns_to,
        })
    }
}

impl ReviewView {
    /// Whether somebody has campaigns that would be passed on.
    fn has_campaigns(&self) -> bool {
        self.members.iter().any(|member| member.campaigns > 0)
    }
}

impl ReviewedRow {
    /// Who comes is proposed to stay; about who does not, somebody decides.
    fn is_kept(&self) -> bool {
        match self.decision {
            Some(decision) => decision == Decision::Keep,
            None => !self.is_absent,
        }
    }

    fn is_removed(&self) -> bool {
        self.decision == Some(Decision::Remove)
    }
}

/// When somebody last came, in words. Whoever joined today and was not noted has not come; of the first members, nobody knows.
pub(crate) fn visit_text(member: &Member, now: Timestamp) -> String {
    match member.came_at {
        Some(at) => format!("Dernière visite le {}", french::day(&at)),
        None if paris::date(member.joined_at) == paris::date(now) => "Pas encore venu(e)".to_owned(),
        None => "Aucune visite notée".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_read_decides_nothing() {
        let id = UserId::new(Timestamp::UNIX_EPOCH, [1; 10]);
        assert_eq!(read(&format!("keep:{id}")), Some((id, Decision::Keep)));
        assert_eq!(read(&format!("remove:{id}")), Some((id, Decision::Remove)));
        for text in ["", "keep", "keep:", "keep:x", &format!("drop:{id}"), &id.to_string()] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
