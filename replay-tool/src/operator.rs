//! Who acts on the machinery, and whether they mean it.

use std::io::{BufRead, IsTerminal, Write};

use aggregates::operator_act::{OperatorActEvent, RecordAct};
use event_store::{CommandKey, Envelope, EventStore};
use uuid::Uuid;

use crate::cli::Act;
use crate::outcome::Failure;

impl Act {
    /// The envelope of the act's record: `operator:name`.
    ///
    /// # Errors
    /// Nobody says who it is, or the name can't stand in the log.
    fn envelope(&self) -> Result<Envelope, Failure> {
        let said = self.operator.clone().or_else(|| std::env::var("USER").ok()).filter(|name| !name.is_empty());
        let name = said.or_else(account);
        let name = name.ok_or_else(|| Failure::Usage("who does this? say --operator NAME or set ORDERLY_OPERATOR".to_owned()))?;
        match name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@') {
            true => Ok(Envelope::new(CommandKey::Once, format!("operator:{name}"))),
            false => Err(Failure::Usage(format!("'{name}' stands in the log for ever: use a plain name, no address"))),
        }
    }

    /// Records it in the log, before it is done: who, what and why.
    ///
    /// # Errors
    /// Nobody says who it is, or the log can't be written.
    pub(crate) async fn record(&self, store: &EventStore, what: impl Into<OperatorActEvent>) -> Result<(), Failure> {
        let act = RecordAct { act: Uuid::now_v7(), what: what.into() };
        store.execute(act, self.envelope()?).await?.done()?;
        Ok(())
    }

    /// Asks before it is done, unless `--yes`.
    ///
    /// # Errors
    /// The answer is no, or there is nobody to ask.
    pub(crate) fn confirm(&self, what: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            return Err(Failure::Refused(format!("{what}: say --yes (nobody is there to ask)")));
        }
        eprint!("{what}? [y/N] ");
        std::io::stderr().flush()?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        match answer.trim() {
            "y" | "Y" | "yes" => Ok(()),
            _ => Err(Failure::Refused("nothing was done".to_owned())),
        }
    }
}

/// Who runs the program, where the environment does not say: in a container, under cron.
fn account() -> Option<String> {
    let output = std::process::Command::new("id").arg("-un").output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(operator: &str) -> Act {
        Act { reason: None, yes: false, dry_run: false, operator: Some(operator.to_owned()) }
    }

    #[test]
    fn who_runs_the_program_is_known_without_an_environment() {
        assert!(account().is_some_and(|name| !name.contains(char::is_whitespace)));
    }

    #[test]
    fn an_act_is_done_by_a_name_and_never_by_an_address() {
        assert_eq!(act("anna").envelope().unwrap().actor, "operator:anna");
        assert_eq!(act("anna@shop.example").envelope().unwrap_err().outcome().code(), 2);
    }
}
