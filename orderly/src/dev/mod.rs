//! `orderly dev`: everything in one process, on a Postgres of its own.

mod greeting;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aggregates::values::Currency;
use clap::Args;
use identity::{Role, TokenKey};
use tracing::warn;

use crate::embedded::{EmbeddedError, EmbeddedPostgres, KeptPostgres};
use crate::exit::Outcome;
use crate::load::{self, LoadSettings, Progress, Receive};
use crate::load_command::{self, told};
use crate::output::{self, Format, OutputArgs};
use crate::secrets::{Secrets, TOKEN_KEY_FILE};
use crate::signals::StopSignals;
use crate::stack::{Listeners, MovedBy, Ports, Roles, Stack, StackSettings};

use greeting::Greeting;

/// The file that tells other programs where the database is.
const DATABASE_URL_FILE: &str = "database-url";

/// How long the rest of the work may take before `--exit-when-idle` gives up.
const IDLE_WITHIN: Duration = Duration::from_secs(600);

/// Settings of `orderly dev`. Every setting of a role (`orderly command-api --help` …) holds here through its environment variable.
#[derive(Debug, Clone, Args)]
pub struct DevArgs {
    /// Send these order lines once everything runs; on a second start only what is missing
    #[arg(long, value_name = "FILE")]
    load: Option<PathBuf>,
    /// Names and categories of products for --load
    #[arg(long, value_name = "FILE", requires = "load")]
    products: Option<PathBuf>,
    /// What is known of customers for --load
    #[arg(long, value_name = "FILE", requires = "load")]
    customers: Option<PathBuf>,
    /// Requests at once for --load
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024), value_name = "N")]
    concurrency: u16,
    /// Currency of lines that name none, for --load
    #[arg(long, default_value = "USD", value_name = "CODE")]
    currency: Currency,
    /// Where the embedded Postgres, the keys and the secrets are kept
    #[arg(long, env = "ORDERLY_DATA_DIR", default_value = ".orderly", value_name = "FOLDER")]
    data_dir: PathBuf,
    /// Use this Postgres instead of one of its own
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// Commands on this port, queries on the next, management 10 and the simulator 11 above it; 0 takes any that are free
    #[arg(long, env = "ORDERLY_PORT_BASE", default_value_t = 8080, value_parser = clap::value_parser!(u16).range(0..=65524), value_name = "PORT")]
    port_base: u16,
    /// Stop once nothing is left to do
    #[arg(long)]
    exit_when_idle: bool,
}

/// Runs everything until it is asked to stop.
///
/// # Errors
/// It can't start, told with the remedy, or a worker can't go on.
pub(crate) async fn run(args: DevArgs, output: &OutputArgs) -> anyhow::Result<Outcome> {
    let signals = StopSignals::new()?;
    if let Some(file) = &args.load {
        load::check_files(file, args.products.as_deref(), args.customers.as_deref())?;
    }
    let listeners = Listeners::bind(&Ports::from_base(args.port_base), Roles::ALL, MovedBy::PortBase).await?;
    let secrets = Secrets::load_or_create(&args.data_dir)?;
    let token_key = TokenKey::load_or_create(&args.data_dir.join(TOKEN_KEY_FILE))?;
    let (mut postgres, url) = database(&args, &secrets).await?;
    let outcome = match StackSettings::everything(&url, &secrets, &token_key) {
        Ok(settings) => Dev { args: &args, output, url: &url, signals, postgres: postgres.as_mut() }.run(listeners, settings).await,
        Err(error) => Err(error.into()),
    };
    match (outcome, stop(postgres).await) {
        (Ok(outcome), stopped) => stopped.map(|()| outcome).map_err(Into::into),
        (Err(failure), stopped) => {
            // What went wrong first is told last: this one most probably follows from it.
            if let Err(error) = stopped {
                warn!(%error, "the embedded Postgres did not stop");
            }
            Err(failure)
        }
    }
}

async fn stop(postgres: Option<KeptPostgres>) -> Result<(), EmbeddedError> {
    match postgres {
        Some(postgres) => postgres.stop().await,
        None => Ok(()),
    }
}

