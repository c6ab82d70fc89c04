//! A form whose proof fails, while somebody is signed in: on a tablet with two tabs, the next child may send one that was opened before
//! another child had joined. Nothing that such a form says can be trusted; who is signed in now, the session itself says.

use axum::http::{HeaderMap, Uri};
use rentree_domain::CampaignCode;
use rentree_web::{Frame, SignOut};

use crate::typed::page_of;
use crate::{Problem, Shell, signed_in};

/// The page of a campaign that an address is of, or below of.
pub fn campaign_page(path: &str) -> Option<String> {
    let code = path.strip_prefix("/campagnes/")?.split(['/', '?']).next()?;
    CampaignCode::parse(code).ok().map(|code| format!("/campagnes/{}", code.as_str()))
}

/// `problem` in its frame, with who is signed in, and the way on for who is somebody else: they sign out, and begin again at the campaign that
/// they were about to join, or at the page of the form, or at `above`. Where nobody is signed in, or nobody can say, it stays as it is.
pub(crate) async fn told(
    shell: &Shell,
    (problem, frame): (Problem, Frame),
    (asked, above): (&Uri, String),
    headers: &HeaderMap,
) -> (Problem, Frame, Option<SignOut>) {
    let Ok(Some(signed_in)) = signed_in(&shell.table, headers, (shell.clock)()).await else {
        return (problem, frame, None);
    };
    let frame = if frame.visitor.is_some() { frame } else { signed_in.frame(problem.title) };
    let detail = format!(
        "{} est maintenant connecté(e) sur cet appareil : ce formulaire n’est plus valable. Rien n’a été changé. Si c’est quelqu’un d’autre que vous, déconnectez ce compte, puis recommencez.",
        signed_in.person.full_name()
    );
    let problem = Problem { detail, ..problem };
    let campaign = campaign_page(asked.path());
    let is_first = campaign.is_some();
    let problem = match &campaign {
        Some(page) => problem.leading_to("Continuer avec ce compte", page.as_str()),
        None => problem,
    };
    let of_form = || page_of(headers, &shell.origin).map(|page| page.as_str().to_owned());
    let next = campaign.or_else(of_form).unwrap_or(above);
    (problem, frame, Some(SignOut { csrf: signed_in.csrf, next, is_first }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_is_known_by_its_address() {
        for path in ["/campagnes/KRTBVW582", "/campagnes/KRTBVW582/account", "/campagnes/krtbvw582?done=left"] {
            assert_eq!(campaign_page(path).as_deref(), Some("/campagnes/KRTBVW582"), "{path}");
        }
        for path in ["", "/", "/campagnes", "/campagnes/", "/campagnes/KRT", "/schools/0990001N/campaigns/KRTBVW582"] {
            assert_eq!(campaign_page(path), None, "{path}");
        }
    }
}
