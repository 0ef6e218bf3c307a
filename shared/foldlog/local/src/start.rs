//! Starting a host: from the plan to everything that serves.

use crate::clock::Clock;
use crate::controls::Controls;
use crate::endpoint;
use crate::environments::ColdStart;
use crate::error::HostError;
use crate::events::Buses;
use crate::functions::{Runner, Runners};
use crate::gate::Gate;
use crate::gateway::{Gateway, OwnRoutes, Routes, Tokens};
use crate::host::{Host, url};
use crate::issuer::Issuer;
use crate::listener::{Limits, serve};
use crate::machines::{Executor, Register, Starter};
use crate::options::{Options, Storage};
use crate::plan::Plan;
use crate::private;
use crate::queues::Queues;
use crate::seam::{Backend, Seam};
use crate::secrets::Secrets;
use crate::streams::{Shards, Source, StreamMapping, Wake};
use crate::template::TemplateError;
use crate::wiring::Wiring;
use crate::work::Work;
use foldlog_lambda::Registered;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

type Gates = BTreeMap<String, Arc<Gate>>;

impl Host {
    /// Reads the template, creates what is missing, and serves until [`Host::stop`]. The host is ready when this
    /// returns.
    pub async fn start(options: Options) -> Result<Self, HostError> {
        let work = Work::default();
        let (plan, clock) = plan(&options, &work)?;
        let gates = plan.functions.iter().map(|function| (function.binary.clone(), Gate::new(work.clone())));
        let gates: Gates = gates.collect();
        let queues = Queues::declared(&plan.stack, &consumers(&plan, &gates))?;
        let (starters, inboxes) = Starter::all(&plan.machines, &work);
        let buses = Buses::declared(&plan.stack, &queues, &starters)?;
        let (directory, temporary) = directory(options.storage).map_err(HostError::Directory)?;
        let open = if temporary.is_some() { Issuer::open_temporary } else { Issuer::open };
        let tokens = Arc::new(Tokens { authorizer: plan.api.authorizer.clone(), issuer: open(&directory)? });
        let (listener, address) = bind(options.listen).await?;
        let (aws_listener, aws_address) = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;

        let wakes: Vec<_> = plan.streams.iter().map(|_| Arc::new(Wake::new(work.clone()))).collect();
        let readers = readers(&plan, &wakes);
        let (secrets, counted) = (Secrets::of(options.secrets), options.counted);
        let (backend, closing) =
            Backend::open(&plan, &directory, buses, readers, work.clone(), secrets, counted).await?;
        let runners = runners(&plan, &options.functions, &gates, &backend)?;
        let deliveries = plan.streams.iter().map(|(_, declared)| (declared.binary.clone(), Arc::default())).collect();
        let policies = plan.policies();
        let controls = Arc::new(Controls { clock: clock.clone(), gates, deliveries, wakes });

        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let wiring = Wiring {
            plan: &plan,
            runners: &runners,
            queues: &queues,
            controls: &controls,
            buckets: &backend.buckets,
            streams: options.streams,
        };
        for ((table, declared), wake) in plan.streams.iter().zip(&controls.wakes) {
            let mapping = StreamMapping {
                consumer: Arc::new(wiring.consumer(declared)?),
                source: Source::at_end(&backend.engine, &clock, table, &declared.stream).await?,
                shards: Shards { count: options.streams.shards, lanes: declared.parallelization },
                wake: Arc::clone(wake),
            };
            tasks.spawn(mapping.run(stopped.clone()));
        }
        for declared in &plan.queues {
            tasks.spawn(wiring.queue(declared)?.run(stopped.clone()));
        }
        let register = Register::default();
        for (machine, inbox) in plan.machines.iter().zip(inboxes) {
            let executor = Executor {
                machine: Arc::clone(machine),
                runners: runners.clone(),
                clock: clock.clone(),
                work: work.clone(),
                register: register.clone(),
                stop: stopped.clone(),
            };
            tasks.spawn(executor.run(inbox));
        }
        for schedule in &plan.schedules {
            let runner = wiring.runner(&schedule.binary)?;
            tasks.spawn(schedule.clone().run(runner, work.begin(), clock.clone(), stopped.clone()));
        }
        let own = OwnRoutes {
            description: description(&plan, aws_address),
            tokens: Arc::clone(&tokens),
            controls: Arc::clone(&controls),
            register: register.clone(),
        };
        let gateway = Gateway {
            api: plan.api.id,
            routes: Routes::new(plan.api.routes).map_err(|reason| TemplateError::value("HttpApi", reason))?,
            cors: plan.api.cors,
            tokens: Arc::clone(&tokens),
            runners,
            own,
            foreground: backend.foreground.clone(),
            work: work.clone(),
        };
        tasks.spawn(serve(listener, gateway.application(), stopped.clone(), Limits::default()));
        let seam = Seam::unrestricted(Arc::clone(&backend));
        tasks.spawn(serve(aws_listener, endpoint::application(seam, aws_address.ip()), stopped, Limits::default()));
        let functions = plan.functions.into_iter();
        Ok(Self {
            address,
            aws_address,
            backend,
            queues,
            controls,
            register,
            tokens,
            environments: functions.map(|function| (function.binary, function.environment)).collect(),
            policies,
            warnings: plan.stack.warnings,
            work,
            stop,
            tasks,
            closing,
            directory,
            _temporary: temporary,
        })
    }

