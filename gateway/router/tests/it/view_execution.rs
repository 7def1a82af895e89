//! One operation of a view: translated, planned, executed, and held against what else knows the
//! answer.
//!
//! - its translation, executed as an operation of the graph: the subgraphs are asked the same, and
//!   the answer is that answer reshaped;
//! - the view's own oracle, which reads the rows: so is the translation itself checked.

mod reshaping;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use federation::operation::OperationLimits;
use federation::view::{View, ViewOperation, ViewValue};
use router::caller::Caller;
use router::executor::{CompiledPlan, Execution};
use serde_json::Value;

use crate::execution::{self, Executed, Planned, Weather};
use crate::in_memory_subgraph::{Faults, InMemorySubgraphs, LoggedFetch};
use crate::world::World;
use crate::{oracle, view_oracle};

/// An operation of a view with the plan of its translation.
pub(crate) struct PlannedView {
    operation: ViewOperation,
    /// The translation by itself.
    pub(crate) translated: Planned,
    labels: Vec<String>,
    compiled: CompiledPlan,
}

/// Validates and translates; the message is the gateway's.
pub(crate) fn parse(world: &World, document: &str) -> Result<ViewOperation, String> {
    let limits = OperationLimits::default();
    view_of(world)
        .parse(world.target(), document, None, &limits)
        .map_err(|errors| format!("the operation is refused: {errors:?}"))
}

/// Plans, and checks what must hold of every plan.
pub(crate) fn plan(
    world: &World,
    document: &str,
    labels: &[String],
) -> Result<PlannedView, String> {
    let operation = parse(world, document)?;
    let translated = execution::plan(world, parse(world, document)?.translated, labels)?;
    let graph = &world.query_graph;
    let compiled = CompiledPlan::of_view(graph, view_of(world), &operation, &translated.plan);
    Ok(PlannedView { operation, translated, labels: labels.to_vec(), compiled })
}

fn view_of(world: &World) -> &View {
    &world.view.as_ref().expect("there is a view").1
}

/// Executes with the client's variables, and checks the answer.
pub(crate) async fn execute(
    world: &Arc<World>,
    planned: &PlannedView,
    given: &JsonMap,
    (weather, faults): (Weather, Faults),
) -> Result<Executed, String> {
    let view = view_of(world);
    let operation = &planned.operation;
    let schema = view.api_schema().schema();
    let own = coerce_variable_values(schema, operation.own.definition(), given)
        .map_err(|error| format!("the variables are refused: {}", error.message()))?;
    let mut variables = own.clone().into_inner();
    view.translate_variables(operation, &mut variables);
    // With the graph's defaults inside, as the translation alone is sent them.
    let definition = operation.translated.definition();
    let coerced = coerce_variable_values(world.api_schema.schema(), definition, &variables)
        .map_err(|error| format!("translated variables are refused: {}", error.message()))?;
    variables.extend(coerced.into_inner());
    let variables = Valid::assume_valid(variables);

    let fair = (Weather::FairToErrors, Faults::None);
    let alone = execution::execute(world, &planned.translated, &variables, fair).await?;
    let subgraphs = InMemorySubgraphs::new(world, &planned.labels, faults);
    let body = run(world, planned, &variables, &subgraphs).await;
    let fetches = subgraphs.log();

    let mut failures: Vec<String> = alone.failures.clone();
    let check = Check { world, view, operation, variables: &own };
    let bodies = (body.as_str(), alone.body.as_str());
    if weather == Weather::Faulty {
        failures.extend(check.faulty(bodies).err());
        let sent = execution::sent_fetches(&planned.translated, &fetches);
        if sent > planned.translated.plan.fetches.len() {
            failures.push(format!("{sent} fetches were sent, more than are planned"));
        }
    } else {
        failures.extend(check.fair(bodies).err());
        failures.extend(subgraphs.violations());
        if texts(&fetches) != texts(&alone.fetches) {
            let (view, graph) = (texts(&fetches).join("\n"), texts(&alone.fetches).join("\n"));
            failures.push(format!("other requests than the translation:\n{view}\n\n{graph}"));
        }
    }
    Ok(Executed { body, fetches, failures })
}

/// What the subgraphs were asked, in no order.
fn texts(fetches: &[LoggedFetch]) -> Vec<String> {
    let mut texts: Vec<String> = fetches
        .iter()
        .map(|it| {
            let variables = it.variables.as_deref().unwrap_or_default();
            format!("{} {} {variables}", it.service, it.document)
        })
        .collect();
    texts.sort();
    texts
}

async fn run(
    world: &World,
    planned: &PlannedView,
    variables: &Valid<JsonMap>,
    subgraphs: &InMemorySubgraphs,
) -> String {
    let execution = Execution {
        query_graph: &world.query_graph,
        client_graph: view_of(world).graph(),
        operation: &planned.operation.own,
        plan: &planned.translated.plan,
        compiled: &planned.compiled,
        variables,
        introspection: None,
        caller: &Caller::Unknown,
        subgraphs,
        errors_max: 10_000,
        response_bytes_max: 10_000_000,
    };
    let body = execution.run().await.body;
    String::from_utf8(body.to_vec()).expect("answers are UTF-8")
}

