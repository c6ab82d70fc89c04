//! The public directory of schools, with invented schools: right UAIs, over every real department.

use std::str::FromStr;

use rentree_domain::{Academie, Uai};

/// The columns, as the file names them.
const COLUMNS: [&str; 12] = [
    "Identifiant_de_l_etablissement",
    "Nom_etablissement",
    "Type_etablissement",
    "Statut_public_prive",
    "Adresse_1",
    "Code_postal",
    "Nom_commune",
    "Mail",
    "Code_academie",
    "Libelle_academie",
    "etat",
    "ministere_tutelle",
];
const KINDS: [(&str, &str); 4] = [
    ("Collège", "Collège"),
    ("Lycée", "Lycée général et technologique"),
    ("Lycée professionnel", "Lycée professionnel"),
    ("LEGTA", "Lycée agricole"),
];
const NAMES: [&str; 12] = [
    "Anne-de-Bretagne",
    "Les Hauts de l'Ill",
    "Jean Moulin",
    "Lœtitia Bonaparte",
    "François \"Villon\"",
    "de la Côte; site Nord",
    "Simone Veil",
    "N'Golo Kanté",
    "Noëlle Cœur",
    "Victor Hugo",
    "Marie Curie",
    "Émile Zola",
];
const TOWNS: [&str; 6] = ["Rennes", "Saint-Étienne", "L'Haÿ-les-Roses", "Nœux-les-Mines", "Ajaccio", "Paris"];
const EDUCATION: &str = "MINISTERE DE L'EDUCATION NATIONALE";
const AGRICULTURE: &str = "MINISTERE DE L'AGRICULTURE";
/// How many schools of one seed a department has at most: seeds below 76 share no school.
const OF_ONE_SEED: usize = 130;

/// A line of the directory: texts, so that they can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRow {
    /// `Identifiant_de_l_etablissement`.
    pub uai: String,
    /// `Nom_etablissement`.
    pub name: String,
    /// `Type_etablissement`.
    pub kind: String,
    /// `Adresse_1`. With a line break in it, the school stands on two lines.
    pub address: String,
    /// `Mail`.
    pub mail: String,
    /// `ministere_tutelle`.
    pub ministry: String,
    /// `etat`.
    pub state: String,
    /// What the line is instead of its fields.
    raw: Option<Vec<u8>>,
}

/// A directory of schools, before it is written.
#[derive(Debug, Clone)]
pub struct SchoolDirectory {
    /// The schools, in the order of the file.
    pub schools: Vec<ListedRow>,
    /// Columns that the file lacks.
    lacking: Vec<&'static str>,
}

impl SchoolDirectory {
    /// `count` schools over the whole country, without any fault. Seeds below 76 share no school, up to 130 schools a
    /// department.
    pub fn new(count: usize, seed: u64) -> Self {
        Self::within(&departments(|_| true), count, seed)
    }

    /// `count` schools of one académie.
    pub fn of_academie(academie: Academie, count: usize, seed: u64) -> Self {
        Self::within(&departments(|of| of == academie), count, seed)
    }

    fn within(departments: &[u32], count: usize, seed: u64) -> Self {
        let schools = (0..count).map(|number| ListedRow::invent(departments, seed, number)).collect();
        Self { schools, lacking: Vec::new() }
    }

    /// Puts `fault` on the school at `index`. One that is listed twice takes the UAI of the school before; a missing column is one of the
    /// whole file.
    pub fn spoil(&mut self, index: usize, fault: DirectoryFault) {
        let neighbour =
            index.checked_sub(1).and_then(|before| self.schools.get(before)).map(|before| before.uai.clone());
        let school = &mut self.schools[index];
        match fault {
            DirectoryFault::LineTooLong => school.raw = Some(vec![b'x'; 70_000]),
            DirectoryFault::NotUtf8 => school.raw = Some(b"0350760L;Lyc\xE9e".to_vec()),
            DirectoryFault::Quotes => school.raw = Some(format!("{};\"{}", school.uai, school.name).into_bytes()),
            DirectoryFault::FieldCount => school.raw = Some(format!("{};Lycée", school.uai).into_bytes()),
            DirectoryFault::FieldTooLong => school.name = "x".repeat(9_000),
            DirectoryFault::UaiMissing => school.uai.clear(),
            DirectoryFault::UaiShape => school.uai = school.uai[1..].to_owned(),
            DirectoryFault::UaiKey => {
                let key = if school.uai.ends_with('A') { 'B' } else { 'A' };
                school.uai.replace_range(7.., &key.to_string());
            }
            DirectoryFault::SchoolListedTwice => school.uai = neighbour.unwrap_or_default(),
            DirectoryFault::ColumnMissing => self.lacking.push("ministere_tutelle"),
            DirectoryFault::NameMissing => school.name.clear(),
            DirectoryFault::TextTooLong => school.name = "Lycée ".repeat(60),
            DirectoryFault::TextDamaged => school.name.push('\u{FFFD}'),
            DirectoryFault::MailInvalid => school.mail = "secretariat chez ac-rennes.fr".to_owned(),
            DirectoryFault::Closed => school.state = "FERME".to_owned(),
        }
    }

    /// The file, UTF-8 with `\r\n`; the school at `index` is on line `index + 2`, if no address stands on two lines.
    pub fn csv(&self) -> Vec<u8> {
        let mut file = format!("{}\r\n", self.written(&COLUMNS)).into_bytes();
        for school in &self.schools {
            match &school.raw {
                Some(raw) => file.extend(raw),
                None => file.extend(self.written(&school.values().map(crate::fregata::quote)).into_bytes()),
            }
            file.extend(b"\r\n");
        }
        file
    }

