//! Asking to be let into a school's space, and what administrators answer.

use invitations::{Config, Invitations};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::Uai;
use rentree_local::people::enrol;
use rentree_orders::limit::{ACCESS_REQUESTS_BY_CLIENT, ACCESS_REQUESTS_BY_SCHOOL};
use rentree_runtime::aws::Service;
use rentree_table::{Member, Role};
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::{Value, json};

use crate::support::browser::{Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, fill, go, picture, see};
use crate::support::clock::{self, HandClock};
use crate::support::faults::{Operations, watched};
use crate::support::forms::PageForm;
use crate::support::mails::{link_in, mail_about, mails_to, no_mail_is_pending};
use crate::support::people::{Answer, Person, a_client, a_client_at, a_member, a_team, an_unknown_user, somebody};
use crate::support::pupils::{by_email, classes};
use crate::support::{a_uai, product, run, run_by, run_while_time_stands_still};

const FORM: &str = "/spaces/request";

async fn ask(person: &Person, uai: Uai) -> anyhow::Result<Answer> {
    person.post(FORM, &json!({ "uai": uai })).await
}

/// Where administrators answer whom.
fn request(uai: Uai, of: &Person, rest: &str) -> String {
    format!("/schools/{uai}/access-requests/{}{rest}", of.id)
}

/// Who waits for an answer, as the team's page tells `person`.
async fn waiting(person: &Person, uai: Uai) -> anyhow::Result<Vec<Value>> {
    let team = person.get(&format!("/schools/{uai}/team")).await?.expect(200)?;
    Ok(team["access_requests"].as_array().cloned().unwrap_or_default())
}

async fn place(uai: Uai, of: &Person) -> anyhow::Result<Option<Member>> {
    Ok(product().table.member(uai, of.id).await?)
}

