//! Listening for HTTP: connections are limited in number, and idle ones in time.

use axum::Extension;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// The limits of a listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most connections at once. Further ones wait until one of these ends.
    pub(crate) connections: usize,
    /// The longest that a connection may be without the whole head of a request: before the first one, and between two.
    pub(crate) idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1_024, idle: Duration::from_mins(1) }
    }
}

/// The pause after a connection could not be accepted, such as when the process has too many files open.
const RECOVERY: Duration = Duration::from_millis(100);

/// Serves an application until the host stops. Then it answers the requests that it has.
pub(crate) async fn serve(
    listener: TcpListener,
    application: axum::Router,
    mut stop: watch::Receiver<bool>,
    limits: Limits,
) {
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(limits.idle);
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    loop {
        // The channel ends when the host ends.
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { break };
        let application = application.clone().layer(Extension(ConnectInfo(peer)));
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(application));
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop(place);
        });
    }
    graceful.shutdown().await;
}

/// The next connection, with the place that it takes; none if there are no places any longer.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An answer does not wait for more to send. Without this it is only slower.
                let _ = stream.set_nodelay(true);
                return Some((stream, peer, place));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(RECOVERY).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    async fn started(limits: Limits) -> (SocketAddr, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let application = axum::Router::new().fallback(|| async { "here" });
        tokio::spawn(serve(listener, application, stopped, limits));
        (address, stop)
    }

    /// All that comes until the other side closes.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_string(&mut text)).await;
        // A connection that is closed with bytes unread is reset.
        let _ = read.expect("the connection is closed");
        text
    }

    #[tokio::test]
    async fn a_connection_without_a_request_is_closed() {
        let (address, _stop) = started(Limits { connections: 8, idle: Duration::from_millis(50) }).await;
        let connect = async |sent: &[u8]| {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(sent).await.unwrap();
            stream
        };
        assert_eq!(rest(&mut connect(b"").await).await, "", "it says nothing");
        assert!(!rest(&mut connect(b"GET / HTTP/1.1\r\nhost: ").await).await.contains("here"), "it says half of it");
        assert!(rest(&mut connect(REQUEST).await).await.ends_with("here"), "it is kept for another one, for a while");
    }

    #[tokio::test]
    async fn another_connection_waits_until_there_is_room_for_it() {
        let (address, _stop) = started(Limits { connections: 1, idle: Duration::from_mins(10) }).await;
        let first = TcpStream::connect(address).await.unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(REQUEST).await.unwrap();
        let mut byte = [0];
        let early = tokio::time::timeout(Duration::from_millis(100), second.read(&mut byte)).await;
        assert!(early.is_err(), "there is no room");
        drop(first);
        let answered = tokio::time::timeout(Duration::from_secs(30), second.read(&mut byte)).await;
        assert_eq!(answered.unwrap().unwrap(), 1);
    }
}
