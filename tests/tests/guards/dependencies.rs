//! What each package of the workspace is built from.

use crate::{cargo, packages, root, rust_files};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Crates without I/O, runtime, clock or randomness, each with its folder, and what would bring those in.
const PURE: [(&str, &str); 4] = [
    ("foldlog", "foldlog/core"),
    ("shop-domain", "shop/domain"),
    ("shop-api", "shop/api"),
    ("shop-reference", "shop/reference"),
];
const IMPURE_CRATES: [&str; 9] =
    ["aws-", "async-std", "getrandom", "hyper", "lambda_runtime", "mio", "rand", "reqwest", "tokio"];
const IMPURE_PATHS: [&str; 8] = [
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "std::env::",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
];

/// Dependencies that no code names. They ask for features that other dependencies need.
const FOR_FEATURES: [&str; 2] = ["either", "log"];

#[test]
fn pure_crates_are_built_from_nothing_impure() {
    for (pure, folder) in PURE {
        let tree = cargo(&["tree", "--package", pure, "--edges", "normal", "--prefix", "none"]);
        let impure: Vec<_> =
            tree.lines().skip(1).filter(|line| IMPURE_CRATES.iter().any(|impure| line.starts_with(impure))).collect();
        assert!(impure.is_empty(), "{pure} depends on {impure:?}");
        for file in rust_files(&root().join("shared").join(folder).join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            let found = IMPURE_PATHS.iter().find(|path| text.contains(**path));
            assert_eq!(found, None, "{}", file.display());
        }
    }
}

#[test]
fn no_package_depends_on_a_crate_that_it_does_not_name() {
    let mut unnamed = vec![];
    for package in packages() {
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned();
        let library = package["targets"].as_array().unwrap().iter().any(|target| target["kind"][0] == "lib");
        let text = |below: &[&str]| -> String {
            let below = below.iter().map(|name| folder.join(name)).filter(|path| path.is_dir());
            below.flat_map(|path| rust_files(&path)).map(|file| fs::read_to_string(file).unwrap()).collect()
        };
        let (code, tests) = (text(&["src"]), text(&["src", "tests", "benches"]));
        for dependency in package["dependencies"].as_array().unwrap() {
            let named = dependency["rename"].as_str().or(dependency["name"].as_str()).unwrap();
            // The one library whose name is not its package's.
            let path = named.replace('-', "_").replace("dynoxide_rs", "dynoxide");
            let code = if dependency["kind"] == "dev" { &tests } else { &code };
            let itself = library && dependency["name"] == package["name"];
            if !itself && !FOR_FEATURES.contains(&named) && !names(code, &path) {
                unnamed.push(format!("{}: {named}", package["name"]));
            }
        }
    }
    assert!(unnamed.is_empty(), "take these out of the manifests: {unnamed:#?}");
}

/// The name of a release can be moved to another commit, and a commit cannot.
#[test]
fn workflows_take_actions_by_commit() {
    let mut taken = 0;
    for file in fs::read_dir(root().join(".github/workflows")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let actions = text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
        for action in actions {
            let commit = action.split_once('@').and_then(|(_, release)| release.split(' ').next()).unwrap_or_default();
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
            taken += 1;
        }
    }
    assert!(taken > 5, "{taken}");
}

/// Whether a text has the word, and not as a part of another word.
fn names(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|named| named == word)
}

/// What cargo is to build, a line for each package.
fn tree(package: &str, edges: &str, format: &str) -> BTreeSet<String> {
    let lines = cargo(&["tree", package, "--edges", edges, "--prefix", "none", "--format", format]);
    // A package that stands there again is marked.
    lines.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

/// Cargo builds a crate, and all that depend on it, again for other features.
#[test]
fn tests_ask_no_crate_of_the_shop_for_features_that_the_shop_does_not() {
    let shop = tree("--package=shop", "no-dev", "{p}");
    let with_tests = tree("--workspace", "all", "{p} {f}");
    let without = tree("--workspace", "no-dev", "{p} {f}");
    let again: Vec<_> = without
        .difference(&with_tests)
        .filter(|one| shop.iter().any(|package| one.starts_with(&format!("{package} "))))
        .collect();
    assert!(again.is_empty(), "give these the tests' features in Cargo.toml as well: {again:#?}");
}
