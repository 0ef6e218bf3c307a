//! Problems (RFC 9457): the one place where errors become status codes.
//!
//! The crate `problem_details` was tried: it keeps a type as an `http::Uri`, which cannot hold a URN.

use foldlog::json::Unfit;
use foldlog::read::views::ViewError;
use foldlog::seal::{KeyError, Unreadable};
use foldlog::{ExecuteError, LogError, Refusal, RefusalKind, Version};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;

/// When to try again after a lost race, and after an outage, in seconds.
const SOON: u32 = 1;
const LATER: u32 = 5;
/// When to try again if an operator has to act first.
const WHEN_ON: u32 = 60;

/// Why a request was not carried out.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    name: String,
    detail: String,
    errors: Vec<FieldError>,
    members: Box<[(&'static str, Value)]>,
    /// The actual version of the resource, if another one was expected.
    pub(crate) version: Option<Version>,
    /// The seconds after which to ask again.
    pub(crate) retry_after: Option<u32>,
}

/// An invalid value of the request.
#[derive(Clone, Debug, Serialize)]
pub struct FieldError {
    /// Its path in the body (RFC 6901), or the name of the query parameter.
    #[serde(flatten)]
    pub place: FieldPlace,
    /// What is wrong.
    pub detail: String,
}

/// The location of an invalid value.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldPlace {
    /// A JSON pointer into the body.
    Pointer(String),
    /// A parameter of the query.
    Parameter(String),
}

/// The document of RFC 9457, with this API's extensions. (The `problem_details` crate keeps the type as an
/// `http::Uri`, which cannot be a URN.)
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: String,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    correlation_id: &'a str,
    #[serde(flatten)]
    members: BTreeMap<&'static str, &'a Value>,
}

impl Problem {
    fn new(status: StatusCode, name: &str, detail: impl Into<String>) -> Self {
        let (name, detail) = (name.to_owned(), detail.into());
        Self { status, name, detail, errors: vec![], members: Box::default(), version: None, retry_after: None }
    }

    /// 400: the request is malformed.
    #[must_use]
    pub fn malformed(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-request", detail)
    }

