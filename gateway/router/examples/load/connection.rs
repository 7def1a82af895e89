//! A client's connection: as much of HTTP/1.1 as it takes to ask and to know where an answer ends.

use std::net::SocketAddr;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What of an answer is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Of its body.
    pub(crate) bytes: usize,
}

pub(crate) struct Connection {
    stream: TcpStream,
    host: SocketAddr,
    read: BytesMut,
}

impl Connection {
    pub(crate) async fn open(host: SocketAddr) -> Self {
        let stream = TcpStream::connect(host).await.expect("somebody listens there");
        stream.set_nodelay(true).expect("sockets have the option");
        Self { stream, host, read: BytesMut::with_capacity(128 * 1024) }
    }

    /// Asks, and reads the whole answer.
    pub(crate) async fn ask(&mut self, path: &str, body: &str) -> Answer {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             accept: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.expect("the gateway reads");
        let head = self.line_end(b"\r\n\r\n").await;
        let text = String::from_utf8_lossy(&self.read[..head]).to_ascii_lowercase();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.expect("an answer has a status");
        let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let length = header("content-length:").map(|it| it.trim().parse().expect("a number"));
        self.read.advance(head);
        let bytes = match length {
            Some(length) => self.skip(length).await,
            None => self.skip_chunks().await,
        };
        Answer { status, bytes }
    }

    async fn skip_chunks(&mut self) -> usize {
        let mut bytes = 0;
        loop {
            let line = self.line_end(b"\r\n").await;
            let size = String::from_utf8_lossy(&self.read[..line - 2]).into_owned();
            self.read.advance(line);
            let size = usize::from_str_radix(size.trim(), 16).expect("the size of a chunk");
            self.skip(size + 2).await;
            bytes += size;
            if size == 0 {
                return bytes;
            }
        }
    }

    async fn skip(&mut self, length: usize) -> usize {
        while self.read.len() < length {
            self.read_more().await;
        }
        self.read.advance(length);
        length
    }

    async fn line_end(&mut self, end: &[u8]) -> usize {
        loop {
            if let Some(at) = self.read.windows(end.len()).position(|it| it == end) {
                return at + end.len();
            }
            self.read_more().await;
        }
    }

    async fn read_more(&mut self) {
        self.read.reserve(128 * 1024);
        let length = self.stream.read_buf(&mut self.read).await.expect("the gateway answers");
        assert!(length > 0, "the gateway has closed the connection");
    }
}
