//! What the folds of the read models make of every event: one golden file for each view, category and fold. Where a
//! file differs, the fold needs the next number, and stands beside the old one (`Projection::folds`) until readers were
//! sent to its rows.

use crate::golden::{folder, golden};
use foldlog::totals::TotalsFold;
use foldlog::write::event::schema_of;
use foldlog::{
    Actor, CommandId, Commit, Correlation, Decider, Digest, Events, Hash, Row, StreamName, Subscription, Timestamp,
    Version, totals,
};
use serde_json::{Value, json};
use shop_domain::views::read_models;
use shop_domain::{
    access, account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse,
};
use std::fmt::Write;
use std::fs;

/// A category, the last of its types then, and the types with the schemas that came later.
type Later = (&'static str, &'static str, &'static [(&'static str, u32)]);

/// The schemas that types got when the files had lines of them already. The lines of the earlier schemas stay, and
/// those of the new ones follow the type that was the last one then.
const LATER: [Later; 9] = [
    ("fulfilment", "InvoiceWriteOffNoted", &[("ShipmentCancellationRequested", 2)]),
    ("shipment", "ShipmentCancelled", &[("ShipmentCancelled", 2)]),
    ("order", "PaymentWrittenOff", &[("OrderCancelled", 2)]),
    (
        "fulfilment",
        "DeadlinePassed",
        &[
            ("ReservationRequested", 1),
            ("ReservationNoted", 2),
            ("RejectionNoted", 2),
            ("ReservationReleaseRequested", 2),
            ("ReleaseNoted", 2),
            ("StockDispatchRequested", 2),
            ("StockDispatchNoted", 2),
        ],
    ),
    (
        "stock",
        "StockAdjusted",
        &[("StockReserved", 2), ("ReservationRejected", 2), ("ReservationReleased", 2), ("StockDispatched", 2)],
    ),
    ("account", "DefaultCardChosen", &[("AccountOpened", 2), ("AddressAdded", 2), ("CardAdded", 2)]),
    ("order", "GoodsReturned", &[("OrderCancelled", 3), ("AccountConnected", 2), ("CardReplaced", 2)]),
    ("payment", "PaymentRefundedByHand", &[("PaymentCreated", 2)]),
    ("fulfilment", "StockReturnNoted", &[("PlacementNoted", 3), ("PaymentRequested", 3), ("CardReplacementNoted", 2)]),
];

/// The golden events of a category in the order in which the files got lines of them: as the type has them, and behind
/// them those of later schemas.
fn payloads<D: Decider>() -> Vec<(&'static str, u32)> {
    let later: Vec<_> = LATER.iter().filter(|(category, ..)| *category == D::CATEGORY).collect();
    let mut payloads = Vec::new();
    for name in <D::Event as strum::VariantNames>::VARIANTS {
        let added = later.iter().flat_map(|(_, _, added)| *added).filter(|(of, schema)| of == name && *schema > 1);
        let first = added.map(|(_, schema)| schema - 1).min();
        payloads.push((*name, first.unwrap_or_else(|| schema_of::<D::Event>(name))));
        payloads.extend(later.iter().filter(|(_, behind, _)| behind == name).flat_map(|(_, _, added)| *added));
    }
    payloads
}

