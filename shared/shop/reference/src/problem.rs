//! The problems that a route can answer with, and the document of a problem.

use schemars::JsonSchema;
use shop_domain::values::Money;

/// A problem that a route can answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    /// The end of its `type`.
    pub(crate) name: &'static str,
}

const fn problem(status: u16, name: &'static str) -> Problem {
    Problem { status, name }
}

impl Problem {
    /// The problems of all routes.
    pub(crate) const OF_ALL: &'static [Self] = &[problem(400, "malformed-request")];
    /// The problems of routes that take a body.
    pub(crate) const OF_BODIES: &'static [Self] =
        &[problem(413, "body-too-large"), problem(415, "unsupported-media-type"), problem(422, "invalid-request")];
    /// The problems of routes that carry out a command.
    pub(crate) const OF_COMMANDS: &'static [Self] = &[
        problem(409, "contended"),
        problem(412, "version-mismatch"),
        problem(422, "commit-too-large"),
        problem(422, "idempotency-key-reused"),
    ];
    /// The problems of routes that record an operator's action.
    pub(crate) const OF_RECORDS: &'static [Self] = &[problem(409, "contended"), problem(422, "idempotency-key-reused")];
    /// The problems of routes that record who reads.
    pub(crate) const OF_READINGS: &'static [Self] = &[problem(409, "contended"), problem(503, "commands-off")];
    /// The problems of routes that change something.
    pub(crate) const OF_CHANGES: &'static [Self] = &[problem(503, "commands-off")];
    /// The problems of routes with parameters in the query.
    pub(crate) const OF_QUERIES: &'static [Self] = &[problem(422, "invalid-request")];
    /// The problems of routes with parameters in the path.
    pub(crate) const OF_PATHS: &'static [Self] = &[problem(404, "not-found")];
    /// Of a command that brings personal data: those of the account were erased.
    pub(crate) const OF_ERASED: &'static [Self] = &[Self { status: 409, name: "erased" }];
    /// The problems of routes that use a store.
    pub(crate) const OF_STORES: &'static [Self] = &[problem(500, "internal-error"), problem(503, "unavailable")];
}

/// Why the shop did not carry out the request (RFC 9457).
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Problem")]
#[expect(dead_code, reason = "only its schema is used: functions write their problems themselves")]
pub(crate) struct ProblemDocument {
    /// The kind of problem, a stable name.
    #[serde(rename = "type")]
    #[schemars(regex(pattern = "^urn:shop:problem:[a-z-]+$"))]
    kind: String,
    /// The kind in words.
    title: String,
    /// The status of the answer.
    status: u16,
    /// The error, and what you can do about it.
    detail: String,
    /// The error in each invalid value of the request.
    #[serde(default)]
    errors: Vec<FieldError>,
    /// The correlation id of the request. Quote it when you report the problem.
    correlation_id: String,
    /// The total now, if the problem is that it has risen.
    total: Option<Money>,
}

/// An invalid value of the request. `pointer` is its place in the body (RFC 6901); `parameter` is its name in the
/// query.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct FieldError {
    pointer: Option<String>,
    parameter: Option<String>,
    /// The error.
    detail: String,
}

/// The body of an answer from the gateway itself.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct GatewayMessage {
    /// The error.
    message: String,
}
