//! What the assessment platform tells: signed, late, twice, out of order, at the same moment.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use campaigns::Campaigns;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{CampaignId, LearnerId, Progress, Score};
use rentree_webhook::Secrets;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::campaigns::{Platform, a_campaign, course_token, join, token_of_try};
use crate::support::schools::{a_school_of, class};
use crate::support::{product, run};

const NOW: SignedDuration = SignedDuration::ZERO;

/// Somebody who has joined a campaign.
async fn somebody_who_joined() -> anyhow::Result<(CampaignId, LearnerId)> {
    let (uai, person, _) = a_school_of(&[("6A", 1)], 41).await?;
    let campaign = a_campaign(uai, &person, "Rentrée").await?;
    let class = class(uai, "6A").await?;
    join(uai, campaign, &class).await?;
    Ok((campaign, class[0].id))
}

fn message(campaign: CampaignId, learner: LearnerId, event: &str, at: Timestamp, score: Option<u8>) -> Value {
    let mut message = json!({"token": course_token(campaign, learner), "event": event, "at": at});
    if let Some(score) = score {
        message["score"] = score.into();
    }
    message
}

fn secrets_of_somebody_else() -> Secrets {
    Secrets::parse(&STANDARD.encode([7; 32])).expect("secrets that read")
}

async fn progress(campaign: CampaignId, learner: LearnerId) -> anyhow::Result<Progress> {
    Ok(product().table.participation(campaign, learner).await?.unwrap().progress())
}

#[test]
fn a_signed_message_moves_a_pupil_and_the_same_again_changes_nothing() {
    run(async {
        let (campaign, learner) = somebody_who_joined().await?;
        let platform = Platform::real()?;
        let at = Timestamp::now() - SignedDuration::from_mins(2);
        let started = platform.letter(&message(campaign, learner, "started", at, None), NOW);
        let (status, view) = platform.post(&started).await?;
        assert_eq!((status, view["progress"].as_str()), (200, Some("started")));
        assert_eq!(view["started_at"], json!(at));
        assert_eq!(platform.post(&started).await?, (200, view));

        let sent = platform.letter(&message(campaign, learner, "sent", Timestamp::now(), Some(80)), NOW);
        let (status, view) = platform.post(&sent).await?;
        assert_eq!((status, view["progress"].as_str(), view["score"].as_u64()), (200, Some("sent"), Some(80)));
        let stored = product().table.participation(campaign, learner).await?;
        assert_eq!(platform.post(&sent).await?, (200, view.clone()), "the same message");
        assert_eq!(platform.post(&started).await?, (200, view), "an older one");
        assert_eq!(product().table.participation(campaign, learner).await?, stored);
        Ok(())
    });
}

#[test]
fn a_message_that_is_not_signed_with_our_secret_changes_nothing() {
    run(async {
        let (campaign, learner) = somebody_who_joined().await?;
        let (real, other) = (Platform::real()?, Platform::with(&STANDARD.encode([7; 32]))?);
        let started = message(campaign, learner, "started", Timestamp::now(), None);
        let mut forged = vec![other.letter(&started, NOW)];
        for missing in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let mut letter = real.letter(&started, NOW);
            letter.headers.remove(missing);
            forged.push(letter);
        }
        // Any part of what is signed, changed.
        let mut tampered = real.letter(&started, NOW);
        tampered.body = tampered.body.replace("started", "startes");
        forged.push(tampered);
        let mut renamed = real.letter(&started, NOW);
        renamed.headers.insert("webhook-id", "msg_other".to_owned());
        forged.push(renamed);
        let mut later = real.letter(&started, SignedDuration::from_secs(60));
        later.headers.insert("webhook-timestamp", Timestamp::now().as_second().to_string());
        forged.push(later);
        for garbage in ["v1", "v1,", "v1,AAAA", "v2,AAAA", "", "v1,é"] {
            let mut letter = real.letter(&started, NOW);
            letter.headers.insert("webhook-signature", garbage.to_owned());
            forged.push(letter);
        }
        for (number, letter) in forged.iter().enumerate() {
            let (status, problem) = real.post(letter).await?;
            assert_eq!(
                (status, problem["code"].as_str()),
                (401, Some("bad_signature")),
                "{number}: {:?}",
                letter.headers
            );
        }
        assert_eq!(progress(campaign, learner).await?, Progress::Joined);
        Ok(())
    });
}

