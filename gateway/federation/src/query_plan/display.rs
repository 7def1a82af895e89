//! The plan's text form: `Sequence`, `Parallel`, `Fetch`, `Flatten`.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::{
    ContextRead, ContextValue, DeliveryId, EntityInput, Fetch, FetchField, FetchId, FetchTarget,
    PathElement, QueryPlan, Representation, RepresentationField,
};

/// The graph of fetches as a tree that says the same or a little more about the order.
enum PlanNode {
    Fetch(FetchId),
    Sequence(Vec<PlanNode>),
    Parallel(Vec<PlanNode>),
}

impl fmt::Display for QueryPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer = Printer { plan: self, out: f, depth: 0 };
        if self.fetches.is_empty() {
            return printer.line("QueryPlan {}");
        }
        printer.block("QueryPlan {", "}", |printer| printer.delivery(None))
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

    /// What comes at once, or later, and what comes after it.
    fn delivery(&mut self, delivery: Option<DeliveryId>) -> fmt::Result {
        let plan = self.plan;
        let ids = (0u32..).map(FetchId).zip(&plan.fetches);
        let own = ids.filter(|(_, fetch)| fetch.delivery == delivery).map(|(id, _)| id);
        let own: BTreeSet<FetchId> = own.collect();
        let fetches = |printer: &mut Self| match own.is_empty() {
            true => Ok(()),
            false => printer.node(&tree(plan, &own)),
        };
        let later = (0u32..).map(DeliveryId).zip(&plan.deliveries);
        let later: Vec<_> = later.filter(|(_, one)| one.within == delivery).collect();
        if later.is_empty() {
            return fetches(self);
        }
        self.block("Defer {", "},", |printer| {
            printer.block("Primary {", "}, [", fetches)?;
            printer.depth += 1;
            for (id, _) in later {
                let open = format!("Deferred({}) {{", plan.delivery_text(id));
                printer.block(&open, "},", |printer| printer.delivery(Some(id)))?;
            }
            printer.depth -= 1;
            printer.line("]")
        })
    }

    fn node(&mut self, node: &PlanNode) -> fmt::Result {
        let (open, nodes) = match node {
            PlanNode::Fetch(id) => return self.fetch(*id),
            PlanNode::Sequence(nodes) => ("Sequence {", nodes),
            PlanNode::Parallel(nodes) => ("Parallel {", nodes),
        };
        self.block(open, "},", |printer| nodes.iter().try_for_each(|node| printer.node(node)))
    }

    fn fetch(&mut self, id: FetchId) -> fmt::Result {
        let whom = self.plan.whom_text(id);
        let fetch = self.plan.fetch(id);
        match &fetch.target {
            FetchTarget::Root { selection, .. } => {
                self.block(&format!("Fetch({whom}) {{"), "},", |printer| {
                    printer.block("{", "}", |printer| printer.fields(selection))?;
                    printer.fragments(fetch)
                })
            }
            FetchTarget::Entities(inputs) => match inputs.as_slice() {
                [input] => self.block(&flatten(input), "},", |printer| {
                    printer.block(&format!("Fetch({whom}) {{"), "},", |printer| {
                        printer.input(input)?;
                        printer.fragments(fetch)
                    })
                }),
                inputs => self.block(&format!("BatchFetch({whom}) {{"), "},", |printer| {
                    for input in inputs {
                        printer.block(&flatten(input), "},", |printer| printer.input(input))?;
                    }
                    printer.fragments(fetch)
                }),
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

impl QueryPlan {
    /// Whether a fetch for one delivery waits for one that is not.
    fn is_waited_for(&self, id: FetchId, by: impl Fn(Option<DeliveryId>) -> bool) -> bool {
        let own = self.fetch(id).delivery;
        self.fetches.iter().any(|fetch| {
            fetch.delivery != own && by(fetch.delivery) && fetch.depends_on.contains(&id)
        })
    }

    /// Who is asked, with the fetch's number where something that comes later waits for it.
    fn whom_text(&self, id: FetchId) -> String {
        let service = &self.fetch(id).service;
        match self.is_waited_for(id, |_| true) {
            true => format!("service: \"{service}\", id: {}", id.0 + 1),
            false => format!("service: \"{service}\""),
        }
    }

    /// What comes later, and which fetches it waits for.
    fn delivery_text(&self, id: DeliveryId) -> String {
        let ids = (0u32..).map(FetchId).take(self.fetches.len());
        let ids = ids.filter(|one| self.is_waited_for(*one, |by| by == Some(id)));
        let depends: Vec<String> = ids.map(|id| (id.0 + 1).to_string()).collect();
        let delivery = &self.deliveries[id.index()];
        let path = path_text(&delivery.path);
        let mut text = format!("depends: [{}], path: \"{path}\"", depends.join(", "));
        for part in delivery.parts.iter().filter_map(|part| self.parts.get(part.index())) {
            if let Some(label) = &part.label {
                let _ = write!(text, ", label: {label:?}");
            }
            if let Some(variable) = &part.when {
                let _ = write!(text, ", if: ${variable}");
            }
        }
        text
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
