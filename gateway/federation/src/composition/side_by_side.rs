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
    let (own, others) = items.split_at(items.len().div_ceil(threads));
    thread::scope(|scope| {
        let others = others.chunks(own.len());
        let others: Vec<_> = others.map(|part| scope.spawn(move || work(part))).collect();
        let mut made = vec![work(own)];
        let others = others.into_iter();
        made.extend(others.map(|part| part.join().unwrap_or_else(|it| resume_unwind(it))));
        made
    })
}
