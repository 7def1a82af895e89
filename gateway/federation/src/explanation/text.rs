//! An explanation as people read it on a terminal.

use std::fmt;

use super::{
    ExplainedEntrance, ExplainedFetch, ExplainedField, ExplainedInput, Explanation, Purpose,
};
use crate::query_plan::{Fetch, FetchField, FetchId, FetchTarget, Reason, RepresentationField};

/// Characters of a selection; what is longer is in the plan.
const ASKED_MAX: usize = 160;
/// Names in a sentence; more are counted.
const NAMED_MAX: usize = 5;
/// The column of what follows a label.
const LABEL_WIDTH: usize = 9;
/// Characters of a line.
const WIDTH: usize = 100;

/// What a fetch asks for, on one line for each kind of entity.
pub(super) fn asked(fetch: &Fetch) -> Vec<String> {
    match &fetch.target {
        FetchTarget::Root { selection, .. } => vec![on_one_line(selection)],
        FetchTarget::Entities(inputs) => {
            inputs.iter().map(|input| on_one_line(&input.selection)).collect()
        }
    }
}

fn on_one_line(selection: &[FetchField]) -> String {
    let mut line = String::new();
    write_selection(selection, &mut line);
    match line.char_indices().nth(ASKED_MAX) {
        Some((end, _)) => format!("{} …", line[..end].trim_end()),
        None => line,
    }
}

/// Neighbours under the same type condition share its braces.
fn write_selection(selection: &[FetchField], line: &mut String) {
    line.push('{');
    for run in selection.chunk_by(|one, other| one.type_condition == other.type_condition) {
        let condition = run[0].type_condition.as_ref();
        if let Some(condition) = condition {
            line.push_str(&format!(" ... on {condition} {{"));
        }
        for field in run {
            line.push(' ');
            line.push_str(&field.text);
            if !field.children.is_empty() {
                line.push(' ');
                write_selection(&field.children, line);
            }
        }
        if condition.is_some() {
            line.push_str(" }");
        }
    }
    line.push_str(" }");
}

/// `id`, `organization { id }`.
pub(super) fn input(field: &RepresentationField) -> String {
    if field.children.is_empty() {
        return field.name.to_string();
    }
    let children: Vec<String> = field.children.iter().map(input).collect();
    format!("{} {{ {} }}", field.name, children.join(" "))
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fetches.is_empty() {
            return writeln!(f, "No subgraph is asked: the gateway answers this itself.");
        }
        let requests = plural(self.fetches.len(), "request");
        let steps = plural(self.steps, "step");
        wrapped(f, "", &format!("{requests} in {steps}. {}", self.reason()))?;
        for step in 0..self.steps {
            writeln!(f, "\nStep {}", step + 1)?;
            for (index, fetch) in self.fetches.iter().enumerate() {
                if fetch.steps_before == step {
                    fetch_lines(f, (index, fetch), (self.fetches.len(), self.steps))?;
                }
            }
        }
        if !self.advice.is_empty() {
            writeln!(f, "\nWhat would make it shorter; each was tried on this operation\n")?;
        }
        for advice in &self.advice {
            let text = format!("{advice} instead of {} in {}", self.fetches.len(), self.steps);
            wrapped(f, "  - ", &text)?;
        }
        Ok(())
    }
}

impl Explanation {
    fn reason(&self) -> String {
        let mut services: Vec<String> = Vec::new();
        for fetch in &self.fetches {
            let service = code(&fetch.service);
            if !services.contains(&service) {
                services.push(service);
            }
        }
        let mut reason = match services.as_slice() {
            [one] if self.fetches.len() == 1 => return format!("{one} has all that is asked for."),
            [_, _] if self.is_least => {
                let services = and(&services);
                format!("{services} each have something that the other has not, so both are asked.")
            }
            _ if self.is_least => {
                let services = and(&services);
                format!("{services} each have something that no other has, so each is asked.")
            }
            _ => String::new(),
        };
        if self.steps > 1 {
            let waits = "A request waits for another when it needs something of its answer, \
                         such as the key by which an object is found.";
            reason.push_str(if reason.is_empty() { "" } else { " " });
            reason.push_str(waits);
        }
        reason
    }
}

