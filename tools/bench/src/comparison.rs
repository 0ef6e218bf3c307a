//! The run of a case: in each round, first one side and then the other does the same commands.

use crate::case::Case;
use crate::crowd;
use crate::error::BenchError;
use crate::figures::{Figures, Rounds, Side};
use crate::filling::Filling;
use crate::live_shop::LiveShop;
use crate::meter::Meter;
use crate::ours::{accounts, execute};
use crate::processes;
use crate::processor::{cpu, spent};
use crate::projecting::Projecting;
use crate::rebuilding::Rebuilding;
use crate::replay::Replay;
use crate::store::{self, Raw, TABLE, item};
use crate::streams::{CLIENTS, COMMANDS_A_CLIENT, Step, Streams, Who};
use crate::visible::Observer;
use aws_sdk_dynamodb::Client;
use foldlog::Effect;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// The number of commands that a side does in a round, one after the other,
const COMMANDS: u64 = 100;
/// and the maximum duration of the round.
const ROUND: Duration = Duration::from_millis(200);
/// The maximum duration of the round whose requests are counted, for slow commands.
const COUNTED: Duration = Duration::from_secs(1);

/// Both sides on one table.
pub(super) struct Comparison {
    url: String,
    program: PathBuf,
    client: Client,
    meter: Meter,
    streams: Streams,
    /// Checks what was written; its requests are not counted.
    witness: Raw,
    replay: OnceCell<Replay>,
    projecting: OnceCell<Projecting>,
    rebuilding: OnceCell<Rebuilding>,
    filling: OnceCell<Filling>,
    live_shop: OnceCell<LiveShop>,
    /// The address of the whole shop,
    pub(super) shop: Option<String>,
    /// and the observer of its rows.
    pub(super) onlooker: Option<Observer>,
}

impl Comparison {
    /// Connects both sides. `program` is the path of this program, for cases of several processes.
    pub(super) async fn at(url: &str, program: PathBuf) -> Result<Self, BenchError> {
        let meter = Meter::default();
        let client = store::client(url, &meter);
        let streams = Streams::new(accounts(&client), Raw::on(&client, TABLE)).await?;
        let witness = Raw::on(&store::client(url, &Meter::default()), TABLE);
        Ok(Self {
            url: url.to_owned(),
            program,
            client,
            meter,
            streams,
            witness,
            replay: OnceCell::new(),
            projecting: OnceCell::new(),
            rebuilding: OnceCell::new(),
            filling: OnceCell::new(),
            live_shop: OnceCell::new(),
            shop: None,
            onlooker: None,
        })
    }

    /// Runs a case. The requests of each side's first round are counted; the later rounds are timed, until each side
    /// had about `limit`.
    pub(super) async fn run(&mut self, case: Case, limit: Duration) -> Result<Figures, BenchError> {
        let (mut ours, mut raw) = (Rounds::default(), Rounds::default());
        ours.counted = self.counted(case, Who::Ours).await?;
        raw.counted = self.counted(case, Who::Raw).await?;
        let rounds = limit.as_millis().div_ceil(ROUND.as_millis()).max(2);
        let mut done = 0;
        while done < rounds && (done == 0 || ours.timed.wall + raw.timed.wall < limit * 2) {
            // The second side finds warmer caches.
            for who in if done % 2 == 0 { [Who::Ours, Who::Raw] } else { [Who::Raw, Who::Ours] } {
                let steps = self.steps(case, who).await?;
                let round = self.commands(case, who, &steps, ROUND).await?;
                match who {
                    Who::Ours => ours.timed.add(round),
                    Who::Raw => raw.timed.add(round),
                }
            }
            done += 1;
        }
        Ok(Figures::of(case.to_string(), &ours, &raw))
    }

    /// A round whose requests are counted.
    pub(super) async fn counted(&mut self, case: Case, who: Who) -> Result<Side, BenchError> {
        let steps = self.steps(case, who).await?;
        self.meter.start();
        let side = self.commands(case, who, &steps, COUNTED).await;
        let counts = self.meter.stop();
        let mut side = side?;
        side.counts += counts;
        Ok(side)
    }

