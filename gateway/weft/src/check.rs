//! `weft check`: compose, compare with what the graph was, and see which clients that concerns.

mod baseline;
pub(crate) mod operations;
mod places;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use federation::api_schema::ApiSchema;
use federation::diagnostic::{Diagnostic, Label, Severity, SourceFile};
use federation::schema_changes::{
    self, ClientOperations, Criticality, OperationUse, SchemaChange, Unused, Usage,
};
use federation::subgraph::SubgraphSource;

use self::baseline::{Baseline, BaselineArguments};
use self::operations::{Client, OperationsPath};
use self::places::Places;
use crate::composition_input::CompositionArguments;
use crate::configured_views::{ConfiguredView, ConfiguredViews};
use crate::report::{self, Failure, Finding, Kind, Report, ReportArguments, StandardOutput, Use};
use crate::repository::Repository;

/// Compose, and tell which changes break clients
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: CompositionArguments,
    #[command(flatten)]
    baseline: BaselineArguments,
    /// Operations that clients send: a folder of .graphql and .gql files, one such file, or a
    /// manifest of persisted operations; may be repeated
    #[arg(long, value_name = "[CLIENT=]PATH")]
    operations: Vec<OperationsPath>,
    /// Breaking changes that concern no operation do not fail: all operations are known
    #[arg(long, requires = "operations")]
    allow_unused: bool,
    /// Fail when there are dangerous changes
    #[arg(long)]
    deny_dangerous: bool,
    /// Fail when composition has hints
    #[arg(long)]
    deny_hints: bool,
    #[command(flatten)]
    report: ReportArguments,
}

const EXAMPLES: &str = "Examples:
  weft check --config router.yaml                        against supergraph.graphql beside it
  weft check --config router.yaml --against origin/main  against the same files of a branch
  weft check --config router.yaml --operations web=apps/web/src --operations apps/ios/manifest.json
  weft check --config router.yaml --format github        annotations in a pull request

Exit codes: 0 fine, 1 it does not compose or breaks clients, 2 something could not be read";

