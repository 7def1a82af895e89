//! A GraphQL document that was parsed, is of bearable size, and has one operation to execute.
//! GraphQL specification §6.1, `GetOperation`.

use std::collections::HashMap;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType,
    Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Request, ServerError, Value, Variables};

use crate::error::set_code;
use crate::field_order::FieldOrder;

/// Brackets nested deeper than this are refused before the recursive parser sees them.
const NESTING_MAX: usize = 128;

/// Fields and fragment spreads that may be executed, those of a fragment wherever it is spread.
const FIELDS_MAX: usize = 10_000;

/// A request that is ready to be validated and executed. Made by [`Operation::parse`], read by
/// [`Subgraph::execute`](crate::Subgraph::execute).
pub struct Operation {
    pub(crate) request: Request,
    pub(crate) field_order: FieldOrder,
    kind: OperationType,
}

impl Operation {
    /// Parses the document of the request and finds the operation to execute.
    ///
    /// # Errors
    /// A request error in the sense of the specification: there is no `data` to go with it.
    pub fn parse(mut request: Request) -> Result<Operation, ServerError> {
        if nesting(&request.query) > NESTING_MAX {
            let message = format!("document is nested deeper than {NESTING_MAX} brackets");
            return Err(refusal(message, "GRAPHQL_PARSE_FAILED"));
        }
        let document = parse_query(&request.query).map_err(|cause| {
            let mut error = ServerError::from(cause);
            set_code(&mut error, "GRAPHQL_PARSE_FAILED", 400);
            error
        })?;
        let operation_name = request.operation_name.as_deref();
        let operation = find_operation(&document.operations, operation_name)
            .map_err(|message| refusal(message, "OPERATION_RESOLUTION_FAILURE"))?;
        if let Some(message) = missing_variable(operation, &request.variables) {
            return Err(refusal(message, "GRAPHQL_VALIDATION_FAILED"));
        }
        let selection_set = &operation.selection_set.node;
        if Size::new(&document).of(selection_set) > FIELDS_MAX {
            let message = format!("operation selects more than {FIELDS_MAX} fields");
            return Err(refusal(message, "GRAPHQL_VALIDATION_FAILED"));
        }
        let kind = operation.ty;
        let field_order = FieldOrder::of(&document, selection_set);
        request.set_parsed_query(document);
        Ok(Operation { request, field_order, kind })
    }

    /// Whether executing it may change something; then it must not come by GET.
    pub fn is_mutation(&self) -> bool {
        self.kind == OperationType::Mutation
    }
}

fn refusal(message: String, code: &str) -> ServerError {
    let mut error = ServerError::new(message, None);
    set_code(&mut error, code, 400);
    error
}

fn find_operation<'d>(
    operations: &'d DocumentOperations,
    name: Option<&str>,
) -> Result<&'d OperationDefinition, String> {
    let mut all = operations.iter();
    let found = match name {
        Some(name) => all
            .find(|(candidate, _)| candidate.is_some_and(|candidate| candidate == name))
            .ok_or_else(|| format!("Unknown operation named \"{name}\"."))?,
        None => match (all.next(), all.next()) {
            (Some(only), None) => only,
            (None, _) => return Err("Must provide an operation.".to_owned()),
            (Some(_), Some(_)) => {
                return Err(
                    "Must provide operation name if query contains multiple operations.".to_owned()
                );
            }
        },
    };
    Ok(&found.1.node)
}

/// async-graphql misses it until a resolver reads the argument. Spec §6.1.2,
/// `CoerceVariableValues`.
fn missing_variable(operation: &OperationDefinition, variables: &Variables) -> Option<String> {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    let mut required =
        definitions.filter(|d| !d.var_type.node.nullable && d.default_value.is_none());
    let missing = required.find(|definition| {
        let value = variables.get(&definition.name.node);
        value.is_none_or(|value| *value == Value::Null)
    })?;
    let (name, var_type) = (&missing.name.node, &missing.var_type.node);
    Some(format!("Variable \"${name}\" of required type \"{var_type}\" was not provided."))
}

