//! Processor time, by room: what a command costs whatever else the machine does meanwhile. The kernel's books are read before and after, of this
//! process, of the programs beside it, of the children of either that have ended, and of a Postgres with all of its sessions.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use sqlx::{Connection, PgConnection};

use crate::figures::short;

/// Threads of this name are the log, in whatever process they are.
const LOG_THREAD: &str = "event-store";
const LOG: &str = "the log's thread";
const POSTGRES: &str = "Postgres";

/// Whose time is looked at.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    postmaster: Process,
    programs: Vec<(&'static str, Process)>,
    here: &'static str,
    ended: &'static str,
}

impl Watched {
    /// The Postgres of a superuser's URL, and this process under a name.
    pub(crate) async fn of(url: &str, here: &'static str) -> anyhow::Result<Self> {
        let mut connection = PgConnection::connect(url).await?;
        let folder: String = sqlx::query_scalar("select current_setting('data_directory')").fetch_one(&mut connection).await?;
        connection.close().await?;
        let file = Path::new(&folder).join("postmaster.pid");
        let text = fs::read_to_string(&file).with_context(|| format!("{} tells whom to watch", file.display()))?;
        let postmaster = text.lines().next().unwrap_or_default().trim().parse().context("it begins with a process id")?;
        Ok(Self { postmaster: Process(postmaster), programs: Vec::new(), here, ended: "programs that ended" })
    }

    /// The same with another name for this process.
    pub(crate) fn here(&self, name: &'static str) -> Self {
        Self { here: name, ..self.clone() }
    }

    /// The same, with a program beside it.
    pub(crate) fn with(&self, name: &'static str, pid: u32) -> Self {
        let mut watched = self.clone();
        watched.programs.push((name, Process(pid)));
        watched
    }

    /// The same with a name for the programs that this process starts and waits for meanwhile.
    pub(crate) fn ended(&self, name: &'static str) -> Self {
        Self { ended: name, ..self.clone() }
    }

    /// What was used by each until now.
    pub(crate) fn until_now(&self) -> anyhow::Result<Work> {
        let mut work = Work::default();
        for (name, process) in self.programs.iter().copied().chain([(self.here, Process(std::process::id()))]) {
            let (own, log) = (process.time()?.own, process.time_of_threads(LOG_THREAD)?);
            work.add(name, own.saturating_sub(log));
            work.add(LOG, log);
        }
        work.add(self.ended, Process(std::process::id()).time()?.of_ended_children);
        for session in self.postmaster.children()? {
            // One that ends between being found and being asked is in its parent's books, which are read last.
            work.add(POSTGRES, session.time().map(|time| time.own).unwrap_or_default());
        }
        let postmaster = self.postmaster.time()?;
        work.add(POSTGRES, postmaster.own + postmaster.of_ended_children);
        Ok(work)
    }
}

/// What the sessions of a Postgres have used until now, by the names of their programs.
pub(crate) async fn sessions(url: &str) -> anyhow::Result<Work> {
    let mut connection = PgConnection::connect(url).await?;
    let rows: Vec<(i32, String)> = sqlx::query_as(
        "select pid, coalesce(nullif(application_name, ''), backend_type) from pg_stat_activity where pid <> pg_backend_pid()",
    )
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    let mut work = Work::default();
    for (pid, name) in rows {
        work.add(&name, Process(u32::try_from(pid)?).time().map(|time| time.own).unwrap_or_default());
    }
    Ok(work)
}

/// Processor time by room.
#[derive(Debug, Clone, Default)]
pub(crate) struct Work(BTreeMap<String, Duration>);

impl Work {
    fn add(&mut self, room: &str, time: Duration) {
        *self.0.entry(room.to_owned()).or_default() += time;
    }

    /// What came on top of `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let more =
            |(room, time): (&String, &Duration)| (room.clone(), time.saturating_sub(before.0.get(room).copied().unwrap_or_default()));
        Self(self.0.iter().map(more).filter(|(_, time)| !time.is_zero()).collect())
    }

    /// Both together.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        other.0.iter().for_each(|(room, time)| self.add(room, *time));
        self
    }

    pub(crate) fn all(&self) -> Duration {
        self.0.values().sum()
    }

    /// For each of so many, the largest room first.
    pub(crate) fn each(&self, count: usize) -> Share {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / count.max(1) as f64;
        let mut rooms: Vec<(String, f64)> = self.0.iter().map(|(room, time)| (room.clone(), each(*time))).collect();
        rooms.sort_by(|a, b| b.1.total_cmp(&a.1));
        Share { micros: each(self.all()), rooms }
    }
}

/// What one command, or one order, took of the processors, in microseconds.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    pub(crate) micros: f64,
    pub(crate) rooms: Vec<(String, f64)>,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.rooms.iter().filter(|(_, micros)| micros * 200.0 >= self.micros);
        f.write_str(&told.map(|(room, micros)| format!("{room} {}", short(*micros))).collect::<Vec<_>>().join(", "))
    }
}

/// A process, by its id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

/// User and system time; the kernel tells hundredths of a second.
pub(crate) struct Time {
    pub(crate) own: Duration,
    /// Of the children that were waited for.
    of_ended_children: Duration,
}

impl Process {
    /// Of all of its threads, those that ended included.
    pub(crate) fn time(self) -> anyhow::Result<Time> {
        time_in(&format!("/proc/{}/stat", self.0))
    }

    fn time_of_threads(self, name: &str) -> anyhow::Result<Duration> {
        let mut sum = Duration::ZERO;
        for thread in fs::read_dir(format!("/proc/{}/task", self.0))? {
            let thread = thread?.path();
            if fs::read_to_string(thread.join("comm")).is_ok_and(|comm| comm.trim() == name) {
                sum += time_in(&thread.join("stat").to_string_lossy()).map(|time| time.own).unwrap_or_default();
            }
        }
        Ok(sum)
    }

    fn children(self) -> anyhow::Result<Vec<Self>> {
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.0))?;
        Ok(children.split_whitespace().filter_map(|pid| pid.parse().ok()).map(Self).collect())
    }
}

fn time_in(file: &str) -> anyhow::Result<Time> {
    let stat = fs::read_to_string(file)?;
    let (_, fields) = stat.rsplit_once(") ").context("a process has a name")?;
    let mut times = fields.split(' ').skip(11).take(4).map(|ticks| ticks.parse::<u64>().map(|ticks| Duration::from_millis(ticks * 10)));
    let (Some(Ok(user)), Some(Ok(system)), Some(Ok(of_users)), Some(Ok(of_systems))) =
        (times.next(), times.next(), times.next(), times.next())
    else {
        bail!("no processor times in {file}")
    };
    Ok(Time { own: user + system, of_ended_children: of_users + of_systems })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_on_top_is_shared_out_by_room() {
        let of = |postgres, log| {
            let mut work = Work::default();
            work.add(POSTGRES, Duration::from_millis(postgres));
            work.add(LOG, Duration::from_millis(log));
            work
        };
        let work = of(500, 130).since(&of(100, 30));
        assert_eq!(work.all(), Duration::from_millis(500));
        let share = work.each(1000);
        assert_eq!((share.micros, share.to_string().as_str()), (500.0, "Postgres 400, the log's thread 100"));
    }

    #[test]
    fn the_work_of_this_process_is_seen() {
        let this = Process(std::process::id());
        let before = this.time().unwrap().own;
        while this.time().unwrap().own < before + Duration::from_millis(20) {
            std::hint::black_box((0..100_000_u64).sum::<u64>());
        }
    }
}
