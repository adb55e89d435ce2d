use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long requests in flight may hold up the end: an open connection must not do so for ever.
const DRAIN: Duration = Duration::from_secs(15);

/// Serves until it is told to stop, then finishes what is in flight.
pub(super) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    let deadline = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        served = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned()) => served,
        () = deadline => Err(io::Error::new(io::ErrorKind::TimedOut, "requests were still in flight when the time to finish them was over")),
    }
}
