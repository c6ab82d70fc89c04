//! The shape in which programs read it. It is published for record books, so its names are not ours to choose, nor is one ours to add but
//! `score`: a test holds them.

use jiff::civil::Date;
use rentree_domain::CertificationNumber;
use rentree_domain::certification::{Area, Competence, Level, Points};
use schemars::JsonSchema;
use serde::Serialize;

use super::taken::{Outcome, TakenOver};

/// The certifications of a school, and what their competences are.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RecordBook")]
pub(crate) struct RecordBookView {
    /// By class and name.
    certifications: Vec<CertificationView>,
    /// All sixteen.
    competences: Vec<CompetenceView>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RecordBookCertification")]
struct CertificationView {
    /// The number of the certification.
    id: CertificationNumber,
    first_name: Option<String>,
    middle_name: Option<String>,
    third_name: Option<String>,
    last_name: Option<String>,
    #[schemars(with = "Option<String>")]
    birthdate: Option<Date>,
    /// INE.
    national_student_id: Option<String>,
    status: Outcome,
    /// What was reached, in points; `null` where nothing is published.
    score: Option<Points>,
    /// The same as `score`, under the name of the published shape.
    pix_score: Option<Points>,
    /// Of what was passed.
    verification_code: Option<String>,
    /// The day of the examination.
    #[schemars(with = "String")]
    date: Date,
    /// When the result was published: not known here.
    delivered_at: Option<()>,
    /// Where the examination was taken: not known here.
    certification_center: Option<()>,
    competence_results: Vec<ResultView>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RecordBookResult")]
struct ResultView {
    competence_id: Competence,
    /// From 0 to 8.
    level: Level,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecordBookCompetence")]
struct CompetenceView {
    id: Competence,
    name: &'static str,
    area: AreaView,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecordBookArea")]
struct AreaView {
    /// The first number of its competences.
    id: String,
    name: &'static str,
}

impl RecordBookView {
    pub(super) fn of(taken: Vec<TakenOver>) -> Self {
        Self {
            certifications: taken.into_iter().map(CertificationView::of).collect(),
            competences: Competence::all().map(CompetenceView::of).collect(),
        }
    }
}

impl CertificationView {
    fn of(it: TakenOver) -> Self {
        let TakenOver { whose, score, .. } = it;
        Self {
            id: it.number,
            first_name: whose.first_name,
            middle_name: whose.second_name,
            third_name: whose.third_name,
            last_name: whose.last_name,
            birthdate: whose.birth_date,
            national_student_id: whose.ine.map(|ine| ine.as_str().to_owned()),
            status: it.outcome,
            score,
            pix_score: score,
            verification_code: it.code,
            date: it.taken_on,
            delivered_at: None,
            certification_center: None,
            competence_results: it
                .levels
                .into_iter()
                .map(|(competence_id, level)| ResultView { competence_id, level })
                .collect(),
        }
    }
}

impl CompetenceView {
    fn of(competence: Competence) -> Self {
        Self { id: competence, name: competence.name(), area: AreaView::of(competence.area()) }
    }
}

impl AreaView {
    fn of(area: Area) -> Self {
        let first = area.competences().next().map(Competence::id).unwrap_or_default();
        let (id, _) = first.split_once('.').unwrap_or_default();
        Self { id: id.to_owned(), name: area.name() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_competences_in_five_areas() {
        let view = serde_json::to_value(RecordBookView::of(Vec::new())).unwrap();
        let competences = view["competences"].as_array().unwrap();
        assert_eq!(competences.len(), 16);
        for competence in competences {
            let (id, area) = (competence["id"].as_str().unwrap(), competence["area"]["id"].as_str().unwrap());
            assert!(id.starts_with(&format!("{area}.")), "{competence}");
        }
    }
}
