//! What the payment provider tells of itself: with `payment-reactions` the only writer of `payment-…`.

use aws_config::SdkConfig;
use foldlog::{Actor, Clock, CommandId, Commands, Digest, EventLog, Metadata, Randomness};
use foldlog_dynamo::Log;
use foldlog_lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings, SystemHost};
use http::StatusCode;
use shop_api::responses::Payment;
use shop_domain::payment::{self, Stream};
use shop_domain::values::OrderId;
use shop_payments::Secret;
use shop_payments::webhook::{Delivery, Disbelief, SIGNATURE, TIMESTAMP, Webhook, verify};

/// The handler.
pub struct PaymentCommands<L, H> {
    payments: Commands<Stream, L, H>,
    secrets: Vec<Secret>,
}

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Http<PaymentCommands<Log, SystemHost>>, SettingError> {
    let log = Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?);
    Ok(Http(PaymentCommands::new(log, secrets(settings)?, SystemHost)))
}

/// The secrets that webhooks may be signed with: the one in use and, while it is changed, the one before.
pub fn secrets(settings: &Settings) -> Result<Vec<Secret>, SettingError> {
    let mut secrets = vec![settings.parse("PAYMENT_WEBHOOK_SECRET")?];
    if !settings.text("PAYMENT_WEBHOOK_SECRET_BEFORE")?.is_empty() {
        secrets.push(settings.parse("PAYMENT_WEBHOOK_SECRET_BEFORE")?);
    }
    Ok(secrets)
}

impl<L: EventLog, H: Clock + Randomness> PaymentCommands<L, H> {
    /// The commands on these ports.
    #[must_use]
    pub fn new(log: L, secrets: Vec<Secret>, host: H) -> Self {
        Self { payments: Commands::new(log, host), secrets }
    }
}

impl<L, H> HttpHandler for PaymentCommands<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;
    type Host = H;

    fn host(&self) -> &H {
        self.payments.host()
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        match request.route() {
            "POST /webhooks/payments" => self.heed(request).await,
            route => Err(Problem::not_found(&format!("there is no route {route}"))),
        }
    }
}

impl<L: EventLog, H: Clock + Randomness> PaymentCommands<L, H> {
    /// Records what a webhook tells. One that was heeded before changes nothing, nor does one that others overtook.
    async fn heed(&self, request: &Request) -> Result<Response, Problem> {
        let webhook = self.believed(request)?;
        let order: OrderId = webhook.reference.as_str().parse().map_err(|_| unknown(&webhook))?;
        let stream = payment::stream(&order).map_err(|error| Problem::internal(&error))?;
        let mut done = None;
        for command in webhook.payment.commands() {
            let metadata = metadata(request, &webhook, (&command).into())?;
            done = Some(self.payments.execute(&stream, &command, &metadata).await?);
        }
        let done = done.ok_or_else(|| unknown(&webhook))?;
        let body = Payment::of(&order, done.version, &done.state);
        Ok(Response::json(StatusCode::OK, &body)?.etag(done.version))
    }

    fn believed(&self, request: &Request) -> Result<Webhook, Problem> {
        let header = |name| request.header(name).unwrap_or_default();
        let delivery = Delivery { signature: header(SIGNATURE), timestamp: header(TIMESTAMP), body: request.body()? };
        verify(delivery, &self.secrets, self.payments.host().now()).map_err(|disbelief| match disbelief {
            Disbelief::Forged | Disbelief::Stale(_) => Problem::not_believed(&disbelief.to_string()),
            Disbelief::Unreadable(_) => Problem::malformed(&disbelief.to_string()),
        })
    }
}

/// The command's id is a function of the webhook and the step alone, so that a webhook that comes again is recognised.
fn metadata(request: &Request, webhook: &Webhook, step: &str) -> Result<Metadata, Problem> {
    Ok(Metadata {
        id: CommandId::of_key(["payment-provider", request.route(), &webhook.id, step]),
        digest: Digest::of(&(webhook, step)).map_err(|error| Problem::internal(&error))?,
        correlation: request.correlation().clone(),
        cause: None,
        actor: Actor("payment-provider".to_owned()),
        expected: None,
    })
}

fn unknown(webhook: &Webhook) -> Problem {
    Problem::not_found(&format!("there is no payment {}", webhook.reference))
}
