//! Failures in an execution: retriers, catchers, and the names of errors.

use crate::machine::{ONE, executed, options, start, template};
use foldlog_local::{Host, Status};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A task that is tried again after a second at most. A caught failure is kept beside the input.
const RETRIED: &str = r#"
        StartAt: One
        States:
          One:
            Type: Task
            Resource: ${Work}
            Parameters: {"n.$": $.n, "retries.$": $$.State.RetryCount}
            Retry:
              - {ErrorEquals: [Other], MaxAttempts: 9}
              - {ErrorEquals: [States.TaskFailed], IntervalSeconds: 1, BackoffRate: 4, MaxDelaySeconds: 1, MaxAttempts: 2}
            Catch:
              - {ErrorEquals: [Other], Next: Never}
              - {ErrorEquals: [States.ALL], ResultPath: $.failure, Next: Undo}
            End: true
          Undo: {Type: Pass, Parameters: {"n.$": $.n, "cause.$": $.failure.Cause}, Next: Failed}
          Never: {Type: Succeed}
          Failed: {Type: Fail, Error: Undone, Cause: it could not be done}
"#;

#[tokio::test]
async fn a_task_that_fails_is_tried_again_after_a_pause() {
    let answer = |asked: &Value, _| if asked["retries"] == 2 { Ok(asked.clone()) } else { Err("no".into()) };
    let (host, work) = start("retried", RETRIED, 0, answer).await;
    let before = Instant::now();
    let execution = executed(&host, &json!({"n": 7})).await;
    assert!(before.elapsed() >= Duration::from_secs(2), "a second before each");
    assert_eq!((execution.status, execution.output), (Status::Succeeded, Some(json!({"n": 7, "retries": 2}))));
    let retries: Vec<_> = work.asked().iter().map(|asked| asked["retries"].as_u64().unwrap()).collect();
    assert_eq!(retries, [0, 1, 2]);
    host.stop().await;
}

#[tokio::test]
async fn what_fails_for_good_is_caught_and_may_end_the_execution() {
    let (host, work) = start("caught", RETRIED, 0, |_, _| Err("no".into())).await;
    let execution = executed(&host, &json!({"n": 7})).await;
    assert_eq!(execution.status, Status::Failed);
    assert_eq!(execution.failure, Some(("Undone".to_owned(), "it could not be done".to_owned())));
    assert_eq!(work.asked().len(), 3);
    let kept = RETRIED
        .replace("Next: Failed", "End: true")
        .replace("          Failed: {Type: Fail, Error: Undone, Cause: it could not be done}\n", "");
    let (other, _) = start("caught-kept", &kept, 0, |_, _| Err("no".into())).await;
    let output = executed(&other, &json!({"n": 7})).await.output.unwrap();
    assert_eq!(output["n"], 7);
    let cause: Value = serde_json::from_str(output["cause"].as_str().unwrap()).unwrap();
    assert_eq!(cause["errorMessage"], "no");
    host.stop().await;
    other.stop().await;
}

/// The name of the error that a machine's one execution fails with, and its cause.
async fn failure(name: &str, definition: &str) -> (String, String) {
    let answer = |asked: &Value, _| match asked["how"].as_str() {
        Some("panic") => panic!("a handler's own fault"),
        Some("large") => Ok(json!("x".repeat(256 * 1024))),
        _ => Ok(asked.clone()),
    };
    let slow = if name == "slow" || name == "late" { 9 } else { 0 };
    let (host, _) = start(name, definition, slow, answer).await;
    let execution = executed(&host, &json!({"how": name, "list": [1, 2, 3, 4]})).await;
    assert_eq!(execution.status, Status::Failed, "{name}");
    host.stop().await;
    execution.failure.unwrap()
}

