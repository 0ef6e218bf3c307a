//! Lambda's Runtime API for one process: it hands out events one by one, and records when the process asks for and
//! answers each. <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// The maximum time that a function may take for an event.
const TIMEOUT: Duration = Duration::from_mins(1);

/// An action of the process.
#[derive(Debug)]
pub(super) enum Happened {
    /// It asked for an event.
    Polled(Instant),
    /// It answered one.
    Answered(Instant),
    /// It failed on one, or failed to start.
    Failed(String),
}

/// The API of one process; the API ends when this value is dropped.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    address: SocketAddr,
    events: mpsc::UnboundedSender<Value>,
    happened: mpsc::UnboundedReceiver<Happened>,
    serving: JoinHandle<std::io::Result<()>>,
}

struct Shared {
    events: Mutex<mpsc::UnboundedReceiver<Value>>,
    happened: mpsc::UnboundedSender<Happened>,
}

impl RuntimeApi {
    /// Listens on a free port of this machine.
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, to_hand_out) = mpsc::unbounded_channel();
        let (told, happened) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { events: Mutex::new(to_hand_out), happened: told });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(failed))
            .with_state(shared);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, events, happened, serving })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API` for the process.
    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Hands an event out; false if the process can no longer ask for it.
    pub(super) fn hand_out(&self, event: Value) -> bool {
        self.events.send(event).is_ok()
    }

    /// The next action of the process; none if it does nothing for longer than a function may take.
    pub(super) async fn next(&mut self) -> Option<Happened> {
        tokio::time::timeout(TIMEOUT, self.happened.recv()).await.ok().flatten()
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    tell(&shared, Happened::Polled(Instant::now()));
    let Some(event) = shared.events.lock().await.recv().await else {
        return Err(StatusCode::GONE);
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + TIMEOUT;
    let headers = AppendHeaders([
        ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:000000000000:function:bench".to_owned()),
    ]);
    Ok((headers, axum::Json(event)))
}

async fn answered(State(shared): State<Arc<Shared>>, _body: axum::body::Bytes) -> StatusCode {
    tell(&shared, Happened::Answered(Instant::now()));
    StatusCode::ACCEPTED
}

async fn failed(State(shared): State<Arc<Shared>>, reason: String) -> StatusCode {
    tell(&shared, Happened::Failed(reason));
    StatusCode::ACCEPTED
}

fn tell(shared: &Shared, happened: Happened) {
    // The receiver may be gone.
    let _ = shared.happened.send(happened);
}
