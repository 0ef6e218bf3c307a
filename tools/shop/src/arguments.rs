//! The command line.

use crate::commands::Command;
use crate::global::Global;
use clap::Parser;

/// Run the shop on this machine, fill it, and watch its events.
#[derive(Debug, Parser)]
#[command(
    name = "shop",
    version,
    disable_help_subcommand = true,
    after_help = "\
Begin with:
  shop serve --demo                     the whole shop on this machine, with something in it
  shop seed --orders 100 --seed 1       customers who buy from it
  shop events tail --follow             what happens, as it happens

Exit codes: 0 done, 1 failed, 2 used wrongly, 3 found a difference, 4 not found, 5 in conflict"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(std::iter::once("shop").chain(line.split(' ')))
    }

    #[test]
    fn the_declared_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn common_options_stand_before_or_behind_the_command() {
        for line in ["--json --api http://[::1]:9 state cart-1", "state --api http://[::1]:9 cart-1 --json"] {
            let global = parse(line).unwrap().global;
            assert!(global.json, "{line}");
            assert_eq!(global.api.as_str(), "http://[::1]:9/", "{line}");
        }
    }

    #[test]
    fn what_is_no_web_address_stream_identity_or_moment_is_a_usage_error() {
        for line in [
            "--api localhost:8080 state cart-1",
            "--api https://localhost state cart-1",
            "state cart",
            "state cart-1 --version 0",
            "state cart-1 --at yesterday",
            "diff cart-1 --from lately",
            "streams show cart",
            "streams ls --limit 0",
            "token --as customer",
            "verify --stream cart",
            "token --as admin",
            "events tail --since yesterday",
            "events tail --stream cart",
            "events tail --limit 0",
            "seed --orders 0 --seed 1",
            "serve --parameter Currency",
            "provider --key fifteen-letters",
        ] {
            let error = parse(line).expect_err(line);
            assert_eq!((error.kind(), error.exit_code()), (ErrorKind::ValueValidation, 2), "{line}");
        }
    }

    #[test]
    fn a_misspelt_event_type_is_a_usage_error_that_names_the_right_one() {
        let error = parse("events tail --type OrderConfirmd").unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("OrderConfirmed"), "{error}");
    }

    #[test]
    fn a_note_is_redriven_or_what_was_lost() {
        assert_eq!(parse("parked redrive").unwrap_err().kind(), ErrorKind::MissingRequiredArgument);
        assert_eq!(parse("parked redrive relay:cart-1@1 --lost").unwrap_err().kind(), ErrorKind::ArgumentConflict);
        assert!(parse("parked redrive --lost").is_ok() && parse("parked redrive relay:cart-1@1").is_ok());
    }

    #[test]
    fn a_state_is_of_a_version_or_of_a_moment_and_a_diff_has_a_beginning() {
        assert_eq!(parse("state cart-1 --version 1 --at 1h").unwrap_err().kind(), ErrorKind::ArgumentConflict);
        assert_eq!(parse("diff cart-1").unwrap_err().kind(), ErrorKind::MissingRequiredArgument);
        assert!(parse("state cart-1 --at 1h").is_ok() && parse("diff cart-1 --from 0 --to 1h").is_ok());
    }

    #[test]
    fn a_provider_needs_a_key_and_for_a_webhook_a_secret_to_sign_with() {
        let (key, webhook) = ("provider --key sixteen-letters!", "--webhook http://127.0.0.1:1/webhooks");
        for line in ["provider", &format!("{key} {webhook}")] {
            assert_eq!(parse(line).unwrap_err().kind(), ErrorKind::MissingRequiredArgument, "{line}");
        }
        assert!(parse(key).is_ok() && parse(&format!("{key} {webhook} --webhook-secret letters-sixteen!")).is_ok());
        assert!(parse(&format!("provider --data shop {webhook}")).is_ok(), "the directory has both");
    }

    #[test]
    fn data_is_either_kept_or_thrown_away() {
        assert_eq!(parse("serve --memory --data shop").unwrap_err().kind(), ErrorKind::ArgumentConflict);
        assert!(parse("serve --memory").is_ok() && parse("serve --data shop").is_ok() && parse("serve").is_ok());
    }
}
