use std::fmt::Write;

use identity::{Else, FIELDS, Grant, Reach, Right, Role, Who};

use super::line::{Allowed, Kind, Line};
use super::{GROUPS, lines};

const HEAD: &str = "\
# What can be asked, and by whom

Made from `command-api/src/catalogue/table.rs`; `UPDATE_OPENAPI=1 tests/with-postgres cargo test -p command-api` writes it anew. *Own*: over what belongs to the caller,
which is for a customer itself and its orders, for a service what its channel has named ([how that was decided](decisions/0015-what-belongs-to-a-channel.md)); what does not is as if it did not exist. *Granted*: a
service's token may carry the grant (`orderly token --grant …`), and then reaches everything. The word in brackets is the one in an order's `allowed_commands`. A command that is sent again under its `Idempotency-Key`, or with the
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
    fields(&mut page);
    page
}

fn fields(page: &mut String) {
    page.push_str("\n## GraphQL\n\nFields of `Query`, and of other types and filters those that are not for everybody who sees the rest of the row.\n\n");
    page.push_str("| field | who | others get | what it tells |\n| --- | --- | --- | --- |\n");
    for field in FIELDS {
        let others = match (field.who, field.else_) {
            (Who::Everybody, _) => "",
            (Who::Having(_) | Who::Signed, Else::Forbidden) => "`FORBIDDEN`",
            (Who::Having(_) | Who::Signed, Else::Null) => "null",
            (Who::Having(_) | Who::Signed, Else::Empty) => "an empty list",
            (Who::Having(_) | Who::Signed, Else::RoleAlone) => "the role alone",
        };
        let _ = writeln!(page, "| `{}.{}` | {} | {others} | {} |", field.of, field.name, who(field.who), field.tells);
    }
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn who(who: Who) -> String {
    let having = |role: &Role| match who.reach_of(*role) {
        Reach::Nothing => None,
        Reach::Own => Some(format!("{role} (own)")),
        Reach::Everything => Some(role.to_string()),
    };
    match who {
        Who::Everybody => "everybody".to_owned(),
        Who::Signed => "who signs it".to_owned(),
        Who::Having(rights) => Role::ALL.iter().filter_map(having).chain(grants(rights)).collect::<Vec<_>>().join(", "),
    }
}

fn grants(rights: &[Right]) -> impl Iterator<Item = String> {
    let gives = |grant: &Grant| grant.gives().iter().any(|right| rights.contains(right));
    Grant::ALL.into_iter().filter(gives).map(|grant| format!("granted `{grant}`"))
}

fn allowed(allowed: Allowed) -> String {
    match allowed {
        Allowed::Always => "always".to_owned(),
        Allowed::While(told) => told.to_owned(),
        Allowed::OnOrder { word, told, .. } => format!("{told} (`{word}`)"),
    }
}
