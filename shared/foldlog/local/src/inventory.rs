//! What has to be there once a template is deployed, by logical ids: for a comparison with a stack on AWS.
//!
//! SAM makes a resource of each event of a function or state machine. Its logical id is that of the function, followed
//! by the name of the event (SAM developer guide, "Generated AWS `CloudFormation` resources").

use crate::gateway::Api;
use crate::issuer::Authorizer;
use crate::plan::Plan;
use crate::template::loose::each;
use crate::template::{Resource, Stack, TemplateError};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The parts of a stack.
#[derive(Debug)]
pub struct Inventory {
    /// The logical ids of the resources that the template declares.
    pub resources: Vec<String>,
    /// The functions.
    pub functions: Vec<Function>,
    /// The HTTP API.
    pub api: Option<HttpApi>,
    /// The event source mappings.
    pub mappings: Vec<Mapping>,
    /// The rules of buses.
    pub rules: Vec<Rule>,
    /// The schedules.
    pub schedules: Vec<Schedule>,
    /// The alarms.
    pub alarms: Vec<Alarm>,
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its logical id.
    pub logical: String,
    /// The alias that SAM moves to each new version.
    pub alias: Option<String>,
}

/// An HTTP API.
#[derive(Debug)]
pub struct HttpApi {
    /// Its logical id.
    pub logical: String,
    /// The issuer and the audiences of its JWT authorizer.
    pub authorizer: Option<(String, Vec<String>)>,
    /// The user pool, if it is that issuer: its logical id, and those of the clients that are the audiences.
    pub users: Option<(String, Vec<String>)>,
    /// Its routes.
    pub routes: Vec<HttpRoute>,
}

/// A route of an HTTP API.
#[derive(Debug)]
pub struct HttpRoute {
    /// Its key, such as `GET /carts/{id}`.
    pub key: String,
    /// The logical id of its function.
    pub function: String,
    /// Whether it requires a token.
    pub authorized: bool,
    /// The scopes of which the token must have one.
    pub scopes: Vec<String>,
}

/// An event source mapping.
#[derive(Debug)]
pub struct Mapping {
    /// Its logical id.
    pub logical: String,
    /// The logical id of its function.
    pub function: String,
    /// The logical id of the queue, or of the table with the stream.
    pub source: String,
    /// The logical id of the destination for what is given up.
    pub on_failure: Option<String>,
    /// Whether it is enabled.
    pub enabled: bool,
    /// All other settings, under the names that Lambda gives them.
    pub settings: Map<String, Value>,
}

/// A rule of a bus.
#[derive(Debug)]
pub struct Rule {
    /// Its logical id.
    pub logical: String,
    /// The logical id of its bus; none for the default bus.
    pub bus: Option<String>,
    /// Whether it is enabled.
    pub enabled: bool,
    /// The pattern of its events.
    pub pattern: Value,
    /// The logical ids of its targets, each with the queue for what cannot be delivered.
    pub targets: Vec<(String, Option<String>)>,
}

/// A schedule of a function.
#[derive(Debug)]
pub struct Schedule {
    /// Its logical id.
    pub logical: String,
    /// The logical id of its function.
    pub function: String,
    /// When it fires.
    pub expression: String,
    /// Whether it is enabled.
    pub enabled: bool,
}

/// An alarm.
#[derive(Debug)]
pub struct Alarm {
    /// Its logical id.
    pub logical: String,
    /// The ARNs of what it tells when it rings.
    pub actions: Vec<String>,
}

impl Inventory {
    /// Reads a template.
    pub fn read(template: &str, parameters: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let plan = Plan::read(template, parameters)?;
        let stack = &plan.stack;
        let functions = || stack.of_kind("AWS::Serverless::Function");
        let machines = stack.of_kind("AWS::Serverless::StateMachine");
        let declared = stack.of_kind("AWS::Events::Rule").map(|rule| declared_rule(rule, stack));
        let started = machines.flat_map(|machine| events(machine).map(|event| starting_rule(machine, &event, stack)));
        Ok(Self {
            resources: stack.resources.iter().map(|resource| resource.logical.clone()).collect(),
            functions: functions()
                .map(|function| Function {
                    logical: function.logical.clone(),
                    alias: text(&function.properties, "AutoPublishAlias"),
                })
                .collect(),
            api: stack.of_kind("AWS::Serverless::HttpApi").next().map(|api| http_api(api, &plan)),
            mappings: functions()
                .flat_map(|function| events(function).filter_map(|event| mapping(function, &event, stack)))
                .collect::<Result<_, _>>()?,
            rules: declared.chain(started).collect::<Result<_, _>>()?,
            schedules: functions()
                .flat_map(|function| events(function).filter_map(|event| schedule(function, &event)))
                .collect(),
            alarms: stack
                .of_kind("AWS::CloudWatch::Alarm")
                .map(|alarm| Alarm {
                    logical: alarm.logical.clone(),
                    actions: texts(alarm.properties.get("AlarmActions")),
                })
                .collect(),
        })
    }
}

