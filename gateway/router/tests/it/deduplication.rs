//! What is the same at the same time is done once: who shares, who does not, and who leaves.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::http::Method;
use futures_util::FutureExt;
use router::caller::Caller;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::gateway::{Answered, FakeSubgraph, Gateway, request};

const OFF: &str = "deduplicate: { subgraph_requests: false }\n";
const CLIENTS: &str = "deduplicate: { subgraph_requests: false, client_requests: true }\n";
const BOTH: &str = "deduplicate: { subgraph_requests: true, client_requests: true }\n";

/// A gateway whose subgraph answers as often as it is let, and greets who asks.
struct Held {
    gateway: Gateway,
    let_go: Arc<Semaphore>,
}

type Asking<'a> = Pin<Box<dyn Future<Output = Answered> + 'a>>;

impl Held {
    async fn new(more: &str) -> Self {
        let let_go = Arc::new(Semaphore::new(0));
        let held = Arc::clone(&let_go);
        let subgraph = FakeSubgraph::new(move |request| {
            let held = Arc::clone(&held);
            async move {
                held.acquire().await.expect("nobody closes it").forget();
                let greeting = told(&request.caller);
                let data = json!({ "greeting": greeting, "nest": null, "greet": greeting });
                Ok(json!({ "data": data }).to_string().into())
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
        waiting(self.gateway.post(body))
    }

    /// The same of somebody, or of nobody known.
    fn begin_as(&self, account: Option<&str>) -> Asking<'_> {
        let account = account.map(|id| ("x-account", id));
        let headers = [("content-type", "application/json")];
        let headers: Vec<(&str, &str)> = headers.into_iter().chain(account).collect();
        let asked = request(Method::POST, "/graphql", &headers, GREETING.into());
        waiting(self.gateway.send(asked))
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

    /// Each of these asks at the same time as each of these, and is answered as the caller it is.
    async fn ask_in_pairs(&self, askers: impl IntoIterator<Item = (Option<&'static str>, Caller)>) {
        self.prepare(GREETING).await;
        let askers: Vec<_> = askers.into_iter().collect();
        for (one, other) in askers.iter().flat_map(|one| askers.iter().map(move |it| (one, it))) {
            let (first, second) = (self.begin_as(one.0), self.begin_as(other.0));
            let asked = self.asked();
            self.let_go.add_permits(asked);
            assert_eq!(asked, if one == other { 1 } else { 2 }, "{one:?} {other:?}");
            let greeting = |caller| json!({ "data": { "greeting": told(caller) } });
            assert_eq!(first.await.json(), greeting(&one.1));
            assert_eq!(second.await.json(), greeting(&other.1));
        }
    }
}

fn waiting<'a>(asking: impl Future<Output = Answered> + 'a) -> Asking<'a> {
    let mut asking: Asking<'a> = Box::pin(asking);
    assert!((&mut asking).now_or_never().is_none(), "it waits for the subgraph");
    asking
}

/// What a subgraph is told of who asks.
fn told(caller: &Caller) -> String {
    let header = caller.header();
    header.map_or("nobody".to_owned(), |(name, value)| format!("{name} {value:?}"))
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
async fn callers_share_with_nobody_else() {
    for deduplicate in ["", CLIENTS, BOTH] {
        let identity = "identity: { header: x-account }\n";
        let held = Held::new(&format!("{identity}{deduplicate}")).await;
        held.ask_in_pairs([(None, Caller::Unknown), (Some("7"), user("7"))]).await;
        // Who says to be 7 is somebody else than who is only taken for 7.
        let identity = "identity: { header: x-account, default: \"7\" }\n";
        let held = Held::new(&format!("{identity}{deduplicate}")).await;
        let users = [(Some("7"), user("7")), (Some("8"), user("8"))];
        held.ask_in_pairs([(None, default("7"))].into_iter().chain(users)).await;
    }
}

fn user(id: &str) -> Caller {
    Caller::User(id.parse().expect("an id"))
}

fn default(id: &str) -> Caller {
    Caller::Default(id.parse().expect("an id"))
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
    for more in ["", BOTH] {
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
