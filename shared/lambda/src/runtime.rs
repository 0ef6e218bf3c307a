//! A function's process: made once, then invoked again and again.

use crate::commands::Switched;
use crate::function::{Error, Function};
use crate::metrics::Emitter;
use crate::settings::{SettingError, Settings};
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, tls::Provider};
use lambda_runtime::{LambdaEvent, service_fn};
use std::time::Duration;

/// How long a connection may take,
const CONNECT: Duration = Duration::from_secs(2);
/// and how long one try of a request, from first to last byte.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Runs a function in Lambda until the environment ends: settings, AWS clients and caches are made once, before the
/// first event is asked for.
pub async fn run<F: Function>(build: fn(&Settings, &SdkConfig) -> Result<F, SettingError>) -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let settings = Settings::from_env();
    let function = build(&settings, &aws_config().await)?;
    let function = &Switched::of(&settings, function)?;
    let emitter = &Emitter::install(std::env::var("AWS_LAMBDA_FUNCTION_NAME")?)?;
    // Boxed: a function's future is deep, and the compiler's patience with its layout is not.
    let handle = move |event: LambdaEvent<F::Event>| {
        let answer = Box::pin(function.call(event.payload));
        async move {
            let answer = answer.await;
            emitter.print(std::io::stdout().lock());
            answer
        }
    };
    lambda_runtime::run(service_fn(handle)).await
}

/// The AWS configuration of this process's environment, over rustls with ring: the leanest that the SDK offers.
pub async fn aws_config() -> SdkConfig {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    aws_settings(config)
}

/// How every AWS client of a function behaves, whatever it is connected to: `docs/benchmarks` says what it saves.
///
/// A try has 5 s from first to last byte: ten times what the slowest page takes, and time for two more tries within the
/// functions' own 15. So the SDK need not watch each body for a silence of 20 s, which costs it more than anything else.
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
