//! One entry of `override_labels:`: `true`, `false`, `{ header: NAME }` or `{ percent: NUMBER }`.

use std::fmt;

use federation::override_label::Percentage;
use http::HeaderName;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::OverrideLabel;
use super::reader::Reader;

pub(super) enum OverrideLabelShape {
    Fixed(bool),
    Conditional(ConditionShape),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionShape {
    header: Option<Spanned<String>>,
    percent: Option<Spanned<String>>,
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
            (Some(header), None) => {
                let name: String = self.value(header)?;
                let Ok(name) = HeaderName::try_from(&name) else {
                    let message = format!("`{name}` cannot be the name of a header");
                    self.error(&header.referenced, message);
                    return None;
                };
                Some(OverrideLabel::Header(name))
            }
            (None, Some(percent)) => self.value::<Percentage>(percent).map(OverrideLabel::Percent),
            _ => {
                let message = "a label needs exactly one of `header` and `percent`".to_owned();
                self.error(&shape.referenced, message);
                None
            }
        }
    }
}
