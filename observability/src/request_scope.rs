//! The request that the running task works for. It crosses every layer and changes nothing in any
//! of them, hence no parameter; it costs nothing until somebody has something to tell.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use http::{HeaderMap, Method, Uri};

use crate::{RequestId, Route, Sampling, SpanId, TraceContext};

tokio::task_local! {
    static CURRENT: Arc<RequestScope>;
}

/// What is known of a request beside what it asks.
#[derive(Debug)]
pub struct RequestScope {
    /// Under which it stands in logs.
    pub id: RequestId,
    /// Where it stands in its trace.
    pub trace: TraceContext,
    method: Method,
    uri: Uri,
    /// The same moment, for people and for measuring.
    began: (SystemTime, Instant),
    /// Known when somebody has made out who asks.
    user_id: OnceLock<Box<str>>,
    /// Known when somebody is there for it.
    route: OnceLock<Route>,
    /// Known when it is for a view, and not for the graph itself.
    view: OnceLock<Arc<str>>,
}

impl RequestScope {
    /// The scope of a request with this head.
    pub fn of(method: &Method, uri: &Uri, headers: &HeaderMap, sampling: &Sampling) -> Arc<Self> {
        Arc::new(Self {
            id: RequestId::of(headers),
            trace: TraceContext::of(headers, sampling),
            method: method.clone(),
            uri: uri.clone(),
            began: (SystemTime::now(), Instant::now()),
            user_id: OnceLock::new(),
            route: OnceLock::new(),
            view: OnceLock::new(),
        })
    }

    /// The scope of the running task; none outside of requests.
    pub fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Reads the scope of the running task where it is.
    pub fn with_current<T>(read: impl FnOnce(&Self) -> T) -> Option<T> {
        CURRENT.try_with(|scope| read(scope)).ok()
    }

    /// Runs `future` as work for this request.
    pub async fn run<F: Future>(self: Arc<Self>, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// `future` as work for the request of the running task, wherever it will run.
    pub fn carry<F: Future>(future: F) -> impl Future<Output = F::Output> {
        let current = Self::current();
        async move {
            match current {
                Some(scope) => CURRENT.scope(scope, future).await,
                None => future.await,
            }
        }
    }

    /// When it began.
    pub fn began(&self) -> Instant {
        self.began.1
    }

    /// When that was, for people.
    pub fn time_of(&self, moment: Instant) -> SystemTime {
        let (time, began) = self.began;
        match moment.checked_duration_since(began) {
            Some(later) => time + later,
            None => time - began.duration_since(moment),
        }
    }

    /// Its method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Its path. What follows the path may be somebody's variables, and is nobody else's business.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// Says who asks.
    pub fn set_user_id(&self, id: &str) {
        let _ = self.user_id.set(Box::from(id));
    }

    /// Who asks, if that is known.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.get().map(AsRef::as_ref)
    }

    /// Says who is there for it.
    pub fn set_route(&self, route: Route) {
        let _ = self.route.set(route);
    }

    /// Who is there for it, if anybody is.
    pub fn route(&self) -> Option<&Route> {
        self.route.get()
    }

    /// Says which view is asked.
    pub fn set_view(&self, view: &Arc<str>) {
        let _ = self.view.set(Arc::clone(view));
    }

    /// The view that is asked; none for the graph itself.
    pub fn view(&self) -> Option<&str> {
        self.view.get().map(AsRef::as_ref)
    }

    /// Tells somebody else, who is to do the part `span` of the work, which request it is for.
    pub fn tell(&self, span: SpanId, headers: &mut HeaderMap) {
        headers.insert(crate::REQUEST_ID, self.id.header().clone());
        self.trace.tell(span, headers);
    }
}
