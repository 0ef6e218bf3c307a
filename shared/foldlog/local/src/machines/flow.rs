//! A flow: the states of a machine, or of a map's items, and the transitions between them.
//!
//! Circle: with `crate::machines::definition`, as in the language itself: a flow is made of states, and a state that is
//! a map has a flow of its own.

use super::definition::State;
use crate::functions::Declared;
use crate::template::{TemplateError, read};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// States, each with its next one.
#[derive(Debug)]
pub(super) struct Flow {
    /// The first state.
    pub(super) start: String,
    /// All of them, by name.
    pub(super) states: BTreeMap<String, State>,
}

/// The context in which a definition is parsed.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    /// The functions that tasks may name.
    pub(super) functions: &'a [Declared],
    /// The names of the states so far: no two of one machine may have the same.
    pub(super) names: BTreeSet<String>,
}

/// The fields of one part of a definition. Fields that are not taken out are refused.
#[derive(Debug)]
pub(super) struct Fields {
    place: String,
    fields: Map<String, Value>,
}

impl Fields {
    /// The fields of a mapping.
    pub(super) fn of(value: Value, place: impl Into<String>) -> Result<Self, TemplateError> {
        let place = place.into();
        let Value::Object(mut fields) = value else {
            return Err(TemplateError::value(place, format!("a mapping is expected, not {value}")));
        };
        fields.remove("Comment");
        Ok(Self { place, fields })
    }

    /// Takes a field, if it exists.
    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, TemplateError> {
        self.fields.remove(name).map(|value| read(value, &self.at(name))).transpose()
    }

    /// Takes a field that must exist.
    pub(super) fn need<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, TemplateError> {
        self.take(name)?.ok_or_else(|| self.wrong(format!("{name} is missing")))
    }

    /// Takes a field that has a default, and may be null.
    pub(super) fn or_null<T: DeserializeOwned>(&mut self, name: &str, absent: T) -> Result<Option<T>, TemplateError> {
        if self.fields.contains_key(name) { self.need(name) } else { Ok(Some(absent)) }
    }

    /// The path of a field.
    pub(super) fn at(&self, name: &str) -> String {
        format!("{}.{name}", self.place)
    }

    /// An error about them.
    pub(super) fn wrong(&self, reason: impl Into<String>) -> TemplateError {
        TemplateError::value(&self.place, reason)
    }

    /// Refuses the fields that were not taken.
    pub(super) fn end(self) -> Result<(), TemplateError> {
        match self.fields.into_iter().next() {
            Some((name, _)) => Err(TemplateError::Unknown { place: self.place, name }),
            None => Ok(()),
        }
    }
}

impl Flow {
    /// Takes `StartAt` and `States`, and checks the transitions between the states.
    pub(super) fn take(fields: &mut Fields, reading: &mut Reading<'_>) -> Result<Self, TemplateError> {
        let start: String = fields.need("StartAt")?;
        let written: BTreeMap<String, Value> = fields.need("States")?;
        let mut states = BTreeMap::new();
        for (name, state) in written {
            let place = fields.at(&format!("States.{name}"));
            if !reading.names.insert(name.clone()) {
                return Err(TemplateError::value(place, "another state of this machine has the name"));
            }
            states.insert(name, State::read(Fields::of(state, place)?, reading)?);
        }
        let flow = Self { start, states };
        flow.wrong().map_or(Ok(flow), |reason| Err(fields.wrong(reason)))
    }

    fn wrong(&self) -> Option<String> {
        let mut reached = BTreeSet::from([self.start.as_str()]);
        if !self.states.contains_key(&self.start) {
            return Some(format!("StartAt: there is no state {}", self.start));
        }
        for (name, state) in &self.states {
            if let Some(nowhere) = state.followers().find(|next| !self.states.contains_key(*next)) {
                return Some(format!("States.{name}: there is no state {nowhere}"));
            }
            reached.extend(state.followers());
        }
        let lonely = self.states.keys().find(|name| !reached.contains(name.as_str()));
        lonely.map(|name| format!("States.{name}: no state leads to it"))
    }
}
