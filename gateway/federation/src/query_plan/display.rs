//! The plan's text form: `Sequence`, `Parallel`, `Fetch`, `Flatten`.

use std::collections::BTreeSet;
use std::fmt;

use super::{
    ContextRead, ContextValue, EntityInput, Fetch, FetchField, FetchId, FetchTarget, PathElement,
    QueryPlan, Representation, RepresentationField,
};

/// The graph of fetches as a tree that says the same or a little more about the order.
enum PlanNode {
    Fetch(FetchId),
    Sequence(Vec<PlanNode>),
    Parallel(Vec<PlanNode>),
}

impl fmt::Display for QueryPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: BTreeSet<FetchId> = (0u32..).take(self.fetches.len()).map(FetchId).collect();
        let mut printer = Printer { plan: self, out: f, depth: 0 };
        if all.is_empty() {
            return printer.line("QueryPlan {}");
        }
        printer.block("QueryPlan {", "}", |printer| {
            let node = tree(printer.plan, &all);
            printer.node(&node)
        })
    }
}

/// Independent parts run in parallel; within one part, what everything else waits for comes first.
fn tree(plan: &QueryPlan, fetches: &BTreeSet<FetchId>) -> PlanNode {
    let parts = independent_parts(plan, fetches);
    if parts.len() > 1 {
        return PlanNode::Parallel(parts.iter().map(|part| tree(plan, part)).collect());
    }
    let is_first = |id: &&FetchId| {
        !plan.fetch(**id).depends_on.iter().any(|dependency| fetches.contains(dependency))
    };
    let first: Vec<FetchId> = fetches.iter().filter(is_first).copied().collect();
    let rest: BTreeSet<FetchId> =
        fetches.iter().filter(|id| !first.contains(id)).copied().collect();
    let mut head: Vec<PlanNode> = first.into_iter().map(PlanNode::Fetch).collect();
    let head = if head.len() == 1 { head.remove(0) } else { PlanNode::Parallel(head) };
    if rest.is_empty() {
        return head;
    }
    let mut sequence = vec![head];
    match tree(plan, &rest) {
        PlanNode::Sequence(nodes) => sequence.extend(nodes),
        node => sequence.push(node),
    }
    PlanNode::Sequence(sequence)
}

/// The connected parts of the dependency graph, by their first fetch.
fn independent_parts(plan: &QueryPlan, fetches: &BTreeSet<FetchId>) -> Vec<BTreeSet<FetchId>> {
    let mut parts: Vec<BTreeSet<FetchId>> = Vec::new();
    for &id in fetches {
        let mut part = BTreeSet::from([id]);
        let dependencies = &plan.fetch(id).depends_on;
        parts.retain(|other| {
            let connected = dependencies.iter().any(|dependency| other.contains(dependency));
            if connected {
                part.extend(other);
            }
            !connected
        });
        parts.push(part);
    }
    parts.sort_by_key(|part| part.first().copied());
    parts
}

struct Printer<'a, 'f> {
    plan: &'a QueryPlan,
    out: &'a mut fmt::Formatter<'f>,
    depth: usize,
}

impl Printer<'_, '_> {
    fn line(&mut self, text: &str) -> fmt::Result {
        for _ in 0..self.depth {
            self.out.write_str("  ")?;
        }
        writeln!(self.out, "{text}")
    }

    fn block(
        &mut self,
        open: &str,
        close: &str,
        inside: impl FnOnce(&mut Self) -> fmt::Result,
    ) -> fmt::Result {
        self.line(open)?;
        self.depth += 1;
        inside(self)?;
        self.depth -= 1;
        self.line(close)
    }

    fn node(&mut self, node: &PlanNode) -> fmt::Result {
        let (open, nodes) = match node {
            PlanNode::Fetch(id) => return self.fetch(self.plan.fetch(*id)),
            PlanNode::Sequence(nodes) => ("Sequence {", nodes),
            PlanNode::Parallel(nodes) => ("Parallel {", nodes),
        };
        self.block(open, "},", |printer| nodes.iter().try_for_each(|node| printer.node(node)))
    }

