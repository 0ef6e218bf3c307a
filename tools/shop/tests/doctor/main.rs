//! `shop doctor --stack`: a stack that is as its template, and each difference that it may have.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod account;

use account::{Account, STACK, physical};
use serde_json::{Value, json};

/// The lines of an output that tell of a problem.
fn problems(out: &str) -> Vec<&str> {
    out.lines().filter(|line| !line.starts_with("ok ")).collect()
}

/// Changes one item of a list in an answer.
fn change(account: &mut Account, answer: &str, list: &str, key: &str, value: &str, change: impl FnOnce(&mut Value)) {
    let items = account.answers.get_mut(answer).unwrap()[list].as_array_mut().unwrap();
    change(items.iter_mut().find(|item| item[key] == value).unwrap());
}

/// Removes one item of a list in an answer.
fn remove(account: &mut Account, answer: &str, list: &str, key: &str, value: &str) {
    let items = account.answers.get_mut(answer).unwrap()[list].as_array_mut().unwrap();
    let all = items.len();
    items.retain(|item| item[key] != value);
    assert_eq!(items.len() + 1, all, "{answer} has one {value}");
}

/// Asks about an account with a difference: the one line that tells of it.
fn told(difference: impl FnOnce(&mut Account)) -> String {
    let mut account = Account::with_the_stack();
    difference(&mut account);
    let (code, out, err) = account.doctor(&[]);
    let problems = problems(&out);
    let [problem] = *problems else { panic!("{problems:?}\n{err}") };
    assert_eq!((code, err.trim()), (1, "error: 1 checks failed"));
    problem.to_owned()
}

#[test]
fn a_stack_as_the_template_says_has_no_problem_and_is_asked_for_under_the_given_options() {
    let account = Account::with_the_stack();
    let (code, out, err) = account.doctor(&["--profile", "production", "--region", "eu-west-1"]);
    assert_eq!((code, &*err, &*problems(&out)), (0, "", &[][..]), "{out}");
    let counted: Vec<_> = out.lines().filter_map(|line| line.strip_prefix("ok  ")?.split_once(':')).collect();
    let kinds: Vec<_> = counted.iter().map(|(kind, _)| *kind).collect();
    let expected =
        ["stack shop", "resources", "functions", "authorizer", "routes", "mappings", "rules", "schedules", "alarms"];
    assert_eq!(kinds, expected);
    for (kind, operation, list) in
        [("routes", "apigatewayv2.get-routes.api", "Items"), ("alarms", "cloudwatch.describe-alarms", "MetricAlarms")]
    {
        let count = account.answers[operation][list].as_array().unwrap().len();
        assert!(counted.contains(&(kind, &*format!(" {count}, as in the template"))), "{out}");
    }
    let asked = account.asked();
    assert!(asked.iter().all(|line| line.ends_with("--output json --profile production --region eu-west-1")));
    assert!(asked.len() > 50, "{asked:?}");
}

