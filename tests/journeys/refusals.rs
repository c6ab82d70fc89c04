//! AWS refuses, again and again: what people see then, and that nothing is lost by it.

use encoding_rs::UTF_8;
use rentree_local::client::School;
use rentree_local::{Options, Rentree};
use rentree_samples::Sample;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use serde_json::json;

use crate::support::people::a_client;
use crate::support::{a_uai, run};

/// As often as the SDK sends a call, and once more.
const LONGER_THAN_ANY_PATIENCE: u8 = 20;

#[test]
fn who_is_refused_again_and_again_sees_our_page_and_loses_nothing() {
    run(async {
        let rentree = Rentree::start(&Options::in_memory()).await?;
        let uai = a_uai();
        let school = School::enter(&rentree.url, uai).await?;
        let sample = Sample::new(uai, 12, 90);
        let imported = school.import(sample.siecle(UTF_8).bytes, false).await?;
        assert_eq!(imported.status, "succeeded", "{:?}", imported.refused);
        let campaign = json!({"title": "Rentrée", "kind": "assessment", "course": "competences-numeriques-6e"});

        rentree.stack.strict().refuse(3, 1, LONGER_THAN_ANY_PATIENCE);
        let url = format!("{}/schools/{uai}/learners", rentree.url);
        let page = a_client().get(url).header(ACCEPT, "text/html").header(COOKIE, school.cookie()).send().await?;
        assert_eq!(
            (page.status().as_u16(), &page.headers()[CONTENT_TYPE]),
            (500, &"text/html; charset=utf-8".parse()?)
        );
        let text = page.text().await?;
        assert!(text.contains("Rien n’a été perdu"), "{text}");
        let refused = school.post("/campaigns", &campaign).await.unwrap_err();
        assert!(refused.to_string().starts_with("500"), "{refused}");

        rentree.stack.strict().refuse_nothing();
        assert_eq!(school.get("/learners").await?["enrolled"], 12);
        assert_eq!(school.get("/campaigns").await?["total"], 0);
        school.post("/campaigns", &campaign).await?;
        assert_eq!(school.get("/campaigns").await?["total"], 1);
        rentree.stop().await
    });
}
