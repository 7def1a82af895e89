//! As much of HTTP/1.1 as gateways and the load generator speak to a server: kept connections,
//! bodies of an announced length.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) body: Bytes,
}

pub(crate) struct Connection {
    stream: TcpStream,
    read: BytesMut,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        // Whoever measures wants answers at once; without the option they come a little later.
        let _ = stream.set_nodelay(true);
        Self { stream, read: BytesMut::with_capacity(16 * 1024) }
    }

    /// The next request; none when the client has left or says what is not understood here.
    pub(crate) async fn next(&mut self) -> Option<Request> {
        let head = loop {
            if let Some(end) = self.read.windows(4).position(|it| it == b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more().await?;
        };
        let text = str::from_utf8(&self.read[..head]).ok()?;
        let path = text.split(' ').nth(1)?.to_owned();
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        let length: usize = length.unwrap_or(0);
        while self.read.len() < head + length {
            self.read_more().await?;
        }
        self.read.advance(head);
        let body = self.read.split_to(length).freeze();
        Some(Request { path, body })
    }

    async fn read_more(&mut self) -> Option<()> {
        self.read.reserve(16 * 1024);
        let length = self.stream.read_buf(&mut self.read).await.ok()?;
        (length > 0).then_some(())
    }

    /// Whether the client is still there.
    pub(crate) async fn write(&mut self, response: &[u8]) -> bool {
        self.stream.write_all(response).await.is_ok()
    }
}

/// Head and body of an answer.
pub(crate) fn response(body: &[u8]) -> Bytes {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    Bytes::from([head.as_bytes(), body].concat())
}
