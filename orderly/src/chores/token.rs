use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use identity::{Authenticator, Grant, IdentityArgs, Role, TokenKey, TokenRequest};
use replay_tool::Show;
use serde::Serialize;

use crate::exit::{Failure, Outcome};
use crate::output::{self, OutputArgs};
use crate::secrets::TOKEN_KEY_FILE;

/// Settings of `orderly token`.
#[derive(Debug, Clone, Args)]
pub struct TokenArgs {
    /// What its bearer is to the shop
    #[arg(long, value_enum, default_value_t = Role::Operator)]
    role: Role,
    /// The sales channel that a service speaks for
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// What a service is granted beside its channel's own things; may be given several times
    #[arg(long, value_enum, value_name = "GRANT")]
    grant: Vec<Grant>,
    /// The bearer's id, a customer's UUID for a customer; otherwise the role's name where none is given
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// How long it is good
    #[arg(long, default_value_t = 24, value_name = "HOURS")]
    hours: u32,
    /// Where `orderly dev` keeps its key, used where no --token-key is given
    #[arg(long, env = "ORDERLY_DATA_DIR", default_value = ".orderly", value_name = "FOLDER")]
    data_dir: PathBuf,
    #[command(flatten)]
    identity: IdentityArgs,
}

/// Prints a token.
///
/// # Errors
/// There is no private key, or the subject may not stand in the log.
pub(crate) fn token(args: &TokenArgs, output: &OutputArgs) -> anyhow::Result<Outcome> {
    let authenticator = Authenticator::with_key(&key(args)?, &args.identity.token_issuer, &args.identity.token_audience);
    let request = request(args)?;
    let lifetime = TimeDelta::from_std(request.lifetime).ok();
    let expires_at = lifetime.and_then(|lifetime| Utc::now().checked_add_signed(lifetime));
    let token = authenticator.mint(&request)?;
    output::write(
        output,
        &Minted { token, subject: request.subject, role: request.role.to_string(), channel: request.channel, expires_at },
    )?;
    Ok(Outcome::Done)
}

/// A token and what it says; people get the token alone, to be pasted.
#[derive(Serialize)]
struct Minted {
    token: String,
    subject: String,
    role: String,
    channel: Option<String>,
    expires_at: Option<DateTime<Utc>>,
}

impl Show for Minted {
    fn text(&self) -> String {
        format!("{}\n", self.token)
    }
}

fn key(args: &TokenArgs) -> anyhow::Result<TokenKey> {
    let path = args.identity.token_key.clone().unwrap_or_else(|| args.data_dir.join(TOKEN_KEY_FILE));
    if !path.is_file() {
        let message = format!(
            "there is no key in {}; start `orderly dev` here first, make one with `orderly keys`, or name one with --token-key",
            path.display()
        );
        return Err(Failure::Usage(message).into());
    }
    Ok(TokenKey::load(&path)?)
}

fn request(args: &TokenArgs) -> anyhow::Result<TokenRequest> {
    let subject = match (&args.subject, args.role) {
        (Some(subject), _) => subject.clone(),
        (None, Role::Customer) => return Err(Failure::Usage("a customer's token needs --subject, the customer's UUID".to_owned()).into()),
        (None, role) => args.channel.clone().unwrap_or_else(|| role.to_string()),
    };
    if !args.grant.is_empty() && args.role != Role::Service {
        return Err(Failure::Usage("--grant is for --role service: other roles have their rights".to_owned()).into());
    }
    let lifetime = Duration::from_secs(u64::from(args.hours) * 3600);
    Ok(TokenRequest { subject, role: args.role, channel: args.channel.clone(), grants: args.grant.clone(), lifetime })
}
