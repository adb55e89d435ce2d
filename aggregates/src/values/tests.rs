use rust_decimal::Decimal;
use serde_json::json;

use super::*;

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

#[test]
fn money_is_written_with_the_digits_of_its_currency() {
    let json = |minor, code: &str| serde_json::to_value(Money::from_minor(minor, code.parse().unwrap()).unwrap()).unwrap();
    assert_eq!(json(1050, "EUR"), json!({"amount": "10.50", "currency": "EUR"}));
    assert_eq!(json(1050, "JPY"), json!({"amount": "1050", "currency": "JPY"}));
    assert_eq!(json(1050, "KWD"), json!({"amount": "1.050", "currency": "KWD"}));
    assert_eq!(json(-1, "EUR"), json!({"amount": "-0.01", "currency": "EUR"}));
}

#[test]
fn more_digits_than_the_currency_has_are_refused_unless_they_are_zeros() {
    assert!(Money::new(Decimal::new(10_005, 3), eur()).is_err());
    assert_eq!(Money::new(Decimal::new(10_000, 3), eur()).unwrap().minor(), 1000);
    assert!(serde_json::from_value::<Money>(json!({"amount": "0.001", "currency": "EUR"})).is_err());
    assert!(serde_json::from_value::<Money>(json!({"amount": "1.0", "currency": "XXX"})).is_err());
}

#[test]
fn money_stays_within_its_bounds_and_its_currency() {
    let most = Money::from_minor(1_000_000_000_000_000, eur()).unwrap();
    let cent = Money::from_minor(1, eur()).unwrap();
    assert!(most.plus(cent).is_err());
    assert!(most.times(2).is_err());
    assert!(Money::from_minor(i64::MIN, eur()).is_err());
    assert!(cent.plus(Money::zero("USD".parse().unwrap())).is_err());
    assert!(cent.minus(Money::zero("USD".parse().unwrap())).is_err());
    assert_eq!(most.minus(cent).unwrap().minor(), 999_999_999_999_999);
    assert_eq!(cent.to_string(), "EUR 0.01");
}

#[test]
fn a_portion_is_rounded_half_even() {
    let portion = |minor, rate| Money::from_minor(minor, eur()).unwrap().portion(Decimal::new(rate, 2)).unwrap().minor();
    assert_eq!([portion(5, 10), portion(15, 10), portion(25, 10), portion(-5, 10), portion(-15, 10)], [0, 2, 2, 0, -2]);
}

#[test]
fn a_quantity_is_one_to_a_million() {
    assert!(Quantity::try_from(0).is_err());
    assert!(Quantity::try_from(1_000_001).is_err());
    assert_eq!(serde_json::from_value::<Quantity>(json!(1_000_000)).unwrap().get(), 1_000_000);
    assert!(serde_json::from_value::<Quantity>(json!(0)).is_err());
    assert!(serde_json::from_value::<Quantity>(json!(-1)).is_err());
}

#[test]
fn a_code_is_printable_ascii_without_space_or_slash() {
    for text in ["", "a b", "a/b", "ä", "a\u{0}", ".", "..", &"x".repeat(65)] {
        assert!(text.parse::<Sku>().is_err(), "{text:?}");
    }
    assert_eq!("A-17_x.y".parse::<Sku>().unwrap().as_str(), "A-17_x.y");
    assert!("x".repeat(33).parse::<WarehouseCode>().is_err());
}

#[test]
fn a_stock_item_is_written_warehouse_slash_sku() {
    let item: StockItemId = "berlin-1/A-17".parse().unwrap();
    assert_eq!((item.warehouse.as_str(), item.sku.as_str(), item.to_string().as_str()), ("berlin-1", "A-17", "berlin-1/A-17"));
    assert!("berlin".parse::<StockItemId>().is_err());
    assert!("a/b/c".parse::<StockItemId>().is_err());
}

#[test]
fn a_channel_reference_has_two_bounded_parts_of_any_script() {
    assert!(ChannelReference::new("市场", "заказ 1").is_ok());
    assert!(ChannelReference::new("", "1").is_err());
    assert!(ChannelReference::new("c", "1\u{0}").is_err());
    assert!(ChannelReference::new("c", "x".repeat(101)).is_err());
}

#[test]
fn people_have_names_of_any_script_and_addresses_that_can_be_written_to() {
    assert_eq!("  Ωμέγα  ".parse::<PersonName>().unwrap().as_str(), "Ωμέγα");
    assert!("".parse::<PersonName>().is_err());
    assert!("x".repeat(201).parse::<PersonName>().is_err());
    assert!("a@b.example".parse::<EmailAddress>().is_ok());
    for text in ["a", "@b", "a@", "a@b@c", "a b@c", "a@.b"] {
        assert!(text.parse::<EmailAddress>().is_err(), "{text}");
    }
    assert!("+49 (30) 123-456".parse::<PhoneNumber>().is_ok());
    assert!("123".parse::<PhoneNumber>().is_err());
    assert!("call me".parse::<PhoneNumber>().is_err());
    assert!("DE".parse::<Country>().is_ok());
    assert!("de".parse::<Country>().is_err());
    assert!("ZZ".parse::<Country>().is_err());
}

#[test]
fn a_refused_text_about_a_person_is_not_repeated() {
    let refused = "secret person@nowhere".parse::<EmailAddress>().unwrap_err();
    assert!(!refused.to_string().contains("secret"), "{refused}");
}

#[test]
fn what_is_personal_is_marked_and_what_is_sealed_is_carried_along() {
    let clear = Personal::of("c-1", "Ada".parse::<PersonName>().unwrap());
    let json = json!({"$personal": {"subject": "c-1", "value": "Ada"}});
    assert_eq!(serde_json::to_value(&clear).unwrap(), json);
    assert_eq!(serde_json::from_value::<Personal<PersonName>>(json).unwrap(), clear);
    let sealed = json!({"$sealed": {"v": 1, "box": "…"}});
    let carried: Personal<PersonName> = serde_json::from_value(sealed.clone()).unwrap();
    assert_eq!(carried.clear(), None);
    assert_eq!(serde_json::to_value(carried).unwrap(), sealed);
}
