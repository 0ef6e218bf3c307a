//! The decisions of each stream: a diagram of its states, and the result of each command in each state.

use super::events::Stream;
use crate::table::{Decision, Row, rows};
use askama::Template;
use std::collections::BTreeMap;

/// The page.
#[derive(Template)]
#[template(path = "decisions.md", escape = "none")]
pub(crate) struct Decisions {
    streams: Vec<StreamOnPage>,
}

struct StreamOnPage {
    category: &'static str,
    first: String,
    moves: Vec<Move>,
    lines: Vec<Line>,
}

/// A transition from one state to another.
struct Move {
    from: String,
    to: String,
    commands: String,
}

/// The result of a command in some states.
struct Line {
    command: String,
    decision: String,
    states: String,
}

impl Decisions {
    pub(crate) fn of<E>(streams: &[Stream], table: impl Fn(&str) -> Result<String, E>) -> Result<Self, E> {
        let of_stream = |stream: &Stream| Ok(StreamOnPage::of(stream.category, &rows(&table(stream.category)?)));
        Ok(Self { streams: streams.iter().map(of_stream).collect::<Result<_, E>>()? })
    }
}

impl StreamOnPage {
    fn of(category: &'static str, rows: &[Row<'_>]) -> Self {
        let mut moves: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
        let mut lines: BTreeMap<(usize, String), Vec<&str>> = BTreeMap::new();
        let (mut states, mut commands) = (Order::default(), Order::default());
        for row in rows {
            let from = states.place(row.state);
            for command in &row.commands {
                let line = lines.entry((commands.place(command), row.decision.to_string())).or_default();
                add(line, row.state);
                if let Decision::Events { to, .. } = row.decision
                    && to != row.state
                {
                    add(moves.entry((from, states.place(to))).or_default(), command);
                }
            }
        }
        let moves = moves.into_iter().map(|((from, to), commands)| Move {
            from: states.name(from),
            to: states.name(to),
            commands: commands.join(", "),
        });
        let lines = lines.into_iter().map(|((command, decision), in_states)| Line {
            command: commands.name(command),
            decision,
            states: in_states.join(", "),
        });
        Self {
            category,
            first: rows.first().map(|row| row.state.to_owned()).unwrap_or_default(),
            moves: moves.collect(),
            lines: lines.collect(),
        }
    }
}

fn add<'a>(names: &mut Vec<&'a str>, name: &'a str) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// Names in the order of their first appearance.
#[derive(Default)]
struct Order<'a>(Vec<&'a str>);

impl<'a> Order<'a> {
    fn place(&mut self, name: &'a str) -> usize {
        self.0.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.0.push(name);
            self.0.len() - 1
        })
    }

    fn name(&self, place: usize) -> String {
        self.0.get(place).copied().unwrap_or_default().to_owned()
    }
}
