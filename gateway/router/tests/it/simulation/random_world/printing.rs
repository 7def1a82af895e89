//! The subgraphs of a drawn graph as SDL.

use std::fmt::Write as _;

use super::graph::{At, Field, Graph, Member, Object, Subgraph};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible"
  "@interfaceObject", "@context", "@fromContext", "ContextFieldValue"
])
"#;

/// Input types, written where they are used.
const INPUTS: [(&str, &str); 2] = [
    ("Filter", "input Filter { n: Int = 1 text: String state: Choice inner: Filter }\n"),
    ("Choice", "enum Choice { LEFT RIGHT }\n"),
];

impl Graph {
    /// Each subgraph's name and SDL; those that have nothing are left out.
    pub(crate) fn print(&self) -> Vec<(String, String)> {
        let indices = 0..self.subgraphs.len();
        let printed = indices.map(|subgraph| (self.subgraphs[subgraph].clone(), subgraph));
        let printed = printed.map(|(name, subgraph)| (name, self.print_subgraph(subgraph)));
        printed.filter(|(_, sdl)| !sdl.is_empty()).collect()
    }

    fn print_subgraph(&self, subgraph: Subgraph) -> String {
        let mut text = String::new();
        for (index, object) in self.objects.iter().enumerate() {
            if let Some(member) = object.members.get(&subgraph) {
                self.print_object(index, object, (subgraph, member), &mut text);
            }
        }
        for index in 0..self.abstracts.len() {
            self.print_abstract(index, subgraph, &mut text);
        }
        if text.is_empty() {
            return text;
        }
        let uses = |text: &str, word: &str| {
            text.split(|one: char| !one.is_alphanumeric()).any(|one| one == word)
        };
        if uses(&text, "State") {
            let _ = writeln!(text, "enum State {{ {} }}", self.enum_values[subgraph].join(" "));
        }
        for (name, definition) in INPUTS {
            if uses(&text, name) {
                text += definition;
            }
        }
        LINK.to_owned() + &text
    }

    fn print_object(
        &self,
        index: usize,
        object: &Object,
        (subgraph, member): (Subgraph, &Member),
        text: &mut String,
    ) {
        let _ = write!(text, "type {}", object.name);
        let interfaces = self.abstracts.iter().filter(|one| !one.is_union);
        let implemented: Vec<&str> = interfaces
            .filter(|one| {
                let part = one.parts.get(&subgraph);
                part.is_some_and(|part| part.members.contains(&index))
            })
            .map(|one| one.name.as_str())
            .collect();
        if !implemented.is_empty() {
            let _ = write!(text, " implements {}", implemented.join(" & "));
        }
        for (key, is_resolvable) in &member.keys {
            let resolvable = if *is_resolvable { "" } else { ", resolvable: false" };
            let _ = write!(text, " @key(fields: \"{}\"{resolvable})", object.keys[*key].text);
        }
        if let Some(context) = object.contexts.get(&subgraph) {
            let _ = write!(text, " @context(name: \"{context}\")");
        }
        *text += " {\n";
        for field in &object.fields {
            if let Some(at) = field.at.get(&subgraph) {
                let _ = writeln!(text, "  {}", self.field_text(field, at));
            }
        }
        *text += "}\n";
    }

    pub(super) fn field_text(&self, field: &Field, at: &At) -> String {
        let mut text = field.name.clone();
        let mut arguments: Vec<String> = field
            .arguments
            .iter()
            .map(|argument| {
                let default = argument.default.map(|default| format!(" = {default}"));
                format!("{}: {}{}", argument.name, argument.ty, default.unwrap_or_default())
            })
            .collect();
        arguments.extend(at.context_argument.clone());
        if !arguments.is_empty() {
            let _ = write!(text, "({})", arguments.join(", "));
        }
        let _ = write!(text, ": {}", self.type_text(&field.ty));
        let is_progressive = field.at.values().any(|at| at.override_label.is_some());
        let is_shared = field.is_provided || (field.resolvers().len() > 1 && !is_progressive);
        if at.is_external {
            text += " @external";
        } else if is_shared && !at.is_overridden {
            text += " @shareable";
        }
        if let Some(from) = at.override_from {
            let label = at.override_label.as_ref().map(|label| format!(", label: \"{label}\""));
            let label = label.unwrap_or_default();
            let _ = write!(text, " @override(from: \"{}\"{label})", self.subgraphs[from]);
        }
        if let Some(fields) = &at.requires {
            let _ = write!(text, " @requires(fields: \"{}\")", fields.replace('"', "\\\""));
        }
        if let Some(fields) = &at.provides {
            let _ = write!(text, " @provides(fields: \"{fields}\")");
        }
        if field.is_inaccessible && !at.is_external {
            text += " @inaccessible";
        }
        text
    }

    fn print_abstract(&self, index: usize, subgraph: Subgraph, text: &mut String) {
        let one = &self.abstracts[index];
        let Some(part) = one.parts.get(&subgraph) else { return };
        let members = part.members.iter().map(|member| self.objects[*member].name.as_str());
        let members: Vec<&str> = members.collect();
        if one.is_union {
            let _ = writeln!(text, "union {} = {}", one.name, members.join(" | "));
            return;
        }
        let key = part.key.as_ref().map(|key| format!(" @key(fields: \"{key}\")"));
        let key = key.unwrap_or_default();
        if let Some(fields) = &part.interface_object {
            let fields = fields.join("\n  ");
            let _ = writeln!(text, "type {}{key} @interfaceObject {{\n  {fields}\n}}", one.name);
            return;
        }
        let _ = writeln!(text, "interface {}{key} {{", one.name);
        for name in &part.fields {
            // Merged, the members of all subgraphs keep the promise.
            let members = one.parts.values().flat_map(|part| &part.members);
            let fields = members.filter_map(|one| self.objects[*one].field(name));
            let types: Vec<_> = fields.map(|field| &field.ty).collect();
            let Some(first) = types.first() else { continue };
            let mut ty = (*first).clone();
            ty.is_non_null = types.iter().all(|ty| ty.is_non_null);
            let _ = writeln!(text, "  {name}: {}", self.type_text(&ty));
        }
        *text += "}\n";
    }
}
