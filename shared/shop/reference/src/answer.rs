//! What a route answers if all is well.

use crate::schemas::SchemaOf;
use serde_json::{Value, json};

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: &'static [Header],
    pub(crate) body: Content,
}

/// What its body is.
pub(crate) enum Content {
    /// JSON of a schema.
    Json(SchemaOf),
    /// Anything of a media type.
    Text(&'static str),
}

/// A header that tells something of what is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// The resource's version.
    Etag,
    /// Where it is.
    Location,
    /// When to ask again.
    RetryAfter,
    /// What the request belongs to.
    Correlation,
}

impl Answer {
    pub(crate) const fn json(status: u16, headers: &'static [Header], body: SchemaOf) -> Self {
        Self { status, headers, body: Content::Json(body) }
    }

    pub(crate) const fn text(media_type: &'static str) -> Self {
        Self { status: 200, headers: &[], body: Content::Text(media_type) }
    }
}

impl Header {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Etag => "ETag",
            Self::Location => "Location",
            Self::RetryAfter => "Retry-After",
            Self::Correlation => "X-Correlation-Id",
        }
    }

    pub(crate) fn document(self) -> Value {
        match self {
            Self::Etag => json!({
                "description": "The version of the resource's stream, for `If-Match` and `min_version`.",
                "required": true,
                "schema": { "type": "string", "pattern": "^\"[0-9]+\"$" },
            }),
            Self::Location => json!({
                "description": "The path of the resource.",
                "required": true,
                "schema": { "type": "string", "pattern": "^/" },
            }),
            Self::RetryAfter => json!({
                "description": "After how many seconds to ask again.",
                "required": true,
                "schema": { "type": "integer", "minimum": 1 },
            }),
            Self::Correlation => json!({
                "description": "The request's own correlation id, or the one that it was given.",
                "required": true,
                "schema": { "type": "string", "minLength": 1 },
            }),
        }
    }
}

/// What a status means; `reads` says whether nothing was to be changed.
pub(crate) const fn meaning(status: u16, reads: bool) -> &'static str {
    match status {
        200 if reads => "What is asked for.",
        200 => "Executed, or nothing to do.",
        201 => "Created; the same again for whoever repeats it.",
        202 => "Accepted; the rest is under way.",
        400 => "Not what it says it is.",
        401 => "No token, or none that is valid: answered by the gateway.",
        403 => "The token has none of the scopes: answered by the gateway.",
        404 => "For whoever asks, it does not exist.",
        409 => "Not now: others were first, or it is not that far.",
        412 => "The resource has another version than `If-Match` names.",
        413 => "More than is read.",
        415 => "Not JSON.",
        422 => "Understood, and not to be done.",
        429 => "Too many requests at once: answered by the gateway.",
        500 => "A fault of ours.",
        503 if reads => "A store does not answer; ask again.",
        503 => "A store does not answer, or commands are off; repeat the request, under the same `Idempotency-Key`.",
        _ => "",
    }
}
