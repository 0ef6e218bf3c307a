//! The edges of a Lambda function: its triggers and its answers, without any domain.

pub mod aws;
pub mod caller;
pub mod function;
pub mod host;
pub mod http;
pub mod lazy;
pub mod logging;
pub mod metrics;
pub mod problem;
pub mod queue;
pub mod runtime;
pub mod settings;
pub mod stream;
pub mod write_mode;

pub use aws::aws_settings;
pub use caller::Caller;
pub use function::{Error, Function, Invoke, Registered};
pub use host::SystemHost;
pub use http::{Http, HttpHandler, Request, Response};
pub use lazy::Lazy;
pub use problem::Problem;
pub use runtime::run;
pub use settings::{SettingError, Settings};
pub use write_mode::{WriteMode, mounted};

/// A request of the SDK's client makes some hundreds of small allocations. This allocator saves a tenth or more of the
/// client's processor time (`docs/benchmarks/README.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
