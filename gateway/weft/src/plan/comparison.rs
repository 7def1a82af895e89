//! The plans of all operations on two graphs: which are others, and how.

use std::sync::Arc;

use federation::diagnostic::{Diagnostic, Label, Severity, SourceFile};
use federation::schema_changes::{ClientOperations, StandaloneOperation};

use super::line_diff::changed_lines;
use crate::check::operations::{self, Client, OperationsPath};
use crate::plannable_graph::PlannableGraph;
use crate::report::{Finding, Kind, Report, plural};

/// A plan as far as it is compared.
struct Planned {
    text: String,
    requests: usize,
    steps: usize,
}

/// Adds a finding for each plan that is another, and for what could not be planned.
pub(super) fn compare(
    paths: &[OperationsPath],
    (before, after): (&PlannableGraph, &PlannableGraph),
    fail_on_change: bool,
    report: &mut Report,
) -> Result<(), Vec<Diagnostic>> {
    let (mut count, mut unchanged) = (0, 0);
    for Client { name: client, documents, .. } in operations::read(paths)? {
        let (operations, found) = ClientOperations::parse(&documents);
        report.findings.extend(found.into_iter().map(|found| match found.severity {
            Severity::Error => fault(found, true),
            Severity::Hint => Finding::hint(found, false),
        }));
        for operation in operations.standalone() {
            count += 1;
            let one = Compared {
                operation: &operation,
                client: &client,
                before: planned(before, &operation),
                after: planned(after, &operation),
            };
            match one.finding(fail_on_change) {
                Some(finding) => report.findings.push(finding),
                None => unchanged += 1,
            }
        }
    }
    report.operations = Some(count);
    report.plans_unchanged = Some(unchanged);
    Ok(())
}

fn planned(
    graph: &PlannableGraph,
    operation: &StandaloneOperation,
) -> Result<Planned, Vec<Diagnostic>> {
    let name = operation.name.clone().unwrap_or_default();
    let source = Arc::new(SourceFile { name, text: operation.text.clone() });
    let parsed = graph.operation(&source, operation.name.as_deref())?;
    let plan = graph.plan(&parsed)?;
    let (requests, steps) = (plan.fetches.len(), plan.steps());
    Ok(Planned { text: plan.to_string(), requests, steps })
}

/// One operation on both graphs.
struct Compared<'a> {
    operation: &'a StandaloneOperation,
    client: &'a str,
    before: Result<Planned, Vec<Diagnostic>>,
    after: Result<Planned, Vec<Diagnostic>>,
}

impl Compared<'_> {
    /// Nothing when the plan is the same.
    fn finding(&self, fail_on_change: bool) -> Option<Finding> {
        let name = self.operation.name.as_deref().unwrap_or("(without a name)");
        let of = format!("`{name}` of {}", self.client);
        match (&self.before, &self.after) {
            (Ok(before), Ok(after)) if before.text == after.text => None,
            (Ok(before), Ok(after)) => {
                let message = format!(
                    "the plan of {of} has changed: {} in {} → {} in {}",
                    plural(before.requests, "request"),
                    plural(before.steps, "step"),
                    plural(after.requests, "request"),
                    plural(after.steps, "step"),
                );
                Some(self.changed(
                    message,
                    changed_lines(&before.text, &after.text),
                    fail_on_change,
                ))
            }
            (Err(_), Ok(after)) => {
                let requests = plural(after.requests, "request");
                let steps = plural(after.steps, "step");
                let message = format!("{of} has a plan now: {requests} in {steps}");
                Some(self.changed(message, after.text.trim_end().to_owned(), fail_on_change))
            }
            (Ok(_), Err(errors)) => {
                Some(self.unplanned(
                    format!("{of} cannot be planned any more: {}", messages(errors)),
                    true,
                ))
            }
            (Err(_), Err(errors)) => Some(self.unplanned(
                format!("{of} cannot be planned, nor could it be before: {}", messages(errors)),
                false,
            )),
        }
    }

    fn changed(&self, message: String, lines: String, fails: bool) -> Finding {
        let diagnostic = Diagnostic {
            labels: self.labels(),
            ..Diagnostic::error("PLAN_CHANGED", message).with_note(lines)
        };
        Finding { kind: Kind::Plan, fails, diagnostic, used_by: None }
    }

    fn unplanned(&self, message: String, fails: bool) -> Finding {
        let diagnostic = Diagnostic::error("OPERATION_INVALID", message);
        fault(Diagnostic { labels: self.labels(), ..diagnostic }, fails)
    }

    fn labels(&self) -> Vec<Label> {
        self.operation.place.iter().cloned().collect()
    }
}

fn messages(errors: &[Diagnostic]) -> String {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    messages.join("; ")
}

fn fault(diagnostic: Diagnostic, fails: bool) -> Finding {
    Finding { kind: Kind::Operation, fails, diagnostic, used_by: None }
}
