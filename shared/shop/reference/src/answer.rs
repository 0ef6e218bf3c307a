//! The successful answers of a route.

use crate::schemas::SchemaOf;
use serde_json::{Value, json};

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: &'static [Header],
    pub(crate) body: Content,
}

/// The body of an answer.
pub(crate) enum Content {
    /// JSON of a schema.
    Json(SchemaOf),
    /// Anything of a media type.
    Text(&'static str),
    /// Nothing.
    Nothing,
}

/// A header of an answer, and its name in the document.
#[derive(Clone, Copy, strum::IntoStaticStr, strum::VariantArray)]
pub(crate) enum Header {
    /// The resource's version.
    #[strum(serialize = "ETag")]
    Etag,
    /// The tag of a document that only a release changes.
    #[strum(serialize = "Document-Tag")]
    DocumentTag,
    /// How long a document may be kept.
    #[strum(serialize = "Cache-Control")]
    CacheControl,
    /// The path of the resource.
    Location,
    /// When to ask again.
    #[strum(serialize = "Retry-After")]
    RetryAfter,
    /// The correlation id of the request.
    #[strum(serialize = "X-Correlation-Id")]
    Correlation,
}

impl Header {
    /// Its name in an answer.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DocumentTag => Self::Etag.into(),
            Self::Etag | Self::CacheControl | Self::Location | Self::RetryAfter | Self::Correlation => self.into(),
        }
    }

    pub(crate) fn document(self) -> Value {
        let (description, schema) = match self {
            Self::Etag => (
                "The version of the resource. Use it in `If-Match` and `min_version`.",
                json!({ "type": "string", "pattern": "^\"[0-9]+\"$" }),
            ),
            Self::DocumentTag => (
                "The tag of the document. Use it in `If-None-Match`.",
                json!({ "type": "string", "pattern": "^\"[0-9a-f]+\"$" }),
            ),
            Self::CacheControl => {
                ("How long you need not ask again.", json!({ "type": "string", "pattern": "max-age=[0-9]+" }))
            }
            Self::Location => ("The path of the resource.", json!({ "type": "string", "pattern": "^/" })),
            Self::RetryAfter => {
                ("The seconds to wait before you ask again.", json!({ "type": "integer", "minimum": 1 }))
            }
            Self::Correlation => (
                "The correlation id of the request: yours, or one that the shop made.",
                json!({ "type": "string", "minLength": 1 }),
            ),
        };
        json!({ "description": description, "required": true, "schema": schema })
    }
}

/// The meaning of a status. `reads` is true for a route that changes nothing.
pub(crate) const fn meaning(status: u16, reads: bool) -> &'static str {
    match status {
        200 if reads => "The requested resource.",
        200 => "The shop carried out the request, or there was nothing to change.",
        201 => "Created. A repeated request gets the same answer.",
        202 => "Accepted. The shop does the rest in the background.",
        304 => "The document is the one that you have.",
        400 => "The shop cannot parse the request.",
        401 => "The token or the signature is missing or not valid.",
        403 => "The scopes of the token do not allow this.",
        404 => "It does not exist, or it is not yours.",
        409 => "It conflicts with the current state. Read the resource, then decide whether to try again.",
        412 => "The version of the resource is not the one in `If-Match`.",
        413 => "The body is too large.",
        415 => "The content type is not JSON.",
        422 => "The shop understands the request and refuses it.",
        429 => "There are too many requests. The gateway answers this.",
        500 => "The shop failed.",
        503 if reads => "A store does not answer. Ask again.",
        503 => "A store does not answer, or commands are off. Repeat the request with the same `Idempotency-Key`.",
        _ => "",
    }
}
