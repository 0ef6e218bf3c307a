//! `shop doctor`: problems of a running shop or of a deployed stack, and what to do about them.

mod deployed;
mod finding;
mod gateway;
mod health;
mod stack;
mod triggers;

use crate::aws::Aws;
use crate::failure::Failure;
use crate::global::Global;
use finding::Finding;

/// Check whether the shop is healthy, or a stack complete, and say what to do if not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line is a check. Exit code 1 if one fails.

With --stack it compares what is there on AWS with the template of this release: the resources, the
functions and their aliases, the routes with their authorizer, what starts functions, and the alarms.
It asks AWS through the command `aws` (https://docs.aws.amazon.com/cli/) and changes nothing; a user
with the policy ReadOnlyAccess may do that.

Examples:
  shop doctor
  shop doctor --json | jq 'select(.ok | not)'
  shop doctor --stack shop --profile production --region eu-central-1")]
pub(crate) struct Doctor {
    /// Compare this stack on AWS with the template, in place of asking the shop at --api
    #[arg(long, value_name = "NAME", help_heading = "Stack")]
    stack: Option<String>,
    #[command(flatten)]
    aws: Aws,
}

impl Doctor {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let findings = match &self.stack {
            Some(stack) => stack::examine(&self.aws, stack).await?,
            None => health::examine(global).await?,
        };
        for found in &findings {
            let Finding { what, ok, detail } = found;
            global.print(found, || format!("{} {what}: {detail}", if *ok { "ok " } else { "BAD" }))?;
        }
        match findings.iter().filter(|found| !found.ok).count() {
            0 => Ok(()),
            bad => Err(Failure::Unwell(bad)),
        }
    }
}
