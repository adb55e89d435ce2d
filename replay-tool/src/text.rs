//! Numbers and times as people read them.

use std::time::Duration;

/// A count with thousands apart: `1,204,881`.
pub(crate) fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A span of time in its two largest units: `26 ms`, `4 s`, `2 min 5 s`, `3 h 12 min`, `2 d 4 h`.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{seconds} s"),
        60..3_600 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

fn two(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    }
}

/// Events a second: `412/s`, `96k/s`.
pub(crate) fn rate(per_second: f64) -> String {
    match per_second {
        rate if rate < 10.0 && rate > 0.0 => format!("{rate:.1}/s"),
        rate if rate < 10_000.0 => format!("{rate:.0}/s"),
        rate => format!("{:.0}k/s", rate / 1_000.0),
    }
}

/// `1 difference`, `2 differences`.
pub(crate) fn plural(number: i64, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        _ => format!("{} {thing}s", count(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_thousands_apart() {
        assert_eq!([0, 12, 999, 1_000, 1_204_881, -4_200].map(count), ["0", "12", "999", "1,000", "1,204,881", "-4,200"]);
    }

    #[test]
    fn spans_have_two_units() {
        let texts = [26, 4_000, 125_000, 11_520_000, 187_200_000].map(|ms| span(Duration::from_millis(ms)));
        assert_eq!(texts, ["26 ms", "4 s", "2 min 5 s", "3 h 12 min", "2 d 4 h"]);
    }

    #[test]
    fn rates_are_short() {
        assert_eq!([0.0, 0.25, 412.4, 96_123.0].map(rate), ["0/s", "0.2/s", "412/s", "96k/s"]);
    }
}
