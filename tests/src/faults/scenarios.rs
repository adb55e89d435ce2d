//! Several processes write, several read, and something is killed all the time.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::checker::{assert_true, read_histories};
use super::dice::Dice;
use super::job::Job;
use super::log::EventLog;
use super::process::Process;
use super::readers::{assert_parts_saw_all, assert_saw_all};
use super::server::Server;
use super::soak;
use super::wire::{Direction, Wire};

/// What happens, each about so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// `kill -9` of a process that writes, which is started again.
    KillWriter,
    /// `kill -9` of a process that reads, which goes on from its checkpoint.
    KillReader,
    /// `pg_terminate_backend` of all appenders.
    TerminateAppenders,
    /// All processes of Postgres at once, without a word; it recovers.
    RestartPostgres,
    /// All connections at once.
    CutAll,
    /// The next connection that appends on which so many bytes have gone one way.
    CutAppender,
}

const SHORT: Duration = Duration::from_secs(5);
const WRITERS: usize = 3;
const PARTS: u32 = 3;

/// Processes that write and read a log, which all lead through one wire.
pub(crate) struct Crowd {
    writers: Vec<(Job, Process)>,
    readers: Vec<(Job, Process)>,
    late: Option<(Job, Process)>,
    url: String,
    folder: PathBuf,
}

impl Crowd {
    pub(crate) fn start(url: &str, folder: &Path, seed: u64, writers: usize) -> Self {
        for sub in ["writers", "readers"] {
            std::fs::create_dir(folder.join(sub)).expect("a folder can be made");
        }
        let start = |job: Job| {
            let process = Process::start(&job);
            (job, process)
        };
        let write = |n: usize| {
            let (url, folder, name) = (url.to_owned(), folder.join("writers"), format!("w{n}"));
            start(Job::Write { url, folder, name, seed, tasks: 8, pause_us: 12_000 })
        };
        let mut readers = vec![start(read_job(url, folder, "live".to_owned(), None, 50))];
        readers.extend((0..PARTS).map(|part| start(read_job(url, folder, format!("part-{part}"), Some((part, PARTS)), 20))));
        let (url, folder) = (url.to_owned(), folder.to_owned());
        Self { writers: (0..writers).map(write).collect(), readers, late: None, url, folder }
    }

    /// A reader that begins at the beginning while the others are far ahead.
    pub(crate) fn start_late_reader(&mut self) {
        if self.late.is_none() {
            let job = read_job(&self.url, &self.folder, "late".to_owned(), None, 500);
            let process = Process::start(&job);
            self.late = Some((job, process));
        }
    }

    pub(crate) fn kill_a_writer(&mut self, dice: &mut Dice) {
        start_anew(&mut self.writers, dice);
    }

    fn kill_a_reader(&mut self, dice: &mut Dice) {
        start_anew(&mut self.readers, dice);
    }

    /// Lets all finish: first who writes, then who reads, up to the end of the log.
    pub(crate) async fn finish(self) {
        for (job, process) in self.writers.into_iter().chain(self.readers).chain(self.late) {
            let status = process.finish().await;
            assert!(status.success(), "{job:?} ended with {status}");
        }
    }
}

fn read_job(url: &str, folder: &Path, name: String, part: Option<(u32, u32)>, batch: usize) -> Job {
    Job::Read { url: url.to_owned(), folder: folder.join("readers"), name, part, batch }
}

fn start_anew(processes: &mut Vec<(Job, Process)>, dice: &mut Dice) {
    let place = usize::try_from(dice.below(processes.len() as u64)).expect("there are few processes");
    let (job, process) = processes.swap_remove(place);
    process.kill();
    let process = Process::start(&job);
    processes.push((job, process));
}

/// Everything that the crowd wrote down and saw is true of the log, which is answered in figures.
pub(crate) async fn assert_all_true(url: &str, folder: &Path) -> super::checker::Figures {
    let log = EventLog::read(url).await;
    let figures = assert_true(&read_histories(&folder.join("writers")), &log);
    let readers = folder.join("readers");
    assert_saw_all(&readers, "live", &log);
    assert_saw_all(&readers, "late", &log);
    assert_parts_saw_all(&readers, &(0..PARTS).map(|part| format!("part-{part}")).collect::<Vec<_>>(), &log);
    let each = [figures.appended, figures.refused, figures.unchanged, figures.read, figures.replayed];
    assert!(each.iter().all(|count| *count > 0), "the clients did not ask everything: {figures:?}");
    figures
}

