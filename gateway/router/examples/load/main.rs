//! Load for `bench/gateway`: `load URL BODY_FILE --connections N --seconds S [--rate R]`.
//!
//! Without a rate, each connection asks again as soon as it has an answer. With one, requests a
//! second begin when their time has come, whether those before are answered or not yet, and how
//! long one took counts from then. `{n}` in the body is another number each time, of the same
//! length. Prints one line of JSON.

mod connection;

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;
use tokio::time::sleep_until;

use connection::{Answer, Connection};

struct Arguments {
    address: SocketAddr,
    path: String,
    body: String,
    connections: u32,
    time: Duration,
    rate: Option<f64>,
}

impl Arguments {
    fn read() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [url, body, options @ ..] = arguments.as_slice() else { panic!("URL and body file") };
        let option = |name: &str| {
            let at = options.iter().position(|it| it == name)?;
            Some(options.get(at + 1)?.parse::<f64>().expect("options are numbers"))
        };
        let rest = url.strip_prefix("http://").expect("a URL of http");
        let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
        Self {
            address: address.parse().expect("address and port"),
            path: format!("/{path}"),
            body: std::fs::read_to_string(body).expect("a file with a body"),
            connections: option("--connections").unwrap_or(50.0) as u32,
            time: Duration::from_secs_f64(option("--seconds").unwrap_or(5.0)),
            rate: option("--rate"),
        }
    }
}

/// What all connections share.
struct Load {
    arguments: Arguments,
    started: Instant,
    /// Requests that have begun.
    begun: Cell<u64>,
    /// Of every answer, in microseconds.
    latencies: RefCell<Vec<u32>>,
    first: RefCell<Option<Answer>>,
    wrong: Cell<u64>,
}

impl Load {
    /// One client, for as long as the time lasts.
    async fn run(&self, index: u32) {
        let mut connection = Connection::open(self.arguments.address).await;
        let unique = SystemTime::UNIX_EPOCH.elapsed().expect("a clock after 1970").as_nanos();
        for turn in 0.. {
            let begin = self.begin(index, turn);
            if begin.duration_since(self.started) >= self.arguments.time {
                return;
            }
            if begin > Instant::now() {
                sleep_until(begin.into()).await;
            }
            let number = self.begun.replace(self.begun.get() + 1);
            let body = self.arguments.body.replace("{n}", &format!("{unique}_{number:012}"));
            let answer = connection.ask(&self.arguments.path, &body).await;
            let latency = u32::try_from(begin.elapsed().as_micros()).unwrap_or(u32::MAX);
            self.latencies.borrow_mut().push(latency);
            self.compare(answer);
        }
    }

    /// When a connection's next request is to begin.
    fn begin(&self, index: u32, turn: u32) -> Instant {
        let Some(rate) = self.arguments.rate else { return Instant::now() };
        let before = f64::from(turn) * f64::from(self.arguments.connections) + f64::from(index);
        self.started + Duration::from_secs_f64(before / rate)
    }

    /// Every answer is like the first one: as long, and with the same status.
    fn compare(&self, answer: Answer) {
        let mut first = self.first.borrow_mut();
        let first = first.get_or_insert(answer);
        if answer != *first || answer.status != 200 {
            self.wrong.set(self.wrong.get() + 1);
        }
    }

    fn report(&self) -> serde_json::Value {
        let seconds = self.started.elapsed().as_secs_f64();
        let mut latencies = self.latencies.borrow_mut();
        latencies.sort_unstable();
        let at = |share: f64| {
            let index = (latencies.len() as f64 * share) as usize;
            latencies.get(index).map(|micros| f64::from(*micros) / 1000.0)
        };
        json!({
            "requests": latencies.len(),
            "lost": self.begun.get() - latencies.len() as u64,
            "seconds": seconds,
            "per_second": latencies.len() as f64 / seconds,
            "least_ms": at(0.0),
            "p50_ms": at(0.5),
            "p99_ms": at(0.99),
            "answer_bytes": self.first.borrow().map(|answer| answer.bytes),
            "wrong": self.wrong.get(),
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let load = Rc::new(Load {
        arguments: Arguments::read(),
        started: Instant::now(),
        begun: Cell::new(0),
        latencies: RefCell::default(),
        first: RefCell::default(),
        wrong: Cell::new(0),
    });
    let local = tokio::task::LocalSet::new();
    for index in 0..load.arguments.connections {
        let load = Rc::clone(&load);
        local.spawn_local(async move { load.run(index).await });
    }
    local.await;
    #[expect(clippy::print_stdout, reason = "this is what the program is for")]
    {
        println!("{}", load.report());
    }
}
