//! A request as a handler reads it.

use super::texts;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::write_mode::WriteMode;
use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use foldlog::json::Sent;
use foldlog::write::identity::{derived_id, fresh_id, is_fresh_id};
use foldlog::{Clock, CommandId, Correlation, Digest, Metadata, Randomness, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;
use std::str::FromStr;

/// The largest body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// The deepest nesting of arrays and objects in a body.
const DEEPEST: usize = 32;
/// The longest idempotency key and correlation id of a client, in characters.
const LONGEST_KEY: usize = 200;

/// A request on one of the function's routes.
#[derive(Debug)]
pub struct Request {
    route: String,
    method: String,
    path: HashMap<String, String>,
    query: Vec<(String, String)>,
    headers: http::HeaderMap,
    body: Result<Vec<u8>, Problem>,
    caller: Option<Caller>,
    correlation: Correlation,
    /// Why the client may not call its correlation as it does.
    claimed: Option<&'static str>,
    fresh: String,
    commands: WriteMode,
    pseudonymous: &'static [&'static str],
}

impl Request {
    /// Parses a gateway's event, and creates the correlation id.
    pub(super) fn new<H: Clock + Randomness>(
        event: ApiGatewayV2httpRequest,
        host: &H,
        commands: WriteMode,
        pseudonymous: &'static [&'static str],
    ) -> Self {
        let body = event.body.unwrap_or_default();
        let body = if event.is_base64_encoded {
            BASE64_STANDARD.decode(body).map_err(|_| Problem::malformed("the body is not valid base64"))
        } else {
            Ok(body.into_bytes())
        };
        // The gateway's own map joins the values of a name by commas, so that two values look like one.
        let query = form_urlencoded::parse(event.raw_query_string.as_deref().unwrap_or_default().as_bytes());
        let query = query.into_owned().collect();
        let client = ["x-correlation-id", "traceparent"].into_iter().find_map(|name| {
            let value = event.headers.get(name)?.to_str().ok()?;
            is_correlation(value).then(|| value.to_owned())
        });
        let claimed = client.as_deref().and_then(claimed);
        let client = client.filter(|_| claimed.is_none());
        Self {
            route: event.route_key.unwrap_or_default(),
            method: event.request_context.http.method.to_string(),
            path: event.path_parameters,
            query,
            caller: Caller::of(&event.request_context),
            headers: event.headers,
            body,
            correlation: Correlation { id: fresh_id(host), client },
            claimed,
            fresh: fresh_id(host),
            commands,
            pseudonymous,
        }
    }

    /// Checks the rules for every request.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.commands == WriteMode::Off && self.is_command() {
            return Err(Problem::commands_off());
        }
        let mut names = BTreeSet::new();
        if let Some((name, _)) = self.query.iter().find(|(name, _)| !names.insert(name.as_str())) {
            return Err(Problem::doubled_parameter(name));
        }
        let mut place = self.path.values().chain(self.query.iter().flat_map(|(name, value)| [name, value]));
        if let Some(fault) = place.find_map(|text| texts::fault(text)) {
            return Err(Problem::malformed(&format!("a text of the path or the query {fault}")));
        }
        if let Some(fault) = self.claimed {
            return Err(Problem::malformed(fault));
        }
        let body = self.body.as_ref().map_err(Clone::clone)?;
        if body.len() > LARGEST_BODY {
            return Err(Problem::too_large(LARGEST_BODY));
        }
        let json = self.header("content-type").is_none_or(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json")
        });
        if body.is_empty() || json { Ok(()) } else { Err(Problem::unsupported_media_type()) }
    }

    /// Whether the request may change something.
    pub(super) fn is_command(&self) -> bool {
        self.method != http::Method::GET.as_str()
    }

    /// Whether commands are carried out.
    #[must_use]
    pub const fn commands(&self) -> WriteMode {
        self.commands
    }

    /// The route's key in the template, such as `POST /carts/{id}/items`.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.route
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A value of the path. If it cannot be parsed as its type, nothing exists under it.
    pub fn path<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, Problem> {
        let text = self.path.get(name).map_or("", String::as_str);
        text.parse().map_err(|error: T::Err| Problem::not_found(&error.to_string()))
    }

    /// A value of the query, if it is present.
    pub fn query<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Problem> {
        let parse =
            |text: &String| text.parse().map_err(|error: T::Err| Problem::invalid_parameter(name, &error.to_string()));
        self.query.iter().find(|(given, _)| given == name).map(|(_, text)| parse(text)).transpose()
    }

    /// The query's parameters without that of the page, sorted, for a link to another page.
    pub fn other_query(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut others: Vec<_> = self.query.iter().filter(|(name, _)| name != "cursor").collect();
        others.sort();
        others.into_iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Refuses parameters that the route does not know.
    pub fn only_query(&self, known: &[&str]) -> Result<(), Problem> {
        match self.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => {
                Err(Problem::invalid_parameter(name, &format!("not known here; known are {}", known.join(", "))))
            }
            None => Ok(()),
        }
    }

    /// The body as it was sent, for handlers that check its signature.
    pub fn body(&self) -> Result<&[u8], Problem> {
        self.body.as_deref().map_err(Clone::clone)
    }

    /// The body, parsed as its type. An absent body is `{}`.
    pub fn json<T: DeserializeOwned + Serialize>(&self) -> Result<T, Problem> {
        let body = self.body.as_ref().map_err(Clone::clone)?;
        let body = if body.is_empty() { b"{}" } else { body.as_slice() };
        if depth(body) > DEEPEST {
            return Err(Problem::malformed(&format!("the body is nested deeper than {DEEPEST}")));
        }
        let document = Sent::parse(body).map_err(Problem::of_json)?;
        texts::check(document.value())?;
        document.read().map_err(Problem::of_json)
    }

    /// The caller. Routes without a token have none.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(Problem::unauthorized)
    }

    /// The id of the caller, under which its own data is stored.
    pub fn caller_id<T: FromStr<Err: Display>>(&self) -> Result<T, Problem> {
        self.caller()?.id().parse().map_err(|error: T::Err| Problem::internal(&error))
    }

    /// The correlation of this request and of everything that follows from it.
    #[must_use]
    pub const fn correlation(&self) -> &Correlation {
        &self.correlation
    }

    /// An id for what the request creates: the same for the same idempotency key, otherwise a new one.
    pub fn new_id<T: FromStr<Err: Display>>(&self) -> Result<T, Problem> {
        let id = match self.idempotency_key()? {
            Some(key) => derived_id(&[&self.caller()?.id(), &self.method, &self.route, key, "creates"]),
            None => self.fresh.clone(),
        };
        id.parse().map_err(|error: T::Err| Problem::internal(&error))
    }

    /// The parsed body, and the metadata of the command.
    pub fn command<T: DeserializeOwned + Serialize>(&self) -> Result<(T, Metadata), Problem> {
        let body = self.json()?;
        let metadata = self.metadata(&body)?;
        Ok((body, metadata))
    }

    /// The metadata of the record that a read leaves behind. Each read leaves one of its own, so headers that belong to
    /// commands do not matter. While commands are off, nothing can be recorded.
    pub fn record(&self) -> Result<Metadata, Problem> {
        match self.commands {
            WriteMode::On => self.metadata_under(CommandId::stored(self.fresh.clone()), &(), None),
            WriteMode::Off => Err(Problem::commands_off()),
        }
    }

    /// The metadata of the request's command. `content` is its parsed input: path and body.
    fn metadata<T: Serialize>(&self, content: &T) -> Result<Metadata, Problem> {
        let id = match self.idempotency_key()? {
            Some(key) => CommandId::of_key([&self.caller()?.id(), &self.method, &self.route, key]),
            None => CommandId::stored(self.fresh.clone()),
        };
        self.metadata_under(id, content, self.if_match()?)
    }

    fn metadata_under<T: Serialize>(
        &self,
        id: CommandId,
        content: &T,
        expected: Option<Version>,
    ) -> Result<Metadata, Problem> {
        let path: std::collections::BTreeMap<_, _> = self.path.iter().collect();
        let digest = Digest::of(&(path, content)).map_err(|error| Problem::internal(&error))?;
        let actor = self.caller()?.actor(self.pseudonymous);
        Ok(Metadata { id, digest, correlation: self.correlation.clone(), cause: None, actor, expected })
    }

    fn idempotency_key(&self) -> Result<Option<&str>, Problem> {
        let Some(key) = self.headers.get("idempotency-key") else { return Ok(None) };
        let key = key.to_str().unwrap_or_default();
        let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
        if is_key(key) {
            Ok(Some(key))
        } else {
            Err(Problem::malformed(&format!("Idempotency-Key must be 1 to {LONGEST_KEY} visible ASCII characters")))
        }
    }

    fn if_match(&self) -> Result<Option<Version>, Problem> {
        let Some(tag) = self.headers.get("if-match") else { return Ok(None) };
        let version = tag.to_str().ok().and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        version
            .map(Some)
            .ok_or_else(|| Problem::malformed("If-Match must be one strong ETag of this resource, such as \"3\""))
    }
}

fn is_key(text: &str) -> bool {
    (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a text can be a client's correlation id. It has to survive as a part of a path.
fn is_correlation(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte);
    (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Why a client may not call its correlation like this. The ids of this form are the server's own: a client that took
/// one would put its commits among those of another request.
fn claimed(client: &str) -> Option<&'static str> {
    if is_fresh_id(client) {
        return Some(
            "X-Correlation-Id must not be 32 hex digits, as the ids of this server are; put a prefix before it",
        );
    }
    texts::fault(client).map(|_| "X-Correlation-Id holds what looks like a payment card's number; choose another one")
}

/// How deep arrays and objects are nested, without parsing. Brackets inside strings do not count.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn depth_counts_brackets_outside_of_strings() {
        assert_eq!(depth(br#"{"a":[1,{"b":"]]{{\"[["}],"c":[]}"#), 3);
        assert_eq!(depth("[".repeat(40).as_bytes()), 40);
    }
}
