//! What the template promises an operator: everything is watched, written down, encrypted, and let in with care.

mod dashboard;
mod names;
mod rights;
mod rollout;
mod watching;

use crate::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use yaml_serde::Value as Yaml;

fn template() -> Yaml {
    yaml_serde::from_str(shop_composition::TEMPLATE).unwrap()
}

/// The resources of a type, by logical id.
fn of_type<'a>(template: &'a Yaml, kind: &str) -> BTreeMap<&'a str, &'a Yaml> {
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let of_type = resources.filter(|(_, resource)| resource["Type"].as_str() == Some(kind));
    of_type.map(|(id, resource)| (id.as_str().unwrap(), resource)).collect()
}

fn functions(template: &Yaml) -> BTreeMap<&str, &Yaml> {
    of_type(template, "AWS::Serverless::Function")
}

fn alarms(template: &Yaml) -> BTreeMap<&str, &Yaml> {
    of_type(template, "AWS::CloudWatch::Alarm")
}

/// The arguments of every intrinsic function of this name (`Ref`, `GetAtt`, `Sub`) in a value.
fn arguments<'a>(value: &'a Yaml, name: &str) -> Vec<&'a str> {
    match value {
        Yaml::Tagged(tagged) if tagged.tag.to_string().trim_start_matches('!') == name => {
            tagged.value.as_str().into_iter().collect()
        }
        Yaml::Tagged(tagged) => arguments(&tagged.value, name),
        Yaml::Sequence(items) => items.iter().flat_map(|item| arguments(item, name)).collect(),
        Yaml::Mapping(entries) => entries.values().flat_map(|entry| arguments(entry, name)).collect(),
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => vec![],
    }
}

/// What a text takes over from elsewhere: the names in its `${…}`.
fn names_in(text: &str) -> BTreeSet<&str> {
    text.split("${").skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
}

fn operating() -> String {
    fs::read_to_string(root().join("docs/OPERATING.md")).unwrap()
}

/// The rows below a table's head, cell by cell.
fn table<'a>(page: &'a str, head: &str) -> Vec<Vec<&'a str>> {
    let rows = page.lines().skip_while(|line| *line != head).skip(2).take_while(|line| line.starts_with('|'));
    let rows: Vec<_> = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect();
    assert!(!rows.is_empty(), "no table {head}");
    rows
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