    /// Prepares a round before its time runs.
    async fn steps(&mut self, case: Case, who: Who) -> Result<Vec<Step>, BenchError> {
        let client = &self.client;
        let count = match case {
            Case::Create | Case::AppendWarm(_) | Case::AppendCold(_) | Case::AppendFive | Case::Load(_) => COMMANDS,
            Case::Clients => CLIENTS * COMMANDS_A_CLIENT,
            Case::Contention => crowd::COMMANDS,
            Case::Rebuild => self.rebuilding.get_or_try_init(|| Rebuilding::filled(client)).await.map(|_| 0)?,
            Case::BesideFill(length) => {
                self.filling.get_or_try_init(|| Filling::begun(client)).await?;
                let filling = self.filling.get_mut().ok_or_else(not_started)?;
                filling.with(&self.witness, &self.streams.single, length).await.map(|()| 0)?
            }
            Case::BesideRebuild => {
                let shop = ready(self.shop.as_ref())?;
                self.live_shop.get_or_try_init(|| LiveShop::of(shop)).await.map(|_| 0)?
            }
            Case::Project(_) => self.projecting.get_or_try_init(|| Projecting::at(client)).await.map(|_| 0)?,
            Case::Replay => self.replay.get_or_try_init(|| Replay::filled(client)).await.map(|_| 0)?,
            Case::Processes | Case::Visible => 0,
        };
        self.streams.steps(case, who, count).await
    }

    async fn commands(&self, case: Case, who: Who, steps: &[Step], most: Duration) -> Result<Side, BenchError> {
        match case {
            Case::Contention => crowd::on_one_stream(&self.streams, &self.witness, who, steps).await,
            Case::Processes => processes::on_one_stream(&self.program, &self.url, &self.witness, who).await,
            Case::Replay => ready(self.replay.get())?.read(who).await,
            Case::Project(commits) => ready(self.projecting.get())?.round(who, commits).await,
            Case::Rebuild => ready(self.rebuilding.get())?.round(who).await,
            Case::BesideFill(length) => ready(self.filling.get())?.round(who, length).await,
            Case::BesideRebuild => ready(self.live_shop.get())?.round(who).await,
            Case::Visible => {
                let onlooker = ready(self.onlooker.as_ref())?;
                onlooker.round(who, &self.streams.raw, &self.streams.single).await
            }
            Case::Create
            | Case::AppendWarm(_)
            | Case::AppendCold(_)
            | Case::AppendFive
            | Case::Clients
            | Case::Load(_) => {
                // Clients work concurrently, each with the commands of one stream.
                let clients = if case == Case::Clients { CLIENTS } else { 1 };
                let (cpu, started) = (cpu(), Instant::now());
                let clients = crowd::shares(steps, clients).map(|steps| self.one_by_one(case, who, steps, most));
                let durations = futures::future::try_join_all(clients).await?.concat();
                Ok(Side::of(durations, started.elapsed(), spent(cpu)))
            }
        }
    }

    async fn one_by_one(
        &self,
        case: Case,
        who: Who,
        steps: &[Step],
        most: Duration,
    ) -> Result<Vec<Duration>, BenchError> {
        let started = Instant::now();
        let mut durations = Vec::with_capacity(steps.len());
        for step in steps {
            let begun = Instant::now();
            match who {
                Who::Ours => self.ours(case, step).await?,
                Who::Raw => self.raw(case, step).await?,
            }
            durations.push(begun.elapsed());
            if started.elapsed() > most {
                break;
            }
        }
        Ok(durations)
    }

    async fn ours(&self, case: Case, Step { stream, command, metadata, .. }: &Step) -> Result<(), BenchError> {
        let cold = matches!(case, Case::AppendCold(_) | Case::Load(_)).then(|| accounts(&self.client));
        let ours = cold.as_ref().unwrap_or(&self.streams.ours);
        // A load repeats the newest command: the answer is the stream's state, and nothing is written.
        let effect = if matches!(case, Case::Load(_)) { Effect::Repeated } else { Effect::Appended };
        execute(ours, stream, command, metadata, effect).await
    }

    async fn raw(&self, case: Case, step: &Step) -> Result<(), BenchError> {
        let raw = &self.streams.raw;
        if matches!(case, Case::AppendCold(_) | Case::Load(_)) {
            let items = raw.query(&step.raw, 0, false).await?;
            if (items.len() as u64) < case.earlier() {
                return Err(BenchError::Wrong(format!("{} has lost items", step.raw)));
            }
        }
        if !matches!(case, Case::Load(_))
            && !raw.put(item(self.streams.template(case), &step.raw, step.version)).await?
        {
            return Err(BenchError::Wrong(format!("an item stands at {}@{} already", step.raw, step.version)));
        }
        Ok(())
    }
}

/// The part that a case needs, if it is prepared.
fn ready<T>(part: Option<&T>) -> Result<&T, BenchError> {
    part.ok_or_else(not_started)
}

fn not_started() -> BenchError {
    BenchError::Wrong("what the case stands on was not started".to_owned())
}
