//! State machines: from an event on the bus to the end of the execution, and the failures on the way.

use crate::machine::{ONE, REBUILD, executed, rebuild, request, start};
use foldlog_local::Status;
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[tokio::test]
async fn items_are_done_again_until_they_are_done_so_many_at_a_time() {
    let (host, work) = start("rebuild", REBUILD, 0, rebuild).await;
    // The first three of the eight wait for each other. `most` shows that no fourth one runs with them.
    let execution = {
        request(&host, "Requested", &json!({"name": "orders"})).await;
        work.until(|state| !state.asked.is_empty()).await;
        work.state.send_modify(|state| state.together = 3);
        host.settled().await;
        host.executions().remove(0)
    };
    assert_eq!((execution.status, execution.failure), (Status::Succeeded, None));
    assert_eq!((execution.machine.as_str(), execution.input), ("Machine", json!({"name": "orders"})));
    assert_eq!(execution.output, Some(json!({"name": "orders", "filled": [0, 1, 2, 3, 4, 5, 6, 7]})));
    assert_eq!(execution.states, BTreeMap::new(), "it is in none any more");
    assert_eq!(work.state.borrow().most, 3);
    let asked = work.asked();
    let of = |task: &str| asked.iter().filter(|asked| asked["task"] == task).cloned().collect::<Vec<_>>();
    assert_eq!(of("begin"), [json!({"task": "begin", "detail": {"name": "orders"}})]);
    let rounds = |segment: u64| of("fill").iter().filter(|asked| asked["segment"] == segment).count();
    assert_eq!((0..8).map(rounds).collect::<Vec<_>>(), [1, 2, 3, 1, 2, 3, 1, 2]);
    let mut compared = of("compare");
    compared.sort_by_key(|asked| asked["index"].as_u64());
    let expected = (0..8).map(|number| json!({"task": "compare", "segment": number, "index": number}));
    assert_eq!(compared, expected.collect::<Vec<_>>());
    host.stop().await;
}

#[tokio::test]
async fn a_state_sees_and_passes_on_what_its_paths_say() {
    let paths = "
        StartAt: Nothing
        States:
          Nothing: {Type: Pass, InputPath: null, ResultPath: $.none, Next: Own}
          Own: {Type: Pass, Result: {x: [1, 2]}, ResultPath: $.own, Next: Made}
          Made: {Type: Pass, InputPath: $.own, Parameters: {'second.$': '$.x[1]'}, ResultPath: $.made, Next: Ask}
          Ask:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            InputPath: $.made
            Parameters: {FunctionName: '${WorkName}', 'Payload.$': $}
            ResultSelector: {'status.$': $.StatusCode, 'payload.$': $.Payload}
            ResultPath: $.asked
            Next: Bare
          Bare:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: '${Work}'}
            ResultPath: null
            Next: Last
          Last: {Type: Wait, Seconds: 0, OutputPath: $, End: true}
";
    let (host, work) = start("paths", paths, 0, |asked, _| Ok(json!({ "was": asked }))).await;
    let output = executed(&host, &json!({"n": 1})).await.output.unwrap();
    let (none, own, made) = (json!({}), json!({"x": [1, 2]}), json!({"second": 2}));
    let asked = json!({"status": 200, "payload": {"was": made}});
    assert_eq!(output, json!({"n": 1, "none": none, "own": own, "made": made, "asked": asked}));
    assert_eq!(work.asked(), [made, json!({})]);
    host.stop().await;
}

