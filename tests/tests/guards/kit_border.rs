//! The border between the kit and the shop, by path: nothing under `shared/foldlog` knows anything outside of it.

use crate::{files, packages, root};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What the kit is not about.
const SHOP: &str = "shop";

/// Whether a line has the word, in upper or lower case, and not as a part of another word.
fn says(line: &str, word: &str) -> bool {
    line.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).any(|said| said == word)
}

#[test]
fn no_text_of_the_kit_speaks_of_the_shop() {
    let mut said = vec![];
    let files = files(&root().join("shared/foldlog")).into_iter();
    // The samples of its tests may sell something.
    for path in files.filter(|path| path.components().all(|part| part.as_os_str() != "tests")) {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().enumerate().filter(|(_, line)| says(line, SHOP));
        said.extend(lines.map(|(number, line)| format!("{}:{}: {}", path.display(), number + 1, line.trim())));
    }
    assert!(said.is_empty(), "take the name from the caller or a setting:\n{}", said.join("\n"));
    assert!(says("of the Shop's own", SHOP) && says("urn:shop:problem", SHOP) && !says("workshop_table", SHOP));
}

#[test]
fn no_package_of_the_kit_depends_on_one_outside_of_it() {
    let kit = root().join("shared/foldlog");
    let inside = |path: &Value| path.as_str().is_some_and(|path| Path::new(path).starts_with(&kit));
    let packages: Vec<_> = packages().into_iter().filter(|package| inside(&package["manifest_path"])).collect();
    assert_eq!(packages.len(), fs::read_dir(&kit).unwrap().count(), "each folder of the kit is a package");
    for package in packages {
        let name = package["name"].as_str().unwrap();
        assert!(name == "foldlog" || name.starts_with("foldlog-"), "{name} bears the kit's name");
        // Those of its tests too.
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let outside = dependencies.filter(|dependency| !dependency["path"].is_null() && !inside(&dependency["path"]));
        let outside: Vec<_> = outside.map(|dependency| &dependency["name"]).collect();
        assert!(outside.is_empty(), "{name} depends on {outside:?}");
    }
}
