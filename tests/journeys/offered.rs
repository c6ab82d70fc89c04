//! What a page of a space offers to somebody is theirs: each link of each page is followed, and each form is one that they may send.

use std::collections::{BTreeMap, BTreeSet};

use rentree_domain::Uai;
use rentree_http::{Access, RouteDoc};
use rentree_table::Role;
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::json;

use crate::contracts::every_route;
use crate::support::campaigns::a_campaign;
use crate::support::certifications::{a_number, ago, state, statement};
use crate::support::followed::{Followed, a_school_in_its_next_year};
use crate::support::people::{Person, a_client, a_member, an_email};
use crate::support::{product, run};

/// More addresses than a small space has.
const MOST: usize = 600;

#[test]
fn a_member_is_offered_nothing_that_is_refused() {
    run(async {
        let uai = a_space().await?;
        walk(uai, &a_member(uai, Role::Member).await?, Role::Member).await
    });
}

#[test]
fn an_administrator_is_offered_nothing_that_is_refused() {
    run(async {
        let uai = a_space().await?;
        walk(uai, &a_member(uai, Role::Administrator).await?, Role::Administrator).await
    });
}

/// A school with something on each of its pages: pupils of two years, some of whom left, campaigns, certifications, an invitation, an import
/// that waits for its file.
async fn a_space() -> anyhow::Result<Uai> {
    let Followed { uai, administrator, pupils } = a_school_in_its_next_year(&[("3A", 3), ("3B", 2)], 77).await?;
    a_campaign(uai, &administrator, "Parcours de rentrée").await?;
    for (pupil, status) in [(&pupils[1], "validated"), (&pupils[2], "rejected")] {
        anyhow::ensure!(state(&statement(a_number(), uai, pupil.id, status, ago(5))).await?.0 == 200);
    }
    administrator.post(&format!("/schools/{uai}/invitations"), &json!({"emails": an_email()})).await?.expect(201)?;
    administrator.post(&format!("/schools/{uai}/imports"), &json!({})).await?.expect(201)?;
    Ok(uai)
}

/// Follows every link from the first page of the space on, as far as pages are of the space.
async fn walk(uai: Uai, visitor: &Person, role: Role) -> anyhow::Result<()> {
    let (routes, browser, home) = (every_route(), a_client(), format!("/schools/{uai}"));
    let space = format!("{home}/");
    let mut offered: BTreeMap<String, String> = BTreeMap::from([(home.clone(), "signing in".to_owned())]);
    let (mut seen, mut refused) = (BTreeSet::new(), Vec::new());
    while let Some((address, by)) = offered.pop_first() {
        if !seen.insert(address.clone()) {
            continue;
        }
        anyhow::ensure!(seen.len() < MOST, "a space without an end: {address}");
        let page = browser.get(format!("{}{address}", product().url)).header(ACCEPT, "text/html");
        let answer = page.header(COOKIE, &visitor.cookie).send().await?;
        let status = answer.status();
        if !status.is_success() && !status.is_redirection() {
            refused.push(format!("{by} leads to {address}: {status}"));
        }
        let is_page =
            answer.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if (address != home && !address.starts_with(&space)) || !is_page {
            continue;
        }
        let text = answer.text().await?;
        for form in forms(&text) {
            let route = route_of(&routes, "POST", &form);
            let route =
                route.ok_or_else(|| anyhow::anyhow!("{address} has a form for {form}, which nothing answers"))?;
            if role == Role::Member && route.access == Access::Administrators {
                refused.push(format!("{address} has a form that only administrators may send: {form}"));
            }
        }
        offered.extend(links(&text).into_iter().map(|link| (link, address.clone())));
    }
    assert!(refused.is_empty(), "{role:?}: {refused:#?}");
    let pages: BTreeSet<&str> =
        seen.iter().filter_map(|address| Some(route_of(&routes, "GET", address)?.path)).collect();
    for page in
        ["learners", "learners/{learner}", "campaigns/{campaign}", "certifications", "follow-up", "imports", "team"]
    {
        let page = format!("/schools/{{uai}}/{page}");
        assert!(pages.contains(page.as_str()), "nothing leads to {page}: {pages:#?}");
    }
    Ok(())
}

/// Where the links of a page lead within the site.
fn links(page: &str) -> BTreeSet<String> {
    values(page, " href=\"").filter(|link| !link.starts_with("/assets/")).collect()
}

/// Where its forms that change something are sent.
fn forms(page: &str) -> Vec<String> {
    let forms = page.split("<form ").skip(1).filter_map(|form| form.split("</form>").next());
    let posting = forms.filter(|form| form.split('>').next().is_some_and(|tag| tag.contains("method=\"post\"")));
    posting.flat_map(|form| values(form, "action=\"").collect::<Vec<_>>()).collect()
}

/// Addresses of the site that stand after `name`, without what a browser keeps for itself.
fn values<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let values = text.split(name).skip(1).filter_map(|rest| rest.split('"').next());
    let addresses = values.filter(|address| address.starts_with('/') && !address.starts_with("//"));
    addresses.map(|address| {
        let address =
            address.split_once('#').filter(|(_, after)| !after.starts_with("38;")).map_or(address, |(it, _)| it);
        address.replace("&#38;", "&").replace("&amp;", "&")
    })
}

/// The route of an address: of two that fit, the one that has more of it in its own words.
fn route_of<'a>(routes: &'a [(&str, RouteDoc)], method: &str, address: &str) -> Option<&'a RouteDoc> {
    let parts: Vec<&str> = address.split('?').next().unwrap_or_default().split('/').collect();
    let fits = |route: &&RouteDoc| {
        let of_route: Vec<&str> = route.path.split('/').collect();
        let fits = |(of_route, part): (&&str, &&str)| of_route == part || of_route.starts_with('{');
        route.method == method && of_route.len() == parts.len() && of_route.iter().zip(&parts).all(fits)
    };
    routes.iter().map(|(_, route)| route).filter(fits).min_by_key(|route| route.path.matches('{').count())
}
