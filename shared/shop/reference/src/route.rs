//! A route as the reference describes it.

use crate::answer::{Answer, Content, Header};
use crate::problem::Problem;
use crate::schemas::SchemaOf;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shop_api::responses::{AuditEvent, EventOrder};
use shop_domain::values::RevealReason;

/// The scope of customers.
pub const CUSTOMER: &str = "shop/customer";
/// The scope of the shop's staff.
pub const STAFF: &str = "shop/staff";
/// The scope of operators, who keep the shop running.
pub const OPERATOR: &str = "shop/operator";

/// A route: its parameters, its body, its answers and its problems.
#[derive(Default)]
pub struct Route {
    /// Its method.
    pub method: &'static str,
    /// Its path, as the template spells it.
    pub path: &'static str,
    /// Any of these scopes opens it. Without scopes, no token is needed.
    pub scopes: &'static [&'static str],
    /// The category and name of its command, if it has one. Then it takes the headers `Idempotency-Key` and `If-Match`.
    pub command: Option<(&'static str, &'static str)>,
    pub(crate) summary: &'static str,
    pub(crate) about: &'static str,
    pub(crate) query: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// Whether the audit stream records it, once for each `Idempotency-Key`.
    pub(crate) recorded: bool,
    pub(crate) answers: Vec<Answer>,
    pub(crate) problems: Vec<Problem>,
}

/// A parameter of the query.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) required: bool,
    pub(crate) schema: SchemaOf,
}

/// The body of a request.
pub(crate) struct Body {
    pub(crate) schema: SchemaOf,
    /// Whether a request must have one. A missing body is read as `{}`.
    pub(crate) required: bool,
}

impl Route {
    pub(crate) fn get(path: &'static str, summary: &'static str) -> Self {
        Self::new("GET", path, summary)
    }

    pub(crate) fn post(path: &'static str, summary: &'static str) -> Self {
        Self::new("POST", path, summary).refuses(Problem::OF_CHANGES)
    }

    pub(crate) fn patch(path: &'static str, summary: &'static str) -> Self {
        Self::new("PATCH", path, summary).refuses(Problem::OF_CHANGES)
    }

    pub(crate) fn delete(path: &'static str, summary: &'static str) -> Self {
        Self::new("DELETE", path, summary).refuses(Problem::OF_CHANGES)
    }

    fn new(method: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self { method, path, summary, ..Self::default() }
    }

