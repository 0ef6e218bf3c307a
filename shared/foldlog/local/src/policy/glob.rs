//! Patterns of policies.

/// How a text of a policy is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// As it is.
    Exact,
    /// With `*` and `?`.
    Glob,
    /// With `*` and `?` in each of the six parts of an ARN, and not beyond.
    Arn,
}

impl Pattern {
    /// Whether a text matches.
    pub(super) fn matches(self, pattern: &str, text: &str) -> bool {
        match self {
            Self::Exact => pattern == text,
            Self::Glob => glob(pattern, text),
            Self::Arn => {
                let (patterns, parts): (Vec<_>, Vec<_>) = (parts(pattern), parts(text));
                patterns.len() == parts.len() && patterns.iter().zip(parts).all(|(pattern, part)| glob(pattern, part))
            }
        }
    }
}

fn parts(arn: &str) -> Vec<&str> {
    arn.splitn(6, ':').collect()
}

/// Whether a text matches a pattern with `*` (any characters) and `?` (one character).
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut reached) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while reached < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, reached));
            at += 1;
        } else if pattern.get(at).is_some_and(|&c| c == '?' || c == text[reached]) {
            at += 1;
            reached += 1;
        } else if let Some((before, from)) = star {
            star = Some((before, from + 1));
            at = before + 1;
            reached = from + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_backtracks_over_its_stars() {
        assert!(glob("a*c*e", "abccde"));
        assert!(glob("stock-*", "stock-"));
        assert!(glob("b?s", "bus"));
        assert!(!glob("a*c", "abcd"));
        assert!(!glob("stock-?", "stock-"));
        assert!(!glob("", "a"));
    }

    #[test]
    fn a_star_stays_in_its_part_of_an_arn() {
        let role = "arn:aws:iam::000000000000:role/local/cart-commands/x";
        assert!(Pattern::Arn.matches("arn:aws:iam::000000000000:role/local/cart-commands/*", role));
        assert!(Pattern::Arn.matches("arn:*:iam::*:role/local/*", role));
        assert!(!Pattern::Arn.matches("arn:*:role/local/*", role));
        assert!(Pattern::Glob.matches("arn:*:role/local/*", role));
    }
}
