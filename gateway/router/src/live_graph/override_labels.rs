//! For which requests the labels of a graph's progressive overrides are set.
//!
//! The configuration says it, else the label itself (`percent(10)`); what neither says is not set.

use std::collections::BTreeMap;

use federation::override_label::Percentage;
use federation::query_graph::QueryGraph;
use http::{HeaderMap, HeaderValue};

use super::randomness::Randomness;
use crate::config::OverrideLabel;

/// By label of one graph, when it is set.
#[derive(Debug)]
pub struct OverrideLabels {
    /// In the order of [`QueryGraph::labels`]; what is certain is `Fixed`.
    settings: Vec<OverrideLabel>,
}

/// What of a request labels may depend on.
#[derive(Debug, Clone, Copy)]
pub struct LabelSources<'a> {
    /// The client's headers.
    pub headers: &'a HeaderMap,
    /// What percentages are drawn with.
    pub randomness: &'a Randomness,
}

impl OverrideLabels {
    /// Logs labels that the configuration knows and the graph does not, and the other way round.
    pub fn new(graph: &QueryGraph, configured: &BTreeMap<String, OverrideLabel>) -> Self {
        for label in configured.keys().filter(|label| !graph.labels().contains(label)) {
            tracing::warn!(%label, "`override_labels` has a label that is not in the graph");
        }
        let setting = |label: &String| configured.get(label).cloned().unwrap_or_else(|| of(label));
        Self { settings: graph.labels().iter().map(setting).map(simplified).collect() }
    }

    /// By label, whether it is set for every request.
    pub fn set_for_all(&self) -> Vec<bool> {
        self.settings.iter().map(|setting| *setting == OverrideLabel::Fixed(true)).collect()
    }

    /// Whether any label can be set for one request and not for another.
    pub(super) fn vary(&self) -> bool {
        self.settings.iter().any(|setting| !matches!(setting, OverrideLabel::Fixed(_)))
    }

    /// Whether this label can.
    pub(super) fn varies(&self, label: u32) -> bool {
        !matches!(self.settings[label as usize], OverrideLabel::Fixed(_))
    }

    /// Whether these labels are set for a request. Each is drawn for itself.
    pub(super) fn values(&self, labels: &[u32], sources: &LabelSources<'_>) -> Box<[bool]> {
        labels
            .iter()
            .map(|label| match &self.settings[*label as usize] {
                OverrideLabel::Fixed(is_set) => *is_set,
                OverrideLabel::Header(name) => sources.headers.get(name).is_some_and(is_true),
                OverrideLabel::Percent(share) => share.takes(sources.randomness.draw()),
            })
            .collect()
    }

    /// As the planner wants to know it, when these labels have these values.
    pub(super) fn assignment(&self, labels: &[u32], values: &[bool]) -> Vec<bool> {
        let mut assignment = self.set_for_all();
        for (label, is_set) in labels.iter().zip(values) {
            assignment[*label as usize] = *is_set;
        }
        assignment
    }
}

/// What a label that is not configured says itself.
fn of(label: &str) -> OverrideLabel {
    match Percentage::of_label(label) {
        Some(share) => OverrideLabel::Percent(share),
        None => {
            tracing::info!(%label, "this label of overrides is not configured, and never set");
            OverrideLabel::Fixed(false)
        }
    }
}

fn simplified(setting: OverrideLabel) -> OverrideLabel {
    let certain = match &setting {
        OverrideLabel::Percent(share) => share.certain(),
        _ => None,
    };
    certain.map_or(setting, OverrideLabel::Fixed)
}

/// `true` in whatever case, or `1`.
fn is_true(value: &HeaderValue) -> bool {
    let value = value.as_bytes().trim_ascii();
    value.eq_ignore_ascii_case(b"true") || value == b"1"
}
