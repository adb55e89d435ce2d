use super::*;

const SENT: DateTime<Utc> = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
const TOLERANCE: Duration = Duration::from_secs(300);

/// What is as long as a signature and is nobody's.
const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn secret() -> WebhookSecret {
    "a secret of the carrier".parse().unwrap()
}

fn event() -> CarrierEvent {
    CarrierEvent {
        event_id: Uuid::from_u128(1),
        tracking: "SIM1".to_owned(),
        shipment: Uuid::from_u128(2),
        order: Uuid::from_u128(3),
        status: DeliveryStatus::Delivered,
        at: SENT,
    }
}

fn body() -> Vec<u8> {
    serde_json::to_vec(&event()).unwrap()
}

fn headers(signature: &str) -> HeaderMap {
    HeaderMap::from_iter([(SIGNATURE_HEADER.parse().unwrap(), signature.parse().unwrap())])
}

fn verified_at(signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<CarrierEvent, WebhookError> {
    verify(&secret(), &headers(signature), body, now, TOLERANCE)
}

#[test]
fn what_was_signed_is_believed() {
    assert_eq!(verified_at(&sign(&secret(), SENT, &body()), &body(), SENT).unwrap(), event());
}

#[test]
fn a_header_alone_tells_who_need_not_be_read() {
    let check = |signature: &str, now| check_header(&headers(signature), now, TOLERANCE);
    assert!(check(&sign(&secret(), SENT, b"whatever is sent"), SENT).is_ok());
    for nonsense in ["", "t=1800000000", "v1=00", "t=1800000000,v1=xy", "t=now,v1=00", "t=1800000000,v1=00"] {
        assert!(matches!(check(nonsense, SENT), Err(WebhookError::MalformedSignature)), "{nonsense}");
    }
    assert!(matches!(check(&format!("t=1,v1={NONE}"), SENT), Err(WebhookError::OutsideTolerance { .. })));
    assert!(matches!(check_header(&HeaderMap::new(), SENT, TOLERANCE), Err(WebhookError::MalformedSignature)));
}

#[test]
fn the_signature_is_the_documented_one() {
    // printf '1800000000.{}' | openssl dgst -sha256 -hmac 'a secret of the carrier'
    let expected = "t=1800000000,v1=47e49331cff889790ed40050d278afba07778329e5877844c74b63f3011953fb";
    assert_eq!(sign(&secret(), SENT, b"{}"), expected);
}

#[test]
fn another_secret_is_not_believed() {
    let other = "the secret of another".parse().unwrap();
    let refusal = verified_at(&sign(&other, SENT, &body()), &body(), SENT).unwrap_err();
    assert!(matches!(refusal, WebhookError::WrongSignature), "{refusal:?}");
}

#[test]
fn an_altered_body_or_time_is_not_believed() {
    let signature = sign(&secret(), SENT, &body());
    let altered = String::from_utf8(body()).unwrap().replace("SIM1", "SIM2");
    assert!(matches!(verified_at(&signature, altered.as_bytes(), SENT), Err(WebhookError::WrongSignature)));
    let later = signature.replace("t=1800000000", "t=1800000001");
    assert!(matches!(verified_at(&later, &body(), SENT), Err(WebhookError::WrongSignature)));
}

#[test]
fn an_old_or_future_time_is_not_believed() {
    let signature = sign(&secret(), SENT, &body());
    for seconds in [-300, 300] {
        assert!(verified_at(&signature, &body(), SENT + chrono::TimeDelta::seconds(seconds)).is_ok(), "{seconds}");
    }
    for seconds in [-301, 301] {
        let refusal = verified_at(&signature, &body(), SENT + chrono::TimeDelta::seconds(seconds)).unwrap_err();
        assert!(matches!(refusal, WebhookError::OutsideTolerance { seconds: away, .. } if away == -seconds), "{refusal:?}");
    }
}

#[test]
fn a_missing_or_malformed_signature_is_not_believed() {
    let missing = verify(&secret(), &HeaderMap::new(), &body(), SENT, TOLERANCE);
    assert!(matches!(missing, Err(WebhookError::MalformedSignature)));
    let half = &NONE[..32];
    let malformed = ["t=1800000000,v1=", "t=1800000000,v1=00", &format!("t=1800000000,v1={half}"), &format!("t=1800000000,v1={NONE}00")];
    for signature in ["", "v1=00", "t=now,v1=00", "t=1800000000,v1=xyz", "t=1800000000 v1=00", "1800000000"].into_iter().chain(malformed) {
        assert!(matches!(verified_at(signature, &body(), SENT), Err(WebhookError::MalformedSignature)), "{signature:?}");
    }
    for signature in ["t=1800000000", &format!("t=1800000000,v1={NONE}")] {
        assert!(matches!(verified_at(signature, &body(), SENT), Err(WebhookError::WrongSignature)), "{signature:?}");
    }
}

#[test]
fn one_good_signature_of_several_is_enough() {
    let signature = sign(&secret(), SENT, &body()).replace("v1=", &format!("v0=old,v1={NONE},v1={NONE},v1="));
    assert!(verified_at(&signature, &body(), SENT).is_ok());
}

#[test]
fn a_header_with_more_than_three_signatures_two_times_or_a_twin_is_none() {
    let good = sign(&secret(), SENT, &body());
    let many = |signatures: usize| format!("{good}{}", format!(",v1={NONE}").repeat(signatures - 1));
    assert!(verified_at(&many(3), &body(), SENT).is_ok());
    for signature in [many(4), many(2_000), format!("{good},t=1800000000")] {
        assert!(matches!(verified_at(&signature, &body(), SENT), Err(WebhookError::MalformedSignature)), "{signature:.100}");
    }
    let mut twice = headers(&good);
    twice.append(SIGNATURE_HEADER, good.parse().unwrap());
    assert!(matches!(verify(&secret(), &twice, &body(), SENT, TOLERANCE), Err(WebhookError::MalformedSignature)));
}

#[test]
fn a_body_is_read_only_after_its_signature() {
    let signature = sign(&secret(), SENT, b"{}");
    assert!(matches!(verified_at(&signature, b"{}", SENT), Err(WebhookError::MalformedBody(_))));
    assert!(matches!(verified_at(&format!("t=1800000000,v1={NONE}"), b"{}", SENT), Err(WebhookError::WrongSignature)));
}

#[test]
fn a_secret_is_long_and_never_shown() {
    assert!(matches!("short".parse::<WebhookSecret>(), Err(WebhookError::ShortSecret { shortest: 16 })));
    assert_eq!(format!("{:?}", secret()), "WebhookSecret(..)");
}
