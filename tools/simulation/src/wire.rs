//! The events of the functions' triggers in the format of AWS, and their answers.

use aws_lambda_events::apigw::{
    ApiGatewayRequestAuthorizer, ApiGatewayRequestAuthorizerJwtDescription, ApiGatewayV2httpRequest,
    ApiGatewayV2httpRequestContext,
};
use aws_lambda_events::dynamodb::{Event, EventRecord, StreamRecord};
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use foldlog::{BusEntry, Commit};
use foldlog_local::Routed;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;

/// The issuer of all tokens in a run.
pub(crate) const ISSUER: &str = "https://issuer.shop.local";

/// The prefix of the subjects of the staff.
pub(crate) const STAFF: &str = "staff:";

/// A batch of the log's stream.
pub(crate) fn batch<'a>(records: impl IntoIterator<Item = (&'a Commit, u64)>) -> Event {
    let mut event = Event::default();
    event.records = records.into_iter().map(|(commit, sequence)| record(commit, sequence)).collect();
    event
}

fn record(commit: &Commit, sequence: u64) -> EventRecord {
    let mut change = StreamRecord::default();
    // A commit that cannot be stored is not in the log.
    change.new_image = foldlog_dynamo::item::item_of(commit).unwrap_or_default();
    change.sequence_number = Some(sequence_number(sequence));
    let mut record = EventRecord::default();
    "INSERT".clone_into(&mut record.event_name);
    record.change = change;
    record
}

/// A record's number as a stream gives it.
pub(crate) fn sequence_number(sequence: u64) -> String {
    format!("{sequence:020}")
}

/// An event as a rule of the bus puts it into a queue.
pub(crate) fn body(entry: &BusEntry, by_reference: bool) -> String {
    let detail = if by_reference { &entry.detail.reference() } else { &entry.detail };
    let detail = serde_json::to_string(detail).unwrap_or_default();
    format!(r#"{{"source":"{}","detail-type":"{}","detail":{detail}}}"#, entry.source, entry.detail_type)
}

/// A batch of a queue.
pub(crate) fn messages<'a>(messages: impl IntoIterator<Item = (u64, &'a str)>) -> SqsEvent {
    let message = |(id, body): (u64, &str)| {
        let mut message = SqsMessage::default();
        message.message_id = Some(id.to_string());
        message.body = Some(body.to_owned());
        message
    };
    let mut event = SqsEvent::default();
    event.records = messages.into_iter().map(message).collect();
    event
}

/// A request as the gateway passes it to a function.
pub(crate) fn request(
    method: &Method,
    path: &str,
    routed: &Routed,
    subject: &str,
    headers: &[(&'static str, String)],
    body: &Value,
) -> ApiGatewayV2httpRequest {
    let mut jwt = ApiGatewayRequestAuthorizerJwtDescription::default();
    let scope = if subject.starts_with(STAFF) { "shop/staff" } else { "shop/customer" };
    jwt.claims = [("iss", ISSUER), ("sub", subject), ("scope", scope)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    jwt.scopes = Some(vec![scope.to_owned()]);
    let mut authorizer = ApiGatewayRequestAuthorizer::default();
    authorizer.jwt = Some(jwt);
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.authorizer = Some(authorizer);
    context.http.method = method.clone();
    context.http.path = Some(path.to_owned());
    let mut request = ApiGatewayV2httpRequest::default();
    request.route_key = Some(routed.key.clone());
    request.path_parameters = routed.parameters.clone().into_iter().collect();
    let pairs = headers.iter().filter_map(|(name, value)| Some((*name, HeaderValue::from_str(value).ok()?)));
    request.headers = pairs.map(|(name, value)| (http::HeaderName::from_static(name), value)).collect::<HeaderMap>();
    request.raw_query_string = path.split_once('?').map(|(_, query)| query.to_owned());
    if *method != Method::GET {
        request.body = Some(body.to_string());
    }
    request.request_context = context;
    request
}
