//! The state machine of rebuilds: it plans, works on the parts side by side, and plans again until nothing is left. Its
//! tasks are retried as its definition says; then the execution fails, and somebody has to ask again.

use crate::triggers::invoke;
use crate::world::World;
use futures::future::join_all;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The function of all tasks.
const FUNCTION: &str = "rebuild";
/// The most attempts of a task, and the longest pause between two.
const ATTEMPTS: u32 = 9;
const LONGEST_PAUSE_MS: u64 = 60_000;

/// Runs an execution for the detail of an event.
pub(crate) async fn execute(world: Arc<World>, event: Value) {
    if rebuild(&world, event).await.is_none() {
        world.say(|| "AN EXECUTION of the machine FAILED".to_owned());
    }
}

async fn rebuild(world: &Arc<World>, event: Value) -> Option<()> {
    loop {
        let plan = task(world, json!({ "task": "plan", "event": event })).await?;
        if plan["finished"] == true {
            return Some(());
        }
        world.sleep(Duration::from_secs(plan["wait_s"].as_u64()?)).await;
        let parts = plan["work"].as_array()?.iter().map(|part| work(world, part));
        join_all(parts).await.into_iter().collect::<Option<Vec<()>>>()?;
    }
}

async fn work(world: &Arc<World>, part: &Value) -> Option<()> {
    while task(world, json!({ "task": "work", "part": part })).await?["done"] != true {}
    Some(())
}

async fn task(world: &Arc<World>, payload: Value) -> Option<Value> {
    for attempt in 1..=ATTEMPTS {
        if let Some(answer) = invoke(world, FUNCTION, payload.clone()).await {
            return Some(answer);
        }
        let longest = LONGEST_PAUSE_MS.min(1_000 << attempt);
        let pause = world.dice(|dice| dice.u64(..longest));
        world.sleep(Duration::from_millis(pause)).await;
    }
    None
}
