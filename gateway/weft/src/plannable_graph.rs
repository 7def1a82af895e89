//! A graph for which operations are planned, without anybody to answer them: what `plan` and
//! `explain` work on.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use federation::api_schema::ApiSchema;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::operation::{Operation, OperationLimits};
use federation::planner::{self, PlanError};
use federation::query_graph::QueryGraph;
use federation::query_plan::QueryPlan;
use federation::supergraph::Supergraph;
use federation::view::{Target, View};
use router::config::ViewConfig;
use router::live_graph::{LoadedSupergraph, OverrideLabels, read_views};

use crate::graph_input::GraphInput;
use crate::report::Failure;

/// What clients see, what the planner sees, and how much an operation may ask for.
pub(crate) struct PlannableGraph {
    api_schema: ApiSchema,
    pub(crate) query_graph: QueryGraph,
    limits: OperationLimits,
    supergraph: Supergraph,
    /// Those of the configuration.
    views: Vec<ViewConfig>,
    /// The one whose operations are planned; none for the graph's own.
    view: Option<View>,
    /// By label of overrides, whether it is set.
    pub(crate) labels: Vec<bool>,
}

impl PlannableGraph {
    /// Reads, composes and indexes. The labels that are set are those that the configuration sets
    /// for every request, until [`set_labels`](Self::set_labels) adds others.
    pub(crate) async fn load(input: &GraphInput) -> Result<Self, Vec<Diagnostic>> {
        let config = input.read_config()?;
        let LoadedSupergraph { supergraph, .. } = input.load_supergraph(&config).await?;
        let api_schema = ApiSchema::new(&supergraph)?;
        planner::check_supported(&supergraph)?;
        let query_graph = QueryGraph::new(&supergraph)?;
        let labels = OverrideLabels::new(&query_graph, &config.override_labels).set_for_all();
        let (limits, views) = (config.limits.operation(), config.views);
        Ok(Self { api_schema, query_graph, limits, supergraph, views, view: None, labels })
    }

    /// From now on operations are those of a view of the configuration, if one is named.
    pub(crate) fn with_view(mut self, name: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        let Some(name) = name else { return Ok(self) };
        let Some(config) = self.views.iter().find(|config| *config.name == *name) else {
            let names: Vec<&str> = self.views.iter().map(|config| &*config.name).collect();
            let message = format!("the configuration has no view `{name}`");
            let error = Diagnostic::error("VIEW_UNKNOWN", message);
            return Err(vec![match names.as_slice() {
                [] => error,
                names => error.with_help(format!("there are `{}`", names.join("`, `"))),
            }]);
        };
        self.limits = config.limits;
        for source in read_views(std::slice::from_ref(config))? {
            self.view = Some(View::compile(&source.schema, self.target())?.view);
        }
        Ok(self)
    }

    fn target(&self) -> Target<'_> {
        let Self { supergraph, api_schema, query_graph, .. } = self;
        Target { supergraph, api_schema, query_graph }
    }

    /// From now on `@defer` means something.
    pub(crate) fn with_defer(self) -> Result<Self, Vec<Diagnostic>> {
        let api_schema = self.api_schema.with_defer()?;
        Ok(Self { api_schema, ..self })
    }

    /// Sets more labels; gives back those that the graph does not have.
    pub(crate) fn set_labels<'a>(&mut self, labels: &'a [String]) -> Vec<&'a str> {
        let mut unknown = Vec::new();
        for label in labels {
            match self.query_graph.labels().binary_search(label) {
                Ok(index) => self.labels[index] = true,
                Err(_) => unknown.push(label.as_str()),
            }
        }
        unknown
    }

    /// The operation of a document; what is wrong with it is shown in `source`.
    pub(crate) fn operation(
        &self,
        source: &Arc<SourceFile>,
        name: Option<&str>,
    ) -> Result<Operation, Vec<Diagnostic>> {
        let text = &source.text;
        let parsed = match &self.view {
            Some(view) => {
                let parsed = view.parse(self.target(), text, name, &self.limits);
                parsed.map(|operation| operation.translated)
            }
            None => Operation::parse(&self.api_schema, &self.query_graph, text, name, &self.limits),
        };
        parsed.map_err(|errors| errors.iter().map(|error| error.in_source(source)).collect())
    }

    /// Where it comes from.
    pub(crate) fn plan(&self, operation: &Operation) -> Result<QueryPlan, Vec<Diagnostic>> {
        planner::plan(&self.query_graph, operation, &self.labels).map_err(plan_diagnostics)
    }
}

/// Refuses labels that no override of the graph has.
pub(crate) fn check_labels(unknown: &[&str], graph: &QueryGraph) -> Result<(), Vec<Diagnostic>> {
    let diagnostics: Vec<Diagnostic> = unknown
        .iter()
        .map(|label| {
            let message = format!("no override of the graph has the label `{label}`");
            let diagnostic = Diagnostic::error("OVERRIDE_LABEL_UNKNOWN", message);
            match graph.labels() {
                [] => diagnostic,
                labels => diagnostic.with_help(format!("there are `{}`", labels.join("`, `"))),
            }
        })
        .collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
}

/// Why there is no plan.
pub(crate) fn plan_diagnostics(error: PlanError) -> Vec<Diagnostic> {
    vec![Diagnostic::error(error.code, error.message)]
}

/// A file with an operation.
pub(crate) fn read_query(path: &Path) -> Result<Arc<SourceFile>, Failure> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the operation {}", path.display()))?;
    Ok(Arc::new(SourceFile { name: path.display().to_string(), text }))
}
