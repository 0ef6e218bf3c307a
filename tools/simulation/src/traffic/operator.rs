//! An operator, who has a read model made anew while the shop is open, and sends readers to it; and who erases the data
//! of customers.

use super::Traffic;
use crate::gateway::{Got, Sent, send};
use crate::world::World;
use http::Method;
use serde_json::{Value, json};
use shop_domain::values::AccountId;
use shop_domain::views::{read_models, sales};
use std::sync::Arc;
use std::time::Duration;

/// The latest beginning, and the longest time between two looks.
const LATEST_MS: u64 = 1_200_000;
const LONGEST_MS: u64 = 60_000;
/// The maximum number of looks before the operator goes home.
const LOOKS: usize = 60;

impl Traffic {
    /// Has a read model rebuilt, flips it when it is complete, and often has the rest removed, or flips it back.
    pub(crate) async fn olga(self: Arc<Self>) {
        let world = &self.world;
        let Some(view) = world.dice(|dice| dice.choice(names())) else { return };
        pause(world, LATEST_MS).await;
        let insist = async |what: &str, body| insist(world, &format!("/ops/projections/{view}/{what}"), body).await;
        insist("rebuild", json!({})).await;
        // Rows that were late count as different, and in a storm many are.
        insist("flip", json!({ "despite_differences": true })).await;
        pause(world, LONGEST_MS).await;
        let then = world.dice(|dice| dice.choice(["cleanup", "cleanup", "rollback", "rebuild"])).unwrap_or_default();
        insist(then, json!({})).await;
    }
}

/// Erases what the shop knows of a person, at any moment of an order: while it is paid, while it is sent, or later.
pub(super) async fn erase(world: &Arc<World>, account: &AccountId) {
    let latest = world.dice(|dice| dice.choice([5_000, LONGEST_MS, LATEST_MS])).unwrap_or(LATEST_MS);
    pause(world, latest).await;
    insist(world, &format!("/ops/accounts/{account}/erase"), json!({})).await;
}

/// Asks under one key until it is done, or the operator goes home.
async fn insist(world: &Arc<World>, path: &str, body: Value) {
    let key = world.dice(|dice| dice.u32(..));
    for _ in 0..LOOKS {
        let headers = vec![("idempotency-key", format!("olga-{key}"))];
        if request(world, Method::POST, path.to_owned(), headers, body.clone()).await.is_some() {
            return;
        }
        pause(world, LONGEST_MS).await;
    }
}

/// The read models.
pub(crate) fn names() -> Vec<&'static str> {
    read_models().views.iter().map(|view| view.name()).chain([sales::NAME]).collect()
}

async fn pause(world: &Arc<World>, longest_ms: u64) {
    let ms = world.dice(|dice| dice.u64(..longest_ms));
    world.sleep(Duration::from_millis(ms)).await;
}

/// A request of an operator, and its answer if that is no refusal.
pub(crate) async fn ask(world: &Arc<World>, method: Method, path: &str, body: Value) -> Option<Got> {
    request(world, method, path.to_owned(), vec![], body).await
}

async fn request(
    world: &Arc<World>,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Value,
) -> Option<Got> {
    let sent = Sent { subject: "operator:olga".to_owned(), method, path, headers, body };
    let got = send(world, &sent).await;
    world.say(|| format!("{} {} {}: {:?}", sent.subject, sent.method, sent.path, got.as_ref().map(|got| got.status)));
    got.filter(|got| got.status < 300)
}
