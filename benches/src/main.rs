//! How fast it is, measured from outside: the programs of this build, as a user starts them. `make bench` writes `benches/RESULTS.md`.
//!
//! Each part is a module with a `run` that answers a section of the results; a part is picked by its name (`BENCH=week make bench`).

mod machine;
mod process;
mod week;

use anyhow::{Context, bail};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_else(|| "all".to_owned());
    let mut sections = vec![machine::describe()];
    match wanted.as_str() {
        "all" | "week" => sections.push(week::run().await?),
        other => bail!("there is no part '{other}': week, or all"),
    }
    let results = format!("# Results\n\nWritten by `make bench`; figures of one run on one machine.\n\n{}\n", sections.join("\n\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");
    std::fs::write(path, &results).with_context(|| format!("{path} cannot be written"))?;
    println!("{results}");
    Ok(())
}
