//! The payloads of `events/` as one story: each is sent to its function, in this order, and the answer is compared.

use foldlog_lambda::{Invoke, Registered, Settings};
use foldlog_local::Host;
use serde_json::{Value, json};
use shop_composition::Provider;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `<function>.<case>` in the order of the story, with what the answer has to show.
pub const STORY: [(&str, Expected); 50] = [
    ("account-commands.open-account", Expected::Status(201)),
    ("account-commands.confirm-account", Expected::Status(200)),
    ("account-commands.activate-account", Expected::Status(200)),
    ("account-commands.add-address", Expected::Status(201)),
    ("account-commands.add-card", Expected::Status(201)),
    ("catalogue-commands.register-product", Expected::Status(201)),
    ("catalogue-commands.list-product", Expected::Status(200)),
    ("stock-commands.open-warehouse", Expected::Status(201)),
    ("stock-commands.receive", Expected::Status(200)),
    ("projector.commits", Expected::AllDone),
    ("cart-commands.open-cart", Expected::Status(201)),
    ("cart-commands.add-item", Expected::Status(200)),
    ("cart-commands.unknown-field", Expected::Status(422)),
    ("cart-commands.check-out", Expected::Status(202)),
    ("relay.cart-checked-out", Expected::AllDone),
    ("fulfilment.cart-checked-out", Expected::AllDone),
    ("order-reactions.placement-requested", Expected::AllDone),
    ("fulfilment.account-connected", Expected::AllDone),
    ("stock-reactions.reservation-requested", Expected::AllDone),
    ("fulfilment.stock-reserved", Expected::AllDone),
    ("payment-reactions.payment-requested", Expected::AllDone),
    ("payment-commands.forged-notice", Expected::Status(401)),
    ("fulfilment.payment-authorised", Expected::AllDone),
    ("order-reactions.confirmation-requested", Expected::AllDone),
    ("fulfilment.order-confirmed", Expected::AllDone),
    ("invoice-reactions.invoice-requested", Expected::AllDone),
    ("shipment-reactions.shipment-requested", Expected::AllDone),
    ("shipment-commands.deliver-too-early", Expected::Status(422)),
    ("fulfilment.deadlines", Expected::Asked(0)),
    ("sales-projector.order-confirmed", Expected::AllDone),
    ("order-commands.cancel-order", Expected::Status(202)),
    ("reconcile.scheduled", Expected::Streams(10)),
    ("reconcile.recheck", Expected::Streams(0)),
    ("operations.rebuild", Expected::Status(202)),
    ("rebuild.plan", Expected::Parts(1)),
    ("operations.parked", Expected::Status(200)),
    ("operations.redrive", Expected::Status(404)),
    ("operations.recover", Expected::Status(202)),
    ("operations.projections", Expected::Status(200)),
    ("operations.reconcile", Expected::Status(202)),
    ("reconcile.lost-batches-redriven", Expected::AllDone),
    ("verification.verification-requested", Expected::AllDone),
    ("operations.verify", Expected::Status(202)),
    ("queries.account", Expected::Status(200)),
    ("queries.order", Expected::Status(200)),
    ("queries.order-events", Expected::Status(200)),
    ("queries.sales", Expected::Status(200)),
    ("queries.catalogue", Expected::Status(200)),
    ("queries.health", Expected::Status(200)),
    ("token-scopes.customer", Expected::Suppressed(2)),
];

/// What an answer has to show.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// An HTTP answer of this status.
    Status(u16),
    /// A batch of which nothing failed.
    AllDone,
    /// A reconciliation of this number of streams.
    Streams(usize),
    /// A rebuild with this number of open parts.
    Parts(usize),
    /// A check of the deadlines of this number of processes.
    Asked(usize),
    /// A token without this number of scopes.
    Suppressed(usize),
}

impl Expected {
    /// Checks an answer.
    #[track_caller]
    pub fn check(self, answer: &Value) {
        match self {
            Self::Status(status) => assert_eq!(answer["statusCode"], status, "{answer}"),
            Self::AllDone => assert_eq!(answer, &json!({ "batchItemFailures": [] })),
            Self::Streams(streams) => assert_eq!(answer["streams"], streams, "{answer}"),
            Self::Parts(parts) => assert_eq!(answer["work"].as_array().map(Vec::len), Some(parts), "{answer}"),
            Self::Asked(processes) => assert_eq!(answer["asked"], processes, "{answer}"),
            Self::Suppressed(scopes) => {
                let token = &answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"];
                assert_eq!(token["scopesToSuppress"].as_array().map(Vec::len), Some(scopes), "{answer}");
            }
        }
    }
}

/// The folder of the payloads.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// A payload.
#[must_use]
pub fn payload(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

/// The function that a payload is for.
#[must_use]
pub fn function_of(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

/// A host whose functions do nothing: data change only when a test invokes a function. Beside it, a payment provider,
/// which sends no webhooks.
pub async fn silent_host() -> (Host, Provider) {
    silent_host_on(Ipv4Addr::LOCALHOST.into()).await
}

/// The same, with the provider on an address of this machine.
pub async fn silent_host_on(address: IpAddr) -> (Host, Provider) {
    shop_composition::idle_host(address).await.expect("the template starts")
}

/// The real functions on such a host, by name.
#[must_use]
pub fn functions_on(host: &Host) -> Vec<(&'static str, Arc<dyn Invoke>)> {
    functions_under(host, "on")
}

/// The same, with commands on or off.
#[must_use]
pub fn functions_under(host: &Host, commands: &str) -> Vec<(&'static str, Arc<dyn Invoke>)> {
    let made = |function: Registered| {
        let mut environment = host.environment(function.name).expect("it is in the template");
        environment.insert("COMMANDS".to_owned(), commands.to_owned());
        let settings: Settings = environment.into_iter().collect();
        (function.name, (function.build)(&settings, &host.aws_config()).expect("its settings are there"))
    };
    shop_composition::functions().into_iter().map(made).collect()
}

/// An answer without what differs from run to run, moments and correlation ids, from process to process, what it has done
/// so far, and from shop to shop: cursors are sealed, and the id of a card follows from the key of its account. Bodies are
/// read as JSON.
#[must_use]
pub fn timeless(answer: Value) -> Value {
    match answer {
        Value::Object(fields) => {
            let differ = ["x-correlation-id", "correlation_id", "so_far"];
            let is_card = fields.contains_key("brand") && fields.contains_key("last4");
            let kept = fields.into_iter().filter(|(name, _)| !differ.contains(&name.as_str()));
            let value = |name: &str, value: Value| {
                let is_id_of_card = is_card && name == "id" && value.as_str().is_some_and(is_id);
                if is_id_of_card { json!("a card") } else { timeless(value) }
            };
            Value::Object(kept.map(|(name, of)| (name.clone(), value(&name, of))).collect())
        }
        Value::Array(items) => items.into_iter().map(timeless).collect(),
        Value::String(text) if text.parse::<foldlog::Timestamp>().is_ok() => json!("a moment"),
        Value::String(text) if text.rsplit_once("/cards/").is_some_and(|(_, id)| is_id(id)) => {
            json!(text.rsplit_once("/cards/").map(|(account, _)| format!("{account}/cards/a card")))
        }
        Value::String(text) if text.starts_with(['{', '[']) => {
            serde_json::from_str(&text).map_or(Value::String(text), timeless)
        }
        Value::String(text) if text.contains("&cursor=") => {
            json!(text.split_once("&cursor=").map(|(list, _)| format!("{list}&cursor=a place")))
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
