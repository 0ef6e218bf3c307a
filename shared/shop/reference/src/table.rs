//! Tables of decisions, in the format of the domain's tests: a state; below it, the decisions; below each decision, the
//! examples of commands. A name begins with its kind; the rest distinguishes examples of one kind.

use std::fmt;

/// The decision about commands of some kinds in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The kind of state.
    pub state: &'a str,
    /// The decision.
    pub decision: Decision<'a>,
    /// The kinds of commands.
    pub commands: Vec<&'a str>,
}

/// The decision about a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// Nothing is left to do.
    Nothing,
    /// The stream refuses it, with the refusal of this name.
    Refused(&'a str),
    /// Events, and the kind of state that they lead to.
    Events {
        /// The names of the events.
        names: &'a str,
        /// The kind of state.
        to: &'a str,
    },
}

/// The rows of a table.
#[must_use]
pub fn rows(table: &str) -> Vec<Row<'_>> {
    let (mut state, mut decision) = ("", Decision::Nothing);
    let mut rows = Vec::new();
    for line in table.lines() {
        match line.len() - line.trim_start().len() {
            0 => state = kind(line),
            4 => decision = Decision::of(line.trim()),
            _ => {
                let mut commands: Vec<_> = line.split(", ").map(kind).collect();
                commands.dedup();
                rows.push(Row { state, decision, commands });
            }
        }
    }
    rows
}

fn kind(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}

impl<'a> Decision<'a> {
    fn of(text: &'a str) -> Self {
        match (text.strip_prefix("! "), text.split_once(" → ")) {
            (Some(name), _) => Self::Refused(name),
            (None, Some((names, to))) => Self::Events { names, to },
            (None, None) => Self::Nothing,
        }
    }
}

impl fmt::Display for Decision<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("nothing to do"),
            Self::Refused(name) => write!(formatter, "refused: `{name}`"),
            Self::Events { names, to } => {
                let names: Vec<_> = names.split(" + ").collect();
                let alike = names.chunk_by(|one, next| one == next);
                let counted: Vec<_> = alike
                    .map(|names| match names {
                        [name] => (*name).to_owned(),
                        names => format!("{} × {}", names.len(), names.first().copied().unwrap_or_default()),
                    })
                    .collect();
                write!(formatter, "{} → {to}", counted.join(" + "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_one_name_are_counted() {
        let decision = Decision::of("Noted + Requested + Requested + DeadlineSet → Open");
        assert_eq!(decision.to_string(), "Noted + 2 × Requested + DeadlineSet → Open");
    }

    #[test]
    fn a_table_reads_as_rows_of_kinds() {
        let table = "Open empty\n    ! cart-empty\n        CheckOut, CheckOut unknown\n    -\n        Open, Clear\n\
                     Open\n    CartCheckedOut + Executed → CheckedOut\n        CheckOut\n";
        let row = |decision, commands: &[&'static str]| Row { state: "Open", decision, commands: commands.to_vec() };
        let events = Decision::Events { names: "CartCheckedOut + Executed", to: "CheckedOut" };
        assert_eq!(
            rows(table),
            [
                row(Decision::Refused("cart-empty"), &["CheckOut"]),
                row(Decision::Nothing, &["Open", "Clear"]),
                row(events, &["CheckOut"]),
            ]
        );
    }
}
