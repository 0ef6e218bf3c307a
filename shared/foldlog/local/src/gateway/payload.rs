//! Requests as API Gateway's payload format 2.0, and the functions' answers back to HTTP.

use super::routes::Found;
use super::tokens::Accepted;
use crate::template::identity::ACCOUNT;
use crate::template::loose::text;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;

/// The event of a function's invocation.
pub(super) fn request(
    api: &str,
    request_id: &str,
    parts: &Parts,
    peer: SocketAddr,
    found: &Found<'_>,
    accepted: Option<&Accepted>,
    body: &[u8],
) -> Value {
    let query = parts.uri.query().unwrap_or_default();
    let text = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let now = Timestamp::now();
    let domain = text(&HOST);
    let mut payload = json!({
        "version": "2.0",
        "routeKey": found.route.key(),
        "rawPath": found.path,
        "rawQueryString": query,
        "headers": headers(&parts.headers, peer, request_id),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": api,
            "domainName": domain,
            "domainPrefix": domain.split('.').next(),
            "http": {
                "method": parts.method.as_str(),
                "path": found.path,
                "protocol": "HTTP/1.1",
                "sourceIp": peer.ip().to_string(),
                "userAgent": text(&USER_AGENT),
            },
            "requestId": request_id,
            "routeKey": found.route.key(),
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    let cookies: Vec<_> = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    if !cookies.is_empty() {
        let cookies = cookies.join("; ");
        payload["cookies"] = cookies.split("; ").map(Value::from).collect();
    }
    if !query.is_empty() {
        payload["queryStringParameters"] = Value::Object(joined(form_urlencoded::parse(query.as_bytes())));
    }
    if !found.parameters.is_empty() {
        payload["pathParameters"] = json!(found.parameters);
    }
    if let Some(accepted) = accepted {
        payload["requestContext"]["authorizer"] = json!({ "jwt": accepted.shown(found.route) });
    }
    if !body.is_empty() {
        let (encoded, text) = encoded(text(&CONTENT_TYPE), body);
        payload["body"] = Value::String(text);
        payload["isBase64Encoded"] = Value::Bool(encoded);
    }
    payload
}

/// Several values of one name become one, joined by commas.
fn joined<N: Into<String>, V: AsRef<str>>(pairs: impl Iterator<Item = (N, V)>) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in pairs {
        let (name, value) = (name.into(), value.as_ref());
        let text = match all.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value.to_owned(),
        };
        all.insert(name, Value::String(text));
    }
    all
}

fn headers(headers: &HeaderMap, peer: SocketAddr, request_id: &str) -> Map<String, Value> {
    let sent = headers.iter().filter(|(name, _)| *name != COOKIE);
    let mut all =
        joined(sent.map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())));
    let forwarded = match all.get("x-forwarded-for").and_then(Value::as_str) {
        Some(before) => format!("{before}, {}", peer.ip()),
        None => peer.ip().to_string(),
    };
    all.insert("x-forwarded-for".to_owned(), Value::from(forwarded));
    all.insert("x-forwarded-proto".to_owned(), Value::from("http"));
    let id = request_id.replace('-', "");
    let trace = format!("Root=1-{}-{}", id.get(..8).unwrap_or_default(), id.get(8..).unwrap_or_default());
    all.entry("x-amzn-trace-id").or_insert(Value::from(trace));
    all
}

/// A body that is text is sent as it is, any other in base64.
fn encoded(content_type: &str, body: &[u8]) -> (bool, String) {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    let textual = kind.is_empty()
        || kind.starts_with("text/")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || ["application/json", "application/xml", "application/javascript"].contains(&kind.as_str());
    match std::str::from_utf8(body) {
        Ok(text) if textual => (false, text.to_owned()),
        _ => (true, STANDARD.encode(body)),
    }
}

/// A function's answer as HTTP; none if API Gateway would reject it.
pub(super) fn answer(answer: &Value) -> Option<Response<Body>> {
    let Some(status) = answer.get("statusCode") else {
        // Without a status code, the whole answer is the body.
        let body = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
        return Response::builder().header(CONTENT_TYPE, "application/json").body(Body::from(body)).ok();
    };
    let status = status.as_u64().or_else(|| status.as_str()?.parse().ok())?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    for (name, value) in answer.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let value = HeaderValue::from_str(&text(value)?).ok()?;
        response.headers_mut().insert(name, value);
    }
    for cookie in answer.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, HeaderValue::from_str(cookie.as_str()?).ok()?);
    }
    if let Some(body) = answer.get("body").and_then(Value::as_str) {
        let encoded = answer.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
        let body = if encoded { STANDARD.decode(body).ok()? } else { body.as_bytes().to_vec() };
        let headers = response.headers_mut();
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain;charset=utf-8"));
        headers.remove(http::header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(body);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_the_gateway_would_not_take_is_none() {
        assert!(answer(&json!({"statusCode": 99})).is_none());
        assert!(answer(&json!({"statusCode": 200, "headers": {"bad name": "x"}})).is_none());
        assert!(answer(&json!({"statusCode": 200, "headers": {"x": ["a"]}})).is_none());
        assert!(answer(&json!({"statusCode": 200, "body": "%%", "isBase64Encoded": true})).is_none());
    }

    #[test]
    fn an_answer_without_a_status_is_a_body() {
        let response = answer(&json!({"hello": 1})).unwrap();
        assert_eq!(
            (response.status(), response.headers()[CONTENT_TYPE].to_str().unwrap()),
            (StatusCode::OK, "application/json")
        );
    }

    #[test]
    fn bodies_that_are_not_text_are_encoded() {
        assert_eq!(encoded("application/json; charset=utf-8", b"{}"), (false, "{}".to_owned()));
        assert_eq!(encoded("application/problem+json", b"{}"), (false, "{}".to_owned()));
        assert_eq!(encoded("application/octet-stream", b"a"), (true, "YQ==".to_owned()));
        assert_eq!(encoded("text/plain", &[255]), (true, "/w==".to_owned()));
    }
}
