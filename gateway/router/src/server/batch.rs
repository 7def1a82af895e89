//! Several requests in one: an array of answers, in the order in which they were asked.

use bytes::Bytes;
use futures_util::future::join_all;

use super::execute_request::execute_request;
use super::graphql_response::{GraphQLResponse, Outcome};
use super::request_body::Asked;
use super::state::ServerState;

/// Executes all that is asked, side by side.
pub(super) async fn execute(state: &ServerState, asked: Asked) -> GraphQLResponse {
    match asked {
        Asked::One(request) => execute_request(state, request).await,
        Asked::Batch(requests) => {
            let answering = requests.into_iter().map(|request| execute_request(state, request));
            joined(&join_all(answering).await)
        }
    }
}

/// All answers as one. Its outcome is theirs where they have the same; else it was executed, and
/// each says for itself how far it came.
fn joined(answers: &[GraphQLResponse]) -> GraphQLResponse {
    let mut body =
        Vec::with_capacity(answers.iter().map(|it| it.body.len() + 1).sum::<usize>() + 1);
    for answer in answers {
        body.push(if body.is_empty() { b'[' } else { b',' });
        body.extend_from_slice(&answer.body);
    }
    body.push(b']');
    let mut outcomes = answers.iter().map(|answer| answer.outcome);
    let first = outcomes.next().unwrap_or(Outcome::Executed);
    let outcome = if outcomes.all(|it| it == first) { first } else { Outcome::Executed };
    GraphQLResponse {
        body: Bytes::from(body),
        outcome,
        is_whole: answers.iter().all(|it| it.is_whole),
    }
}
