//! The pages that show the results: docs/COST.md and docs/SCALE.md, between two marks each.

use std::path::Path;

const BEGIN: &str = "<!-- shop cost -->\n";
const END: &str = "<!-- end -->\n";

/// Why a page was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocsError {
    /// The page cannot be read or written.
    #[error("{0}: {1}; run it in the repository's folder")]
    File(String, std::io::Error),
    /// The page has no marks.
    #[error("{0} lacks the marks around the generated text; restore them")]
    Unmarked(String),
}

/// Writes a text into each of these pages below a folder.
pub(crate) fn write_pages(folder: &Path, pages: &[(&str, String)]) -> Result<(), DocsError> {
    for (name, text) in pages {
        let failed = |error| DocsError::File((*name).to_owned(), error);
        let path = folder.join(name);
        let page = std::fs::read_to_string(&path).map_err(failed)?;
        let page = with(&page, text).ok_or_else(|| DocsError::Unmarked((*name).to_owned()))?;
        std::fs::write(&path, page).map_err(failed)?;
    }
    Ok(())
}

/// A page with the text between its marks.
fn with(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{text}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_the_place_of_the_one_between_the_marks() {
        let page = format!("a\n{BEGIN}old\n{END}b\n");
        let written = with(&page, "new").unwrap();
        assert_eq!(written, format!("a\n{BEGIN}\nnew\n{END}b\n"));
        assert_eq!(with(&written, "new"), Some(written));
        assert_eq!(with("a\nb\n", "new"), None);
    }
}
