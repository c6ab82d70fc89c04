//! Single-use links: what their page says when they do not hold.

use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use rentree_domain::{LinkToken, Uai};
use rentree_table::{Link, LinkState, Table};
use tokio::join;

use crate::{Presented, Problem, SignedIn, signed_in};

/// What the page of a link that was used is called.
const USED: &str = "Ce lien a déjà été utilisé";

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
        Problem::link_gone(StatusCode::GONE, USED, detail).leading_to("Me connecter", "/sign-in")
    }

    /// It was used, and who is signed in need not sign in, if it was they who used it.
    pub fn used_by(&self, signed_in: &SignedIn) -> Problem {
        let detail = format!(
            "Un lien ne sert qu’une fois. Vous êtes connecté(e) : {}. Si vous l’avez utilisé avec un autre compte, déconnectez-vous, puis connectez-vous avec celui-là. Si ce n’était pas vous, il vous en faut un autre. {}",
            signed_in.person.full_name(),
            self.advice
        );
        let (label, path) = signed_in.home();
        Problem::link_gone(StatusCode::GONE, USED, detail).leading_to(label, path)
    }

    /// It was used, and led into the team of `uai`. Who is signed in need not sign in: they are led to the space, if they are in it, or home.
    pub async fn used_into(&self, uai: Uai, signed_in: Option<&SignedIn>, table: &Table) -> Result<Problem, Problem> {
        let Some(signed_in) = signed_in else { return Ok(self.used()) };
        let is_member = table.member(uai, signed_in.user).await?.is_some();
        let (detail, label, path) = if is_member {
            let detail = "Un lien ne sert qu’une fois. Vous êtes déjà dans l’équipe de l’espace auquel il menait.";
            (detail.to_owned(), "Ouvrir l’espace", format!("/schools/{uai}"))
        } else {
            let detail = format!(
                "Un lien ne sert qu’une fois. Si vous l’avez utilisé avec un autre compte, connectez-vous avec celui-là. Si ce n’était pas vous, il vous en faut un autre. {}",
                self.advice
            );
            (detail, "Revenir à l’accueil", "/".to_owned())
        };
        Ok(Problem::link_gone(StatusCode::GONE, USED, detail).leading_to(label, path))
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

    /// The link in an address, if it can be used. Whose browser opens it is read only where that changes what is told.
    pub async fn usable(
        &self,
        table: &Table,
        token: &str,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(LinkToken, Link), Problem> {
        let (token, link) = self.known(table, token).await?;
        if link.state(now) == LinkState::Used
            && let Some(signed_in) = signed_in(table, headers, now).await?
        {
            return Err(self.used_by(&signed_in));
        }
        self.check(&link, now)?;
        Ok((token, link))
    }

    /// The link into a team in an address, if it can be used, and what the browser that opens it claims to be.
    pub async fn usable_by(
        &self,
        table: &Table,
        token: &str,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(LinkToken, Link, Presented), Problem> {
        let (known, presented) = join!(self.known(table, token), Presented::read(table, headers, now));
        let (token, link) = known?;
        if let (LinkState::Used, Some(uai)) = (link.state(now), link.purpose.team()) {
            let signed_in = presented?.signed_in(table).await?;
            return Err(self.used_into(uai, signed_in.as_ref(), table).await?);
        }
        self.check(&link, now)?;
        Ok((token, link, presented?))
    }

    /// Nothing, if a link can be used now; or what its page says.
    pub fn check(&self, link: &Link, now: Timestamp) -> Result<(), Problem> {
        match link.state(now) {
            LinkState::Usable => Ok(()),
            LinkState::Used => Err(self.used()),
            LinkState::Expired => Err(self.expired()),
        }
    }

    /// The link in an address, whether it can be used or not.
    pub async fn known(&self, table: &Table, token: &str) -> Result<(LinkToken, Link), Problem> {
        let token = LinkToken::parse(token).ok_or_else(|| self.forged())?;
        let link = table.link(token.secret()).await?.ok_or_else(|| self.forged())?;
        Ok((token, link))
    }
}
