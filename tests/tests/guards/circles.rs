//! No file of a crate imports another file that imports it, directly or through others.
//!
//! In a circle no file can be read, tested or moved without the others. One that has to be is defended in the head of
//! one of its files, by a line that names each of the others: ``//! Circle: with `crate::map`, since a map runs
//! states.``
//!
//! A path counts for the file that its last name is declared in, whichever modules hand the name on. To declare a
//! module, or to hand on what it declares, is no import; what only tests import counts for nothing.

use crate::{packages, root};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// How many names may stand for one another.
const ALIASES: usize = 8;

/// The path of a module in its crate; the root's is empty.
type Module = Vec<String>;

/// A file's imports by name, and what it is declared to hand on.
#[derive(Default)]
struct File {
    path: PathBuf,
    /// The modules that it declares.
    children: BTreeSet<String>,
    /// What its `use`s bring in, by the name under which it is known here.
    names: BTreeMap<String, Vec<String>>,
    /// All paths that lead into the crate, as they are written.
    paths: BTreeSet<Vec<String>>,
    /// The names that occur outside of `use`.
    mentioned: BTreeSet<String>,
    /// The paths of `pub use`.
    handed_on: BTreeSet<Vec<String>>,
    /// What its head says about circles.
    defence: String,
}

impl File {
    /// Whether a path is an import of its own: not where the file only hands on what it leads to.
    fn counts(&self, path: &[String]) -> bool {
        !self.handed_on.contains(path) || path.last().is_some_and(|name| self.mentioned.contains(name))
    }
}

/// The roots of the workspace's libraries and binaries.
fn roots() -> Vec<PathBuf> {
    let packages = packages();
    let targets = packages.iter().filter_map(|package| package["targets"].as_array());
    let built = targets.flatten().filter(|target| matches!(target["kind"][0].as_str(), Some("lib" | "bin")));
    built.map(|target| PathBuf::from(target["src_path"].as_str().unwrap())).collect()
}

/// The files of a crate, by module.
fn files(root: &Path) -> BTreeMap<Module, File> {
    let mut files = BTreeMap::new();
    let mut open = vec![(Module::new(), root.to_owned())];
    while let Some((module, path)) = open.pop() {
        let text = fs::read_to_string(&path).unwrap();
        let mut file = read(&text);
        let folder = if module.is_empty() || path.ends_with("mod.rs") {
            path.parent().unwrap().to_owned()
        } else {
            path.with_extension("")
        };
        for child in &file.children {
            let beside = folder.join(format!("{child}.rs"));
            let path = if beside.exists() { beside } else { folder.join(child).join("mod.rs") };
            open.push((module.iter().chain([child]).cloned().collect(), path));
        }
        file.path = path;
        files.insert(module, file);
    }
    files
}

fn read(text: &str) -> File {
    let mut file = File { defence: defence(text), ..File::default() };
    read_tokens(text.parse().unwrap(), &mut file);
    file
}

/// What the lines at the head say from `Circle:` on.
fn defence(text: &str) -> String {
    let head = text.lines().map_while(|line| line.strip_prefix("//!"));
    head.skip_while(|line| !line.trim_start().starts_with("Circle:")).collect()
}

