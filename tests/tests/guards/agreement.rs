//! Functions, template, registry, routes and payloads agree.

use crate::{root, rust_files};
use reqwest::Method;
use serde_json::Value as Json;
use shop_composition::logical_id;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tests::{Client, Shop};
use yaml_serde::Value as Yaml;

fn names_in(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

struct Function {
    code: String,
    binary: String,
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Route {
    method: Method,
    path: String,
    scopes: Vec<String>,
}

/// The template's functions by logical id.
fn template_functions() -> BTreeMap<String, Function> {
    let template: Yaml = yaml_serde::from_str(shop_composition::TEMPLATE).unwrap();
    let resources = template["Resources"].as_mapping().unwrap();
    let functions =
        resources.iter().filter(|(_, resource)| resource["Type"].as_str() == Some("AWS::Serverless::Function"));
    functions
        .map(|(id, function)| {
            // One that a state machine calls has none of its own.
            let events = function["Properties"]["Events"].as_mapping().into_iter().flatten();
            let http = events.map(|(_, event)| event).filter(|event| event["Type"].as_str() == Some("HttpApi"));
            let function = Function {
                code: function["Properties"]["CodeUri"].as_str().unwrap().to_owned(),
                binary: function["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap().to_owned(),
                routes: http.map(|event| route(&event["Properties"])).collect(),
            };
            (id.as_str().unwrap().to_owned(), function)
        })
        .collect()
}

fn route(event: &Yaml) -> Route {
    let scopes = event["Auth"]["AuthorizationScopes"].as_sequence().into_iter().flatten();
    Route {
        method: event["Method"].as_str().unwrap().to_uppercase().parse().unwrap(),
        path: event["Path"].as_str().unwrap().to_owned(),
        scopes: scopes.map(|scope| scope.as_str().unwrap().to_owned()).collect(),
    }
}

#[test]
fn functions_template_registry_and_events_agree() {
    let folders = names_in("functions");
    let registered: BTreeSet<_> =
        shop_composition::functions().iter().map(|function| function.name.to_owned()).collect();
    assert_eq!(registered, folders);
    let template = template_functions();
    let logical: BTreeSet<_> = folders.iter().map(|name| logical_id(name)).collect();
    assert_eq!(template.keys().cloned().collect::<BTreeSet<_>>(), logical);
    for name in &folders {
        let function = &template[&logical_id(name)];
        assert_eq!(
            (function.binary.as_str(), function.code.as_str()),
            (name.as_str(), format!("functions/{name}/").as_str())
        );
        let main = fs::read_to_string(root().join("functions").join(name).join("src/main.rs")).unwrap();
        assert!(main.lines().count() <= 15, "{name}/src/main.rs is wiring");
    }
    let events = names_in("events");
    let prefixes: BTreeSet<_> = events.iter().map(|file| file.split('.').next().unwrap().to_owned()).collect();
    assert_eq!(prefixes, folders, "each function has payloads, and each payload a function");
}

#[test]
fn each_file_says_at_its_head_what_it_is_for() {
    for folder in ["shared", "functions", "tools", "tests"] {
        for file in rust_files(&root().join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.starts_with("//! "), "{}", file.display());
        }
    }
}

async fn status(client: &Client, route: &Route) -> (u16, Json) {
    let path = route.path.replace("{id}", &"0".repeat(32)).replace("{stream}", "product-none");
    let path = path.replace("{address}", &"0".repeat(32)).replace("{card}", &"0".repeat(32));
    let path = path.replace("{sku}", "none").replace("{warehouse}", "none");
    let answer = client.send(route.method.clone(), &path, None, &[]).await;
    (answer.status.as_u16(), answer.body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_route_of_the_template_answers_to_its_scopes_alone() {
    let shop = Shop::start().await;
    let clients =
        [("shop/customer", shop.customer("alice")), ("shop/staff", shop.staff()), ("shop/operator", shop.operator())];
    let anyone = shop.anyone();
    let mut routes = 0;
    for route in template_functions().into_values().flat_map(|function| function.routes) {
        routes += 1;
        if !route.scopes.is_empty() {
            assert_eq!(status(&anyone, &route).await.0, 401, "{route:?}");
        }
        for (scope, client) in &clients {
            let (status, body) = status(client, &route).await;
            if route.scopes.is_empty() || route.scopes.iter().any(|wanted| wanted == scope) {
                // A notice without a signature is let in, and not believed.
                let known = status != 401 || body["type"] == "urn:shop:problem:not-believed";
                assert!(status < 500 && known && status != 403, "{route:?}: {status} {body}");
                assert!(body["message"].is_null(), "the function answers, not the gateway: {route:?} {body}");
                assert!(!body["detail"].as_str().unwrap_or_default().contains("no route"), "{route:?} {body}");
            } else {
                assert_eq!(status, 403, "{route:?}");
            }
        }
    }
    assert!(routes > 20, "{routes} routes");
    shop.host.stop().await;
}