#[tokio::test]
async fn failures_have_the_names_that_they_have_on_aws() {
    let late = ONE.replace("Resource", "TimeoutSeconds: 1, Resource");
    let path = ONE.replace("Resource", "InputPath: $.nothing, Resource");
    let place = ONE.replace("Resource", "ResultPath: $.how.result, Resource");
    let choice = "
        StartAt: Which
        States:
          Which: {Type: Choice, Choices: [{Variable: $.how, StringEquals: other, Next: Never}]}
          Never: {Type: Succeed}
";
    let endless = "
        StartAt: A
        States:
          A: {Type: Pass, Next: B}
          B: {Type: Pass, Next: A}
";
    for (name, definition, error, cause) in [
        ("panic", ONE, "Box<dyn", "panicked"),
        ("slow", ONE, "Sandbox.Timedout", "Task timed out after 2 seconds"),
        ("late", late.as_str(), "States.Timeout", "1s"),
        ("large", ONE, "States.DataLimitExceeded", "'One'"),
        ("path", path.as_str(), "States.Runtime", "'$.nothing' could not be found"),
        ("place", place.as_str(), "States.ResultPathMatchFailure", "$.how.result"),
        ("choice", choice, "States.NoChoiceMatched", "Which"),
        ("endless", endless, "States.Runtime", "history events (25000)"),
    ] {
        let failure = failure(name, definition).await;
        assert!(failure.0.contains(error) && failure.1.contains(cause), "{name}: {failure:?}");
    }
}

/// Items that fail from the third on.
const ITEMS: &str = "
        StartAt: All
        States:
          All:
            Type: Map
            ItemsPath: $.list
            MaxConcurrency: 1
            ItemProcessor:
              ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
              StartAt: Which
              States:
                Which:
                  Type: Choice
                  Choices: [{Variable: $, NumericLessThan: 3, Next: Good}]
                  Default: Bad
                Good: {Type: Pass, Result: good, End: true}
                Bad: {Type: Fail, Error: Bad, Cause: it is}
            End: true
";

#[tokio::test]
async fn items_of_a_distributed_map_may_fail_as_far_as_it_tolerates() {
    let tolerant = |percentage: u8| {
        ITEMS
            .replace("MaxConcurrency", &format!("ToleratedFailurePercentage: {percentage}\n            MaxConcurrency"))
    };
    let exceeded = failure("intolerant", ITEMS).await;
    assert_eq!(exceeded.0, "States.ExceedToleratedFailureThreshold");
    assert!(exceeded.1.contains("1 of 4") && exceeded.1.contains("Bad"), "{exceeded:?}");
    assert!(failure("half", &tolerant(49)).await.1.contains("2 of 4"));
    let (host, _) = start("tolerant", &tolerant(50), 0, |_, _| Ok(Value::Null)).await;
    let failed = json!({"Status": "FAILED", "Error": "Bad", "Cause": "it is"});
    let output = executed(&host, &json!({"list": [1, 2, 3, 4]})).await.output;
    assert_eq!(output, Some(json!(["good", "good", failed, failed])));
    host.stop().await;
    let inline = ITEMS
        .replace("ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}", "ProcessorConfig: {Mode: INLINE}");
    assert_eq!(failure("inline", &inline).await, ("Bad".to_owned(), "it is".to_owned()));
}

#[tokio::test]
async fn a_machine_may_do_what_its_policies_say_and_nothing_else() {
    for (name, definition, missing, error, action) in [
        (
            "may-not-invoke",
            ONE,
            "lambda:InvokeFunction",
            "Lambda.AWSLambdaException",
            "lambda:InvokeFunction on resource",
        ),
        ("may-not-map", ITEMS, "states:StartExecution", "States.Permissions", "states:StartExecution on resource"),
    ] {
        let template = template(definition).replace(missing, "lambda:GetFunction");
        let (options, work) = options(name, template, 0, |_, _| Ok(Value::Null));
        let host = Host::start(options).await.unwrap();
        let (found, cause) = executed(&host, &json!({"list": [1]})).await.failure.unwrap();
        assert_eq!(found, error);
        assert!(cause.contains("is not authorized to perform") && cause.contains(action), "{cause}");
        assert_eq!(work.asked(), Vec::<Value>::new());
        host.stop().await;
    }
}
