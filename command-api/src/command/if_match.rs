//! `If-Match` as RFC 9110 (section 13.1.1) has it: `*`, or a list of entity tags, of which those are ours that are a version in quotes.

use event_store::Expected;

const NO_TAGS: &str = "must be * or ETags of earlier answers, such as \"3\"";

/// What the values of the header ask for; several are one list.
///
/// # Errors
/// They are not what the RFC says.
pub(super) fn read<'a>(values: impl Iterator<Item = &'a [u8]>) -> Result<Option<Expected>, String> {
    let list = values.map(|value| value.trim_ascii()).collect::<Vec<_>>();
    match list.as_slice() {
        [] => Ok(None),
        [b"*"] => Ok(Some(Expected::Existing)),
        _ => versions(&list.join(&b","[..])).map(|versions| Some(Expected::OneOf(versions))).ok_or_else(|| NO_TAGS.to_owned()),
    }
}

/// The versions in a list of entity tags. A weak tag and one that is not ours match nothing, which is no error. None: it is no such list.
fn versions(list: &[u8]) -> Option<Vec<i64>> {
    let (mut rest, mut versions, mut tags) = (list, Vec::new(), 0);
    loop {
        rest = behind_separators(rest);
        if rest.is_empty() {
            return (tags > 0).then_some(versions);
        }
        let strong = rest.strip_prefix(b"W/");
        let opened = strong.unwrap_or(rest).strip_prefix(b"\"")?;
        let end = opened.iter().position(|byte| *byte == b'"')?;
        let (tag, behind) = opened.split_at(end);
        if !tag.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)) {
            return None;
        }
        versions.extend(version(tag).filter(|_| strong.is_none()));
        (rest, tags) = (behind[1..].trim_ascii_start(), tags + 1);
        if !rest.is_empty() && !rest.starts_with(b",") {
            return None;
        }
    }
}

/// A list may have empty parts, which count for nothing.
fn behind_separators(list: &[u8]) -> &[u8] {
    let separators = list.iter().take_while(|byte| matches!(byte, b',' | b' ' | b'\t')).count();
    &list[separators..]
}

/// A tag of ours is a number as it is written: other texts with the same value are other tags.
fn version(tag: &[u8]) -> Option<i64> {
    let version: i64 = std::str::from_utf8(tag).ok()?.parse().ok()?;
    (version >= 0 && version.to_string().as_bytes() == tag).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(value: &str) -> Result<Option<Expected>, String> {
        read([value.as_bytes()].into_iter())
    }

    #[test]
    fn a_list_is_the_versions_in_it_and_what_is_not_ours_matches_nothing() {
        for (value, versions) in [
            ("\"3\"", vec![3]),
            ("\"2\", \"3\"", vec![2, 3]),
            (" , \"2\" ,,\t\"3\",", vec![2, 3]),
            ("\"0\"", vec![0]),
            ("W/\"3\"", vec![]),
            ("\"a,b\",\"4\"", vec![4]),
            ("\"+2\"", vec![]),
            ("\"02\"", vec![]),
            ("\"-2\"", vec![]),
            ("\"*\"", vec![]),
            ("\"\"", vec![]),
            ("\"99999999999999999999\"", vec![]),
        ] {
            assert_eq!(read_one(value), Ok(Some(Expected::OneOf(versions))), "{value}");
        }
        assert_eq!(read([b"\"2\"".as_slice(), b"\"3\""].into_iter()), Ok(Some(Expected::OneOf(vec![2, 3]))));
    }

    #[test]
    fn a_star_is_whatever_is_there_and_stands_alone() {
        assert_eq!(read_one(" * "), Ok(Some(Expected::Existing)));
        assert_eq!(read([].into_iter()), Ok(None));
        for value in ["*, \"3\"", "\"3\", *", "**"] {
            assert!(read_one(value).is_err(), "{value}");
        }
        assert!(read([b"*".as_slice(), b"*"].into_iter()).is_err());
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for value in ["", ",", "3", "\"3", "3\"", "\"2\" \"3\"", "w/\"3\"", "\"a b\"", "W/3"] {
            assert!(read_one(value).is_err(), "{value}");
        }
    }
}