    /// The values of the columns that the file has.
    fn written<T: AsRef<str>>(&self, values: &[T; COLUMNS.len()]) -> String {
        let values = COLUMNS.iter().zip(values).filter(|(column, _)| !self.lacking.contains(column));
        values.map(|(_, value)| value.as_ref()).collect::<Vec<_>>().join(";")
    }
}

impl ListedRow {
    fn invent(departments: &[u32], seed: u64, number: usize) -> Self {
        let department = departments[number % departments.len()];
        let serial = usize::try_from(seed % 76).unwrap_or_default() * OF_ONE_SEED + number / departments.len();
        let mut dice = fastrand::Rng::with_seed(seed.wrapping_mul(0x9E37_79B9).wrapping_add(number as u64));
        let digits = format!("{department:03}{serial:04}");
        let uai = ('A'..='Z').find_map(|key| Uai::parse(&format!("{digits}{key}")).ok());
        let uai = uai.map(|uai| uai.to_string()).unwrap_or_default();
        let is_agricultural = number % 12 == 11;
        let (title, kind) = KINDS[if is_agricultural { 3 } else { dice.usize(..3) }];
        let name = format!("{title} {}", NAMES[dice.usize(..NAMES.len())]);
        // One in four leaves its mailbox to the rule, which agriculture lacks.
        let mail = match (number % 4, is_agricultural) {
            (3, _) => String::new(),
            (_, true) => format!("legta.{}@educagri.fr", uai.to_lowercase()),
            (_, false) => format!("ce.{}@etablissement.example", uai.to_lowercase()),
        };
        let ministry = if is_agricultural { AGRICULTURE } else { EDUCATION };
        Self {
            uai,
            name,
            kind: kind.into(),
            address: "1 rue de l'École".into(),
            mail,
            ministry: ministry.into(),
            state: "OUVERT".into(),
            raw: None,
        }
    }

    /// `Nom_commune`.
    pub fn town(&self) -> &'static str {
        TOWNS[self.name.len() % TOWNS.len()]
    }

    /// By column.
    fn values(&self) -> [&str; COLUMNS.len()] {
        let academie = Uai::parse(&self.uai).ok().and_then(Academie::of).map_or("", Academie::short_name);
        [
            &self.uai,
            &self.name,
            &self.kind,
            "Public",
            &self.address,
            "35000",
            self.town(),
            &self.mail,
            "14",
            academie,
            &self.state,
            &self.ministry,
        ]
    }
}

/// The departments of the académies that are `wanted`, as they begin a UAI.
fn departments(wanted: impl Fn(Academie) -> bool) -> Vec<u32> {
    let academie = |department: &u32| {
        let of = |key| Uai::parse(&format!("{department:03}0000{key}")).ok();
        ('A'..='Z').find_map(of).and_then(Academie::of)
    };
    (1..1_000).filter(|department| academie(department).is_some_and(&wanted)).collect()
}

macro_rules! faults {
    ($($variant:ident = $code:literal,)+) => {
        /// A fault of a line, named like the code it produces; one of the whole file (`ColumnMissing`); or a closed school, which is none.
        #[expect(missing_docs, reason = "each variant is named by its code")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum DirectoryFault { $($variant,)+ }

        impl DirectoryFault {
            /// Every fault.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code that a reader should answer with.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }
    };
}

faults! {
    LineTooLong = "line_too_long",
    NotUtf8 = "not_utf8",
    Quotes = "quotes",
    FieldTooLong = "field_too_long",
    FieldCount = "field_count",
    UaiMissing = "uai_missing",
    UaiShape = "uai_shape",
    UaiKey = "uai_key",
    SchoolListedTwice = "school_listed_twice",
    ColumnMissing = "column_missing",
    NameMissing = "name_missing",
    TextTooLong = "text_too_long",
    TextDamaged = "text_damaged",
    MailInvalid = "mail_invalid",
    Closed = "closed",
}

impl FromStr for DirectoryFault {
    type Err = crate::UnknownFault;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|fault| fault.code() == code);
        found.ok_or_else(|| crate::UnknownFault::new(code, Self::ALL.iter().map(|fault| fault.code())))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_school_has_a_uai_of_its_own_whatever_the_seed() {
        let schools = [1, 2].into_iter().flat_map(|seed| SchoolDirectory::new(12_000, seed).schools);
        let uais: Vec<_> = schools.map(|school| Uai::parse(&school.uai).unwrap()).collect();
        assert_eq!(uais.iter().collect::<HashSet<_>>().len(), 24_000);
        assert!(uais.iter().all(|uai| Academie::of(*uai).is_some()));
        assert_eq!(
            uais.iter().filter_map(|uai| Academie::of(*uai)).collect::<HashSet<_>>().len(),
            Academie::all().count()
        );
    }

    #[test]
    fn an_academie_has_only_its_own_schools() {
        let rennes = Academie::parse("rennes").unwrap();
        let schools = SchoolDirectory::of_academie(rennes, 500, 1).schools;
        assert!(schools.iter().all(|school| Academie::of(Uai::parse(&school.uai).unwrap()) == Some(rennes)));
        assert_eq!(schools, SchoolDirectory::of_academie(rennes, 500, 1).schools, "the same seed, the same schools");
    }
}
