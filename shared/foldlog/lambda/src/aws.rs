//! The connection of a function to AWS: only as Lambda describes it in the environment.

use crate::function::Error;
use crate::settings::Settings;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use std::time::Duration;

/// The time limit of a connection attempt,
const CONNECT: Duration = Duration::from_secs(2);
/// and of one attempt of a request, from first to last byte.
const ATTEMPT: Duration = Duration::from_secs(5);

/// The root certificates of AWS's endpoints, in PEM.
pub const ROOTS: &str = include_str!("../roots/aws.pem");

/// The variable that names a file with other roots, here as for OpenSSL: for an endpoint behind your own authority.
const OTHER_ROOTS: &str = "SSL_CERT_FILE";

/// The AWS configuration of a function, over rustls with ring. Region and an optional endpoint come from its settings,
/// and the keys from the environment, where Lambda sets them.
///
/// The SDK's default provider chain looks for each of them in files and at services too, and reads every root that the
/// system trusts. That takes longer than everything else before the function's first event: `docs/benchmarks` has the
/// figures.
pub fn aws_config(settings: &Settings) -> Result<SdkConfig, Error> {
    let text = |name| settings.text(name).ok().map(ToOwned::to_owned);
    let roots = match text(OTHER_ROOTS) {
        Some(_) => TrustStore::default(),
        None => TrustStore::empty().with_pem_certificate(ROOTS),
    };
    let tls = TlsContext::builder().with_trust_store(roots).build()?;
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https();
    let mut config = SdkConfig::builder()
        .http_client(http)
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .region(text("AWS_REGION").map(Region::new));
    config.set_endpoint_url(text("AWS_ENDPOINT_URL"));
    Ok(aws_settings(config.build()))
}

/// The timeouts and retries of every AWS client of a function. `docs/benchmarks` says what this saves.
///
/// An attempt has 5 s from first to last byte: ten times as long as the slowest page takes, and short enough for two
/// more attempts within the functions' own 15 s. So the SDK need not watch each body for a silence of 20 s, which would
/// cost it more than anything else.
#[must_use]
pub fn aws_settings(config: SdkConfig) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
    config
        .into_builder()
        .behavior_version(BehaviorVersion::latest())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(timeouts)
        .build()
}
