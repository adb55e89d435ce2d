use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::work::Watched;

/// A program of the same build as this one.
pub(crate) fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    ensure!(path.exists(), "{} is not built: run `make bench`", path.display());
    Ok(path)
}

/// A port that is free, as are those 1, 10 and 11 above it.
pub(crate) fn free_port_base() -> anyhow::Result<u16> {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    for _ in 0..1_000 {
        let base = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        if base < 65_000 && [0, 1, 10, 11].iter().all(|offset| is_free(base + offset)) {
            return Ok(base);
        }
    }
    bail!("no block of ports is free")
}

/// A running `orderly dev` on an embedded Postgres of its own.
pub(crate) struct Stack {
    child: Child,
    port_base: u16,
}

impl Stack {
    /// Starts it and waits until it is ready; answers how long that took, too.
    pub(crate) async fn start(data_dir: &Path) -> anyhow::Result<(Self, Duration)> {
        Self::start_on(data_dir, None).await
    }

    /// The same on a Postgres that runs already.
    pub(crate) async fn start_on(data_dir: &Path, database_url: Option<&str>) -> anyhow::Result<(Self, Duration)> {
        let (port_base, began) = (free_port_base()?, Instant::now());
        let mut command = Command::new(program("orderly")?);
        command.arg("dev").arg("--data-dir").arg(data_dir).args(["--port-base", &port_base.to_string()]);
        command.args(database_url.into_iter().flat_map(|url| ["--database-url", url]));
        let child = command.env_remove("DATABASE_URL").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut stack = Self { child, port_base };
        let ready = format!("http://127.0.0.1:{}/readyz", port_base + 10);
        while !reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success()) {
            if let Some(status) = stack.child.try_wait()? {
                bail!("orderly ended before it was ready, with {status}");
            }
            ensure!(began.elapsed() < Duration::from_secs(60), "orderly was not ready after 60 s");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok((stack, began.elapsed()))
    }

    pub(crate) fn command_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port_base)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn query_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port_base + 1)
    }

    /// It, its Postgres and the programs that are run meanwhile, whose work is to be measured.
    pub(crate) async fn watched(&self, database_url: &str) -> anyhow::Result<Watched> {
        let watched = Watched::of(database_url, "the probe").await?.ended("the load");
        Ok(watched.with("the program", self.child.id()))
    }

    /// The resident memory of the process (without Postgres), in MiB: now and at its peak.
    pub(crate) fn memory_mib(&self) -> anyhow::Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).context("the process has ended")?;
        let kib =
            |name: &str| -> Option<u64> { status.lines().find(|line| line.starts_with(name))?.split_whitespace().nth(1)?.parse().ok() };
        let (now, peak) = kib("VmRSS:").zip(kib("VmHWM:")).context("the kernel tells no resident memory")?;
        Ok((now / 1024, peak / 1024))
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let status = self.child.wait()?;
        ensure!(status.success(), "orderly ended with {status} when it was asked to stop");
        Ok(())
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // Only where a part failed before it could stop the stack.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
            let _ = self.child.wait();
        }
    }
}
