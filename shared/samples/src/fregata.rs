//! The Fregata "Export CSV vers Pix".

use encoding_rs::Encoding;

use crate::{Rendered, Sample, encode};

const HEADER: &str = "Identifiant unique*;Premier prénom*;Deuxième prénom;Troisième prénom;Nom de famille*;Nom d’usage;Code sexe*;\
                      Date de naissance (jj/mm/aaaa)*;Code commune naissance**;Libellé commune naissance**;\
                      Code département naissance*;Code pays naissance*;Statut*;Code MEF*;Division*";

pub(crate) fn render(sample: &Sample, encoding: &'static Encoding) -> Rendered {
    let mut text = format!("{HEADER}\r\n");
    for pupil in &sample.pupils {
        let sex = match pupil.sex.as_str() {
            "1" => "M",
            "2" => "F",
            other => other,
        };
        let country = match pupil.birth_country.as_str() {
            "" => String::new(),
            code => format!("99{code}"),
        };
        let values = [
            &pupil.ine,
            &pupil.first_name,
            &pupil.second_name,
            &pupil.third_name,
            &pupil.last_name,
            &pupil.usage_name,
            sex,
            &pupil.birth_date,
            &pupil.birth_commune,
            &pupil.birth_town,
            &pupil.birth_department,
            &country,
            &pupil.status,
            &pupil.mef,
            &pupil.division,
        ];
        text.push_str(&values.map(quote).join(";"));
        if !pupil.stray_cell.is_empty() {
            text.push(';');
            text.push_str(&pupil.stray_cell);
        }
        text.push_str("\r\n");
    }
    let lines = (0..sample.pupils.len() as u64).map(|index| index + 2).collect();
    Rendered { bytes: encode(&text, encoding), lines }
}

pub(crate) fn quote(value: &str) -> String {
    if value.contains([';', '"', '\n']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
}
