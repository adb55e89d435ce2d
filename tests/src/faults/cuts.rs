//! The connection that appends is cut at every byte of what it is answered and asked: one cut for each number of bytes, until there are no more to cut at, so that
//! the list grows with the protocol.

use std::path::Path;

use event_store::EventStore;
use tokio::task::JoinSet;

use super::asking::{Client, log_args};
use super::checker::{Figures, assert_true, read_histories};
use super::history::{Answer, Pen};
use super::log::EventLog;
use super::server::Server;
use super::shelves::Ask;
use super::soak;
use super::wire::{Direction, Wire};

/// How many work at it side by side, each on shelves of its own.
const LANES: usize = 4;

/// Which bytes a run cuts at: `first`, `first + step`, …
#[derive(Clone, Copy)]
struct Every {
    step: usize,
    first: usize,
}

/// What is asked around each cut.
#[derive(Clone, Copy)]
enum Exchange {
    /// On shelves that nobody else writes: one call.
    Warm,
    /// On a shelf that another store has just written: a conflict, the lock, a read, the append and the commit.
    Contended,
}

async fn cut_at(what: &str, direction: Direction, exchange: Exchange, every: Every) {
    let server = Server::with_log().await;
    let folder = tempfile::tempdir().unwrap();
    let mut lanes = JoinSet::new();
    for lane in 0..LANES {
        let (port, url, folder) = (server.port, server.url(), folder.path().to_owned());
        let own = Every { step: every.step * LANES, first: every.first + every.step * lane };
        lanes.spawn(async move { Lane::open(port, &url, &folder, lane).await.run(direction, exchange, own).await });
    }
    let cuts: Vec<usize> = lanes.join_all().await;
    let figures: Figures = assert_true(&read_histories(folder.path()), &EventLog::read(&server.url()).await);
    assert_eq!(figures.unknown, 0, "an answer was lost with its connection: {figures:?}");
    assert!(figures.refused > 0 && figures.unchanged > 0 && figures.replayed == 0, "{figures:?}");
    let cuts: usize = cuts.iter().sum();
    assert!(cuts > 5, "only {cuts} cuts: more bytes go over the wire than that");
    soak::record(what, u64::try_from(every.first).unwrap(), &format!("{cuts} cuts, one at every {} bytes; {figures}", every.step));
}

struct Lane {
    wire: Wire,
    cut: Client,
    other: Client,
    name: String,
}

impl Lane {
    async fn open(port: u16, url: &str, folder: &Path, lane: usize) -> Self {
        let wire = Wire::before(port).await;
        let store = EventStore::connect(&log_args(&wire.url())).await.unwrap();
        let cut = Client::new(store, Pen::new(&folder.join(format!("cut-{lane}.jsonl"))));
        let store = EventStore::connect(&log_args(url)).await.unwrap();
        let other = Client::new(store, Pen::new(&folder.join(format!("other-{lane}.jsonl"))));
        Self { wire, cut, other, name: format!("lane-{lane}") }
    }

    /// Answers how many cuts there were before there was nothing left to cut at.
    async fn run(self, direction: Direction, exchange: Exchange, every: Every) -> usize {
        self.ask(0, exchange).await;
        let mut cuts = 0;
        for bytes in (every.first..).step_by(every.step) {
            if let Exchange::Contended = exchange {
                self.other.ask(&Ask::Receive { shelf: self.name.clone(), units: 2 }, None).await;
            }
            self.wire.cut_appender_after(direction, bytes);
            self.ask(bytes + 1, exchange).await;
            if self.wire.disarm() {
                break;
            }
            cuts += 1;
        }
        self.cut.store.close().await;
        self.other.store.close().await;
        cuts
    }

    /// An append over two streams under a key, one without, a refusal under a key, a no-op, a read: all at once.
    async fn ask(&self, round: usize, exchange: Exchange) {
        let shelf = match exchange {
            Exchange::Warm => format!("{}-own", self.name),
            Exchange::Contended => self.name.clone(),
        };
        let key = |what: &str| format!("{}-{what}-{round}", self.name);
        let (receive, take) = (Ask::Receive { shelf: shelf.clone(), units: 3 }, Ask::Take { shelf: shelf.clone(), units: 1_000_000 });
        let relocate = Ask::Move { from: shelf.clone(), to: vec![format!("{}-other", self.name)], units: 1 };
        let (reopen, look) = (Ask::Reopen { shelf: shelf.clone() }, Ask::Look { shelf });
        let (relocate_key, take_key) = (key("move"), key("take"));
        let answers = tokio::join!(
            self.cut.ask(&receive, None),
            self.cut.ask(&relocate, Some(&relocate_key)),
            self.cut.ask(&take, Some(&take_key)),
            self.cut.ask(&reopen, None),
            self.cut.ask(&look, None),
        );
        let (received, moved, taken, reopened, looked) = answers;
        assert!(matches!(received, Answer::Done { events: 1, replayed: false, .. }), "{received:?}");
        assert!(matches!(moved, Answer::Done { events: 2, replayed: false, .. }), "{moved:?}");
        assert!(matches!(taken, Answer::Refused { replayed: false, .. }), "{taken:?}");
        assert!(matches!(reopened, Answer::Done { events: 0, .. }), "{reopened:?}");
        assert!(matches!(looked, Answer::Looked { .. }), "{looked:?}");
    }
}

/// Every byte in a soak; of a short run every `step`th, from another one each time.
fn sampled(step: usize) -> Every {
    let first = usize::try_from(soak::seed()).unwrap() % step;
    if soak::is_long() { Every { step: 1, first: 0 } } else { Every { step, first } }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_cut_at_every_byte() {
    cut_at("answers cut at every byte", Direction::Answer, Exchange::Warm, Every { step: 1, first: 0 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_under_the_lock_is_cut_anywhere() {
    cut_at("answers under the lock cut anywhere", Direction::Answer, Exchange::Contended, sampled(11)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_cut_anywhere() {
    cut_at("requests cut anywhere", Direction::Request, Exchange::Warm, sampled(53)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_the_lock_is_cut_anywhere() {
    cut_at("requests under the lock cut anywhere", Direction::Request, Exchange::Contended, sampled(101)).await;
}
