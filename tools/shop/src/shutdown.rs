//! The end of this process.

use crate::failure::Failure;

/// Returns when the process gets a signal to end.
#[cfg(unix)]
pub(crate) fn of_this_process() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(Failure::machine);
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Returns when the process gets a signal to end.
#[cfg(not(unix))]
pub(crate) fn of_this_process() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        // Without signals to listen for, the process ends when the system ends it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
