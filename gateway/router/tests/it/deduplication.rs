//! What is the same at the same time is done once: who shares, who does not, and who leaves.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures_util::FutureExt;
use tokio::sync::Semaphore;

use crate::gateway::{Answered, FakeSubgraph, Gateway};

/// To every operation here.
const ANSWER: &[u8] = br#"{"data":{"greeting":"hello","nest":null,"greet":"hello"}}"#;

const OFF: &str = "deduplicate: { subgraph_requests: false }\n";
const CLIENTS: &str = "deduplicate: { subgraph_requests: false, client_requests: true }\n";

/// A gateway whose subgraph answers as often as it is let.
struct Held {
    gateway: Gateway,
    let_go: Arc<Semaphore>,
}

type Asking<'a> = Pin<Box<dyn Future<Output = Answered> + 'a>>;

impl Held {
    async fn new(more: &str) -> Self {
        let let_go = Arc::new(Semaphore::new(0));
        let held = Arc::clone(&let_go);
        let subgraph = FakeSubgraph::new(move |_| {
            let held = Arc::clone(&held);
            async move {
                held.acquire().await.expect("nobody closes it").forget();
                Ok(Bytes::from_static(ANSWER))
            }
            .boxed()
        });
        Self { gateway: Gateway::new(more, subgraph).await, let_go }
    }

    /// What the subgraph was asked since the last time.
    fn asked(&self) -> usize {
        self.gateway.subgraph.requests.swap(0, Ordering::SeqCst)
    }

    /// Asks once, so that the operation is prepared and the next time nothing but the subgraph is
    /// waited for.
    async fn prepare(&self, body: &str) {
        self.let_go.add_permits(1);
        assert_eq!(self.gateway.post(body).await.code(), "no error", "{body}");
        self.asked();
    }

    /// A request that has got as far as waiting.
    fn begin<'a>(&'a self, body: &'a str) -> Asking<'a> {
        let mut asking: Asking<'a> = Box::pin(self.gateway.post(body));
        assert!((&mut asking).now_or_never().is_none(), "it waits for the subgraph");
        asking
    }

    /// How often the subgraph is asked for two requests at the same time.
    async fn asked_for(&self, one: &str, other: &str) -> usize {
        self.prepare(one).await;
        self.prepare(other).await;
        let (first, second) = (self.begin(one), self.begin(other));
        let asked = self.asked();
        self.let_go.add_permits(asked);
        let (first, second) = (first.await, second.await);
        assert_eq!((first.code(), second.code()), ("no error".into(), "no error".into()));
        asked
    }
}

const GREETING: &str = r#"{"query":"{ greeting }"}"#;
const NAMED: &str = r#"{"query":"query Named { greeting }"}"#;
const AGAIN: &str = r#"{"query":"{ greeting  }"}"#;
const ONCE: &str = r#"{"query":"query($n: Int) { greeting(times: $n) }","variables":{"n":1}}"#;
const TWICE: &str = r#"{"query":"query($n: Int) { greeting(times: $n) }","variables":{"n":2}}"#;

#[tokio::test]
async fn equal_requests_to_a_subgraph_are_one() {
    let held = Held::new("").await;
    assert_eq!(held.asked_for(GREETING, GREETING).await, 1);
    assert_eq!(held.asked_for(GREETING, AGAIN).await, 1, "two operations, one request");
    assert_eq!(held.asked_for(ONCE, TWICE).await, 2, "other variables");
}

#[tokio::test]
async fn what_is_switched_off_is_not_shared() {
    let held = Held::new(OFF).await;
    assert_eq!(held.asked_for(GREETING, GREETING).await, 2);
}

#[tokio::test]
async fn equal_requests_of_clients_are_one() {
    let held = Held::new(CLIENTS).await;
    assert_eq!(held.asked_for(GREETING, GREETING).await, 1);
    assert_eq!(held.asked_for(ONCE, ONCE).await, 1);
    assert_eq!(held.asked_for(ONCE, TWICE).await, 2, "other variables");
    assert_eq!(held.asked_for(GREETING, NAMED).await, 2, "another operation");
}

#[tokio::test]
async fn each_is_told_and_reported_its_own_way() {
    let held = Held::new(CLIENTS).await;
    held.prepare(GREETING).await;
    held.gateway.reports.lock().expect("no test panics here").clear();
    let (first, second) = (held.begin(GREETING), held.begin(GREETING));
    held.let_go.add_permits(1);
    let (first, second) = (first.await, second.await);
    assert_eq!(first.body, second.body);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(held.gateway.reports.lock().expect("no test panics here").len(), 2);
}

#[tokio::test]
async fn mutations_are_never_shared() {
    let mutation = r#"{"query":"mutation { greet(name: \"Ada\") }"}"#;
    for more in ["", "deduplicate: { subgraph_requests: true, client_requests: true }\n"] {
        let held = Held::new(more).await;
        assert_eq!(held.asked_for(mutation, mutation).await, 2, "{more}");
    }
}

#[tokio::test]
async fn who_came_first_may_leave() {
    for more in ["", CLIENTS] {
        let held = Held::new(more).await;
        held.prepare(GREETING).await;
        let (first, second) = (held.begin(GREETING), held.begin(GREETING));
        drop(first);
        held.let_go.add_permits(1);
        assert_eq!(second.await.code(), "no error", "{more}");
        assert_eq!(held.asked(), 1, "{more}");
    }
}

#[tokio::test]
async fn an_answer_is_not_kept() {
    for more in ["", CLIENTS] {
        let held = Held::new(more).await;
        for _ in 0..2 {
            held.let_go.add_permits(1);
            assert_eq!(held.gateway.post(GREETING).await.code(), "no error");
        }
        assert_eq!(held.asked(), 2, "{more}");
    }
}
