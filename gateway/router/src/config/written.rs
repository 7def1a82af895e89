//! What stands in the file: values that keep their place until they have been understood, and what
//! the file's JSON Schema says of them.
//!
//! Knows the forms of values; which key has which is the shapes'.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::path::PathBuf;

use federation::override_label::Percentage;
use http::{HeaderName, Method};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Location;

use super::values::FederationVersion;
use super::{Listen, RoutingUrl, ServedPath};
use crate::caller::UserId;

/// A value, and where it stands.
pub(super) struct Spanned<T> {
    pub(super) value: T,
    pub(super) referenced: Location,
}

/// A text, with its place, that stands for a `T` once the environment is filled in.
pub(super) struct Written<T> {
    pub(super) text: Spanned<String>,
    stands_for: PhantomData<T>,
}

/// A key that is known, and that no value is right for.
pub(super) struct Never;

/// How a text has to be written, for people and for editors.
pub(super) trait Form {
    /// What it is called where its type does not say what is wrong with a text.
    const NAME: Option<&str> = None;
    /// What the whole text matches, variables of the environment aside; none where any will do.
    const PATTERN: Option<&str> = None;
    /// Texts of this form.
    const EXAMPLES: &[&str] = &[];
    /// The numbers, not in quotes, that are read as such a text.
    const NUMBERS: Numbers = Numbers::None;
}

/// Numbers that are read as texts.
pub(super) enum Numbers {
    None,
    Any,
    Between(u8, u8),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::deserialize(deserializer)?;
        Ok(Self { value: spanned.value, referenced: spanned.referenced })
    }
}

impl<'de, T> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { text: Spanned::deserialize(deserializer)?, stands_for: PhantomData })
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl JsonSchema for Never {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("never")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "not": {} })
    }
}

impl<T: Form> JsonSchema for Written<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("text")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({ "type": "string" });
        if !matches!(T::NUMBERS, Numbers::None) {
            schema.insert("type".to_owned(), ["string", "number"].as_slice().into());
        }
        if let Numbers::Between(min, max) = T::NUMBERS {
            schema.insert("minimum".to_owned(), min.into());
            schema.insert("maximum".to_owned(), max.into());
        }
        if let Some(pattern) = T::PATTERN {
            let pattern = format!(r"^({pattern})$|\$\{{env\.");
            schema.insert("pattern".to_owned(), pattern.into());
        }
        if !T::EXAMPLES.is_empty() {
            schema.insert("examples".to_owned(), T::EXAMPLES.into());
        }
        schema
    }
}

impl Form for String {}

impl Form for Listen {
    const PATTERN: Option<&str> = Some(r"([^:]+|\[.+\]):[0-9]{1,5}");
    const EXAMPLES: &[&str] = &["127.0.0.1:4000", "[::1]:0"];
}

impl Form for RoutingUrl {
    const PATTERN: Option<&str> = Some("([hH][tT][tT][pP][sS]?|[hH]2[cC]):.+");
    const EXAMPLES: &[&str] = &["http://users:8000/graphql", "h2c://users:8000/graphql"];
}

impl Form for ServedPath {
    const PATTERN: Option<&str> = Some("(/[A-Za-z0-9_~.-]+)+");
    const EXAMPLES: &[&str] = &["/bff-web/graphql"];
}

/// A file or a folder; what is relative is so to the file's own folder.
impl Form for PathBuf {
    const EXAMPLES: &[&str] = &["./users.graphql"];
}

impl Form for FederationVersion {
    const PATTERN: Option<&str> = Some(r"=?2(\.[0-9]+){0,2}");
    const EXAMPLES: &[&str] = &["2", "=2.9.0"];
    const NUMBERS: Numbers = Numbers::Between(2, 3);
}

impl Form for Percentage {
    const PATTERN: Option<&str> = Some(r"100|[0-9]{1,2}(\.[0-9]{1,8})?");
    const EXAMPLES: &[&str] = &["30", "0.5"];
    const NUMBERS: Numbers = Numbers::Between(0, 100);
}

impl Form for UserId {
    const PATTERN: Option<&str> = Some(".{1,256}");
    const NUMBERS: Numbers = Numbers::Any;
}

/// A token of RFC 9110, §5.6.2.
impl Form for HeaderName {
    const NAME: Option<&str> = Some("the name of a header");
    const PATTERN: Option<&str> = Some("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    const EXAMPLES: &[&str] = &["x-account"];
}

impl Form for Method {
    const NAME: Option<&str> = Some("a method of HTTP");
    const PATTERN: Option<&str> = Some("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    const EXAMPLES: &[&str] = &["GET", "POST"];
}