/// How deep brackets are nested. Brackets within strings and comments count too: no honest document
/// comes near the limit.
fn nesting(document: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in document.bytes() {
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Counts fields with fragments spread out. Each fragment is counted once, so that a short document
/// with exponentially many fields is found out in the time it takes to read it.
struct Size<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    counted: HashMap<&'d str, usize>,
}

impl<'d> Size<'d> {
    fn new(document: &'d ExecutableDocument) -> Size<'d> {
        Size { fragments: &document.fragments, counted: HashMap::new() }
    }

    fn of(&mut self, selection_set: &'d SelectionSet) -> usize {
        let sizes = selection_set.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => self.of(&field.node.selection_set.node).saturating_add(1),
            Selection::InlineFragment(inline) => self.of(&inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                self.of_fragment(&spread.node.fragment_name.node).saturating_add(1)
            }
        });
        sizes.fold(0, usize::saturating_add)
    }

    fn of_fragment(&mut self, name: &'d str) -> usize {
        if let Some(size) = self.counted.get(name) {
            return *size;
        }
        // A fragment within itself counts nothing here; validation refuses the document.
        self.counted.insert(name, 0);
        let fragments = self.fragments;
        let size = fragments.get(name).map_or(0, |f| self.of(&f.node.selection_set.node));
        self.counted.insert(name, size);
        size
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Request;

    use super::{FIELDS_MAX, NESTING_MAX, Operation};

    fn check(document: &str, expected: Result<bool, &str>) {
        let parsed = Operation::parse(Request::new(document));
        let code = |error: async_graphql::ServerError| {
            let extensions = error.extensions.expect("every refusal has a code");
            extensions.get("code").expect("every refusal has a code").to_string()
        };
        let answer = parsed.map(|operation| operation.is_mutation()).map_err(code);
        assert_eq!(answer, expected.map_err(|code| format!("{code:?}")), "{document:.80}");
    }

    #[test]
    fn documents_have_one_operation_to_execute() {
        check("{ a }", Ok(false));
        check("query A { a }", Ok(false));
        check("mutation { a }", Ok(true));
        check("{ a", Err("GRAPHQL_PARSE_FAILED"));
        check("", Err("GRAPHQL_PARSE_FAILED"));
        check("query A { a } query B { b }", Err("OPERATION_RESOLUTION_FAILURE"));
        check("fragment F on Query { a }", Err("GRAPHQL_PARSE_FAILED"));
    }

    #[test]
    fn both_sides_of_the_nesting_limit() {
        let nested = |depth| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            format!("{{ a(list: {open}1{close}) }}")
        };
        check(&nested(NESTING_MAX - 2), Ok(false));
        check(&nested(NESTING_MAX - 1), Err("GRAPHQL_PARSE_FAILED"));
        check(&nested(500_000), Err("GRAPHQL_PARSE_FAILED"));
    }

    #[test]
    fn both_sides_of_the_fields_limit() {
        let fields = |count| format!("{{ {} }}", "a ".repeat(count));
        check(&fields(FIELDS_MAX), Ok(false));
        check(&fields(FIELDS_MAX + 1), Err("GRAPHQL_VALIDATION_FAILED"));
    }

    #[test]
    fn fragments_that_double_thirty_times_are_counted_not_executed() {
        let mut document = "{ ...F0 } fragment F30 on Query { a }".to_owned();
        for n in 0..30 {
            let next = n + 1;
            document += &format!(" fragment F{n} on Query {{ ...F{next} ...F{next} }}");
        }
        check(&document, Err("GRAPHQL_VALIDATION_FAILED"));
        let circular = document.replace("Query { a }", "Query { ...F0 }");
        check(&circular, Err("GRAPHQL_VALIDATION_FAILED"));
    }
}
