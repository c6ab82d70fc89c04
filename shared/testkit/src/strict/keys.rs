//! A key for each function. The local IAM makes them, so that it checks every signature; it lets them do everything, for
//! [`super::rights`] judges.

use anyhow::Context;

use crate::stand_in::StandIn;

/// What a function signs with.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    pub(super) key: String,
    pub(super) secret: String,
}

const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// New credentials for `user`, in place of those of an earlier start.
pub(super) async fn make(stand_in: &StandIn, user: &str) -> anyhow::Result<Credentials> {
    if stand_in.iam("GetUser", &[("UserName", user)]).await.is_err() {
        stand_in.iam("CreateUser", &[("UserName", user)]).await?;
    }
    let policy = [("UserName", user), ("PolicyName", "everything"), ("PolicyDocument", EVERYTHING)];
    stand_in.iam("PutUserPolicy", &policy).await?;
    let mut old = stand_in.iam("ListAccessKeys", &[("UserName", user)]).await?;
    while let Ok(key) = between(&old, "AccessKeyId") {
        stand_in.iam("DeleteAccessKey", &[("UserName", user), ("AccessKeyId", key)]).await?;
        old = old.replacen("<AccessKeyId>", "", 1);
    }
    let made = stand_in.iam("CreateAccessKey", &[("UserName", user)]).await?;
    Ok(Credentials {
        key: between(&made, "AccessKeyId")?.to_owned(),
        secret: between(&made, "SecretAccessKey")?.to_owned(),
    })
}

fn between<'a>(xml: &'a str, element: &str) -> anyhow::Result<&'a str> {
    let after = xml.split_once(&format!("<{element}>")).map(|(_, after)| after);
    let inside = after.and_then(|after| after.split_once(&format!("</{element}>")));
    inside.map(|(inside, _)| inside).with_context(|| format!("no {element} in {xml}"))
}
