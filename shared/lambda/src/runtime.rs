//! A function's process: made once, then invoked again and again.

use crate::function::{Error, Function};
use crate::settings::{SettingError, Settings};
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, tls::Provider};
use lambda_runtime::{LambdaEvent, service_fn};

/// Runs a function in Lambda until the environment ends: settings, AWS clients and caches are made once, before the
/// first event is asked for.
pub async fn run<F: Function>(build: fn(&Settings, &SdkConfig) -> Result<F, SettingError>) -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let function = build(&Settings::from_env(), &aws_config().await)?;
    let function = &function;
    // Boxed: a function's future is deep, and the compiler's patience with its layout is not.
    lambda_runtime::run(service_fn(move |event: LambdaEvent<F::Event>| Box::pin(function.call(event.payload)))).await
}

/// The AWS configuration of this process's environment, over rustls with ring: the leanest that the SDK offers.
pub async fn aws_config() -> SdkConfig {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    aws_settings(config)
}

/// How every AWS client of a function behaves, whatever it is connected to: `docs/benchmarks` says what it saves.
///
/// The SDK would watch each body for a silence of 20 s. Most functions' own time-out ends sooner, and bodies are single
/// documents of a few pages at most.
#[must_use]
pub fn aws_settings(config: SdkConfig) -> SdkConfig {
    config
        .into_builder()
        .behavior_version(BehaviorVersion::latest())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}