    /// Serves what [`Host::aws_url`] serves on an address of this machine, and returns its URL: for containers, which
    /// do not reach loopback. Anyone who reaches the address may do anything.
    pub async fn open_aws(&mut self, address: SocketAddr) -> Result<String, HostError> {
        let (listener, bound) = bind(address).await?;
        let application = endpoint::application(Seam::unrestricted(Arc::clone(&self.backend)), bound.ip());
        self.tasks.spawn(serve(listener, application, self.stop.subscribe(), Limits::default()));
        Ok(url(bound))
    }
}

/// The data directory, and what removes a temporary one at the end.
fn directory(storage: Storage) -> std::io::Result<(PathBuf, Option<TempDir>)> {
    match storage {
        Storage::Temporary => TempDir::new().map(|temporary| (temporary.path().to_owned(), Some(temporary))),
        Storage::Directory(path) => private::directory(&path).map(|()| (path, None)),
    }
}

/// The plan of the template, and the clock: as declared, or so that each run counts the same.
fn plan(options: &Options, work: &Work) -> Result<(Plan, Clock), TemplateError> {
    let mut plan = Plan::read(&options.template, &options.parameters)?;
    plan.tell(&options.environment)?;
    if !options.counted {
        return Ok((plan, Clock::new(work.clone())));
    }
    plan.one_by_one();
    Ok((plan, Clock::standing(work.clone())))
}

/// The signals of the readers of each stream, by the table's ARN.
fn readers(plan: &Plan, wakes: &[Arc<Wake>]) -> BTreeMap<String, Vec<Arc<Wake>>> {
    let mut readers = BTreeMap::<String, Vec<Arc<Wake>>>::new();
    for ((table, _), wake) in plan.streams.iter().zip(wakes) {
        readers.entry(table.arn.clone()).or_default().push(Arc::clone(wake));
    }
    readers
}

/// The gate of each queue's function.
fn consumers(plan: &Plan, gates: &Gates) -> Gates {
    let gates = plan.queues.iter().filter_map(|mapping| Some((mapping.queue.clone(), gates.get(&mapping.binary)?)));
    gates.map(|(queue, gate)| (queue, Arc::clone(gate))).collect()
}

/// The description that the host gives of itself.
fn description(plan: &Plan, aws_address: SocketAddr) -> Value {
    json!({
        "aws": format!("http://{aws_address}"),
        "tables": plan.tables.iter().map(|table| (&table.logical, &table.name)).collect::<BTreeMap<_, _>>(),
        "functions": plan.functions.iter().map(|function| &function.binary).collect::<BTreeSet<_>>(),
        "machines": plan.machines.iter().map(|machine| &machine.logical).collect::<Vec<_>>(),
        "warnings": plan.stack.warnings,
    })
}

/// Each of the template's functions with its implementation: exactly the registered ones.
fn runners(
    plan: &Plan,
    registered: &[Registered],
    gates: &Gates,
    backend: &Arc<Backend>,
) -> Result<Runners, HostError> {
    let declared = |name: &str| plan.functions.iter().any(|function| function.binary == name);
    if let Some(other) = registered.iter().find(|function| !declared(function.name)) {
        return Err(HostError::Undeclared(other.name.to_owned()));
    }
    let mut runners = BTreeMap::new();
    for function in &plan.functions {
        let found = registered.iter().find(|registered| registered.name == function.binary);
        let found = found.ok_or_else(|| HostError::Unregistered(function.binary.clone()))?;
        let seam = Seam::of(Arc::clone(backend), function);
        let settings = function.logging.told(function.environment.clone());
        let built = (found.build)(&settings, &seam.config());
        let mut built = built.map_err(|source| HostError::Function { function: function.binary.clone(), source })?;
        if backend.meter.counted {
            let (config, backend, logging) = (seam.config(), Arc::clone(backend), function.logging.clone());
            built = Arc::new(ColdStart { function: *found, settings, logging, config, backend });
        }
        let gate = Arc::clone(&gates[&function.binary]);
        runners.insert(function.binary.clone(), Arc::new(Runner::new(function, built, gate, backend.work.clone())));
    }
    Ok(runners)
}

/// Listens, and returns the actual address.
async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), HostError> {
    let listen = |source| HostError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let bound = listener.local_addr().map_err(listen)?;
    Ok((listener, bound))
}