    fn fetch(&mut self, fetch: &Fetch) -> fmt::Result {
        let service = &fetch.service;
        match &fetch.target {
            FetchTarget::Root { selection, .. } => {
                self.block(&format!("Fetch(service: \"{service}\") {{"), "},", |printer| {
                    printer.block("{", "}", |printer| printer.fields(selection))?;
                    printer.fragments(fetch)
                })
            }
            FetchTarget::Entities(inputs) => match inputs.as_slice() {
                [input] => self.block(&flatten(input), "},", |printer| {
                    printer.block(&format!("Fetch(service: \"{service}\") {{"), "},", |printer| {
                        printer.input(input)?;
                        printer.fragments(fetch)
                    })
                }),
                inputs => {
                    self.block(&format!("BatchFetch(service: \"{service}\") {{"), "},", |printer| {
                        for input in inputs {
                            printer.block(&flatten(input), "},", |printer| printer.input(input))?;
                        }
                        printer.fragments(fetch)
                    })
                }
            },
        }
    }

    /// What is told of the entities, and what is asked.
    fn input(&mut self, input: &EntityInput) -> fmt::Result {
        self.block("{", "} =>", |printer| {
            let first = input.targets.first();
            let recipes = first.map(|target| target.representations.as_slice());
            let mut recipes = recipes.unwrap_or_default().iter();
            recipes.try_for_each(|recipe| printer.representation(recipe))?;
            let contexts = first.map(|target| target.contexts.as_slice()).unwrap_or_default();
            contexts.iter().try_for_each(|value| printer.context(value))
        })?;
        self.block("{", "}", |printer| printer.fields(&input.selection))
    }

    /// Where a variable's value comes from: the nearest place last.
    fn context(&mut self, value: &ContextValue) -> fmt::Result {
        self.block(&format!("${}: {} {{", value.variable, value.ty), "}", |printer| {
            for level in value.levels.iter().filter(|level| !level.reads.is_empty()) {
                let reads = level.reads.iter().map(|(_, read)| read);
                let mut told: Vec<&ContextRead> = Vec::new();
                for read in reads {
                    told.extend((!told.contains(&read)).then_some(read));
                }
                printer.block(&format!("\"{}\" {{", path_text(&level.path)), "}", |printer| {
                    told.iter().try_for_each(|read| printer.context_read(read))
                })?;
            }
            Ok(())
        })
    }

    fn context_read(&mut self, read: &ContextRead) -> fmt::Result {
        match read {
            ContextRead::Nothing => self.line("null"),
            ContextRead::Typename => self.line("__typename"),
            ContextRead::Field(field) => self.representation_fields(std::slice::from_ref(field)),
        }
    }

    fn fragments(&mut self, fetch: &Fetch) -> fmt::Result {
        for fragment in &fetch.fragments {
            let open = format!("fragment {} on {} {{", fragment.name, fragment.on);
            self.block(&open, "}", |printer| printer.fields(&fragment.selection))?;
        }
        Ok(())
    }

    fn representation(&mut self, recipe: &Representation) -> fmt::Result {
        let open = format!("... on {} {{", recipe.type_name);
        self.block(&open, "}", |printer| {
            printer.line("__typename")?;
            printer.representation_fields(&recipe.fields)
        })
    }

    fn representation_fields(&mut self, fields: &[RepresentationField]) -> fmt::Result {
        for field in fields {
            if field.children.is_empty() {
                self.line(&field.name)?;
            } else {
                let open = format!("{} {{", field.name);
                self.block(&open, "}", |printer| printer.representation_fields(&field.children))?;
            }
        }
        Ok(())
    }

    /// Neighbours under the same type condition share its braces.
    fn fields(&mut self, fields: &[FetchField]) -> fmt::Result {
        for run in fields.chunk_by(|one, other| one.type_condition == other.type_condition) {
            match &run[0].type_condition {
                None => run.iter().try_for_each(|field| self.field(field))?,
                Some(condition) => {
                    let open = format!("... on {condition} {{");
                    self.block(&open, "}", |printer| {
                        run.iter().try_for_each(|field| printer.field(field))
                    })?;
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &FetchField) -> fmt::Result {
        if field.children.is_empty() {
            return self.line(&field.text);
        }
        let open = format!("{} {{", field.text);
        self.block(&open, "}", |printer| printer.fields(&field.children))
    }
}

/// The paths of all objects that are asked for.
fn flatten(input: &EntityInput) -> String {
    let paths: Vec<String> = input.targets.iter().map(|target| path_text(&target.path)).collect();
    format!("Flatten(path: \"{}\") {{", paths.join(" | "))
}

/// `user.orders.@`: response keys and `@` for the items of a list.
fn path_text(path: &[PathElement]) -> String {
    let mut text = String::new();
    for element in path {
        if !text.is_empty() {
            text.push('.');
        }
        match element {
            PathElement::Key(key, _) => text.push_str(key),
            PathElement::Items => text.push('@'),
        }
    }
    text
}
