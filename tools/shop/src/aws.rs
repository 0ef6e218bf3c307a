//! AWS as its own command line asks it: with the user's profiles and single sign-on, retries, and all pages of a list.

use crate::failure::Failure;
use serde_json::Value;
use std::process::{Output, Stdio};
use tokio::process::Command;

/// What the command line says of a thing that is not there.
const NOT_FOUND: [&str; 3] = ["(ResourceNotFoundException)", "(NotFoundException)", "does not exist"];

/// The command `aws`, with the options of every call.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Aws {
    /// Profile of the AWS configuration to use
    #[arg(long, value_name = "NAME", requires = "stack", help_heading = "Stack")]
    profile: Option<String>,
    /// Region that the stack is in
    #[arg(long, value_name = "NAME", requires = "stack", help_heading = "Stack")]
    region: Option<String>,
}

impl Aws {
    /// The answer to a call that only reads, such as `lambda list-functions`.
    pub(crate) async fn ask(&self, call: &[&str]) -> Result<Value, Failure> {
        self.find(call)
            .await?
            .ok_or_else(|| Failure::aws(call, "there is no such thing; check the name and the region"))
    }

    /// The answer to a call; none if it asks for something that is not there.
    pub(crate) async fn find(&self, call: &[&str]) -> Result<Option<Value>, Failure> {
        let Output { status, stdout, stderr } = self.call(call).await?;
        if status.success() {
            return serde_json::from_slice(&stdout).map(Some).map_err(|error| Failure::aws(call, error));
        }
        let reason = String::from_utf8_lossy(&stderr);
        if NOT_FOUND.iter().any(|code| reason.contains(code)) {
            return Ok(None);
        }
        Err(Failure::aws(call, reason.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    async fn call(&self, call: &[&str]) -> Result<Output, Failure> {
        let mut command = Command::new("aws");
        command.args(call).args(["--output", "json"]).env("AWS_PAGER", "").stdin(Stdio::null()).kill_on_drop(true);
        for (option, value) in [("--profile", &self.profile), ("--region", &self.region)] {
            if let Some(value) = value {
                command.args([option, value]);
            }
        }
        command.output().await.map_err(Failure::NoAws)
    }
}
