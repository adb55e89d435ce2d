//! `orderly load`.

use std::time::Duration;

use identity::{Authenticator, IdentityArgs, Role, TokenKey, TokenRequest};

use crate::exit::{Failure, Outcome};
use crate::load::{self, CHANNEL, LoadArgs, Progress};
use crate::output::{self, OutputArgs};
use crate::secrets::TOKEN_KEY_FILE;
use crate::signals::StopSignals;
use crate::stack::settings_of_the_environment;

/// A load may take hours.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// Sends a file, waits and tells.
///
/// # Errors
/// As [`load::load`], and without a token.
pub(crate) async fn run(args: &LoadArgs, output: &OutputArgs) -> anyhow::Result<Outcome> {
    let settings = args.settings(token(args)?);
    let progress = Progress::on_stderr(output.quiet);
    let mut signals = StopSignals::new()?;
    tokio::select! {
        loaded = load::load(&settings, &progress) => told(&loaded?, output),
        () = signals.next() => {
            eprintln!("interrupted; the same load again sends what is missing");
            Ok(Outcome::Interrupted)
        }
    }
}

/// Shows the summary; the exit code says whether all went through.
///
/// # Errors
/// Stdout can't be written.
pub(crate) fn told(summary: &load::Summary, output: &OutputArgs) -> anyhow::Result<Outcome> {
    const SHOWN: usize = 20;
    for difference in summary.differences.iter().take(SHOWN) {
        eprintln!("{difference}");
    }
    for refusal in summary.refusals.iter().take(SHOWN) {
        eprintln!("{} refused: {} ({})", refusal.what, refusal.detail, refusal.reason);
    }
    output::write(output, summary)?;
    Ok(if summary.all_went_through() { Outcome::Done } else { Outcome::Finding })
}

fn token(args: &LoadArgs) -> anyhow::Result<String> {
    if let Some(token) = &args.token {
        return Ok(token.clone());
    }
    let path = args.data_dir.join(TOKEN_KEY_FILE);
    if !path.is_file() {
        let message = format!("no --token, and no key to make one with in {}; is this where `orderly dev` runs?", args.data_dir.display());
        return Err(Failure::Usage(message).into());
    }
    let identity: IdentityArgs = settings_of_the_environment()?;
    let authenticator = Authenticator::with_key(&TokenKey::load(&path)?, &identity.token_issuer, &identity.token_audience);
    Ok(authenticator.mint(&request())?)
}

/// The token with which a load speaks for its channel, and adds what its orders need: products, warehouses and stock.
pub(crate) fn request() -> TokenRequest {
    TokenRequest {
        subject: CHANNEL.to_owned(),
        role: Role::Service,
        channel: Some(CHANNEL.to_owned()),
        grants: load::GRANTS.to_vec(),
        lifetime: LIFETIME,
    }
}
