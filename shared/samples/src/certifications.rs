//! The file of a session of certifications, of pupils of a school's sample.

use jiff::ToSpan as _;

use crate::Sample;

const HEADER: &str =
    "numero;constate_le;statut;uai;date_passage;ine;date_naissance;nom;prenom;score;code_verification;commentaire";
/// The sixteen competences of the frame of reference, by area.
const COMPETENCES_OF_AREA: [usize; 5] = [3, 4, 4, 3, 2];
/// One in so many is rejected, and one in so many was begun and not ended.
const REJECTED: usize = 12;
const STARTED: usize = 35;
const COMMENT: &str = "Certification rejetée : session interrompue.";
const HIGHEST_LEVEL: u32 = 7;
const POINTS_OF_LEVEL: u32 = 8;

impl Sample {
    /// A certification of each pupil, as a file of the session, six weeks after the export: most are validated. The same
    /// sample gives the same file.
    pub fn certifications(&self) -> Vec<u8> {
        let taken_on = self.exported_at.date() + 6.weeks();
        let stated_at = format!("{}T08:00:00Z", taken_on + 1.week());
        let columns = COMPETENCES_OF_AREA
            .iter()
            .zip(1..)
            .flat_map(|(count, area)| (1..=*count).map(move |competence| format!(";{area}.{competence}")));
        let mut text = format!("{HEADER}{}\r\n", columns.collect::<String>());
        let mut drawn = fastrand::Rng::with_seed(self.seed);
        for (pupil, number) in self.pupils.iter().zip(1_usize..) {
            let levels: Vec<u32> =
                (0..COMPETENCES_OF_AREA.iter().sum()).map(|_| drawn.u32(0..=HIGHEST_LEVEL)).collect();
            let score = levels.iter().sum::<u32>() * POINTS_OF_LEVEL;
            let code = format!("P-{:012X}", drawn.u64(..) >> 16);
            let is_started = number.is_multiple_of(STARTED);
            let (status, comment) = match number {
                _ if is_started => ("started", ""),
                number if number.is_multiple_of(REJECTED) => ("rejected", COMMENT),
                _ => ("validated", ""),
            };
            let of_school = [
                &format!("{}{number:05}", self.seed),
                &stated_at,
                status,
                &self.uai,
                &taken_on.to_string(),
                &pupil.ine,
                &pupil.birth_date,
                &pupil.last_name,
                &pupil.first_name,
            ];
            text.push_str(&of_school.join(";"));
            if is_started {
                text.push_str(&";".repeat(3 + levels.len()));
            } else {
                text.push_str(&format!(";{score};{code};{comment}"));
                text.extend(levels.iter().map(|level| format!(";{level}")));
            }
            text.push_str("\r\n");
        }
        text.into_bytes()
    }
}
