//! Cross-origin requests: the configuration's rule as the layer that answers browsers' preflights.

use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config::{Cors, CorsOrigins};

/// Answers preflights itself, and adds to every other answer what its page may do with it.
pub(super) fn layer(cors: &Cors) -> CorsLayer {
    let origins = match &cors.origins {
        CorsOrigins::Any => AllowOrigin::any(),
        CorsOrigins::These(origins) => AllowOrigin::list(origins.iter().cloned()),
    };
    let headers = match &cors.allow_headers {
        None => AllowHeaders::mirror_request(),
        Some(headers) => AllowHeaders::list(headers.iter().cloned()),
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods(cors.methods.clone())
        .allow_headers(headers)
        .expose_headers(cors.expose_headers.clone())
        .allow_credentials(cors.allow_credentials)
        .max_age(cors.max_age)
}