/// An event of a function or a state machine.
struct Event<'a> {
    logical: String,
    kind: &'a str,
    properties: &'a Map<String, Value>,
}

fn events(of: &Resource) -> impl Iterator<Item = Event<'_>> {
    let events = of.properties.get("Events").and_then(Value::as_object).into_iter().flatten();
    events.filter_map(|(name, event)| {
        Some(Event {
            logical: format!("{}{name}", of.logical),
            kind: event.get("Type")?.as_str()?,
            properties: event.get("Properties")?.as_object()?,
        })
    })
}

fn http_api(resource: &Resource, plan: &Plan) -> HttpApi {
    let Api { authorizer, routes, .. } = &plan.api;
    let function = |binary: &str| plan.functions.iter().find(|function| function.binary == binary);
    let routes = routes.iter().map(|route| HttpRoute {
        key: route.key(),
        function: function(&route.binary).map(|function| function.logical.clone()).unwrap_or_default(),
        authorized: route.authorized,
        scopes: route.scopes.clone(),
    });
    HttpApi {
        logical: resource.logical.clone(),
        users: authorizer.as_ref().and_then(|jwt| users(&plan.stack, jwt)),
        authorizer: authorizer.as_ref().map(|jwt| (jwt.issuer.clone(), jwt.audience.clone())),
        routes: routes.collect(),
    }
}

/// The user pool that is the issuer of an authorizer, and its clients that are the audiences.
fn users(stack: &Stack, jwt: &Authorizer) -> Option<(String, Vec<String>)> {
    let mut pools = stack.of_kind("AWS::Cognito::UserPool");
    let pool = pools.find(|pool| pool.identity.attribute("ProviderURL") == jwt.issuer)?;
    let clients = stack.of_kind("AWS::Cognito::UserPoolClient");
    let clients = clients.filter(|client| jwt.audience.contains(&client.identity.reference));
    Some((pool.logical.clone(), clients.map(|client| client.logical.clone()).collect()))
}

/// The mapping of an event; none if the event is of another type.
fn mapping(function: &Resource, event: &Event<'_>, stack: &Stack) -> Option<Result<Mapping, TemplateError>> {
    let source = match event.kind {
        "DynamoDB" => "Stream",
        "SQS" => "Queue",
        _ => return None,
    };
    let mut settings = event.properties.clone();
    let mut take = |name: &str| settings.remove(name).unwrap_or_default();
    let (source, enabled, destination) = (take(source), take("Enabled"), take("DestinationConfig"));
    let destination = destination.pointer("/OnFailure/Destination").cloned();
    let place = |value: &Value| logical(value.as_str().unwrap_or_default(), stack, &event.logical);
    Some(place(&source).and_then(|source| {
        Ok(Mapping {
            logical: event.logical.clone(),
            function: function.logical.clone(),
            source,
            on_failure: destination.as_ref().map(place).transpose()?,
            enabled: enabled.as_bool().unwrap_or(true),
            settings,
        })
    }))
}

fn schedule(function: &Resource, event: &Event<'_>) -> Option<Schedule> {
    (event.kind == "ScheduleV2").then(|| Schedule {
        logical: event.logical.clone(),
        function: function.logical.clone(),
        expression: text(event.properties, "ScheduleExpression").unwrap_or_default(),
        enabled: enabled(event.properties),
    })
}

fn declared_rule(rule: &Resource, stack: &Stack) -> Result<Rule, TemplateError> {
    let targets = rule.properties.get("Targets").and_then(Value::as_array).into_iter().flatten();
    let targets = targets.map(|target| {
        let dead_letters = target.pointer("/DeadLetterConfig/Arn").and_then(Value::as_str);
        let arn = target.get("Arn").and_then(Value::as_str).unwrap_or_default();
        let dead_letters = dead_letters.map(|arn| logical(arn, stack, &rule.logical)).transpose()?;
        Ok((logical(arn, stack, &rule.logical)?, dead_letters))
    });
    Ok(Rule {
        logical: rule.logical.clone(),
        bus: bus(&rule.properties, stack),
        enabled: enabled(&rule.properties),
        pattern: rule.properties.get("EventPattern").cloned().unwrap_or_default(),
        targets: targets.collect::<Result<_, TemplateError>>()?,
    })
}