#[test]
fn an_old_message_is_told_from_a_forged_one() {
    run(async {
        let (campaign, learner) = somebody_who_joined().await?;
        let platform = Platform::real()?;
        let started = message(campaign, learner, "started", Timestamp::now(), None);
        for late in [SignedDuration::from_mins(6), SignedDuration::from_hours(-2), SignedDuration::from_hours(24)] {
            let (status, problem) = platform.post(&platform.letter(&started, late)).await?;
            assert_eq!((status, problem["code"].as_str()), (401, Some("stale_message")), "{late}");
        }
        assert_eq!(progress(campaign, learner).await?, Progress::Joined);
        let slow = platform.letter(&started, SignedDuration::from_mins(-2));
        assert_eq!(platform.post(&slow).await?.0, 200);
        Ok(())
    });
}

/// While a secret is replaced, the product believes both, and the platform may sign with both.
#[test]
fn secrets_are_rotated_without_a_gap() {
    run(async {
        let (campaign, learner) = somebody_who_joined().await?;
        let [old, new] = [[1; 32], [2; 32]].map(|secret| format!("whsec_{}", STANDARD.encode(secret)));
        let settings = product().stack.function_settings("CampaignsFunction")?;
        let settings = settings.with([("WEBHOOK_SECRETS", format!("{new},{old}"))]);
        let router = Campaigns::from_settings(&settings, Timestamp::now)?.router();
        // Tokens are signed with the first one; those of links that were made before the rotation hold, too.
        let claims =
            json!({"campaign": campaign, "learner": learner, "try": 0, "exp": Timestamp::now().as_second() + 60});
        let started =
            json!({"token": Secrets::parse(&old)?.token(&claims), "event": "started", "at": Timestamp::now()});
        let stranger = format!("whsec_{}", STANDARD.encode([3; 32]));
        for (signers, status) in
            [(vec![&old], 200), (vec![&new], 200), (vec![&stranger, &old], 200), (vec![&stranger], 401)]
        {
            let mut letter = Platform::with(signers[0])?.letter(&started, NOW);
            let (id, timestamp) = (&letter.headers["webhook-id"], &letter.headers["webhook-timestamp"]);
            let signatures: Vec<String> = signers
                .iter()
                .map(|secret| Ok(Secrets::parse(secret)?.sign(id, timestamp, letter.body.as_bytes())))
                .collect::<anyhow::Result<_>>()?;
            letter.headers.insert("webhook-signature", signatures.join(" "));
            let mut request = axum::http::Request::post("/participations/progress");
            for (name, value) in &letter.headers {
                request = request.header(*name, value);
            }
            let answer = router.clone().oneshot(request.body(axum::body::Body::from(letter.body))?).await?;
            assert_eq!(answer.status().as_u16(), status, "{}", signers.len());
        }
        Ok(())
    });
}

#[test]
fn events_in_any_order_end_in_the_same_state() {
    run(async {
        let platform = Platform::real()?;
        let begin = Timestamp::now() - SignedDuration::from_mins(40);
        let end = begin + SignedDuration::from_mins(30);
        let mut ends = Vec::new();
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            let (campaign, learner) = somebody_who_joined().await?;
            let messages = [
                message(campaign, learner, "started", begin, None),
                message(campaign, learner, "started", end + SignedDuration::from_mins(1), None),
                message(campaign, learner, "sent", end, Some(64)),
            ];
            let mut before = Progress::Joined;
            for number in order {
                assert_eq!(platform.post(&platform.letter(&messages[number], NOW)).await?.0, 200);
                let now = progress(campaign, learner).await?;
                assert!(now >= before, "nobody goes back");
                before = now;
            }
            let known = product().table.participation(campaign, learner).await?.unwrap();
            ends.push((known.started_at, known.sent_at, known.score));
        }
        assert_eq!((ends[0].0, ends[0].1), (Some(begin), Some(end)));
        assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");

        // A result alone: who has sent has begun.
        let (campaign, learner) = somebody_who_joined().await?;
        let (_, view) =
            platform.post(&platform.letter(&message(campaign, learner, "sent", end, Some(64)), NOW)).await?;
        assert_eq!((&view["started_at"], &view["sent_at"]), (&json!(end), &json!(end)));
        Ok(())
    });
}

