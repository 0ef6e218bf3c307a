//! What policies allow and deny: those of a role, of a table, and what Lambda itself needs.

use crate::support::{TEMPLATE, options, write};
use foldlog_local::{Host, Storage};

/// The front function's role, as a resource of its own, below a path.
const ROLE: &str = r#"
  FrontRole:
    Type: AWS::IAM::Role
    Properties:
      Path: !Sub "/${AWS::StackName}/front/"
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: rights
          PolicyDocument:
            Statement:
              - {Sid: Append, Effect: Allow, Action: [dynamodb:PutItem, dynamodb:DeleteItem], Resource: !GetAtt Items.Arn,
                 Condition: {ForAllValues:StringLike: {dynamodb:LeadingKeys: [good*, quiet*]}}}
              - {Effect: Allow, Action: [logs:CreateLogStream, logs:PutLogEvents], Resource: !GetAtt FrontLogs.Arn}
  FrontLogs: {Type: AWS::Logs::LogGroup}
  FrontFunction:"#;

/// A table's policy: nobody deletes, and one role writes.
const POLICY: &str = r#"  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - {Sid: Nobody, Effect: Deny, Principal: "*", Action: dynamodb:DeleteItem, Resource: "*"}
            - {Sid: Others, Effect: Deny, Principal: "*", Action: dynamodb:PutItem, Resource: "*",
               Condition: {ArnNotLike: {aws:PrincipalArn: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${AWS::StackName}/front/*"}}}
"#;

/// The template in which the front function has a role of its own, and something else in place of a text.
fn with_role(from: &str, to: &str) -> String {
    let (before, after) = TEMPLATE.split_once("\n  FrontFunction:").unwrap();
    let (_, events) = after.split_once("      Events:\n").unwrap();
    let function = "
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: front}}
    Properties:
      Role: !GetAtt FrontRole.Arn
      LoggingConfig: {LogGroup: !Ref FrontLogs}
      Events:
";
    let template = format!("{before}{ROLE}{function}{events}");
    assert!(template.contains(from), "{from}");
    template.replacen(from, to, 1)
}

async fn started(template: String) -> Result<Host, String> {
    let options = foldlog_local::Options { template, ..options(Storage::Temporary) };
    Host::start(options).await.map_err(|error| error.to_string())
}

const ITEMS: &str = "  Items:\n    Type: AWS::DynamoDB::Table\n    Properties:\n";

#[tokio::test]
async fn a_tables_policy_denies_what_a_role_allows() {
    let host = started(with_role(ITEMS, POLICY)).await.unwrap();
    assert_eq!(write(&host, "good-1", "x").await, 201, "the role is below the path that the policy names");
    assert!(host.refusals().is_empty());
    host.stop().await;

    let elsewhere = with_role(ITEMS, POLICY).replacen("/${AWS::StackName}/front/\"", "/elsewhere/\"", 1);
    let host = started(elsewhere).await.unwrap();
    assert_eq!(write(&host, "good-1", "x").await, 500);
    let refused: Vec<_> = host.refusals().into_iter().collect();
    assert_eq!(
        refused,
        ["User: arn:aws:sts::000000000000:assumed-role/local-FrontFunction/local-FrontFunction is not authorized to \
          perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-central-1:000000000000:table/local-Items with an \
          explicit deny in a resource-based policy"]
    );
    host.stop().await;
}

#[tokio::test]
async fn a_role_denies_what_it_allows_elsewhere() {
    let denied = "              - {Effect: Deny, Action: dynamodb:PutItem, Resource: \"*\"}\n";
    let statements = "            Statement:\n              - {Sid: Append";
    let changed = format!("            Statement:\n{denied}              - {{Sid: Append");
    let host = started(with_role(statements, &changed)).await.unwrap();
    assert_eq!(write(&host, "good-1", "x").await, 500);
    let refused = host.refusals().pop_first().unwrap();
    assert!(refused.ends_with("with an explicit deny in an identity-based policy"), "{refused}");
    host.stop().await;
}

#[tokio::test]
async fn the_host_tells_what_was_allowed_and_never_asked_for() {
    let host = started(with_role(ITEMS, ITEMS)).await.unwrap();
    assert_eq!(write(&host, "good-1", "x").await, 201);
    assert_eq!(host.unused_rights()["front"], ["Append: dynamodb:DeleteItem", "Append: of quiet*"]);
    host.stop().await;
}

#[tokio::test]
async fn a_role_of_its_own_must_allow_what_lambda_does_under_it() {
    let cases = [
        ("logs:CreateLogStream, logs:PutLogEvents", "logs:PutLogEvents", "logs:CreateLogStream"),
        ("      LoggingConfig: {LogGroup: !Ref FrontLogs}\n", "", "log-group:/aws/lambda/local-FrontFunction"),
        (
            "      Role: !GetAtt FrontRole.Arn\n",
            "      Role: !GetAtt FrontRole.Arn\n      Tracing: Active\n",
            "xray:PutTraceSegments",
        ),
        (
            "Service: lambda.amazonaws.com",
            "Service: states.amazonaws.com",
            "does not let lambda.amazonaws.com assume it",
        ),
        (
            "      Role: !GetAtt FrontRole.Arn\n",
            "      Role: !GetAtt FrontRole.Arn\n      Policies: []\n",
            "no Policies",
        ),
        (
            "      Events:\n",
            "      Events:\n        Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 1}}\n",
            "sqs:ReceiveMessage",
        ),
        (
            "      Events:\n",
            "      Events:\n        Items: {Type: DynamoDB, Properties: {Stream: !GetAtt Items.StreamArn, StartingPosition: TRIM_HORIZON}}\n",
            "dynamodb:DescribeStream",
        ),
    ];
    for (from, to, named) in cases {
        let refused = started(with_role(from, to)).await.err().unwrap();
        assert!(refused.contains("FrontFunction.Role") && refused.contains(named), "{refused}");
    }
}
