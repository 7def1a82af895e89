//! Which types operations can reach.

use apollo_compiler::ast::{DirectiveList, FieldDefinition};
use apollo_compiler::collections::{HashMap, HashSet, IndexMap, IndexSet};
use apollo_compiler::schema::{Component, ComponentName, ExtendedType, Implementers};
use apollo_compiler::{Name, Schema};

use crate::supergraph::Supergraph;

/// The types that are not inaccessible and that no operation reaches.
///
/// An operation reaches the root types, the types of what it can select and give, what an abstract
/// type can be, and the interfaces of an object, because a fragment can name them.
pub(super) fn unreachable_types(supergraph: &Supergraph) -> Vec<Name> {
    let schema = &supergraph.schema;
    let mut walk = Walk {
        schema,
        implementers: schema.implementers_map(),
        to_do: Vec::new(),
        reached: HashSet::default(),
    };
    let definition = &schema.schema_definition;
    for root in [&definition.query, &definition.mutation, &definition.subscription] {
        walk.to_do.extend(root.iter().map(|root| Step::values_of(&root.name)));
    }
    for directive in schema.directive_definitions.values() {
        let types = directive.arguments.iter().map(|argument| argument.ty.inner_named_type());
        walk.to_do.extend(types.map(Step::values_of));
    }
    while let Some(step) = walk.to_do.pop() {
        if walk.reached.insert(step.clone()) {
            walk.step(&step);
        }
    }
    let names: HashSet<&Name> = walk.reached.iter().map(|step| &step.name).collect();
    let types = supergraph.joins.keys().filter(|name| {
        let definition = schema.types.get(*name);
        !definition.is_some_and(|it| it.directives().has("inaccessible")) && !names.contains(name)
    });
    types.cloned().collect()
}

/// A type, and whether a value of it can be met or a fragment can only name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Step {
    name: Name,
    has_values: bool,
}

impl Step {
    fn values_of(name: &Name) -> Self {
        Self { name: name.clone(), has_values: true }
    }

    fn named(name: &Name) -> Self {
        Self { name: name.clone(), has_values: false }
    }
}

struct Walk<'a> {
    schema: &'a Schema,
    implementers: HashMap<Name, Implementers>,
    to_do: Vec<Step>,
    reached: HashSet<Step>,
}

type Fields = IndexMap<Name, Component<FieldDefinition>>;
type Interfaces = IndexSet<ComponentName>;

impl Walk<'_> {
    fn step(&mut self, step: &Step) {
        let Some(definition) = self.schema.types.get(&step.name) else { return };
        if definition.directives().has("inaccessible") {
            return;
        }
        match definition {
            ExtendedType::Object(ty) => self.fields(&ty.fields, &ty.implements_interfaces),
            ExtendedType::Interface(ty) => {
                self.fields(&ty.fields, &ty.implements_interfaces);
                let implementers = self.implementers.get(&step.name).filter(|_| step.has_values);
                self.to_do
                    .extend(implementers.iter().flat_map(|them| them.iter()).map(Step::values_of));
            }
            ExtendedType::Union(ty) => {
                self.to_do.extend(ty.members.iter().map(|member| Step::values_of(&member.name)));
            }
            ExtendedType::InputObject(ty) => {
                let fields = ty.fields.values().filter(|field| is_shown(&field.directives));
                let types = fields.map(|field| field.ty.inner_named_type());
                self.to_do.extend(types.map(Step::values_of));
            }
            ExtendedType::Scalar(_) | ExtendedType::Enum(_) => {}
        }
    }

    fn fields(&mut self, fields: &Fields, interfaces: &Interfaces) {
        for field in fields.values().filter(|field| is_shown(&field.directives)) {
            self.to_do.push(Step::values_of(field.ty.inner_named_type()));
            let arguments = field.arguments.iter().filter(|it| is_shown(&it.directives));
            let types = arguments.map(|argument| argument.ty.inner_named_type());
            self.to_do.extend(types.map(Step::values_of));
        }
        self.to_do.extend(interfaces.iter().map(|interface| Step::named(&interface.name)));
    }
}

fn is_shown(directives: &DirectiveList) -> bool {
    !directives.has("inaccessible")
}
