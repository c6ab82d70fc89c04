//! Every mail, as it is read.

use rentree_domain::SecondFactorChange;

use crate::{
    Activation, Invitation, Mail, Offer, access_granted, access_refused, access_requested, activation, address_change,
    address_changed, invitation, known_address, new_administrator, offer, password_changed, password_handed_out,
    password_reset, second_factor, sign_up,
};

const SUPPORT: &str = "assistance@rentree.example";

/// Subject and text on one page, HTML on another: what a person reviews.
fn shown(mail: &Mail) -> (String, String) {
    let rendered = mail.render(SUPPORT).unwrap();
    assert!(!rendered.subject.contains('\n'));
    (format!("{}\n\n{}", rendered.subject, rendered.text), rendered.html)
}

macro_rules! snapshots {
    ($mail:expr, $text:literal, $html:literal) => {
        let (text, html) = shown(&$mail);
        insta::assert_snapshot!($text, text);
        insta::assert_snapshot!($html, html);
    };
}

const LINK: &str = "https://rentree.example/activation/0123456789";

#[test]
fn of_activation() {
    let about =
        Activation { school: "Collège Anne-de-Bretagne", uai: "0350760L", requester: "Camille Le Goff", link: LINK };
    snapshots!(activation(about), "activation_text", "activation_html");
}

#[test]
fn of_invitation() {
    let about = Invitation {
        school: "Collège Anne-de-Bretagne",
        uai: "0350760L",
        inviter: "Camille Le Goff",
        to_administer: false,
        link: LINK,
    };
    snapshots!(invitation(about), "invitation_text", "invitation_html");
    let about = Invitation { to_administer: true, ..about };
    snapshots!(invitation(about), "invitation_to_administer_text", "invitation_to_administer_html");
}

#[test]
fn of_offer() {
    let form = "https://rentree.example/demande-administration-sco";
    let about = Offer { school: "Collège Anne-de-Bretagne", uai: "0350760L", form };
    snapshots!(offer(about), "offer_text", "offer_html");
}

#[test]
fn of_accounts() {
    snapshots!(sign_up(LINK), "sign_up_text", "sign_up_html");
    snapshots!(known_address(LINK, LINK), "known_address_text", "known_address_html");
    snapshots!(password_reset(LINK), "password_reset_text", "password_reset_html");
    snapshots!(password_changed(LINK), "password_changed_text", "password_changed_html");
    snapshots!(second_factor(SecondFactorChange::Added, LINK), "second_factor_added_text", "second_factor_added_html");
    snapshots!(second_factor(SecondFactorChange::Ended, LINK), "second_factor_ended_text", "second_factor_ended_html");
    let renewed = second_factor(SecondFactorChange::NewRecoveryCodes, LINK);
    snapshots!(renewed, "new_recovery_codes_text", "new_recovery_codes_html");
    let used = second_factor(SecondFactorChange::RecoveryCodeUsed, LINK);
    snapshots!(used, "recovery_code_used_text", "recovery_code_used_html");
    let handed_out = password_handed_out("Collège Anne-de-Bretagne", LINK);
    snapshots!(handed_out, "password_handed_out_text", "password_handed_out_html");
    let administrator = new_administrator("Camille Le Goff", "Collège Anne-de-Bretagne", LINK);
    snapshots!(administrator, "new_administrator_text", "new_administrator_html");
    let requested = access_requested("Camille Le Goff", "c***@e***.fr", "Collège Anne-de-Bretagne", LINK);
    snapshots!(requested, "access_requested_text", "access_requested_html");
    snapshots!(access_granted("Collège Anne-de-Bretagne", LINK), "access_granted_text", "access_granted_html");
    let refused = access_refused("Collège Anne-de-Bretagne", "31/10/2026", LINK);
    snapshots!(refused, "access_refused_text", "access_refused_html");
    snapshots!(address_change(LINK), "address_change_text", "address_change_html");
    snapshots!(address_changed("k***@e***.fr"), "address_changed_text", "address_changed_html");
}

#[test]
fn what_people_type_cannot_become_markup() {
    let about = Activation { school: "<b>École</b>", uai: "0350760L", requester: "A & B", link: LINK };
    let rendered = activation(about).render(SUPPORT).unwrap();
    assert!(rendered.html.contains("&#60;b&#62;École") && rendered.html.contains("A &#38; B"), "{}", rendered.html);
    assert!(rendered.text.contains("<b>École</b>"));
}

mod mailer {
    //! What SES may answer.

    use aws_sdk_sesv2::Client;
    use aws_sdk_sesv2::operation::send_email::{SendEmailError, SendEmailOutput};
    use aws_sdk_sesv2::types::error::TooManyRequestsException;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use rentree_domain::EmailAddress;

    use crate::{Mailer, SendError, password_reset};

    #[tokio::test]
    async fn a_refusal_is_told_and_not_retried_by_the_sdk() {
        let rule = mock!(Client::send_email)
            .sequence()
            .error(|| SendEmailError::TooManyRequestsException(TooManyRequestsException::builder().build()))
            .output(|| SendEmailOutput::builder().message_id("1").build())
            .build();
        let client = mock_client!(aws_sdk_sesv2, RuleMode::Sequential, [&rule]);
        let mailer =
            Mailer::new(client.clone(), "Rentrée <ne-pas-repondre@rentree.example>", "assistance@rentree.example");
        let to = EmailAddress::parse("camille@exemple.fr").unwrap();
        let refused = mailer.send(&to, &password_reset(super::LINK)).await;
        assert!(matches!(refused, Err(SendError::NotSent { .. })), "{refused:?}");
        assert_eq!(rule.num_calls(), 1);
        mailer.send(&to, &password_reset(super::LINK)).await.unwrap();
    }

    #[tokio::test]
    async fn only_an_error_of_its_own_says_that_it_took_nothing() {
        let refusal = r#"{"message":"…"}"#;
        for (status, code, body, not_sent) in [
            (429, Some("TooManyRequestsException"), refusal, true),
            (400, Some("MessageRejected"), refusal, true),
            (503, Some("ServiceUnavailable"), refusal, true),
            (413, None, "too large", true),
            (502, None, "<html>Bad Gateway</html>", false),
            (504, None, "", false),
            (200, None, r#"{"MessageId":"#, false),
            (200, None, "<html>", false),
        ] {
            let answer = move || {
                let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
                if let Some(code) = code {
                    answer.headers_mut().insert("x-amzn-errortype", code);
                }
                answer
            };
            let rule = mock!(Client::send_email).then_http_response(answer);
            let client = mock_client!(aws_sdk_sesv2, RuleMode::Sequential, [&rule]);
            let to = EmailAddress::parse("camille@exemple.fr").unwrap();
            let told =
                Mailer::new(client.clone(), "Rentrée <ne-pas-repondre@rentree.example>", "assistance@rentree.example")
                    .send(&to, &password_reset(super::LINK))
                    .await;
            match told {
                Err(SendError::NotSent { .. }) => assert!(not_sent, "{status} {body}"),
                Err(SendError::Unknown(_)) => assert!(!not_sent, "{status} {body}"),
                other => panic!("{status} {body} {other:?}"),
            }
            assert_eq!(rule.num_calls(), 1, "{status}");
        }
    }
}
