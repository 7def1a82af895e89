//! How the document calls what the features define: from the specifications' names to the links'.

use apollo_compiler::ast::{DirectiveDefinition, DirectiveList};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};

use crate::supergraph::linked_feature::{LinkedFeature, with_inner_name};
use crate::type_parts;

/// Only what has another name there.
pub(super) struct FeatureNames {
    directives: IndexMap<&'static str, Name>,
    types: IndexMap<String, Name>,
}

impl FeatureNames {
    pub(super) fn new(features: &[LinkedFeature]) -> Self {
        let (mut directives, mut types) = (IndexMap::default(), IndexMap::default());
        for feature in features {
            let Some(known) = feature.known() else { continue };
            for directive in known.directives {
                let local = feature.directive_name(directive);
                if local != *directive
                    && let Ok(local) = Name::new(&local)
                {
                    directives.insert(*directive, local);
                }
            }
            for ty in known.types {
                let own = format!("{}__{ty}", known.name);
                let local = feature.type_name(ty);
                if local != own
                    && let Ok(local) = Name::new(&local)
                {
                    types.insert(own, local);
                }
            }
        }
        Self { directives, types }
    }

    pub(super) fn rename(&self, directives: &mut DirectiveList) {
        for directive in &mut directives.0 {
            if let Some(local) = self.directives.get(directive.name.as_str()) {
                directive.make_mut().name = local.clone();
            }
        }
    }

    pub(super) fn directive_definition(
        &self,
        definition: &Node<DirectiveDefinition>,
    ) -> Node<DirectiveDefinition> {
        let mut definition = definition.clone();
        if let Some(local) = self.directives.get(definition.name.as_str()) {
            definition.make_mut().name = local.clone();
        }
        if definition.arguments.iter().any(|it| !it.directives.is_empty()) {
            for argument in &mut definition.make_mut().arguments {
                self.rename(&mut argument.make_mut().directives);
            }
        }
        let is_renamed = |ty: &Name| self.types.contains_key(ty.as_str());
        if definition.arguments.iter().any(|it| is_renamed(it.ty.inner_named_type())) {
            for argument in &mut definition.make_mut().arguments {
                let inner = argument.ty.inner_named_type();
                if let Some(local) = self.types.get(inner.as_str()) {
                    let ty = with_inner_name(&argument.ty, local.clone());
                    argument.make_mut().ty = Node::new(ty);
                }
            }
        }
        definition
    }

    /// What a type of the merged schema is called in the document.
    pub(super) fn type_name<'a>(&'a self, name: &'a Name) -> &'a Name {
        self.types.get(name.as_str()).unwrap_or(name)
    }

    pub(super) fn type_definition(&self, definition: &ExtendedType) -> ExtendedType {
        let mut definition = definition.clone();
        if let ExtendedType::Scalar(scalar) = &mut definition
            && let Some(local) = self.types.get(scalar.name.as_str())
        {
            scalar.make_mut().name = local.clone();
        }
        if !self.directives.is_empty() {
            type_parts::map_directives(&mut definition, &|directives| self.rename(directives));
        }
        definition
    }
}
