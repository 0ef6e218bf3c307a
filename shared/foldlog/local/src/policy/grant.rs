//! What the statements of a role allow, and what of it was never asked for.

use super::condition::Condition;
use super::glob::glob;
use super::request::Asked;
use super::statement::{Effect, Statement};
use crate::lock::lock;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// A part of a statement, by its place among the statements and in the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// One of its actions.
    Action(usize, usize),
    /// One of its resources.
    Resource(usize, usize),
    /// One of its patterns of partition keys.
    Keys(usize, usize),
}

/// The parts of some statements that were never asked for.
#[derive(Debug, Default)]
pub(super) struct Grants {
    unused: Mutex<BTreeSet<Part>>,
}

fn keys(statement: &Statement) -> &[String] {
    statement.conditions.iter().find_map(Condition::leading_keys).unwrap_or_default()
}

impl Grants {
    /// All parts of the statements that allow something.
    pub(super) fn of(statements: &[Statement]) -> Self {
        let allowing = statements.iter().enumerate().filter(|(_, one)| one.effect == Effect::Allow);
        let parts = allowing.flat_map(|(at, one)| {
            let actions = (0..one.actions.len()).map(move |action| Part::Action(at, action));
            let resources = (0..one.resources.len()).map(move |resource| Part::Resource(at, resource));
            actions.chain(resources).chain((0..keys(one).len()).map(move |key| Part::Keys(at, key)))
        });
        Self { unused: Mutex::new(parts.collect()) }
    }

    /// Whether the statements allow a request. The parts that allow it are used from now on.
    pub(super) fn take(&self, statements: &[Statement], asked: &Asked<'_>) -> bool {
        let allows = |one: &Statement| one.effect == Effect::Allow && one.concerns(asked);
        let allowing: BTreeSet<_> =
            statements.iter().enumerate().filter(|(_, one)| allows(one)).map(|(at, _)| at).collect();
        let action = asked.demand.action.to_lowercase();
        let mut unused = lock(&self.unused);
        unused.retain(|part| match *part {
            Part::Action(at, action_at) => {
                !allowing.contains(&at) || !glob(&statements[at].actions[action_at].to_lowercase(), &action)
            }
            Part::Resource(at, resource) => {
                !allowing.contains(&at) || !glob(&statements[at].resources[resource], &asked.demand.resource)
            }
            Part::Keys(at, pattern) => {
                let pattern = &keys(&statements[at])[pattern];
                !allowing.contains(&at) || !asked.demand.keys.iter().any(|key| glob(pattern, key))
            }
        });
        !allowing.is_empty()
    }

    /// The parts that were never asked for, a line each.
    pub(super) fn unused(&self, statements: &[Statement]) -> Vec<String> {
        let unused = lock(&self.unused);
        let line = |part: &Part| match *part {
            Part::Action(at, action) => format!("{}: {}", statements[at].sid, statements[at].actions[action]),
            Part::Resource(at, resource) => {
                format!("{}: on {}", statements[at].sid, statements[at].resources[resource])
            }
            Part::Keys(at, key) => format!("{}: of {}", statements[at].sid, keys(&statements[at])[key]),
        };
        unused.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Demand, Principal, document};
    use super::*;
    use serde_json::json;

    #[test]
    fn each_action_each_resource_and_each_pattern_of_keys_has_to_be_asked_for() {
        let statements = document(&json!({"Statement": [
            {"Sid": "Load", "Effect": "Allow", "Action": "dynamodb:Query", "Resource": "log",
             "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["cart-*", "order-*"]}}},
            {"Sid": "Note", "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": ["a", "b"]}
        ]}))
        .unwrap();
        let grants = Grants::of(&statements);
        let take = |action: &str, resource: &str, key: &str| {
            let demand = Demand { keys: vec![key.to_owned()], ..Demand::on(action.to_owned(), resource.to_owned()) };
            grants.take(&statements, &Asked { demand: &demand, by: Principal::Role("r") })
        };
        assert!(take("dynamodb:Query", "log", "cart-1") && take("dynamodb:GetItem", "b", "x"));
        assert!(!take("dynamodb:Query", "log", "stock-1"));
        assert_eq!(grants.unused(&statements), ["Note: dynamodb:PutItem", "Note: on a", "Load: of order-*"]);
    }
}
