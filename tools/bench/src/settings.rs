//! The cost of the SDK client's settings: the same conditional put, under one setting after the other.

use crate::error::BenchError;
use crate::meter::Meter;
use crate::ours::{accounts, fresh_stream};
use crate::processor::{cpu, spent};
use crate::store::{self, Raw, TABLE, item};
use crate::streams::Streams;
use crate::thousandths::{Thousandths, median, nanos, shown};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Builder, IdentityCache, StalledStreamProtectionConfig};
use aws_smithy_http_client::Connector;
use serde::Serialize;
use std::time::Duration;

/// The number of puts that a setting does in a round.
const PUTS: u64 = 100;

/// A setting's name, and its change to the client that production uses.
type Setting = (&'static str, fn(Builder, &str) -> Builder);

const SETTINGS: [Setting; 9] = [
    ("as in production", |config, _| config),
    ("stalled-stream protection on (the SDK's default)", |config, _| {
        config.stalled_stream_protection(StalledStreamProtectionConfig::enabled().build())
    }),
    ("no retries", |config, _| config.retry_config(RetryConfig::disabled())),
    ("no time-outs at all", |config, _| config.timeout_config(TimeoutConfig::disabled())),
    ("a time-out of 5 s for each attempt", |config, _| {
        config.timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(5)).build())
    }),
    ("a fixed endpoint in place of the rules", |config, url| {
        config.endpoint_resolver(Fixed(Endpoint::builder().url(url.to_owned()).build()))
    }),
    ("no cache of credentials", |config, _| config.identity_cache(IdentityCache::no_cache())),
    ("clock skew not corrected", |config, _| config.disable_clock_skew_correction(true)),
    ("TCP_NODELAY off", |config, _| {
        config.http_client(
            aws_smithy_http_client::Builder::new()
                .build_with_connector_fn(|_, _| Connector::builder().enable_tcp_nodelay(false).build_http()),
        )
    }),
];

/// A fixed endpoint, which needs no resolving.
#[derive(Debug)]
struct Fixed(Endpoint);

impl ResolveEndpoint for Fixed {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(self.0.clone()))
    }
}

/// The cost of a setting.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cost {
    /// The setting.
    pub(crate) setting: &'static str,
    /// Processor time of the client for a put: the median of the rounds; none if the system does not report it.
    pub(crate) cpu_us: Option<Thousandths>,
    /// That over the processor time of the first setting: the median of the rounds' ratios.
    pub(crate) ratio: Option<Thousandths>,
}

/// Measures each setting in each of this number of rounds.
pub(super) async fn costs(url: &str, rounds: u64) -> Result<Vec<Cost>, BenchError> {
    let plain = store::client(url, &Meter::default());
    let streams = Streams::new(accounts(&plain), Raw::on(&plain, TABLE)).await?;
    let raws = SETTINGS.map(|(_, change)| {
        // Without the meter, which would be another interceptor.
        Raw::on(&Client::from_conf(change(store::config(url), url).build()), TABLE)
    });
    let mut taken: Vec<Vec<u64>> = vec![Vec::new(); SETTINGS.len()];
    // The first round opens the connections.
    for round in 0..=rounds {
        for (raw, taken) in raws.iter().zip(&mut taken) {
            let stream = fresh_stream()?.to_string();
            let before = cpu();
            for version in 1..=PUTS {
                raw.put(item(&streams.single, &stream, version)).await?;
            }
            if let Some(spent) = spent(before).filter(|_| round > 0) {
                taken.push(nanos(spent) / PUTS);
            }
        }
    }
    let first = taken.first().cloned().unwrap_or_default();
    let cost = |((setting, _), taken): (Setting, Vec<u64>)| {
        let ratios = taken.iter().zip(&first).map(|(taken, first)| Thousandths::ratio(*taken, *first));
        Cost { setting, ratio: median(ratios), cpu_us: median(taken.into_iter().map(Thousandths)) }
    };
    Ok(SETTINGS.into_iter().zip(taken).map(cost).collect())
}

/// The costs as a table.
pub(crate) fn settings(costs: &[Cost]) -> String {
    let line = |Cost { setting, cpu_us, ratio }: &Cost| {
        format!("{setting:<50} {:>8} {:>7}\n", shown(*cpu_us, 1), shown(*ratio, 3))
    };
    let lines: String = costs.iter().map(line).collect();
    format!("{:<50} {:>8} {:>7}\n{lines}", "setting of the client", "cpu us", "ratio").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_puts_and_is_compared_with_the_first() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let costs = runtime.block_on(async {
            let host = store::start().await.unwrap();
            let costs = costs(&host.aws_url(), 1).await;
            host.stop().await;
            costs.unwrap()
        });
        assert_eq!(costs.len(), SETTINGS.len());
        assert_eq!(costs[0].ratio, Some(Thousandths(1_000)));
        assert!(costs.iter().all(|cost| cost.cpu_us > Some(Thousandths(1_000))), "{costs:?}");
        assert_eq!(settings(&costs).lines().count(), 1 + costs.len());
    }
}
