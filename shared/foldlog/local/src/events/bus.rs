//! The buses: `PutEvents`, entry by entry.

use super::rule::Rule;
use super::target::Target;
use crate::database::Answer;
use crate::machines::Starter;
use crate::queues::Queues;
use crate::template::identity::{ACCOUNT, REGION};
use crate::template::{Stack, TemplateError};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// Entries of one call.
const MAX_ENTRIES: usize = 10;
/// Size of all entries of one call, as EventBridge counts it.
const MAX_BYTES: usize = 256 * 1024;
/// The size that EventBridge counts for a time stamp.
const TIME_BYTES: usize = 14;

/// All buses, with the rules on them.
#[derive(Debug)]
pub(crate) struct Buses {
    names: Vec<String>,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
    time: Option<Value>,
    #[serde(default)]
    resources: Vec<String>,
}

impl Buses {
    /// The buses and rules that a template declares, and the default bus.
    pub(crate) fn declared(stack: &Stack, queues: &Queues, starters: &[Starter]) -> Result<Self, TemplateError> {
        let mut names = vec!["default".to_owned()];
        names.extend(stack.of_kind("AWS::Events::EventBus").map(|bus| bus.identity.reference.clone()));
        let mut rules = Vec::new();
        for resource in stack.of_kind("AWS::Events::Rule") {
            rules.extend(Rule::read(resource, stack, queues, starters)?.map(|rule| (resource.logical.as_str(), rule)));
        }
        for starter in starters {
            for started in &starter.machine.started {
                rules.push((started.place.as_str(), Rule::starting(starter, started)?));
            }
        }
        if let Some((place, rule)) = rules.iter().find(|(_, rule)| !names.contains(&rule.bus)) {
            let place = format!("{place}.EventBusName");
            return Err(TemplateError::value(place, format!("there is no bus {}", rule.bus)));
        }
        let rules = rules.into_iter().map(|(_, rule)| rule).collect();
        Ok(Self { names, rules })
    }

    /// Puts events on their buses. Each entry fails or succeeds by itself.
    pub(crate) fn put_events(&self, body: &[u8]) -> Answer {
        let request: Request = match serde_json::from_slice(body) {
            Ok(request) => request,
            Err(error) => return refused("SerializationException", &error.to_string()),
        };
        let entries = request.entries;
        if entries.is_empty() || entries.len() > MAX_ENTRIES {
            let bound = if entries.is_empty() { "greater than or equal to 1" } else { "less than or equal to 10" };
            let message = format!(
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length {bound}"
            );
            return refused("ValidationException", &message);
        }
        if entries.iter().map(Entry::bytes).sum::<usize>() > MAX_BYTES {
            return refused("ValidationException", "Total size of the entries in the request is over the limit.");
        }
        if let Some(bus) = entries.iter().map(Entry::bus).find(|bus| !self.names.iter().any(|name| name == bus)) {
            return refused("ResourceNotFoundException", &format!("Event bus {bus} does not exist."));
        }
        let results: Vec<_> = entries.iter().map(|entry| self.put(entry)).collect();
        let failed = results.iter().filter(|result| result.is_err()).count();
        let shown = |result: Result<String, (&str, String)>| match result {
            Ok(id) => json!({"EventId": id}),
            Err((code, message)) => json!({"ErrorCode": code, "ErrorMessage": message}),
        };
        let entries: Vec<_> = results.into_iter().map(shown).collect();
        Answer { status: 200, body: json!({"FailedEntryCount": failed, "Entries": entries}).to_string() }
    }

    fn put(&self, entry: &Entry) -> Result<String, (&'static str, String)> {
        let missing = |name: &str| {
            let message = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            ("InvalidArgument", message)
        };
        let present =
            |field: &Option<String>, name| field.clone().filter(|text| !text.is_empty()).ok_or_else(|| missing(name));
        let source = present(&entry.source, "Source")?;
        let kind = present(&entry.detail_type, "DetailType")?;
        let detail = present(&entry.detail, "Detail")?;
        let detail: Value = serde_json::from_str(&detail)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| ("MalformedDetail", "Detail is malformed.".to_owned()))?;
        let id = uuid::Uuid::now_v7().to_string();
        let event = json!({
            "version": "0",
            "id": id,
            "detail-type": kind,
            "source": source,
            "account": ACCOUNT,
            "time": entry.time(),
            "region": REGION,
            "resources": entry.resources,
            "detail": detail,
        });
        for rule in self.rules.iter().filter(|rule| rule.bus == entry.bus()) {
            for target in rule.targets(&event) {
                target.send(&event);
            }
        }
        Ok(id)
    }

    /// The ARNs of the queues that an event goes to, on any bus.
    pub(crate) fn targets(&self, event: &Value) -> Vec<String> {
        self.reached(event).filter_map(Target::queue).map(|queue| queue.arn.clone()).collect()
    }

    /// The logical ids of the state machines that an event starts, on any bus.
    pub(crate) fn machines(&self, event: &Value) -> Vec<String> {
        self.reached(event).filter_map(Target::machine).map(|machine| machine.logical.clone()).collect()
    }

    fn reached(&self, event: &Value) -> impl Iterator<Item = &Target> {
        self.rules.iter().flat_map(|rule| rule.targets(event))
    }
}

