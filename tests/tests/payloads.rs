//! Each payload of `events/` is fed to its handler.

use std::collections::BTreeSet;
use tests::payloads::{STORY, folder, function_of, functions_on, payload, silent_host};

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
