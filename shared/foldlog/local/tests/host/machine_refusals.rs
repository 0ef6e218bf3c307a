//! The permission to start a machine, and the definitions with which the host refuses to start.

use crate::machine::{ONE, REBUILD, options, rebuild, request, template};
use foldlog_local::Host;
use serde_json::{Value, json};

/// A rule of its own, under a role, with the part of the event that the machine receives.
const RULE: &str = "
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [machine], detail-type: [Asked]}
      Targets: [{Id: machine, Arn: !Ref Machine, RoleArn: !GetAtt Starter.Arn, InputPath: $.detail.inner}]
  Starter:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: start
          PolicyDocument: {Statement: [{Effect: Allow, Action: states:StartExecution, Resource: !GetAtt Machine.Arn}]}
";

#[tokio::test]
async fn a_rule_starts_a_machine_under_a_role_that_lets_it() {
    let both = template(ONE) + RULE;
    let (own, _) = options("rule", both.clone(), 0, |asked, _| Ok(asked.clone()));
    let host = Host::start(own).await.unwrap();
    request(&host, "Asked", &json!({"inner": {"n": 1}})).await;
    host.settled().await;
    let outputs: Vec<_> = host.executions().into_iter().map(|execution| execution.output).collect();
    assert_eq!(outputs, [Some(json!({"n": 1}))]);
    host.stop().await;
    for (from, to, named) in [
        (", RoleArn: !GetAtt Starter.Arn", "", "under a role"),
        ("Resource: !GetAtt Machine.Arn", "Resource: other", "states:StartExecution"),
        ("Service: events.amazonaws.com}, Action: sts", "Service: lambda.amazonaws.com}, Action: sts", "does not let"),
        ("RoleArn: !GetAtt Starter.Arn", "RoleArn: !GetAtt MachineRole.Arn", "no role of this template"),
    ] {
        assert!(both.contains(from), "{from}");
        let (changed, _) = options(&format!("rule {named}"), both.replace(from, to), 0, |_, _| Ok(Value::Null));
        let refused = Host::start(changed).await.err().unwrap().to_string();
        assert!(refused.starts_with("Rule.Targets.RoleArn") && refused.contains(named), "{refused}");
    }
}

#[tokio::test]
async fn a_machine_may_have_a_role_that_lets_step_functions_assume_it() {
    let written = template(ONE);
    let (policies, rest) = (written.find("      Policies:").unwrap(), written.find("      Events:").unwrap());
    let own = format!("{}      Role: !GetAtt Worker.Arn\n{}", &written[..policies], &written[rest..]);
    let role = own
        + "
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: states.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: invoke
          PolicyDocument: {Statement: [{Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt WorkFunction.Arn}]}
";
    let (good, work) = options("role", role.clone(), 0, |asked, _| Ok(asked.clone()));
    let host = Host::start(good).await.unwrap();
    request(&host, "Requested", &json!({"n": 1})).await;
    host.settled().await;
    assert_eq!(work.asked(), [json!({"n": 1})]);
    host.stop().await;
    let (other, _) = options("role of another", role.replace("Service: states", "Service: lambda"), 0, rebuild);
    let refused = Host::start(other).await.err().unwrap().to_string();
    assert!(refused.starts_with("Machine.Role: ") && refused.contains("does not let"), "{refused}");
}