#[tokio::test]
async fn executions_run_side_by_side_and_are_listed() {
    let (host, work) = start("side-by-side", ONE, 2, |asked, _| Ok(asked.clone())).await;
    request(&host, "Requested", &json!({"n": 1})).await;
    work.until(|state| state.under_way == 1).await;
    let listed: Value =
        Client::new().get(format!("{}/_local/executions", host.url())).send().await.unwrap().json().await.unwrap();
    let first = &listed["executions"][0];
    assert_eq!((&first["machine"], &first["status"]), (&json!("Machine"), &json!("RUNNING")));
    assert_eq!((&first["states"], &first["input"]), (&json!({"One": 1}), &json!({"n": 1})));
    assert!(first["started"].as_str().unwrap().ends_with('Z'));
    request(&host, "Ignored", &json!({"n": 2})).await;
    request(&host, "Requested", &json!({"n": 3})).await;
    host.settled().await;
    let executions = host.executions();
    let ended: Vec<_> = executions.iter().map(|execution| (execution.status, execution.output.clone())).collect();
    assert_eq!(ended, [(Status::Succeeded, Some(json!({"n": 1}))), (Status::Succeeded, Some(json!({"n": 3})))]);
    host.stop().await;
}

#[tokio::test]
async fn nobody_waits_for_an_execution_that_waits_and_the_clock_ends_it() {
    let waits = r#"
        StartAt: Each
        TimeoutSeconds: 9000
        States:
          Each:
            Type: Map
            ItemsPath: $.waits
            ItemProcessor:
              StartAt: Pause
              States:
                Pause: {Type: Wait, SecondsPath: $, Next: Task}
                Task: {Type: Task, Resource: "${Work}", End: true}
            Next: More
          More: {Type: Wait, Seconds: 3600, End: true}
"#;
    let (host, work) = start("waits", waits, 0, |asked, _| Ok(asked.clone())).await;
    let waiting = executed(&host, &json!({"waits": [3600, 0, 1800]})).await;
    assert_eq!(
        (waiting.status, waiting.states),
        (Status::Running, BTreeMap::from([("Each".to_owned(), 1), ("Pause".to_owned(), 2)]))
    );
    assert_eq!(work.asked(), [json!(0)]);
    for (seconds, asked, status) in
        [(2000, 2, Status::Running), (2000, 3, Status::Running), (3600, 3, Status::Succeeded)]
    {
        host.advance_clock(Duration::from_secs(seconds)).await;
        host.settled().await;
        assert_eq!((work.asked().len(), host.executions()[0].status), (asked, status), "after {seconds} more");
    }
    assert_eq!(host.executions()[0].output, Some(json!([3600, 0, 1800])));
    request(&host, "Requested", &json!({"waits": [90_000]})).await;
    host.settled().await;
    host.advance_clock(Duration::from_secs(9001)).await;
    host.settled().await;
    let late = host.executions().remove(1);
    assert_eq!((late.status, late.failure.unwrap().0.as_str()), (Status::TimedOut, "States.Timeout"));
    host.stop().await;
}

#[tokio::test]
async fn an_execution_waits_for_a_paused_function_and_fails_with_one_that_is_killed() {
    let (host, work) = start("paused", ONE, 0, |asked, _| Ok(asked.clone())).await;
    host.pause("work").await.unwrap();
    let execution = executed(&host, &json!({"n": 1})).await;
    assert_eq!((execution.status, execution.states), (Status::Running, BTreeMap::from([("One".to_owned(), 1)])));
    assert_eq!(work.asked(), Vec::<Value>::new());
    host.resume("work").await.unwrap();
    host.settled().await;
    assert_eq!(host.executions()[0].status, Status::Succeeded);

    work.state.send_modify(|state| state.together = 2);
    request(&host, "Requested", &json!({"n": 2})).await;
    work.until(|state| state.under_way == 1).await;
    host.kill("work").await.unwrap();
    host.settled().await;
    assert_eq!(host.executions()[1].failure.as_ref().unwrap().0, "Runtime.ExitError");
    host.stop().await;
}

#[tokio::test]
async fn the_end_of_the_host_is_the_end_of_its_executions() {
    let (host, work) = start("stopped", ONE, 2, |asked, _| Ok(asked.clone())).await;
    request(&host, "Requested", &json!({"n": 1})).await;
    work.until(|state| state.under_way == 1).await;
    let before = Instant::now();
    host.stop().await;
    assert!(before.elapsed() < Duration::from_secs(2), "before the function's time-out");
    assert_eq!(work.state.borrow().under_way, 0);
}
