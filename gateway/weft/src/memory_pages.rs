//! What the system makes the process's memory of.

/// Pages of 4 KB from here on, never of 2 MB: of a huge page that an answer needed a corner of, a
/// server keeps all. Halves what it holds under load, and costs no time that can be measured.
/// A system that refuses gives more memory than is needed, and nothing else.
pub(crate) fn keep_small() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
