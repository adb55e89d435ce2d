use std::fmt;
use std::path::Path;

use crate::stack::Addresses;
use crate::url::without_password;

/// Where to look once everything runs.
pub(super) struct Greeting<'a> {
    pub(super) addresses: Addresses,
    pub(super) data_dir: &'a Path,
    pub(super) url: &'a str,
    pub(super) token: &'a str,
    /// How the program was called: it need not be on the PATH.
    pub(super) program: &'a str,
}

const QUERY: &str = "{ orders(first: 3) { nodes { number status total { amount currency } } } }";

impl Greeting<'_> {
    /// Said before a load begins: it is not what the command results in.
    pub(super) fn first_lines(&self) {
        let commands = self.addresses.commands.map(|address| format!("http://{address}")).unwrap_or_default();
        eprintln!("orderly is up: commands on {commands}");
    }
}

impl fmt::Display for Greeting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = |address: Option<std::net::SocketAddr>| address.map(|address| format!("http://{address}")).unwrap_or_default();
        let Addresses { commands, queries, management, .. } = self.addresses;
        let (commands, queries, management) = (base(commands), base(queries), base(management));
        writeln!(f, "\ncommands   {commands}/docs")?;
        writeln!(f, "queries    {queries}/graphiql   (GraphQL: {queries}/graphql)")?;
        writeln!(f, "metrics    {management}/metrics   (probes: /livez, /readyz)")?;
        writeln!(f, "database   {}", without_password(self.url))?;
        writeln!(f, "data       {}   (kept; `replay --data-dir` looks there, too)", self.data_dir.display())?;
        writeln!(f, "\na token of an operator, good for a day (`{} token --help` makes others):\n  {}", self.program, self.token)?;
        writeln!(f, "\nthree orders:\n  curl -s {queries}/graphql -H 'content-type: application/json' \\")?;
        writeln!(f, "    -H \"authorization: Bearer $({} token --data-dir {})\" \\", self.program, self.data_dir.display())?;
        writeln!(f, "    -d '{{\"query\": \"{QUERY}\"}}'")?;
        write!(f, "\nCtrl-C stops everything; the data stays.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_hides_the_password_and_fits_on_a_screen() {
        let address = Some("127.0.0.1:8080".parse().unwrap());
        let addresses = Addresses { commands: address, queries: address, management: address, simulator: address };
        let (data_dir, url, program) = (Path::new(".orderly"), "postgres://me:secret@127.0.0.1/db", "target/debug/orderly");
        let greeting = Greeting { addresses, data_dir, url, token: "t", program };
        let text = greeting.to_string();
        assert!(text.contains("postgres://me@127.0.0.1/db") && !text.contains("secret"), "{text}");
        assert!(text.contains("$(target/debug/orderly token --data-dir .orderly)"), "{text}");
        assert!(text.lines().count() <= 20, "with the summary of a load it is 25 lines at most");
    }
}