    /// 401: the request needs a token.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "send a bearer token")
    }

    /// 401: the sender is not the one that the request claims.
    #[must_use]
    pub fn not_believed(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not-believed", detail)
    }

    /// 404: for this caller the resource does not exist.
    #[must_use]
    pub fn not_found(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    /// 403: the caller may use the route, but not for this.
    #[must_use]
    pub fn forbidden(detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404 for now: the resource is being created.
    #[must_use]
    pub fn not_yet(detail: &str) -> Self {
        Self { retry_after: Some(SOON), ..Self::new(StatusCode::NOT_FOUND, "not-found-yet", detail) }
    }

    /// 409: the requested version does not exist yet.
    #[must_use]
    pub fn beyond_head(asked: Version, head: Version) -> Self {
        let detail = format!("version {asked} was asked for; the newest is {head}");
        Self { retry_after: Some(SOON), ..Self::new(StatusCode::CONFLICT, "version-beyond-head", detail) }
    }

    /// 409: the present state does not allow this.
    #[must_use]
    pub fn conflict(name: &str, detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, name, detail)
    }

    /// 422: the request was understood, and is refused.
    #[must_use]
    pub fn refused(name: &str, detail: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, name, detail)
    }

    /// 413: the body is too large.
    #[must_use]
    pub fn too_large(limit_bytes: usize) -> Self {
        let detail = format!("a body has at most {limit_bytes} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail)
    }

    /// 415: not JSON.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "send application/json")
    }

    /// 400: a query parameter stands twice.
    #[must_use]
    pub fn doubled_parameter(name: &str) -> Self {
        let detail = "stands twice; give one value";
        let error = FieldError { place: FieldPlace::Parameter(name.to_owned()), detail: detail.to_owned() };
        Self { errors: vec![error], ..Self::malformed(&format!("{name}: {detail}")) }
    }

    /// 400: query parameters are given that exclude each other.
    #[must_use]
    pub fn contradictory(names: &[&str]) -> Self {
        let detail = format!("only one of {} can be asked for at a time; leave the others out", names.join(", "));
        let error =
            |name: &&str| FieldError { place: FieldPlace::Parameter((*name).to_owned()), detail: detail.clone() };
        Self { errors: names.iter().map(error).collect(), ..Self::malformed(&detail) }
    }

    /// 422: a query parameter has an invalid value.
    #[must_use]
    pub fn invalid_parameter(name: &str, detail: &str) -> Self {
        let error = FieldError { place: FieldPlace::Parameter(name.to_owned()), detail: detail.to_owned() };
        Self {
            errors: vec![error],
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-request", format!("{name}: {detail}"))
        }
    }

    /// 400 if the body is not JSON, 422 with a pointer if it does not have the request's shape.
    #[must_use]
    pub fn of_json(unfit: Unfit) -> Self {
        let Unfit { is_json, pointer, reason } = unfit;
        if !is_json {
            return Self::malformed(&format!("the body is not valid JSON: {reason}"));
        }
        let error = FieldError { place: FieldPlace::Pointer(pointer), detail: reason.clone() };
        Self { errors: vec![error], ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-request", reason) }
    }

    /// 422: a text of the body may not be sent, wherever it stands.
    #[must_use]
    pub fn invalid_text(pointer: String, detail: &str) -> Self {
        Self::of_json(Unfit { is_json: true, pointer, reason: format!("the text {detail}") })
    }

    /// 500: a fault in the system. The details go to the log, not to the caller.
    #[must_use]
    pub fn internal(error: &dyn Display) -> Self {
        tracing::error!(%error, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal-error",
            "something is wrong on our side; it has been noted",
        )
    }

    /// 503: a store does not answer. You may repeat the request under the same idempotency key.
    #[must_use]
    pub fn unavailable(error: &dyn Display) -> Self {
        tracing::warn!(%error, "unavailable");
        let detail = "a store does not answer; repeat the request, with the same Idempotency-Key where it had one";
        Self { retry_after: Some(LATER), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail) }
    }

    /// 503: a stream has to be prepared for this release's states before it can be used.
    fn too_long(error: &dyn Display) -> Self {
        tracing::error!(%error, "a stream is not prepared for this release");
        let detail = "this has a long history, which is not prepared for the present release; an operator has to do \
                      that. Nothing was done, come again";
        Self { retry_after: Some(WHEN_ON), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail) }
    }

    /// 503: commands are off.
    #[must_use]
    pub fn commands_off() -> Self {
        let detail = "only reads are answered until the log is known to be whole; nothing was done, come again";
        Self { retry_after: Some(WHEN_ON), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "commands-off", detail) }
    }

    /// The status of the response.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The problem document. The problem's type is its name in the API's namespace.
    pub(crate) fn document(&self, namespace: &str, correlation: &str) -> String {
        let document = Document {
            r#type: format!("{namespace}{}", self.name),
            title: title(&self.name),
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            correlation_id: correlation,
            members: self.members.iter().map(|(name, value)| (*name, value)).collect(),
        };
        serde_json::to_string(&document).unwrap_or_default()
    }
}

impl<R: Refusal> From<ExecuteError<R>> for Problem {
    fn from(error: ExecuteError<R>) -> Self {
        let detail = error.to_string();
        match error {
            ExecuteError::Refused(refusal) => {
                let status = match refusal.kind() {
                    RefusalKind::NotFound => StatusCode::NOT_FOUND,
                    RefusalKind::RuleViolated => StatusCode::UNPROCESSABLE_ENTITY,
                };
                Self { members: refusal.members().into(), ..Self::new(status, refusal.name(), detail) }
            }
            ExecuteError::VersionMismatch { actual, .. } => {
                Self { version: Some(actual), ..Self::new(StatusCode::PRECONDITION_FAILED, "version-mismatch", detail) }
            }
            ExecuteError::OtherContent => {
                let detail = "this Idempotency-Key was used for another request; choose a new one";
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", detail)
            }
            ExecuteError::Contended => {
                Self { retry_after: Some(SOON), ..Self::new(StatusCode::CONFLICT, "contended", detail) }
            }
            ExecuteError::TooLarge(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "commit-too-large", detail),
            ExecuteError::Log(error) => error.into(),
        }
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Unavailable(_) => Self::unavailable(&error),
            LogError::TooLong { .. } => Self::too_long(&error),
            LogError::Denied(_) | LogError::Corrupt { .. } => Self::internal(&error),
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unavailable(_) => Self::unavailable(&error),
            KeyError::Damaged(_) => Self::internal(&error),
            KeyError::Erased(_) => Self::conflict("erased", &error.to_string()),
        }
    }
}

impl From<Unreadable> for Problem {
    fn from(error: Unreadable) -> Self {
        Self::internal(&error)
    }
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Unavailable(_) => Self::unavailable(&error),
            ViewError::Unusable(_) | ViewError::Damaged(_) => Self::internal(&error),
        }
    }
}

fn title(name: &str) -> String {
    let mut words = name.replace('-', " ");
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    words
}
