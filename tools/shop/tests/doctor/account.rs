//! An account with the stack in it: a stand-in for the command `aws`, which answers with what the services document,
//! made of the template.

use serde_json::{Map, Value, json};
use shop_composition::TEMPLATE;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use tempfile::TempDir;
use yaml_serde::Value as Yaml;

/// The name of the stack.
pub(crate) const STACK: &str = "shop";
/// What the stack was given for parameters without a default, and for the topic.
const GIVEN: [(&str, &str); 6] = [
    ("JwtIssuer", "https://issuer.example"),
    ("JwtAudience", "shop"),
    ("PaymentProviderUrl", "https://payments.example"),
    ("AlarmTopic", "arn:aws:sns:eu-central-1:123456789012:bells"),
    ("PaymentProviderKeyArn", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-000000"),
    ("PaymentWebhookSecretArn", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhook-000000"),
];

/// The stand-in. It knows the options of the calls, and refuses others as the real one does. What is asked for by name
/// is a file under that name; a name without a file is not there.
const AWS: &str = r#"#!/bin/sh
folder=$(dirname "$0")
echo "$*" >>"$folder/asked"
if [ -f "$folder/refusal" ]; then cat "$folder/refusal" >&2; exit 254; fi
answer=$1.$2
shift 2
while [ $# -gt 0 ]; do
  case $1 in
    --alarm-names) while [ $# -gt 1 ] && [ "${2#--}" = "$2" ]; do shift; done; shift ;;
    --stack-name|--function-name|--name|--rule|--event-bus-name|--api-id) answer=$answer.$2; shift 2 ;;
    --output|--profile|--region) shift 2 ;;
    *) echo "Unknown options: $1" >&2; exit 252 ;;
  esac
done
if [ -f "$folder/$answer.json" ]; then exec cat "$folder/$answer.json"; fi
echo "An error occurred (ResourceNotFoundException) when calling the operation: $answer" >&2
exit 254
"#;

/// The account.
pub(crate) struct Account {
    folder: TempDir,
    /// The answers, by operation and by the names of what is asked for.
    pub(crate) answers: BTreeMap<String, Value>,
}

/// The answer that lists the resources.
pub(crate) fn listed() -> String {
    format!("cloudformation.list-stack-resources.{STACK}")
}

/// The physical id of a resource, in the form of `CloudFormation`'s.
pub(crate) fn physical(logical: &str, kind: &str) -> String {
    let name = format!("{STACK}-{logical}-1A2B3C4D5E6F");
    match kind {
        "AWS::SQS::Queue" => format!("https://sqs.eu-central-1.amazonaws.com/123456789012/{name}"),
        "AWS::Events::EventBus" => format!("{STACK}-bus"),
        "AWS::Events::Rule" => format!("{STACK}-bus|{name}"),
        "AWS::StepFunctions::StateMachine" | "AWS::Serverless::StateMachine" => {
            format!("arn:aws:states:eu-central-1:123456789012:stateMachine:{name}")
        }
        "AWS::Lambda::EventSourceMapping" => format!("00000000-0000-0000-{logical}"),
        "AWS::S3::Bucket" => name.to_lowercase(),
        "AWS::Cognito::UserPool" => "eu-central-1_AbCdEf".to_owned(),
        "AWS::Serverless::HttpApi" => "api".to_owned(),
        _ => name,
    }
}

/// The ARN of a resource.
fn arn(logical: &str, kind: &str) -> String {
    let physical = physical(logical, kind);
    let name = physical.rsplit(['/', '|']).next().unwrap();
    let (service, resource) = match kind {
        "AWS::SQS::Queue" => ("sqs", name.to_owned()),
        "AWS::DynamoDB::Table" => ("dynamodb", format!("table/{name}")),
        "AWS::Serverless::Function" => ("lambda", format!("function:{name}")),
        "AWS::S3::Bucket" => return format!("arn:aws:s3:::{name}"),
        "AWS::Serverless::StateMachine" => return physical,
        _ => ("other", name.to_owned()),
    };
    format!("arn:aws:{service}:eu-central-1:123456789012:{resource}")
}

/// The template, as far as the answers follow from it.
struct Declared {
    template: Yaml,
}

impl Declared {
    fn kind(&self, logical: &str) -> &str {
        self.template["Resources"][logical]["Type"].as_str().unwrap()
    }

