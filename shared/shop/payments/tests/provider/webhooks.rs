//! The webhooks of the provider for one machine.

use crate::stage::{self, Hurried, START, eur, reference};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use foldlog::Timestamp;
use shop_payments::Unusable;
use shop_payments::server::{Options, Server, StartError, WebhookEndpoint};
use shop_payments::webhook::{Delivery, SIGNATURE, TIMESTAMP, Webhook, verify};
use shop_payments::{Provider, Secret, Standing, Step};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

fn secret() -> Secret {
    "a-secret-of-the-webhook".parse().unwrap()
}

/// Believes webhooks, accepts some of them, and tells of all.
struct Listener {
    heard: mpsc::UnboundedReceiver<(Timestamp, Webhook, bool)>,
    listening: JoinHandle<()>,
    server: Server,
    clock: Hurried,
}

impl Listener {
    async fn start(accepts: fn(&Webhook, Timestamp) -> bool) -> Self {
        let (told, heard) = mpsc::unbounded_channel();
        let hook = post(move |headers: HeaderMap, body: Bytes| async move {
            let header = |name| headers[name].to_str().unwrap();
            let (signature, timestamp) = (header(SIGNATURE), header(TIMESTAMP));
            let signed = Timestamp(timestamp.parse().unwrap());
            let webhook = verify(Delivery { signature, timestamp, body: &body }, &[secret()], signed).unwrap();
            let heeded = accepts(&webhook, signed);
            told.send((signed, webhook, heeded)).unwrap();
            if heeded { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/webhooks/payments", listener.local_addr().unwrap());
        let app = Router::new().route("/webhooks/payments", hook);
        let listening = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let clock = Hurried::default();
        let mut server = stage::server().await;
        server.tell(WebhookEndpoint { address, secret: secret() }, clock.clone()).unwrap();
        Self { heard, listening, server, clock }
    }

    async fn next(&mut self) -> (Timestamp, Webhook, bool) {
        tokio::time::timeout(Duration::from_secs(20), self.heard.recv()).await.unwrap().unwrap()
    }

    /// Ends both, and returns the webhooks that were sent and not read yet.
    async fn end(mut self) -> Vec<Webhook> {
        self.server.stop().await;
        self.clock.alone().await;
        self.listening.abort();
        self.heard.close();
        let mut rest = vec![];
        while let Some((_, webhook, _)) = self.heard.recv().await {
            rest.push(webhook);
        }
        rest
    }
}

async fn pay(server: &Server, name: &str, card: &str) {
    let step = Step::Authorise { amount: eur(7_699), card };
    // Whether its answer is lost does not matter here.
    drop(stage::client(&server.url()).carry_out(&reference(name), step).await);
}

#[tokio::test]
async fn a_notice_is_repeated_after_longer_and_longer_pauses_signed_anew_until_it_is_heard() {
    let mut listener = Listener::start(|_, signed| signed.0 >= START.0 + 1_750).await;
    pay(&listener.server, "cafe", "tok_ok").await;
    for (after, at_last) in [(0, false), (250, false), (750, false), (1_750, true)] {
        let (signed, webhook, heeded) = listener.next().await;
        assert_eq!((signed.0 - START.0, webhook.id.as_str(), heeded), (after, "cafe:authorised", at_last));
    }
    assert_eq!(listener.end().await, []);
}

#[tokio::test]
async fn each_change_of_a_payment_is_told_once_even_where_its_answer_was_lost() {
    let mut listener = Listener::start(|_, _| true).await;
    pay(&listener.server, "cafe", "tok_timeout_then_charged").await;
    assert_eq!(listener.next().await.1.payment.standing, Standing::Authorised);
    let client = stage::client(&listener.server.url());
    for (step, standing) in [(Step::Capture, Standing::Captured), (Step::Refund, Standing::Refunded)] {
        for _ in 0..2 {
            client.carry_out(&reference("cafe"), step).await.unwrap();
        }
        let (_, webhook, _) = listener.next().await;
        assert_eq!((webhook.reference, webhook.payment.standing), (reference("cafe"), standing));
    }
    pay(&listener.server, "cafe", "tok_timeout_then_charged").await;
    pay(&listener.server, "bar", "tok_ok").await;
    assert_eq!(listener.next().await.1.id, "bar:authorised");
    assert_eq!(listener.end().await, []);
}

#[tokio::test]
async fn a_notice_that_is_not_heard_holds_up_no_other() {
    let mut listener = Listener::start(|webhook, _| webhook.reference.as_str() == "bar").await;
    pay(&listener.server, "cafe", "tok_ok").await;
    assert_eq!(listener.next().await.1.id, "cafe:authorised");
    pay(&listener.server, "bar", "tok_declined").await;
    let mut before = 0;
    while listener.next().await.1.id != "bar:declined" {
        before += 1;
        assert!(before < 10_000, "the first one is repeated again and again");
    }
    listener.end().await;
}

#[tokio::test]
async fn a_provider_does_not_start_where_it_cannot_listen_or_nobody_can_be_told() {
    let first = stage::server().await;
    let taken = first.url().trim_start_matches("http://").parse().unwrap();
    let options = Options { listen: taken, ..stage::options() };
    let refused = Server::start(options.clone()).await;
    assert!(matches!(refused, Err(StartError::Listen(..))), "{refused:?}");
    first.stop().await;
    let mut second = Server::start(options).await.unwrap();
    let no_scheme = WebhookEndpoint { address: "shop.example".to_owned(), secret: secret() };
    assert!(matches!(second.tell(no_scheme, Hurried::default()), Err(Unusable::Address(_))));
    second.stop().await;
}