fn fetch_lines(
    f: &mut fmt::Formatter<'_>,
    (index, fetch): (usize, &ExplainedFetch),
    whole: (usize, usize),
) -> fmt::Result {
    writeln!(f, "\n  #{} {}", index + 1, fetch.service)?;
    for asked in &fetch.asked {
        line(f, "asks", asked)?;
    }
    for sentence in about(&fetch.entered) {
        line(f, "about", &sentence)?;
    }
    for sentence in because(fetch, whole) {
        line(f, "because", &sentence)?;
    }
    if !fetch.along.is_empty() {
        line(f, "along", &paths(&fetch.along))?;
    }
    for sentence in gives(&fetch.needed) {
        line(f, "gives", &sentence)?;
    }
    if !fetch.after.is_empty() {
        line(f, "after", &format!("{}, in the order of the mutation", numbers(&fetch.after)))?;
    }
    let mut reuse: Vec<FetchId> =
        fetch.entered.iter().flat_map(|entrance| &entrance.reuse).copied().collect();
    reuse.sort_unstable();
    reuse.dedup();
    if !reuse.is_empty() {
        let text = format!("what {} has brought already is not asked for again", numbers(&reuse));
        line(f, "saves", &text)?;
    }
    Ok(())
}

fn line(f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
    wrapped(f, &format!("     {label:LABEL_WIDTH$}"), text)
}

/// Text behind a label, its lines below each other.
fn wrapped(f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
    let indent = label.chars().count();
    f.write_str(label)?;
    let mut column = indent;
    for (index, word) in text.split(' ').enumerate() {
        let width = word.chars().count();
        if index > 0 && column + 1 + width > WIDTH {
            write!(f, "\n{:indent$}", "")?;
            column = indent;
        } else if index > 0 {
            f.write_str(" ")?;
            column += 1;
        }
        f.write_str(word)?;
        column += width;
    }
    writeln!(f)
}

/// `user: the `User` whose key `id` is known from #1`; places that are told alike are one sentence.
fn about(entered: &[ExplainedEntrance]) -> Vec<String> {
    let mut groups: Vec<(Vec<String>, &[ExplainedInput])> = Vec::new();
    for entrance in entered {
        let mut path = entrance.path.clone();
        if entrance.other_places > 0 {
            path.push_str(&format!(" (and {})", plural(entrance.other_places, "other place")));
        }
        match groups.iter_mut().find(|(_, told)| *told == entrance.told) {
            Some((paths, _)) => paths.push(path),
            None => groups.push((vec![path], &entrance.told)),
        }
    }
    let sentences = groups.into_iter().map(|(paths, told)| {
        let told: Vec<String> = told.iter().map(told_text).collect();
        format!("{}: {}", some_of(&paths), told.join(", "))
    });
    sentences.collect()
}

fn told_text(told: &ExplainedInput) -> String {
    let fields = and(&told.fields.iter().map(code).collect::<Vec<_>>());
    let from = match told.from.as_slice() {
        [] => String::new(),
        from => format!(" from {}", numbers(from)),
    };
    match &told.purpose {
        Purpose::Key if told.fields.is_empty() => code(&told.type_name),
        Purpose::Key => format!("{}, found by its key {fields}{from}", code(&told.type_name)),
        Purpose::Requires(by) => format!("with {fields}{from}, which {} requires", coordinates(by)),
    }
}

/// What several need is one sentence.
fn gives(needed: &[ExplainedInput]) -> Vec<String> {
    let mut groups: Vec<(&ExplainedInput, Vec<FetchId>)> = Vec::new();
    for input in needed {
        let alike = |group: &&mut (&ExplainedInput, Vec<FetchId>)| {
            group.0.type_name == input.type_name
                && group.0.fields == input.fields
                && group.0.purpose == input.purpose
        };
        match groups.iter_mut().find(alike) {
            Some((_, by)) => by.push(input.needed_by),
            None => groups.push((input, vec![input.needed_by])),
        }
    }
    let sentences = groups.into_iter().map(|(input, mut by)| {
        by.dedup();
        let fields = and(&input.fields.iter().map(code).collect::<Vec<_>>());
        let ty = code(&input.type_name);
        let find = if by.len() == 1 { "finds" } else { "find" };
        let by = numbers(&by);
        match &input.purpose {
            Purpose::Key if input.fields.is_empty() => format!("{by} the objects of type {ty}"),
            Purpose::Key => format!("the key {fields} of {ty}, by which {by} {find} it"),
            Purpose::Requires(of) => {
                format!("{fields} of {ty}, which {} requires in {by}", coordinates(of))
            }
        }
    });
    sentences.collect()
}

