//! How deeply the brackets of a query are nested, told from its text alone: the parser calls itself for each level, so a text of nothing but
//! brackets would use up its stack, and with it the process.

/// More than a person or a program writes, and few enough for the parser and all that walks over what it made. Deeper queries are made of
/// fragments, which are measured where they are spread.
pub(crate) const NESTING_LIMIT: usize = 64;

/// Whether brackets of any kind are nested deeper than [`NESTING_LIMIT`] somewhere outside of strings and comments.
pub(crate) fn is_too_deep(query: &str) -> bool {
    let (mut rest, mut depth) = (query.as_bytes(), 0_usize);
    while let Some((first, behind)) = rest.split_first() {
        rest = match first {
            b'#' => behind.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(&[], |end| &behind[end..]),
            b'"' => behind_string(behind),
            _ => behind,
        };
        match first {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NESTING_LIMIT {
            return true;
        }
    }
    false
}

/// What stands behind the string that a quotation mark begins. One that does not end is read as the parser reads it: three quotation marks may as
/// well be an empty string and the beginning of another; what belongs to no string counts.
fn behind_string(text: &[u8]) -> &[u8] {
    if let Some(block) = text.strip_prefix(b"\"\"").and_then(behind_block) {
        return block;
    }
    let mut place = 0;
    while let Some(byte) = text.get(place) {
        match byte {
            b'"' => return &text[place + 1..],
            b'\n' | b'\r' => return text,
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
    text
}

/// What stands behind the three quotation marks that end a block string; in it only these three can be escaped.
fn behind_block(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(b"\"\"\"") {
            return Some(behind);
        }
        rest = rest.strip_prefix(b"\\\"\"\"").unwrap_or(&rest[1..]);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brackets(levels: usize) -> String {
        "[{(".chars().cycle().take(levels).collect()
    }

    #[test]
    fn brackets_of_every_kind_count_together() {
        assert!(!is_too_deep(&brackets(NESTING_LIMIT)));
        assert!(is_too_deep(&brackets(NESTING_LIMIT + 1)));
        assert!(!is_too_deep(&"{[()]}".repeat(1_000)));
    }

    #[test]
    fn what_stands_in_strings_and_comments_does_not_count() {
        let many = brackets(1_000);
        for quiet in [
            format!("# {many}\n{{ a }}"),
            format!("{{ a(b: \"{many}\") }}"),
            format!("{{ a(b: \"\\\"{many}\") }}"),
            format!("{{ a(b: \"\"\"{many}\n\\\"\"\"\"{many}\"\"\") }}"),
        ] {
            assert!(!is_too_deep(&quiet), "{quiet:.40}");
        }
    }

    #[test]
    fn what_only_seems_to_stand_in_a_string_counts() {
        let many = brackets(1_000);
        for loud in [
            format!("# a\r{many}"),
            format!("{{ a(b: \"\" {many}"),
            format!("{{ a(b: \"\\\\\" {many}"),
            format!("{{ a(b: \"x\n{many}"),
            format!("{{ a(b: \"\"\"x\" {many}"),
            format!("{{ a(b: \"\"\"x\"\"\" {many}"),
            format!("\"{many}"),
        ] {
            assert!(is_too_deep(&loud), "{loud:.40}");
        }
    }
}
