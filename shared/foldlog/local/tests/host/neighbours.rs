//! The services of a host for other programs on the machine: the authorizer for their gateway, the endpoint for
//! containers.

use crate::support::{host, options, request};
use foldlog_lambda::Invoke;
use foldlog_local::{Host, JwtAuthorizer, Options, Storage};
use reqwest::{Client, Method};
use serde_json::{Value, json};

fn authorizer(host: &Host) -> JwtAuthorizer {
    let Options { template, parameters, .. } = options(Storage::Temporary);
    JwtAuthorizer::open(&template, &parameters, host.directory()).unwrap()
}

async fn asked(authorizer: &JwtAuthorizer, route: &str, token: &str) -> Value {
    let http = json!({ "method": "GET", "path": "/" });
    let headers = json!({ "AUTHORIZATION": format!("Bearer {token}") });
    let event = json!({ "version": "2.0", "routeKey": route, "headers": headers, "requestContext": { "http": http } });
    authorizer.invoke(event).await.unwrap()
}

#[tokio::test]
async fn the_authorizer_accepts_what_the_gateway_does_and_tells_the_same_of_it() {
    let host = host().await;
    let authorizer = authorizer(&host);
    let token = |scopes: &[&str]| host.token("customer:alice", scopes).unwrap();
    let shown = request(&host, Method::GET, "/mine", &["x/y"]).send().await.unwrap().json::<Value>().await.unwrap();
    let told = asked(&authorizer, "GET /mine", &token(&["x/y"])).await;
    let jwt = &shown["requestContext"]["authorizer"]["jwt"];
    assert_eq!((&told["isAuthorized"], &told["context"]["scopes"]), (&json!(true), &jwt["scopes"]));
    for claim in ["iss", "sub", "client_id", "token_use", "scope"] {
        assert!(jwt["claims"][claim].is_string(), "{claim}");
        assert_eq!(told["context"]["claims"][claim], jwt["claims"][claim], "{claim}");
    }
    let written = asked(&authorizer, "POST /items/{id}", &token(&["x", "items/admin"])).await;
    assert_eq!((&written["isAuthorized"], &written["context"]["scopes"]), (&json!(true), &json!(["x", "items/admin"])));
    host.stop().await;
}

#[tokio::test]
async fn the_authorizer_refuses_other_scopes_other_issuers_and_what_is_no_route_of_the_template() {
    let (host, stranger) = (host().await, host().await);
    // Hosts of one process begin with one key, unless they keep it.
    stranger.rotate_keys().unwrap();
    let authorizer = authorizer(&host);
    let refused = json!({ "isAuthorized": false, "context": null });
    let token = |host: &Host, scope: &str| host.token("customer:alice", &[scope]).unwrap();
    for (route, token) in [
        ("POST /items/{id}", token(&host, "items/read")),
        ("POST /items/{id}", token(&stranger, "items/write")),
        ("POST /items/{id}", "rubbish".to_owned()),
        ("POST /nowhere", token(&host, "items/write")),
    ] {
        assert_eq!(asked(&authorizer, route, &token).await, refused, "{route} {token}");
    }
    host.stop().await;
    stranger.stop().await;
}

#[tokio::test]
async fn the_endpoint_answers_on_another_address_whoever_names_it_as_it_is() {
    let mut host = host().await;
    let url = host.open_aws(([127, 0, 0, 1], 0).into()).await.unwrap();
    assert_ne!(url, host.aws_url());
    let list = || {
        let request = Client::new().post(&url).header("x-amz-target", "DynamoDB_20120810.ListTables");
        request.header("content-type", "application/x-amz-json-1.0").body("{}")
    };
    let tables: Value = list().send().await.unwrap().json().await.unwrap();
    assert!(tables["TableNames"].as_array().unwrap().contains(&json!("local-Items")), "{tables}");
    for other in ["evil.example", "198.18.0.1:80"] {
        assert_eq!(list().header("host", other).send().await.unwrap().status().as_u16(), 403, "{other}");
    }
    host.stop().await;
}
