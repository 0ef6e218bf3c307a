//! The run of a case: rounds in which first one side, then the other does the same commands.

use crate::case::Case;
use crate::crowd;
use crate::error::BenchError;
use crate::figures::{Figures, Rounds, Side};
use crate::live_shop::LiveShop;
use crate::meter::Meter;
use crate::ours::{accounts, append, create, execute};
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

/// How many commands a side does in a round, one behind the other,
const COMMANDS: u64 = 100;
/// and how long it goes on at most.
const ROUND: Duration = Duration::from_millis(200);
/// How long the round goes on whose requests are counted, where commands are slow.
const COUNTED: Duration = Duration::from_secs(1);

/// Both sides on one table.
pub(super) struct Comparison {
    url: String,
    program: PathBuf,
    client: Client,
    meter: Meter,
    streams: Streams,
    /// Looks at what was written, and is not counted.
    witness: Raw,
    replay: Option<Replay>,
    projecting: Option<Projecting>,
    rebuilding: Option<Rebuilding>,
    live_shop: Option<LiveShop>,
    /// Where the whole shop is.
    shop: Option<String>,
    onlooker: Option<Observer>,
}

impl Comparison {
    /// Connects both sides. `program` is this one, for cases of several processes.
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
            replay: None,
            projecting: None,
            rebuilding: None,
            live_shop: None,
            shop: None,
            onlooker: None,
        })
    }

    /// The comparison with a whole shop to look at.
    pub(super) fn beside(self, onlooker: Option<Observer>, shop: Option<String>) -> Self {
        Self { shop, onlooker, ..self }
    }

    /// Runs a case: of each side a first round is counted, those behind it are timed, until each had about `limit`.
    pub(super) async fn run(&mut self, case: Case, limit: Duration) -> Result<Figures, BenchError> {
        let (mut ours, mut raw) = (Rounds::default(), Rounds::default());
        ours.counted = self.counted(case, Who::Ours).await?;
        raw.counted = self.counted(case, Who::Raw).await?;
        let rounds = limit.as_millis().div_ceil(ROUND.as_millis()).max(2);
        let mut done = 0;
        while done < rounds && (done == 0 || ours.timed.wall + raw.timed.wall < limit * 2) {
            // Who comes second finds warmer caches.
            for who in if done % 2 == 0 { [Who::Ours, Who::Raw] } else { [Who::Raw, Who::Ours] } {
                let round = self.round(case, who, ROUND).await?;
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

    async fn round(&mut self, case: Case, who: Who, most: Duration) -> Result<Side, BenchError> {
        let steps = self.steps(case, who).await?;
        self.commands(case, who, &steps, most).await
    }

    /// What a round needs before its time runs.
    async fn steps(&mut self, case: Case, who: Who) -> Result<Vec<Step>, BenchError> {
        let count = match case {
            Case::Create | Case::AppendWarm(_) | Case::AppendCold(_) | Case::AppendFive | Case::Load(_) => COMMANDS,
            Case::Clients => CLIENTS * COMMANDS_A_CLIENT,
            Case::Rebuild => {
                if self.rebuilding.is_none() {
                    self.rebuilding = Some(Rebuilding::filled(&self.client).await?);
                }
                return Ok(Vec::new());
            }
            Case::BesideRebuild => {
                if self.live_shop.is_none() {
                    self.live_shop = Some(LiveShop::of(ready(self.shop.as_ref())?).await?);
                }
                return Ok(Vec::new());
            }
            Case::Contention => crowd::COMMANDS,
            Case::Processes | Case::Visible => return Ok(Vec::new()),
            Case::Project(_) => {
                if self.projecting.is_none() {
                    self.projecting = Some(Projecting::at(&self.client).await?);
                }
                return Ok(Vec::new());
            }
            Case::Replay => {
                if self.replay.is_none() {
                    self.replay = Some(Replay::filled(&self.client).await?);
                }
                return Ok(Vec::new());
            }
        };
        self.streams.steps(case, who, count).await
    }

    async fn commands(&self, case: Case, who: Who, steps: &[Step], most: Duration) -> Result<Side, BenchError> {
        match case {
            Case::Clients => self.clients(who, steps, most).await,
            Case::Contention => crowd::on_one_stream(&self.streams, &self.witness, who, steps).await,
            Case::Processes => processes::on_one_stream(&self.program, &self.url, &self.witness, who).await,
            Case::Replay => ready(self.replay.as_ref())?.read(who).await,
            Case::Project(commits) => ready(self.projecting.as_ref())?.round(who, commits).await,
            Case::Rebuild => ready(self.rebuilding.as_ref())?.round(who).await,
            Case::BesideRebuild => ready(self.live_shop.as_ref())?.round(who).await,
            Case::Visible => {
                let onlooker = ready(self.onlooker.as_ref())?;
                onlooker.round(who, self.streams.raw(), self.streams.single()).await
            }
            Case::Create | Case::AppendWarm(_) | Case::AppendCold(_) | Case::AppendFive | Case::Load(_) => {
                let (cpu, started) = (cpu(), Instant::now());
                let durations = self.one_by_one(case, who, steps, most).await?;
                Ok(Side::of(durations, started.elapsed(), spent(cpu)))
            }
        }
    }

    /// Clients that work at the same time, each with the commands of one stream.
    async fn clients(&self, who: Who, steps: &[Step], most: Duration) -> Result<Side, BenchError> {
        let (cpu, started) = (cpu(), Instant::now());
        let clients = crowd::shares(steps, CLIENTS).map(|steps| self.one_by_one(Case::Clients, who, steps, most));
        let durations = futures::future::try_join_all(clients).await?.concat();
        Ok(Side::of(durations, started.elapsed(), spent(cpu)))
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
        let cold = || accounts(&self.client);
        match case {
            Case::AppendCold(_) => append(&cold(), stream, command, metadata).await,
            // The newest command once more: the answer is the stream's state, and nothing is written.
            Case::Load(_) => execute(&cold(), stream, command, metadata, Effect::Repeated).await,
            Case::Create => create(self.streams.ours(), stream, command, metadata).await,
            Case::AppendWarm(_)
            | Case::AppendFive
            | Case::Clients
            | Case::Contention
            | Case::Processes
            | Case::Replay
            | Case::Project(_)
            | Case::Rebuild
            | Case::BesideRebuild
            | Case::Visible => append(self.streams.ours(), stream, command, metadata).await,
        }
    }

    async fn raw(&self, case: Case, step: &Step) -> Result<(), BenchError> {
        let raw = self.streams.raw();
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

/// What a case stands on, once it is there.
fn ready<T>(part: Option<&T>) -> Result<&T, BenchError> {
    part.ok_or_else(|| BenchError::Wrong("what the case stands on was not started".to_owned()))
}
