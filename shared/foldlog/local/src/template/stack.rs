//! A template with everything resolved: the resources that exist, each with plain properties.

use super::identity::STACK;
use super::loose::scalar;
use super::resolve::Scope;
use super::resource::Resource;
use super::{Declared, Template, TemplateError, globals, identity, properties};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The resolved template.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The resources that exist, in the order of their logical ids.
    pub(crate) resources: Vec<Resource>,
    /// The parts of the template that have no meaning on one machine: one line for each resource type.
    pub(crate) warnings: Vec<String>,
}

impl Stack {
    /// Resolves a template, and checks that nothing in it would be silently ignored.
    pub(crate) fn resolve(text: &str, parameters: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let template = Template::parse(text)?;
        let mut scope = Scope::new(&template, parameters)?;
        let mut existing = Vec::new();
        for (logical, declared) in &template.resources {
            let exists = declared.condition.as_ref().map_or(Ok(true), |name| scope.condition(name, logical))?;
            if exists {
                existing.push((logical, declared));
            }
        }
        let names = Scope::new(&template, parameters)?;
        for (logical, declared) in &existing {
            let given = identity::name_property(&declared.kind).and_then(|key| declared.properties.get(key));
            let name = match given {
                Some(name) => {
                    let name = names.value(name, &format!("{logical}'s name"))?.unwrap_or_default();
                    scalar(&name, logical)?
                }
                None => format!("{STACK}-{logical}"),
            };
            let within = match (declared.properties.get("EventBusName"), declared.properties.get("Path")) {
                (Some(bus), _) => bus_name(&template, &names, bus)?,
                (None, Some(path)) => scalar(&names.value(path, logical)?.unwrap_or_default(), logical)?,
                (None, None) => String::new(),
            };
            scope.declare((*logical).clone(), identity::of(&declared.kind, &name, &within));
            if declared.kind == "AWS::Serverless::StateMachine" {
                for (rule, bus) in own_rules(logical, declared, &template, &names)? {
                    let name = format!("{STACK}-{rule}");
                    scope.declare(rule, identity::of("AWS::Events::Rule", &name, &bus));
                }
            }
        }
        for (logical, identity) in identity::implied(&template.resources) {
            scope.declare(logical, identity);
        }
        let mut resources = Vec::new();
        for (logical, declared) in existing {
            let declared_properties = globals::applied(&template.globals, &declared.kind, &declared.properties)?;
            resources.push(Resource {
                logical: logical.clone(),
                kind: declared.kind.clone(),
                identity: scope.identity(logical).cloned().unwrap_or_default(),
                properties: scope.entries(&declared_properties, logical)?,
                metadata: scope.value(&declared.metadata, logical)?.unwrap_or_default(),
            });
        }
        for (name, output) in &template.outputs {
            let place = format!("Outputs.{name}");
            let condition = output.get("Condition").and_then(Value::as_str);
            if condition.map_or(Ok(true), |condition| scope.condition(condition, &place))? {
                scope.value(output, &place)?;
            }
        }
        let mut warnings = properties::check(&resources)?;
        let attributes: BTreeSet<_> = template.resources.values().flat_map(|declared| &declared.meaningless).collect();
        for attribute in attributes {
            warnings.push(format!("any resource: without meaning on one machine: {attribute}"));
        }
        Ok(Self { resources, warnings })
    }

    /// The resources of a type.
    pub(crate) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }

    /// The resource with this ARN.
    pub(crate) fn by_arn(&self, arn: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.identity.attribute("Arn") == arn)
    }
}

/// The rules that SAM makes from a state machine's events, each with the name of its bus.
fn own_rules(
    machine: &str,
    declared: &Declared,
    template: &Template,
    names: &Scope,
) -> Result<Vec<(String, String)>, TemplateError> {
    let events = declared.properties.get("Events").and_then(Value::as_object).into_iter().flatten();
    let rule = |(event, written): (&String, &Value)| {
        let bus = written.pointer("/Properties/EventBusName");
        Ok((format!("{machine}{event}"), bus.map_or(Ok(String::new()), |bus| bus_name(template, names, bus))?))
    };
    events.map(rule).collect()
}