#[test]
fn a_route_that_is_missing_open_or_led_astray_is_told_of() {
    let (routes, integrations) = ("apigatewayv2.get-routes.api", "apigatewayv2.get-integrations.api");
    let route = |value: &'static str, to: fn(&mut Value)| {
        move |account: &mut Account| change(account, routes, "Items", "RouteKey", value, to)
    };
    let gone = told(|account| remove(account, routes, "Items", "RouteKey", "POST /carts/{id}/checkout"));
    assert!(gone.starts_with("BAD route POST /carts/{id}/checkout: it is gone; "), "{gone}");
    assert!(gone.contains("docs/OPERATING.md"), "{gone}");
    let open = told(route("POST /carts", |route| route["AuthorizationType"] = json!("NONE")));
    assert!(open.starts_with("BAD route POST /carts: it takes no token and should take one"), "{open}");
    let scopes = told(route("POST /products", |route| route["AuthorizationScopes"] = json!(["shop/customer"])));
    assert!(scopes.contains(r#"the scopes {"shop/customer"} and not {"shop/staff"}"#), "{scopes}");
    let closed = told(route("GET /healthz", |route| {
        route["AuthorizationType"] = json!("JWT");
        route["AuthorizerId"] = json!("jwt");
    }));
    assert!(closed.contains("it takes a token and should take none"), "{closed}");
    let nowhere = told(route("POST /carts", |route| route["Target"] = Value::Null));
    assert!(nowhere.contains("it leads to nothing and not to CartCommandsFunction, alias live"), "{nowhere}");
    let past_alias = told(|account| {
        change(account, integrations, "Items", "IntegrationId", "post-carts", |integration| {
            let uri = integration["IntegrationUri"].as_str().unwrap().replace(":live", "");
            integration["IntegrationUri"] = json!(uri);
        });
    });
    assert!(past_alias.contains("not to CartCommandsFunction, alias live"), "{past_alias}");
    let by_hand = told(|account| {
        let added = json!({"RouteKey": "GET /added", "AuthorizationType": "NONE"});
        account.answers.get_mut(routes).unwrap()["Items"].as_array_mut().unwrap().push(added);
    });
    assert!(by_hand.starts_with("BAD route GET /added: the template has none"), "{by_hand}");
}

/// What API Gateway makes of an issuer that it cannot find, unless it is told to fail.
#[test]
fn a_dropped_authorizer_is_told_of_with_each_of_its_routes_and_what_to_do() {
    let mut account = Account::with_the_stack();
    account.answers.get_mut("apigatewayv2.get-authorizers.api").unwrap()["Items"] = json!([]);
    let routes = account.answers.get_mut("apigatewayv2.get-routes.api").unwrap()["Items"].as_array_mut().unwrap();
    let all = routes.len();
    routes.retain(|route| route["AuthorizationType"] == "NONE");
    let lost = all - routes.len();
    let (code, out, _) = account.doctor(&[]);
    assert!(code == 1 && lost > 50);
    assert_eq!(problems(&out).iter().filter(|line| line.contains(": it is gone")).count(), lost);
    let reason = problems(&out).into_iter().find(|line| line.starts_with("BAD authorizer: ")).unwrap();
    assert!(reason.contains("no issuer at https://issuer.example") && reason.contains("JwtIssuer"), "{reason}");
}

#[test]
fn another_issuer_than_the_stack_was_given_is_told_of() {
    let other = told(|account| {
        let change_issuer = |jwt: &mut Value| jwt["JwtConfiguration"]["Issuer"] = json!("https://other.example");
        change(account, "apigatewayv2.get-authorizers.api", "Items", "AuthorizerId", "jwt", change_issuer);
    });
    assert!(other.starts_with("BAD authorizer: it accepts tokens of https://other.example"), "{other}");
}

#[test]
fn the_user_pool_of_a_stack_is_its_issuer() {
    let with_users = |issuer: &'static str| {
        move |account: &mut Account| {
            for parameter in ["JwtIssuer", "JwtAudience"] {
                let stack = account.answers.get_mut(&format!("cloudformation.describe-stacks.{STACK}")).unwrap();
                let given = stack["Stacks"][0]["Parameters"].as_array_mut().unwrap();
                let given = given.iter_mut().find(|given| given["ParameterKey"] == parameter).unwrap();
                given["ParameterValue"] = json!("");
            }
            let clients = ["CustomersClient", "StaffClient"];
            let clients = clients.map(|client| physical(client, "AWS::Cognito::UserPoolClient"));
            let by_users = |jwt: &mut Value| jwt["JwtConfiguration"] = json!({"Issuer": issuer, "Audience": clients});
            change(account, "apigatewayv2.get-authorizers.api", "Items", "AuthorizerId", "jwt", by_users);
        }
    };
    let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf";
    let mut account = Account::with_the_stack();
    with_users(issuer)(&mut account);
    let (code, out, err) = account.doctor(&[]);
    assert_eq!((code, &*err, &*problems(&out)), (0, "", &[][..]), "{out}");
    assert!(out.contains(&format!("accepts tokens of {issuer}")), "{out}");
    let other = told(with_users("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Another"));
    assert!(other.starts_with("BAD authorizer: it accepts tokens of") && other.contains("_Another"), "{other}");
}

