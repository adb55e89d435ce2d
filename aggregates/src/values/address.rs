//! People and places. All of it is personal data: it travels in [`super::Personal`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::InvalidValue;

fn parse_text(what: &'static str, max: usize, text: &str) -> Result<String, InvalidValue> {
    let text = text.trim();
    let count = text.chars().count();
    if count == 0 || count > max {
        return Err(InvalidValue::new(what, format!("must have 1 to {max} characters, has {count}")));
    }
    if text.chars().any(char::is_control) {
        return Err(InvalidValue::new(what, "must not contain control characters"));
    }
    Ok(text.to_owned())
}

/// A checked text about a person as a type of its own; its message never repeats the text.
macro_rules! personal_text {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $parse(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidValue;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

personal_text!(
    /// The name of a person or of who receives a parcel, 1 to 200 characters of any script.
    PersonName, |text| parse_text("a name", 200, text)
);
personal_text!(
    /// An e-mail address: something, one `@`, a domain; at most 254 characters.
    EmailAddress, parse_email
);
personal_text!(
    /// A phone number: digits with an optional leading `+`, spaces and `-()./` between them; 4 to 15 digits.
    PhoneNumber, parse_phone
);

fn parse_email(text: &str) -> Result<String, InvalidValue> {
    let text = parse_text("an e-mail address", 254, text)?;
    let well_formed = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.') && !domain.ends_with('.')
    });
    if well_formed && !text.contains(char::is_whitespace) {
        return Ok(text);
    }
    Err(InvalidValue::new("an e-mail address", "is not of the form name@domain"))
}

fn parse_phone(text: &str) -> Result<String, InvalidValue> {
    let text = parse_text("a phone number", 40, text)?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let rest = text.strip_prefix('+').unwrap_or(&text);
    if (4..=15).contains(&digits) && rest.chars().all(|c| c.is_ascii_digit() || " -()./".contains(c)) {
        return Ok(text);
    }
    Err(InvalidValue::new("a phone number", "must have 4 to 15 digits, with an optional leading + and ' -()./' between them"))
}

/// A country by its ISO 3166-1 alpha-2 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

impl Country {
    /// Its two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a country is made of two ASCII letters")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// ISO 3166-1 alpha-2, officially assigned codes.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG \
    GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ \
    LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR \
    NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ \
    TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

impl FromStr for Country {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match COUNTRIES.split_whitespace().find(|code| *code == text) {
            Some(code) => Ok(Self([code.as_bytes()[0], code.as_bytes()[1]])),
            None => Err(InvalidValue::new("a country", format!("'{text}' is not an ISO 3166-1 alpha-2 code"))),
        }
    }
}

impl TryFrom<String> for Country {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.code().to_owned()
    }
}

/// Where something is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Who receives it.
    pub name: PersonName,
    /// Street, house, floor: one or two lines.
    pub street: Vec<PersonName>,
    /// As the country writes it; empty where it has none.
    pub postal_code: String,
    /// The town.
    pub city: PersonName,
    /// The country.
    pub country: Country,
}
