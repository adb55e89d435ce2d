//! The way between clients and Postgres: it can be cut after any byte, and led to another server.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Answer,
}

/// A cut that is waiting for its byte.
#[derive(Debug, Clone, Copy)]
struct Armed {
    direction: Direction,
    bytes_left: usize,
}

pub(crate) struct Wire {
    port: u16,
    paths: Arc<Paths>,
    accepting: JoinHandle<()>,
}

struct Paths {
    server: AtomicU16,
    armed: Mutex<Option<Armed>>,
    cuts: AtomicUsize,
    cut_all: broadcast::Sender<()>,
}

impl Wire {
    /// In front of the server on this port.
    pub(crate) async fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("a listener has an address").port();
        let paths = Arc::new(Paths {
            server: AtomicU16::new(server),
            armed: Mutex::new(None),
            cuts: AtomicUsize::new(0),
            cut_all: broadcast::channel(1).0,
        });
        let accepting = tokio::spawn(accept(listener, paths.clone()));
        Self { port, paths, accepting }
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/log", self.port)
    }

    /// Leads to another server from now on.
    pub(crate) fn lead_to(&self, server: u16) {
        self.paths.server.store(server, Ordering::SeqCst);
        self.cut_all();
    }

    /// Cuts every connection.
    pub(crate) fn cut_all(&self) {
        drop(self.paths.cut_all.send(()));
    }

    /// Of what an appender asks, or is answered, so many bytes still get through from now on; then its connection is cut.
    pub(crate) fn cut_appender_after(&self, direction: Direction, bytes: usize) {
        *self.paths.armed() = Some(Armed { direction, bytes_left: bytes });
    }

    /// How many connections were cut at their byte.
    pub(crate) fn cuts(&self) -> usize {
        self.paths.cuts.load(Ordering::SeqCst)
    }

    /// No longer. Answers whether the cut was still waiting: fewer bytes went that way.
    pub(crate) fn disarm(&self) -> bool {
        self.paths.armed().take().is_some()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut_all();
    }
}

impl Paths {
    fn armed(&self) -> std::sync::MutexGuard<'_, Option<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of these bytes get through before the cut, if it comes now.
    fn cut_here(&self, direction: Direction, bytes: usize) -> Option<usize> {
        let mut armed = self.armed();
        let cut = armed.as_mut().filter(|cut| cut.direction == direction)?;
        if bytes > cut.bytes_left {
            self.cuts.fetch_add(1, Ordering::SeqCst);
            return armed.take().map(|cut| cut.bytes_left);
        }
        cut.bytes_left -= bytes;
        None
    }
}

async fn accept(listener: TcpListener, paths: Arc<Paths>) {
    while let Ok((client, _)) = listener.accept().await {
        let server = TcpStream::connect(("127.0.0.1", paths.server.load(Ordering::SeqCst))).await;
        if let Ok(server) = server {
            tokio::spawn(connect(client, server, paths.clone()));
        }
    }
}

/// Both ways until one of them ends.
async fn connect(mut client: TcpStream, server: TcpStream, paths: Arc<Paths>) {
    let mut cut_all = paths.cut_all.subscribe();
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    let Ok(first) = startup(&mut client).await else { return };
    let is_appender = first.windows(16).any(|window| window == b"orderly-appender");
    let (from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    if to_server.write_all(&first).await.is_err() {
        return;
    }
    tokio::select! {
        () = forward(from_client, to_server, &paths, is_appender.then_some(Direction::Request)) => {}
        () = forward(from_server, to_client, &paths, is_appender.then_some(Direction::Answer)) => {}
        _ = cut_all.recv() => {}
    }
}

/// The message that names the application. A client may ask for encryption first, which is refused: nothing could be told apart otherwise.
async fn startup(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    const ASKS_FOR_ENCRYPTION: [&[u8]; 2] = [&80_877_103_u32.to_be_bytes(), &80_877_104_u32.to_be_bytes()];
    loop {
        let length = usize::try_from(client.read_u32().await?).unwrap_or_default();
        let mut message = vec![0; length.clamp(4, 1 << 13) - 4];
        client.read_exact(&mut message).await?;
        if !ASKS_FOR_ENCRYPTION.contains(&&message[..]) {
            return Ok([&u32::try_from(length).unwrap_or_default().to_be_bytes(), &message[..]].concat());
        }
        client.write_all(b"N").await?;
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, paths: &Paths, counted: Option<Direction>) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let cut = counted.and_then(|direction| paths.cut_here(direction, length));
        let through = cut.unwrap_or(length);
        if to.write_all(&bytes[..through]).await.is_err() || cut.is_some() {
            return;
        }
    }
}
