//! The reference of the API agrees with the template and the deciders.

use crate::root;
use reqwest::Method;
use shop_reference::table::{Decision, rows};
use std::collections::BTreeSet;
use std::{fs, io};
use tests::Shop;
use yaml_serde::Value as Yaml;

type Deployed = BTreeSet<(String, String, Vec<String>)>;

fn in_template() -> Deployed {
    let template: Yaml = yaml_serde::from_str(shop_composition::TEMPLATE).unwrap();
    let functions = template["Resources"].as_mapping().unwrap().values();
    let events = functions.filter_map(|resource| resource["Properties"]["Events"].as_mapping());
    let routes = events.flat_map(|events| events.values()).filter(|event| event["Type"].as_str() == Some("HttpApi"));
    routes
        .map(|event| {
            let event = &event["Properties"];
            let scopes = event["Auth"]["AuthorizationScopes"].as_sequence().into_iter().flatten();
            let text = |value: &Yaml| value.as_str().unwrap().to_owned();
            (text(&event["Method"]).to_uppercase(), text(&event["Path"]), scopes.map(text).collect())
        })
        .collect()
}

#[test]
fn the_document_tells_of_the_template_s_routes_and_of_no_other() {
    let told: Vec<_> = shop_reference::routes()
        .iter()
        .map(|route| {
            let scopes = route.scopes.iter().map(ToString::to_string).collect();
            (route.method.to_owned(), route.path.to_owned(), scopes)
        })
        .collect();
    assert_eq!(told.iter().cloned().collect::<Deployed>(), in_template());
    assert_eq!(told.len(), in_template().len(), "each once");
}

fn of_repository(path: &str) -> io::Result<String> {
    fs::read_to_string(root().join(path))
}

/// The names under which a stream refuses a command, as the table of its decisions has them.
fn refused_in_table(category: &str, command: &str) -> BTreeSet<String> {
    let table = of_repository(&format!("shared/shop/domain/tests/table/{category}.txt")).unwrap();
    let rows = rows(&table).into_iter().filter(|row| row.commands.contains(&command));
    let refused = rows.filter_map(|row| match row.decision {
        Decision::Refused(name) => Some(name.to_owned()),
        Decision::Nothing | Decision::Events { .. } => None,
    });
    refused.collect()
}

#[test]
fn each_command_s_route_tells_of_the_refusals_of_its_stream() {
    let mut commands = 0;
    for route in shop_reference::routes() {
        let Some((category, command)) = route.command else { continue };
        commands += 1;
        let told: BTreeSet<_> = route.refusals().map(ToOwned::to_owned).collect();
        assert_eq!(told, refused_in_table(category, command), "{} {}", route.method, route.path);
    }
    assert!(commands > 10, "{commands} commands");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_and_its_page_are_served_to_anybody() {
    let shop = Shop::start().await;
    let document = shop.anyone().get("/openapi.json").await.expect(200);
    assert_eq!(document.body, shop_reference::document());
    let page = shop.anyone().get("/docs").await.expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    for (path, answer) in [("/openapi.json", document), ("/docs", page)] {
        let tag = answer.header("etag").unwrap();
        assert!(answer.header("cache-control").unwrap().starts_with("public, max-age="), "{path}");
        for (known, status) in [(tag, 304), (&*format!("W/{tag}"), 304), ("\"other\"", 200)] {
            let again = shop.anyone().send(Method::GET, path, None, &[("if-none-match", known)]).await.expect(status);
            assert_eq!(again.header("etag"), Some(tag), "{path}");
            let length = again.header("content-length").unwrap_or("0");
            assert_eq!(length == "0", status == 304, "{path}: {status} with {length} bytes");
        }
    }
    shop.host.stop().await;
}

#[test]
fn the_reference_in_the_repository_is_what_the_code_says() {
    for file in shop_reference::catalogue(of_repository).unwrap() {
        let path = format!("{}/{}", shop_reference::FOLDER, file.name);
        let stands = of_repository(&path).unwrap_or_default();
        assert!(stands == file.text, "{path} is out of date: run `shop catalogue --write`");
    }
}
