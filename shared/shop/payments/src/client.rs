//! A payment provider over HTTP.

use crate::payment::{Payment, Step};
use crate::provider::{Failure, Provider};
use crate::refusal::ProviderRefusal;
use crate::transport::{Patience, Silence, Transport, Unusable};
use crate::values::{Reference, Secret};
use crate::wire::{Authorisation, IDEMPOTENCY_KEY, Part, failure, idempotency_key, path};
use foldlog::json;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};

/// The connection to a provider, whatever the key of the shop there.
#[derive(Clone, Debug)]
pub struct Connection {
    transport: Transport,
    base: String,
}

/// Sends requests to a provider over HTTP.
#[derive(Clone, Debug)]
pub struct HttpProvider {
    connection: Connection,
    authorization: HeaderValue,
}

impl Connection {
    /// A connection to the provider whose routes begin at an address, such as `https://payments.example/v1`. It is made
    /// with the first request.
    pub fn new(address: &str, patience: Patience) -> Result<Self, Unusable> {
        let no_address = || Unusable::Address(address.to_owned());
        let base = address.trim_end_matches('/').to_owned();
        let address: Uri = base.parse().map_err(|_| no_address())?;
        if address.query().is_some() {
            return Err(no_address());
        }
        Ok(Self { transport: Transport::new(&address, patience)?, base })
    }

    /// A client of the provider for the shop with this key.
    #[must_use]
    pub fn with_key(&self, key: &Secret) -> HttpProvider {
        // A secret has visible characters alone.
        let authorization = HeaderValue::from_str(&format!("Bearer {}", key.expose()));
        let mut authorization = authorization.unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
        authorization.set_sensitive(true);
        HttpProvider { connection: self.clone(), authorization }
    }
}

impl HttpProvider {
    async fn ask(&self, method: Method, reference: &Reference, step: Option<Step<'_>>) -> Result<Payment, Failure> {
        let request = self.request(method, reference, step).map_err(|error| Failure::Unavailable(error.to_string()))?;
        match self.connection.transport.send(request).await {
            Ok((StatusCode::OK, body)) => json::read_bytes(&body)
                .map_err(|error| Failure::Unknown(format!("it answered what is no payment: {error}"))),
            Ok((status, body)) => Err(failure(status, &body)),
            Err(Silence::NotSent(reason)) => Err(Failure::Unavailable(reason)),
            Err(Silence::Lost(reason)) => Err(Failure::Unknown(reason)),
        }
    }

    fn request(
        &self,
        method: Method,
        reference: &Reference,
        step: Option<Step<'_>>,
    ) -> Result<Request<String>, http::Error> {
        let base = &self.connection.base;
        let request = Request::builder().method(method).header(header::AUTHORIZATION, &self.authorization);
        let Some(step) = step else {
            return request.uri(format!("{base}/payments/{reference}")).body(String::new());
        };
        let path = path(step);
        let request = request
            .uri(format!("{base}/payments/{reference}/{path}"))
            .header(IDEMPOTENCY_KEY, idempotency_key(reference, &path));
        // An amount and a text always have a JSON form.
        let body = match step {
            Step::Authorise { amount, card } => {
                serde_json::to_string(&Authorisation { amount, card: card.into() }).unwrap_or_default()
            }
            Step::RefundPart { amount, .. } => serde_json::to_string(&Part { amount }).unwrap_or_default(),
            Step::Capture | Step::Void | Step::Refund => return request.body(String::new()),
        };
        request.header(header::CONTENT_TYPE, "application/json").body(body)
    }
}

impl Provider for HttpProvider {
    async fn status(&self, reference: &Reference) -> Result<Option<Payment>, Failure> {
        match self.ask(Method::GET, reference, None).await {
            Ok(payment) => Ok(Some(payment)),
            Err(Failure::Refused(ProviderRefusal::Absent)) => Ok(None),
            Err(Failure::Unavailable(reason)) => Err(Failure::Unknown(reason)),
            Err(failure) => Err(failure),
        }
    }

    async fn carry_out(&self, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
        self.ask(Method::POST, reference, Some(step)).await
    }
}
