//! Levels of competences, as article D. 121-1 of the code de l'éducation has them: eight, two by two from novice to expert.

use crate::Competence;

/// A level that was reached, from 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(u8);

impl Level {
    /// The highest one.
    pub const MOST: u8 = 8;

    /// A level; none for 0, and for what is above the highest one.
    pub fn new(level: u8) -> Option<Self> {
        (1..=Self::MOST).contains(&level).then_some(Self(level))
    }

    /// Its number.
    pub fn number(self) -> u8 {
        self.0
    }
}

/// The level that was reached in each competence; none where no level was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels([Option<Level>; Competence::ALL.len()]);

impl Levels {
    /// The levels that `of` tells for each competence.
    pub fn of(of: impl FnMut(Competence) -> Option<Level>) -> Self {
        Self(Competence::ALL.map(of))
    }

    /// The level of a competence.
    pub fn get(&self, competence: Competence) -> Option<Level> {
        self.0[competence as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_from_one_to_eight() {
        assert!(Level::new(0).is_none() && Level::new(9).is_none());
        assert!((1..=8).all(|level| Level::new(level).is_some_and(|read| read.number() == level)));
    }

    #[test]
    fn each_competence_has_its_own() {
        let levels = Levels::of(|competence| Level::new(u8::from(competence == Competence::Evolve)));
        let reached: Vec<Competence> = Competence::ALL.into_iter().filter(|c| levels.get(*c).is_some()).collect();
        assert_eq!(reached, [Competence::Evolve]);
    }
}
