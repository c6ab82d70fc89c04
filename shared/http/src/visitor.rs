//! Who is asking, for which school, in which role. Read from the table at every request: rights end at once.

use axum::http::HeaderMap;
use jiff::Timestamp;
use rentree_domain::{Uai, UserId, terms};
use rentree_table::{Person, Role, School, SessionHash, Table, Underway};
use rentree_web::{Frame, Notice, Section, Space};

use crate::Problem;
use crate::form_token::check;
use crate::input::Proof;
use crate::session::{SESSION_COOKIE, cookie_secret, form_token};

/// The hidden field of every form.
pub const CSRF_FIELD: &str = "csrf";

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// What is known of them.
    pub person: Person,
    /// Their session.
    pub session: SessionHash,
    /// The token for forms.
    pub csrf: String,
}

impl SignedIn {
    /// Checks that a form was meant: its token is this session's, or it is JSON.
    pub fn check_meant(&self, proof: &Proof) -> Result<(), Problem> {
        check(proof, &self.csrf)
    }

    /// Checks that the current terms of use were accepted.
    pub fn check_terms(&self) -> Result<(), Problem> {
        match self.person.terms {
            Some(accepted) if accepted.version >= terms::VERSION => Ok(()),
            _ => Err(Problem::terms_not_accepted()),
        }
    }

    /// Checks that the password is one that they chose: staff read a temporary one aloud.
    pub fn check_password(&self) -> Result<(), Problem> {
        if self.person.password_is_temporary { Err(Problem::password_to_change()) } else { Ok(()) }
    }

    /// The frame of a page outside of any space.
    pub fn frame(&self, title: &str) -> Frame {
        Frame::of_account(title, rentree_web::SignedIn { name: self.person.full_name(), csrf: self.csrf.clone() })
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
        check(proof, &self.csrf)
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
        let space = Space { uai: uai.to_string(), school: school.name.clone(), section, notice };
        Frame::of_space(title, space, rentree_web::SignedIn { name: self.name.clone(), csrf: self.csrf.clone() })
    }
}

/// Who is signed in, if anybody, also with a temporary password.
pub async fn signed_in(table: &Table, headers: &HeaderMap, now: Timestamp) -> Result<Option<SignedIn>, Problem> {
    let Some(secret) = cookie_secret(headers, SESSION_COOKIE) else { return Ok(None) };
    let hash = SessionHash::of(&secret);
    let found = table.session(&hash, now).await?;
    let signed_in = |(session, person): (rentree_table::Session, Person)| SignedIn {
        user: session.user,
        person,
        session: hash,
        csrf: form_token(&secret),
    };
    Ok(found.map(signed_in))
}

/// Who is signed in; a problem when nobody is, or when they have yet to change a temporary password.
pub async fn require_sign_in(table: &Table, headers: &HeaderMap, now: Timestamp) -> Result<SignedIn, Problem> {
    let signed_in = signed_in(table, headers, now).await?.ok_or_else(Problem::signed_out)?;
    signed_in.check_password()?;
    Ok(signed_in)
}

/// The visitor, if they accepted the terms of use and are a member of the school with at least the role `needed`.
///
/// Who is no member learns nothing: the answer is that of a school that does not exist.
pub async fn authorise(
    table: &Table,
    headers: &HeaderMap,
    uai: Uai,
    needed: Role,
    now: Timestamp,
) -> Result<Visitor, Problem> {
    let signed_in = require_sign_in(table, headers, now).await?;
    signed_in.check_terms()?;
    let member = table.member(uai, signed_in.user).await?.ok_or_else(Problem::not_found)?;
    if needed == Role::Administrator && member.role != Role::Administrator {
        return Err(Problem::administrators_only());
    }
    Ok(Visitor {
        user: signed_in.user,
        name: signed_in.person.full_name(),
        role: member.role,
        csrf: signed_in.csrf,
        at: now,
    })
}
