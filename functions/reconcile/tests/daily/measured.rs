//! What the run each minute measures. Alarms watch it, and take silence for a failure.

use crate::ground::Ground;
use foldlog::read::parked::{Class, Trouble};
use foldlog::{ParkingLot, Subject, Version};
use foldlog_functions::projector::TAMPERING;
use foldlog_lambda::metrics::Emitter;
use foldlog_lambda::{Function, Settings};
use reconcile::Task;
use serde_json::{Value, json};
use std::time::Duration;

/// The line that a run each minute prints at the log level `WARN`.
async fn measured(ground: &Ground) -> Value {
    let settings = [("AWS_LAMBDA_LOG_LEVEL".to_owned(), "WARN".to_owned())].into_iter().collect::<Settings>();
    let emitter = Emitter::of("reconcile".to_owned(), &settings);
    let time = ground.host.at();
    let _ = emitter.within(ground.function().call(Task::Recheck { time })).await.unwrap();
    let mut text = Vec::new();
    emitter.print(&mut text);
    serde_json::from_slice(&text).unwrap()
}

fn numbers(line: &Value) -> [&Value; 3] {
    ["ParkedNotes", "Tampered", "LostBatches"].map(|name| &line[name])
}

#[tokio::test]
async fn nothing_is_measured_as_zero_and_tampering_until_its_note_is_discarded() {
    let ground = Ground::of(0, Duration::from_millis(1)).await;
    let line = measured(&ground).await;
    assert_eq!((numbers(&line), &line["level"]), ([&json!(0); 3], &json!("WARN")));
    let (class, at) = (Class::Permanent, ground.host.at());
    let tampering = Trouble::with_message(TAMPERING, "7", "changed".to_owned(), class, at);
    ground.parked.park(&tampering).await.unwrap();
    let other = Trouble::with_message("relay", "8", "no commit".to_owned(), class, at);
    ground.parked.park(&other).await.unwrap();
    ground.bucket.foreign("batch");
    for _ in 0..3 {
        let line = measured(&ground).await;
        assert_eq!((&line["Tampered"], &line["LostBatches"]), (&json!(1), &json!(1)), "{line}");
    }
    let subject = Subject::Message { function: TAMPERING.to_owned(), id: "7".to_owned() };
    ground.parked.clear(&subject, Version::NONE).await.unwrap();
    assert_eq!(measured(&ground).await["Tampered"], json!(0));
}
