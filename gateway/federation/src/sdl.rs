//! SDL text → syntax tree → schema, with limits, and with every error at its line and column.
//!
//! The one place where the crate parses schema documents: of subgraphs and of supergraphs.
//! Knows nothing of what a document is for.

mod entanglement;
pub(crate) mod link;
pub(crate) mod one_of;

use std::sync::Arc;

use apollo_compiler::ast::Document;
use apollo_compiler::parser::Parser;

use crate::diagnostic::{Diagnostic, SourceFile, Sources};

/// Far above any real schema; what is more is an accident or an attack.
const TOKENS_MAX: usize = 20_000_000;

/// Nesting of types, values and selections; each level costs stack.
const RECURSION_MAX: usize = 200;

/// Parses a schema document; `sources` learns which text it is.
pub(crate) fn parse(
    source: &Arc<SourceFile>,
    sources: &mut Sources,
) -> Result<Document, Vec<Diagnostic>> {
    let mut parser = Parser::new().recursion_limit(RECURSION_MAX).token_limit(TOKENS_MAX);
    match parser.parse_ast(source.text.as_str(), &source.name) {
        Ok(mut document) => {
            one_of::define(&mut document);
            sources.add(&document.sources, source);
            entanglement::check(&document, sources)?;
            Ok(document)
        }
        Err(with_errors) => {
            sources.add(&with_errors.partial.sources, source);
            Err(sources.diagnostics("INVALID_GRAPHQL", &with_errors.errors))
        }
    }
}
