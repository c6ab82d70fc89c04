//! Create a campaign, or the one that is ready.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::{
    CampaignCode, CampaignId, CampaignKind, CampaignMessage, CampaignTitle, Catalogue, Course, CourseId, FormId,
    Listing, SchoolYear, Uai, UserId,
};
use rentree_http::{Asked, Face, Input, Problem, Visitor, authorise, authorise_beside, parse_uai, text};
use rentree_table::{AuditAction, AuditEntry, Campaign, CampaignError, Role};
use rentree_web::{Choices, Field, Form, Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;
use crate::staff::class_choice::{self, Choice, choices, classes_of};
use crate::staff::ready::{Proposal, Ready};
use crate::staff::texts;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "CampaignFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// What the campaign is called: 1 to 100 characters.
    #[schemars(with = "text::Title")]
    title: String,
    /// `id` of a course.
    course: String,
    /// What it is for. It follows from the course: who says it must say the same.
    kind: Option<CampaignKind>,
    /// What pupils read before they begin: 500 characters at most. Blank for none.
    #[schemars(with = "text::Message")]
    message: String,
    /// The classes that it is for, of those that the page offers (`choices`); none for all.
    classes: Vec<String>,
    /// Whether nobody joins it outside of a lesson.
    only_in_lessons: bool,
    /// `certification`: the campaign that is ready, as long as it is proposed; else the school's own.
    ready: Ready,
    /// `once` of the page: what is sent twice with it makes one campaign. Without, each time makes another.
    once: Option<FormId>,
}

/// Which campaign the form is for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Which {
    /// `certification`: the campaign that is ready, as long as it is proposed; else the school's own.
    ready: Ready,
}

/// The page of the form.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "new-campaign.html")]
pub(crate) struct NewCampaignView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// Whether lessons were chosen.
    #[serde(skip)]
    only_in_lessons: bool,
    /// Whether a class that was chosen is not to be chosen any more.
    #[serde(skip)]
    classes_changed: bool,
    #[serde(skip)]
    role: Role,
    /// What the form sends with it, so that a second click makes no second campaign.
    once: FormId,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// The campaign that is ready, if it was asked for and is proposed.
    ready: Option<Proposal>,
    /// The campaign that the school has made of it already, archived or not: it is made once.
    made: Option<CampaignId>,
    /// What a campaign may lead to.
    courses: Vec<CourseView>,
    /// The classes that it may be for.
    choices: Vec<Choice>,
    /// Whether the school has pupils at all: without, nobody can join.
    has_pupils: bool,
}

/// A course.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Course")]
struct CourseView {
    #[schemars(with = "String")]
    id: CourseId,
    title: String,
    kind: CampaignKind,
}

/// What was created.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CreatedView {
    id: CampaignId,
    /// What pupils type to join.
    #[schemars(with = "String")]
    code: CampaignCode,
}

/// What was typed, read.
struct Wanted {
    title: CampaignTitle,
    course: Course,
    message: Option<CampaignMessage>,
}

