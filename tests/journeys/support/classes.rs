//! Schools with pupils of one's own choosing, a campaign, and the devices that pupils sit at.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use rentree_domain::{CampaignCode, CampaignId, EmailAddress, LearnerId, Password, Uai, UserId};
use rentree_local::pupils;
use rentree_samples::{Pupil, Sample};
use rentree_table::{ActiveLearner, Methods, Who};
use reqwest::header::{ACCEPT, COOKIE};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::people::{Answer, a_client};
use super::schools::{a_school_with, a_seed, import};
use super::{now, product};

/// A pupil's password.
pub(crate) const PUPIL_PASSWORD: &str = "Velours8";

/// A school, its file, and a campaign that its pupils may join.
pub(crate) struct Class {
    pub(crate) uai: Uai,
    pub(crate) sample: Sample,
    pub(crate) campaign: CampaignId,
    pub(crate) code: CampaignCode,
}

/// A school of `count` invented pupils.
pub(crate) async fn a_class_of(count: usize) -> anyhow::Result<Class> {
    a_class_with(count, |_| {}).await
}

/// The same, after `change` had its way with them.
pub(crate) async fn a_class_with(count: usize, change: impl FnOnce(&mut [Pupil])) -> anyhow::Result<Class> {
    Class::begin(count, a_seed(), |sample| change(&mut sample.pupils)).await
}

/// A school of these pupils: first name, last name, birth date as the file has it.
pub(crate) async fn a_class(pupils: &[(&str, &str, &str)]) -> anyhow::Result<Class> {
    a_class_with(pupils.len(), |invented| {
        for (pupil, (first_name, last_name, birth_date)) in invented.iter_mut().zip(pupils) {
            *pupil = Pupil {
                first_name: (*first_name).to_owned(),
                last_name: (*last_name).to_owned(),
                birth_date: (*birth_date).to_owned(),
                second_name: String::new(),
                third_name: String::new(),
                usage_name: String::new(),
                ..pupil.clone()
            };
        }
    })
    .await
}

impl Class {
    async fn begin(count: usize, seed: u64, change: impl FnOnce(&mut Sample)) -> anyhow::Result<Self> {
        let (uai, _, sample) = a_school_with(count, seed, change).await?;
        let (campaign, code) = a_campaign(uai).await?;
        Ok(Self { uai, sample, campaign, code })
    }

    /// The same children in another school.
    pub(crate) async fn of_another_school(&self) -> anyhow::Result<Self> {
        Self::begin(0, 0, |sample| sample.pupils.clone_from(&self.sample.pupils)).await
    }

    /// Imports the file as it is now.
    pub(crate) async fn import(&self) -> anyhow::Result<()> {
        import(self.uai, &self.sample).await
    }

    /// A pupil of the school, as readers see it, by first name.
    pub(crate) async fn pupil(&self, first_name: &str) -> anyhow::Result<ActiveLearner> {
        let roster = product().table.roster(self.uai).await?.context("no such school")?;
        let mut all = roster.learners.into_iter().chain(roster.former);
        all.find(|learner| learner.entry.first_name == first_name).with_context(|| format!("no {first_name}"))
    }

    /// Ties a pupil to an account of `methods` that begins now, by another campaign.
    pub(crate) async fn tie(&self, first_name: &str, methods: Methods) -> anyhow::Result<UserId> {
        let pupil = self.pupil(first_name).await?;
        let (now, table) = (now(), &product().table);
        let id = UserId::new(now, rentree_runtime::random());
        let hash = rentree_identity::hash(Password::typed(PUPIL_PASSWORD)).await?;
        let user = pupils::an_account(&pupil.entry, methods, Some(hash), now);
        let (campaign, _) = a_campaign(self.uai).await?;
        let who = Who::Newcomer { id, user: &user };
        pupils::tie(table, (self.uai, pupil.id, &pupil.entry), campaign, who, now).await?;
        Ok(id)
    }