/// A pupil who sends again, and messages about it that are exchanged on their way.
#[test]
fn the_later_result_holds_in_any_order_and_the_other_is_told() {
    run(async {
        let platform = Platform::real()?;
        let early = Timestamp::now() - SignedDuration::from_mins(30);
        let late = early + SignedDuration::from_mins(20);
        let mut ends = Vec::new();
        for order in [[0, 1, 0], [1, 0, 1]] {
            let (campaign, learner) = somebody_who_joined().await?;
            let messages = [
                message(campaign, learner, "sent", early, Some(81)),
                message(campaign, learner, "sent", late, Some(80)),
            ];
            for number in order {
                assert_eq!(platform.post(&platform.letter(&messages[number], NOW)).await?.0, 200);
            }
            let known = product().table.participation(campaign, learner).await?.unwrap();
            let (_, view) = platform.post(&platform.letter(&messages[0], NOW)).await?;
            assert_eq!(product().table.participation(campaign, learner).await?, Some(known.clone()), "nothing new");
            assert_eq!(view["former"], json!([{"at": early, "score": 81}]));
            ends.push((known.started_at, known.sent_at, known.score.map(Score::per_cent), known.former));
        }
        assert_eq!((ends[0].0, ends[0].1, ends[0].2), (Some(early), Some(late), Some(80)));
        assert_eq!(ends[0], ends[1]);
        Ok(())
    });
}

#[test]
fn messages_at_the_same_moment_all_count() {
    run(async {
        let platform = Platform::real()?;
        for _ in 0..5 {
            let (campaign, learner) = somebody_who_joined().await?;
            let (one, other, begun) = tokio::join!(
                platform.sent(campaign, learner, 70),
                platform.sent(campaign, learner, 71),
                platform.started(campaign, learner),
            );
            assert_eq!([one?.0, other?.0, begun?.0], [200; 3]);
            let known = product().table.participation(campaign, learner).await?.unwrap();
            let mut scores: Vec<u8> = known.former.iter().map(|sent| sent.score.per_cent()).collect();
            scores.extend(known.score.map(Score::per_cent));
            scores.sort_unstable();
            assert_eq!((scores.as_slice(), known.progress()), (&[70, 71][..], Progress::Sent), "none is lost");
            assert!(known.former.iter().all(|sent| Some(sent.at) <= known.sent_at), "the later one holds");
            assert!(known.started_at <= known.sent_at);
        }
        Ok(())
    });
}

#[test]
fn what_is_unknown_or_does_not_read_is_told() {
    run(async {
        let (campaign, learner) = somebody_who_joined().await?;
        let (other, _) = somebody_who_joined().await?;
        let platform = Platform::real()?;
        assert_eq!(platform.started(other, learner).await?.0, 404, "joined another campaign");
        let now = Timestamp::now();
        let mut messages = vec![
            json!({}),
            json!([]),
            message(campaign, learner, "sent", now, None),
            message(campaign, learner, "sent", now, Some(101)),
            message(campaign, learner, "finished", now, Some(50)),
            message(campaign, learner, "started", now + SignedDuration::from_hours(6), None),
            message(campaign, learner, "started", now - SignedDuration::from_hours(3 * 366 * 24), None),
        ];
        let forged = secrets_of_somebody_else()
            .token(&json!({"campaign": campaign, "learner": learner, "try": 0, "exp": i64::MAX}));
        for token in ["personne", &forged, &format!("{}A", course_token(campaign, learner))] {
            let mut nobody = message(campaign, learner, "started", now, None);
            nobody["token"] = token.into();
            messages.push(nobody);
        }
        for message in messages {
            let (status, problem) = platform.post(&platform.letter(&message, NOW)).await?;
            assert_eq!((status, problem["code"].as_str()), (400, Some("bad_request")), "{message}");
        }
        assert_eq!(progress(campaign, learner).await?, Progress::Joined);
        Ok(())
    });
}

/// A course begins while its link holds, and ends within thirty days; who is late opens it again.
#[test]
fn a_link_that_is_over_begins_nothing() {
    run(async {
        let (campaign, learner) = somebody_who_joined().await?;
        let platform = Platform::real()?;
        let now = Timestamp::now();
        let tell = |event: &'static str, ended: SignedDuration| {
            let mut message = message(campaign, learner, event, now, (event == "sent").then_some(50));
            message["token"] = token_of_try(campaign, learner, 0, now - ended).into();
            platform.letter(&message, NOW)
        };
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        for late in [tell("started", SignedDuration::from_mins(6)), tell("sent", days(31))] {
            let (status, problem) = platform.post(&late).await?;
            assert_eq!((status, problem["code"].as_str()), (410, Some("link_gone")));
        }
        assert_eq!(progress(campaign, learner).await?, Progress::Joined);
        for in_time in [tell("started", SignedDuration::from_mins(4)), tell("sent", days(29))] {
            assert_eq!(platform.post(&in_time).await?.0, 200);
        }
        assert_eq!(progress(campaign, learner).await?, Progress::Sent);
        Ok(())
    });
}