/// `GET /schools/{uai}/campaigns/new`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path(uai): Path<String>,
    Asked(asked): Asked<Which>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let ready = app.asked_for(asked.ready, now);
    let made = app.made(uai, ready.as_ref());
    let (visitor, made) = authorise_beside(&app.table, &headers, uai, Role::Member, now, made).await?;

    let listing = app.listing(uai, &visitor).await?;
    let form = form(&app.config.courses, &ready.as_ref().map(Fields::of).unwrap_or_default());
    let (choices, has_pupils) = (choices(&classes_of(&listing), &BTreeSet::new()), has_pupils(&listing));
    let view = NewCampaignView { made, choices, has_pupils, ..app.new_campaign(uai, &visitor, form, ready) };
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/campaigns`, and `POST /schools/{uai}/campaigns/new`, where the form is
pub(crate) async fn create(
    State(app): State<Campaigns>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Member, now).await?;
    visitor.check_meant(&input.proof)?;

    // Who filled the form in on the last evening makes a campaign of the school's own after midnight.
    let ready = app.asked_for(input.fields.ready, now);
    let listing = app.listing(uai, &visitor).await?;
    let offered = classes_of(&listing);
    let chosen: BTreeSet<String> = input.fields.classes.iter().cloned().collect();
    let classes = class_choice::read(chosen.clone(), &offered, format!("/schools/{uai}/campaigns/new"));
    let mut form = form(&app.config.courses, &input.fields);
    let wanted = read(&mut form, &app.config.courses, &input.fields, ready.is_some());
    let (Some(Wanted { title, course, message }), Ok(classes)) = (wanted, &classes) else {
        let classes_changed = classes.is_err();
        let problem = class_choice::problem(&form, classes);
        let view = app.new_campaign(uai, &visitor, form, ready);
        let (only_in_lessons, choices) = (input.fields.only_in_lessons, choices(&offered, &chosen));
        let has_pupils = has_pupils(&listing);
        return face.again(problem, &NewCampaignView { only_in_lessons, classes_changed, choices, has_pupils, ..view });
    };

    let entry =
        AuditEntry::new(now, rentree_runtime::random(), visitor.user, &visitor.name, AuditAction::CampaignCreated);
    let campaign = Campaign {
        kind: course.kind,
        course: course.id,
        message,
        code: CampaignCode::draw(rentree_runtime::random()),
        owner: Some(visitor.user),
        owner_name: visitor.name.clone(),
        created_at: now,
        archived_at: None,
        only_in_lessons: input.fields.only_in_lessons,
        lesson: None,
        given: None,
        classes: classes.clone(),
        platform: None,
        ready_of: ready.map(|ready| ready.school_year),
        title,
    };
    let id = identifier(uai, visitor.user, input.fields.once, &campaign);
    let (id, code) = app.store(uai, id, campaign, &entry).await?;

    let location = format!("/schools/{uai}/campaigns/{id}?done=created");
    face.after_post(StatusCode::CREATED, &location, &CreatedView { id, code })
}

impl Campaigns {
    /// The page.
    fn new_campaign(&self, uai: Uai, visitor: &Visitor, form: Form, ready: Option<Proposal>) -> NewCampaignView {
        let course =
            |course: &Course| CourseView { id: course.id.clone(), title: course.title.clone(), kind: course.kind };
        NewCampaignView {
            frame: visitor.frame("Créer une campagne", uai, &visitor.school, Section::Campaigns),
            csrf: visitor.csrf.clone(),
            form,
            once: FormId::new((self.clock)(), rentree_runtime::random()),
            only_in_lessons: false,
            classes_changed: false,
            role: visitor.role,
            uai,
            ready,
            made: None,
            courses: self.config.courses.courses().iter().map(course).collect(),
            choices: Vec::new(),
            has_pupils: true,
        }
    }

    /// The pupils of the school.
    async fn listing(&self, uai: Uai, visitor: &Visitor) -> Result<Arc<Listing>, Problem> {
        let listed = self.table.with_listing(uai, visitor.school.clone()).await?;
        let (_, listing) = listed.ok_or_else(Problem::not_found)?;
        Ok(listing)
    }

    /// The ready campaign, if it is asked for and proposed.
    fn asked_for(&self, asked: Ready, now: Timestamp) -> Option<Proposal> {
        self.proposal(now).filter(|_| asked == Ready::Certification)
    }

    /// What the school has made of the ready campaign, if that is asked for.
    async fn made(&self, uai: Uai, ready: Option<&Proposal>) -> Result<Option<CampaignId>, Problem> {
        match ready {
            Some(ready) => Ok(self.table.ready_campaign(uai, ready.school_year).await?),
            None => Ok(None),
        }
    }

    /// Stores a campaign, and draws again while its code is another's. Identifier and code, which it may have since the first of two clicks.
    async fn store(
        &self,
        uai: Uai,
        mut id: CampaignId,
        mut campaign: Campaign,
        entry: &AuditEntry,
    ) -> Result<(CampaignId, CampaignCode), Problem> {
        let entry = entry.clone().to(campaign.title.as_str());
        for _ in 0..CampaignCode::DRAWS {
            match self.table.create_campaign(uai, id, &campaign, &entry).await {
                Ok(()) => return Ok((id, campaign.code)),
                Err(CampaignError::Table(error)) => return Err(error.into()),
                Err(CampaignError::Made) => match self.campaign(uai, &id.to_string()).await?.1 {
                    made if is_as_made(&made, &campaign) => return Ok((id, made.code)),
                    // Who goes back to the form after it was changed or archived means another.
                    _ => id = CampaignId::new(campaign.created_at, rentree_runtime::random()),
                },
                Err(CampaignError::ReadyMade) => return Err(self.made_before(uai, campaign.ready_of).await?),
                Err(CampaignError::CodeTaken) => campaign.code = CampaignCode::draw(rentree_runtime::random()),
            }
        }
        Err(Problem::internal(&CampaignError::CodeTaken))
    }

    /// Two colleagues had the same proposal before their eyes.
    async fn made_before(&self, uai: Uai, year: Option<SchoolYear>) -> Result<Problem, Problem> {
        let made = match year {
            Some(year) => self.table.ready_campaign(uai, year).await?,
            None => None,
        };
        let problem = Problem::too_late(
            "Cette campagne vient d’être créée dans votre établissement : elle figure dans la liste, ou dans les archives.",
        );
        let campaigns = format!("/schools/{uai}/campaigns");
        Ok(match made {
            Some(made) => problem.leading_to("Voir la campagne", format!("{campaigns}/{made}")),
            None => problem.leading_to("Voir les campagnes", campaigns),
        })
    }
}

impl Fields {
    /// What the form of a ready campaign has in it before anybody types.
    fn of(ready: &Proposal) -> Self {
        Self {
            title: ready.title.clone(),
            course: ready.course.to_string(),
            kind: None,
            only_in_lessons: false,
            classes: Vec::new(),
            message: ready.message.clone(),
            ready: Ready::Certification,
            once: None,
        }
    }
}

impl NewCampaignView {
    /// Whether who asks may import pupils.
    fn is_administrator(&self) -> bool {
        self.role == Role::Administrator
    }
}

fn has_pupils(listing: &Listing) -> bool {
    listing.enrolled().next().is_some()
}

/// Whether a campaign that stands there is still what a form wants.
fn is_as_made(made: &Campaign, wanted: &Campaign) -> bool {
    let told = |it: &Campaign| (it.title.clone(), it.message.clone(), it.classes.clone(), it.only_in_lessons);
    !made.is_archived() && told(made) == told(wanted)
}

/// The campaign's identifier: what one form makes of the same, sent by the same person, is the same campaign.
fn identifier(uai: Uai, user: UserId, once: Option<FormId>, campaign: &Campaign) -> CampaignId {
    let Campaign { title, course, message, classes, only_in_lessons, .. } = campaign;
    let content = format!("campaign {uai} {user} {title:?} {course} {message:?} {classes:?} {only_in_lessons}");
    let (at, entropy) = once
        .and_then(|form| form.makes(&content, campaign.created_at))
        .unwrap_or_else(|| (campaign.created_at, rentree_runtime::random()));
    CampaignId::new(at, entropy)
}

/// The form, with what was typed.
fn form(catalogue: &Catalogue, typed: &Fields) -> Form {
    let choices = CampaignKind::ALL.map(|kind| Choices {
        label: kind.french(),
        choices: catalogue.of_kind(kind).map(|course| (course.id.to_string(), course.title.clone())).collect(),
    });
    let choices = choices.into_iter().filter(|group| !group.choices.is_empty()).collect();
    let course = Field::select("course", "Parcours", choices)
        .hint("Une évaluation mesure les compétences ; une collecte de profils recueille ce que chaque élève a déjà acquis.")
        .value(&typed.course);
    let [title, message] = texts::fields(&typed.title, &typed.message);
    Form::new("new", [title, course, message])
}

/// What was typed; its errors at their fields. The ready campaign collects profiles, and nothing else.
fn read(form: &mut Form, catalogue: &Catalogue, typed: &Fields, is_ready: bool) -> Option<Wanted> {
    let title = texts::title(form, &typed.title);
    let found = CourseId::parse(&typed.course).ok().and_then(|id| catalogue.find(&id));
    let course = match (found, typed.kind) {
        (Some(course), Some(kind)) if course.kind != kind => {
            Err(format!("Ce parcours ne convient pas à ce type de campagne : {}.", kind.french()))
        }
        (Some(course), _) if is_ready && course.kind != CampaignKind::ProfileCollection => {
            Err("Cette campagne recueille les profils : choisissez une collecte de profils.".to_owned())
        }
        (Some(course), _) => Ok(course.clone()),
        (None, _) => Err("Choisissez un parcours dans la liste.".to_owned()),
    };
    let course = form.read("course", course, |error| error);
    let message = texts::message(form, &typed.message);
    Some(Wanted { title: title?, course: course?, message: message? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let courses = r#"[{"id": "a", "title": "A", "kind": "assessment", "url": "https://p.example/a"}]"#;
        Catalogue::parse(courses).unwrap()
    }

    fn errors(typed: &Fields) -> Vec<(&'static str, String)> {
        let mut form = form(&catalogue(), typed);
        let is_ready = typed.ready == Ready::Certification;
        assert_eq!(read(&mut form, &catalogue(), typed, is_ready).is_none(), form.is_refused());
        form.errors().map(|(field, error)| (field, error.to_owned())).collect()
    }

    fn good() -> Fields {
        Fields { title: "T".to_owned(), course: "a".to_owned(), ..Fields::default() }
    }

    #[test]
    fn each_error_stands_at_its_field() {
        assert_eq!(errors(&good()), []);
        let bad = Fields {
            title: "é".repeat(101),
            course: "b".to_owned(),
            message: "a\u{202E}".to_owned(),
            ..Fields::default()
        };
        let told: Vec<&str> = errors(&bad).iter().map(|(field, _)| *field).collect();
        assert_eq!(told, ["title", "course", "message"]);
        assert!(errors(&bad)[0].1.contains("101 caractères"));
        assert_eq!(errors(&Fields::default()).len(), 2, "a message may be left blank");
    }

    #[test]
    fn the_kind_follows_from_the_course() {
        assert_eq!(errors(&Fields { kind: Some(CampaignKind::Assessment), ..good() }), []);
        let other = errors(&Fields { kind: Some(CampaignKind::ProfileCollection), ..good() });
        assert!(other[0].0 == "course" && other[0].1.contains("Collecte de profils"));
    }

    #[test]
    fn the_ready_campaign_collects_profiles() {
        let [(field, error)] = &errors(&Fields { ready: Ready::Certification, ..good() })[..] else {
            panic!("one error")
        };
        assert!(*field == "course" && error.contains("collecte de profils"), "{error}");
    }

    #[test]
    fn only_kinds_that_have_courses_are_offered() {
        let form = form(&catalogue(), &good());
        let course = form.fields.iter().find(|field| field.name == "course").unwrap();
        let labels: Vec<_> = course.choices.iter().map(|group| group.label).collect();
        assert_eq!((labels, course.value.as_str()), (vec!["Évaluation"], "a"));
    }
}
