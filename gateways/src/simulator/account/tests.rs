use chrono::TimeDelta;

use super::*;

const NOW: DateTime<Utc> = DateTime::from_timestamp(1_800_000_000, 0).unwrap();

fn terms() -> Terms {
    Terms { seed: 0, decline_every: 0, captures_per_authorization: 3, lifetime: TimeDelta::hours(1) }
}

fn eur(amount: i64) -> Decimal {
    Decimal::new(amount * 100, 2)
}

fn authorization(method: Option<&str>) -> AuthorizeCall {
    let (operation, payment, order) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    AuthorizeCall { operation, payment, order, amount: eur(100), currency: "EUR".to_owned(), method: method.map(str::to_owned) }
}

fn capture(amount: i64) -> CaptureCall {
    let (operation, payment) = (Uuid::from_u128(4), Uuid::from_u128(2));
    CaptureCall { operation, payment, authorization: None, amount: eur(amount), currency: "EUR".to_owned(), r#final: false }
}

fn held(method: Option<&str>) -> Standing {
    let mut standing = Standing::Unknown;
    let outcome = standing.authorize(&authorization(method), 0, &terms(), NOW);
    assert!(matches!(outcome, AuthorizeOutcome::Authorized { .. }), "{outcome:?}");
    standing
}

fn taken(standing: &mut Standing, call: &CaptureCall) -> Result<(), String> {
    match standing.capture(call, &terms(), NOW) {
        CaptureOutcome::Captured { amount, .. } => {
            assert_eq!(amount, call.amount);
            Ok(())
        }
        CaptureOutcome::Failed { code } => Err(code),
    }
}

fn declined(standing: &mut Standing, call: &AuthorizeCall) -> String {
    match standing.authorize(call, 0, &terms(), NOW) {
        AuthorizeOutcome::Declined { code } => code,
        AuthorizeOutcome::Authorized { .. } => "authorized".to_owned(),
    }
}

#[test]
fn an_authorization_holds_what_was_asked_until_it_expires() {
    let outcome = Standing::Unknown.authorize(&authorization(None), 0, &terms(), NOW);
    let AuthorizeOutcome::Authorized { amount, currency, expires_at, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!((amount, currency.as_str(), expires_at), (eur(100), "EUR", Some(NOW + TimeDelta::hours(1))));
}

#[test]
fn a_method_says_what_becomes_of_it() {
    assert_eq!(declined(&mut Standing::Unknown, &authorization(Some(methods::DECLINED))), "card_declined");
    assert_eq!(declined(&mut Standing::Unknown, &authorization(Some(methods::INSUFFICIENT_FUNDS))), "insufficient_funds");
    assert_eq!(taken(&mut held(Some(methods::CAPTURE_FAILS)), &capture(1)).unwrap_err(), "capture_refused");
    assert_eq!(held(Some(methods::VOID_FAILS)).void(), VoidOutcome::Failed { code: "void_refused".to_owned() });
    assert_eq!(held(Some(methods::OTHER_AMOUNT)).held().1, eur(101));
}

#[test]
fn a_payment_is_authorized_once() {
    assert_eq!(declined(&mut held(None), &authorization(None)), "already_authorized");
    assert_eq!(declined(&mut Standing::Declined, &authorization(None)), "already_declined");
    assert_eq!(declined(&mut Standing::Voided, &authorization(None)), "already_voided");
}

#[test]
fn captures_add_up_to_no_more_than_was_authorized() {
    let mut standing = held(None);
    taken(&mut standing, &capture(60)).unwrap();
    assert_eq!(taken(&mut standing, &capture(41)).unwrap_err(), "capture_exceeds_authorized");
    taken(&mut standing, &capture(40)).unwrap();
    assert_eq!(standing.held().1, Decimal::ZERO);
}

#[test]
fn after_the_final_capture_or_the_last_allowed_one_the_rest_is_gone() {
    let mut standing = held(None);
    taken(&mut standing, &CaptureCall { r#final: true, ..capture(1) }).unwrap();
    assert_eq!(taken(&mut standing, &capture(1)).unwrap_err(), "authorization_released");

    let mut standing = held(None);
    for _ in 0..terms().captures_per_authorization {
        taken(&mut standing, &capture(1)).unwrap();
    }
    assert_eq!(taken(&mut standing, &capture(1)).unwrap_err(), "authorization_released");
}

#[test]
fn nothing_is_captured_that_is_not_held() {
    assert_eq!(taken(&mut Standing::Unknown, &capture(1)).unwrap_err(), "not_authorized");
    assert_eq!(taken(&mut Standing::Declined, &capture(1)).unwrap_err(), "not_authorized");
    assert_eq!(taken(&mut Standing::Voided, &capture(1)).unwrap_err(), "already_voided");
    assert_eq!(taken(&mut held(None), &CaptureCall { currency: "USD".to_owned(), ..capture(1) }).unwrap_err(), "other_currency");
    assert_eq!(
        taken(&mut held(None), &CaptureCall { authorization: Some("x".to_owned()), ..capture(1) }).unwrap_err(),
        "other_authorization"
    );
    let late = held(None).capture(&capture(1), &terms(), NOW + TimeDelta::hours(1));
    assert_eq!(late, CaptureOutcome::Failed { code: "authorization_expired".to_owned() });
}

#[test]
fn a_void_lets_go_of_all_or_of_nothing() {
    let mut standing = held(None);
    assert_eq!(standing.void(), VoidOutcome::Voided);
    assert_eq!(standing.void(), VoidOutcome::Voided, "there is nothing left to hold");

    let mut standing = held(None);
    taken(&mut standing, &capture(1)).unwrap();
    assert_eq!(standing.void(), VoidOutcome::Failed { code: "already_captured".to_owned() });
}

#[test]
fn a_payment_voided_before_its_authorization_arrives_is_never_authorized() {
    let mut standing = Standing::Unknown;
    assert_eq!(standing.void(), VoidOutcome::Voided);
    assert_eq!(declined(&mut standing, &authorization(None)), "already_voided");
}

#[test]
fn about_every_tenth_is_declined_and_the_next_attempt_draws_anew() {
    let terms = Terms { decline_every: 10, ..terms() };
    let declines = |attempt| (0..2000).map(|order| terms.declines(Uuid::from_u128(order), attempt)).collect::<Vec<_>>();
    let (first, second) = (declines(0), declines(1));
    for drawn in [&first, &second] {
        let share = drawn.iter().filter(|declined| **declined).count();
        assert!((150..250).contains(&share), "{share} of 2000");
    }
    assert_ne!(first, second);
    assert_eq!(first, declines(0));
}