/// What is found is on standard error for people, on standard output for programs.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let beside = arguments.input.config_file().unwrap_or(Path::new(""));
    let mut report = Report::new("check", Repository::around(beside));
    if let Err(failure) = check(arguments, &mut report) {
        report.stop(failure);
    }
    report.findings.sort_by_key(|finding| match finding.kind {
        Kind::Error => 0,
        Kind::Breaking => 1,
        Kind::Operation => 2,
        Kind::Dangerous => 3,
        Kind::Hint => 4,
        Kind::Plan => 5,
        Kind::Safe => 6,
    });
    match arguments.report.write(&report, StandardOutput::Free) {
        Ok(()) => ExitCode::from(report.exit_code()),
        Err(error) => {
            report::failure(&Failure::Other(error));
            ExitCode::from(2)
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn check(arguments: &Arguments, report: &mut Report) -> Result<(), Failure> {
    let (input, config) = arguments.input.read()?;
    let composed = arguments.input.compose(&input, &config).await?;
    let deny_hints = arguments.deny_hints;
    report.findings.extend(composed.hints.into_iter().map(|hint| Finding::hint(hint, deny_hints)));
    report.findings.extend(composed.views.errors.into_iter().map(Finding::error));
    let after = ApiSchema::new(&composed.supergraph)?;
    let baseline = arguments.baseline.load(&arguments.input, &config).await?;
    report.baseline = Some(baseline.name.clone());
    let mut clients = operations::read(&arguments.operations)?;
    if !composed.operations.documents.is_empty() {
        clients.push(Client::registered(composed.operations.documents));
    }
    report.findings.extend(composed.operations.faults.into_iter().map(Finding::fault));
    let findings = arguments.compare(&after, (&baseline, &composed.sources), clients, report);
    report.findings.extend(findings);
    check_views(arguments, &composed.views.views, &baseline, report);
    Ok(())
}

/// Each view's own schema as the graph's: what has changed in it, and which operations that
/// concerns. These are valid, or the view would not have been compiled.
fn check_views(
    arguments: &Arguments,
    views: &[ConfiguredView],
    baseline: &Baseline,
    report: &mut Report,
) {
    for ConfiguredView { source, view } in views {
        let name = &source.config.name;
        // One that was not there is new: nothing has changed in it.
        let Some(was) = baseline.views.get(name) else { continue };
        let documents = source.operations.iter().map(|document| Arc::clone(&document.source));
        let client = Client { name: name.to_string(), ..Client::registered(documents.collect()) };
        let clients = if client.documents.is_empty() { Vec::new() } else { vec![client] };
        let of_view = |sdl: &Arc<SourceFile>| SubgraphSource {
            name: name.to_string(),
            url: String::new(),
            sdl: Arc::clone(sdl),
        };
        let baseline = Baseline {
            name: baseline.name.clone(),
            api_schema: was.view.api_schema().clone(),
            supergraph: None,
            sources: vec![of_view(&was.source.schema)],
            views: ConfiguredViews::default(),
        };
        let sources = [of_view(&source.schema)];
        let compared = (&baseline, sources.as_slice());
        let findings = arguments.compare(view.api_schema(), compared, clients, report);
        report.findings.extend(findings.into_iter().map(|mut finding| {
            finding.diagnostic = finding.diagnostic.with_note(format!("in the view `{name}`"));
            finding
        }));
    }
}

impl Arguments {
    /// What has changed for clients, and which of their operations that concerns.
    fn compare(
        &self,
        after: &ApiSchema,
        (baseline, sources): (&Baseline, &[SubgraphSource]),
        clients: Vec<Client>,
        report: &mut Report,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut changes = schema_changes::compare(&baseline.api_schema, after);
        let known = Known::new(clients, report);
        if let Some(known) = &known {
            let usage = known.usage(&baseline.api_schema);
            let operations = report.operations.unwrap_or_default() + usage.operations();
            report.operations = Some(operations);
            let unused = if self.allow_unused { Unused::Lower } else { Unused::Keep };
            usage.apply(&mut changes, unused);
            findings.extend(known.faults(after, baseline));
        }
        let places = Places::new(sources, baseline);
        findings.extend(changes.into_iter().map(|change| {
            let labels = places.of(&change.coordinate);
            self.finding(change, labels, known.as_ref())
        }));
        findings
    }

    fn finding(&self, change: SchemaChange, labels: Vec<Label>, known: Option<&Known>) -> Finding {
        let is_unused = change.is_unused();
        let (kind, fails) = match change.criticality {
            Criticality::Breaking => (Kind::Breaking, true),
            Criticality::Dangerous => {
                let is_allowed = self.allow_unused && is_unused;
                (Kind::Dangerous, self.deny_dangerous && !is_allowed)
            }
            Criticality::Safe => (Kind::Safe, false),
        };
        let used_by = change.used_by.as_ref().zip(known);
        let used_by = used_by.map(|(uses, known)| uses.iter().map(|it| known.use_of(it)).collect());
        // An error to the eye only: what it is, is said by its kind.
        let diagnostic = Diagnostic {
            severity: Severity::Error,
            code: change.kind,
            coordinate: Some(change.coordinate),
            message: change.message,
            labels,
            notes: change.reason.into_iter().collect(),
            help: None,
        };
        Finding { kind, fails, diagnostic, used_by }
    }
}

/// The operations of all clients. A fragment is looked for among those of the same client.
struct Known {
    clients: Vec<KnownClient>,
    /// Whose a document is, by its address.
    owners: HashMap<*const SourceFile, String>,
}

struct KnownClient {
    name: String,
    operations: ClientOperations,
    /// Whether it has been said what is wrong with them.
    is_checked: bool,
}

impl Known {
    /// Reads the documents; those that cannot be read are findings. None when there are none.
    fn new(clients: Vec<Client>, report: &mut Report) -> Option<Self> {
        if clients.is_empty() {
            return None;
        }
        let mut known = Self { clients: Vec::new(), owners: HashMap::new() };
        for Client { name, documents, is_checked } in clients {
            for document in &documents {
                known.owners.insert(Arc::as_ptr(document), name.clone());
            }
            let (operations, found) = ClientOperations::parse(&documents);
            let found = found.into_iter().filter(|_| !is_checked);
            report.findings.extend(found.map(|found| match found.severity {
                Severity::Error => Finding::fault(found),
                // What is denied are hints about the graph.
                Severity::Hint => Finding::hint(found, false),
            }));
            known.clients.push(KnownClient { name, operations, is_checked });
        }
        Some(known)
    }

    fn usage(&self, schema: &ApiSchema) -> Usage {
        let mut usage = Usage::default();
        for KnownClient { operations, .. } in &self.clients {
            usage.extend(operations.usage(schema));
        }
        usage
    }

    /// What is wrong with the operations in the schema as it is; what was wrong before as well is
    /// nothing that has changed.
    fn faults(&self, after: &ApiSchema, baseline: &Baseline) -> Vec<Finding> {
        let mut faults = Vec::new();
        for KnownClient { name, operations, .. } in self.clients.iter().filter(|it| !it.is_checked)
        {
            let found = operations.validate(after);
            if found.is_empty() {
                continue;
            }
            let before = operations.validate(&baseline.api_schema);
            let before: HashSet<String> = before.iter().map(ToString::to_string).collect();
            faults.extend(found.into_iter().map(|mut found| {
                if before.contains(&found.to_string()) {
                    found = found.with_note(format!("nor is it valid against {}", baseline.name));
                }
                found.message = format!("{} (of {name})", found.message);
                Finding::fault(found)
            }));
        }
        faults
    }

    fn use_of(&self, one: &OperationUse) -> Use {
        let owner = self.owners.get(&Arc::as_ptr(&one.document));
        let source = Arc::clone(&one.source);
        Use {
            client: owner.cloned().unwrap_or_default(),
            operation: one.operation.clone(),
            document: Arc::clone(&one.document),
            place: Label { source, span: one.span.clone(), text: String::new() },
        }
    }
}
