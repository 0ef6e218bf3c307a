//! What streams, queues, schedules and tools feed: records of the log, events of the bus, payloads of any kind, archives.

use crate::choices::Choices;
use crate::ground::{Ground, record, wait};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use foldlog::{Clock, EventMessage};
use foldlog_lambda::Error;
use foldlog_transfer::{Directory, Export, Manifest, TableExport};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;
use tests::payloads::{STORY, function_of, payload};

const READERS: [&str; 2] = ["projector", "relay"];
const REACTING: [&str; 9] = [
    "fulfilment",
    "stock-reactions",
    "order-reactions",
    "payment-reactions",
    "invoice-reactions",
    "shipment-reactions",
    "sales-projector",
    "verification",
    "reconcile",
];

/// The property of everything that is no request: it is done, or an error says why not.
fn told(event: &Value, answer: Result<Value, Error>) {
    match answer {
        Ok(answer) => {
            let status = answer["statusCode"].as_u64().unwrap_or(200);
            assert!(status < 500, "{answer}: {event}");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "{event}"),
    }
}

/// A payload of `events/` with changes, fed to its function.
pub(crate) fn try_payloads(choices: &mut Choices<'_>) {
    let ground = Ground::new();
    let name = choices.pick(&STORY).0;
    let mut event = payload(name);
    choices.change(&mut event);
    told(&event, ground.invoke(function_of(name), event.clone()));
}

/// Records of commits, changed, doubled and out of order.
pub(crate) fn try_records(choices: &mut Choices<'_>) {
    let ground = Ground::new();
    let commits = ground.log.journal(0);
    let mut records: Vec<Value> = (0..=choices.below(3)).map(|_| record(choices.pick(&commits))).collect();
    let count = records.len();
    if !choices.once_in(6) {
        let changed = &mut records[choices.below(count)];
        if choices.once_in(4) {
            changed["eventName"] = json!(choices.pick(&["MODIFY", "REMOVE", "INSERT", "?"]));
            changed["dynamodb"]["Keys"] = choices.value(1);
        }
        let image = &mut changed["dynamodb"]["NewImage"];
        if choices.once_in(3) { choices.change(image) } else { choices.change(&mut image["events"]["S"]) }
    }
    let event = json!({ "Records": records });
    let function = choices.pick(&READERS);
    told(&event, ground.invoke(function, event.clone()));
}

/// Events of the bus, changed and doubled.
pub(crate) fn try_messages(choices: &mut Choices<'_>) {
    let ground = Ground::new();
    let commits = ground.log.journal(0);
    let messages: Vec<_> = commits.iter().flat_map(|commit| EventMessage::of(commit).unwrap()).collect();
    let function = choices.pick(&REACTING);
    let records: Vec<Value> = (0..=choices.below(3))
        .map(|number| {
            let message = choices.pick(&messages);
            let detail = if choices.once_in(8) { &message.reference() } else { message };
            let source = format!("shop.{}", message.id.stream.category());
            let mut body = json!({ "source": source, "detail-type": message.name, "detail": detail });
            if !choices.once_in(6) {
                if choices.once_in(3) { choices.change(&mut body) } else { choices.change(&mut body["detail"]["data"]) }
            }
            let body = if choices.once_in(16) { choices.text() } else { body.to_string() };
            json!({ "messageId": number.to_string(), "body": body, "eventSource": "aws:sqs" })
        })
        .collect();
    let event = json!({ "Records": records });
    told(&event, ground.invoke(function, event.clone()));
}

/// A file in an archive, and how its digest is told there.
fn packed(content: &[u8]) -> Vec<u8> {
    let mut file = GzEncoder::new(Vec::new(), Compression::fast());
    file.write_all(content).unwrap();
    file.finish().unwrap()
}

