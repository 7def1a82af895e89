//! One document of a client's operations: its limits, and what is said when it cannot be read.
//!
//! Knows nothing of schemas, nor of other documents.

use std::sync::Arc;

use apollo_compiler::ast::Document;
use apollo_compiler::parser::Parser;

use crate::diagnostic::{Diagnostic, SourceFile, Sources};

/// Far above what a build tool writes into one file.
const TOKENS_MAX: usize = 1_000_000;

/// Nesting of selections, values and types; each level costs stack.
const RECURSION_MAX: usize = 200;

/// A document that has operations, with the fragments they reach.
#[derive(Debug)]
pub(super) struct ClientDocument {
    /// The text the operations stand in.
    pub(super) source: Arc<SourceFile>,
    /// Its operations; fragments of it and of others.
    pub(super) ast: Document,
}

/// Reads a text; its places are known to `sources` afterwards, also when it could not be read.
pub(super) fn parse(
    source: &Arc<SourceFile>,
    sources: &mut Sources,
) -> Result<Document, Vec<Diagnostic>> {
    let mut parser = Parser::new().token_limit(TOKENS_MAX).recursion_limit(RECURSION_MAX);
    let invalid = match parser.parse_ast(source.text.as_str(), &source.name) {
        Ok(document) => {
            sources.add(&document.sources, source);
            return Ok(document);
        }
        Err(invalid) => invalid,
    };
    sources.add(&invalid.partial.sources, source);
    let limit = |code, message: String, help| {
        vec![Diagnostic::error(code, message).with_label(source, 0..0, "").with_help(help)]
    };
    if parser.tokens_reached() > TOKENS_MAX {
        let message = format!("the document has more than {TOKENS_MAX} tokens");
        return Err(limit("TOKEN_LIMIT_EXCEEDED", message, "split it into several documents"));
    }
    if parser.recursion_reached() >= RECURSION_MAX {
        let message = format!("the document nests deeper than {RECURSION_MAX}");
        return Err(limit("MAX_DEPTH_EXCEEDED", message, "ask for less in one operation"));
    }
    let help = "write the document as GraphQL has it, or leave it out of the operations";
    let errors = sources.diagnostics("GRAPHQL_PARSE_FAILED", &invalid.errors);
    Err(errors.into_iter().map(|error| error.with_help(help)).collect())
}

/// Whether there is anything but blanks and comments.
pub(super) fn has_content(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim_start);
    lines.any(|line| !line.is_empty() && !line.starts_with('#'))
}
