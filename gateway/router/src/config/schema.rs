//! The JSON Schema of `router.yaml`, for editors and for whoever writes the file by program: made
//! from the very types that read it.
//!
//! It says what can be said of the text alone. What needs the environment, other files or a look at
//! two keys at once is left to the reader.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// The schema of what a type reads.
pub(super) fn schema_of<T: JsonSchema>() -> Schema {
    // Draft 7 is what editors know best, and without references they show descriptions best.
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    Plain.transform(&mut schema);
    schema
}

/// Formats of Rust's numbers are none of JSON Schema's: in their place stands what they hold. And
/// descriptions are one line, however long the comment's were.
struct Plain;

impl Transform for Plain {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(format) = schema.remove("format")
            && format == "uint32"
        {
            schema.insert("maximum".to_owned(), u32::MAX.into());
        }
        if let Some(Value::String(description)) = schema.get_mut("description") {
            *description = description.replace('\n', " ");
        }
        transform_subschemas(self, schema);
    }
}