    /// A value with references to resources and parameters as they are in the account.
    fn value(&self, value: &Yaml) -> Value {
        match value {
            Yaml::Tagged(tagged) => match (tagged.tag.to_string().trim_start_matches('!'), &tagged.value) {
                ("GetAtt", Yaml::String(path)) => {
                    let (logical, attribute) = path.split_once('.').unwrap();
                    let stream = if attribute == "StreamArn" { "/stream/2026-01-01T00:00:00.000" } else { "" };
                    json!(arn(logical, self.kind(logical)) + stream)
                }
                _ => Value::Null,
            },
            Yaml::Sequence(items) => items.iter().map(|item| self.value(item)).collect(),
            Yaml::Mapping(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), self.value(value)));
                Value::Object(entries.collect::<Map<_, _>>())
            }
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => serde_json::to_value(value).unwrap(),
        }
    }

    /// The resources of a type, with their properties.
    fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&str, &Yaml)> {
        let resources = self.template["Resources"].as_mapping().unwrap().iter();
        let of_kind = resources.filter(move |(_, resource)| resource["Type"].as_str() == Some(kind));
        of_kind.map(|(logical, resource)| (logical.as_str().unwrap(), &resource["Properties"]))
    }

    /// The events of functions of a type: function, its properties, name and properties of the event.
    fn events(&self, kind: &str) -> impl Iterator<Item = (&str, &Yaml, &str, &Yaml)> {
        self.of_kind("AWS::Serverless::Function").flat_map(move |(logical, function)| {
            let events = function["Events"].as_mapping().into_iter().flatten();
            let of_kind = events.filter(move |(_, event)| event["Type"].as_str() == Some(kind));
            of_kind.map(move |(name, event)| (logical, function, name.as_str().unwrap(), &event["Properties"]))
        })
    }
}

impl Account {
    /// An account in which the stack is as the template says.
    pub(crate) fn with_the_stack() -> Self {
        let declared = Declared { template: yaml_serde::from_str(TEMPLATE).unwrap() };
        let mut answers = BTreeMap::new();
        stack(&declared, &mut answers);
        functions(&declared, &mut answers);
        gateway(&declared, &mut answers);
        mappings(&declared, &mut answers);
        rules(&declared, &mut answers);
        for (function, _, event, properties) in declared.events("ScheduleV2") {
            let name = physical(&format!("{function}{event}"), "AWS::Scheduler::Schedule");
            let answer = json!({
                "Name": name, "GroupName": "default", "State": "ENABLED",
                "ScheduleExpression": properties["ScheduleExpression"].as_str().unwrap(),
                "Target": {"Arn": arn(function, "AWS::Serverless::Function"), "Input": "{}"},
            });
            answers.insert(format!("scheduler.get-schedule.{name}"), answer);
        }
        let alarms = declared.of_kind("AWS::CloudWatch::Alarm").map(|(logical, _)| {
            let (name, actions) = (physical(logical, "AWS::CloudWatch::Alarm"), [GIVEN[3].1]);
            json!({"AlarmName": name, "ActionsEnabled": true, "AlarmActions": actions, "StateValue": "OK"})
        });
        let alarms = json!({"MetricAlarms": alarms.collect::<Vec<_>>(), "CompositeAlarms": []});
        answers.insert("cloudwatch.describe-alarms".to_owned(), alarms);
        let account = Self { folder: TempDir::new().unwrap(), answers };
        let program = account.folder.path().join("aws");
        fs::write(&program, AWS).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        account
    }

    /// Exit code, standard output and standard error of the doctor of the stack.
    pub(crate) fn doctor(&self, options: &[&str]) -> (i32, String, String) {
        self.doctor_of(STACK, options)
    }

    /// Exit code, standard output and standard error of the doctor of a stack.
    pub(crate) fn doctor_of(&self, stack: &str, options: &[&str]) -> (i32, String, String) {
        for (name, answer) in &self.answers {
            fs::write(self.folder.path().join(format!("{name}.json")), answer.to_string()).unwrap();
        }
        self.run(&[&["doctor", "--stack", stack], options].concat())
    }

