//! Result coercion of scalars and enums (GraphQL §3.5, §3.9).

use crate::executor::compiled_plan::LeafKind;

/// Writes a leaf as the bytes it came in; false, and nothing is written, if the schema does not
/// allow it.
pub(super) fn write(kind: &LeafKind, token: &[u8], out: &mut Vec<u8>) -> bool {
    let first = token.first().copied().unwrap_or_default();
    let is_number = matches!(first, b'-' | b'0'..=b'9');
    let fits = match kind {
        LeafKind::String => first == b'"',
        LeafKind::Id if is_number && is_integer(token) => {
            out.push(b'"');
            out.extend_from_slice(token);
            out.push(b'"');
            return true;
        }
        LeafKind::Id => first == b'"',
        LeafKind::Int => is_number && is_int(token),
        LeafKind::Float => is_number,
        LeafKind::Boolean => matches!(first, b't' | b'f'),
        LeafKind::Enum(values) => values.iter().any(|value| value == token),
        LeafKind::RenamedEnum(values) => {
            let Some((_, own)) = values.iter().find(|(theirs, _)| theirs == token) else {
                return false;
            };
            out.extend_from_slice(own);
            return true;
        }
        LeafKind::Any => true,
        LeafKind::Composite { .. } => false,
    };
    if fits {
        out.extend_from_slice(token);
    }
    fits
}

fn is_integer(token: &[u8]) -> bool {
    token.iter().all(|byte| matches!(byte, b'-' | b'0'..=b'9'))
}

/// Nine digits always fit 32 bits.
fn is_int(token: &[u8]) -> bool {
    is_integer(token)
        && (token.len() <= 9
            || std::str::from_utf8(token).is_ok_and(|digits| digits.parse::<i32>().is_ok()))
}
