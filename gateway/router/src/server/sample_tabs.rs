//! The tabs GraphiQL opens with on a first visit. Knows nothing of the server.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::config::StoredDocument;

/// The tabs GraphiQL opens with on a first visit: `[{ "query": …, "variables"?, "headers"? }]`.
#[derive(Debug, Clone, Default)]
pub struct SampleTabs(Arc<Vec<Value>>);

impl SampleTabs {
    /// Reads the tabs from JSON.
    ///
    /// # Errors
    /// It is no JSON array.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        Ok(Self(Arc::new(serde_json::from_str(text)?)))
    }

    /// A tab for each document; a comment `# variables: {…}` says with which variables.
    pub(super) fn of_documents(documents: &[StoredDocument]) -> Self {
        let tab = |document: &StoredDocument| {
            let text = &document.source.text;
            let variables = text.lines().find_map(|line| line.strip_prefix("# variables: "));
            json!({ "query": text.trim_end(), "variables": variables })
        };
        Self(Arc::new(documents.iter().map(tab).collect()))
    }

    /// Each tab's document.
    pub fn queries(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|tab| tab["query"].as_str().unwrap_or_default())
    }

    /// The tabs for which `wanted` says true, by position.
    #[must_use]
    pub fn keep(&self, wanted: &[bool]) -> Self {
        let kept = self.0.iter().zip(wanted).filter(|(_, wanted)| **wanted);
        Self(Arc::new(kept.map(|(tab, _)| tab.clone()).collect()))
    }

    pub(super) fn as_json(&self) -> &[Value] {
        &self.0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether GraphiQL opens with an empty editor.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
