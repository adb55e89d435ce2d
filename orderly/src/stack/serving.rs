use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::Layer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tracing::debug;

/// How long requests in flight may hold up the end: an open connection must not do so for ever.
const DRAIN: Duration = Duration::from_secs(15);

/// How long the head of a request may take, and each part of its body: who stops in the middle holds a connection, and nobody else gets
/// it. A connection on which nothing is asked is closed after the same time.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes that the head of a request may have: longer ones are answered with 431.
const LONGEST_HEAD: usize = 32 * 1024;

/// Serves until it is told to stop, then finishes what is in flight.
pub(super) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    serve_within(PATIENCE, listener, router, stop).await
}

async fn serve_within(patience: Duration, mut listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            (stream, _) = Listener::accept(&mut listener) => {
                drop(connections.spawn(answer(patience, stream, router.clone(), stop.clone())));
            }
            Some(_) = connections.join_next() => {}
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "requests were still in flight when the time to finish them was over");
    tokio::time::timeout(DRAIN, finished).await.map_err(late)
}

/// Answers on one connection until its other end closes it, or until the answer in flight when it is told to stop.
async fn answer(patience: Duration, stream: TcpStream, router: Router, stop: CancellationToken) {
    // Answers are small: none waits for the acknowledgment of the one before.
    drop(stream.set_nodelay(true));
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(LONGEST_HEAD);
    // Around the router as a whole: a layer within would box each request once more.
    let service = TowerToHyperService::new(RequestBodyTimeoutLayer::new(patience).layer(router));
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        debug!(%error, "a connection broke off");
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;

    use super::*;

    const SHORT: Duration = Duration::from_millis(200);

    struct Server {
        address: SocketAddr,
        stop: CancellationToken,
        /// Told when somebody asks for what is answered only at the end.
        asked: Arc<Notify>,
        serving: JoinHandle<io::Result<()>>,
    }

    async fn server() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop, asked) = (listener.local_addr().unwrap(), CancellationToken::new(), Arc::new(Notify::new()));
        let (ends, tell) = (stop.clone(), asked.clone());
        let last = get(async move || {
            tell.notify_one();
            ends.cancelled().await;
            "the last answer"
        });
        let router = Router::new().route("/last", last).route("/echo", post(async |body: String| body));
        let serving = tokio::spawn(serve_within(SHORT, listener, router, stop.clone()));
        Server { address, stop, asked, serving }
    }

    /// What comes back until the server closes the connection.
    async fn sent(address: SocketAddr, text: &str) -> String {
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = tokio::time::timeout(Duration::from_secs(20), connection.read_to_string(&mut answer)).await;
        read.expect("the server closes the connection").unwrap();
        answer
    }

    #[tokio::test]
    async fn a_request_that_is_never_sent_whole_does_not_hold_its_connection() {
        let Server { address, stop, serving, .. } = server().await;
        assert_eq!(sent(address, "").await, "");
        assert!(!sent(address, "GET /last HTTP/1.1\r\nHost: x\r\n").await.contains("200 OK"));
        assert!(!sent(address, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf").await.contains("200 OK"));
        let head = format!("GET /last HTTP/1.1\r\nHost: x\r\nX-Long: {}", "x".repeat(LONGEST_HEAD));
        assert!(sent(address, &head).await.starts_with("HTTP/1.1 431 "), "a head without end is not read to its end");
        stop.cancel();
        serving.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_is_in_flight_at_the_end_is_answered() {
        let Server { address, stop, asked, serving } = server().await;
        let answer = tokio::spawn(async move { sent(address, "GET /last HTTP/1.1\r\nHost: x\r\n\r\n").await });
        asked.notified().await;
        stop.cancel();
        let answer = answer.await.unwrap();
        assert!(answer.ends_with("the last answer"), "{answer}");
        serving.await.unwrap().unwrap();
    }
}
