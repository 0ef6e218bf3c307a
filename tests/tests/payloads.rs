//! Each payload of `events/` is fed to its handler.

use std::collections::BTreeSet;
use tests::payloads::{STORY, folder, function_of, functions_on, functions_under, payload, silent_host};

#[test]
fn the_story_has_every_payload_once() {
    let files: BTreeSet<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, STORY.iter().map(|(name, _)| (*name).to_owned()).collect());
    assert_eq!(files.len(), STORY.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_payload_is_answered_by_its_handler_as_expected() {
    let (host, provider) = silent_host().await;
    let functions = functions_on(&host);
    for (name, expected) in STORY {
        let (_, function) = functions.iter().find(|(of, _)| *of == function_of(name)).unwrap();
        let answer = function.invoke(payload(name)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        expected.check(&answer);
        if name == "queries.order" {
            let body: serde_json::Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            let steps: Vec<_> = body["timeline"].as_array().unwrap().iter().map(|step| &step["status"]).collect();
            assert_eq!(steps, ["PURCHASED", "PENDING", "CONFIRMED", "CANCELLED"]);
        }
        if name == "queries.order-events" {
            let body: serde_json::Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            let types: Vec<_> = body["items"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
            assert_eq!(types, ["OrderPlaced", "AccountConnected"]);
        }
    }
    host.stop().await;
    provider.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_commands_off_requests_are_turned_away_messages_left_and_nothing_is_appended() {
    let (host, provider) = silent_host().await;
    let functions = functions_under(&host, "off");
    let (mut turned_away, mut left) = (0, 0);
    for (name, _) in STORY {
        let (of, function) = functions.iter().find(|(of, _)| *of == function_of(name)).unwrap();
        let event = payload(name);
        let answer = function.invoke(event.clone()).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let messages = event["Records"].as_array().filter(|records| records[0]["eventSource"] == "aws:sqs");
        match (event["routeKey"].as_str(), messages) {
            (Some(route), _) if route.starts_with("GET ") => assert_ne!(answer["statusCode"], 503, "{name}"),
            (Some(_), _) => {
                assert_eq!(answer["statusCode"], 503, "{name}: {answer}");
                turned_away += 1;
            }
            // Functions that only fold continue.
            (None, Some(messages)) if *of != "sales-projector" => {
                let failures = answer["batchItemFailures"].as_array().unwrap().iter();
                let failed: Vec<_> = failures.map(|failure| &failure["itemIdentifier"]).collect();
                assert_eq!(failed, messages.iter().map(|message| &message["messageId"]).collect::<Vec<_>>(), "{name}");
                left += 1;
            }
            (None, _) => {}
        }
    }
    assert!(turned_away > 10 && left > 10, "{turned_away} requests and {left} batches");
    let log = aws_sdk_dynamodb::Client::new(&host.aws_config()).scan().table_name("local-EventLog").send().await;
    assert_eq!(log.unwrap().count, 0, "nothing was appended");
    host.stop().await;
    provider.stop().await;
}
