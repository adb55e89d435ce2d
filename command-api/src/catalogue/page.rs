use std::fmt::Write;

use identity::{Reach, Role};

use super::line::{Allowed, Kind, Line, Who};
use super::{GROUPS, lines};

const HEAD: &str = "\
# What can be asked, and by whom

Made from `command-api/src/catalogue/table.rs`; `UPDATE_OPENAPI=1 tests/with-postgres cargo test -p command-api` writes it anew. *Own*: over what belongs to the caller; what does
not is as if it did not exist. The word in brackets is the one in an order's `allowed_commands`. A command that is sent again under its `Idempotency-Key`, or with the
reference or document that it names, has the first answer, and nothing new happens.
";

/// The catalogue as a page of the docs.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for group in GROUPS.iter().filter(|group| group.lines.iter().any(|line| line.kind == Kind::Command)) {
        let _ = write!(page, "\n## {}\n\n{}\n\n", capitalized(group.name), group.about);
        page.push_str("| command | route | who | while | what it does |\n| --- | --- | --- | --- | --- |\n");
        for line in group.lines.iter().filter(|line| line.kind == Kind::Command) {
            let Line { name, path, does, .. } = line;
            let _ =
                writeln!(page, "| `{name}` | `{} {path}` | {} | {} | {does} |", line.verb.as_str(), who(line.who), allowed(line.allowed));
        }
    }
    page.push_str("\n## Reads\n\n| read | route | who | what it tells |\n| --- | --- | --- | --- |\n");
    for line in lines().filter(|line| line.kind == Kind::Read) {
        let Line { name, path, does, .. } = line;
        let _ = writeln!(page, "| `{name}` | `{} {path}` | {} | {does} |", line.verb.as_str(), who(line.who));
    }
    page
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn who(who: Who) -> String {
    let having = |role: &Role| match who.reach(*role) {
        Reach::Nothing => None,
        Reach::Own => Some(format!("{role} (own)")),
        Reach::Everything => Some(role.to_string()),
    };
    match who {
        Who::Everybody => "everybody".to_owned(),
        Who::Signed => "who signs it".to_owned(),
        Who::Having(_) => Role::ALL.iter().filter_map(having).collect::<Vec<_>>().join(", "),
    }
}

fn allowed(allowed: Allowed) -> String {
    match allowed {
        Allowed::Always => "always".to_owned(),
        Allowed::While(told) => told.to_owned(),
        Allowed::OnOrder { word, told, .. } => format!("{told} (`{word}`)"),
    }
}
