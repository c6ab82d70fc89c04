//! Forms of pages, sent as a browser without scripts sends them.

use anyhow::Context;
use reqwest::Url;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION};

use super::people::{Person, a_client};
use super::product;

/// A form that stands on a page.
pub(crate) struct PageForm {
    action: String,
    /// Its hidden fields.
    hidden: Vec<(String, String)>,
}

impl PageForm {
    /// The form of the page that is sent to an address which ends so, as somebody has it in front of them.
    pub(crate) async fn on(person: &Person, page: &str, action: &str) -> anyhow::Result<Self> {
        let html = person.page(page).await?;
        let forms = html.split("<form").skip(1).filter_map(|form| form.split("</form>").next());
        let mut found = forms.filter(|form| attribute(form, "action").is_some_and(|to| to.ends_with(action)));
        let form = found.next().with_context(|| format!("no form sends to …{action} on {page}: {html}"))?;
        let inputs = form.split("<input").skip(1).filter(|input| input.starts_with(" type=\"hidden\""));
        let hidden = inputs.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)));
        Ok(Self { action: attribute(form, "action").unwrap_or_default(), hidden: hidden.collect() })
    }

    /// Sends it with what was typed and the button: the status, and where it leads or what it says.
    pub(crate) async fn send(&self, person: &Person, typed: &[(&str, &str)]) -> anyhow::Result<(u16, String)> {
        let address = format!("{}{}", product().url, self.action);
        let hidden = self.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields = Url::parse_with_params(&address, hidden.chain(typed.iter().copied()))?;
        let post = a_client().post(address).header(ACCEPT, "text/html").header(COOKIE, &person.cookie);
        let post = post.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = post.body(fields.query().unwrap_or_default().to_owned()).send().await?;
        let status = answer.status().as_u16();
        Ok(match answer.headers().get(LOCATION) {
            Some(location) => (status, location.to_str()?.to_owned()),
            None => (status, answer.text().await?),
        })
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(value.to_owned())
}
