//! `cors:` of the configuration: which foreign pages may read answers, and what they may send.

use std::str::FromStr;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use schemars::JsonSchema;
use serde::Deserialize;
use url::{Position, Url};

use super::reader::Reader;
use super::written::{Form, Spanned, Written};

/// What a browser is told about pages of other origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// Whose pages.
    pub origins: CorsOrigins,
    /// Methods they may use.
    pub methods: Vec<Method>,
    /// Headers they may send; none allows whatever they want to send.
    pub allow_headers: Option<Vec<HeaderName>>,
    /// Headers of an answer that they may read.
    pub expose_headers: Vec<HeaderName>,
    /// Whether they may send cookies, and what else a browser knows of its user.
    pub allow_credentials: bool,
    /// How long a browser need not ask again.
    pub max_age: Duration,
}

/// Whose pages may read answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsOrigins {
    /// Everybody's: `*`.
    Any,
    /// Those of these origins, as browsers write them.
    These(Vec<HeaderValue>),
}

/// Pages of other origins that may ask; without it none may.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CorsShape {
    /// Whose pages: origins as browsers write them, or `*` alone for everybody's.
    #[schemars(extend("minItems" = 1))]
    origins: Spanned<Vec<Written<Origin>>>,
    /// Methods they may use.
    #[schemars(extend("default" = ["GET", "POST"]))]
    methods: Option<Vec<Written<Method>>>,
    /// Headers they may send; whatever they want to send where this is left out.
    allow_headers: Option<Vec<Written<HeaderName>>>,
    /// Headers of an answer that they may read.
    #[schemars(extend("default" = ["weft-errors", "x-request-id"]))]
    expose_headers: Option<Vec<Written<HeaderName>>>,
    /// Whether they may send cookies, and what else a browser knows of its user; needs named
    /// origins.
    #[schemars(extend("default" = false))]
    allow_credentials: Option<Spanned<bool>>,
    /// Seconds for which a browser need not ask again.
    #[schemars(extend("default" = 7200))]
    max_age_seconds: Option<u32>,
}

/// One entry of `origins`.
pub(super) enum Origin {
    Any,
    This(HeaderValue),
}

impl Form for Origin {
    const PATTERN: Option<&str> = Some(r"\*|[a-z][a-z0-9+.-]*://[^/?#@]+");
    const EXAMPLES: &[&str] = &["https://app.example.com"];
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let none = || format!("`{text}` is no origin, such as https://app.example.com, nor `*`");
        let url = Url::parse(text).map_err(|_| none())?;
        if !url.has_host() || !url.username().is_empty() || url.password().is_some() {
            return Err(none());
        }
        // They are compared as texts, and browsers write each in one way.
        let origin = &url[..Position::BeforePath];
        if origin != text {
            return Err(format!("`{text}` is no origin; browsers write `{origin}`"));
        }
        HeaderValue::from_str(text).map(Self::This).map_err(|_| none())
    }
}

impl Reader<'_> {
    pub(super) fn cors(&mut self, shape: &CorsShape) -> Option<Cors> {
        let origins = self.origins(&shape.origins);
        let methods = self.all(shape.methods.as_deref());
        let allow_headers = self.all(shape.allow_headers.as_deref());
        let expose_headers = self.all(shape.expose_headers.as_deref());
        let allow_credentials = shape.allow_credentials.as_ref().is_some_and(|it| it.value);
        if let (Some(place), Some(CorsOrigins::Any), true) =
            (&shape.allow_credentials, &origins, allow_credentials)
        {
            let message = "credentials are not for pages of any origin (`*`): name the origins";
            self.error(&place.referenced, message.to_owned());
        }
        Some(Cors {
            origins: origins?,
            methods: methods.unwrap_or_else(|| vec![Method::GET, Method::POST]),
            allow_headers,
            expose_headers: expose_headers.unwrap_or_else(|| {
                ["weft-errors", "x-request-id"].map(HeaderName::from_static).to_vec()
            }),
            allow_credentials,
            max_age: Duration::from_secs(shape.max_age_seconds.unwrap_or(7200).into()),
        })
    }

    fn origins(&mut self, shape: &Spanned<Vec<Written<Origin>>>) -> Option<CorsOrigins> {
        let mut these = Vec::new();
        for text in &shape.value {
            match self.value(text)? {
                Origin::This(origin) => these.push(origin),
                Origin::Any if shape.value.len() == 1 => return Some(CorsOrigins::Any),
                Origin::Any => {
                    let message = "`*` is every origin: there is no other one beside it";
                    self.error(&text.text.referenced, message.to_owned());
                    return None;
                }
            }
        }
        if these.is_empty() {
            self.error(&shape.referenced, "there is no origin".to_owned());
            return None;
        }
        Some(CorsOrigins::These(these))
    }

    /// Every value of a list; those that cannot be understood are said, and left out.
    pub(super) fn all<T: Form + FromStr<Err: ToString>>(
        &mut self,
        texts: Option<&[Written<T>]>,
    ) -> Option<Vec<T>> {
        Some(texts?.iter().filter_map(|text| self.value(text)).collect())
    }
}
