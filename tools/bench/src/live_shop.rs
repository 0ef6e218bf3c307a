//! Commands over HTTP to a whole shop during the rebuild of a read model, and the same commands without one.

use crate::error::BenchError;
use crate::figures::Side;
use crate::processor::{cpu, spent};
use crate::streams::Who;
use futures::future::try_join_all;
use serde::Deserialize;
use shop_client::{Client, ClientError, Identity, Role, Session};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// The number of customers, and the number of commands of each in a round.
const CUSTOMERS: u64 = 5;
const COMMANDS: u64 = 40;
/// The number of carts before the first round: the rebuild reads these.
const CARTS: u64 = 500;
/// The read model that is rebuilt; carts that are opened meanwhile belong to it, too.
const VIEW: &str = "cart";
/// The pause between two checks for completion.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The customers of a shop, and its operator.
pub(super) struct LiveShop {
    customers: Vec<Session>,
    operator: Session,
}

#[derive(Deserialize)]
struct Shown {
    generations: Vec<Generation>,
}

#[derive(Deserialize)]
struct Generation {
    generation: u32,
    stage: String,
}

impl Shown {
    fn newest(&self) -> Option<&Generation> {
        self.generations.iter().max_by_key(|one| one.generation)
    }
}

impl LiveShop {
    /// Prepares a shop with some carts in it.
    pub(super) async fn of(shop: &str) -> Result<Self, BenchError> {
        let base = shop.parse::<reqwest::Url>().map_err(|error| BenchError::Wrong(format!("{error}")))?;
        let client = Client::at(base, None)?;
        let sessions = (0..CUSTOMERS).map(|number| {
            let client = client.clone();
            async move { client.session(&Identity::customer(&number.to_string())).await }
        });
        let customers = try_join_all(sessions).await?;
        let operator = client.session(&Identity::of(Role::Operator)).await?;
        let live_shop = Self { customers, operator };
        live_shop.open(CARTS / CUSTOMERS).await?;
        Ok(live_shop)
    }

    /// A round: with a rebuild that starts again whenever it is complete, or without one.
    pub(super) async fn round(&self, who: Who) -> Result<Side, BenchError> {
        let (cpu, started) = (cpu(), Instant::now());
        let (durations, wall) = match who {
            Who::Ours => {
                let done = Cell::new(false);
                let commands = async {
                    let durations = self.open(COMMANDS).await;
                    done.set(true);
                    durations.map(|durations| (durations, started.elapsed()))
                };
                futures::try_join!(commands, self.rebuild_until(&done))?.0
            }
            Who::Raw => (self.open(COMMANDS).await?, started.elapsed()),
        };
        Ok(Side::of(durations, wall, spent(cpu)))
    }

    /// Each customer opens a number of carts, one after the other. Returns the duration of each command.
    async fn open(&self, carts: u64) -> Result<Vec<Duration>, BenchError> {
        let each = self.customers.iter().map(async |customer| {
            let mut durations = Vec::new();
            for _ in 0..carts {
                let begun = Instant::now();
                customer.post(&["carts"]).send().await?.accepted()?;
                durations.push(begun.elapsed());
            }
            Ok::<_, ClientError>(durations)
        });
        Ok(try_join_all(each).await?.concat())
    }

    /// Rebuilds again and again until the commands are done, and completes the last rebuild.
    async fn rebuild_until(&self, done: &Cell<bool>) -> Result<(), BenchError> {
        while !done.get() {
            let asked = self.operator.post(&["ops", "projections", VIEW, "rebuild"]).send().await?;
            let begun: Shown = asked.accepted().and_then(|asked| asked.json())?;
            let before = begun.newest().map_or(0, |newest| newest.generation);
            loop {
                tokio::time::sleep(BETWEEN_LOOKS).await;
                let answer = self.operator.get(&["ops", "projections", VIEW]).send().await?;
                let shown: Shown = answer.accepted().and_then(|shown| shown.json())?;
                if shown.newest().is_some_and(|newest| newest.generation > before && newest.stage == "complete") {
                    break;
                }
            }
        }
        Ok(())
    }
}