impl Entry {
    /// A bus may be named by its ARN.
    fn bus(&self) -> &str {
        let name = self.event_bus_name.as_deref().unwrap_or("default");
        name.rsplit_once("event-bus/").map_or(name, |(_, name)| name)
    }

    fn bytes(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail];
        let time = if self.time.is_some() { TIME_BYTES } else { 0 };
        time + texts.into_iter().flatten().chain(&self.resources).map(String::len).sum::<usize>()
    }

    /// The event's time to the second: the entry's own (seconds since the epoch), or now.
    fn time(&self) -> String {
        let seconds = self.time.as_ref().and_then(|time| {
            let text = time.to_string();
            text.split('.').next()?.parse::<i64>().ok()
        });
        let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_else(Timestamp::now);
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

/// The size of each entry of a request, as EventBridge counts it; none if the request cannot be read.
pub(crate) fn sizes(body: &[u8]) -> Vec<usize> {
    let request: Option<Request> = serde_json::from_slice(body).ok();
    request.into_iter().flat_map(|request| request.entries).map(|entry| entry.bytes()).collect()
}

fn refused(kind: &str, message: &str) -> Answer {
    Answer { status: 400, body: json!({"__type": kind, "message": message}).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const TEMPLATE: &str = "
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: bus}}
  Queue: {Type: AWS::SQS::Queue}
  Source: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Queue.Arn, maxReceiveCount: 1}}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [a]}
      Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          Effect: Allow
          Principal: {Service: events.amazonaws.com}
          Action: sqs:SendMessage
          Resource: !GetAtt Queue.Arn
          Condition: {ArnEquals: {aws:SourceArn: !GetAtt Rule.Arn}}
";

    fn buses(template: &str) -> Result<(Buses, Queues), TemplateError> {
        let stack = Stack::resolve(template, &BTreeMap::new())?;
        let queues = Queues::declared(&stack, &BTreeMap::new())?;
        Ok((Buses::declared(&stack, &queues, &[])?, queues))
    }

    fn put(buses: &Buses, request: &Value) -> (u16, Value) {
        let answer = buses.put_events(request.to_string().as_bytes());
        (answer.status, serde_json::from_str(&answer.body).unwrap())
    }

    fn entry(source: &str, detail: &str) -> Value {
        json!({"Source": source, "DetailType": "t", "Detail": detail, "EventBusName": "bus"})
    }

    #[test]
    fn each_entry_fails_or_succeeds_by_itself_and_matching_ones_reach_the_queue() {
        let (buses, queues) = buses(TEMPLATE).unwrap();
        let entries = json!({"Entries": [entry("a", "{}"), entry("a", "[]"), entry("b", "{}"), entry("", "{}")]});
        let (status, answer) = put(&buses, &entries);
        assert_eq!((status, &answer["FailedEntryCount"]), (200, &json!(2)));
        assert!(answer["Entries"][0]["EventId"].is_string() && answer["Entries"][2]["EventId"].is_string());
        assert_eq!(answer["Entries"][1]["ErrorCode"], "MalformedDetail");
        assert_eq!(answer["Entries"][3]["ErrorCode"], "InvalidArgument");
        assert_eq!(queues.dead_letters(), BTreeMap::from([("Queue".to_owned(), 1)]), "the one entry from a");
    }

    #[test]
    fn too_many_too_large_and_to_nowhere_are_refused_as_a_whole() {
        let (buses, queues) = buses(TEMPLATE).unwrap();
        let many: Vec<_> = (0..11).map(|_| entry("a", "{}")).collect();
        assert_eq!(put(&buses, &json!({ "Entries": many })).1["__type"], "ValidationException");
        let large = entry("a", &json!({"text": "x".repeat(MAX_BYTES)}).to_string());
        assert_eq!(put(&buses, &json!({"Entries": [entry("a", "{}"), large]})).1["__type"], "ValidationException");
        let mut nowhere = entry("a", "{}");
        nowhere["EventBusName"] = json!("other");
        let refused = put(&buses, &json!({"Entries": [entry("a", "{}"), nowhere]}));
        assert_eq!((refused.0, refused.1["__type"].as_str()), (400, Some("ResourceNotFoundException")));
        assert_eq!(queues.dead_letters(), BTreeMap::from([("Queue".to_owned(), 0)]));
    }

    #[test]
    fn a_rule_that_no_queue_policy_lets_send_is_refused_for_aws_would_lose_the_events() {
        let other = TEMPLATE.replace("Service: events.amazonaws.com", "Service: sns.amazonaws.com");
        let refused = buses(&other).unwrap_err().to_string();
        assert!(refused.starts_with("Rule.Targets.Arn: no queue policy lets this rule send"), "{refused}");
        let other = TEMPLATE.replace("aws:SourceArn: !GetAtt Rule.Arn", "aws:SourceArn: !GetAtt Bus.Arn");
        assert!(buses(&other).is_err());
    }
}