    /// Needs a token with one of these scopes.
    pub(crate) fn to(mut self, scopes: &'static [&'static str]) -> Self {
        self.scopes = scopes;
        self
    }

    /// Adds a description.
    pub(crate) fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// Takes a body.
    pub(crate) fn takes<T: JsonSchema + DeserializeOwned>(mut self) -> Self {
        let required = serde_json::from_str::<T>("{}").is_err();
        self.body = Some(Body { schema: SchemaGenerator::subschema_for::<T>, required });
        self.refuses(Problem::OF_BODIES)
    }

    /// Carries out a command of a stream's category.
    pub(crate) fn carries_out(mut self, category: &'static str, command: &'static str) -> Self {
        self.command = Some((category, command));
        self.refuses(Problem::OF_BODIES).refuses(Problem::OF_COMMANDS)
    }

    /// The audit stream records it as an operator's action before it is carried out, once for each `Idempotency-Key`.
    pub(crate) fn recorded(mut self) -> Self {
        self.recorded = true;
        self.refuses(Problem::OF_BODIES).refuses(Problem::OF_RECORDS)
    }

    /// Takes a parameter in its query.
    pub(crate) fn query<T: JsonSchema>(self, name: &'static str, about: &'static str) -> Self {
        self.parameter(name, about, false, SchemaGenerator::subschema_for::<T>)
    }

    /// Needs a parameter in its query.
    pub(crate) fn needs<T: JsonSchema>(self, name: &'static str, about: &'static str) -> Self {
        self.parameter(name, about, true, SchemaGenerator::subschema_for::<T>)
    }

    /// Shows personal data to the staff and operators for a reason, and records that they read.
    pub(crate) fn revealing(self) -> Self {
        self.query::<RevealReason>(
            "reveal",
            "Why you read the personal data of another person. The owner of the account needs no reason.",
        )
        .refuses(Problem::OF_READINGS)
    }

    /// Answers with one page of a list, and a link to the next page.
    pub(crate) fn paged<T: JsonSchema + Serialize>(self) -> Self {
        self.pages().answers::<shop_api::responses::Page<T>>(200, &[])
    }

    /// Takes the parameters of a page.
    pub(crate) fn pages(self) -> Self {
        let cursor =
            "The cursor from the link to the next page. It is good for a day, for this caller and this filter.";
        self.parameter("cursor", cursor, false, |_| json_schema!({ "type": "string", "pattern": CURSOR })).parameter(
            "limit",
            "The most items on a page. The default is 20.",
            false,
            |_| up_to(100),
        )
    }

    /// Answers with the events of a resource, from either end.
    pub(crate) fn audited(self) -> Self {
        self.query::<EventOrder>(
            "order",
            "Whether the oldest or the newest event comes first. The default is the newest.",
        )
        .paged::<AuditEvent>()
    }

    /// Takes a moment in its query.
    pub(crate) fn moment(self, name: &'static str, about: &'static str) -> Self {
        self.parameter(name, about, false, |_| json_schema!({ "type": "string", "format": "date-time" }))
    }

    /// Takes a place in the whole log in its query: a moment, or an event with its moment.
    pub(crate) fn after(self, about: &'static str) -> Self {
        self.parameter("after", about, false, |_| {
            let event = format!("^{DAY}T{TIME}Z~[a-z]+-[A-Za-z0-9_.-]+@[0-9]{{1,19}}$");
            json_schema!({ "type": "string", "anyOf": [{ "format": "date-time" }, { "pattern": event }] })
        })
    }

    /// Takes a version in its query.
    pub(crate) fn version(self, name: &'static str, about: &'static str) -> Self {
        self.parameter(name, about, false, |_| json_schema!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }))
    }

    /// Answers with up to a thousand items, or fewer if the client asks for fewer.
    pub(crate) fn up_to_a_thousand(self) -> Self {
        self.parameter("limit", "The most items in the answer. The default is 100.", false, |_| up_to(1_000))
    }

    /// Takes a place in a stream's history in its query.
    pub(crate) fn place(self, name: &'static str, about: &'static str, required: bool) -> Self {
        self.parameter(name, about, required, |_| {
            json_schema!({ "type": "string", "anyOf": [{ "format": "date-time" }, { "pattern": "^(0|[1-9][0-9]{0,18})$" }] })
        })
    }

    /// Can answer with a past version.
    pub(crate) fn past(self) -> Self {
        self.version("version", "Show the resource as it was at this version.")
            .moment("at", "Show the resource as it was at this moment. Use at most one of these parameters.")
    }

    /// Answers with a resource, as fresh as the client asks for, or as it was.
    pub(crate) fn fresh<T: JsonSchema + Serialize>(self) -> Self {
        self.past()
            .version("min_version", "The version that the answer must have reached, for example one from an ETag.")
            .answers::<T>(200, &[Header::Etag])
            .refused(409, "version-beyond-head")
    }

    fn parameter(mut self, name: &'static str, about: &'static str, required: bool, schema: SchemaOf) -> Self {
        self.query.push(Parameter { name, about, required, schema });
        self.refuses(Problem::OF_QUERIES)
    }

    /// Answers with a body when it succeeds.
    pub(crate) fn answers<T: JsonSchema + Serialize>(mut self, status: u16, headers: &'static [Header]) -> Self {
        self.answers.push(Answer { status, headers, body: Content::Json(SchemaGenerator::subschema_for::<T>) });
        self
    }

    /// Answers with a document that is not a resource of the API, and that a client may keep.
    pub(crate) fn serves(mut self, media_type: &'static str) -> Self {
        let headers = &[Header::DocumentTag, Header::CacheControl];
        self.answers.push(Answer { status: 200, headers, body: Content::Text(media_type) });
        self.answers.push(Answer { status: 304, headers, body: Content::Nothing });
        self
    }

    /// Creates a resource, or recognises that the same request created it.
    pub(crate) fn creates<T: JsonSchema + Serialize>(self) -> Self {
        let headers = &[Header::Etag, Header::Location];
        self.answers::<T>(201, headers).answers::<T>(200, headers)
    }

    /// Changes a resource, or finds that there is nothing to change.
    pub(crate) fn changes<T: JsonSchema + Serialize>(self) -> Self {
        self.answers::<T>(200, &[Header::Etag])
    }

    /// Can answer 404 with this problem.
    pub(crate) fn missing(self, name: &'static str) -> Self {
        self.refused(404, name)
    }

    /// Can refuse a command with these problems.
    pub(crate) fn refuses_by(self, names: &[&'static str]) -> Self {
        names.iter().fold(self, |route, name| route.refused(422, name))
    }

    /// Can answer with a problem.
    pub(crate) fn refused(mut self, status: u16, name: &'static str) -> Self {
        let problem = Problem { status, name };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        self
    }

    fn refuses(self, problems: &[Problem]) -> Self {
        problems.iter().fold(self, |route, problem| route.refused(problem.status, problem.name))
    }

    /// The names of its path's parameters.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The problems with which its stream refuses the command: those that are not common to a kind of route.
    pub fn refusals(&self) -> impl Iterator<Item = &'static str> {
        let common = [
            Problem::OF_ALL,
            Problem::OF_BODIES,
            Problem::OF_CHANGES,
            Problem::OF_COMMANDS,
            Problem::OF_QUERIES,
            Problem::OF_PATHS,
            Problem::OF_STORES,
            Problem::OF_ERASED,
        ];
        let common = common.concat();
        self.problems.iter().filter(move |problem| !common.contains(problem)).map(|problem| problem.name)
    }
}

/// A day and a time of it, as the shop writes them.
const DAY: &str = r"\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|[12]\d))";
const TIME: &str = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?";

/// What a cursor looks like: base64 without padding.
const CURSOR: &str = "^[A-Za-z0-9_-]{70,2048}$";

fn up_to(most: u32) -> Schema {
    json_schema!({ "type": "integer", "minimum": 1, "maximum": most })
}

/// The routes of one topic.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) routes: Vec<Route>,
}

impl Group {
    /// Its routes need a token with one of these scopes, unless a route names its own scopes.
    pub(crate) fn to(mut self, scopes: &'static [&'static str]) -> Self {
        for route in self.routes.iter_mut().filter(|route| route.scopes.is_empty()) {
            route.scopes = scopes;
        }
        self
    }
}
