//! Sign-ons that come to nothing: a page of each kind for people, who may be eleven years old, and the code of the reason for the log.
//! Neither says who it was.

use axum::http::StatusCode;
use rentree_http::{Code, Problem};
use rentree_table::{SignOnCount, TableError};

use crate::providers::Provider;
use crate::response::{self, Refusal};

/// Why a sign-on is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The response is not read, or not true.
    Response(Refusal),
    /// The form does not read.
    Form,
    /// The request is unknown: made long ago, or by nobody.
    UnknownRequest,
    /// The request was made more than ten minutes ago.
    OldRequest,
    /// The request was answered before.
    UsedRequest,
    /// The assertion was used before.
    UsedAssertion,
    /// Another browser made the request.
    OtherBrowser,
    /// Another identity provider was asked.
    OtherProvider,
}

/// Why an answer came to nothing.
pub(crate) enum Stopped {
    /// It is refused.
    Refused(Refused),
    /// Something else failed.
    Failed(Problem),
}

impl From<Refused> for Stopped {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<TableError> for Stopped {
    fn from(error: TableError) -> Self {
        Self::Failed(error.into())
    }
}

/// What people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    NotConfirmed,
    TooLate,
    Used,
    OtherBrowser,
}

impl Refused {
    /// For the log.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Response(refusal) => refusal.code.as_str(),
            Self::Form => "form_malformed",
            Self::UnknownRequest => "request_unknown",
            Self::OldRequest => "request_too_old",
            Self::UsedRequest => "request_used",
            Self::UsedAssertion => "assertion_used",
            Self::OtherBrowser => "browser_other",
            Self::OtherProvider => "provider_other",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Response(refusal) => match refusal.code {
                response::Code::Expired | response::Code::SessionOver => Kind::TooLate,
                _ => Kind::NotConfirmed,
            },
            Self::Form | Self::OtherProvider => Kind::NotConfirmed,
            Self::UnknownRequest | Self::OldRequest => Kind::TooLate,
            Self::UsedRequest | Self::UsedAssertion => Kind::Used,
            Self::OtherBrowser => Kind::OtherBrowser,
        }
    }

    /// As what it is counted for staff.
    pub(crate) fn count(&self) -> SignOnCount {
        match self.kind() {
            Kind::NotConfirmed => SignOnCount::NotConfirmed,
            Kind::TooLate => SignOnCount::TooLate,
            Kind::Used => SignOnCount::UsedBefore,
            Kind::OtherBrowser => SignOnCount::Elsewhere,
        }
    }

    /// Tells the log what the answer of `provider` was refused for, and people of which kind that is.
    pub(crate) fn by(&self, provider: &Provider) -> Problem {
        tracing::warn!(code = self.code(), idp = provider.id, "a sign-on was refused");
        self.problem()
    }

    /// The same, of an answer that is nobody's for sure.
    pub(crate) fn by_nobody(&self) -> Problem {
        tracing::warn!(code = self.code(), "a sign-on was refused");
        self.problem()
    }

    fn problem(&self) -> Problem {
        let (status, code, title, detail) = match self.kind() {
            Kind::NotConfirmed => (
                StatusCode::FORBIDDEN,
                Code::SignOnRefused,
                "Le Médiacentre n’a pas confirmé votre identité",
                "Ce n’est pas votre faute. Recommencez depuis le Médiacentre. Si cela ne marche toujours pas, prévenez votre enseignant.",
            ),
            Kind::TooLate => (
                StatusCode::GONE,
                Code::SignOnTooLate,
                "Il s’est passé trop de temps",
                "La connexion par le Médiacentre doit se faire en moins de dix minutes. Recommencez depuis le Médiacentre.",
            ),
            Kind::Used => (
                StatusCode::GONE,
                Code::SignOnUsed,
                "Cette connexion a déjà servi",
                "Une connexion par le Médiacentre ne sert qu’une fois, pour que personne ne prenne votre place. Recommencez depuis le Médiacentre.",
            ),
            Kind::OtherBrowser => (
                StatusCode::FORBIDDEN,
                Code::SignOnElsewhere,
                "Cette connexion n’a pas commencé ici",
                "Elle a commencé dans un autre navigateur, ou ce navigateur refuse les cookies. Recommencez ici depuis le Médiacentre. Si cela ne marche toujours pas, prévenez votre enseignant.",
            ),
        };
        Problem::sign_on(status, code, title, detail).leading_to("Recommencer", "/mediacentre")
    }
}

/// No identity provider is configured.
pub(crate) fn off() -> Problem {
    let detail = "La connexion par le Médiacentre n’est pas ouverte ici. Connectez-vous avec votre identifiant ou votre adresse e-mail, ou demandez à votre enseignant.";
    Problem::sign_on(StatusCode::NOT_FOUND, Code::NotFound, "Pas de Médiacentre ici", detail)
        .leading_to("Me connecter", "/sign-in")
}

/// Nothing waits (any more) for an account in this browser.
pub(crate) fn waits_no_more() -> Problem {
    let detail = "Votre passage par le Médiacentre date de plus d’une demi-heure, a déjà servi, ou n’a pas eu lieu dans ce navigateur. Recommencez depuis le Médiacentre.";
    Problem::sign_on(StatusCode::GONE, Code::SignOnTooLate, "Il s’est passé trop de temps", detail)
        .leading_to("Recommencer", "/mediacentre")
}
