//! The rules for every text that a client sends, whatever it means.
//!
//! A text must not look different from what it is: it has no bidirectional override or isolate, no hidden line break, no
//! tag character, and is not made of invisible characters alone. And it holds no payment card's number, because what is
//! stored is never removed: digits in the shape of such a number (ISO/IEC 7812), also in groups, whose check digit fits.
//! Rules of one field, such as its length, are those of its type. Stored texts were checked by the rules of their time, and
//! are not checked again.

use crate::problem::Problem;
use foldlog::json::token;
use serde_json::Value;

/// How many digits a card's number has.
const CARD: std::ops::RangeInclusive<usize> = 13..=19;
/// How many characters may stand between two groups of its digits.
const LONGEST_GAP: usize = 3;

/// Checks every text of a document, and the names of its fields.
pub(super) fn check(document: &Value) -> Result<(), Problem> {
    below(document, String::new())
}

fn below(document: &Value, place: String) -> Result<(), Problem> {
    match document {
        Value::String(text) => fault(text).map_or(Ok(()), |fault| Err(Problem::invalid_text(place, fault))),
        Value::Array(items) => {
            (0_usize..).zip(items).try_for_each(|(index, item)| below(item, format!("{place}/{index}")))
        }
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| match fault(name) {
            // The pointer is that of the object: a name is not repeated.
            Some(fault) => Err(Problem::invalid_text(place.clone(), fault)),
            None => below(value, format!("{place}{}", token(name))),
        }),
        Value::Number(number) if holds_card_number(&number.to_string()) => {
            Err(Problem::invalid_text(place, CARD_NUMBER))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

const CARD_NUMBER: &str = "holds a payment card's number; send the token of the card instead";

/// What is wrong with a text. It does not quote the text.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    if text.chars().any(is_deceptive) {
        return Some("has characters that change how other characters look; leave them out");
    }
    if text.chars().any(is_invisible)
        && text.chars().all(|character| is_invisible(character) || character.is_whitespace())
    {
        return Some("has only invisible characters");
    }
    holds_card_number(text).then_some(CARD_NUMBER)
}

/// Separators of lines and paragraphs, overrides and isolates of the direction of writing, and tags (Unicode 16, sections
/// 23.2 and 23.9).
const fn is_deceptive(character: char) -> bool {
    matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

/// Characters without a glyph that are no white space (Unicode: `Default_Ignorable_Code_Point`), and the empty pattern of
/// Braille.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether neighbouring groups of digits of a text together are a card's number.
fn holds_card_number(text: &str) -> bool {
    let mut groups: Vec<String> = vec![];
    let mut gap = 0;
    // The last word ends the last group.
    for word in text.split_inclusive(|character: char| !character.is_ascii_alphanumeric()) {
        let alone = word.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
        let ends = word.len() > alone.len();
        if gap > LONGEST_GAP || is_id(alone) {
            groups.clear();
        }
        for part in split_digits(alone) {
            if part.bytes().all(|byte| byte.is_ascii_digit()) {
                groups.push(part.to_owned());
            } else {
                groups.clear();
            }
            if ends_with_number(&groups) {
                return true;
            }
        }
        gap = if alone.is_empty() { gap + 1 } else { usize::from(ends) };
    }
    false
}

/// Whether a word is an id or a hash in hex digits, which contains digits of no meaning.
fn is_id(word: &str) -> bool {
    [32, 64].contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// The runs of digits and of letters of a word, in order. An id is none of them.
fn split_digits(word: &str) -> impl Iterator<Item = &str> {
    let word = if is_id(word) { "" } else { word };
    word.as_bytes()
        .chunk_by(|one, other| one.is_ascii_digit() == other.is_ascii_digit())
        .filter_map(|run| std::str::from_utf8(run).ok())
}

/// Whether the last groups together are a card's number.
fn ends_with_number(groups: &[String]) -> bool {
    let mut digits = String::new();
    groups.iter().rev().any(|group| {
        digits.insert_str(0, group);
        CARD.contains(&digits.len()) && is_issued(&digits) && has_check_digit(&digits)
    })
}

/// Whether an issuer of payment cards has numbers that begin like this.
fn is_issued(digits: &str) -> bool {
    let begin: u32 = digits.get(..4).and_then(|begin| begin.parse().ok()).unwrap_or_default();
    matches!(begin, 2221..=2720 | 3000..=6999)
}

/// The check digit of Luhn (ISO/IEC 7812-1, annex B).
fn has_check_digit(digits: &str) -> bool {
    let sum: u32 = (0_usize..)
        .zip(digits.bytes().rev())
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_card_s_number_is_found_in_any_dress() {
        for text in [
            "4242424242424242",
            "tok_4242424242424242",
            "tok4242424242424242x",
            "4242424242424242-0",
            "4242-4242-4242-4242",
            "4242 4242 4242 4242",
            "4242.4242/4242_4242",
            "my card: 4242 - 4242 - 4242 - 4242, until 12/27",
            "378282246310005",
            "3782 822463 10005",
            "2223003122003222",
            "4222222222222",
            "6304000000000000000",
        ] {
            assert!(holds_card_number(text), "{text}");
        }
    }

    #[test]
    fn what_only_has_digits_is_none() {
        for text in [
            "",
            "4242424242424241",
            "4242 4242 4242",
            "424242424242",
            "tok_ok",
            "2026-12-01 14:15:00.123",
            "4242x4242x4242x4242",
            "4242 4242, and some words, 4242 4242",
            "1Z 9999 9999 9999 9999",
            "0197a4242424242424242bcdef012345",
            "cart-0197a4242424242424242bcdef012345@4242",
        ] {
            assert!(!holds_card_number(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_to_be_checked(text in ".{0,60}|[0-9 -]{0,60}") {
            let _ = fault(&text);
        }
    }

    #[test]
    fn what_deceives_the_eye_is_refused_and_what_people_write_is_not() {
        for text in ["\u{200b}", " \u{2060}\u{feff} ", "a\u{202e}b", "\u{2066}a\u{2069}", "a\u{e0041}", "\u{3164}"] {
            assert!(fault(text).is_some(), "{text:?}");
        }
        for text in
            ["", " ", "Ada", "می\u{200c}خواهم", "\u{1f468}\u{200d}\u{1f469}", "שלום\u{200f}", "a\nb", "❤\u{fe0f}"]
        {
            assert_eq!(fault(text), None, "{text:?}");
        }
    }
}
