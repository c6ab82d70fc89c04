//! Signing on by samlp, a second identity provider that we did not write: what two makers write alike is no habit of one of them.

use std::collections::BTreeMap;

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rentree_domain::{EntityId, Ido, SignOnId};
use rentree_local::people::{an_account, begin};
use rentree_local::{Options, Rentree};
use rentree_table::MediacentreIds;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::json;

use crate::support::people::{PASSWORD, a_client};
use crate::support::run;
use crate::support::samlp::Samlp;

const IDO: &str = "9f0c2a";

/// The cookies that an answer sets, as a browser sends them back.
fn cookies(answer: &Response) -> String {
    let set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
}

/// The value of a field of a form.
fn value(page: &str, name: &str) -> anyhow::Result<String> {
    let after = page.split(&format!("name=\"{name}\"")).nth(1).context("the field")?;
    let value = after.split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
    Ok(value.context("its value")?.to_owned())
}

/// Begins at the product at `url`, and goes as far as the form of samlp: the cookies so far, and the fields.
async fn form_of_samlp(http: &Client, url: &str) -> anyhow::Result<(String, [(&'static str, String); 2])> {
    let begun = http.get(format!("{url}/mediacentre")).send().await?;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER);
    let mut sso = Url::parse(begun.headers()[LOCATION].to_str()?)?;
    let person = json!({"IDO": IDO, "PRE": ["Dominique", "Dom"], "NOM": "Essai", "PRO": "National_ENS"});
    sso.query_pairs_mut().append_pair("person", &person.to_string());
    let page = http.get(sso).send().await?.error_for_status()?.text().await?;
    let fields = ["SAMLResponse", "RelayState"].map(|name| value(&page, name).map(|value| (name, value)));
    let [response, state] = fields;
    Ok((cookies(&begun), [response?, state?]))
}

/// Posts what the form of samlp holds.
async fn post(http: &Client, acs: &str, cookie: String, form: &[(&str, String)]) -> anyhow::Result<Response> {
    let body = Url::parse_with_params(acs, form)?.query().unwrap_or_default().to_owned();
    let post = http
        .post(acs)
        .header(COOKIE, cookie)
        .header(ACCEPT, "text/html")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    Ok(post.body(body).send().await?)
}

#[test]
fn samlp_signs_a_person_on() {
    run(async {
        let samlp = Samlp::start().await?;
        let trusted = json!([{
            "id": "samlp", "entity_id": Samlp::ENTITY_ID, "sign_on": samlp.sso, "certificates": [samlp.certificate],
        }]);
        let parameters = BTreeMap::from([("IdentityProviders".to_owned(), trusted.to_string())]);
        let rentree = Rentree::start(&Options { parameters, ..Options::in_memory() }).await?;
        let now = Timestamp::now();
        let mut teacher = an_account("Dominique", "Essai", "dominique@exemple.fr", PASSWORD, now).await?;
        let id = SignOnId { idp: EntityId::parse(Samlp::ENTITY_ID)?, ido: Ido::parse(IDO)? };
        teacher.methods.mediacentre = MediacentreIds::one(id, now);
        begin(&rentree.table, &teacher, now).await?;
        let http = a_client();
        let acs = format!("{}/mediacentre/acs", rentree.url);

        // Another name in it, and nobody is signed on.
        let (cookie, [(_, response), state]) = form_of_samlp(&http, &rentree.url).await?;
        let xml = String::from_utf8(STANDARD.decode(&response)?)?;
        assert!(xml.contains(IDO));
        let forged = [("SAMLResponse", STANDARD.encode(xml.replace(IDO, "9f0c2b"))), state];
        let refused = post(&http, &acs, cookie, &forged).await?;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert!(!cookies(&refused).contains("__Host-session=0"), "{}", cookies(&refused));

        let (cookie, form) = form_of_samlp(&http, &rentree.url).await?;
        let answered = post(&http, &acs, cookie, &form).await?;
        assert_eq!(answered.status(), StatusCode::SEE_OTHER);
        let account = http.get(format!("{}/account", rentree.url)).header(COOKIE, cookies(&answered));
        assert!(account.header(ACCEPT, "text/html").send().await?.text().await?.contains("Dominique Essai"));
        rentree.stop().await
    });
}