/// The manifest of an export of the shop, and the text of its file.
static EXPORTED: LazyLock<(Manifest, String)> = LazyLock::new(|| {
    let (scratch, ground) = (tempfile::tempdir().unwrap(), Ground::new());
    let later = ground.host.now().after(Duration::from_hours(1));
    let exported = async {
        let export = Export::begin(&ground.log, scratch.path(), None, later, u64::MAX).await.unwrap();
        export.run(|| {}).await.unwrap()
    };
    let manifest = wait(exported);
    let (file, mut text) = (fs::File::open(scratch.path().join(&manifest.files[0].name)).unwrap(), String::new());
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    (manifest, text)
});

/// An export of the shop with changes in its manifest, its file or its lines. The digest of changed lines fits.
pub(crate) fn try_archives(choices: &mut Choices<'_>) {
    let scratch = tempfile::tempdir().unwrap();
    let (manifest, text) = &*EXPORTED;
    let (mut told, mut file) = (serde_json::to_value(manifest).unwrap(), packed(text.as_bytes()));
    match choices.below(4) {
        0 => choices.change(&mut told),
        1 => {
            let index = choices.below(file.len());
            file[index] ^= choices.byte();
        }
        _ => {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let index = choices.below(lines.len());
            lines[index] = changed_line(choices, &lines[index]);
            if choices.once_in(4) {
                lines.swap(index, 0);
            }
            let text = lines.join("\n") + "\n";
            file = packed(text.as_bytes());
            told["files"][0]["sha256"] = json!(hex::encode(Sha256::digest(text.as_bytes())));
        }
    }
    fs::write(scratch.path().join(&manifest.files[0].name), file).unwrap();
    fs::write(scratch.path().join("manifest.json"), told.to_string()).unwrap();
    read(scratch.path());
    if choices.once_in(2) {
        try_table(choices, scratch.path());
    }
}

fn changed_line(choices: &mut Choices<'_>, line: &str) -> String {
    if choices.once_in(8) {
        return choices.text().replace('\n', " ");
    }
    let mut document: Value = serde_json::from_str(line).unwrap();
    choices.change(&mut document);
    document.to_string()
}

/// Reads an archive as an import does: every line is a commit, or an error says what it is.
fn read(path: &Path) {
    let clear = |error: &dyn std::error::Error| assert!(!error.to_string().is_empty());
    match Directory::open(path) {
        Ok(directory) => {
            directory.check(|| {}).err().iter().for_each(|error| clear(error));
            directory.commits().filter_map(Result::err).for_each(|error| clear(&error));
        }
        Err(error) => clear(&error),
    }
}

/// What the database itself exports.
fn try_table(choices: &mut Choices<'_>, path: &Path) {
    let ground = Ground::new();
    let commits = ground.log.journal(0);
    let mut item = json!({ "Item": foldlog_dynamo::item::item_of(choices.pick(&commits)).unwrap() });
    choices.change(&mut item);
    let data = packed(format!("{item}\n").as_bytes());
    let checksum = BASE64_STANDARD.encode(md5::compute(&data).0);
    let mut summary = json!({ "itemCount": 1, "outputFormat": "DYNAMODB_JSON" });
    let mut listed =
        json!({ "itemCount": 1, "md5Checksum": checksum, "dataFileS3Key": "AWSDynamoDB/1/data/a.json.gz" });
    match choices.below(8) {
        0 => choices.change(&mut summary),
        1 => choices.change(&mut listed),
        _ => {}
    }
    fs::create_dir_all(path.join("data")).unwrap();
    fs::write(path.join("data/a.json.gz"), data).unwrap();
    fs::write(path.join("manifest-summary.json"), summary.to_string()).unwrap();
    fs::write(path.join("manifest-files.json"), format!("{listed}\n")).unwrap();
    let arranged = tempfile::tempdir().unwrap();
    let done = TableExport::open(path).and_then(|export| export.arrange(arranged.path(), 1_000_000, 1_000_000, || {}));
    if let Err(error) = done {
        assert!(!error.to_string().is_empty());
    }
}
