//! Ours over HTTP: the command API as a process of its own, and clients that speak to it as plainly as HTTP/1.1 allows, since they share its cores.

use std::fs::File;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use identity::{Authenticator, IdentityArgs, Role, TokenKey, TokenRequest};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::clients::Client;
use crate::process::{free_port_base, program};
use crate::work::Watched;
use crate::{ours, shop};

/// `orderly command-api`, with its own settings by default, and its log in a file.
pub(crate) struct CommandApi {
    child: Child,
    address: SocketAddr,
    tokens: Arc<Vec<String>>,
    // Its key and its log.
    _folder: TempDir,
}

impl CommandApi {
    /// Starts it on a migrated database and waits until it is ready.
    pub(crate) async fn start(database_url: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let key_file = folder.path().join("token-key.pem");
        let tokens = Arc::new(tokens(&TokenKey::load_or_create(&key_file)?)?);
        let port_base = free_port_base()?;
        let (address, management) = (SocketAddr::from(([127, 0, 0, 1], port_base)), SocketAddr::from(([127, 0, 0, 1], port_base + 10)));
        let child = Command::new(program("orderly")?)
            .arg("command-api")
            .env("DATABASE_URL", database_url)
            .env("ORDERLY_MASTER_KEY", hex::encode(ours::MASTER_KEY))
            .env("ORDERLY_CLAIM_KEY", hex::encode(ours::CLAIM_KEY))
            .env("ORDERLY_TOKEN_KEY_FILE", &key_file)
            .env("ORDERLY_COMMAND_ADDR", address.to_string())
            .env("ORDERLY_MANAGEMENT_ADDR", management.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("log"))?)
            .spawn()?;
        let api = Self { child, address, tokens, _folder: folder };
        let began = Instant::now();
        while !reqwest::get(format!("http://{management}/readyz")).await.is_ok_and(|answer| answer.status().is_success()) {
            ensure!(began.elapsed() < Duration::from_secs(30), "the command API was not ready after 30 s");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(api)
    }

    /// Clients that post this, each on a connection of its own that is kept.
    pub(crate) async fn clients(&self, count: usize, request: Request) -> anyhow::Result<Vec<Posts>> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut clients = Vec::with_capacity(count);
        for _ in 0..count {
            let connection = Connection::open(self.address).await?;
            clients.push(Posts { connection, tokens: self.tokens.clone(), next: next.clone(), request: request.clone() });
        }
        Ok(clients)
    }

    /// Whom else to watch while it is asked.
    pub(crate) fn watched(&self, watched: &Watched) -> Watched {
        watched.with("the API", self.pid())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.pid().to_string()]).status()?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the command API ended with {status} when it was asked to stop");
        Ok(())
    }
}

impl Drop for CommandApi {
    fn drop(&mut self) {
        // Only where a part failed before it could stop it.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
            let _ = self.child.wait();
        }
    }
}

fn tokens(key: &TokenKey) -> anyhow::Result<Vec<String>> {
    let identity: IdentityArgs = orderly::stack::settings_of_the_environment()?;
    let authenticator = Authenticator::with_key(key, &identity.token_issuer, &identity.token_audience);
    let request = |number| TokenRequest {
        subject: ours::subject(number),
        role: Role::Operator,
        channel: None,
        grants: Vec::new(),
        lifetime: Duration::from_secs(24 * 3600),
    };
    (0..ours::CALLERS).map(|number| Ok(authenticator.mint(&request(number))?)).collect()
}

/// What is posted.
#[derive(Debug, Clone)]
pub(crate) enum Request {
    /// Another new product each time.
    AddProduct,
    /// A unit of this SKU.
    Receive(Arc<str>),
}

impl Request {
    fn path_and_body(&self) -> (String, String) {
        match self {
            Self::AddProduct => {
                let body = serde_json::json!({ "sku": shop::new_sku(), "name": shop::NAME, "category": shop::CATEGORY });
                ("/v1/products".to_owned(), body.to_string())
            }
            Self::Receive(sku) => (format!("/v1/warehouses/{}/stock/{sku}/receive", shop::WAREHOUSE), r#"{"quantity":1}"#.to_owned()),
        }
    }
}

/// Posts, each time with the next token and a new key.
pub(crate) struct Posts {
    connection: Connection,
    tokens: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
    request: Request,
}

impl Client for Posts {
    async fn ask(&mut self) -> anyhow::Result<()> {
        let token = &self.tokens[self.next.fetch_add(1, Ordering::Relaxed) % self.tokens.len()];
        let (path, body) = self.request.path_and_body();
        self.connection.post(&path, token, &body).await
    }
}

/// One connection, one request at a time.
struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    received: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address, received: Vec::with_capacity(2048) })
    }

    /// Posts with a new key; whatever is not a success is an error.
    async fn post(&mut self, path: &str, token: &str, body: &str) -> anyhow::Result<()> {
        let (address, key, length) = (self.address, Uuid::now_v7(), body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.received.clear();
        let head = loop {
            if let Some(end) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            self.receive().await?;
        };
        let (status, length) = parse(&self.received[..head])?;
        while self.received.len() < head + length {
            self.receive().await?;
        }
        if (200..300).contains(&status) {
            return Ok(());
        }
        bail!("{status}: {}", String::from_utf8_lossy(&self.received[head..]))
    }

    async fn receive(&mut self) -> anyhow::Result<()> {
        ensure!(self.stream.read_buf(&mut self.received).await? > 0, "the command API closed the connection");
        Ok(())
    }
}

/// The status and the length of the body.
fn parse(head: &[u8]) -> anyhow::Result<(u16, usize)> {
    let head = std::str::from_utf8(head)?;
    let status = head.split(' ').nth(1).context("a status")?.parse()?;
    let length = head.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Ok((status, length.context("an answer without a length")?.1.trim().parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_its_status_and_its_length() {
        assert_eq!(parse(b"HTTP/1.1 201 Created\r\nContent-Length: 12\r\n\r\n").unwrap(), (201, 12));
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
