//! The time from a commit to its row, on a shop that has nothing else to do.

use crate::error::BenchError;
use crate::figures::Side;
use crate::ours::metadata;
use crate::processor::{cpu, spent};
use crate::store::{Item, Raw, TABLE, item};
use crate::streams::Who;
use aws_sdk_dynamodb::Client;
use foldlog::read::views::{Generation, RowKey};
use foldlog::write::identity;
use foldlog::{Commands, Consistency, Projection, StreamName, Views as _};
use foldlog_dynamo::{Log, Views};
use foldlog_lambda::{Settings, SystemHost};
use foldlog_local::{Host, HostError};
use shop_domain::cart::{Action, Cart, Command};
use std::time::{Duration, Instant};

type CartView = shop_domain::views::cart::View;

/// The number of commits in a round.
const COMMITS: u64 = 20;
/// The pause between two reads.
const BETWEEN_LOOKS: Duration = Duration::from_micros(500);
/// The maximum wait for a row.
const LONGEST: Duration = Duration::from_secs(10);

/// The whole shop on one machine.
pub(super) async fn shop() -> Result<Host, HostError> {
    Host::start(shop_composition::options([])).await
}

/// An observer that appends to the shop's log and reads its rows.
pub(super) struct Observer {
    carts: Commands<Cart, Log, SystemHost>,
    views: Views,
}

impl Observer {
    /// Finds the log and the rows of the shop's projector.
    pub(super) fn of(shop: &Host) -> Result<Self, BenchError> {
        let settings: Settings = shop.environment("projector").unwrap_or_default().into_iter().collect();
        let table = |name| settings.text(name).map_err(|error| BenchError::Wrong(error.to_string()));
        let client = Client::new(&shop.aws_config());
        Ok(Self {
            carts: Commands::new(Log::new(client.clone(), table("EVENT_LOG_TABLE")?), SystemHost),
            views: Views::new(client, table("GENERATIONS_TABLE")?).with(CartView::NAME, table("CART_VIEW")?, &[]),
        })
    }

    /// A round: each commit waits until the one before is visible. The raw client waits for the item that it put
    /// itself.
    pub(super) async fn round(&self, who: Who, raw: &Raw, template: &Item) -> Result<Side, BenchError> {
        let (cpu, mut durations) = (cpu(), Vec::new());
        for _ in 0..COMMITS {
            durations.push(match who {
                Who::Ours => self.seen().await?,
                Who::Raw => read_back(raw, template).await?,
            });
        }
        let wall = durations.iter().sum();
        Ok(Side::of(durations, wall, spent(cpu)))
    }

    /// The time from a command's answer to the row of its new cart.
    async fn seen(&self) -> Result<Duration, BenchError> {
        let wrong = |error: &dyn std::fmt::Display| BenchError::Wrong(error.to_string());
        let id = identity::fresh_id(&SystemHost);
        let stream = StreamName::of::<Cart>(&id.parse().map_err(|error| wrong(&error))?);
        let command = Command { by: id.parse().map_err(|error| wrong(&error))?, action: Action::Open };
        self.carts.execute(&stream, &command, &metadata(&id)?).await.map_err(|error| wrong(&error))?;
        let committed = Instant::now();
        let place = RowKey { view: CartView::NAME, generation: Generation::FIRST, key: id };
        while self.views.row(&place, Consistency::Strong).await.map_err(|error| wrong(&error))?.is_none() {
            if committed.elapsed() > LONGEST {
                return Err(BenchError::Wrong(format!("{stream} was not seen for {LONGEST:?}")));
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Ok(committed.elapsed())
    }
}

async fn read_back(raw: &Raw, template: &Item) -> Result<Duration, BenchError> {
    let id = identity::fresh_id(&SystemHost);
    raw.put(item(template, &id, 1)).await?;
    let put = Instant::now();
    match raw.query(&id, 0, true).await?.len() {
        1 => Ok(put.elapsed()),
        found => Err(BenchError::Wrong(format!("{found} items at {TABLE}/{id}"))),
    }
}