fn read_tokens(tokens: TokenStream, file: &mut File) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut at = 0;
    let word = |at: usize| match tokens.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => group.to_string(),
        None | Some(TokenTree::Group(_) | TokenTree::Literal(_)) => String::new(),
        Some(token @ (TokenTree::Ident(_) | TokenTree::Punct(_))) => token.to_string(),
    };
    while at < tokens.len() {
        // Tests come last in a file and are no part of what it is built from.
        if word(at) == "#" && word(at + 1).replace(' ', "") == "[cfg(test)]" {
            at += 2;
            while tokens.get(at).is_some_and(|token| !is_end(token)) {
                at += 1;
            }
        } else if word(at) == "mod" && word(at + 2) == ";" {
            file.children.insert(word(at + 1));
            at += 2;
        } else if word(at) == "use" {
            let public = at > 0 && (word(at - 1) == "pub" || at > 1 && word(at - 2) == "pub");
            let end = (at..tokens.len()).find(|end| word(*end) == ";").unwrap_or(tokens.len());
            for (name, path) in imports(&tokens[at + 1..end], &[]) {
                if public {
                    file.handed_on.insert(path.clone());
                }
                file.paths.insert(path.clone());
                file.names.insert(name, path);
            }
            at = end;
        } else if let TokenTree::Group(group) = &tokens[at] {
            read_tokens(group.stream(), file);
        } else if let TokenTree::Ident(first) = &tokens[at] {
            let preceded = |by: &str| at > 0 && word(at - 1) == by;
            let goes_on = preceded(".") || preceded(":") && at > 1 && word(at - 2) == ":";
            let mut path = vec![first.to_string()];
            while word(at + 1) == ":" && word(at + 2) == ":" && matches!(tokens.get(at + 3), Some(TokenTree::Ident(_)))
            {
                path.push(word(at + 3));
                at += 3;
            }
            // A macro's path is that of the crate, wherever the macro stands.
            if !goes_on && word(at + 1) != "!" {
                file.mentioned.insert(path[0].clone());
                if path.len() > 1 {
                    file.paths.insert(path);
                }
            }
        }
        at += 1;
    }
}

