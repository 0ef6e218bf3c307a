//! Webhooks about changes of payments, repeated until the receiver accepts them.

use crate::sandbox::Sandbox;
use crate::transport::{Silence, Transport};
use crate::values::Secret;
use crate::webhook::{SIGNATURE, TIMESTAMP, Webhook, sign};
use foldlog::Clock;
use futures::future;
use http::{Request, Uri, header};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// The first pause after a webhook that the receiver did not accept. It doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The maximum pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The receiver of webhooks.
pub(super) struct Notices<C> {
    pub(super) address: Uri,
    pub(super) secret: Secret,
    pub(super) transport: Transport,
    pub(super) clock: C,
}

impl<C: Clock + 'static> Notices<C> {
    /// Sends a webhook for each change from an index on, for ever. One that is not accepted does not delay others.
    pub(super) async fn tell(self: Arc<Self>, sandbox: Sandbox, mut told: usize, moved: Arc<Notify>) {
        // Ending this task ends all of them.
        let mut under_way = JoinSet::new();
        loop {
            let next = sandbox.lapse_due();
            for (reference, payment) in sandbox.changes(told) {
                told += 1;
                let webhook = Webhook::new(reference, payment);
                under_way.spawn(Arc::clone(&self).deliver(webhook));
            }
            while under_way.try_join_next().is_some() {}
            let lapse = async {
                match next {
                    Some(at) => {
                        let ms = at.0.saturating_sub(self.clock.now().0);
                        self.clock.sleep(Duration::from_millis(u64::try_from(ms).unwrap_or_default())).await;
                    }
                    None => future::pending().await,
                }
            };
            future::select(pin!(moved.notified()), pin!(lapse)).await;
        }
    }

    async fn deliver(self: Arc<Self>, webhook: Webhook) {
        // A webhook always has a JSON form.
        let body = serde_json::to_string(&webhook).unwrap_or_default();
        let mut pause = FIRST_PAUSE;
        while let Err(reason) = self.send(body.clone()).await {
            // The first webhook may arrive before the shop knows of the payment.
            if pause > FIRST_PAUSE {
                tracing::warn!(webhook = webhook.id, reason, "a webhook of a payment was not accepted");
            }
            self.clock.sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Sends it once, with a new signature.
    async fn send(&self, body: String) -> Result<(), String> {
        let now = self.clock.now();
        let request = Request::post(self.address.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(TIMESTAMP, now.0)
            .header(SIGNATURE, sign(&self.secret, now, body.as_bytes()))
            .body(body)
            .map_err(|error| error.to_string())?;
        match self.transport.send(request).await {
            Ok((status, _)) if status.is_success() => Ok(()),
            Ok((status, _)) => Err(status.to_string()),
            Err(Silence::NotSent(reason) | Silence::Lost(reason)) => Err(reason),
        }
    }
}
