//! The webhooks of the payment provider: with `payment-reactions` the only writer of `payment-…`.

use foldlog::{Actor, Clock, CommandId, Digest, LogSpans, Metadata, Span, StreamName, Version};
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_functions::secrets::{SecretOn, SecretPorts as Ports};
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::responses;
use shop_domain::payment::{self, Payment, disputes};
use shop_domain::values::PaymentId;
use shop_payments::Secret;
use shop_payments::webhook::{Delivery, Disbelief, SIGNATURE, TIMESTAMP, Webhook, verify};

/// The handler of the webhook route.
pub struct PaymentCommands<P: Ports> {
    payments: CommandsOn<Payment, P>,
    /// What signs webhooks: the current secret and, during a change, the one before.
    secret: SecretOn<Secret, P>,
}

/// The function.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<HttpOn<PaymentCommands<P>, P>, SettingError> {
    let secret = ports.secret(settings.text("PAYMENT_WEBHOOK_SECRET_ARN")?);
    Ok(ports.http(PaymentCommands { payments: ports.commands()?, secret }))
}

impl<P: Ports> HttpHandler for PaymentCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        match request.route() {
            "POST /webhooks/payments" => self.heed(request).await,
            route => Err(Problem::not_found(&format!("there is no route {route}"))),
        }
    }
}

impl<P: Ports> PaymentCommands<P> {
    /// Records the change that a webhook reports. A webhook that was recorded before, or that a later change overtook,
    /// changes nothing. One that reports another amount than the shop asked for is recorded as a dispute or refused, and
    /// nothing else of it is recorded. Parts that were refunded without its request are recorded as refunded by hand.
    async fn heed(&self, request: &Request) -> Result<Response, Problem> {
        let webhook = self.believed(request).await?;
        let id: PaymentId = webhook.reference.as_str().parse().map_err(|_| unknown(&webhook))?;
        let stream = StreamName::of::<payment::Payment>(&id);
        let mut done = None;
        for command in webhook.payment.commands() {
            let metadata = metadata(request, &webhook, &command.step())?;
            let executed = self.payments.execute(&stream, &command, &metadata).await?;
            let is_over = disputes(&command, &executed);
            done = Some(executed);
            if is_over {
                break;
            }
        }
        let done = done.ok_or_else(|| unknown(&webhook))?;
        let body = responses::Payment::of(&id, done.version, &done.state);
        Ok(Response::json(StatusCode::OK, &body)?.etag(done.version))
    }

    /// The webhook of a request, if it is to be believed. If its signature is none of the secrets that are known, the
    /// secret may have changed.
    async fn believed(&self, request: &Request) -> Result<Webhook, Problem> {
        let unavailable = |error: foldlog_lambda::Error| Problem::unavailable(&error);
        let known = self.secret.values().await.map_err(unavailable)?;
        let believed = match self.believed_by(request, &known).await? {
            Err(Disbelief::Forged) => match self.secret.newer().await.map_err(unavailable)? {
                Some(newer) => self.believed_by(request, &newer).await?,
                None => Err(Disbelief::Forged),
            },
            believed => believed,
        };
        believed.map_err(|disbelief| match disbelief {
            Disbelief::Forged | Disbelief::Stale(_) => Problem::not_believed(&disbelief.to_string()),
            Disbelief::Unreadable(_) => Problem::malformed(&disbelief.to_string()),
        })
    }

    /// The webhook of a request, if one of the secrets has signed it. If only its age speaks against it, this host's clock
    /// may be wrong. The store's next answer corrects that.
    async fn believed_by(&self, request: &Request, secrets: &[Secret]) -> Result<Result<Webhook, Disbelief>, Problem> {
        let header = |name| request.header(name).unwrap_or_default();
        let delivery = Delivery { signature: header(SIGNATURE), timestamp: header(TIMESTAMP), body: request.body()? };
        let at = |moment| verify(delivery, secrets, moment);
        let now = || self.payments.host().now();
        Ok(match at(now()) {
            Err(Disbelief::Stale(signed)) => {
                let webhook = at(signed).map_err(|error| Problem::malformed(&error.to_string()))?;
                let id: PaymentId = webhook.reference.as_str().parse().map_err(|_| unknown(&webhook))?;
                let newest = Span::around(Version(u64::MAX));
                self.payments.log().span(&StreamName::of::<payment::Payment>(&id), newest).await?;
                at(now())
            }
            believed => believed,
        })
    }
}

/// The command id follows from the webhook and the step alone, so a repeated webhook is recognised.
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
