//! Single-use links: what their page says when they do not hold.

use axum::http::StatusCode;
use jiff::Timestamp;
use rentree_domain::LinkToken;
use rentree_table::{Link, LinkState, Table};

use crate::Problem;

/// What the pages of links that do not hold say, and where they lead on.
#[derive(Debug, Clone, Copy)]
pub struct Ways {
    /// What to do instead.
    pub advice: &'static str,
    /// Label and path of the page that leads on.
    pub way_on: (&'static str, &'static str),
}

impl Ways {
    /// We never made it, or it is of another kind than its page.
    pub fn forged(&self) -> Problem {
        let detail = format!(
            "Vérifiez que l’adresse est complète : certains logiciels de messagerie coupent les longs liens. {}",
            self.advice
        );
        let (label, path) = self.way_on;
        Problem::link_gone(StatusCode::NOT_FOUND, "Ce lien n’est pas valable", detail).leading_to(label, path)
    }

    /// It was used.
    pub fn used(&self) -> Problem {
        let detail = format!(
            "Un lien ne sert qu’une fois. Si c’était vous, il vous suffit de vous connecter. Si ce n’était pas vous, il vous en faut un autre. {}",
            self.advice
        );
        Problem::link_gone(StatusCode::GONE, "Ce lien a déjà été utilisé", detail)
            .leading_to("Me connecter", "/sign-in")
    }

    /// It is too old.
    pub fn expired(&self) -> Problem {
        let (label, path) = self.way_on;
        Problem::link_gone(StatusCode::GONE, "Ce lien a expiré", self.advice).leading_to(label, path)
    }

    /// It was cancelled.
    pub fn cancelled(&self) -> Problem {
        let (label, path) = self.way_on;
        Problem::link_gone(StatusCode::GONE, "Cette invitation a été annulée", self.advice).leading_to(label, path)
    }

    /// The link in an address, if it can be used.
    pub async fn usable(&self, table: &Table, token: &str, now: Timestamp) -> Result<(LinkToken, Link), Problem> {
        let token = LinkToken::parse(token).ok_or_else(|| self.forged())?;
        let link = table.link(token.secret()).await?.ok_or_else(|| self.forged())?;
        match link.state(now) {
            LinkState::Usable => Ok((token, link)),
            LinkState::Used => Err(self.used()),
            LinkState::Expired => Err(self.expired()),
        }
    }
}