/// Asked twice, told once; answered once; the role is the one that was chosen, and the others hear of a new administrator.
#[test]
fn who_asks_is_let_in_by_an_administrator() {
    run(async {
        let (uai, head) = a_team().await?;
        let (second, member) = (a_member(uai, Role::Administrator).await?, a_member(uai, Role::Member).await?);
        let (teacher, deputy) = (somebody().await?, somebody().await?);
        for _ in 0..2 {
            ask(&teacher, uai).await?.expect(202)?;
        }
        let told = mail_about("demande à rejoindre", head.email().as_str()).await?;
        assert!(told.text.contains(&teacher.email().masked()), "{}", told.text);
        assert!(!told.text.contains(teacher.email().as_str()), "an address may say anything: {}", told.text);
        assert_eq!(link_in(&told)?, request(uai, &teacher, ""));
        no_mail_is_pending().await?;
        for administrator in [&head, &second] {
            assert_eq!(mails_to(administrator.email().as_str()).await?.len(), 1, "asked twice, told once");
        }
        assert!(mails_to(member.email().as_str()).await?.is_empty());

        let rows = waiting(&head, uai).await?;
        assert_eq!((rows.len(), &rows[0]["user"]), (1, &json!(teacher.id)));
        assert_eq!(head.get(&format!("/schools/{uai}")).await?.expect(200)?["access_requests"], 1);
        assert!(waiting(&member, uai).await?.is_empty(), "members do not answer");
        assert_eq!(member.get(&format!("/schools/{uai}")).await?.expect(200)?["access_requests"], 0);
        for (method, rest) in [("GET", ""), ("POST", "/accept"), ("GET", "/refuse"), ("POST", "/refuse")] {
            let sent = member.request(method.parse()?, &request(uai, &teacher, rest)).json(&json!({"role": "member"}));
            assert_eq!(Answer::read(sent.send().await?).await?.code(), "administrators_only", "{method} {rest}");
        }
        let spaces = teacher.get("/spaces").await?.expect(200)?;
        assert_eq!(spaces["access_requests"][0]["state"], "pending", "{spaces}");

        // Two administrate the space: “Membre” is preselected, with no blank to go back to.
        let page = head.page(&request(uai, &teacher, "")).await?;
        assert!(page.contains(r#"<option value="member" selected>"#) && !page.contains(">Choisissez<"), "{page}");
        // Two administrators at the same moment: one lets in, the other is told.
        let accept = request(uai, &teacher, "/accept");
        let role = json!({"role": "member"});
        let (one, other) = tokio::try_join!(head.post(&accept, &role), second.post(&accept, &role))?;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", one.body, other.body);
        assert_eq!(place(uai, &teacher).await?.map(|member| member.role), Some(Role::Member));
        let granted = mail_about("Vous avez accès", teacher.email().as_str()).await?;
        assert_eq!(link_in(&granted)?, format!("/schools/{uai}"));
        let team = format!("/schools/{uai}/team");
        assert!(head.page(&team).await?.contains("Pas encore venu(e)"), "let in a moment ago");
        teacher.get(&format!("/schools/{uai}/learners")).await?.expect(200)?;
        assert!(!head.page(&team).await?.contains("Pas encore venu(e)"), "and there since");
        let spaces = teacher.get("/spaces").await?.expect(200)?;
        assert_eq!(spaces["access_requests"], json!([]), "who is in asks for nothing");
        let again = ask(&teacher, uai).await?;
        assert_eq!((again.status, again.code()), (409, "too_late"), "{}", again.body);
        let form = PageForm::on(&teacher, FORM, FORM).await?;
        let (status, led) = form.send(&teacher, &[("uai", uai.as_str())]).await?;
        assert_eq!(status, 303, "{led}");
        let page = teacher.page(&led).await?;
        let opens = format!(r#"<a class="button" href="/schools/{uai}">"#);
        assert!(page.contains("Vous faites déjà partie de cet espace") && page.contains(&opens), "{page}");
        assert!(product().table.access_request(uai, teacher.id).await?.is_none(), "nothing was written");

        ask(&deputy, uai).await?.expect(202)?;
        let administrator = json!({"role": "administrator"});
        head.post(&request(uai, &deputy, "/accept"), &administrator).await?.expect(200)?;
        mail_about("est administrateur", second.email().as_str()).await?;
        assert_eq!(product().table.administrators(uai).await?, 3);
        let log = head.get(&format!("/schools/{uai}/audit")).await?.expect(200)?;
        assert_eq!(log["entries"][0]["action"], "access_request_accepted", "{log}");
        assert_eq!(log["entries"][0]["role"], "administrator", "{log}");
        Ok(())
    });
}

/// Whoever is refused asks that school again after sixty days, and is told from which day on; an invitation lets them in at any time.
#[test]
fn who_is_refused_does_not_ask_again_for_sixty_days() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (uai, mut head) = a_team().await?;
        let mut stranger = somebody().await?;
        let first = ask(&stranger, uai).await?.expect(202)?;
        let sent = format!("{FORM}?sent={uai}");
        assert!(stranger.page(&sent).await?.contains("Votre demande est envoyée"));
        CLOCK.set(SignedDuration::from_mins(1));
        let again = ask(&stranger, uai).await?.expect(202)?;
        assert!(first["asked_at"].is_string() && again["asked_at"] == first["asked_at"], "it waits: {again}");
        let page = stranger.page(&sent).await?;
        assert!(page.contains("Votre demande attend une réponse") && !page.contains("est envoyée"), "{page}");
        head.post(&request(uai, &stranger, "/refuse"), &json!({})).await?.expect(200)?;
        let again = head.post(&request(uai, &stranger, "/accept"), &json!({"role": "member"})).await?;
        assert_eq!(again.status, 409, "{}", again.body);
        assert!(place(uai, &stranger).await?.is_none());
        let told = ask(&stranger, uai).await?.expect(409)?;
        let told = told["detail"].as_str().expect("a reason");
        let (today, until) = (CLOCK.now(), CLOCK.now() + SignedDuration::from_hours(60 * 24));
        for day in [today, until].map(rentree_domain::paris::date) {
            assert!(told.contains(&day.strftime("%d/%m/%Y").to_string()), "{told}");
        }
        let page = a_client().post(format!("{}{FORM}", product().url)).header(ACCEPT, "text/html");
        let page = page.header(COOKIE, &stranger.cookie).json(&json!({ "uai": uai })).send().await?;
        let page = page.text().await?;
        assert!(page.contains("a été refusée le"), "the page tells it, too: {page}");
        assert!(!page.contains("Un champ est à corriger"), "nothing typed there would help: {page}");
        let refused = mail_about("est refusée", stranger.email().as_str()).await?;
        let after = rentree_domain::paris::date(until).strftime("une autre après le %d/%m/%Y").to_string();
        assert!(refused.text.contains(&format!("Collège {uai}")) && refused.text.contains(&after), "{}", refused.text);
        assert!(!refused.text.contains(&head.user.full_name()), "nobody is named: {}", refused.text);
        assert_eq!(link_in(&refused)?, "/spaces");
        assert!(waiting(&head, uai).await?.is_empty());
        let spaces = stranger.get("/spaces").await?.expect(200)?;
        assert_eq!(spaces["access_requests"][0]["state"], "refused", "{spaces}");
        let page = stranger.page("/spaces").await?;
        let [on, after] = [today, until].map(|at| rentree_domain::paris::date(at).strftime("%d/%m/%Y").to_string());
        for told in [format!("refusée le {on}"), format!("une autre après le {after}"), format!("Collège {uai}")] {
            assert!(page.contains(&told), "{told}: {page}");
        }
        let (answer, advice) = (page.find("refusée le"), page.find("Demandez à le rejoindre"));
        assert!(advice.is_some() && answer < advice, "what was answered comes first: {page}");
        let page = head.page(&request(uai, &stranger, "")).await?;
        let day = rentree_domain::paris::date(CLOCK.now()).strftime("%d/%m/%Y");
        assert!(page.contains(&format!("La demande faite par Dominique Essai a été refusée le {day}")));
        assert!(page.contains("Revenir à l’équipe") && page.contains(&format!("/schools/{uai}/team")), "{page}");

        CLOCK.set(SignedDuration::from_hours(61 * 24));
        for person in [&mut head, &mut stranger] {
            person.open_session().await?;
        }
        assert_eq!(stranger.get("/spaces").await?.expect(200)?["access_requests"], json!([]));
        ask(&stranger, uai).await?.expect(202)?;
        assert_eq!(waiting(&head, uai).await?.len(), 1);
        CLOCK.set(SignedDuration::from_hours(122 * 24));
        head.open_session().await?;
        assert!(waiting(&head, uai).await?.is_empty(), "nobody answered for sixty days");
        Ok(())
    });
}

