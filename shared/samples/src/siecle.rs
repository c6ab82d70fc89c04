//! The SIECLE export "Élèves sans adresse", as far as its shape is known: about 2.8 kB a pupil.

use std::fmt::Write as _;

use encoding_rs::Encoding;

use crate::people::Pupil;
use crate::{Rendered, Sample, encode};

pub(crate) fn render(sample: &Sample, encoding: &'static Encoding) -> Rendered {
    let mut xml = Xml { text: String::with_capacity(sample.pupils.len() * 2_900 + 1_000), lines: 1 };
    let encoding_name = if encoding == encoding_rs::WINDOWS_1252 { "windows-1252" } else { encoding.name() };
    xml.line(0, &format!(r#"<?xml version="1.0" encoding="{encoding_name}"?>"#));
    xml.line(0, r#"<BEE_ELEVES VERSION="4.0">"#);
    xml.line(1, "<PARAMETRES>");
    xml.value(2, "UAJ", &sample.uai);
    xml.value(2, "ANNEE_SCOLAIRE", &sample.school_year.first().to_string());
    xml.value(2, "DATE_EXPORT", &sample.exported_at.strftime("%d/%m/%Y").to_string());
    xml.value(2, "HORODATAGE", &sample.exported_at.strftime("%d/%m/%Y %H:%M:%S").to_string());
    xml.line(1, "</PARAMETRES>");
    xml.line(1, "<DONNEES>");
    let lines = if sample.classes_first {
        classes(&mut xml, &sample.pupils);
        pupils(&mut xml, &sample.pupils, &sample.uai)
    } else {
        let lines = pupils(&mut xml, &sample.pupils, &sample.uai);
        classes(&mut xml, &sample.pupils);
        lines
    };
    xml.line(2, "<BOURSES/>");
    xml.line(1, "</DONNEES>");
    xml.line(0, "</BEE_ELEVES>");
    Rendered { bytes: encode(&xml.text, encoding), lines }
}

fn pupils(xml: &mut Xml, pupils: &[Pupil], uai: &str) -> Vec<u64> {
    let mut lines = Vec::with_capacity(pupils.len());
    xml.line(2, "<ELEVES>");
    for (index, pupil) in pupils.iter().enumerate() {
        lines.push(xml.lines);
        xml.line(3, &format!(r#"<ELEVE ELEVE_ID="{}" ELENOET="{}">"#, pupil.eleve_id, 1 + index));
        xml.value(4, "ID_NATIONAL", &pupil.ine);
        xml.value(4, "ID_ELEVE_ETAB", &(1 + index).to_string());
        xml.value(4, "NOM_DE_FAMILLE", &pupil.last_name);
        xml.value(4, "NOM_USAGE", &pupil.usage_name);
        xml.value(4, "PRENOM", &pupil.first_name);
        xml.value(4, "PRENOM2", &pupil.second_name);
        xml.value(4, "PRENOM3", &pupil.third_name);
        xml.value(4, "DATE_NAISS", &pupil.birth_date);
        xml.value(4, "DOUBLEMENT", "0");
        xml.value(4, "CODE_PAYS", &pupil.birth_country);
        xml.value(4, "ACCEPTE_SMS", "0");
        xml.value(4, "DATE_MODIFICATION", "28/08/2026");
        xml.value(4, "CODE_REGIME", "2");
        xml.value(4, "DATE_ENTREE", "01/09/2026");
        xml.value(4, "CODE_MOTIF_SORTIE", "");
        xml.value(4, "DATE_SORTIE", &pupil.exit_date);
        xml.value(4, "VILLE_NAISS", &pupil.birth_town);
        xml.value(4, "CODE_DEPARTEMENT_NAISS", &pupil.birth_department);
        xml.value(4, "CODE_COMMUNE_INSEE_NAISS", &pupil.birth_commune);
        xml.value(4, "CODE_SEXE", &pupil.sex);
        xml.value(4, "CODE_PROVENANCE", "1");
        xml.value(4, "ADHESION_TRANSPORT", "0");
        xml.value(4, "CODE_STATUT", &pupil.status);
        xml.value(4, "CODE_MEF", &pupil.mef);
        xml.line(4, "<SCOLARITE_AN_DERNIER>");
        xml.value(5, "CODE_STRUCTURE", "ANCIENNE CLASSE");
        xml.value(5, "CODE_RNE", uai);
        xml.value(5, "SIGLE", "CLG");
        xml.value(5, "DENOM_PRINC", "COLLÈGE DE DÉMONSTRATION");
        xml.value(5, "DENOM_COMPL", "LES TROIS RIVIÈRES");
        xml.value(5, "LIGNE1_ADRESSE", "1 rue de l'École");
        xml.value(5, "LIGNE2_ADRESSE", "");
        xml.value(5, "LIGNE3_ADRESSE", "");
        xml.value(5, "LIGNE4_ADRESSE", "");
        xml.value(5, "BOITE_POSTALE", "");
        xml.value(5, "CODE_POSTAL", "35000");
        xml.value(5, "CODE_COMMUNE_INSEE", "35238");
        xml.value(5, "LL_COMMUNE_INSEE", "RENNES");
        xml.value(5, "TELEPHONE", "");
        xml.value(5, "MEL", "");
        xml.value(5, "CODE_MEF", "10010012110");
        xml.line(4, "</SCOLARITE_AN_DERNIER>");
        xml.value(4, "CODE_NATIONALITE", "100");
        xml.value(4, "COMMENTAIRE", "");
        if !pupil.stray_first_name.is_empty() {
            xml.value(4, "PRENOM", &pupil.stray_first_name);
        }
        xml.line(3, "</ELEVE>");
    }
    xml.line(2, "</ELEVES>");
    xml.line(2, "<OPTIONS>");
    for pupil in pupils {
        xml.line(3, &format!(r#"<OPTION ELEVE_ID="{}">"#, pupil.eleve_id));
        for (rank, subject) in ["030201", "030602", "020800"].into_iter().enumerate() {
            xml.line(4, "<OPTIONS_ELEVE>");
            xml.value(5, "NUM_OPTION", &(1 + rank).to_string());
            xml.value(5, "CODE_MODALITE_ELECT", "O");
            xml.value(5, "CODE_MATIERE", subject);
            xml.line(4, "</OPTIONS_ELEVE>");
        }
        xml.line(3, "</OPTION>");
    }
    xml.line(2, "</OPTIONS>");
    lines
}

fn classes(xml: &mut Xml, pupils: &[Pupil]) {
    xml.line(2, "<STRUCTURES>");
    for (index, pupil) in pupils.iter().enumerate() {
        xml.line(3, &format!(r#"<STRUCTURES_ELEVE ELEVE_ID="{}" ELENOET="{}">"#, pupil.eleve_id, 1 + index));
        for (code, kind) in [(pupil.division.as_str(), "D"), ("ESPAGNOL GR1", "G")] {
            if code.is_empty() {
                continue;
            }
            xml.line(4, "<STRUCTURE>");
            xml.value(5, "CODE_STRUCTURE", code);
            xml.value(5, "TYPE_STRUCTURE", kind);
            xml.line(4, "</STRUCTURE>");
        }
        xml.line(3, "</STRUCTURES_ELEVE>");
    }
    xml.line(2, "</STRUCTURES>");
}

struct Xml {
    text: String,
    /// The line about to be written.
    lines: u64,
}

impl Xml {
    fn line(&mut self, indent: usize, content: &str) {
        let _ = writeln!(self.text, "{:width$}{content}", "", width = 2 * indent);
        self.lines += 1;
    }

    /// Blank values are sometimes an empty element and sometimes absent: here empty.
    fn value(&mut self, indent: usize, tag: &str, value: &str) {
        let value = value.replace('&', "&amp;").replace('<', "&lt;");
        if value.is_empty() {
            self.line(indent, &format!("<{tag}/>"));
        } else {
            self.line(indent, &format!("<{tag}>{value}</{tag}>"));
        }
    }
}
