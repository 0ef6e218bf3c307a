//! Why a request is not carried out, and the document that says so.

use schemars::JsonSchema;

/// A problem that a route may answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    /// The end of its type.
    pub(crate) name: &'static str,
}

const fn problem(status: u16, name: &'static str) -> Problem {
    Problem { status, name }
}

impl Problem {
    /// What each type begins with.
    pub(crate) const NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

    /// Of routes that take a body.
    pub(crate) const OF_BODIES: &'static [Self] = &[
        problem(400, "malformed-request"),
        problem(413, "body-too-large"),
        problem(415, "unsupported-media-type"),
        problem(422, "invalid-request"),
    ];
    /// Of routes that carry out a command.
    pub(crate) const OF_COMMANDS: &'static [Self] = &[
        problem(409, "contended"),
        problem(412, "version-mismatch"),
        problem(422, "commit-too-large"),
        problem(422, "idempotency-key-reused"),
    ];
    /// Of routes that record what an operator does.
    pub(crate) const OF_RECORDS: &'static [Self] = &[problem(409, "contended"), problem(422, "idempotency-key-reused")];
    /// Of routes that are not for reading.
    pub(crate) const OF_CHANGES: &'static [Self] = &[problem(503, "commands-off")];
    /// Of routes with parameters in the query.
    pub(crate) const OF_QUERIES: &'static [Self] = &[problem(422, "invalid-request")];
    /// Of routes with parameters in the path.
    pub(crate) const OF_PATHS: &'static [Self] = &[problem(404, "not-found")];
    /// Of routes that ask a store.
    pub(crate) const OF_STORES: &'static [Self] = &[problem(500, "internal-error"), problem(503, "unavailable")];
}

/// Why a request was not carried out (RFC 9457).
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Problem")]
#[expect(dead_code, reason = "it is only told of: functions write their problems themselves")]
pub(crate) struct ProblemDocument {
    /// What kind of problem it is: a stable name.
    #[serde(rename = "type")]
    #[schemars(regex(pattern = "^urn:shop:problem:[a-z-]+$"))]
    kind: String,
    /// The kind in words.
    title: String,
    /// The status of the answer.
    status: u16,
    /// What is wrong, and what to do about it.
    detail: String,
    /// What is wrong with which value of the request.
    #[serde(default)]
    errors: Vec<FieldError>,
    /// What the request and all that follows from it belong to: to be named to whoever looks into it.
    correlation_id: String,
}

/// What is wrong with one value of the request: `pointer` says where in the body it stands (RFC 6901), `parameter`
/// which one of the query it is.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only told of")]
struct FieldError {
    pointer: Option<String>,
    parameter: Option<String>,
    /// What is wrong.
    detail: String,
}

/// What the gateway answers by itself.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only told of")]
pub(crate) struct GatewayMessage {
    /// What is wrong.
    message: String,
}