#[test]
fn a_mapping_that_stands_still_or_has_other_settings_is_told_of() {
    let id = physical("ProjectorFunctionCommits", "AWS::Lambda::EventSourceMapping");
    let mapping = |to: fn(&mut Value)| {
        let id = id.clone();
        move |account: &mut Account| {
            change(account, "lambda.list-event-source-mappings", "EventSourceMappings", "UUID", &id, to);
        }
    };
    let disabled = told(mapping(|mapping| mapping["State"] = json!("Disabled")));
    let repair =
        format!("Disabled, so nothing reaches the function: `aws lambda update-event-source-mapping --uuid {id}");
    assert!(disabled.starts_with("BAD mapping ProjectorFunctionCommits") && disabled.contains(&repair), "{disabled}");
    let batch = told(mapping(|mapping| mapping["BatchSize"] = json!(10)));
    assert!(batch.contains("BatchSize is 10 and not 100"), "{batch}");
    let answers = told(mapping(|mapping| mapping["FunctionResponseTypes"] = json!([])));
    assert!(answers.contains("FunctionResponseTypes is [] and not"), "{answers}");
    let lost = told(mapping(|mapping| mapping["DestinationConfig"] = json!({"OnFailure": {}})));
    assert!(lost.contains("what it gives up goes to nowhere and not to FailedBatches"), "{lost}");
    let source = told(mapping(|mapping| mapping["EventSourceArn"] = json!("arn:aws:dynamodb:r:1:table/x/stream/y")));
    assert!(source.contains("and not that of EventLog"), "{source}");
    let gone = told(|account| {
        remove(account, "lambda.list-event-source-mappings", "EventSourceMappings", "UUID", &id);
    });
    assert!(gone.contains("it is gone"), "{gone}");
}

