//! The subgraphs of `bench/gateway`: accounts, products, inventory and reviews in one process.
//!
//! Prints one line of JSON with a URL for each, and for `control`: `GET /` there says what was
//! asked so far, `POST /delay/MS` makes every answer that much later (how many requests wait for
//! one another can be seen by that). An answer is worked out the first time and kept, whole: what
//! the subgraphs need of the processors that they share with the gateway is to be little.

mod answers;
mod data;
mod http;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

use http::{Connection, Request};

/// Answers that are kept; more only come from operations that are new each time.
const KEPT_MAX: usize = 10_000;

const SUBGRAPHS: [&str; 4] = ["accounts", "inventory", "products", "reviews"];

/// Head and body.
#[derive(Clone)]
struct Answer {
    bytes: Bytes,
    body_bytes: usize,
}

/// What was asked so far; bytes are those of bodies.
#[derive(Default)]
struct Asked {
    requests: Cell<u64>,
    request_bytes: Cell<u64>,
    response_bytes: Cell<u64>,
}

#[derive(Default)]
struct Subgraphs {
    /// By body: no two subgraphs are asked the same.
    kept: RefCell<HashMap<Bytes, Answer>>,
    asked: Asked,
    delay: Cell<Duration>,
}

impl Subgraphs {
    fn answer(&self, body: &Bytes) -> Answer {
        if let Some(answer) = self.kept.borrow().get(body) {
            return answer.clone();
        }
        let answer = answers::answer(body);
        let answer = Answer { body_bytes: answer.len(), bytes: http::response(&answer) };
        let mut kept = self.kept.borrow_mut();
        if kept.len() < KEPT_MAX {
            kept.insert(body.clone(), answer.clone());
        }
        answer
    }

    async fn serve(&self, stream: TcpStream) {
        let mut connection = Connection::new(stream);
        while let Some(request) = connection.next().await {
            let answer = self.answer(&request.body);
            let Asked { requests, request_bytes, response_bytes } = &self.asked;
            requests.set(requests.get() + 1);
            request_bytes.set(request_bytes.get() + request.body.len() as u64);
            response_bytes.set(response_bytes.get() + answer.body_bytes as u64);
            if !self.delay.get().is_zero() {
                tokio::time::sleep(self.delay.get()).await;
            }
            if !connection.write(&answer.bytes).await {
                return;
            }
        }
    }

    async fn control(&self, stream: TcpStream) {
        let mut connection = Connection::new(stream);
        while let Some(Request { path, .. }) = connection.next().await {
            if let Some(delay) = path.strip_prefix("/delay/") {
                self.delay.set(Duration::from_millis(delay.parse().unwrap_or_default()));
            }
            let asked = json!({
                "requests": self.asked.requests.get(),
                "request_bytes": self.asked.request_bytes.get(),
                "response_bytes": self.asked.response_bytes.get(),
            });
            if !connection.write(&http::response(asked.to_string().as_bytes())).await {
                return;
            }
        }
    }
}

async fn listen(subgraphs: Rc<Subgraphs>, listener: TcpListener, name: &'static str) {
    while let Ok((stream, _)) = listener.accept().await {
        let subgraphs = Rc::clone(&subgraphs);
        tokio::task::spawn_local(async move {
            match name {
                "control" => subgraphs.control(stream).await,
                _ => subgraphs.serve(stream).await,
            }
        });
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let subgraphs = Rc::new(Subgraphs::default());
    let local = tokio::task::LocalSet::new();
    let mut urls = serde_json::Map::new();
    for name in SUBGRAPHS.into_iter().chain(["control"]) {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let path = if name == "control" { "" } else { "/graphql" };
        urls.insert(name.into(), format!("http://{}{path}", listener.local_addr()?).into());
        local.spawn_local(listen(Rc::clone(&subgraphs), listener, name));
    }
    #[expect(clippy::print_stdout, reason = "this is how one learns where they are")]
    {
        println!("{}", json!(urls));
    }
    local.await;
    Ok(())
}
