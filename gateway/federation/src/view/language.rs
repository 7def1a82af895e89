//! The view language's directives: read from a view's text, and defined for its validation.
//!
//! `@of`, `@from` and `@value` of `https://specs.weft.example/view/v1.0`. Knows nothing of any
//! supergraph: whether what they name is there, is `resolution`'s question.

use std::sync::Arc;

use apollo_compiler::ast::{Directive, DirectiveList, Value};
use apollo_compiler::parser::Parser;
use apollo_compiler::schema::{SchemaBuilder, SchemaDefinition};
use apollo_compiler::{Node, Schema};

use crate::diagnostic::{Diagnostic, SourceFile, Sources};
use crate::sdl;
use crate::sdl::link::{Link, links};

/// The language's address, without its version.
const IDENTITY: &str = "https://specs.weft.example/view";
const VERSION: (u32, u32) = (1, 0);
/// What a view begins with.
const LINK: &str = "extend schema @link(url: \"https://specs.weft.example/view/v1.0\", \
                    import: [\"@of\", \"@from\", \"@value\"])";

/// A view's text, parsed and valid by itself.
#[derive(Debug)]
pub(super) struct ViewDocument {
    /// With everything that stands in the text.
    pub(super) schema: Schema,
    pub(super) names: Names,
    pub(super) sources: Sources,
}

/// What a view calls the language's directives, and its types.
#[derive(Debug)]
pub(super) struct Names {
    of: String,
    from: String,
    value: String,
    any: String,
}

/// What `@from` says.
pub(super) struct From<'a> {
    /// The text of the field set.
    pub(super) fields: &'a Node<Value>,
    /// What to answer for null.
    pub(super) default: Option<&'a Node<Value>>,
}

impl Names {
    fn new(link: &Link) -> Self {
        Self {
            of: link.directive_name("of"),
            from: link.directive_name("from"),
            value: link.directive_name("value"),
            any: link.type_name("Value"),
        }
    }

    /// The type that a type of the view says it stands for.
    pub(super) fn of<'a>(
        &self,
        mut directives: impl Iterator<Item = &'a Node<Directive>>,
    ) -> Option<&'a Node<Value>> {
        directives.find(|it| it.name == self.of.as_str())?.specified_argument_by_name("type")
    }

    /// Where a field of the view says its value is.
    pub(super) fn from<'a>(&self, directives: &'a DirectiveList) -> Option<From<'a>> {
        let directive = directives.get(&self.from)?;
        let fields = directive.specified_argument_by_name("fields")?;
        Some(From { fields, default: directive.specified_argument_by_name("default") })
    }

    /// The value that an enum value of the view says it stands for.
    pub(super) fn value<'a>(&self, directives: &'a DirectiveList) -> Option<&'a Node<Value>> {
        directives.get(&self.value)?.specified_argument_by_name("of")
    }

    /// Whether a type is the language's own and not of the view.
    pub(super) fn is_own_type(&self, name: &str) -> bool {
        name == self.any || matches!(name, "link__Import" | "link__Purpose")
    }

    fn definitions(&self) -> String {
        let Self { of, from, value, any } = self;
        format!(
            "directive @link(url: String!, as: String, import: [link__Import], \
               for: link__Purpose) repeatable on SCHEMA \
             scalar link__Import enum link__Purpose {{ SECURITY EXECUTION }} scalar {any} \
             directive @{of}(type: String!) on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT \
             directive @{from}(fields: String!, default: {any}) \
               on FIELD_DEFINITION | INPUT_FIELD_DEFINITION \
             directive @{value}(of: String!) on ENUM_VALUE"
        )
    }
}

/// Parses a view and checks it as a schema by itself.
///
/// # Errors
/// `INVALID_GRAPHQL`, and `INVALID_VIEW` for a text that does not link the language.
pub(super) fn read(source: &Arc<SourceFile>) -> Result<ViewDocument, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    let document = sdl::parse(source, &mut sources)?;
    let linked = Schema::builder().adopt_orphan_extensions().add_ast(&document);
    let schema = linked.build().unwrap_or_else(|with_errors| with_errors.partial);
    let names = Names::new(&link(&schema.schema_definition, source, &sources)?);
    let definitions = Parser::new().parse_ast(names.definitions(), "the view language");
    let definitions = definitions.map_err(|found| vec![not_a_view(source, &found.to_string())])?;
    let built = SchemaBuilder::new().adopt_orphan_extensions();
    let built = built.add_ast(&definitions).add_ast(&document).build().and_then(Schema::validate);
    let valid = built.map_err(|found| sources.diagnostics("INVALID_GRAPHQL", &found.errors))?;
    Ok(ViewDocument { schema: valid.into_inner(), names, sources })
}

fn link(
    schema: &SchemaDefinition,
    source: &Arc<SourceFile>,
    sources: &Sources,
) -> Result<Link, Vec<Diagnostic>> {
    let mut found = links(schema, sources)?.into_iter().filter(|link| link.identity == IDENTITY);
    let Some(link) = found.next() else {
        return Err(vec![not_a_view(source, "the view does not link the view language")]);
    };
    if link.version == Some(VERSION) {
        return Ok(link);
    }
    let message = format!("`{}` is not a version of the view language that is known", link.url);
    let error = Diagnostic::error("INVALID_VIEW", message)
        .with_coordinate("@link")
        .at(sources, link.location, "linked here")
        .with_help(format!("link `{IDENTITY}/v1.0`"));
    Err(vec![error])
}

fn not_a_view(source: &Arc<SourceFile>, message: &str) -> Diagnostic {
    Diagnostic::error("INVALID_VIEW", message)
        .with_coordinate("schema")
        .with_label(source, 0..0, "")
        .with_help(format!("begin the file with\n{LINK}"))
}