/// Fields with the same reason are one sentence.
fn because(fetch: &ExplainedFetch, whole: (usize, usize)) -> Vec<String> {
    if fetch.fields.is_empty() {
        let mut of: Vec<FetchId> = fetch.needed.iter().map(|it| it.needed_by).collect();
        of.sort_unstable();
        of.dedup();
        let reason = match of.as_slice() {
            [] if fetch.along.is_empty() => "the types of the objects have to be known".to_owned(),
            [] => "what comes along is asked for from the root on, so that nothing has to be \
                   waited for"
                .to_owned(),
            of => format!("of what it gives {}; the client did not ask for it", numbers(of)),
        };
        return vec![reason];
    }
    let mut groups: Vec<Vec<&ExplainedField>> = Vec::new();
    for field in &fetch.fields {
        let alike = |group: &&mut Vec<&ExplainedField>| {
            group[0].reason == field.reason && group[0].others == field.others
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(field),
            None => groups.push(vec![field]),
        }
    }
    groups.iter().map(|group| sentence(&fetch.service, group, whole)).collect()
}

/// `users { id name }, user.orders`: fields of one object share its path.
fn paths(of: &[String]) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for path in of {
        let (object, key) = path.rsplit_once('.').unwrap_or(("", path));
        match groups.iter_mut().find(|(known, _)| *known == object) {
            Some((_, keys)) if keys.contains(&key) => {}
            Some((_, keys)) => keys.push(key),
            None => groups.push((object, vec![key])),
        }
    }
    let texts = groups.into_iter().map(|(object, keys)| match (object, keys.as_slice()) {
        ("", keys) => keys.join(", "),
        (object, [key]) => format!("{object}.{key}"),
        (object, keys) => format!("{object} {{ {} }}", keys.join(" ")),
    });
    some_of(&texts.collect::<Vec<_>>())
}

/// `whole` is what the plan takes as it is: requests and steps.
fn sentence(service: &str, group: &[&ExplainedField], whole: (usize, usize)) -> String {
    let paths = paths(&group.iter().map(|field| field.path.clone()).collect::<Vec<_>>());
    let mut names: Vec<String> = group.iter().map(|field| field.coordinate.clone()).collect();
    names.sort_unstable();
    names.dedup();
    let (names, service) = (coordinates(&names), code(service));
    let mut text = match group[0].reason {
        Reason::Only => format!("{paths}: only {service} can answer {names}"),
        Reason::AtHand => format!("{paths}: the object comes from {service}, which has {names}"),
        Reason::AskedAnyway => {
            format!("{paths}: {service} is asked about the object anyway, and has {names}")
        }
        Reason::FewestFetches => {
            format!("{paths}: {service} can answer {names} with the fewest requests")
        }
        Reason::WholePlan => {
            format!("{paths}: {service} has {names}, and asking it makes the whole plan shorter")
        }
    };
    for other in &group[0].others {
        let other_service = code(&other.service);
        text.push_str(&match other.cost {
            Some(cost) if cost == whole => format!("; {other_service} could as well, with as many"),
            Some((requests, steps)) => {
                let requests = plural(requests, "request");
                format!(
                    "; with {other_service} it would be {requests} in {}",
                    plural(steps, "step")
                )
            }
            None => format!("; {other_service} could answer too, and would save nothing"),
        });
    }
    text
}

/// `` `User.name` and `User.email` ``.
fn coordinates(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(code).collect();
    if names.len() > NAMED_MAX { some_of(&names) } else { and(&names) }
}

fn some_of(names: &[String]) -> String {
    if names.len() <= NAMED_MAX {
        return names.join(", ");
    }
    format!("{} and {} more", names[..NAMED_MAX].join(", "), names.len() - NAMED_MAX)
}

fn numbers(fetches: &[FetchId]) -> String {
    let numbers: Vec<String> = fetches.iter().map(|id| format!("#{}", id.index() + 1)).collect();
    and(&numbers)
}

fn and(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.join(""),
    }
}

fn code(name: impl fmt::Display) -> String {
    format!("`{name}`")
}

/// `1 step`, `2 steps`.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
