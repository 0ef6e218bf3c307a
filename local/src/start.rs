//! Starting a host: from the plan to everything that serves.

use crate::database::Engine;
use crate::endpoint;
use crate::events::Buses;
use crate::functions::Runner;
use crate::gateway::{Gateway, Own, Routes};
use crate::host::{Directory, Host, HostError, Options};
use crate::issuer::Issuer;
use crate::plan::Plan;
use crate::queues::{QueueMapping, Queues};
use crate::seam::{Backend, Seam};
use crate::streams::{Destination, Source, StreamMapping, Wake};
use crate::template::TemplateError;
use crate::work::Work;
use aws_sdk_dynamodb::Client;
use lambda::{Registered, Settings};
use serde_json::json;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

type Runners = BTreeMap<String, Arc<Runner>>;

pub(crate) async fn start(options: Options) -> Result<Host, HostError> {
    let plan = Plan::read(&options.template, &options.parameters)?;
    let work = Work::default();
    let consumed: Vec<_> = plan.queues.iter().map(|mapping| mapping.queue.clone()).collect();
    let queues = Queues::declared(&plan.stack, &consumed, &work)?;
    let buses = Buses::declared(&plan.stack, &queues)?;
    let directory = Directory::open(options.storage)?;
    let issuer = Arc::new(Issuer::open(directory.path())?);
    let listener = bind(options.listen).await?;
    let aws_listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let (address, aws_address) = (local(&listener, options.listen)?, local(&aws_listener, options.listen)?);

    let (engine, closing) = Engine::open(directory.path())?;
    let wakes: Vec<_> = plan.streams.iter().map(|(table, _)| (table, Arc::new(Wake::new(work.clone())))).collect();
    let mut by_table: BTreeMap<String, Vec<Arc<Wake>>> = BTreeMap::new();
    for (table, wake) in &wakes {
        by_table.entry((*table).clone()).or_default().push(Arc::clone(wake));
    }
    let backend = Backend::new(engine.clone(), buses, plan.tables.clone(), by_table, work.clone());
    let backend = Arc::new(backend);
    let seam = Seam::unrestricted(Arc::clone(&backend));
    let client = Client::new(&seam.config());
    for table in &plan.tables {
        table.ensure(&client).await?;
    }
    let runners = runners(&plan, &options.functions, &backend, &work)?;

    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    for ((table, declared), (_, wake)) in plan.streams.iter().zip(&wakes) {
        let mapping = StreamMapping {
            runner: runner(&runners, &declared.binary)?,
            source: Source::at_end(&engine, table, &declared.stream).await?,
            wake: Arc::clone(wake),
            batch_size: declared.batch_size,
            window: declared.window,
            rules: declared.rules.clone(),
            max_age: declared.max_age,
            reports: declared.reports,
            on_failure: destination(&plan, declared.on_failure.as_deref(), &queues, &directory)?,
        };
        tasks.spawn(mapping.run(stopped.clone()));
    }
    for declared in &plan.queues {
        let place = || TemplateError::value(&declared.binary, format!("{} is no queue", declared.queue));
        let mapping = QueueMapping {
            runner: runner(&runners, &declared.binary)?,
            queue: queues.by_arn(&declared.queue).ok_or_else(place)?,
            batch_size: declared.batch_size,
            window: declared.window,
            concurrency: declared.concurrency,
            reports: declared.reports,
        };
        tasks.spawn(mapping.run(stopped.clone()));
    }
    let own = Own {
        description: json!({
            "aws": format!("http://{aws_address}"),
            "tables": plan.tables.iter().map(|table| (&table.logical, &table.name)).collect::<BTreeMap<_, _>>(),
            "functions": runners.keys().collect::<Vec<_>>(),
            "warnings": plan.stack.warnings,
        }),
        issuer: Arc::clone(&issuer),
        authorizer: plan.api.authorizer.clone(),
    };
    let gateway = Gateway {
        api: plan.api.id.clone(),
        routes: Routes::new(plan.api.routes.clone()).map_err(|reason| TemplateError::value("HttpApi", reason))?,
        cors: plan.api.cors.clone(),
        authorizer: plan.api.authorizer.clone(),
        issuer: Arc::clone(&issuer),
        runners: runners.clone(),
        own,
        work: work.clone(),
    };
    tasks.spawn(serve(listener, gateway.application(), stopped.clone()));
    tasks.spawn(serve(aws_listener, endpoint::application(seam), stopped.clone()));
    for schedule in &plan.schedules {
        let runner = runner(&runners, &schedule.binary)?;
        tasks.spawn(schedule.clone().run(runner, work.begin(), stopped.clone()));
    }
    let functions = plan.functions.into_iter();
    Ok(Host {
        address,
        aws_address,
        backend,
        queues,
        issuer,
        authorizer: plan.api.authorizer,
        environments: functions.map(|function| (function.binary, function.environment)).collect(),
        warnings: plan.stack.warnings,
        work,
        stop,
        tasks,
        closing,
        directory,
    })
}

