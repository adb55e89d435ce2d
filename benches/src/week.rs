//! The week of real orders through everything in one process: HTTP, log, saga, simulator, read models.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::process::{Stack, program};
use crate::report::{Section, Target};

pub(crate) const TITLE: &str = "week: real orders from placement to their end";

const ABOUT: &str = "`orderly dev` on an empty folder with a Postgres of its own, and `orderly load` with the week of `examples/complete-journey`, 32 requests at once: everything in \
one process, one run.";

/// Loads the week into a fresh stack and says how it went.
pub(crate) async fn run() -> anyhow::Result<Section> {
    let data = tempfile::tempdir()?;
    let (stack, first_start) = Stack::start(data.path()).await?;
    eprintln!("week: loading");
    let summary = load(&stack, data.path())?;
    let (memory, peak) = stack.memory_mib()?;
    stack.stop()?;
    let (stack, second_start) = Stack::start(data.path()).await?;
    stack.stop()?;

    let number = |name: &str| summary[name].as_f64().with_context(|| format!("the summary has no {name}: {summary}"));
    let [orders, lines, seconds, rate] = ["orders", "lines", "seconds", "orders_per_second"].map(number);
    let rate = rate?;
    let rows = [
        ("orders through to their end", format!("{rate:.0} a second ({} orders, {} lines, in {:.1} s)", orders?, lines?, seconds?)),
        ("placing, p50", format!("{} ms", number("placing_p50_ms")?)),
        ("placing, p99", format!("{} ms", number("placing_p99_ms")?)),
        ("memory of the process, without Postgres", format!("{memory} MiB at the end, {peak} MiB at most")),
        ("first start, with a new Postgres", format!("{:.1} s", first_start.as_secs_f64())),
        ("start on kept data", format!("{:.1} s", second_start.as_secs_f64())),
    ];
    let mut section = Section::new(TITLE, ABOUT);
    section.table(&["what", "figure"], rows.map(|(what, figure)| vec![what.to_owned(), figure]));
    section.targets(&[
        Target::at_least("real orders a second, from placement to completion", 300.0, "/s", rate),
        Target::at_most("memory at most", 256.0, " MiB", peak as f64),
        Target::at_most("second start", 3.0, " s", second_start.as_secs_f64()),
    ]);
    Ok(section)
}

fn load(stack: &Stack, data_dir: &Path) -> anyhow::Result<Value> {
    let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/complete-journey"));
    let mut command = Command::new(program("orderly")?);
    command.arg("load").arg(files.join("order-lines-first-week.csv.gz"));
    command.arg("--products").arg(files.join("products.csv.gz")).arg("--customers").arg(files.join("customers.csv.gz"));
    command.args(["--url", &stack.command_url(), "-o", "json", "--data-dir"]).arg(data_dir);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the load ended with {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}
