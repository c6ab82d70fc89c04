//! A collège whose certifications a record book takes over.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::certifications::{Certified, a_number, ago, state, statement, this_year};
use super::record_books::{Told, of_kind};
use super::schools::{a_school_with, class};

/// A collège of one class of this school year, of which nobody is certified yet.
pub(crate) async fn a_college(pupils: usize, seed: u64) -> anyhow::Result<Certified> {
    let (uai, administrator, sample) = a_school_with(pupils, seed, |sample| {
        sample.school_year = this_year();
        for (at, pupil) in sample.pupils.iter_mut().enumerate() {
            pupil.division = "3A".to_owned();
            pupil.second_name = if at == 0 { "Solène".to_owned() } else { String::new() };
        }
    })
    .await?;
    of_kind(uai, "Collège").await?;
    let pupils = class(uai, "3A").await?;
    Ok(Certified { uai, administrator, sample, pupils })
}

impl Certified {
    /// The platform states this of a pupil; the number of the certification.
    pub(crate) async fn certify(&self, pupil: usize, status: &str) -> anyhow::Result<u64> {
        let number = a_number();
        self.state(&statement(number, self.uai, self.pupils[pupil].id, status, ago(5))).await?;
        Ok(number)
    }

    pub(crate) async fn state(&self, stated: &Value) -> anyhow::Result<()> {
        let (status, told) = state(stated).await?;
        anyhow::ensure!(status == 200, "{told}");
        Ok(())
    }

    /// One of somebody who is no pupil of the school.
    pub(crate) async fn certify_nobody(&self, ine: &str) -> anyhow::Result<u64> {
        let number = a_number();
        let mut stated = statement(number, self.uai, self.pupils[0].id, "validated", ago(5));
        (stated["learner"], stated["ine"], stated["birth_date"]) = (Value::Null, json!(ine), json!("2012-03-10"));
        (stated["last_name"], stated["first_name"]) = (json!("D’HÉROUVILLE"), json!("Lætitia"));
        self.state(&stated).await?;
        Ok(number)
    }

    /// What an administrator downloads: of each line, the cells by their titles.
    pub(crate) async fn sheet(&self, query: &str) -> anyhow::Result<Vec<BTreeMap<String, String>>> {
        let path = format!("/schools/{}/certifications/record-books.csv{query}", self.uai);
        let text = self.administrator.get(&path).await?.expect(200)?;
        let text = text.as_str().expect("a text").trim_start_matches('\u{FEFF}').to_owned();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
        let titles = reader.headers()?.clone();
        let line = |line: Result<csv::StringRecord, csv::Error>| {
            let cell = |text: &str| {
                let plain = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
                plain.unwrap_or(text).to_owned()
            };
            Ok(titles.iter().zip(line?.iter()).map(|(title, text)| (title.to_owned(), cell(text))).collect())
        };
        reader.records().map(line).collect()
    }
}

/// By the numbers of the certifications.
pub(crate) fn by_number(told: &Told) -> BTreeMap<u64, Value> {
    let certifications = told.body["certifications"].as_array().into_iter().flatten();
    certifications.map(|it| (it["id"].as_u64().expect("a number"), it.clone())).collect()
}