/// An operation of a view that has been answered.
struct Check<'a> {
    world: &'a World,
    view: &'a View,
    operation: &'a ViewOperation,
    /// In the view's terms.
    variables: &'a Valid<JsonMap>,
}

impl Check<'_> {
    /// What the view must answer, by the answer of its translation.
    fn reshaped(&self, unshaped: &Value) -> Option<Value> {
        let graph = &self.world.query_graph;
        reshaping::reshaped(self.view, self.operation, graph, self.variables, &unshaped["data"])
    }

    fn fair(&self, (body, unshaped): (&str, &str)) -> Result<(), String> {
        let (answer, unshaped) = (json(body)?, json(unshaped)?);
        self.paths_are_own(&answer)?;
        let own = view_oracle::answer(self.world, &self.operation.own, self.variables)?;
        let expected = json(&own.data)?;
        // Where the graph has errors it has nulls, and more of them than the view lets through.
        if unshaped.get("errors").is_some() {
            return self.nulls_are_explained(&expected, &answer);
        }
        let reshaped = self.reshaped(&unshaped);
        if let Some(reshaped) = reshaped.filter(|reshaped| answer["data"] != *reshaped) {
            let answer = &answer["data"];
            return Err(format!("reshaped it is\n{reshaped}\nand the view answers\n{answer}"));
        }
        // A row that counts how often it is asked is asked once for what a view shows twice.
        let counts = self.world.rows.count_turns();
        if !counts && plain(&answer["data"]) != plain(&expected) {
            let answer = &answer["data"];
            return Err(format!("from the rows it is\n{expected}\nthe view answers\n{answer}"));
        }
        if answer.get("errors").is_none() && !own.error_paths.is_empty() {
            let paths = own.error_paths;
            return Err(format!("nothing says that these are no values, {paths:?}:\n{body}"));
        }
        Ok(())
    }

    /// Each null that is not in the rows has an error at or below it.
    fn faulty(&self, (body, _): (&str, &str)) -> Result<(), String> {
        let answer = json(body)?;
        self.paths_are_own(&answer)?;
        let own = view_oracle::answer(self.world, &self.operation.own, self.variables)?;
        self.nulls_are_explained(&json(&own.data)?, &answer)
    }

    fn nulls_are_explained(&self, expected: &Value, answer: &Value) -> Result<(), String> {
        let schema: &Schema = self.view.api_schema().schema();
        let operation = (schema, &self.operation.own);
        match oracle::unexplained_null(operation, &self.fields(), expected, answer) {
            None => Ok(()),
            Some(path) => Err(format!("no error says why there is null at {path}:\n  {answer}")),
        }
    }

    /// The fields that are asked for: each may be non-null in the graph, though the view says less
    /// of it, or has a default.
    fn fields(&self) -> HashSet<(Name, Name)> {
        let fields = self.operation.selections.iter().flat_map(|selection| &selection.fields);
        let ids = fields.filter_map(|field| match &field.value {
            ViewValue::Field { field, .. } => Some(*field),
            ViewValue::Typename | ViewValue::Introspection => None,
        });
        let graph = self.view.graph();
        let named = ids.map(|id| {
            let field = graph.field(id);
            (graph.ty(field.parent).name.clone(), field.name.clone())
        });
        named.collect()
    }

    /// Errors are at places of the view's operation.
    fn paths_are_own(&self, answer: &Value) -> Result<(), String> {
        let errors = answer.get("errors").and_then(Value::as_array).into_iter().flatten();
        for path in errors.filter_map(|error| error.get("path")?.as_array()) {
            if !oracle::has_place(&self.operation.own, path) {
                return Err(format!("the view has no place {path:?}:\n{answer}"));
            }
        }
        Ok(())
    }
}

/// With whole numbers written in one way, and arguments that a row repeats in one order.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect()
        }
        Value::Number(number) => Value::from(number.as_f64().unwrap_or_default()),
        Value::String(text) => {
            let start = text.find('{').unwrap_or(text.len());
            match serde_json::from_str::<BTreeMap<String, Value>>(&text[start..]) {
                Ok(arguments) => {
                    let arguments = arguments.iter().map(|(name, it)| (name, sorted(it)));
                    let arguments: BTreeMap<_, _> = arguments.collect();
                    Value::from(format!("{}{arguments:?}", &text[..start]))
                }
                Err(_) => value.clone(),
            }
        }
        value => value.clone(),
    }
}

fn sorted(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> = fields.iter().map(|(key, it)| (key, sorted(it))).collect();
            format!("{fields:?}")
        }
        Value::Array(items) => format!("{:?}", items.iter().map(sorted).collect::<Vec<_>>()),
        value => value.to_string(),
    }
}

/// The one number of the worlds that is no `f64` is read as another that no world has.
fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(&text.replace("1e400", "1e300"))
        .map_err(|error| format!("it is not JSON: {error}\n{text}"))
}

/// Whether an operation is one of the world's view, if it has one, else of its graph.
pub(crate) fn is_valid(world: &World, document: &str) -> bool {
    match world.view {
        // What the view takes, the graph has to take: else it is a failure.
        Some(_) => match parse(world, document) {
            Ok(_) => true,
            Err(failure) => failure.contains("VIEW_TRANSLATION_FAILED"),
        },
        None => execution::parse(world, document).is_ok(),
    }
}
