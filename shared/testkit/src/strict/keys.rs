//! A key for each function. The local IAM makes them, so that it checks every signature; it lets them do everything, for
//! [`super::rights`] judges.

use anyhow::{Context, ensure};

/// What a function signs with.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    pub(super) key: String,
    pub(super) secret: String,
}

const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// New credentials for `user`, in place of those of an earlier start.
pub(super) async fn make(http: &reqwest::Client, endpoint: &str, user: &str) -> anyhow::Result<Credentials> {
    let iam = Iam { http, endpoint };
    if iam.ask("GetUser", &[("UserName", user)]).await.is_err() {
        iam.ask("CreateUser", &[("UserName", user)]).await?;
    }
    let policy = [("UserName", user), ("PolicyName", "everything"), ("PolicyDocument", EVERYTHING)];
    iam.ask("PutUserPolicy", &policy).await?;
    let mut old = iam.ask("ListAccessKeys", &[("UserName", user)]).await?;
    while let Ok(key) = between(&old, "AccessKeyId") {
        iam.ask("DeleteAccessKey", &[("UserName", user), ("AccessKeyId", key)]).await?;
        old = old.replacen("<AccessKeyId>", "", 1);
    }
    let made = iam.ask("CreateAccessKey", &[("UserName", user)]).await?;
    Ok(Credentials {
        key: between(&made, "AccessKeyId")?.to_owned(),
        secret: between(&made, "SecretAccessKey")?.to_owned(),
    })
}

struct Iam<'a> {
    http: &'a reqwest::Client,
    endpoint: &'a str,
}

impl Iam<'_> {
    async fn ask(&self, action: &str, parameters: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut url = reqwest::Url::parse(self.endpoint)?;
        url.query_pairs_mut().extend_pairs([("Action", action), ("Version", "2010-05-08")]).extend_pairs(parameters);
        let form = url.query().unwrap_or_default().to_owned();
        // The local cloud takes its own key without looking at the signature.
        let signed =
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0";
        let request = self.http.post(self.endpoint).header("authorization", signed);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer = request.send().await.context("asking the local IAM")?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{action}: {text}");
        Ok(text)
    }
}

fn between<'a>(xml: &'a str, element: &str) -> anyhow::Result<&'a str> {
    let after = xml.split_once(&format!("<{element}>")).map(|(_, after)| after);
    let inside = after.and_then(|after| after.split_once(&format!("</{element}>")));
    inside.map(|(inside, _)| inside).with_context(|| format!("no {element} in {xml}"))
}
