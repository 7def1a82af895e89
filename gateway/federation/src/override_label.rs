//! The labels of progressive overrides (Federation, `@override(label:)`): a name whose state
//! somebody else knows, or the share of requests for which it is set.

use std::str::FromStr;

/// `percent(12.5)` or a name.
pub(crate) fn is_override_label(label: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-:./".contains(c);
    let is_name =
        label.starts_with(|c: char| c.is_ascii_alphabetic()) && label.chars().all(allowed);
    is_name || Percentage::of_label(label).is_some()
}

/// A share of requests: 0 to 100 percent, with up to eight decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentage {
    /// Hundred-millionths of a percent.
    parts: u64,
}

const DECIMALS: usize = 8;
const PARTS_OF_ALL: u64 = 100 * 10u64.pow(8);

impl Percentage {
    /// What a label of the form `percent(x)` says itself.
    pub fn of_label(label: &str) -> Option<Self> {
        label.strip_prefix("percent(")?.strip_suffix(')')?.parse().ok()
    }

    /// Whether a request belongs to the share, by a number of which all 64 bits are drawn.
    pub fn takes(self, drawn: u64) -> bool {
        (u128::from(drawn) * u128::from(PARTS_OF_ALL)) >> u64::BITS < u128::from(self.parts)
    }

    /// Whether every request belongs to it or none; nothing if that has to be drawn.
    pub fn certain(self) -> Option<bool> {
        match self.parts {
            0 => Some(false),
            PARTS_OF_ALL => Some(true),
            _ => None,
        }
    }
}

impl FromStr for Percentage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "100" {
            return Ok(Self { parts: PARTS_OF_ALL });
        }
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str, max: usize| {
            (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let wrong = || format!("`{text}` is no number from 0 to 100 with up to 8 decimals");
        if !is_number(whole, 2) || !is_number(decimals, DECIMALS) {
            return Err(wrong());
        }
        let parts = format!("{whole}{decimals:0<DECIMALS$}").parse().map_err(|_| wrong())?;
        Ok(Self { parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percentage(text: &str) -> Percentage {
        text.parse().expect("a percentage")
    }

    #[test]
    fn a_percentage_takes_its_share_of_the_numbers() {
        for (text, parts) in [("0", 0), ("00", 0), ("12.5", 1_250_000_000), ("0.00000001", 1)] {
            assert_eq!(percentage(text).parts, parts, "{text}");
        }
        let whole = u128::from(u64::MAX) + 1;
        for (text, share) in [("25", whole / 4), ("50.0", whole / 2), ("99", whole * 99 / 100 + 1)]
        {
            let first_left_out = u64::try_from(share).expect("less than all");
            assert!(percentage(text).takes(first_left_out - 1), "{text}");
            assert!(!percentage(text).takes(first_left_out), "{text}");
        }
    }

    #[test]
    fn none_and_all_are_certain() {
        for drawn in [0, 1, u64::MAX] {
            assert!(!percentage("0.0").takes(drawn));
            assert!(percentage("100").takes(drawn));
        }
        let certain = ["0", "0.00000000", "0.00000001", "99.99999999", "100"];
        let certain = certain.map(|text| percentage(text).certain());
        assert_eq!(certain, [Some(false), Some(false), None, None, Some(true)]);
    }

    #[test]
    fn what_is_no_percentage_is_refused() {
        for text in ["", "-1", "+1", "101", "100.0", "1.", ".5", "0.123456789", "1e1", "٣", "5%"] {
            assert!(text.parse::<Percentage>().is_err(), "{text}");
        }
        assert_eq!(Percentage::of_label("percent(30)"), Some(percentage("30")));
        assert_eq!(Percentage::of_label("percent(30"), None);
        assert_eq!(Percentage::of_label("percent"), None);
    }
}
