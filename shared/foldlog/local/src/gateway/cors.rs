//! CORS as an HTTP API does it: preflights are answered by the gateway, and functions' own CORS headers are dropped.

use crate::template::loose;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

/// The CORS settings of an API.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Cors {
    #[serde(default, deserialize_with = "loose::texts")]
    allow_origins: Vec<String>,
    #[serde(default, deserialize_with = "loose::texts")]
    allow_methods: Vec<String>,
    #[serde(default, deserialize_with = "loose::texts")]
    allow_headers: Vec<String>,
    #[serde(default, deserialize_with = "loose::texts")]
    expose_headers: Vec<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    allow_credentials: Option<bool>,
    #[serde(default, deserialize_with = "loose::number")]
    max_age: Option<i64>,
}

impl Cors {
    /// Puts the headers of a preflight's answer.
    pub(crate) fn preflight(&self, origin: &str, headers: &mut HeaderMap) {
        if !self.allow(origin, headers) {
            return;
        }
        put(headers, http::header::ACCESS_CONTROL_ALLOW_METHODS, &self.allow_methods.join(","));
        put(headers, http::header::ACCESS_CONTROL_ALLOW_HEADERS, &self.allow_headers.join(","));
        if let Some(seconds) = self.max_age {
            put(headers, http::header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
    }

    /// Puts the headers of any other answer in place of those that a function has put.
    pub(crate) fn answer(&self, origin: Option<&str>, headers: &mut HeaderMap) {
        let own: Vec<_> = headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in own {
            headers.remove(name);
        }
        if let Some(origin) = origin
            && self.allow(origin, headers)
        {
            put(headers, http::header::ACCESS_CONTROL_EXPOSE_HEADERS, &self.expose_headers.join(","));
        }
    }

    fn allow(&self, origin: &str, headers: &mut HeaderMap) -> bool {
        let any = self.allow_origins.iter().any(|allowed| allowed == "*");
        let listed = self.allow_origins.iter().any(|allowed| match allowed.strip_suffix('*') {
            Some(scheme) => origin.starts_with(scheme),
            None => allowed.eq_ignore_ascii_case(origin),
        });
        if listed {
            put(headers, http::header::ACCESS_CONTROL_ALLOW_ORIGIN, if any { "*" } else { origin });
            if self.allow_credentials == Some(true) {
                put(headers, http::header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
            }
        }
        listed
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text)
        && !text.is_empty()
    {
        headers.insert(name, value);
    }
}
