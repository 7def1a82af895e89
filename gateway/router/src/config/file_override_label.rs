//! One entry of `override_labels:`: `true`, `false`, `{ header: NAME }` or `{ percent: NUMBER }`.

use std::borrow::Cow;
use std::fmt;

use federation::override_label::Percentage;
use http::HeaderName;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::OverrideLabel;
use super::reader::Reader;
use super::written::{Spanned, Written};

pub(super) enum OverrideLabelShape {
    Fixed(bool),
    Conditional(ConditionShape),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["header"] }, { "required": ["percent"] }]))]
pub(super) struct ConditionShape {
    /// For requests that say `true` or `1` in this header.
    header: Option<Written<HeaderName>>,
    /// For this share of the requests, drawn for each: 0 to 100, with up to eight decimals.
    percent: Option<Written<Percentage>>,
}

impl<'de> Deserialize<'de> for OverrideLabelShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape;

        impl<'de> Visitor<'de> for Shape {
            type Value = OverrideLabelShape;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, `false`, `{ header: NAME }` or `{ percent: NUMBER }`")
            }

            fn visit_bool<E>(self, is_set: bool) -> Result<Self::Value, E> {
                Ok(OverrideLabelShape::Fixed(is_set))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let condition = ConditionShape::deserialize(MapAccessDeserializer::new(map))?;
                Ok(OverrideLabelShape::Conditional(condition))
            }
        }

        deserializer.deserialize_any(Shape)
    }
}

impl JsonSchema for OverrideLabelShape {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("override label")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let condition = generator.subschema_for::<ConditionShape>();
        json_schema!({
            "description": "For which requests the label is set: all, none, or these.",
            "anyOf": [{ "type": "boolean" }, condition],
        })
    }
}

impl Reader<'_> {
    pub(super) fn override_label(
        &mut self,
        shape: &Spanned<OverrideLabelShape>,
    ) -> Option<OverrideLabel> {
        let ConditionShape { header, percent } = match &shape.value {
            OverrideLabelShape::Fixed(is_set) => return Some(OverrideLabel::Fixed(*is_set)),
            OverrideLabelShape::Conditional(condition) => condition,
        };
        match (header, percent) {
            (Some(header), None) => self.value(header).map(OverrideLabel::Header),
            (None, Some(percent)) => self.value(percent).map(OverrideLabel::Percent),
            _ => {
                let message = "a label needs exactly one of `header` and `percent`".to_owned();
                self.error(&shape.referenced, message);
                None
            }
        }
    }
}
