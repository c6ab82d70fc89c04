//! The sixteen digital competences in five areas, as the French framework (CRCN, article D. 121-1 of the code de l'éducation) names
//! them. It follows the European `DigComp`.

/// An area of the framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// 1. Information et données.
    Information,
    /// 2. Communication et collaboration.
    Communication,
    /// 3. Création de contenus.
    Creation,
    /// 4. Protection et sécurité.
    Protection,
    /// 5. Environnement numérique.
    Environment,
}

impl Area {
    /// All five, in the order of the framework.
    pub const ALL: [Self; 5] =
        [Self::Information, Self::Communication, Self::Creation, Self::Protection, Self::Environment];

    /// What people read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Information => "Information et données",
            Self::Communication => "Communication et collaboration",
            Self::Creation => "Création de contenus",
            Self::Protection => "Protection et sécurité",
            Self::Environment => "Environnement numérique",
        }
    }

    /// Its competences, in the order of the framework.
    pub fn competences(self) -> impl Iterator<Item = Competence> {
        Competence::ALL.into_iter().filter(move |competence| competence.area() == self)
    }
}

/// A competence of the framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Competence {
    /// 1.1
    Search,
    /// 1.2
    ManageData,
    /// 1.3
    ProcessData,
    /// 2.1
    Interact,
    /// 2.2
    Publish,
    /// 2.3
    Collaborate,
    /// 2.4
    TakePart,
    /// 3.1
    Texts,
    /// 3.2
    Multimedia,
    /// 3.3
    Adapt,
    /// 3.4
    Programme,
    /// 4.1
    Secure,
    /// 4.2
    Privacy,
    /// 4.3
    Health,
    /// 5.1
    SolveProblems,
    /// 5.2
    Evolve,
}

impl Competence {
    /// All sixteen, in the order of the framework.
    pub const ALL: [Self; 16] = [
        Self::Search,
        Self::ManageData,
        Self::ProcessData,
        Self::Interact,
        Self::Publish,
        Self::Collaborate,
        Self::TakePart,
        Self::Texts,
        Self::Multimedia,
        Self::Adapt,
        Self::Programme,
        Self::Secure,
        Self::Privacy,
        Self::Health,
        Self::SolveProblems,
        Self::Evolve,
    ];

    /// Its number in the framework, `1.1` to `5.2`, by which other systems name it.
    pub fn code(self) -> &'static str {
        self.line().0
    }

    /// What people read.
    pub fn name(self) -> &'static str {
        self.line().2
    }

    /// The area that it belongs to.
    pub fn area(self) -> Area {
        self.line().1
    }

    /// The competence of a number of the framework.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|competence| competence.code() == code)
    }

    fn line(self) -> (&'static str, Area, &'static str) {
        use Area::{Communication, Creation, Environment, Information, Protection};
        match self {
            Self::Search => ("1.1", Information, "Mener une recherche et une veille d’information"),
            Self::ManageData => ("1.2", Information, "Gérer des données"),
            Self::ProcessData => ("1.3", Information, "Traiter des données"),
            Self::Interact => ("2.1", Communication, "Interagir"),
            Self::Publish => ("2.2", Communication, "Partager et publier"),
            Self::Collaborate => ("2.3", Communication, "Collaborer"),
            Self::TakePart => ("2.4", Communication, "S’insérer dans le monde numérique"),
            Self::Texts => ("3.1", Creation, "Développer des documents textuels"),
            Self::Multimedia => ("3.2", Creation, "Développer des documents multimédia"),
            Self::Adapt => ("3.3", Creation, "Adapter les documents à leur finalité"),
            Self::Programme => ("3.4", Creation, "Programmer"),
            Self::Secure => ("4.1", Protection, "Sécuriser l’environnement numérique"),
            Self::Privacy => ("4.2", Protection, "Protéger les données personnelles et la vie privée"),
            Self::Health => ("4.3", Protection, "Protéger la santé, le bien-être et l’environnement"),
            Self::SolveProblems => ("5.1", Environment, "Résoudre des problèmes techniques"),
            Self::Evolve => ("5.2", Environment, "Évoluer dans un environnement numérique"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_in_five_areas() {
        let counts: Vec<usize> = Area::ALL.into_iter().map(|area| area.competences().count()).collect();
        assert_eq!(counts, [3, 4, 4, 3, 2]);
        assert!(Competence::ALL.is_sorted() && Competence::ALL.is_sorted_by_key(|competence| competence.code()));
    }

    #[test]
    fn a_code_names_its_competence() {
        for competence in Competence::ALL {
            assert_eq!(Competence::of_code(competence.code()), Some(competence));
        }
        assert_eq!(Competence::of_code("1.4"), None);
    }
}
