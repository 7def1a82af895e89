//! How long a list may be.

use crate::Error;

/// No list field returns more than this many elements, asked for or not.
const ELEMENTS_MAX: i64 = 1000;

/// Reads a `limit` argument: 0 to 1000; `default` when it is absent or null.
///
/// # Errors
/// [`Error::BadUserInput`] for any other number.
pub fn page_limit(limit: Option<i32>, default: i64) -> Result<i64, Error> {
    let limit = limit.map_or(default, i64::from);
    if (0..=ELEMENTS_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::BadUserInput(format!("limit must be between 0 and {ELEMENTS_MAX}, got {limit}")))
}

#[cfg(test)]
mod tests {
    use super::page_limit;

    #[test]
    fn both_sides_of_the_limit() {
        let check = |limit, expected| assert_eq!(page_limit(limit, 10).ok(), expected);
        check(None, Some(10));
        check(Some(0), Some(0));
        check(Some(1000), Some(1000));
        check(Some(1001), None);
        check(Some(-1), None);
    }
}