async fn under(what: &str, faults: &[(Fault, Duration)]) {
    let seed = soak::seed();
    println!("{what}: seed {seed}");
    let mut dice = Dice::of(seed, what);
    let mut server = Server::with_log().await;
    let wire = Wire::before(server.port).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut crowd = Crowd::start(&wire.url(), folder.path(), seed, WRITERS);

    let (begin, length) = (Instant::now(), soak::length(SHORT));
    let mut due: Vec<Duration> = faults.iter().map(|(_, every)| *every).collect();
    let mut done = vec![0_u64; faults.len()];
    while begin.elapsed() < length {
        if begin.elapsed() > length / 2 {
            crowd.start_late_reader();
        }
        for (place, (fault, every)) in faults.iter().enumerate() {
            if begin.elapsed() >= due[place] {
                strike(*fault, &mut crowd, &mut server, &wire, &mut dice).await;
                due[place] = begin.elapsed() + jittered(*every, &mut dice);
                done[place] += 1;
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    wire.disarm();
    crowd.start_late_reader();
    crowd.finish().await;
    let figures = assert_all_true(&server.url(), folder.path()).await;
    assert!(done.iter().all(|count| *count > 0), "not every fault struck: {done:?} of {faults:?}");
    let cut = faults.iter().any(|(fault, _)| *fault == Fault::CutAppender);
    assert!(!cut || wire.cuts() > 0, "no connection was cut in the middle");
    let struck: Vec<String> = faults.iter().zip(&done).map(|((fault, _), count)| format!("{count} × {fault:?}")).collect();
    soak::record(
        what,
        seed,
        &format!("{} s, {} ({} connections cut at a byte); {figures}", length.as_secs(), struck.join(", "), wire.cuts()),
    );
}

fn jittered(every: Duration, dice: &mut Dice) -> Duration {
    every / 2 + Duration::from_micros(dice.below(u64::try_from(every.as_micros()).unwrap_or(u64::MAX)))
}

async fn strike(fault: Fault, crowd: &mut Crowd, server: &mut Server, wire: &Wire, dice: &mut Dice) {
    match fault {
        Fault::KillWriter => crowd.kill_a_writer(dice),
        Fault::KillReader => crowd.kill_a_reader(dice),
        Fault::TerminateAppenders => {
            server.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'orderly-appender'").await;
        }
        Fault::RestartPostgres => {
            server.stop_immediately().await;
            tokio::time::sleep(Duration::from_millis(dice.below(300))).await;
            server.start().await;
        }
        Fault::CutAll => wire.cut_all(),
        Fault::CutAppender => {
            let direction = if dice.chance(70) { Direction::Answer } else { Direction::Request };
            wire.cut_appender_after(direction, usize::try_from(dice.below(20_000)).expect("a small number"));
        }
    }
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_and_readers_are_killed() {
    under("writers and readers are killed", &[(Fault::KillWriter, ms(400)), (Fault::KillReader, ms(300))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn appenders_are_terminated_once_a_second() {
    under("appenders are terminated", &[(Fault::TerminateAppenders, ms(1000))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_stopped_without_a_word_and_started_again() {
    under("Postgres is stopped without a word", &[(Fault::RestartPostgres, ms(1700))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_cut_anywhere() {
    under("connections are cut anywhere", &[(Fault::CutAppender, ms(60)), (Fault::CutAll, ms(900))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_at_once() {
    let all = [
        (Fault::KillWriter, ms(700)),
        (Fault::KillReader, ms(700)),
        (Fault::TerminateAppenders, ms(600)),
        (Fault::RestartPostgres, ms(2500)),
        (Fault::CutAll, ms(1500)),
        (Fault::CutAppender, ms(150)),
    ];
    under("everything at once", &all).await;
}
