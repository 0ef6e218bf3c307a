//! A function's process: created once, then invoked again and again.

use crate::aws::aws_config;
use crate::function::{Error, Function};
use crate::logging;
use crate::metrics::Emitter;
use crate::settings::{SettingError, Settings};
use crate::write_mode::Switched;
use aws_config::SdkConfig;
use lambda_runtime::{LambdaEvent, service_fn};

/// Runs a function in Lambda until the environment ends. Settings, AWS clients and caches are created once, before the
/// first event.
pub async fn run<F: Function>(
    build: impl FnOnce(&Settings, &SdkConfig) -> Result<F, SettingError>,
) -> Result<(), Error> {
    let settings = Settings::from_env();
    logging::listen(&settings)?;
    let function = build(&settings, &aws_config(&settings)?)?;
    let function = &Switched::of(&settings, function)?;
    let emitter = &Emitter::of(std::env::var("AWS_LAMBDA_FUNCTION_NAME")?, &settings).install()?;
    // Boxed: the layout of a function's future is too deep for the compiler otherwise.
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
