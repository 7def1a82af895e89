//! Which of the two media types of a GraphQL response the client asks for. RFC 9110 §12.5.1.

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: request errors have the status 400.
    GraphQLResponse,
    /// `application/json`: every well-formed request is answered with 200.
    Json,
}

impl MediaType {
    /// Chooses by the `Accept` headers; `None` when the client reads neither. Who does not say, or
    /// says `*/*`, is an older client and gets `application/json`.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
        let mut accept = headers.get_all(ACCEPT).iter().peekable();
        if accept.peek().is_none_or(|first| first.is_empty()) {
            return Some(MediaType::Json);
        }
        let mut wanted = Wanted::default();
        for range in accept.filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(',')) {
            wanted.add(range);
        }
        let any = wanted.any_application.or(wanted.anything);
        let json = wanted.json.or(any).unwrap_or_default();
        // A client that lists the newer type by its name knows what it asks for.
        match wanted.graphql_response {
            Some(quality) if quality > 0 && quality >= json => Some(MediaType::GraphQLResponse),
            _ if json > 0 => Some(MediaType::Json),
            None if any > Some(0) => Some(MediaType::GraphQLResponse),
            _ => None,
        }
    }

    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            MediaType::GraphQLResponse => "application/graphql-response+json; charset=utf-8",
            MediaType::Json => "application/json; charset=utf-8",
        })
    }
}

/// The qualities of the media ranges that matter, in thousandths.
#[derive(Default)]
struct Wanted {
    graphql_response: Option<u16>,
    json: Option<u16>,
    any_application: Option<u16>,
    anything: Option<u16>,
}

impl Wanted {
    fn add(&mut self, range: &str) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut quality = 1000;
        for parameter in parts {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => quality = thousandths(value),
                // We speak no other character set than UTF-8.
                "charset" if !value.eq_ignore_ascii_case("utf-8") => return,
                _ => {}
            }
        }
        let place = match name.as_str() {
            "application/graphql-response+json" => &mut self.graphql_response,
            "application/json" => &mut self.json,
            "application/*" => &mut self.any_application,
            "*/*" => &mut self.anything,
            _ => return,
        };
        *place = Some(place.map_or(quality, |other| other.max(quality)));
    }
}

/// A quality such as `0.9`; what is no quality counts as none.
fn thousandths(quality: &str) -> u16 {
    match quality.parse::<f32>() {
        Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1000.0).round() as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::MediaType;

    const GRAPHQL_RESPONSE: Option<MediaType> = Some(MediaType::GraphQLResponse);
    const JSON: Option<MediaType> = Some(MediaType::Json);

    #[test]
    fn clients_get_what_they_can_read() {
        let check = |accept: &str, expected: Option<MediaType>| {
            let mut headers = HeaderMap::new();
            headers.insert("accept", HeaderValue::from_str(accept).expect("a header"));
            assert_eq!(MediaType::negotiate(&headers), expected, "{accept}");
        };
        check("", JSON);
        check("*/*", JSON);
        check("application/*", JSON);
        check("application/json", JSON);
        check("APPLICATION/JSON; Charset=UTF-8", JSON);
        check("text/html, */*;q=0.1", JSON);
        check("application/graphql-response+json", GRAPHQL_RESPONSE);
        check(
            "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
            GRAPHQL_RESPONSE,
        );
        check("application/json, application/graphql-response+json", GRAPHQL_RESPONSE);
        check("application/graphql-response+json, application/json;q=0.9", GRAPHQL_RESPONSE);
        check("application/graphql-response+json;q=0.9, application/json", JSON);
        check("application/json;q=0, application/graphql-response+json", GRAPHQL_RESPONSE);
        check("application/json;q=0, */*", GRAPHQL_RESPONSE);
        check("application/graphql-response+json;q=0, */*", JSON);
        check("application/json; charset=utf-16", None);
        check("text/html", None);
        check("text/event-stream, image/*", None);
        check("application/json;q=0", None);
        check("application/json;q=much", None);
        check("*/*;q=0", None);
    }

    #[test]
    fn headers_may_be_missing_or_split_in_two() {
        let mut headers = HeaderMap::new();
        assert_eq!(MediaType::negotiate(&headers), JSON);
        headers.append("accept", HeaderValue::from_static("text/html"));
        assert_eq!(MediaType::negotiate(&headers), None);
        headers.append("accept", HeaderValue::from_static("application/json"));
        assert_eq!(MediaType::negotiate(&headers), JSON);
    }
}
