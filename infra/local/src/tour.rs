//! Every route of the API once, in the order of a school's first afternoon: a head asks for the space, invites a
//! colleague, imports the pupils, makes a campaign; pupils join; passwords are forgotten. By HTTP alone, as programs do, so
//! that the same tour leads through any deployment of the product.

use anyhow::{Context, anyhow, bail, ensure};
use encoding_rs::UTF_8;
use jiff::Timestamp;
use rentree_domain::{Uai, paris};
use rentree_samples::{Pupil, Sample};
use reqwest::header::ACCEPT;
use reqwest::{Client, redirect};
use serde_json::{Value, json};

use crate::idp::{self, Answer, Person, Request};
use crate::phone;
use visitor::{Message, Visitor};

mod visitor;

/// Who asks for the space, by the address that they have at the end.
pub const HEAD: &str = "anne.h@rentree.example";
/// The head's password.
pub const PASSWORD: &str = "quatre mésanges au jardin";
const OTHER_PASSWORD: &str = "cinq mésanges au jardin";
/// A pupil's.
const PUPIL_PASSWORD: &str = "Velours8";

/// By which the pupils are drawn.
pub const SEED: u64 = 4_711;

/// What a tour leads through, and what is beside its HTTP.
pub trait Ground {
    /// Where the product answers.
    fn url(&self) -> &str;
    /// The school that asks for its space, listed and not activated, and its mailbox.
    fn school(&self) -> (Uai, String);
    /// The path of the link in the mail number `count` to `address`, once it has come.
    fn link(&self, address: &str, count: usize) -> impl Future<Output = anyhow::Result<String>>;
    /// Headers that sign a message of the assessment platform.
    fn signed(&self, body: &str) -> Vec<(&'static str, String)>;
    /// Name and secret of credentials of a record book that reads the school.
    fn credentials(&self) -> impl Future<Output = anyhow::Result<(String, String)>>;
    /// A request is about to be sent.
    fn before(&self);
    /// It was answered. `route` is as the template has it, `GET /schools/{uai}/team`; `again` for one that was visited
    /// before with the same outcome.
    fn after(&self, route: &str, again: bool);
}

struct Tour<'a, G> {
    ground: &'a G,
    http: Client,
}

/// Leads through every route with a school of so many pupils. The product must know the identity provider of [`idp`]. Each answer is a
/// success, or the error names its route.
pub async fn lead<G: Ground>(ground: &G, pupils: usize) -> anyhow::Result<()> {
    let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().build()?;
    let tour = Tour { ground, http };
    let mut head = Visitor::default();
    tour.activate(&mut head).await?;
    tour.team(&mut head).await?;
    let sample = tour.imports(&mut head, pupils).await?;
    let (code, campaign) = tour.campaigns(&mut head).await?;
    tour.join(&mut head, (&code, &campaign), &sample.pupils).await?;
    tour.follow(&mut head, &campaign).await?;
    tour.record_books(&mut head).await?;
    tour.pupils(&mut head, &sample.pupils).await?;
    tour.account(&mut head).await?;
    tour.mediacentre(&mut head).await?;
    tour.join_by_mediacentre(&code, &sample.pupils[1]).await?;
    tour.mediacentre_of_a_pupil(&mut head).await?;
    let mut newcomer = tour.newcomer().await?;
    tour.access(&mut newcomer, &mut head).await
}

