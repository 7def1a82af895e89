//! Content negotiation: the `Accept` header against what a GraphQL endpoint can answer with.
//! RFC 9110 §12.5.1; GraphQL over HTTP §6.3.

use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderValue};

/// What an answer can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/json`: 200 for every well-formed request.
    Json,
    /// `application/graphql-response+json`: 4xx for request errors.
    GraphQLResponse,
    /// `text/html`: the GraphiQL page.
    Html,
}

impl MediaType {
    /// The `Content-Type` of an answer.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphQLResponse => "application/graphql-response+json; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
        })
    }

    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::GraphQLResponse => ("application", "graphql-response+json"),
            Self::Html => ("text", "html"),
        }
    }
}

/// The media type among `offered` the client likes best; for equals the one it names first, then
/// the one offered first. None when it accepts none of them. No header accepts everything.
pub(super) fn negotiate(headers: &HeaderMap, offered: &[MediaType]) -> Option<MediaType> {
    let mut values = headers.get_all(ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return offered.first().copied();
    }
    let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    let ranges: Vec<Range<'_>> =
        values.iter().flat_map(|value| value.split(',')).filter_map(Range::parse).collect();
    let mut best: Option<(Preference, MediaType)> = None;
    for media_type in offered {
        let Some(preference) = preference(&ranges, *media_type) else { continue };
        if best.as_ref().is_none_or(|(other, _)| preference.is_above(other)) {
            best = Some((preference, *media_type));
        }
    }
    best.map(|(_, media_type)| media_type)
}

/// How much a client likes a media type: the quality in thousandths, and where it says so.
struct Preference {
    quality: u16,
    position: usize,
}

impl Preference {
    fn is_above(&self, other: &Self) -> bool {
        (self.quality, other.position) > (other.quality, self.position)
    }
}

/// The most specific range that matches decides; quality 0 forbids.
fn preference(ranges: &[Range<'_>], media_type: MediaType) -> Option<Preference> {
    let matching = ranges.iter().enumerate().filter_map(|(position, range)| {
        Some((range.specificity(media_type)?, position, range.quality))
    });
    let (_, position, quality) = matching.min_by_key(|(specificity, position, _)| {
        // The least first: the greatest specificity, then the first place.
        (u8::MAX - specificity, *position)
    })?;
    (quality > 0).then_some(Preference { quality, position })
}

/// One element of the header.
struct Range<'a> {
    main: &'a str,
    sub: &'a str,
    quality: u16,
}

impl<'a> Range<'a> {
    /// None for what cannot be read and for what we cannot write, such as another charset.
    fn parse(element: &'a str) -> Option<Self> {
        let mut parts = element.split(';').map(str::trim);
        let (main, sub) = parts.next()?.split_once('/')?;
        let mut quality = 1000;
        for parameter in parts {
            let (name, value) = parameter.split_once('=')?;
            let (name, value) = (name.trim(), value.trim().trim_matches('"'));
            if name.eq_ignore_ascii_case("q") {
                quality = parse_quality(value)?;
            } else if name.eq_ignore_ascii_case("charset") && !is_utf8(value) {
                return None;
            }
        }
        Some(Self { main: main.trim(), sub: sub.trim(), quality })
    }

    /// 2 for the type itself, 1 for `application/*`, 0 for `*/*`. A page is not an answer for
    /// those who take anything: HTML has to be named.
    fn specificity(&self, media_type: MediaType) -> Option<u8> {
        let (main, sub) = media_type.name();
        let same_main = self.main.eq_ignore_ascii_case(main);
        match (self.main, self.sub) {
            (_, range_sub) if same_main && range_sub.eq_ignore_ascii_case(sub) => Some(2),
            _ if media_type == MediaType::Html => None,
            (_, "*") if same_main => Some(1),
            ("*", "*") => Some(0),
            _ => None,
        }
    }
}

/// `0.8` is 800; RFC 9110 §12.4.2 allows three decimals.
fn parse_quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

pub(super) fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}
