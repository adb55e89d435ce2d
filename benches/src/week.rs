//! The week of real orders through everything in one process: HTTP, log, saga, simulator, read models.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::ensure;
use serde_json::Value;

use crate::process::{Stack, program};

/// Loads the week into a fresh stack and says how it went.
pub(crate) async fn run() -> anyhow::Result<String> {
    let data = tempfile::tempdir()?;
    let (stack, first_start) = Stack::start(data.path()).await?;
    let summary = load(&stack, data.path())?;
    let (memory, peak) = stack.memory_mib()?;
    stack.stop()?;
    let (stack, second_start) = Stack::start(data.path()).await?;
    stack.stop()?;
    let rows = [
        ("first start, with initdb".to_owned(), format!("{:.1} s", first_start.as_secs_f64())),
        ("start on kept data".to_owned(), format!("{:.1} s", second_start.as_secs_f64())),
        (
            "orders through to their end".to_owned(),
            format!("{} a second ({} orders, {} lines)", summary["orders_per_second"], summary["orders"], summary["lines"]),
        ),
        ("placing, p50".to_owned(), format!("{} ms", summary["placing_p50_ms"])),
        ("placing, p99".to_owned(), format!("{} ms", summary["placing_p99_ms"])),
        ("memory at the end".to_owned(), format!("{memory} MiB (peak {peak} MiB), without Postgres")),
    ];
    let table: Vec<_> = rows.iter().map(|(what, figure)| format!("| {what} | {figure} |")).collect();
    Ok(format!(
        "## The week of real orders\n\n`BENCH=week make bench`: 32 requests at once.\n\n| what | figure |\n| --- | --- |\n{}",
        table.join("\n")
    ))
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
