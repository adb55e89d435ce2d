use tokio_util::sync::CancellationToken;

use crate::cli::{Cli, Command, DeadLetters};
use crate::commands::{at, dead_letters, events, generations, import, manual, parked, rebuild, saga, status, verify};
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::session::Session;

/// Does what was typed. The first Ctrl-C ends it in order, a second one at once.
pub async fn run(cli: Cli) -> Outcome {
    let stop = CancellationToken::new();
    let signals = tokio::spawn(listen(stop.clone()));
    let done = dispatch(&cli, &stop).await;
    signals.abort();
    match done {
        Ok(outcome) => outcome,
        // Whoever stopped reading has not heard everything: an exit code that is an answer does not say that nothing was found.
        Err(Failure::OutputClosed) if answers(&cli.command) => Outcome::Finding,
        Err(failure) => {
            if !matches!(failure, Failure::OutputClosed) {
                eprintln!("replay: {failure}");
            }
            failure.outcome()
        }
    }
}

/// Whether the exit code of a command is an answer.
fn answers(command: &Command) -> bool {
    matches!(
        command,
        Command::Verify(_)
            | Command::Status(_)
            | Command::Parked(_)
            | Command::DeadLetters(DeadLetters::Retry(_) | DeadLetters::Discard(_))
    )
}

async fn listen(stop: CancellationToken) {
    for _ in 0..2 {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        if stop.is_cancelled() {
            std::process::exit(i32::from(Outcome::Interrupted.code()));
        }
        stop.cancel();
    }
}

async fn dispatch(cli: &Cli, stop: &CancellationToken) -> Result<Outcome, Failure> {
    match &cli.command {
        Command::Completions { shell } => manual::completions(*shell, &mut Output::stdout(&cli.output)),
        Command::Man { folder } => manual::pages(folder, &mut Output::stdout(&cli.output)),
        Command::Status(_)
        | Command::Events(_)
        | Command::Saga(_)
        | Command::Parked(_)
        | Command::At(_)
        | Command::Cancel(_)
        | Command::Rollback(_)
        | Command::Pause(_)
        | Command::Resume(_)
        | Command::DeadLetters(DeadLetters::List(_) | DeadLetters::Show(_))
        | Command::Import(_) => {
            let session = Session::open(&cli.connection).await?;
            on(session, cli, stop).await
        }
        Command::Verify(_) | Command::Rebuild(_) | Command::DeadLetters(DeadLetters::Retry(_) | DeadLetters::Discard(_)) => {
            let session = Session::open_with_keys(&cli.connection).await?;
            on(session, cli, stop).await
        }
    }
}

async fn on(session: Session, cli: &Cli, stop: &CancellationToken) -> Result<Outcome, Failure> {
    let mut output = Output::stdout(&cli.output);
    let done = execute(&session, cli, stop, &mut output).await;
    session.close().await;
    done
}

/// What only reads is dropped when it is interrupted; what changes something is told and ends by itself.
async fn execute(session: &Session, cli: &Cli, stop: &CancellationToken, output: &mut Output) -> Result<Outcome, Failure> {
    let work = async {
        match &cli.command {
            Command::Status(args) => status::run(session, args, output).await,
            Command::Events(args) => events::run(session, args, output).await,
            Command::Saga(args) => saga::run(session, args, output).await,
            Command::Parked(args) => parked::run(session, args, output).await,
            Command::At(args) => at::run(session, args, output).await,
            Command::Verify(args) => verify::run(session, args, &cli.output, stop, output).await,
            Command::Rebuild(args) => rebuild::run(session, args, &cli.output, stop, output).await,
            Command::Cancel(args) => generations::cancel(session, args, output).await,
            Command::Rollback(args) => generations::rollback(session, args, output).await,
            Command::Pause(args) => generations::pause(session, args, output).await,
            Command::Resume(args) => generations::resume(session, args, output).await,
            Command::DeadLetters(command) => dead_letters::run(session, command, output).await,
            Command::Import(args) => import::run(session, args, &cli.output, stop, output).await,
            Command::Completions { .. } | Command::Man { .. } => Ok(Outcome::Done),
        }
    };
    let only_reads = matches!(
        cli.command,
        Command::Status(_)
            | Command::Events(_)
            | Command::Saga(_)
            | Command::Parked(_)
            | Command::At(_)
            | Command::DeadLetters(DeadLetters::List(_) | DeadLetters::Show(_))
    );
    tokio::select! {
        done = work => done,
        () = stop.cancelled(), if only_reads => Err(Failure::Interrupted),
    }
}
