//! A graph for which operations are planned, without anybody to answer them: what `plan` and
//! `explain` work on.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use federation::api_schema::ApiSchema;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::operation::{Operation, OperationLimits, RequestError};
use federation::planner::{self, PlanError};
use federation::query_graph::QueryGraph;
use federation::query_plan::QueryPlan;
use federation::supergraph::Supergraph;

use crate::graph_input::GraphInput;
use crate::report::Failure;

/// What clients see, what the planner sees, and how much an operation may ask for.
pub(crate) struct PlannableGraph {
    api_schema: ApiSchema,
    pub(crate) query_graph: QueryGraph,
    limits: OperationLimits,
}

impl PlannableGraph {
    /// Reads, composes and indexes.
    pub(crate) async fn load(input: &GraphInput) -> Result<Self, Vec<Diagnostic>> {
        let config = input.read_config()?;
        let loaded = input.load_supergraph(&config).await?;
        Self::new(&loaded.supergraph, config.limits.operation())
    }

    fn new(supergraph: &Supergraph, limits: OperationLimits) -> Result<Self, Vec<Diagnostic>> {
        let api_schema = ApiSchema::new(supergraph)?;
        planner::check_supported(supergraph)?;
        let query_graph = QueryGraph::new(supergraph)?;
        Ok(Self { api_schema, query_graph, limits })
    }

    /// The operation of a document; what is wrong with it is shown in `source`.
    pub(crate) fn operation(
        &self,
        source: &Arc<SourceFile>,
        name: Option<&str>,
    ) -> Result<Operation, Vec<Diagnostic>> {
        let parsed =
            Operation::parse(&self.api_schema, &self.query_graph, &source.text, name, &self.limits);
        parsed.map_err(|errors| request_diagnostics(source, &errors))
    }

    /// Where it comes from.
    pub(crate) fn plan(&self, operation: &Operation) -> Result<QueryPlan, Vec<Diagnostic>> {
        planner::plan(&self.query_graph, operation, &[]).map_err(plan_diagnostics)
    }
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

fn request_diagnostics(query: &Arc<SourceFile>, errors: &[RequestError]) -> Vec<Diagnostic> {
    let diagnostics = errors.iter().map(|error| {
        let places = error.locations.iter();
        places.fold(Diagnostic::error(error.code, &error.message), |diagnostic, (line, column)| {
            let start = query.offset(*line, *column);
            let word = query.text[start..]
                .find(|character: char| !character.is_alphanumeric() && character != '_')
                .unwrap_or(query.text.len() - start);
            diagnostic.with_label(query, start..start + word.max(1), "")
        })
    });
    diagnostics.collect()
}