    /// Exit code, standard output and standard error of a command line.
    pub(crate) fn run(&self, line: &[&str]) -> (i32, String, String) {
        let folder = self.folder.path();
        // The stand-in needs the system's programs, of which one may be the real `aws`.
        let system = if folder.join("aws").exists() { ":/usr/bin:/bin" } else { "" };
        let path = format!("{}{system}", folder.display());
        let output = Command::new(env!("CARGO_BIN_EXE_shop")).args(line).env("PATH", path).output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.code().unwrap(), out, err)
    }

    /// The calls so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        fs::read_to_string(self.folder.path().join("asked")).unwrap().lines().map(str::to_owned).collect()
    }

    /// Has AWS refuse every call.
    pub(crate) fn refuse(&self, reason: &str) {
        fs::write(self.folder.path().join("refusal"), reason).unwrap();
    }

    /// Removes the command.
    pub(crate) fn uninstall(&self) {
        fs::remove_file(self.folder.path().join("aws")).unwrap();
    }
}

fn stack(declared: &Declared, answers: &mut BTreeMap<String, Value>) {
    let parameters = declared.template["Parameters"].as_mapping().unwrap().iter().map(|(name, parameter)| {
        let name = name.as_str().unwrap();
        let given = GIVEN.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned());
        let default = || match parameter["Default"].as_i64() {
            Some(number) => number.to_string(),
            None => parameter["Default"].as_str().unwrap_or_default().to_owned(),
        };
        let value = given.unwrap_or_else(default);
        json!({"ParameterKey": name, "ParameterValue": value})
    });
    let described = json!({"Stacks": [{
        "StackName": STACK, "StackStatus": "UPDATE_COMPLETE", "Parameters": parameters.collect::<Vec<_>>(),
    }]});
    answers.insert(format!("cloudformation.describe-stacks.{STACK}"), described);

    let resources = declared.template["Resources"].as_mapping().unwrap().keys().map(|logical| {
        let logical = logical.as_str().unwrap();
        (logical.to_owned(), declared.kind(logical).to_owned())
    });
    let of_events = [
        ("DynamoDB", "AWS::Lambda::EventSourceMapping"),
        ("SQS", "AWS::Lambda::EventSourceMapping"),
        ("ScheduleV2", "AWS::Scheduler::Schedule"),
        ("HttpApi", "AWS::Lambda::Permission"),
    ];
    let of_events = of_events.into_iter().flat_map(|(event, kind)| {
        declared.events(event).map(move |(function, _, name, _)| (format!("{function}{name}"), kind.to_owned()))
    });
    let of_machines = declared.of_kind("AWS::Serverless::StateMachine").flat_map(|(machine, properties)| {
        let events = properties["Events"].as_mapping().into_iter().flatten();
        events.map(move |(event, _)| (format!("{machine}{}", event.as_str().unwrap()), "AWS::Events::Rule".to_owned()))
    });
    let all = resources.chain(of_events).chain(of_machines).map(|(logical, kind)| {
        json!({
            "LogicalResourceId": logical, "PhysicalResourceId": physical(&logical, &kind),
            "ResourceType": kind.replace("Serverless::Function", "Lambda::Function"), "ResourceStatus": "CREATE_COMPLETE",
        })
    });
    answers.insert(listed(), json!({"StackResourceSummaries": all.collect::<Vec<_>>()}));
}

fn functions(declared: &Declared, answers: &mut BTreeMap<String, Value>) {
    for (logical, properties) in declared.of_kind("AWS::Serverless::Function") {
        let name = physical(logical, "AWS::Lambda::Function");
        let configuration = json!({
            "FunctionName": name, "FunctionArn": arn(logical, "AWS::Serverless::Function"), "Version": "$LATEST",
            "State": "Active", "LastUpdateStatus": "Successful",
        });
        answers.insert(format!("lambda.get-function-configuration.{name}"), configuration);
        if let Some(alias) = properties["AutoPublishAlias"].as_str() {
            let answer = json!({"Name": alias, "FunctionVersion": "3"});
            answers.insert(format!("lambda.get-alias.{name}.{alias}"), answer);
        }
    }
}