#[tokio::test]
async fn what_a_definition_says_and_nobody_imitates_is_named() {
    let cases = [
        ("Tracing:", "Type: EXPRESS\n      Tracing:", "Machine.Type: EXPRESS"),
        ("Tracing:", "DefinitionUri: x\n      Tracing:", "the property DefinitionUri"),
        ("Tracing:", "Role: !GetAtt WorkFunctionRole.Arn\n      Tracing:", "Machine.Role: with a Role"),
        ("InputPath: $.detail", "InputPath: $$.detail", "Machine.Events.Requested: InputPath"),
        ("InputPath: $.detail", "Input: '{}'", "the property Input"),
        ("Type: EventBridgeRule", "Type: Schedule", "Schedule event of a state machine"),
        ("!GetAtt MachineRequested.Arn", "!GetAtt MachineOther.Arn", "MachineOther.Arn"),
        ("source: [machine]", "source: [{wildcard: m*}]", "Machine.Events.Requested.Pattern"),
        ("EventBusName: !Ref Bus", "EventBusName: other", "Machine.Events.Requested.EventBusName"),
        ("StartAt: Begin", "StartAt: Start", "Machine.Definition: StartAt: there is no state Start"),
        ("StartAt: Begin", "QueryLanguage: JSONata\n        StartAt: Begin", "QueryLanguage JSONata"),
        ("Next: Fill\n", "Next: Full\n", "States.Begin: there is no state Full"),
        ("Next: Fill\n", "Next: Compare\n", "States.Fill: no state leads to it"),
        ("Next: Finish", "Comment: nowhere", "Definition.States.Compare: either a Next or End: true"),
        ("Type: Succeed,", "Type: Parallel,", "ItemProcessor.States.Full: the Type Parallel"),
        ("Full: {Type: Succeed", "Begin: {Type: Succeed", "ItemProcessor.States.Begin: another state"),
        (
            "Resource: ${Work}\n",
            "Resource: ${Work}\n                  HeartbeatSeconds: 5\n",
            "States.FillMore: HeartbeatSeconds",
        ),
        ("Resource: ${Work}\n", "Resource: ${Other}\n", "States.FillMore.Resource: ${Other} refers to nothing"),
        (
            "Resource: ${Work}\n",
            "Resource: arn:aws:states:::sns:publish\n",
            "arn:aws:states:::sns:publish is no function",
        ),
        ("lambda:invoke", "lambda:invoke.waitForTaskToken", "States.Begin: Resource"),
        (
            "FunctionName: \"${WorkName}\"",
            "Qualifier: live, FunctionName: \"${WorkName}\"",
            "States.Begin.Parameters: Qualifier",
        ),
        ("\"detail.$\": $}", "\"detail.$\": States.UUID()}", "detail.$: a path is expected"),
        ("ItemsPath: $.filled", "ItemsPath: $.filled[*]", "States.Compare.ItemsPath: $.filled[*]"),
        ("ItemsPath: $.filled", "ItemReader: {}", "States.Compare: ItemReader"),
        ("MaxConcurrency: 3", "MaxConcurrency: -3", "States.Fill.MaxConcurrency"),
        ("ItemsPath: $.filled", "ToleratedFailurePercentage: 5", "States.Compare: ToleratedFailurePercentage"),
        ("ExecutionType: STANDARD", "ExecutionType: EXPRESS", "ProcessorConfig: the ExecutionType EXPRESS"),
        ("BooleanEquals: true", "StringMatches: t*", "States.Filled.Choices: the comparison StringMatches"),
        ("ResultPath: $.begun", "ResultPath: $$.begun", "States.Begin.ResultPath: $$.begun"),
        ("ResultPath: $.begun", "Retry: [{ErrorEquals: [States.ALL, A]}]", "States.Begin: Retry[0]"),
        (
            "ResultPath: $.begun",
            "Retry: [{ErrorEquals: [A], Interval: 1}]",
            "States.Begin.Retry: unknown field `Interval`",
        ),
        (
            "ResultPath: $.begun",
            "Catch: [{ErrorEquals: [A], Next: Nowhere}]",
            "States.Begin: there is no state Nowhere",
        ),
    ];
    let mut wrong = Vec::new();
    for (number, (from, to, named)) in cases.into_iter().enumerate() {
        let written = template(REBUILD);
        assert!(written.contains(from), "{from}");
        let (changed, _) = options(&format!("refused {number}"), written.replacen(from, to, 1), 0, rebuild);
        let refused = Host::start(changed).await.err().map(|error| error.to_string()).unwrap_or_default();
        if !refused.contains(named) {
            wrong.push((to, refused));
        }
    }
    assert_eq!(wrong, [], "each is refused by its name");
}