/// Asked first, taken back once, and told as it is to whoever comes late: an administrator, or who asked.
#[test]
fn who_asked_takes_a_request_back() {
    run(async {
        let (uai, head) = a_team().await?;
        let (teacher, deputy) = (somebody().await?, somebody().await?);
        let withdraw = format!("{FORM}/{uai}/withdraw");
        assert_eq!(teacher.get(&withdraw).await?.code(), "too_late", "nothing waits");
        ask(&teacher, uai).await?.expect(202)?;
        let page = teacher.page("/spaces").await?;
        assert!(page.contains(&format!(r#"href="{withdraw}""#)), "{page}");
        let form = PageForm::on(&teacher, &withdraw, "/withdraw").await?;
        assert_eq!(waiting(&head, uai).await?.len(), 1, "nothing is taken back by looking");
        let led = format!("{FORM}?withdrawn={uai}");
        for _ in 0..2 {
            assert_eq!(form.send(&teacher, &[]).await?, (303, led.clone()), "a second click changes nothing");
        }
        teacher.post(&withdraw, &json!({})).await?.expect(200)?;
        let page = teacher.page(&led).await?;
        assert!(page.contains("Votre demande est retirée") && page.contains("Envoyer la demande"), "{page}");
        assert!(waiting(&head, uai).await?.is_empty());
        assert!(product().table.access_request(uai, teacher.id).await?.is_none(), "nothing of it is kept");
        assert_eq!(teacher.get("/spaces").await?.expect(200)?["access_requests"], json!([]));

        assert!(head.page(&request(uai, &teacher, "")).await?.contains("l’a retirée"));
        for answer in ["/accept", "/refuse"] {
            let late = head.post(&request(uai, &teacher, answer), &json!({"role": "member"})).await?.expect(409)?;
            assert!(late["detail"].as_str().is_some_and(|told| told.contains("l’a retirée")), "{answer}: {late}");
        }
        assert!(place(uai, &teacher).await?.is_none());

        // Asked again, and refused before it is taken back.
        ask(&teacher, uai).await?.expect(202)?;
        head.post(&request(uai, &teacher, "/refuse"), &json!({})).await?.expect(200)?;
        let late = teacher.post(&withdraw, &json!({})).await?.expect(409)?;
        assert!(late["detail"].as_str().is_some_and(|told| told.contains("a été refusée le")), "{late}");
        assert_eq!(form.send(&teacher, &[]).await?, (303, led.clone()));
        let page = teacher.page(&led).await?;
        assert!(page.contains("Votre demande a été refusée le") && !page.contains("est retirée"), "{page}");
        assert_eq!(ask(&teacher, uai).await?.status, 409, "a refusal is not taken back");

        ask(&deputy, uai).await?.expect(202)?;
        head.post(&request(uai, &deputy, "/accept"), &json!({"role": "member"})).await?.expect(200)?;
        let late = deputy.post(&withdraw, &json!({})).await?.expect(409)?;
        assert!(late["detail"].as_str().is_some_and(|told| told.contains("vous faites partie")), "{late}");
        assert!(place(uai, &deputy).await?.is_some(), "a place is not taken back");
        assert!(deputy.page(&led).await?.contains("Vous faites déjà partie de cet espace"));

        // Of a school that the directory does not have, that is told where the request is listed.
        ask(&teacher, a_uai()).await?.expect(202)?;
        let page = teacher.page("/spaces").await?;
        assert!(page.contains("L’annuaire n’a pas cet établissement, ou pas encore"), "{page}");
        Ok(())
    });
}

/// Whoever stayed away for thirteen months has a place, which does not let them in: they ask, and administrators see it.
#[test]
fn who_is_suspended_asks_to_be_let_in_again() {
    run(async {
        let (uai, head) = a_team().await?;
        let (user, long_ago) = (an_unknown_user().await?, Timestamp::now() - SignedDuration::from_hours(800 * 24));
        let id = enrol(&product().table, uai, Role::Member, &user, long_ago).await?;
        let absent = Person::new(id, user).await?;
        ask(&absent, uai).await?.expect(202)?;
        assert_eq!(waiting(&head, uai).await?[0]["user"], json!(absent.id));
        assert!(
            absent.page("/spaces").await?.contains("Sans réponse pour l’instant"),
            "their place does not let them in"
        );
        // Taken back while an administrator has the form in front of them: the place that there is lets nobody in.
        let form = PageForm::on(&head, &request(uai, &absent, ""), "/accept").await?;
        absent.post(&format!("{FORM}/{uai}/withdraw"), &json!({})).await?.expect(200)?;
        for role in ["member", "administrator"] {
            let (status, page) = form.send(&head, &[("role", role)]).await?;
            assert!(status == 409 && page.contains("l’a retirée"), "{status} {page}");
        }
        assert_eq!(place(uai, &absent).await?.map(|member| member.role), Some(Role::Member));
        absent.get(&format!("/schools/{uai}/learners")).await?.expect(403)?;
        ask(&absent, uai).await?.expect(202)?;
        head.post(&request(uai, &absent, "/accept"), &json!({"role": "member"})).await?.expect(200)?;
        assert_eq!(ask(&absent, uai).await?.status, 409, "in by now");
        Ok(())
    });
}

/// The role that was chosen holds, whichever the place had; the administrators stay counted, and nothing of the request is left.
#[test]
fn who_is_let_in_again_has_the_role_that_was_chosen() {
    run(async {
        let (uai, head) = a_team().await?;
        // A second administrator, so that none is wanted.
        a_member(uai, Role::Administrator).await?;
        let (table, long_ago) = (&product().table, Timestamp::now() - SignedDuration::from_hours(800 * 24));
        for (was, becomes) in [(Role::Administrator, Role::Member), (Role::Member, Role::Administrator)] {
            let user = an_unknown_user().await?;
            let id = enrol(table, uai, was, &user, long_ago).await?;
            let absent = Person::new(id, user).await?;
            ask(&absent, uai).await?.expect(202)?;
            let told = head.get(&request(uai, &absent, "")).await?.expect(200)?;
            assert_eq!(told["suspended_role"], json!(was), "{told}");
            let page = head.page(&request(uai, &absent, "")).await?;
            assert!(page.contains("son accès est suspendu"), "{page}");
            assert_eq!(page.contains(">Choisissez<"), was == Role::Administrator, "{page}");
            let accepted =
                head.post(&request(uai, &absent, "/accept"), &json!({ "role": becomes })).await?.expect(200)?;
            assert_eq!(accepted["role"], json!(becomes), "{accepted}");
            assert_eq!(place(uai, &absent).await?.map(|member| member.role), Some(becomes));
            absent.get(&format!("/schools/{uai}/learners")).await?.expect(200)?;
            assert!(table.access_request(uai, absent.id).await?.is_none(), "it waits no more");
            mail_about("Vous avez accès", absent.email().as_str()).await?;
            let members = table.members(uai).await?;
            let administrators = members.iter().filter(|(_, member)| member.role == Role::Administrator).count();
            assert_eq!(table.administrators(uai).await?, administrators);
        }
        Ok(())
    });
}

/// Pupils have accounts, too, and names that colleagues have.
#[test]
fn a_pupil_of_the_school_is_flagged() {
    run(async {
        let class = classes(6, |sample| {
            sample.pupils[1].first_name = "Dominique".to_owned();
            sample.pupils[1].last_name = "ESSAI".to_owned();
        })
        .await?;
        let (uai, head) = (class.uai, &class.administrator);
        let namesake = somebody().await?;
        ask(&namesake, uai).await?.expect(202)?;
        let page = head.page(&request(uai, &namesake, "")).await?;
        assert!(page.contains(">Choisissez<") && !page.contains(" selected>"), "a second one is wanted: {page}");
        let form = PageForm::on(head, &request(uai, &namesake, ""), "/accept").await?;
        let (status, page) = form.send(head, &[("role", "")]).await?;
        assert!(status == 422 && page.contains("Choisissez un rôle de la liste."), "{status} {page}");
        let told = head.get(&request(uai, &namesake, "")).await?.expect(200)?;
        assert_eq!((&told["is_pupil"], &told["pupils_of_this_name"]), (&json!(false), &json!(1)), "{told}");

        let tied = class.tie(4, by_email()).await?;
        let pupil = Person::new(tied.id, tied.now().await?).await?;
        let terms = json!({"version": rentree_domain::terms::VERSION});
        pupil.post("/terms", &terms).await?.expect(200)?;
        ask(&pupil, uai).await?.expect(202)?;
        let told = head.get(&request(uai, &pupil, "")).await?.expect(200)?;
        assert_eq!(told["is_pupil"], true, "{told}");
        let page = head.page(&request(uai, &pupil, "")).await?;
        assert!(page.contains("Ce compte est celui d’un élève"), "{page}");
        assert!(page.contains("<button>Accepter</button>"), "accepting stands out: {page}");
        assert!(page.contains("Refuser la demande</a>"), "refusing asks first: {page}");
        let page = head.page(&request(uai, &pupil, "/refuse")).await?;
        assert!(page.contains("Refuser la demande faite par") && page.contains("avant 60 jours"), "{page}");
        assert_eq!(waiting(head, uai).await?.len(), 2, "nothing is refused by looking");

        // Let in all the same, their password follows the rules of staff from then on.
        head.post(&request(uai, &pupil, "/accept"), &json!({"role": "member"})).await?.expect(200)?;
        assert!(tied.now().await?.joined_a_team);
        Ok(())
    });
}

#[test]
fn requests_are_counted_and_want_a_confirmed_address() {
    run_while_time_stands_still(async {
        let somebody = somebody().await?;
        for wrong in ["", "0750654", "0750654A"] {
            let refused = somebody.post(FORM, &json!({ "uai": wrong })).await?;
            assert_eq!(refused.status, 422, "{wrong}: {}", refused.body);
        }
        let first = a_uai();
        for uai in [first, first, a_uai(), a_uai(), a_uai(), a_uai(), first] {
            ask(&somebody, uai).await?.expect(202)?;
        }
        let refused = ask(&somebody, a_uai()).await?;
        assert_eq!(refused.status, 429, "what waits already is not counted, the sixth is");
        let told = refused.body["detail"].as_str().expect("a reason");
        assert!(told.starts_with("Vous avez envoyé trop de demandes") && !told.contains("établissement"), "{told}");

        let user = rentree_table::User { email_confirmed: false, ..somebody.user.clone() };
        let user = rentree_table::User {
            methods: rentree_table::Methods::of_email(crate::support::people::an_email()),
            ..user
        };
        let id = rentree_local::people::begin(&product().table, &user, clock::still()).await?;
        let unconfirmed = Person::new(id, user).await?;
        let refused = ask(&unconfirmed, a_uai()).await?;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(unconfirmed.page(FORM).await?.contains("Confirmez d’abord votre adresse"));
        Ok(())
    });
}

/// What others asked too often, behind the same address or of the same school, is told alike: neither tells what the school was asked.
#[test]
fn too_many_requests_of_others_are_told_alike() {
    run_while_time_stands_still(async {
        let (client, address) = a_client_at();
        let (asked, other) = (a_uai(), a_uai());
        for (limit, subject) in
            [(ACCESS_REQUESTS_BY_CLIENT, address.to_string()), (ACCESS_REQUESTS_BY_SCHOOL, asked.to_string())]
        {
            product().table.allows_many(&limit, &subject, limit.count, clock::still()).await?;
        }
        let (neighbour, stranger) = (somebody().await?, somebody().await?);
        let sent = client.post(format!("{}{FORM}", product().url)).header(ACCEPT, "application/json");
        let sent = sent.header(COOKIE, &neighbour.cookie).json(&json!({ "uai": other })).send().await?;
        for refused in [Answer::read(sent).await?, ask(&stranger, asked).await?] {
            assert_eq!((refused.status, refused.code()), (429, "too_many"), "{}", refused.body);
            let told = refused.body["detail"].as_str().expect("a reason");
            assert!(told.starts_with("Trop de demandes ont été envoyées depuis votre connexion ou à cet"), "{told}");
        }
        // Whoever is neither beside them nor asks that school goes on.
        ask(&stranger, other).await?.expect(202)?;
        Ok(())
    });
}

/// The same calls and the same answer, whether the school has a space, has none, or is none.
#[test]
fn the_form_answers_alike_for_every_uai() {
    run_while_time_stands_still(async {
        let (with_space, head) = a_team().await?;
        let without_space = a_uai();
        product().table.create_school(without_space, &rentree_table::School::new("Lycée agricole")).await?;

        let operations = Operations::default();
        let settings = product().stack.function_settings("InvitationsFunction")?;
        let aws = product().stack.aws_of("InvitationsFunction")?;
        let sqs = aws_sdk_sqs::config::Builder::from(&aws.config(Service::Sqs)).interceptor(operations.clone()).build();
        let function = Invitations::new(
            Config::read(&settings)?,
            watched(&aws, operations.clone()),
            aws_sdk_sqs::Client::from_conf(sqs),
            clock::still,
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}{FORM}", listener.local_addr()?);
        let server = tokio::spawn(async move { axum::serve(listener, function.router()).await });

        let person = somebody().await?;
        let mut seen = Vec::new();
        // The first request of a session is noted as its use, wherever it goes.
        for uai in [a_uai(), with_space, without_space, a_uai()] {
            let asked = a_client().post(&url).header(ACCEPT, "application/json").header(COOKIE, &person.cookie);
            let answer = asked.json(&json!({ "uai": uai })).send().await?;
            let mut headers = answer.headers().clone();
            headers.remove("x-request-id");
            headers.remove("date");
            assert_eq!(headers.remove("location").expect("a page"), format!("{FORM}?sent={uai}"));
            let (status, body) = (answer.status(), answer.text().await?.replace(uai.as_str(), "UAI"));
            let mut calls = operations.take();
            calls.sort_unstable();
            seen.push((status, headers, body, calls));
        }
        seen.remove(0);
        assert_eq!(seen[0].0, 202);
        assert!(seen[0].3.contains(&"TransactWriteItems".to_owned()), "{seen:?}");
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
        mail_about("demande à rejoindre", head.email().as_str()).await?;
        server.abort();
        Ok(())
    });
}

/// From the page of one's spaces, where there is none, to the team.
async fn let_in(look: Look, name: &str) -> anyhow::Result<()> {
    let (uai, head) = a_team().await?;
    let teacher = somebody().await?;
    let shot = async |browser: &Browser, page: &str| picture(browser, look, &format!("{name}-access-{page}")).await;
    let asking = Browser::open(look).await?;
    let client = &asking.client;
    go(client, "/").await?;
    click(client, "main a[href='/spaces/request']").await?;
    see(client, "main", "Pour demander à rejoindre l’espace").await?;
    crate::support::browser::sign_in(client, &teacher).await?;
    see(client, "h1", "Rejoindre l’espace").await?;
    shot(&asking, "01-form").await?;
    fill(client, "#ask-uai", "0350760A").await?;
    click(client, "main form button").await?;
    see(client, ".error-summary, [role=alert], main", "ne correspond pas à ses chiffres").await?;
    shot(&asking, "02-mistyped").await?;
    fill(client, "#ask-uai", uai.as_str()).await?;
    click(client, "main form button").await?;
    see(client, "[role=status]", "Votre demande est envoyée").await?;
    client.refresh().await?;
    // A slow machine may be told by now that it waits.
    see(client, "[role=status]", "Votre demande").await?;
    shot(&asking, "03-sent").await?;
    click(client, "main a[href='/spaces']").await?;
    see(client, "main", "Sans réponse pour l’instant").await?;
    shot(&asking, "04-spaces").await?;
    click(client, "main a[href$='/withdraw']").await?;
    see(client, "h1", "Retirer votre demande").await?;
    shot(&asking, "04a-withdraw").await?;
    click(client, "button.grave").await?;
    see(client, "[role=status]", "Votre demande est retirée").await?;
    shot(&asking, "04b-withdrawn").await?;
    fill(client, "#ask-uai", uai.as_str()).await?;
    click(client, "main form button").await?;
    see(client, "[role=status]", "Votre demande est envoyée").await?;

    let answering = Browser::open(look).await?;
    let client = &answering.client;
    enter(client, &head).await?;
    see(client, "main", "demande à rejoindre l’espace").await?;
    shot(&answering, "05-home").await?;
    click(client, "section[aria-labelledby=tasks] a[href$='/team']").await?;
    shot(&answering, "06-team").await?;
    click(client, "main a[href*='/access-requests/']").await?;
    see(client, "h1", "Dominique Essai demande à rejoindre l’espace").await?;
    shot(&answering, "07-answer").await?;
    click(client, "form[action$='/accept'] button").await?;
    see(client, "[role=alert]", "Choisissez un rôle").await?;
    click(client, "#accept-role option[value=member]").await?;
    click(client, "form[action$='/accept'] button").await?;
    see(client, "[role=status]", "Dominique Essai a accès à l’espace").await?;
    client.back().await?;
    client.refresh().await?;
    see(client, "main", "Dominique Essai fait partie de l’équipe").await?;
    shot(&answering, "08-late").await?;
    answering.close().await?;

    let client = &asking.client;
    go(client, "/").await?;
    see(client, "h1", "Accueil").await?;
    assert!(place(uai, &teacher).await?.is_some_and(|member| member.joined_at <= Timestamp::now()));
    asking.close().await
}

#[test]
fn let_in_at_a_desk() {
    run(let_in(DESKTOP, "desktop"));
}

#[test]
fn let_in_on_a_phone() {
    run(let_in(PHONE, "phone"));
}

#[test]
fn let_in_without_scripts() {
    run(let_in(WITHOUT_SCRIPTS, "no-scripts"));
}