fn gateway(declared: &Declared, answers: &mut BTreeMap<String, Value>) {
    let (mut routes, mut integrations) = (Vec::new(), Vec::new());
    for (function, of_function, _, event) in declared.events("HttpApi") {
        let (method, path) = (event["Method"].as_str().unwrap(), event["Path"].as_str().unwrap());
        let id = format!("{method}{path}").replace(['/', '{', '}'], "-").to_lowercase();
        let alias = of_function["AutoPublishAlias"].as_str().map(|alias| format!(":{alias}")).unwrap_or_default();
        let lambda = arn(function, "AWS::Serverless::Function");
        let uri =
            format!("arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{lambda}{alias}/invocations");
        integrations.push(json!({"IntegrationId": id, "IntegrationType": "AWS_PROXY", "IntegrationUri": uri}));
        let mut route =
            json!({"RouteId": id, "RouteKey": format!("{method} {path}"), "Target": format!("integrations/{id}")});
        if event["Auth"]["Authorizer"].as_str() == Some("Jwt") {
            let scopes = declared.value(&event["Auth"]["AuthorizationScopes"]);
            route["AuthorizationType"] = json!("JWT");
            route["AuthorizerId"] = json!("jwt");
            route["AuthorizationScopes"] = scopes;
        } else {
            route["AuthorizationType"] = json!("NONE");
        }
        routes.push(route);
    }
    let authorizer = json!({
        "AuthorizerId": "jwt", "AuthorizerType": "JWT", "Name": "Jwt",
        "JwtConfiguration": {"Issuer": GIVEN[0].1, "Audience": [GIVEN[1].1]},
    });
    for (operation, items) in [("routes", routes), ("integrations", integrations), ("authorizers", vec![authorizer])] {
        answers.insert(format!("apigatewayv2.get-{operation}.api"), json!({ "Items": items }));
    }
}

fn mappings(declared: &Declared, answers: &mut BTreeMap<String, Value>) {
    let of = |kind, source: &'static str| {
        declared.events(kind).map(move |(function, _, event, properties)| {
            let mut mapping = declared.value(properties);
            let id = physical(&format!("{function}{event}"), "AWS::Lambda::EventSourceMapping");
            let source = mapping.as_object_mut().unwrap().remove(source).unwrap();
            if let Some(on_failure) = mapping.pointer_mut("/DestinationConfig/OnFailure") {
                on_failure.as_object_mut().unwrap().remove("Type");
            }
            mapping["UUID"] = json!(id);
            mapping["EventSourceArn"] = source;
            mapping["FunctionArn"] = json!(arn(function, "AWS::Serverless::Function"));
            mapping["State"] = json!("Enabled");
            mapping
        })
    };
    // Another stack's mapping is in the same list.
    let stranger =
        json!({"UUID": "00000000-other", "State": "Disabled", "FunctionArn": "arn:aws:lambda:r:1:function:x"});
    let all: Vec<_> = of("DynamoDB", "Stream").chain(of("SQS", "Queue")).chain([stranger]).collect();
    answers.insert("lambda.list-event-source-mappings".to_owned(), json!({ "EventSourceMappings": all }));
}

fn rules(declared: &Declared, answers: &mut BTreeMap<String, Value>) {
    let written = declared.of_kind("AWS::Events::Rule").map(|(logical, rule)| {
        (logical.to_owned(), declared.value(&rule["EventPattern"]), declared.value(&rule["Targets"]))
    });
    let of_machines = declared.of_kind("AWS::Serverless::StateMachine").flat_map(|(machine, properties)| {
        let events = properties["Events"].as_mapping().into_iter().flatten();
        events.map(move |(name, event)| {
            let event = &event["Properties"];
            let target = json!({
                "Id": "machine", "Arn": arn(machine, "AWS::Serverless::StateMachine"), "RoleArn": "arn:aws:iam::1:role/r",
                "DeadLetterConfig": declared.value(&event["DeadLetterConfig"]),
            });
            (format!("{machine}{}", name.as_str().unwrap()), declared.value(&event["Pattern"]), json!([target]))
        })
    });
    for (logical, pattern, targets) in written.chain(of_machines) {
        let physical = physical(&logical, "AWS::Events::Rule");
        let (bus, name) = physical.split_once('|').unwrap();
        let rule = json!({"Name": name, "EventBusName": bus, "State": "ENABLED", "EventPattern": pattern.to_string()});
        answers.insert(format!("events.describe-rule.{name}.{bus}"), rule);
        answers.insert(format!("events.list-targets-by-rule.{name}.{bus}"), json!({ "Targets": targets }));
    }
}