    /// Who the pupil at `index` of the file is, as typed in the form.
    pub(crate) fn identity(&self, index: usize) -> Value {
        let pupil = &self.sample.pupils[index];
        json!({"first_name": pupil.first_name, "last_name": pupil.last_name, "birth_date": pupil.birth_date})
    }

    /// The path of the campaign's page, or of something below it.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/campagnes/{}{below}", self.code)
    }

    /// The pupils who joined the campaign.
    pub(crate) async fn joined(&self) -> anyhow::Result<Vec<LearnerId>> {
        let all = product().table.participations(self.campaign).await?;
        Ok(all.into_iter().map(|(learner, _)| learner).collect())
    }
}

/// A campaign of a school, ready to be joined.
pub(crate) async fn a_campaign(uai: Uai) -> anyhow::Result<(CampaignId, CampaignCode)> {
    pupils::a_campaign(&product().table, uai, now()).await
}

/// A birth date of somebody who is `years` old for some days now, as a file has it.
pub(crate) fn born_years_ago(years: i16) -> String {
    let today = rentree_domain::paris::date(now());
    let day = jiff::civil::date(today.year() - years, today.month(), 1.max(today.day().min(28) - 1));
    day.strftime("%d/%m/%Y").to_string()
}

/// A device that a pupil sits at. It keeps its session.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    http: Client,
    pub(crate) cookie: String,
}

/// A device with an address of its own.
pub(crate) fn a_device() -> Device {
    Device::behind(&a_client())
}

/// A first name that no other test has: each counts by itself where names are counted.
pub(crate) fn a_first_name(begins: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let letters = [number / 676, number / 26, number].map(|n| char::from(b'a' + u8::try_from(n % 26).unwrap_or(0)));
    format!("{begins}{}", letters.iter().collect::<String>())
}

/// Somebody whom no school has, of other initials each time: names are counted coarsely.
pub(crate) fn nobody() -> Value {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let letter = char::from(b'a' + u8::try_from(number / 10 % 26).unwrap_or_default());
    json!({"first_name": format!("{}zoe", number % 10), "last_name": format!("{letter}qroy"), "birth_date": "01/01/2014"})
}

impl Device {
    /// One of several behind the address of `client`.
    pub(crate) fn behind(client: &Client) -> Self {
        Self { http: client.clone(), cookie: String::new() }
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
        let request = self.http.request(method, format!("{}{path}", product().url)).header(ACCEPT, "application/json");
        let request = if self.cookie.is_empty() { request } else { request.header(COOKIE, &self.cookie) };
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = Answer::read(request.send().await?).await?;
        if let Some(session) = &answer.session {
            self.cookie.clone_from(session);
        }
        Ok(answer)
    }

    /// GETs JSON.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, None).await
    }

    /// POSTs JSON.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Says who one is at the campaign of `class`.
    pub(crate) async fn tell(&mut self, class: &Class, identity: &Value) -> anyhow::Result<Answer> {
        self.post(&class.path("/identity"), identity).await
    }

    /// Creates an account there.
    pub(crate) async fn create(&mut self, class: &Class, identity: &Value, more: &Value) -> anyhow::Result<Answer> {
        let mut fields = identity.clone();
        fields["password"] = PUPIL_PASSWORD.into();
        if let (Some(fields), Some(more)) = (fields.as_object_mut(), more.as_object()) {
            fields.extend(more.clone());
        }
        self.post(&class.path("/account"), &fields).await
    }

    /// Signs in.
    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) -> anyhow::Result<Answer> {
        self.post("/sign-in", &json!({"login": login, "password": password})).await
    }
}

/// An address that nobody has.
pub(crate) fn an_address() -> EmailAddress {
    super::people::an_email()
}

/// What comes next, by the page behind a code.
pub(crate) fn step(answer: &Value) -> &str {
    answer["step"].as_str().unwrap_or_default()
}
