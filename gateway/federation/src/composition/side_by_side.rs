//! Work that falls into independent parts, done on as many threads as there are processors.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// What `work` makes of each part of `items`, in their order, whatever the number of threads.
/// A part has at least `part_min` items: fewer are not worth a thread.
pub(super) fn map_parts<T: Sync, R: Send>(
    items: &[T],
    part_min: usize,
    work: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(items.len() / part_min.max(1)).max(1);
    if threads == 1 {
        return vec![work(items)];
    }
    let work = &work;
    thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads));
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        parts.into_iter().map(|part| part.join().unwrap_or_else(|it| resume_unwind(it))).collect()
    })
}
