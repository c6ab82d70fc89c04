//! Who is asking, for which school, in which role. [`guard`](crate::guard) reads it at every request.

use jiff::Timestamp;
use rentree_domain::{Holder, Uai, UserId, terms};
use rentree_table::{AuditAction, AuditEntry, Person, Role, School, SessionHash, Underway};
use rentree_web::{Frame, Notice, Section, Space};

use crate::Problem;
use crate::input::Proof;

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// What is known of them.
    pub person: Person,
    /// Their session.
    pub session: SessionHash,
    /// Since when it is open.
    pub since: Timestamp,
    /// The token for forms.
    pub csrf: String,
}

impl SignedIn {
    /// Checks that a form was meant: its token is this session's, or it is JSON.
    pub fn check_meant(&self, proof: &Proof) -> Result<(), Problem> {
        proof.check(&self.csrf)
    }

    /// Checks that the current terms of use were accepted.
    pub fn check_terms(&self) -> Result<(), Problem> {
        match self.person.terms {
            Some(accepted) if accepted.version >= terms::VERSION => Ok(()),
            _ => Err(Problem::terms_not_accepted()),
        }
    }

    /// Checks that the password need not be changed first.
    pub fn check_password(&self) -> Result<(), Problem> {
        match self.person.password_to_change {
            Some(why) => Err(Problem::password_to_change(why)),
            None => Ok(()),
        }
    }

    /// Label and path of the page where they arrive.
    pub fn home(&self) -> (&'static str, &'static str) {
        match self.person.holder() {
            Holder::Pupil => ("Mes campagnes", "/mes-campagnes"),
            Holder::Staff => ("Ouvrir mon espace", "/"),
        }
    }

    /// The frame of a page outside of any space.
    pub fn frame(&self, title: &str) -> Frame {
        Frame::of_account(title, signed_in(self.person.full_name(), &self.csrf, self.person.holder()))
    }
}

/// Somebody signed in who may be in a school's space.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who.
    pub user: UserId,
    /// First and last name.
    pub name: String,
    /// In this school.
    pub role: Role,
    /// The school, as it was when the request came in.
    pub school: School,
    /// Their session.
    pub session: SessionHash,
    /// The token for forms.
    pub csrf: String,
    /// When they asked.
    pub at: Timestamp,
}

impl Visitor {
    /// Whether the visitor may import pupils and manage the team.
    pub fn is_administrator(&self) -> bool {
        self.role == Role::Administrator
    }

    /// Checks that a form was meant: its token is this session's, or it is JSON.
    pub fn check_meant(&self, proof: &Proof) -> Result<(), Problem> {
        proof.check(&self.csrf)
    }

    /// An entry of the school's log: the visitor did `action`, when they asked.
    pub fn did(&self, action: AuditAction) -> AuditEntry {
        AuditEntry::new(self.at, rentree_runtime::random(), self.user, &self.name, action)
    }

    /// The same of a file with pupils: which one, without any name of a pupil. It is written before the file is handed over.
    pub fn downloaded(&self, what: impl Into<String>) -> AuditEntry {
        self.did(AuditAction::Downloaded).to(what)
    }

    /// The frame of a page in the space of `school`.
    pub fn frame(&self, title: &str, uai: Uai, school: &School, section: Section) -> Frame {
        let notice = school.underway(self.at).map(|underway| {
            let (text, link, import) = match underway {
                Underway::Running(import) => ("Un import est en cours.", "Suivre cet import", import),
                Underway::Waiting(import) => {
                    ("Un import attend votre décision\u{a0}: rien n’a encore été changé.", "Voir cet import", import)
                }
            };
            Notice { text, link, href: format!("/schools/{uai}/imports/{import}") }
        });
        let (uai, may_import) = (uai.to_string(), self.is_administrator());
        let space = Space { uai, school: school.name.clone(), section, may_import, notice };
        Frame::of_space(title, space, signed_in(self.name.clone(), &self.csrf, Holder::Staff))
    }
}

/// What pages say of who is signed in.
fn signed_in(name: String, csrf: &str, holder: Holder) -> rentree_web::SignedIn {
    let is_pupil = holder == Holder::Pupil;
    rentree_web::SignedIn { name, csrf: csrf.to_owned(), is_pupil, warned_after: holder.warned_after().as_mins() }
}
