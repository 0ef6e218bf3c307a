//! Text of others for a terminal: what would steer it, or show something in another order than it is, is shown as a code.

use std::fmt::Write;

/// Whether a terminal may do something else with a character than to show it in its place: control characters, such as
/// those that begin a command, and invisible ones, such as those that turn the direction of writing.
fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Text on one line.
#[must_use]
pub fn one(text: &str) -> String {
    replaced(text, steers, |text, letter| write!(text, "{}", letter.escape_unicode()))
}

/// Text whose line breaks and tabs are the command's own.
pub(crate) fn lines(text: &str) -> String {
    let steers = |letter| steers(letter) && letter != '\n' && letter != '\t';
    replaced(text, steers, |text, letter| write!(text, "{}", letter.escape_unicode()))
}

/// The same JSON. What steers a terminal is in its strings only.
pub(crate) fn json(text: &str) -> String {
    replaced(
        text,
        |letter| steers(letter) && letter != '\n',
        |text, letter| letter.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(text, "\\u{unit:04x}")),
    )
}

fn replaced(text: &str, steers: impl Fn(char) -> bool, code: impl Fn(&mut String, char) -> std::fmt::Result) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if steers(letter) {
            // Writing to a string cannot fail.
            let _ = code(&mut shown, letter);
        } else {
            shown.push(letter);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A command to the terminal, in both forms; a text that is read backwards; a tag; a bell, a backspace.
    const EVIL: &str = "a\u{1b}]0;x\u{7}b\u{9b}2J\u{202e}c\u{2066}d\u{e0041}\u{8}\u{7f}\r";

    #[test]
    fn nothing_steers_the_terminal() {
        for text in [one(EVIL), lines(EVIL), json(&json!(EVIL).to_string())] {
            assert!(!text.chars().any(steers), "{text:?}");
        }
        assert_eq!(one("a\u{1b}[1mb"), "a\\u{1b}[1mb");
        assert_eq!(one("Größe 尺寸 ← …\u{1f600}"), "Größe 尺寸 ← …\u{1f600}");
    }

    #[test]
    fn a_line_break_in_a_value_makes_no_line() {
        assert_eq!(one("a\nb\tc"), "a\\u{a}b\\u{9}c");
        assert_eq!(lines("a\nb\tc"), "a\nb\tc");
    }

    #[test]
    fn json_stays_the_same_json() {
        let value = json!({ EVIL: [EVIL, 1, "\n\u{fff9}"] });
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            assert_eq!(serde_json::from_str::<Value>(&json(&text)).unwrap(), value);
        }
    }
}