async fn database(args: &DevArgs, secrets: &Secrets) -> anyhow::Result<(Option<KeptPostgres>, String)> {
    if let Some(url) = &args.database_url {
        return Ok((None, url.clone()));
    }
    let postgres = EmbeddedPostgres::start(&args.data_dir, &secrets.postgres_password).await?;
    let url = postgres.url().to_owned();
    leave_url(&args.data_dir, &url)?;
    Ok((Some(postgres.keep()), url))
}

/// For `replay` and other programs; it holds a password, so only its owner may read it.
fn leave_url(data_dir: &Path, url: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let path = data_dir.join(DATABASE_URL_FILE);
    let mut file = std::fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{url}")
}

struct Dev<'a> {
    args: &'a DevArgs,
    output: &'a OutputArgs,
    url: &'a str,
    signals: StopSignals,
    postgres: Option<&'a mut KeptPostgres>,
}

impl Dev<'_> {
    async fn run(mut self, listeners: Listeners, settings: StackSettings) -> anyhow::Result<Outcome> {
        let mut stack = Stack::start_on(listeners, settings).await?;
        let outcome = self.work(&mut stack).await;
        if let Err(failure) = &outcome
            && failure.is::<EmbeddedError>()
        {
            // What is in flight would wait for a Postgres that does not come back, and whoever started it for a word about that.
            stack.abandon().await;
            return outcome;
        }
        let finished = stack.shutdown().await;
        let outcome = outcome?;
        finished.map(|()| outcome)
    }

    async fn work(&mut self, stack: &mut Stack) -> anyhow::Result<Outcome> {
        let operator = stack.token("dev", Role::Operator)?;
        let program = std::env::args().next().unwrap_or_else(|| "orderly".to_owned());
        let (addresses, data_dir) = (*stack.addresses(), &self.args.data_dir);
        let greeting = Greeting { addresses, data_dir, url: self.url, token: &operator, program: &program };
        greeting.first_lines();
        let load = self.load_settings(stack)?;
        let output = self.output;
        let loading = async {
            match load {
                Some(settings) => told(&load::load(&settings, &Progress::on_stderr(output.quiet)).await?, output),
                None => Ok(Outcome::Done),
            }
        };
        let loaded = match self.until_stopped(stack, loading).await? {
            Some(loaded) => loaded,
            None => return Ok(if self.args.load.is_some() { Outcome::Interrupted } else { Outcome::Done }),
        };
        if self.output.output == Format::Text && !self.args.exit_when_idle {
            output::lines(self.output, &greeting.to_string())?;
        }
        self.stay(stack, loaded).await
    }

    /// Stays up until it is asked to stop, or nothing is left to do.
    async fn stay(&mut self, stack: &mut Stack, loaded: Outcome) -> anyhow::Result<Outcome> {
        if self.args.exit_when_idle {
            let idle = stack.idle(IDLE_WITHIN);
            return Ok(self.until_stopped(stack, idle).await?.map_or(Outcome::Interrupted, |()| loaded));
        }
        self.until_stopped(stack, std::future::pending::<anyhow::Result<()>>()).await?;
        Ok(Outcome::Done)
    }

    /// Works until it is done; `None` if somebody wants the program to end. A worker that stops ends it, and so does a Postgres that is
    /// gone for good.
    async fn until_stopped<T>(&mut self, stack: &mut Stack, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<Option<T>> {
        tokio::select! {
            done = work => done.map(Some),
            () = self.signals.next() => Ok(None),
            worker = stack.stopped_worker() => Err(worker),
            failure = gone_for_good(self.postgres.as_deref_mut()) => Err(failure.into()),
        }
    }

    fn load_settings(&self, stack: &Stack) -> anyhow::Result<Option<LoadSettings>> {
        let Some(file) = self.args.load.clone() else { return Ok(None) };
        let address = stack.addresses().commands.ok_or_else(|| anyhow::anyhow!("no command API in this stack"))?;
        Ok(Some(LoadSettings {
            file,
            products: self.args.products.clone(),
            customers: self.args.customers.clone(),
            url: format!("http://{address}"),
            token: stack.mint(&load_command::request())?,
            concurrency: self.args.concurrency.into(),
            currency: self.args.currency,
            patience: Duration::from_secs(120),
            receive: Receive::Everything,
        }))
    }
}

async fn gone_for_good(postgres: Option<&mut KeptPostgres>) -> EmbeddedError {
    match postgres {
        Some(postgres) => postgres.gave_up().await,
        None => std::future::pending().await,
    }
}