#[test]
fn a_rule_that_stands_still_or_leads_elsewhere_is_told_of() {
    let rule = physical("FulfilmentRule", "AWS::Events::Rule");
    let (bus, name) = rule.split_once('|').unwrap();
    let (described, targets) =
        (format!("events.describe-rule.{name}.{bus}"), format!("events.list-targets-by-rule.{name}.{bus}"));
    let disabled = told(|account| account.answers.get_mut(&described).unwrap()["State"] = json!("DISABLED"));
    let repair = format!("`aws events enable-rule --name {name} --event-bus-name {bus}`");
    assert!(disabled.starts_with("BAD rule FulfilmentRule: DISABLED") && disabled.contains(&repair), "{disabled}");
    let pattern = told(|account| {
        account.answers.get_mut(&described).unwrap()["EventPattern"] = json!(r#"{"source": ["shop.cart"]}"#);
    });
    assert!(pattern.contains(r#"its pattern is {"source":["shop.cart"]} and not {"#), "{pattern}");
    let no_target = told(|account| account.answers.get_mut(&targets).unwrap()["Targets"] = json!([]));
    assert!(
        no_target.contains("it has no target FulfilmentQueue with its dead letters in UndeliveredEvents"),
        "{no_target}"
    );
    let no_dead_letters =
        told(|account| account.answers.get_mut(&targets).unwrap()["Targets"][0]["DeadLetterConfig"] = Value::Null);
    assert!(no_dead_letters.contains("it has no target FulfilmentQueue with its dead letters"), "{no_dead_letters}");
    let another = told(|account| {
        let added = json!({"Id": "added", "Arn": "arn:aws:sqs:r:1:added"});
        account.answers.get_mut(&targets).unwrap()["Targets"].as_array_mut().unwrap().push(added);
    });
    assert!(another.contains(r#"the template has no target "arn:aws:sqs:r:1:added""#), "{another}");
    let gone = told(|account| drop(account.answers.remove(&described).unwrap()));
    assert!(gone.starts_with("BAD rule FulfilmentRule: it is gone"), "{gone}");
}

#[test]
fn an_alarm_that_is_missing_or_mute_is_told_of() {
    let name = physical("TamperedAlarm", "AWS::CloudWatch::Alarm");
    let alarms = ("cloudwatch.describe-alarms", "MetricAlarms", "AlarmName");
    let gone = told(|account| remove(account, alarms.0, alarms.1, alarms.2, &name));
    assert!(gone.starts_with(&format!("BAD alarm {name}: it is gone")), "{gone}");
    let mute = told(|account| {
        change(account, alarms.0, alarms.1, alarms.2, &name, |alarm| alarm["ActionsEnabled"] = json!(false));
    });
    assert!(mute.contains(&format!("`aws cloudwatch enable-alarm-actions --alarm-names {name}`")), "{mute}");
    let nobody = told(|account| {
        change(account, alarms.0, alarms.1, alarms.2, &name, |alarm| alarm["AlarmActions"] = json!([]));
    });
    assert!(nobody.contains(r#"it tells {} and not {"arn:aws:sns:eu-central-1:123456789012:bells"}"#), "{nobody}");
}

#[test]
fn a_function_that_failed_or_lost_its_alias_and_a_schedule_that_stands_still_are_told_of() {
    let name = physical("CartCommandsFunction", "AWS::Lambda::Function");
    let configuration = format!("lambda.get-function-configuration.{name}");
    let failed = told(|account| {
        let function = account.answers.get_mut(&configuration).unwrap();
        (function["State"], function["StateReason"]) = (json!("Failed"), json!("The key is gone."));
    });
    assert!(failed.starts_with(&format!("BAD function {name}: Failed (The key is gone.): mend that")), "{failed}");
    let half = told(|account| account.answers.get_mut(&configuration).unwrap()["LastUpdateStatus"] = json!("Failed"));
    assert!(half.contains("Failed (no reason given)"), "{half}");
    let gone = told(|account| drop(account.answers.remove(&configuration).unwrap()));
    assert!(gone.contains("it is gone"), "{gone}");
    let alias = told(|account| drop(account.answers.remove(&format!("lambda.get-alias.{name}.live")).unwrap()));
    assert!(alias.contains("its alias live is gone"), "{alias}");

    let schedule = format!("scheduler.get-schedule.{}", physical("ReconcileFunctionDaily", "AWS::Scheduler::Schedule"));
    let off = told(|account| account.answers.get_mut(&schedule).unwrap()["State"] = json!("DISABLED"));
    assert!(off.starts_with("BAD schedule") && off.contains("DISABLED"), "{off}");
    let rate =
        told(|account| account.answers.get_mut(&schedule).unwrap()["ScheduleExpression"] = json!("rate(9 days)"));
    assert!(rate.contains("it fires at rate(9 days) and not at rate(1 day)"), "{rate}");
}

#[test]
fn a_stack_that_is_not_complete_is_told_of() {
    let (described, listed) = (format!("cloudformation.describe-stacks.{STACK}"), account::listed());
    let status = |status: &'static str| {
        let described = described.clone();
        move |account: &mut Account| {
            account.answers.get_mut(&described).unwrap()["Stacks"][0]["StackStatus"] = json!(status);
        }
    };
    let back = told(status("UPDATE_ROLLBACK_COMPLETE"));
    assert!(back.contains("describe-stack-events --stack-name shop` says why; deploy again"), "{back}");
    let busy = told(status("UPDATE_IN_PROGRESS"));
    assert!(busy.contains("wait until it has ended"), "{busy}");
    let list = "StackResourceSummaries";
    let mut account = Account::with_the_stack();
    remove(&mut account, &listed, list, "LogicalResourceId", "ProjectorFunctionCommits");
    let (_, out, _) = account.doctor(&[]);
    assert!(problems(&out).len() == 1 && !out.contains("ok  mappings"), "what is not there is not said to fit: {out}");
    let missing = told(|account| remove(account, &listed, list, "LogicalResourceId", "TamperedAlarm"));
    assert!(missing.starts_with("BAD resource TamperedAlarm: the stack has none: deploy this release"), "{missing}");
    let failed = told(|account| {
        change(account, &listed, list, "LogicalResourceId", "Dashboard", |resource| {
            resource["ResourceStatus"] = json!("UPDATE_FAILED");
        });
    });
    assert!(failed.starts_with("BAD resource Dashboard: UPDATE_FAILED"), "{failed}");
}

#[test]
fn what_keeps_the_doctor_from_asking_is_told_with_what_to_do() {
    let mut account = Account::with_the_stack();
    let (code, _, err) = account.doctor_of("other", &[]);
    assert!(
        code == 1 && err.contains("`aws cloudformation describe-stacks --stack-name other`: there is no such"),
        "{err}"
    );

    let parameters =
        &mut account.answers.get_mut(&format!("cloudformation.describe-stacks.{STACK}")).unwrap()["Stacks"];
    let added = json!({"ParameterKey": "OfAnotherRelease", "ParameterValue": "1"});
    parameters[0]["Parameters"].as_array_mut().unwrap().push(added);
    let (code, _, err) = account.doctor(&[]);
    assert!(code == 1 && err.contains("OfAnotherRelease") && err.contains("the release that is deployed"), "{err}");

    account.refuse("An error occurred (AccessDenied): not authorized to perform: cloudformation:DescribeStacks");
    let (code, _, err) = account.doctor(&[]);
    assert!(code == 1 && err.contains("not authorized to perform: cloudformation:DescribeStacks"), "{err}");

    account.uninstall();
    let (code, _, err) = account.doctor(&[]);
    assert!(code == 1 && err.contains("the command `aws` cannot be started") && err.contains("install it"), "{err}");

    let (code, _, err) = account.run(&["doctor", "--region", "eu-west-1"]);
    assert!(code == 2 && err.contains("--stack"), "{err}");
}
