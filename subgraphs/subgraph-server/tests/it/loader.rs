//! Batches: one for all who ask at the same time, whoever of them gives up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use serde_json::json;
use subgraph_server::{Database, DatabaseUrl, Error, Loader};
use tokio::sync::Notify;

use crate::planet::memory_client;

async fn database() -> Database {
    Database::connect(&DatabaseUrl::sqlite_memory()).await.expect("a database")
}

/// A loader that doubles its keys and writes down each batch.
async fn doubling() -> (Loader<u32, u32>, Arc<Mutex<Vec<Vec<u32>>>>) {
    let batches = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&batches);
    let loader = Loader::new(&database().await, move |_, mut keys: Vec<u32>| {
        keys.sort_unstable();
        seen.lock().unwrap().push(keys.clone());
        async move {
            match keys.as_slice() {
                [13] => Err(Error::Internal("thirteen".to_owned())),
                [14] => panic!("fourteen"),
                _ => Ok(keys
                    .into_iter()
                    .filter(|key| *key < 1_000_000)
                    .map(|key| (key, key * 2))
                    .collect()),
            }
        }
    });
    (loader, batches)
}

#[tokio::test]
async fn keys_are_fetched_once_and_together() {
    let (loader, batches) = doubling().await;
    let keys = [3, 1, 3, 2_000_000, 2];
    let answers = join_all(keys.map(|key| loader.load(key))).await;
    let values: Vec<Option<u32>> = answers.into_iter().map(|answer| answer.unwrap()).collect();
    assert_eq!(values, [Some(6), Some(2), Some(6), None, Some(4)]);
    assert_eq!(*batches.lock().unwrap(), [vec![1, 2, 3, 2_000_000]]);
    assert_eq!(loader.load(3).await.unwrap(), Some(6));
    assert_eq!(batches.lock().unwrap().len(), 2, "nothing is kept from batch to batch");
}

#[tokio::test]
async fn more_keys_than_a_statement_takes_are_split() {
    let (loader, batches) = doubling().await;
    let answers = join_all((0..2500).map(|key| loader.load(key))).await;
    assert!(
        answers
            .into_iter()
            .enumerate()
            .all(|(key, answer)| answer.unwrap() == Some(key as u32 * 2))
    );
    let sizes: Vec<usize> = batches.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1000, 1000, 500]);
}

#[tokio::test]
async fn failing_batch_is_the_answer_to_each_key() {
    let (loader, _) = doubling().await;
    for key in [13, 14] {
        let answers = join_all([key, key].map(|key| loader.load(key))).await;
        for answer in answers {
            assert_eq!(answer.expect_err("the batch fails").code(), "INTERNAL_SERVER_ERROR");
        }
    }
    assert_eq!(loader.load(15).await.unwrap(), Some(30));
}

#[tokio::test]
async fn batch_goes_on_without_the_one_who_opened_it() {
    let (started, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (start, wait) = (Arc::clone(&started), Arc::clone(&go));
    let fetches = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&fetches);
    let loader = Arc::new(Loader::new(&database().await, move |_, keys: Vec<u32>| {
        let (start, wait) = (Arc::clone(&start), Arc::clone(&wait));
        count.fetch_add(1, Ordering::Relaxed);
        async move {
            start.notify_one();
            wait.notified().await;
            Ok(keys.into_iter().map(|key| (key, key)).collect::<HashMap<_, _>>())
        }
    }));
    let load = |key| {
        let loader = Arc::clone(&loader);
        tokio::spawn(async move { loader.load(key).await })
    };
    let (opener, other) = (load(1), load(2));
    started.notified().await;
    opener.abort();
    assert!(opener.await.expect_err("aborted").is_cancelled());
    go.notify_one();
    assert_eq!(other.await.expect("no panic").unwrap(), Some(2));
    assert_eq!(fetches.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn list_of_any_length_takes_one_statement() {
    let client = memory_client().await;
    for count in [1, 2, 29, 30, 31, 100, 999, 1000] {
        let query = format!("{{ planets(count: {count}) {{ moons }} }}");
        let (statements, answer) = client.counted(&query, json!({})).await;
        let planets = answer["data"]["planets"].as_array().unwrap();
        assert!(planets.iter().all(|planet| planet["moons"] == count), "{count}");
        assert_eq!(statements, 1, "{count}");
    }
}