/// The rule that SAM makes of the event that starts a state machine.
fn starting_rule(machine: &Resource, event: &Event<'_>, stack: &Stack) -> Result<Rule, TemplateError> {
    let dead_letters = event.properties.get("DeadLetterConfig").and_then(|config| text(config.as_object()?, "Arn"));
    let dead_letters = dead_letters.map(|arn| logical(&arn, stack, &event.logical)).transpose()?;
    Ok(Rule {
        logical: event.logical.clone(),
        bus: bus(event.properties, stack),
        enabled: enabled(event.properties),
        pattern: event.properties.get("Pattern").cloned().unwrap_or_default(),
        targets: vec![(machine.logical.clone(), dead_letters)],
    })
}

/// The logical id of the bus that a rule names, by its name or its ARN.
fn bus(properties: &Map<String, Value>, stack: &Stack) -> Option<String> {
    let named = text(properties, "EventBusName")?;
    let mut buses = stack.of_kind("AWS::Events::EventBus");
    let bus = buses.find(|bus| bus.identity.reference == named || bus.identity.attribute("Arn") == named)?;
    Some(bus.logical.clone())
}

fn enabled(properties: &Map<String, Value>) -> bool {
    properties.get("State").is_none_or(|state| state != "DISABLED")
}

/// The logical id of the resource with this ARN, or with a stream of this ARN.
fn logical(arn: &str, stack: &Stack, place: &str) -> Result<String, TemplateError> {
    let found = stack.resources.iter().find(|resource| {
        ["Arn", "StreamArn"]
            .iter()
            .any(|attribute| resource.identity.attributes.get(attribute).is_some_and(|a| a == arn))
    });
    let none = || TemplateError::Reference { place: place.to_owned(), reference: arn.to_owned() };
    found.map(|resource| resource.logical.clone()).ok_or_else(none)
}

fn text(properties: &Map<String, Value>, name: &str) -> Option<String> {
    properties.get(name)?.as_str().map(str::to_owned)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value.map(each).into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: bus}}
  Work: {Type: AWS::SQS::Queue}
  Dead: {Type: AWS::SQS::Queue}
  Log:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: k, AttributeType: S}]
      KeySchema: [{AttributeName: k, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Jwt
        Authorizers: {Jwt: {JwtConfiguration: {issuer: 'https://a', audience: [b]}}}
  WorkerFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: worker}}
    Properties:
      AutoPublishAlias: live
      Events:
        Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: '/a', Auth: {AuthorizationScopes: [s]}}}
        Open: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: '/b', Auth: {Authorizer: NONE}}}
        Commits: {Type: DynamoDB, Properties: {Stream: !GetAtt Log.StreamArn, StartingPosition: LATEST, BatchSize: 7,
          DestinationConfig: {OnFailure: {Destination: !GetAtt Dead.Arn}}}}
        Off: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, Enabled: false}}
        Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [a]}
      Targets: [{Id: q, Arn: !GetAtt Work.Arn, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}}]
  Bell: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: ['arn:aws:sns:r:1:t']}}
";

    #[test]
    fn what_refers_to_something_names_its_logical_id() {
        let found = Inventory::read(TEMPLATE, &BTreeMap::new()).unwrap();
        assert_eq!(found.resources, ["Api", "Bell", "Bus", "Dead", "Log", "Rule", "Work", "WorkerFunction"]);
        assert_eq!(found.functions[0].alias.as_deref(), Some("live"));
        let [commits, off] = &*found.mappings else { panic!("{:?}", found.mappings) };
        assert_eq!((&*commits.logical, &*commits.source, commits.enabled), ("WorkerFunctionCommits", "Log", true));
        assert_eq!(commits.on_failure.as_deref(), Some("Dead"));
        assert_eq!(commits.settings.keys().collect::<Vec<_>>(), ["BatchSize", "StartingPosition"]);
        assert_eq!((&*off.logical, &*off.source, off.enabled), ("WorkerFunctionOff", "Work", false));
        assert_eq!(found.rules[0].bus.as_deref(), Some("Bus"));
        assert_eq!(found.rules[0].targets, [("Work".to_owned(), Some("Dead".to_owned()))]);
        assert_eq!((&*found.schedules[0].logical, found.schedules[0].enabled), ("WorkerFunctionDaily", true));
        assert_eq!(found.alarms[0].actions, ["arn:aws:sns:r:1:t"]);
        let api = found.api.unwrap();
        assert_eq!(api.authorizer, Some(("https://a".to_owned(), vec!["b".to_owned()])));
        let routes: Vec<_> = api.routes.iter().map(|route| (&*route.key, route.authorized, &*route.scopes)).collect();
        assert_eq!(routes, [("GET /a", true, &["s".to_owned()][..]), ("GET /b", false, &[])]);
        assert_eq!(api.routes[0].function, "WorkerFunction");
    }
}
