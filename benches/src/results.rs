//! `RESULTS.md`: a section for each part. A part that is run alone replaces its own and leaves the others as they were.

use std::path::Path;

use anyhow::Context;

use crate::report::Section;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");

const HEAD: &str = "# Results\n\nWritten by `make bench` (`BENCH=append` measures one part anew). Medians of the rounds, and in brackets the least and the most; contestants \
                    take turns within each round. What is to be reached are ratios to what is measured beside it in the same run.\n";

/// Puts these sections into the file, which has its sections in this order.
pub(crate) fn write(sections: &[Section], order: &[&str], stamp: &str) -> anyhow::Result<()> {
    let path = Path::new(FILE);
    let before = std::fs::read_to_string(path).unwrap_or_default();
    std::fs::write(path, merged(&before, sections, order, stamp)).with_context(|| format!("{FILE} cannot be written"))?;
    eprintln!("written to {FILE}");
    Ok(())
}

fn merged(before: &str, sections: &[Section], order: &[&str], stamp: &str) -> String {
    let mut text = HEAD.to_owned();
    for title in order {
        let new = sections.iter().find(|section| section.title() == *title);
        let body = match new {
            Some(section) => Some(format!("{}\n{stamp}\n", section.text())),
            None => body_of(before, title),
        };
        if let Some(body) = body {
            text.push_str(&format!("\n## {title}\n\n{}\n", body.trim()));
        }
    }
    text
}

fn body_of(text: &str, title: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("\n## {title}\n"))?;
    Some(rest.split("\n## ").next().unwrap_or(rest).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_alone_replaces_its_own_section_only() {
        let order = ["One", "Two"];
        let first = merged("", &[Section::new("One", "a"), Section::new("Two", "b")], &order, "then");
        let second = merged(&first, &[Section::new("Two", "c")], &order, "now");
        assert_eq!(second.strip_prefix(HEAD).unwrap(), "\n## One\n\na\n\nthen\n\n## Two\n\nc\n\nnow\n");
    }
}
