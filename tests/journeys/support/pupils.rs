//! Schools with pupils who have accounts, by any connection methods, tied as joining a campaign ties them.

use axum::http::HeaderMap;
use rentree_domain::{
    CampaignCode, CampaignId, EntityId, Ido, LearnerId, Login, Password, SignOnId, Uai, UserId, UserName,
};
use rentree_http::NewSession;
use rentree_samples::Sample;
use rentree_table::{ActiveLearner, Methods, User, Who};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::people::{Answer, Person, a_client, a_stranger, an_email};
use super::schools::{a_school_with, a_seed, in_order_of};
use super::{now, product};

/// The password of every pupil here who has one.
pub(crate) const PUPIL_PASSWORD: &str = "Velours8";

/// A school with pupils, an administrator, and a campaign.
pub(crate) struct Classes {
    pub(crate) uai: Uai,
    pub(crate) administrator: Person,
    pub(crate) sample: Sample,
    /// In the order of the sample.
    pub(crate) learners: Vec<ActiveLearner>,
    pub(crate) campaign: CampaignId,
}

/// A pupil's account.
#[derive(Debug, Clone)]
pub(crate) struct Tied {
    pub(crate) id: UserId,
    pub(crate) learner: LearnerId,
    pub(crate) user: User,
}

/// A school of `count` pupils, after `change` had its way with them.
pub(crate) async fn classes(count: usize, change: impl FnOnce(&mut Sample)) -> anyhow::Result<Classes> {
    let (uai, administrator, sample) = a_school_with(count, a_seed(), change).await?;
    let learners = in_order_of(uai, &sample).await?;
    let (campaign, _) = rentree_local::pupils::a_campaign(&product().table, uai, now()).await?;
    Ok(Classes { uai, administrator, sample, learners, campaign })
}

/// One class of `count`.
pub(crate) async fn a_class(count: usize) -> anyhow::Result<Classes> {
    classes(count, |sample| sample.pupils.iter_mut().for_each(|pupil| pupil.division = "3EME A".to_owned())).await
}

/// A user name alone, which nobody else has.
pub(crate) fn by_user_name() -> Methods {
    // Thirty letters from random bytes: the names of the samples meet again in other schools.
    let letters: [u8; 20] = rentree_runtime::random();
    let last_name: String = letters.iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    Methods::of_user_name(UserName::drawn("Eleve", &last_name, rentree_runtime::random()))
}

/// Médiacentre alone.
pub(crate) fn by_mediacentre() -> Methods {
    Methods::of_mediacentre(a_sign_on_id(), now())
}

/// An identifier of Médiacentre that nobody else has.
pub(crate) fn a_sign_on_id() -> SignOnId {
    let drawn: [u8; 64] = rentree_runtime::random();
    let ido = drawn.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let idp = EntityId::parse("https://idp.example/metadata").expect("an entityID");
    SignOnId { idp, ido: Ido::parse(&ido).expect("an IDO") }
}

/// An e-mail address alone.
pub(crate) fn by_email() -> Methods {
    Methods::of_email(an_email())
}

impl Classes {
    /// A path of the school's pupils.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/schools/{}/learners{rest}", self.uai)
    }

    /// Begins an account for the pupil at `place`, by `methods`; hashing is slow: all share one hash.
    pub(crate) async fn tie(&self, place: usize, methods: Methods) -> anyhow::Result<Tied> {
        static HASH: OnceCell<String> = OnceCell::const_new();
        let hash = HASH.get_or_try_init(|| rentree_identity::hash(Password::typed(PUPIL_PASSWORD))).await?.clone();
        let (now, entry) = (now(), &self.learners[place].entry);
        let hash = (!methods.logins().is_empty()).then_some(hash);
        let user = rentree_local::pupils::an_account(entry, methods, hash, now);
        let id = UserId::new(now, rentree_runtime::random());
        self.tie_to(place, Who::Newcomer { id, user: &user }).await?;
        Ok(Tied { id, learner: self.learners[place].id, user })
    }

    /// The code of the school's campaign.
    pub(crate) async fn code(&self) -> anyhow::Result<CampaignCode> {
        let campaign = product().table.campaign(self.uai, self.campaign).await?;
        Ok(campaign.expect("the campaign of the class").code)
    }

    /// Ties an account to the pupil at `place`.
    pub(crate) async fn tie_to(&self, place: usize, who: Who<'_>) -> anyhow::Result<()> {
        let learner = &self.learners[place];
        let pupil = (self.uai, learner.id, &learner.entry);
        rentree_local::pupils::tie(&product().table, pupil, self.campaign, who, now()).await
    }

    /// Hands passwords out, as JSON.
    pub(crate) async fn hand_out(&self, learners: &[LearnerId]) -> anyhow::Result<Answer> {
        self.administrator.post(&self.path("/passwords"), &json!({ "learners": learners })).await
    }

    /// What the audit log says, the latest first: action, subject, pupil.
    pub(crate) async fn log(&self) -> anyhow::Result<Vec<(String, Value, Value)>> {
        let log = self.administrator.get(&format!("/schools/{}/audit", self.uai)).await?.expect(200)?;
        let entries = log["entries"].as_array().cloned().unwrap_or_default();
        let told = |e: Value| {
            (e["action"].as_str().unwrap_or_default().to_owned(), e["subject"].clone(), e["learner"].clone())
        };
        Ok(entries.into_iter().map(told).collect())
    }
}

impl Tied {
    /// A session of the pupil, opened before whatever comes.
    pub(crate) async fn session(&self) -> anyhow::Result<String> {
        let epoch = product().table.person(self.id).await?.map_or(0, |person| person.epoch);
        let session = NewSession::new(self.id, self.user.holder(), epoch, &HeaderMap::new(), now());
        anyhow::ensure!(product().table.open_session(&session.hash, &session.session, None).await?, "no session");
        Ok(session.cookie().split(';').next().unwrap_or_default().to_owned())
    }

    /// The account as it is now.
    pub(crate) async fn now(&self) -> anyhow::Result<User> {
        Ok(product().table.user(self.id).await?.expect("an account"))
    }

    /// What is typed to sign in.
    pub(crate) fn login(&self) -> Login {
        self.user.methods.logins().remove(0)
    }
}

/// Signs in from an address of one's own.
pub(crate) async fn sign_in(login: &str, password: &str) -> anyhow::Result<Answer> {
    a_stranger().sign_in(login, password).await
}

/// A request of whoever holds `cookie`, as JSON.
pub(crate) fn as_holder(cookie: &str, method: Method, path: &str) -> RequestBuilder {
    let request = a_client().request(method, format!("{}{path}", product().url));
    request.header("accept", "application/json").header("cookie", cookie)
}
