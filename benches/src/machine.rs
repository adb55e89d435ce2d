//! What a run ran on.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use chrono::Utc;

use crate::clients::micros;
use crate::report::Section;
use crate::sample::Sample;
use crate::server::Server;

pub(crate) const TITLE: &str = "Machine";

const LOCK: &str = include_str!("../../Cargo.lock");

/// The machine, its disk and the versions.
pub(crate) async fn describe(server: &Server) -> anyhow::Result<Section> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let postgres = server.answer("select current_setting('server_version')").await?;
    let settings = "select string_agg(name || ' = ' || current_setting(name), ', ' order by name) from pg_settings where name in
        ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size', 'wal_sync_method')";
    let lines = [
        format!("- {cores} cores of {}; memory {}", field("/proc/cpuinfo", "model name"), field("/proc/meminfo", "MemTotal")),
        format!("- {}; disk: {}; {}", line("uname", &["-sr"]), file_system(server.folder()), flushes(server.folder())?),
        format!("- Postgres {postgres} ({})", server.answer(settings).await?),
        format!(
            "- {}, release build; cqrs-es {}, postgres-es {}",
            line("rustc", &["--version"]),
            version("cqrs-es"),
            version("postgres-es")
        ),
        "- Postgres, everything that is measured and the load generator share the cores.".to_owned(),
    ];
    Ok(Section::new(TITLE, &lines.join("\n")))
}

/// When and of what a section was written.
pub(crate) fn stamp() -> String {
    let dirty = line("git", &["status", "--porcelain", "--untracked-files=no", "--", ".", ":!benches/RESULTS.md"]);
    let commit = line("git", &["rev-parse", "--short", "HEAD"]);
    let changes = if dirty.is_empty() { "" } else { " with changes" };
    format!("*{}, commit {commit}{changes}, load average before {}.*", Utc::now().format("%Y-%m-%d %H:%M UTC"), load_average())
}

/// Of the last minute.
pub(crate) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// How long this disk takes to make 8 KiB last.
fn flushes(folder: &Path) -> anyhow::Result<String> {
    let mut file = File::create(folder.join("flushed"))?;
    let mut latencies = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        file.write_all(&[1; 8192])?;
        file.sync_data()?;
        latencies.push(micros(begun.elapsed()));
    }
    let sample = Sample::of_one_caller(latencies);
    let [half, most] = [0.5, 0.99].map(|part| sample.percentile_ms(part).unwrap_or_default());
    Ok(format!("8 KiB written and flushed in {half:.2} ms (p50), {most:.2} ms (p99)"))
}

fn file_system(folder: &Path) -> String {
    let output = Command::new("df").args(["--output=fstype,size"]).arg(folder).output().ok();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().nth(1).map_or_else(|| "unknown".to_owned(), |line| line.split_whitespace().collect::<Vec<_>>().join(", KiB: "))
}

fn line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().ok();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_else(|| "unknown".to_owned());
    text.lines().next().unwrap_or_default().trim().to_owned()
}

fn field(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let value = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':'));
    value.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

/// As this workspace resolved it.
fn version(package: &str) -> &'static str {
    let found = LOCK.split_once(&format!("name = \"{package}\"\nversion = \"")).and_then(|(_, rest)| rest.split('"').next());
    found.unwrap_or("unknown")
}