/// The golden events of a category as commits of one stream: the last word on what each looks like in the log.
fn history<D: Decider>(id: &str) -> Vec<Commit> {
    let stream = StreamName::new(D::CATEGORY, id).unwrap();
    let payloads = payloads::<D>();
    for name in <D::Event as strum::VariantNames>::VARIANTS {
        assert!(payloads.contains(&(*name, schema_of::<D::Event>(name))), "{name} as it is stored today");
    }
    let text = |name: &str, schema: u32| {
        let file = folder(D::CATEGORY).join(format!("{name}.{schema}.json"));
        fs::read_to_string(file).unwrap().trim_end().to_owned()
    };
    let mut commits: Vec<Commit> = Vec::new();
    for (version, (name, schema)) in (1..).zip(payloads) {
        let mut commit = Commit {
            stream: stream.clone(),
            version: Version(version),
            events: Events::parse(text(name, schema)).unwrap(),
            id: CommandId::of_key(["test", "POST", "/", name]),
            digest: Digest::of(&name).unwrap(),
            committed_at: Timestamp(1_763_718_723_045 + i64::try_from(version).unwrap() * 1_000),
            // Two commits belong together, the next two to something else.
            correlation: Correlation { id: format!("c{}", version / 2), client: None },
            causation: None,
            actor: Actor("test".to_owned()),
            snapshot: None,
            hash: Hash::ORIGIN,
        };
        commit.hash = commit.chained(&commits.last().map_or(Hash::ORIGIN, |last| last.hash));
        commits.push(commit);
    }
    commits
}

fn histories() -> [Vec<Commit>; 12] {
    let id = "0b".repeat(16);
    [
        history::<account::Account>(&id),
        history::<audit::Audit>("202611"),
        history::<cart::Cart>(&id),
        history::<fulfilment::Fulfilment>(&id),
        history::<invoice::Invoice>(&id),
        history::<order::Order>(&id),
        history::<payment::Payment>(&id),
        history::<product::Product>("mug"),
        history::<shipment::Shipment>(&id),
        history::<stock::Stock>("berlin.mug"),
        history::<warehouse::Warehouse>("berlin"),
        history::<access::Access>(&id),
    ]
}

fn shown(key: &str, row: &Row) -> Value {
    let document: Value = serde_json::from_str(&row.document).unwrap();
    json!({ "key": key, "version": row.version, "document": document, "index": row.index })
}

/// The rows that each commit brings, a line each.
fn rows(fold: &dyn Subscription, commits: &[Commit]) -> String {
    let (mut lines, mut row) = (String::new(), None);
    for commit in commits {
        let commits = std::slice::from_ref(commit);
        for (key, link) in fold.pointers(row.as_ref(), commits) {
            writeln!(lines, "{}", shown(&key, &link)).unwrap();
        }
        row = fold.fold(row.as_ref(), commits).row;
        writeln!(lines, "{}", shown(&fold.key(&commits[0].stream), row.as_ref().unwrap())).unwrap();
    }
    lines
}

/// What each commit adds, a line each.
fn sums(fold: &dyn TotalsFold, commits: &[Commit]) -> String {
    let mut lines = String::new();
    for length in 1..=commits.len() {
        let (checkpoint, sums) = totals::fold(fold, &commits[..length]);
        let document: Value = serde_json::from_str(&checkpoint.unwrap().document).unwrap();
        let sums: Vec<_> = sums.0.iter().map(|(key, amounts)| json!([key.partition, key.name, amounts])).collect();
        writeln!(lines, "{}", json!({ "document": document, "sums": sums })).unwrap();
    }
    lines
}

/// A file grows by the lines of event types that were appended to the enum; the lines that it has stay.
fn grown(file: String, lines: &str) {
    let file = folder("views").join(file);
    let before = fs::read_to_string(&file).unwrap_or_default();
    if std::env::var_os("UPDATE_GOLDEN").is_some() && lines.starts_with(&before) {
        fs::write(&file, lines).unwrap();
    }
    golden(&file, lines);
}

#[test]
fn every_fold_makes_of_the_log_what_its_number_says() {
    for commits in histories() {
        let category = commits[0].stream.category();
        for fold in read_models().views.into_iter().filter(|fold| fold.follows(category)) {
            let file = format!("{}.{category}.{}.ndjson", fold.name(), fold.fold_version());
            grown(file, &rows(fold.as_ref(), &commits));
        }
        for fold in read_models().totals.into_iter().filter(|fold| fold.follows(category)) {
            let file = format!("{}.{category}.{}.ndjson", fold.name(), fold.fold_version());
            grown(file, &sums(fold.as_ref(), &commits));
        }
    }
}
