//! The templates with which a host does not start, and the errors that name the reason.

use crate::support::options;
use foldlog_local::{Host, Options, Storage};

async fn refused(change: impl FnOnce(&mut Options)) -> String {
    let mut options = options(Storage::Temporary);
    change(&mut options);
    Host::start(options).await.err().unwrap().to_string()
}

/// The template with one text in place of another.
fn template(options: &mut Options, from: &str, to: &str) {
    assert!(options.template.contains(from), "{from}");
    options.template = options.template.replacen(from, to, 1);
}

#[tokio::test]
async fn functions_and_template_must_name_each_other() {
    let missing = refused(|options| options.functions.retain(|function| function.name != "worker")).await;
    assert_eq!(missing, "the template's function worker is not among the registered ones");
    let more = refused(|options| options.functions.push(local_stranger(options))).await;
    assert_eq!(more, "the registered function stranger is not in the template");
}

fn local_stranger(options: &Options) -> foldlog_lambda::Registered {
    foldlog_lambda::Registered { name: "stranger", ..options.functions[0] }
}

#[tokio::test]
async fn a_function_that_refuses_its_settings_is_named() {
    let refused = refused(|options| template(options, "ITEMS_TABLE", "OTHER_NAME")).await;
    assert!(refused.contains("ITEMS_TABLE") && refused.starts_with("function "), "{refused}");
}

#[tokio::test]
async fn what_the_template_says_and_nobody_imitates_is_named() {
    let cases = [
        ("StartingPosition: TRIM_HORIZON", "StartingPosition: AT_TIMESTAMP", "ReaderFunction.Events.Items"),
        ("rate(1 day)", "cron(0 3 * * ? *)", "cron(0 3 * * ? *)"),
        ("BatchSize: 5", "BatchSize: 11", "BatchSize"),
        ("BatchSize: 10", "ParallelizationFactor: 11", "ParallelizationFactor"),
        ("MemorySize: 128", "Layers: [layer]", "Layers"),
        ("Effect: Allow", "Effect: Perhaps", "Perhaps"),
        ("source: [items]", "source: [{wildcard: i*}]", "wildcard"),
        ("BillingMode: PAY_PER_REQUEST", "BillingMode: PROVISIONED", "Items.BillingMode"),
        ("DefaultAuthorizer: Jwt", "DefaultAuthorizer: Other", "authorizer"),
        ("Arn: !GetAtt Work.Arn}]", "Arn: !GetAtt Items.Arn}]", "Rule.Targets.Arn"),
        ("ApplicationLogLevel: WARN", "ApplicationLogLevel: LOUD", "LoggingConfig.ApplicationLogLevel"),
        ("LogFormat: JSON", "LogFormat: XML", "LoggingConfig.LogFormat"),
        ("GET /mine: {", "GET /other: {", "HttpApi.RouteSettings.GET /other"),
        (", ThrottlingBurstLimit: 20}", "}", "HttpApi.RouteSettings.GET /mine"),
        (", ThrottlingBurstLimit: 20}", ", LoggingLevel: INFO}", "LoggingLevel"),
        ("Path: /mine}", "Path: /mine, RouteSettings: {ThrottlingRateLimit: 1}}", "RouteSettings"),
        ("TRIM_HORIZON", "TRIM_HORIZON\n            FilterCriteria: {Filters: [{Pattern: x}]}", "FilterCriteria"),
    ];
    for (from, to, named) in cases {
        let refused = refused(|options| template(options, from, to)).await;
        assert!(refused.contains(named), "{to}: {refused}");
    }
}

#[tokio::test]
async fn a_parameter_without_a_value_and_an_address_that_is_taken_are_named() {
    let parameter = refused(|options| options.parameters.clear()).await;
    assert_eq!(parameter, "parameter Issuer: it has no default and no value was given");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let taken = refused(|options| options.listen = address).await;
    assert!(taken.contains(&address.to_string()), "{taken}");
}
