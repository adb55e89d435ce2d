//! A wire between the store and Postgres that can lose an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Forwards everything; when told to, swallows the next answer to the appender and cuts its connection.
pub(crate) struct Proxy {
    pub(crate) url: String,
    cut: Arc<AtomicBool>,
    cuts: Arc<AtomicUsize>,
}

impl Proxy {
    /// In front of the server of `url`, which is on TCP.
    pub(crate) async fn before(url: &str) -> Self {
        let (head, rest) = url.split_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let server = server.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{head}@{}/{database}", listener.local_addr().unwrap());
        let (cut, cuts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        tokio::spawn(accept(listener, server, cut.clone(), cuts.clone()));
        Self { url, cut, cuts }
    }

    /// The next answer to an append never arrives.
    pub(crate) fn lose_next_answer(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    pub(crate) fn answers_lost(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, server: String, cut: Arc<AtomicBool>, cuts: Arc<AtomicUsize>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(forward(client, TcpStream::connect(server.clone()).await.unwrap(), cut.clone(), cuts.clone()));
    }
}

async fn forward(mut client: TcpStream, mut server: TcpStream, cut: Arc<AtomicBool>, cuts: Arc<AtomicUsize>) {
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut is_appender = false;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => match read {
                Ok(bytes) if bytes > 0 => {
                    is_appender |= asked[..bytes].windows(16).any(|window| window == b"orderly-appender");
                    if server.write_all(&asked[..bytes]).await.is_err() { return }
                }
                Ok(_) | Err(_) => return,
            },
            read = server.read(&mut answered) => match read {
                Ok(bytes) if bytes > 0 => {
                    // The rows of the answer: what precedes them (an answer to Parse) goes through.
                    let holds_rows = answered[..bytes].windows(6).any(|window| window == b"stored");
                    if is_appender && holds_rows && cut.swap(false, Ordering::SeqCst) {
                        cuts.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    if client.write_all(&answered[..bytes]).await.is_err() { return }
                }
                Ok(_) | Err(_) => return,
            },
        }
    }
}
