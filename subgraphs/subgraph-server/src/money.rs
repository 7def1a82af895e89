//! Money as whole cents, shown as `Float`: 99.99 × 3 is 299.97 and nothing else.

use crate::Error;

/// No price or total is above a billion: beyond it cents and `Float` still agree, by far.
const CENTS_MAX: i64 = 100_000_000_000;

/// An amount in the smallest unit of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cents(pub i64);

impl Cents {
    /// Reads an amount that a client gave: not negative, not above a billion, whole cents.
    ///
    /// # Errors
    /// [`Error::BadUserInput`] that calls the amount by `name`.
    pub fn from_amount(name: &str, amount: f64) -> Result<Cents, Error> {
        let refuse = |why: &str| Err(Error::BadUserInput(format!("{name} {why}, got {amount}")));
        let cents = (amount * 100.0).round();
        if !amount.is_finite() || amount < 0.0 {
            return refuse("must not be negative");
        }
        if cents > CENTS_MAX as f64 {
            return refuse("must be at most 1000000000");
        }
        if (amount * 100.0 - cents).abs() > 1e-4 {
            return refuse("must have at most two decimals");
        }
        Ok(Cents(cents as i64))
    }

    /// The lowest amount in cents that is not below `amount`; a lower bound need not be exact.
    pub fn at_least(amount: f64) -> Cents {
        Cents((amount * 100.0 - 1e-6).ceil() as i64)
    }

    /// The highest amount in cents that is not above `amount`.
    pub fn at_most(amount: f64) -> Cents {
        Cents((amount * 100.0 + 1e-6).floor() as i64)
    }

    /// The amount as GraphQL shows it.
    pub fn amount(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::Cents;

    #[test]
    fn amounts_become_whole_cents() {
        let check = |amount: f64, expected: Option<i64>| {
            let cents = Cents::from_amount("price", amount).ok().map(|cents| cents.0);
            assert_eq!(cents, expected, "{amount}");
        };
        check(0.0, Some(0));
        check(-0.0, Some(0));
        check(299.99, Some(29_999));
        check(0.29, Some(29));
        check(1_000_000_000.0, Some(100_000_000_000));
        check(1_000_000_000.01, None);
        check(19.999, None);
        check(-0.01, None);
        check(f64::NAN, None);
        check(f64::INFINITY, None);
    }

    #[test]
    fn three_times_99_99_prints_299_97() {
        assert_eq!(Cents(9_999 * 3).amount().to_string(), "299.97");
    }

    #[test]
    fn bounds_include_what_they_name() {
        assert_eq!(Cents::at_least(29.99), Cents(2_999));
        assert_eq!(Cents::at_most(29.99), Cents(2_999));
        assert_eq!(Cents::at_least(29.991), Cents(3_000));
        assert_eq!(Cents::at_most(29.989), Cents(2_998));
        assert_eq!(Cents::at_most(1e300), Cents(i64::MAX));
    }
}