/// Each of the template's functions with what runs it; no more and no fewer than the registered ones.
fn runners(plan: &Plan, registered: &[Registered], backend: &Arc<Backend>, work: &Work) -> Result<Runners, HostError> {
    let declared = |name: &str| plan.functions.iter().any(|function| function.binary == name);
    if let Some(other) = registered.iter().find(|function| !declared(function.name)) {
        return Err(HostError::Undeclared(other.name.to_owned()));
    }
    let mut runners = BTreeMap::new();
    for function in &plan.functions {
        let found = registered.iter().find(|registered| registered.name == function.binary);
        let found = found.ok_or_else(|| HostError::Unregistered(function.binary.clone()))?;
        let policy = Arc::clone(&function.policy);
        let seam = Seam::of(Arc::clone(backend), &function.binary, &function.name, policy);
        let settings: Settings = function.environment.clone().into_iter().collect();
        let built = (found.build)(&settings, &seam.config());
        let built = built.map_err(|source| HostError::Function { function: function.binary.clone(), source })?;
        runners.insert(function.binary.clone(), Arc::new(Runner::new(function, built, work.clone())));
    }
    Ok(runners)
}

fn runner(runners: &Runners, binary: &str) -> Result<Arc<Runner>, HostError> {
    runners.get(binary).cloned().ok_or_else(|| HostError::Unregistered(binary.to_owned()))
}

fn destination(
    plan: &Plan,
    arn: Option<&str>,
    queues: &Queues,
    directory: &Directory,
) -> Result<Option<Destination>, TemplateError> {
    let Some(arn) = arn else { return Ok(None) };
    if let Some(queue) = queues.by_arn(arn) {
        return Ok(Some(Destination::Queue(queue)));
    }
    let bucket = plan.stack.by_arn(arn).filter(|resource| resource.kind == "AWS::S3::Bucket");
    let bucket = bucket.ok_or_else(|| {
        TemplateError::value("DestinationConfig.OnFailure", format!("{arn} is neither a queue nor a bucket"))
    })?;
    Ok(Some(Destination::folder(directory.path(), &bucket.logical)))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, HostError> {
    TcpListener::bind(address).await.map_err(|source| HostError::Listen { address, source })
}

fn local(listener: &TcpListener, address: SocketAddr) -> Result<SocketAddr, HostError> {
    listener.local_addr().map_err(|source| HostError::Listen { address, source })
}

async fn serve(listener: TcpListener, application: axum::Router, mut stop: watch::Receiver<bool>) {
    let service = application.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move {
        // An end of the channel is an end of the host.
        let _ = stop.wait_for(|stop| *stop).await;
    });
    if let Err(error) = served.await {
        tracing::error!(%error, "a listener ended");
    }
}