/// The name of the bus that a rule names, needed for the rule's own ARN.
fn bus_name(template: &Template, names: &Scope, bus: &Value) -> Result<String, TemplateError> {
    let declared = bus.get("Ref").and_then(Value::as_str).and_then(|id| Some((id, template.resources.get(id)?)));
    match declared {
        Some((id, bus)) => match bus.properties.get("Name") {
            Some(name) => scalar(&names.value(name, id)?.unwrap_or_default(), id),
            None => Ok(format!("{STACK}-{id}")),
        },
        None => Ok(names.value(bus, "EventBusName")?.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resolve(text: &str) -> Result<Stack, TemplateError> {
        Stack::resolve(text, &BTreeMap::new())
    }

    const QUEUES: &str = "
Parameters:
  Days: {Type: Number, Default: 14}
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Mappings:
  Delay:
    dev: {Seconds: 7}
    prod: {Seconds: 9}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Dev: !Not [!Condition Prod]
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: !If [Prod, 60, 30]
      MessageRetentionPeriod: !If [Prod, 5, !Ref AWS::NoValue]
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn
        maxReceiveCount: !Select [1, !Split [',', '3,5']]
  Dead:
    Type: AWS::SQS::Queue
    Condition: Dev
    Properties:
      VisibilityTimeout: !FindInMap [Delay, !Ref Stage, Seconds]
      QueueName: !Sub ['${AWS::StackName}-${Kind}', {Kind: dead}]
  Never:
    Type: AWS::SQS::Queue
    Condition: Prod
";

    #[test]
    fn intrinsic_functions_and_conditions_become_plain_values() {
        let stack = resolve(QUEUES).unwrap();
        let ids: Vec<_> = stack.resources.iter().map(|resource| resource.logical.as_str()).collect();
        assert_eq!(ids, ["Dead", "Work"]);
        assert_eq!(
            Value::Object(stack.resources[1].properties.clone()),
            json!({"VisibilityTimeout": 30, "RedrivePolicy": {
                "deadLetterTargetArn": "arn:aws:sqs:eu-central-1:000000000000:local-dead", "maxReceiveCount": "5"
            }})
        );
        assert_eq!(stack.resources[0].properties["VisibilityTimeout"], json!(7));
        let overridden = Stack::resolve(QUEUES, &BTreeMap::from([("Stage".to_owned(), "prod".to_owned())]));
        assert!(overridden.unwrap_err().to_string().contains("Dead.Arn"), "Dead does not exist in prod");
    }

    #[test]
    fn an_unknown_reference_names_resource_and_property() {
        let text = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Nobody.Arn}}}}";
        let refused = resolve(text).unwrap_err().to_string();
        assert_eq!(refused, "Q.RedrivePolicy.deadLetterTargetArn: Nobody.Arn refers to nothing in this template");
    }

    #[test]
    fn a_rule_refuses_parameters_before_anything_is_created() {
        let text = "
Parameters: {A: {Type: String, Default: ''}, B: {Type: String, Default: ''}}
Rules:
  Pair:
    RuleCondition: !Not [!Equals [!Ref A, '']]
    Assertions: [{Assert: !Not [!Equals [!Ref B, '']], AssertDescription: A needs B.}]
Conditions: {Never: !Equals [!Ref A, never]}
Resources: {Q: {Type: AWS::SQS::Queue, Condition: Never}}
Outputs: {Queue: {Condition: Never, Value: !Ref Q}}
";
        let of = |values: &[(&str, &str)]| {
            let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Stack::resolve(text, &values.collect()).map_err(|error| error.to_string())
        };
        assert!(of(&[]).is_ok() && of(&[("B", "b")]).is_ok() && of(&[("A", "a"), ("B", "b")]).is_ok());
        assert_eq!(of(&[("A", "a")]).unwrap_err(), "Rules.Pair: A needs B.");
    }

    #[test]
    fn a_key_that_a_mapping_does_not_have_is_named() {
        let refused = resolve(&QUEUES.replace("Delay, !Ref Stage", "Delay, staging")).unwrap_err().to_string();
        assert_eq!(refused, "Dead.VisibilityTimeout: Delay.staging.Seconds refers to nothing in this template");
    }

    #[test]
    fn a_parameter_outside_its_declaration_is_refused() {
        let refused = |name: &str, value: &str| {
            let overrides = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            Stack::resolve(QUEUES, &overrides).unwrap_err().to_string()
        };
        assert!(refused("Stage", "test").contains("not one of dev, prod"));
        assert!(refused("Days", "many").contains("not a whole number"));
        assert!(refused("Nobody", "1").contains("does not declare"));
    }
}
