//! The forms of texts: checked when a text is read, and published as JSON Schema. A test compares both.

use schemars::{Schema, json_schema};

/// The form of a text: its characters and its maximum length.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// A name: letters, digits, `_` and `-`.
    Name(usize),
    /// A name that cannot be a card number, which has 12 to 19 digits (ISO/IEC 7812).
    Token(usize),
    /// Free text in any number of lines; it can be empty.
    Prose(usize),
    /// Free text that is not blank.
    Words(usize),
    /// Free text in one line that is not blank.
    Line(usize),
    /// A UUID as 32 hex digits.
    Id,
    /// A SHA-256 as 64 hex digits.
    Hash,
    /// Exactly this number of capital letters.
    Capitals(usize),
    /// Exactly this number of digits.
    Digits(usize),
    /// A text, an `@` and a domain with a dot. The shop does not check whether mail arrives there.
    Email(usize),
}

impl Form {
    /// Whether a text has this form.
    pub(crate) fn accepts(self, text: &str) -> bool {
        let (shortest, longest) = self.lengths();
        (shortest..=longest).contains(&text.chars().count())
            && match self {
                Self::Name(_) => is_name(text),
                Self::Token(_) => is_name(text) && !is_card_number(text),
                Self::Prose(_) => is_prose(text),
                Self::Words(_) => is_prose(text) && !text.chars().all(is_space),
                Self::Line(_) => is_prose(text) && !text.contains('\n') && !text.chars().all(is_space),
                Self::Id | Self::Hash => {
                    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
                }
                Self::Capitals(_) => text.bytes().all(|byte| byte.is_ascii_uppercase()),
                Self::Digits(_) => text.bytes().all(|byte| byte.is_ascii_digit()),
                Self::Email(_) => is_email(text),
            }
    }

    /// The form as JSON Schema.
    pub(crate) fn schema(self, description: &str) -> Schema {
        let (shortest, longest) = self.lengths();
        json_schema!({
            "type": "string",
            "description": description.trim(),
            "minLength": shortest,
            "maxLength": longest,
            "pattern": self.pattern(),
        })
    }

    /// The maximum length, in bytes, of a text that becomes part of a stream's name.
    ///
    /// # Panics
    /// If a text of this form may contain characters that a stream's name cannot contain. In a constant, this is a
    /// compiler error.
    pub(crate) const fn longest_in_stream(self) -> usize {
        assert!(
            matches!(self, Self::Name(_) | Self::Id | Self::Hash | Self::Digits(_)),
            "a stream cannot be named by a text of this form"
        );
        self.lengths().1
    }

    const fn lengths(self) -> (usize, usize) {
        match self {
            Self::Prose(longest) => (0, longest),
            Self::Name(longest)
            | Self::Token(longest)
            | Self::Words(longest)
            | Self::Line(longest)
            | Self::Email(longest) => (1, longest),
            Self::Capitals(length) | Self::Digits(length) => (length, length),
            Self::Id => (32, 32),
            Self::Hash => (64, 64),
        }
    }

    /// An ECMA-262 regular expression for the characters of the text.
    const fn pattern(self) -> &'static str {
        match self {
            Self::Name(_) => "^[A-Za-z0-9_-]+$",
            Self::Token(_) => "^(?![0-9]{12,19}$)[A-Za-z0-9_-]+$",
            Self::Prose(_) => r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$",
            Self::Words(_) => {
                r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$"
            }
            Self::Line(_) => {
                r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
            }
            Self::Id | Self::Hash => "^[0-9a-f]+$",
            Self::Capitals(_) => "^[A-Z]+$",
            Self::Digits(_) => "^[0-9]+$",
            Self::Email(_) => {
                r"^[^\s@\u0000-\u001f\u007f-\u009f]+@[^\s@.\u0000-\u001f\u007f-\u009f]+(\.[^\s@.\u0000-\u001f\u007f-\u009f]+)+$"
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn is_card_number(text: &str) -> bool {
    (12..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_prose(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() && character != '\n')
}

/// Whether ECMA-262 counts a character as white space. Unlike Unicode, it counts the byte order mark.
fn is_space(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}

fn is_email(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_control() || is_space(c) || c == '@');
    text.split_once('@').is_some_and(|(mailbox, domain)| {
        let labels: Vec<_> = domain.split('.').collect();
        plain(mailbox) && labels.len() > 1 && labels.into_iter().all(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::Form;
    use proptest::prelude::*;

    const FORMS: [Form; 10] = [
        Form::Name(8),
        Form::Token(14),
        Form::Prose(8),
        Form::Words(8),
        Form::Line(8),
        Form::Id,
        Form::Hash,
        Form::Capitals(2),
        Form::Digits(4),
        Form::Email(8),
    ];

    fn schema_accepts(form: Form, text: &str) -> bool {
        let validator = jsonschema::validator_for(form.schema("").as_value()).unwrap();
        validator.is_valid(&serde_json::Value::from(text))
    }

    proptest! {
        /// Texts of a few characters each of which matters to some form, and of any.
        #[test]
        fn the_schema_of_a_form_accepts_what_the_form_accepts(
            text in prop_oneof![r"[aB4_\-@. \n\t\u{7f}\u{a0}\u{feff}é]{0,10}", r"[0-9a-f]{31,33}", r"[0-9a-f]{63,65}", r"[a-c]@[a-c].[a-c]{1,8}", ".{0,9}"]
        ) {
            for form in FORMS {
                prop_assert_eq!(schema_accepts(form, &text), form.accepts(&text), "{:?} {:?}", form, text);
            }
        }
    }

    #[test]
    fn each_form_accepts_something_up_to_its_length_and_nothing_longer() {
        for (form, longest) in FORMS.into_iter().zip([
            "aB3_-aB3",
            "1234567890123x",
            "a\nb c de",
            " a\nb c d",
            "\u{a0}a b c d",
            &"0f".repeat(16),
            &"0f".repeat(32),
            "DE",
            "0423",
            "a@b.cdef",
        ]) {
            assert!(form.accepts(longest) && schema_accepts(form, longest), "{form:?}");
            let longer = format!("{longest}{}", &longest[longest.len() - 1..]);
            assert!(!form.accepts(&longer) && !schema_accepts(form, &longer), "{form:?}");
        }
    }
}
