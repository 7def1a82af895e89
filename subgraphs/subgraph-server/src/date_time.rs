//! The scalar `DateTime`: an instant in UTC as RFC 3339 text, which sorts as time does.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// An instant in UTC to the second, such as `2024-01-15T00:00:00Z`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(String);

impl DateTime {
    /// Takes a value as our own columns hold it.
    pub fn from_column(text: String) -> DateTime {
        DateTime(text)
    }

    /// The day in UTC, such as `2024-01-15`.
    pub fn day(&self) -> &str {
        self.0.split_once('T').map_or(&self.0, |(day, _)| day)
    }
}

/// An instant in UTC as RFC 3339 text, such as `2024-01-15T00:00:00Z`.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else {
            return Err(InputValueError::expected_type(value));
        };
        let instant = OffsetDateTime::parse(&text, &Rfc3339).map_err(InputValueError::custom)?;
        let utc = instant.to_offset(UtcOffset::UTC).replace_nanosecond(0)?;
        Ok(DateTime(utc.format(&Rfc3339)?))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{ScalarType, Value};

    use super::DateTime;

    #[test]
    fn instants_are_utc_to_the_second() {
        let parse = |text: &str| DateTime::parse(Value::from(text)).map(|instant| instant.0).ok();
        assert_eq!(parse("2024-01-15T01:00:00.5+01:00"), Some("2024-01-15T00:00:00Z".to_owned()));
        assert_eq!(parse("15.01.2024"), None);
        assert_eq!(DateTime::parse(Value::from(7)).ok(), None);
    }
}