impl<G: Ground> Tour<'_, G> {
    /// Sends a request as `visitor`. Path parameters of `route` are filled from `values`, in their order.
    async fn visit(
        &self,
        visitor: &mut Visitor,
        route: &str,
        values: &[&str],
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        self.send(visitor, (route, false), values, body, &[]).await
    }

    async fn send(
        &self,
        visitor: &mut Visitor,
        (route, again): (&str, bool),
        values: &[&str],
        body: Option<Value>,
        headers: &[(&'static str, String)],
    ) -> anyhow::Result<Value> {
        let message = Message { route, values, body, headers };
        let request = visitor.request(&self.http, self.ground.url(), &message)?;
        self.ground.before();
        let answer = visitor.send(request).await.with_context(|| route.to_owned())?;
        self.ground.after(route, again);
        answer.map_err(|refused| anyhow!("{route}: {refused}"))
    }

    async fn activate(&self, head: &mut Visitor) -> anyhow::Result<()> {
        let (uai, mailbox) = self.ground.school();
        self.visit(head, "GET /demande-administration-sco", &[], None).await?;
        let asked = json!({"uai": uai, "first_name": "Anne", "last_name": "Hérouville"});
        self.visit(head, "POST /demande-administration-sco", &[], Some(asked)).await?;
        let link = self.ground.link(&mailbox, 1).await?;
        let token = last(&link);
        self.visit(head, "GET /activation/{token}", &[token], None).await?;
        let newcomer = json!({
            "way": "sign_up", "first_name": "Anne", "last_name": "Hérouville",
            "email": "anne.herouville@rentree.example", "password": PASSWORD,
        });
        self.visit(head, "POST /activation/{token}", &[token], Some(newcomer)).await?;
        let terms = self.visit(head, "GET /terms", &[], None).await?;
        self.visit(head, "POST /terms", &[], Some(json!({"version": terms["version"]}))).await?;
        self.visit(head, "GET /spaces", &[], None).await?;
        self.visit(head, "GET /", &[], None).await?;
        self.visit(head, "GET /openapi.json", &[], None).await?;
        self.visit(head, "GET /aide", &[], None).await?;
        self.visit(head, "GET /aide/{guide}", &["enseignants"], None).await?;
        self.visit(head, "GET /service/{text}", &["confidentialite"], None).await?;
        self.visit(head, "GET /service/etat", &[], None).await?;
        Ok(())
    }

    async fn team(&self, head: &mut Visitor) -> anyhow::Result<()> {
        let (uai, _) = self.ground.school();
        let uai = uai.as_str();
        let colleague = "dominique.essai@rentree.example";
        for email in ["parti@rentree.example", colleague] {
            let invited = json!({"emails": email});
            let invited = self.visit(head, "POST /schools/{uai}/invitations", &[uai], Some(invited)).await?;
            let invitation = text(&invited["invitations"], 0)?;
            if email != colleague {
                self.ground.link(email, 1).await?;
                let cancel = "/schools/{uai}/invitations/{invitation}/cancel";
                self.visit(head, &format!("GET {cancel}"), &[uai, invitation], None).await?;
                self.visit(head, &format!("POST {cancel}"), &[uai, invitation], Some(json!({}))).await?;
            }
        }
        self.visit(head, "GET /schools/{uai}/team", &[uai], None).await?;
        let mut other = Visitor::default();
        let link = self.ground.link(colleague, 1).await?;
        let token = last(&link);
        self.visit(&mut other, "GET /invitation/{token}", &[token], None).await?;
        let newcomer = json!({
            "way": "sign_up", "first_name": "Dominique", "last_name": "Essai", "email": colleague, "password": PASSWORD,
        });
        self.visit(&mut other, "POST /invitation/{token}", &[token], Some(newcomer)).await?;
        let terms = self.visit(&mut other, "GET /terms", &[], None).await?;
        self.visit(&mut other, "POST /terms", &[], Some(json!({"version": terms["version"]}))).await?;
        let team = self.visit(head, "GET /schools/{uai}/team", &[uai], None).await?;
        let members = team["members"].as_array().context("members")?;
        let member = members.iter().find(|member| member["name"] == "Dominique Essai").context("the colleague")?;
        let member = text(member, "id")?;
        let role = "/schools/{uai}/members/{member}/role";
        self.visit(head, &format!("GET {role}"), &[uai, member], None).await?;
        let administrator = json!({"role": "administrator"});
        self.visit(head, &format!("POST {role}"), &[uai, member], Some(administrator)).await?;
        self.visit(&mut other, "GET /schools/{uai}/leave", &[uai], None).await?;
        self.visit(&mut other, "POST /schools/{uai}/leave", &[uai], Some(json!({}))).await?;

        // A second one, to be removed, and an invitation to be sent again.
        let next = "noa.suivant@rentree.example";
        let invited = json!({"emails": next});
        let invited = self.visit(head, "POST /schools/{uai}/invitations", &[uai], Some(invited)).await?;
        let link = self.ground.link(next, 1).await?;
        let signed_in = json!({"way": "sign_in", "email": colleague, "password": PASSWORD});
        self.visit(&mut other, "POST /invitation/{token}", &[last(&link)], Some(signed_in)).await?;
        let invitation = text(&invited["invitations"], 0)?;
        let team = self.visit(head, "GET /schools/{uai}/team", &[uai], None).await?;
        ensure!(team["invitations"].as_array().is_some_and(Vec::is_empty), "{invitation} was accepted");
        self.visit(head, "POST /schools/{uai}/members/{member}/keep", &[uai, member], Some(json!({}))).await?;
        let review = "/schools/{uai}/team/review";
        self.visit(head, &format!("GET {review}"), &[uai], None).await?;
        let kept = json!({"decisions": [format!("keep:{member}")]});
        self.visit(head, &format!("POST {review}"), &[uai], Some(kept)).await?;
        let remove = "/schools/{uai}/members/{member}/remove";
        self.visit(head, &format!("GET {remove}"), &[uai, member], None).await?;
        self.visit(head, &format!("POST {remove}"), &[uai, member], Some(json!({}))).await?;
        let waiting = json!({"emails": "attendue@rentree.example"});
        let waiting = self.visit(head, "POST /schools/{uai}/invitations", &[uai], Some(waiting)).await?;
        self.ground.link("attendue@rentree.example", 1).await?;
        let resend = "POST /schools/{uai}/invitations/{invitation}/resend";
        let values = [uai, text(&waiting["invitations"], 0)?];
        may_refuse(self.visit(head, resend, &values, Some(json!({}))).await)?;
        self.visit(head, "GET /schools/{uai}/audit", &[uai], None).await?;
        Ok(())
    }

    async fn imports(&self, head: &mut Visitor, pupils: usize) -> anyhow::Result<Sample> {
        let (uai, _) = self.ground.school();
        let sample = Sample::new(uai, pupils, SEED);
        let school = uai.as_str();
        let import = self.import(head, &sample.siecle(UTF_8).bytes, json!({"preview": true})).await?;
        let of = |action: &str| format!("POST /schools/{{uai}}/imports/{{import}}/{action}");
        self.visit(head, &of("confirm"), &[school, &import], Some(json!({}))).await?;
        self.settled(head, &import).await?;
        self.visit(head, "GET /schools/{uai}/imports", &[school], None).await?;
        let report = "/schools/{uai}/imports/{import}/report";
        self.visit(head, &format!("GET {report}"), &[school, &import], None).await?;
        let search = json!({"kind": "added", "q": sample.pupils[0].last_name});
        self.visit(head, &format!("POST {report}"), &[school, &import], Some(search)).await?;
        self.visit(head, &format!("GET {report}.csv"), &[school, &import], None).await?;

        // One who moves class, undone; one in error, set aside; one abandoned.
        let mut moved = sample.clone();
        moved.pupils[0].division = moved.pupils[1].division.clone();
        moved.pupils[0].second_name = "Camille".to_owned();
        let import = self.import(head, &moved.siecle(UTF_8).bytes, json!({})).await?;
        self.visit(head, "GET /schools/{uai}/imports/{import}/undo", &[school, &import], None).await?;
        self.visit(head, &of("undo"), &[school, &import], Some(json!({}))).await?;
        let mut spoilt = sample.clone();
        spoilt.spoil(2, "sex_missing".parse()?);
        let import = self.import(head, &spoilt.siecle(UTF_8).bytes, json!({})).await?;
        let aside = self.visit(head, &of("set-aside"), &[school, &import], Some(json!({}))).await?;
        self.settled(head, text(&aside, "id")?).await?;
        let asked = self.visit(head, "POST /schools/{uai}/imports", &[school], Some(json!({}))).await?;
        self.visit(head, &of("cancel"), &[school, text(&asked, "id")?], Some(json!({}))).await?;
        Ok(sample)
    }

    /// Uploads a file and waits for its outcome; the import's identifier.
    async fn import(&self, head: &mut Visitor, file: &[u8], options: Value) -> anyhow::Result<String> {
        let (uai, _) = self.ground.school();
        let import = self.visit(head, "POST /schools/{uai}/imports", &[uai.as_str()], Some(options)).await?;
        let mut form = reqwest::multipart::Form::new();
        for field in import["upload"]["fields"].as_array().context("a form")? {
            form = form.text(text(field, "name")?.to_owned(), text(field, "value")?.to_owned());
        }
        let form = form.part("file", reqwest::multipart::Part::bytes(file.to_vec()).file_name("eleves.xml"));
        let sent = self.http.post(text(&import["upload"], "url")?).multipart(form).send().await?;
        ensure!(sent.status() == 201, "the bucket: {}", sent.text().await?);
        let id = text(&import, "id")?.to_owned();
        self.settled(head, &id).await?;
        Ok(id)
    }

    async fn settled(&self, head: &mut Visitor, import: &str) -> anyhow::Result<()> {
        let (uai, _) = self.ground.school();
        let route = "GET /schools/{uai}/imports/{import}";
        for _ in 0..6_000 {
            let found = self.send(head, (route, true), &[uai.as_str(), import], None, &[]).await?;
            if !matches!(text(&found, "state")?, "awaiting_upload" | "analysing" | "applying") {
                self.visit(head, route, &[uai.as_str(), import], None).await?;
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        bail!("the import {import} does not end")
    }

    async fn campaigns(&self, head: &mut Visitor) -> anyhow::Result<(String, String)> {
        let (uai, _) = self.ground.school();
        let uai = uai.as_str();
        let courses = self.visit(head, "GET /schools/{uai}/campaigns/new", &[uai], None).await?;
        let course = &courses["courses"][0];
        let new = json!({"title": "Évaluation de rentrée", "kind": course["kind"], "course": course["id"]});
        // The form sends it to its own address. This one is archived, and another made as programs do.
        let made = self.visit(head, "POST /schools/{uai}/campaigns/new", &[uai], Some(new.clone())).await?;
        let archive = "POST /schools/{uai}/campaigns/{campaign}/archive";
        self.visit(head, archive, &[uai, text(&made, "id")?], Some(json!({}))).await?;
        let made = self.visit(head, "POST /schools/{uai}/campaigns", &[uai], Some(new)).await?;
        let campaign = text(&made, "id")?;
        self.visit(head, "GET /schools/{uai}/campaigns", &[uai], None).await?;
        for page in ["board", "edit", "missing", "try", "archive"] {
            let route = format!("GET /schools/{{uai}}/campaigns/{{campaign}}/{page}");
            self.visit(head, &route, &[uai, campaign], None).await?;
        }
        for form in ["identity", "account"] {
            let route = format!("POST /schools/{{uai}}/campaigns/{{campaign}}/try/{form}");
            self.visit(head, &route, &[uai, campaign], Some(json!({}))).await?;
        }
        let change = "POST /schools/{uai}/campaigns/{campaign}/edit";
        self.visit(head, change, &[uai, campaign], Some(json!({"title": "Évaluation de la rentrée"}))).await?;
        self.visit(head, "GET /schools/{uai}/new-year", &[uai], None).await?;
        // It is of this year, and stays.
        let renew = "POST /schools/{uai}/new-year";
        self.visit(head, renew, &[uai], Some(json!({"archive": [campaign]}))).await?;
        for action in ["archive", "restore"] {
            let route = format!("POST /schools/{{uai}}/campaigns/{{campaign}}/{action}");
            self.visit(head, &route, &[uai, campaign], Some(json!({}))).await?;
        }
        for only_in_lessons in [true, false] {
            let route = "POST /schools/{uai}/campaigns/{campaign}/joining";
            let chosen = json!({"only_in_lessons": only_in_lessons});
            self.visit(head, route, &[uai, campaign], Some(chosen)).await?;
        }
        let lesson = "POST /schools/{uai}/campaigns/{campaign}/lesson";
        self.visit(head, lesson, &[uai, campaign], Some(json!({"act": "open"}))).await?;
        let new_code = "POST /schools/{uai}/campaigns/{campaign}/code";
        let made = self.visit(head, new_code, &[uai, campaign], Some(json!({}))).await?;
        let choose = "POST /schools/{uai}/campaigns/{campaign}/classes";
        self.visit(head, choose, &[uai, campaign], Some(json!({"classes": []}))).await?;
        Ok((text(&made, "code")?.to_owned(), campaign.to_owned()))
    }

    async fn join(&self, head: &mut Visitor, (code, campaign): (&str, &str), pupils: &[Pupil]) -> anyhow::Result<()> {
        let mut pupil = Visitor::default();
        self.visit(&mut pupil, "GET /campagnes", &[], None).await?;
        self.visit(&mut pupil, "POST /campagnes", &[], Some(json!({"code": code}))).await?;
        self.visit(&mut pupil, "GET /campagnes/{code}", &[code], None).await?;
        let who = json!({
            "first_name": pupils[0].first_name, "last_name": pupils[0].last_name, "birth_date": pupils[0].birth_date,
            "password": PUPIL_PASSWORD,
        });
        self.visit(&mut pupil, "POST /campagnes/{code}/identity", &[code], Some(who.clone())).await?;
        self.visit(&mut pupil, "GET /campagnes/{code}/identity", &[code], None).await?;
        self.visit(&mut pupil, "POST /campagnes/{code}/account", &[code], Some(who)).await?;
        self.visit(&mut pupil, "POST /campagnes/{code}", &[code], Some(json!({}))).await?;
        let own = self.visit(&mut pupil, "GET /mes-campagnes", &[], None).await?;
        let link = text(&own["campaigns"][0], "resume")?;
        let token = link.split("token=").nth(1).and_then(|rest| rest.split('&').next()).context("a token")?;
        let (uai, _) = self.ground.school();
        let sent_at = Timestamp::now();
        let message = json!({"token": token, "event": "sent", "at": sent_at, "score": 1}).to_string();
        let headers = self.ground.signed(&message);
        let route = ("POST /participations/progress", false);
        let told = self.send(&mut Visitor::default(), route, &[], Some(Value::String(message)), &headers).await?;
        let learner = text(&told, "learner")?;
        let of = [uai.as_str(), campaign, learner];
        self.visit(head, "GET /schools/{uai}/campaigns/{campaign}/results/{learner}", &of, None).await?;
        let taken_back = "POST /schools/{uai}/campaigns/{campaign}/results/{learner}/take-back";
        self.visit(head, taken_back, &of, Some(json!({"sent_at": sent_at}))).await?;
        let stated = json!({
            "number": 4_711, "at": Timestamp::now(), "status": "validated", "uai": uai, "session": "visite",
            "taken_on": paris::date(Timestamp::now()), "learner": learner, "score": 512, "verification_code": "VISITE-DU-4711-X",
        });
        let stated = stated.to_string();
        let headers = self.ground.signed(&stated);
        let route = ("POST /certifications", false);
        let mut reader = Visitor::default();
        self.send(&mut reader, route, &[], Some(Value::String(stated)), &headers).await?;
        self.visit(&mut reader, "GET /verification", &[], None).await?;
        let proven =
            self.visit(&mut reader, "POST /verification", &[], Some(json!({"code": "visite du 4711 x"}))).await?;
        ensure!(proven["certificate"]["number"] == 4_711, "the code proves nothing: {proven}");
        let own = self.visit(&mut pupil, "GET /mes-certificats", &[], None).await?;
        ensure!(own["certificates"][0]["number"] == 4_711, "the pupil's certificate is not shown: {own}");
        self.visit(&mut pupil, "GET /mes-certificats/{number}", &["4711"], None).await?;
        self.visit(&mut pupil, "POST /sign-out", &[], Some(json!({}))).await?;
        Ok(())
    }

    async fn follow(&self, head: &mut Visitor, campaign: &str) -> anyhow::Result<()> {
        let (uai, _) = self.ground.school();
        let follow = "GET /schools/{uai}/campaigns/{campaign}";
        self.visit(head, follow, &[uai.as_str(), campaign], None).await?;
        self.send(head, (follow, true), &[uai.as_str(), campaign], None, &[]).await?;
        let home = self.visit(head, "GET /schools/{uai}", &[uai.as_str()], None).await?;
        ensure!(home["campaigns"].as_array().is_some_and(|it| !it.is_empty()), "no campaign stands at home: {home}");
        let certified = self.visit(head, "GET /schools/{uai}/certifications", &[uai.as_str()], None).await?;
        ensure!(certified["found"] == 1, "the certification is not shown: {certified}");
        self.visit(head, "GET /schools/{uai}/certificates", &[uai.as_str()], None).await?;
        self.visit(head, "GET /schools/{uai}/certificates.pdf", &[uai.as_str()], None).await?;
        self.prepared_file(head).await?;
        for kind in ["csv", "json"] {
            let route = format!("GET /schools/{{uai}}/certifications/results.{kind}");
            self.visit(head, &route, &[uai.as_str()], None).await?;
        }
        self.visit(head, "GET /schools/{uai}/follow-up", &[uai.as_str()], None).await?;
        self.visit(head, "GET /schools/{uai}/follow-up/results.csv", &[uai.as_str()], None).await?;
        let results = "GET /schools/{uai}/campaigns/{campaign}/results.csv";
        self.visit(head, results, &[uai.as_str(), campaign], None).await?;
        Ok(())
    }

    /// Asks for the file of all certificates, and fetches it from the bucket.
    async fn prepared_file(&self, head: &mut Visitor) -> anyhow::Result<()> {
        let (uai, _) = self.ground.school();
        let uai = uai.as_str();
        let (ask, follow) = ("POST /schools/{uai}/certificates/file", "GET /schools/{uai}/certificates/file");
        let mut file = self.visit(head, ask, &[uai], Some(json!({}))).await?;
        for _ in 0..6_000 {
            if !matches!(text(&file, "state")?, "asked" | "making") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            file = self.send(head, (follow, true), &[uai], None, &[]).await?;
        }
        let file = self.visit(head, follow, &[uai], None).await?;
        ensure!(file["state"] == "ready" && file["pages"] == 1, "the file of the certificates: {file}");
        let fetched = self.visit(head, "GET /schools/{uai}/certificates/file.pdf", &[uai], None).await?;
        let answer = self.http.get(text(&fetched, "location")?).send().await?;
        let (status, bytes) = (answer.status(), answer.bytes().await?);
        ensure!(status.is_success() && bytes.starts_with(b"%PDF-"), "the bucket gives no file: {status}");
        Ok(())
    }

    /// A record book reads what an administrator downloads.
    async fn record_books(&self, head: &mut Visitor) -> anyhow::Result<()> {
        let (uai, _) = self.ground.school();
        let uai = uai.as_str();
        let (name, secret) = self.ground.credentials().await?;
        let form = format!("grant_type=client_credentials&client_id={name}&client_secret={secret}");
        let headers = [("content-type", "application/x-www-form-urlencoded".to_owned())];
        let mut program = Visitor::default();
        let route = ("POST /api/token", false);
        let token = self.send(&mut program, route, &[], Some(Value::String(form)), &headers).await?;
        let headers = [("authorization", format!("Bearer {}", text(&token, "access_token")?))];
        let route = ("GET /api/v1/organizations/{uai}/certifications", false);
        let read = self.send(&mut program, route, &[uai], None, &headers).await?;
        ensure!(read["certifications"][0]["id"] == 4_711, "the record book does not read the certification: {read}");
        let sheet = self.visit(head, "GET /schools/{uai}/certifications/record-books.csv", &[uai], None).await?;
        ensure!(sheet.as_str().is_some_and(|sheet| sheet.contains("VISITE-DU-4711-X")), "the list is another: {sheet}");
        Ok(())
    }

    async fn pupils(&self, head: &mut Visitor, pupils: &[Pupil]) -> anyhow::Result<()> {
        let (uai, _) = self.ground.school();
        let uai = uai.as_str();
        let list = "GET /schools/{uai}/learners";
        self.visit(head, list, &[uai], None).await?;
        self.send(head, (list, true), &[uai], None, &[]).await?;
        let search = json!({"q": pupils[0].last_name});
        let found = self.visit(head, "POST /schools/{uai}/learners", &[uai], Some(search.clone())).await?;
        self.visit(head, "GET /schools/{uai}/learners/former", &[uai], None).await?;
        self.visit(head, "POST /schools/{uai}/learners/former", &[uai], Some(search)).await?;
        self.visit(head, "GET /schools/{uai}/learners/former.csv", &[uai], None).await?;
        self.visit(head, "GET /schools/{uai}/learners.csv", &[uai], None).await?;
        let tied = found["learners"].as_array().context("learners")?;
        let tied = tied.iter().find(|learner| !learner["account"].is_null()).context("the pupil who joined")?;
        let learner = text(tied, "id")?.to_owned();
        self.visit(head, "GET /schools/{uai}/learners/{learner}", &[uai, &learner], None).await?;
        let passwords = json!({"learners": [learner]});
        let hand_out = ("POST /schools/{uai}/learners/passwords", false);
        self.send(head, hand_out, &[uai], Some(passwords.clone()), &[]).await?;
        // As a browser, which is asked first.
        let as_page = [("accept", "text/html".to_owned())];
        let asked = self.send(head, hand_out, &[uai], Some(passwords), &as_page).await?;
        let asked = last(text(&asked, "location")?).to_owned();
        self.visit(head, "GET /schools/{uai}/learners/passwords/{hand_out}", &[uai, &asked], None).await?;
        let confirm = "POST /schools/{uai}/learners/passwords/{hand_out}";
        let given = self.visit(head, confirm, &[uai, &asked], Some(json!({}))).await?;
        let slip = &given["handed_out"][0];
        let login = text(slip, "user_name")?;
        let password = text(slip, "temporary_password")?;
        let mut pupil = Visitor::default();
        let sign_in = json!({"login": login, "password": password});
        self.visit(&mut pupil, "POST /sign-in", &[], Some(sign_in)).await?;
        self.visit(&mut pupil, "GET /temporary-password", &[], None).await?;
        let own = json!({"password": "Nuage-vert42"});
        self.visit(&mut pupil, "POST /temporary-password", &[], Some(own)).await?;
        let show = "POST /schools/{uai}/learners/{learner}/sign-in-code";
        let led = self.send(head, (show, false), &[uai, &learner], Some(json!({})), &as_page).await?;
        let which = text(&led, "location")?;
        let which = &which[which.find('?').context("which code")?..];
        let follow = "GET /schools/{uai}/learners/{learner}/sign-in-code";
        let shown = self.visit(head, follow, &[uai, &learner, which], None).await?;
        let mut device = Visitor::default();
        self.visit(&mut device, "GET /code", &[], None).await?;
        let code = text(&shown, "sign_in_code")?;
        self.visit(&mut device, "POST /code", &[], Some(json!({"code": code}))).await?;
        let of = |action: &str| format!("POST /schools/{{uai}}/learners/{{learner}}/{action}");
        may_refuse(self.visit(head, &of("unblock"), &[uai, &learner], Some(json!({}))).await)?;
        may_refuse(self.visit(head, &of("user-name"), &[uai, &learner], Some(json!({}))).await)?;
        self.visit(head, "GET /schools/{uai}/learners/{learner}/untie", &[uai, &learner], None).await?;
        self.visit(head, &of("untie"), &[uai, &learner], Some(json!({}))).await?;
        self.visit(head, &of("personal-code"), &[uai, &learner], Some(json!({}))).await?;
        Ok(())
    }

    /// Staff whom no account knows yet add the Médiacentre to theirs; then it knows them.
    async fn mediacentre(&self, head: &mut Visitor) -> anyhow::Result<()> {
        let person = Person {
            ido: format!("{:032x}", u128::from_be_bytes(rentree_runtime::random())),
            // As the account is called since its owner corrected the name.
            first_names: vec!["Anne-Laure".to_owned()],
            last_names: vec!["HÉROUVILLE".to_owned()],
            school: self.ground.school().0.to_string(),
            profile: "National_dir".to_owned(),
        };
        self.visit(head, "GET /mediacentre/metadata", &[], None).await?;
        let mut other = Visitor::default();
        self.sign_on(&mut other, &person).await?;
        other.takes_cookies_of(head);
        self.visit(&mut other, "GET /mediacentre/suite", &[], None).await?;
        self.visit(&mut other, "POST /mediacentre/suite", &[], Some(json!({}))).await?;
        self.sign_on(&mut Visitor::default(), &person).await
    }

    /// A pupil whom no account knows yet joins by the Médiacentre.
    async fn join_by_mediacentre(&self, code: &str, pupil: &Pupil) -> anyhow::Result<()> {
        let person = Person {
            ido: format!("{:032x}", u128::from_be_bytes(rentree_runtime::random())),
            first_names: vec![pupil.first_name.clone()],
            last_names: vec![pupil.last_name.clone()],
            school: self.ground.school().0.to_string(),
            profile: "National_elv".to_owned(),
        };
        let mut visitor = Visitor::default();
        self.sign_on(&mut visitor, &person).await?;
        self.visit(&mut visitor, "GET /campagnes/{code}", &[code], None).await?;
        let mut who = json!({"birth_date": pupil.birth_date, "mediacentre": true});
        self.visit(&mut visitor, "POST /campagnes/{code}/identity", &[code], Some(who.clone())).await?;
        who["way"] = "mediacentre".into();
        self.visit(&mut visitor, "POST /campagnes/{code}/account", &[code], Some(who)).await?;
        Ok(())
    }

    /// Staff look whether the Médiacentre works, and take it off the pupil who came by it.
    async fn mediacentre_of_a_pupil(&self, head: &mut Visitor) -> anyhow::Result<()> {
        let (uai, _) = self.ground.school();
        let uai = uai.as_str();
        self.visit(head, "GET /schools/{uai}/mediacentre", &[uai], None).await?;
        let those = json!({"account": "mediacentre"});
        let found = self.visit(head, "POST /schools/{uai}/learners", &[uai], Some(those)).await?;
        let pupil = text(&found["learners"][0], "id")?;
        let removal = "/schools/{uai}/learners/{learner}/mediacentre";
        self.visit(head, &format!("GET {removal}"), &[uai, pupil], None).await?;
        self.visit(head, &format!("POST {removal}"), &[uai, pupil], Some(json!({}))).await?;
        Ok(())
    }

    async fn sign_on(&self, visitor: &mut Visitor, person: &Person) -> anyhow::Result<()> {
        let asked = self.visit(visitor, "GET /mediacentre", &[], None).await?;
        let request = Request::at(text(&asked, "location")?)?;
        let answer = Answer { issuer: idp::ENTITY_ID, request: &request, person, now: Timestamp::now() }.encoded()?;
        self.visit(visitor, "POST /mediacentre/acs", &[], Some(json!({"SAMLResponse": answer}))).await?;
        Ok(())
    }

    async fn account(&self, head: &mut Visitor) -> anyhow::Result<()> {
        self.visit(head, "GET /account", &[], None).await?;
        self.visit(head, "GET /account/name", &[], None).await?;
        let corrected = json!({"first_name": "Anne-Laure", "last_name": "Hérouville"});
        self.visit(head, "POST /account/name", &[], Some(corrected)).await?;
        let changed = json!({"current_password": PASSWORD, "password": OTHER_PASSWORD});
        self.visit(head, "POST /account/password", &[], Some(changed)).await?;
        let email = HEAD;
        let changed = json!({"current_password": OTHER_PASSWORD, "email": email});
        self.visit(head, "POST /account/email", &[], Some(changed)).await?;
        let link = self.ground.link(email, 1).await?;
        self.visit(head, "GET /account/email/{token}", &[last(&link)], None).await?;
        self.visit(head, "POST /account/email/{token}", &[last(&link)], Some(json!({}))).await?;
        let others = json!({"session": "others", "current_password": OTHER_PASSWORD});
        self.visit(head, "POST /account/sessions", &[], Some(others)).await?;
        self.visit(head, "POST /sign-out", &[], Some(json!({}))).await?;
        self.visit(head, "GET /sign-in", &[], None).await?;
        self.visit(head, "GET /forgotten-password", &[], None).await?;
        self.visit(head, "POST /forgotten-password", &[], Some(json!({"email": email}))).await?;
        let link = self.ground.link(email, 2).await?;
        self.visit(head, "GET /new-password/{token}", &[last(&link)], None).await?;
        let new = json!({"password": PASSWORD});
        self.visit(head, "POST /new-password/{token}", &[last(&link)], Some(new)).await?;
        self.visit(head, "POST /sign-out", &[], Some(json!({}))).await?;
        let sign_in = json!({"login": email, "password": PASSWORD});
        self.visit(head, "POST /sign-in", &[], Some(sign_in.clone())).await?;
        self.second_factor(head, &sign_in).await
    }

    /// Adds a second factor, signs in by it, and ends it. Of one half minute, one code is accepted: the others are recovery codes.
    async fn second_factor(&self, head: &mut Visitor, sign_in: &Value) -> anyhow::Result<()> {
        let page = self.visit(head, "GET /account/second-factor", &[], None).await?;
        let code = phone::code(page["secret"].as_str().context("a secret")?, Timestamp::now())?;
        let both = |code: &Value| json!({"current_password": PASSWORD, "one_time_code": code});
        let added = self.visit(head, "POST /account/second-factor", &[], Some(both(&code.into()))).await?;
        let codes = &added["recovery_codes"];
        self.visit(head, "POST /sign-out", &[], Some(json!({}))).await?;
        may_refuse(self.visit(head, "POST /sign-in", &[], Some(sign_in.clone())).await)?;
        self.visit(head, "GET /sign-in/second-factor", &[], None).await?;
        let code = json!({"one_time_code": codes[0]});
        self.visit(head, "POST /sign-in/second-factor", &[], Some(code)).await?;
        let renew = Some(both(&codes[1]));
        let others = self.visit(head, "POST /account/second-factor/recovery-codes", &[], renew).await?;
        let end = Some(both(&others["recovery_codes"][0]));
        self.visit(head, "POST /account/second-factor/end", &[], end).await?;
        Ok(())
    }

    /// Somebody with a new account, without a school.
    async fn newcomer(&self) -> anyhow::Result<Visitor> {
        let (mut newcomer, email) = (Visitor::default(), "sacha.nouveau@rentree.example");
        self.visit(&mut newcomer, "GET /sign-up", &[], None).await?;
        self.visit(&mut newcomer, "POST /sign-up", &[], Some(json!({"email": email}))).await?;
        let link = self.ground.link(email, 1).await?;
        self.visit(&mut newcomer, "GET /sign-up/{token}", &[last(&link)], None).await?;
        let account = json!({"first_name": "Sacha", "last_name": "Nouveau", "password": PASSWORD});
        self.visit(&mut newcomer, "POST /sign-up/{token}", &[last(&link)], Some(account)).await?;
        let page = self.http.get(format!("{}/sign-in", self.ground.url())).header(ACCEPT, "text/html").send().await?;
        let page = page.text().await?;
        let asset = page.split("/assets/").nth(1).and_then(|rest| rest.split('"').next()).context("an asset")?;
        let (version, name) = asset.split_once('/').context("a version and a name")?;
        self.visit(&mut newcomer, "GET /assets/{version}/{name}", &[version, name], None).await?;
        let terms = self.visit(&mut newcomer, "GET /terms", &[], None).await?;
        self.visit(&mut newcomer, "POST /terms", &[], Some(json!({"version": terms["version"]}))).await?;
        Ok(newcomer)
    }

    /// Asks to be let into the space, takes that back, asks again, is let in, leaves, asks again, and is not.
    async fn access(&self, newcomer: &mut Visitor, head: &mut Visitor) -> anyhow::Result<()> {
        let (uai, _) = self.ground.school();
        let uai = uai.as_str();
        self.visit(newcomer, "POST /spaces/request", &[], Some(json!({"uai": uai}))).await?;
        self.visit(newcomer, "GET /spaces/request/{uai}/withdraw", &[uai], None).await?;
        self.visit(newcomer, "POST /spaces/request/{uai}/withdraw", &[uai], Some(json!({}))).await?;
        for answer in ["accept", "refuse"] {
            self.visit(newcomer, "GET /spaces/request", &[], None).await?;
            self.visit(newcomer, "POST /spaces/request", &[], Some(json!({"uai": uai}))).await?;
            let team = self.visit(head, "GET /schools/{uai}/team", &[uai], None).await?;
            let asks = text(&team["access_requests"][0], "user")?;
            let request = "/schools/{uai}/access-requests/{user}";
            self.visit(head, &format!("GET {request}"), &[uai, asks], None).await?;
            if answer == "refuse" {
                self.visit(head, &format!("GET {request}/refuse"), &[uai, asks], None).await?;
            }
            let role = json!({"role": "member"});
            self.visit(head, &format!("POST {request}/{answer}"), &[uai, asks], Some(role)).await?;
            if answer == "accept" {
                self.visit(newcomer, "POST /schools/{uai}/leave", &[uai], Some(json!({}))).await?;
            }
        }
        Ok(())
    }
}

/// An invitation that has just left is not sent again, who is not blocked is not unblocked, who has a user name gets no other, and a code
/// follows the password where there is a second factor: the refusal is the answer.
fn may_refuse(answer: anyhow::Result<Value>) -> anyhow::Result<()> {
    match answer {
        Err(error)
            if ![": 409", ": 429", r#""code":"second_factor""#]
                .iter()
                .any(|refused| error.to_string().contains(refused)) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The text at `key` of a JSON value.
fn text(value: &Value, key: impl serde_json::value::Index + Copy + std::fmt::Display) -> anyhow::Result<&str> {
    value[key].as_str().with_context(|| format!("no text at {key} of {value}"))
}