fn is_end(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

/// The names that a tree of `use` brings in, each with its path.
fn imports(tree: &[TokenTree], before: &[String]) -> Vec<(String, Vec<String>)> {
    let mut found = vec![];
    // Behind a trailing comma there is no branch.
    for branch in tree.split(|token| token.to_string() == ",").filter(|branch| !branch.is_empty()) {
        let mut path = before.to_vec();
        let mut name = None;
        let mut tokens = branch.iter().peekable();
        let mut grouped = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) if word == "as" => name = tokens.next().map(ToString::to_string),
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Group(group) => {
                    let within: Vec<_> = group.stream().into_iter().collect();
                    found.extend(imports(&within, &path));
                    grouped = true;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        if let (false, Some(last)) = (grouped, path.last()) {
            found.push((name.unwrap_or_else(|| last.clone()), path));
        }
    }
    found
}

/// The module in whose file the last name of a path is declared, if the path leads into the crate.
fn target(files: &BTreeMap<Module, File>, from: &Module, path: &[String], depth: usize) -> Option<Module> {
    let (first, mut rest) = path.split_first()?;
    let mut module = match first.as_str() {
        "crate" => Module::new(),
        "self" => from.clone(),
        "super" => from.split_last()?.1.to_vec(),
        child if files[from].children.contains(child) => from.iter().chain([first]).cloned().collect(),
        name => {
            // A name that a `use` of this file brought in, such as that of a module.
            let known = files[from].names.get(name).filter(|known| known.as_slice() != [first.clone()])?;
            let path: Vec<_> = known.iter().chain(rest).cloned().collect();
            return if depth == 0 { None } else { target(files, from, &path, depth - 1) };
        }
    };
    while let Some((next, behind)) = rest.split_first() {
        let file = files.get(&module)?;
        if next == "super" {
            module.pop()?;
        } else if file.children.contains(next) {
            module.push(next.clone());
        } else if let Some(known) = file.names.get(next).filter(|_| depth > 0) {
            let path: Vec<_> = known.iter().chain(behind).cloned().collect();
            return target(files, &module, &path, depth - 1).or(Some(module));
        } else {
            break;
        }
        rest = behind;
    }
    Some(module)
}

/// Which files each file imports, and by which paths.
fn imported(files: &BTreeMap<Module, File>) -> BTreeMap<&Module, BTreeMap<Module, BTreeSet<String>>> {
    let of = |(module, file): (_, &File)| {
        let mut imported: BTreeMap<Module, BTreeSet<String>> = BTreeMap::new();
        for path in file.paths.iter().filter(|path| file.counts(path)) {
            // What goes on from a name that a `use` brings in says nothing new.
            let name = path.first().filter(|name| path.len() > 1 && !file.children.contains(*name));
            let known = name.and_then(|name| file.names.get(name)).filter(|known| file.counts(known));
            let known = known.and_then(|known| target(files, module, known, ALIASES));
            if let Some(target) = target(files, module, path, ALIASES)
                && target != *module
                && known.as_ref() != Some(&target)
            {
                imported.entry(target).or_default().insert(path.join("::"));
            }
        }
        (module, imported)
    };
    files.iter().map(of).collect()
}

/// The circles of a crate, each with the paths that close it, but for those that a file defends.
fn circles(root: &Path) -> Vec<String> {
    let files = files(root);
    let imported = imported(&files);
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = files
        .keys()
        .map(|from| {
            let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(module) = open.pop() {
                open.extend(imported[module].keys().filter(|target| reached.insert(*target)));
            }
            (from, reached)
        })
        .collect();
    let mut circles = BTreeSet::new();
    for (module, reachable) in reached.iter().filter(|(module, reachable)| reachable.contains(*module)) {
        let circle: BTreeSet<&Module> =
            reachable.iter().copied().filter(|other| reached[other].contains(*module)).collect();
        circles.insert(circle);
    }
    let undefended = circles.into_iter().filter(|circle| {
        !circle.iter().any(|module| {
            let mut others = circle.iter().filter(|other| *other != module);
            others.all(|other| files[*module].defence.contains(&format!("`{}`", named(other))))
        })
    });
    let described = undefended.map(|circle| {
        let mut lines = vec![format!("{} files import each other:", circle.len())];
        for from in &circle {
            for (to, paths) in imported[from].iter().filter(|(to, _)| circle.contains(to)) {
                let paths: Vec<_> = paths.iter().map(String::as_str).collect();
                lines.push(format!(
                    "  {} -> {}: {}",
                    shown(&files[*from].path),
                    shown(&files[to].path),
                    paths.join(", ")
                ));
            }
        }
        lines.join("\n")
    });
    described.collect()
}

fn named(module: &Module) -> String {
    module.iter().fold("crate".to_owned(), |path, name| format!("{path}::{name}"))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle_that_no_file_defends() {
    let found: Vec<_> = roots().iter().flat_map(|root| circles(root)).collect();
    assert!(found.is_empty(), "{} circles\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_circle_is_found_by_whatever_names_it_goes_and_excused_by_a_line_that_names_each_other_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("circles");
    fs::create_dir_all(folder.join("inner")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("lib.rs", "mod inner;\nmod outer;\npub use inner::Deep;\n");
    write("outer.rs", "use crate::Deep;\npub struct Outer(Deep);\n#[cfg(test)]\nmod tests { use super::*; }\n");
    write("inner/mod.rs", "mod deep;\npub use deep::Deep;\n");
    let closed = "use super::super::outer::{self, Outer as Other};\npub struct Deep(Option<Box<Other>>);\n";
    for (deep, found) in [
        (closed.to_owned(), 1),
        ("pub struct Deep(Option<Box<crate::outer::Outer>>);\n".to_owned(), 1),
        ("pub struct Deep;\n#[cfg(test)]\nmod tests { use crate::outer::Outer; }\n".to_owned(), 0),
        (format!("//! Deep.\n//!\n//! Circle: with `crate::outer`, for a reason.\n{closed}"), 0),
        (format!("//! Circle: with `crate::inner`, for a reason.\n{closed}"), 1),
    ] {
        write("inner/deep.rs", &deep);
        let circles = circles(&folder.join("lib.rs"));
        assert_eq!(circles.len(), found, "{deep}\n{}", circles.join("\n"));
    }
}
