//! Imports between the rooms of Foldlog's kernel run one way, in the order in which its `lib.rs` tours them.

use crate::{root, rust_files};
use std::fs;
use std::path::Path;

/// The rooms in the order in which they are read: each imports only from those before it.
const ROOMS: [&str; 8] = ["write", "react", "past", "read", "totals", "seal", "verify", "rebuild"];
/// The modules that all rooms share. They import only each other.
const SHARED: [&str; 8] = ["bounded", "clock", "hash", "json", "named", "ports", "stream", "time"];

/// What a file imports by `crate::`, up to its tests. A macro's `$crate::` belongs to the crate that calls it, and an
/// item that `lib.rs` exports again is found under its own name: to name it so hides its room.
fn imports(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]").next().unwrap().lines().filter(|line| !line.trim_start().starts_with("//"));
    let paths = code.flat_map(|line| line.match_indices("crate::").map(move |(at, found)| (line, at, found)));
    let own = paths.filter(|(line, at, _)| !line[..*at].ends_with('$'));
    own.map(|(line, at, found)| {
        line[at + found.len()..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
    })
    .collect()
}

/// Each import that leaves the order, with its file.
fn violations(source: &Path) -> Vec<String> {
    let rooms = ROOMS.iter().enumerate().map(|(at, room)| (*room, &ROOMS[..=at]));
    let modules = rooms.chain(SHARED.iter().map(|shared| (*shared, &[] as &[&str])));
    let mut found = vec![];
    for (module, open) in modules {
        let file = source.join(module).with_extension("rs");
        let path = if file.exists() { file } else { source.join(module) };
        let files = if path.is_dir() { rust_files(&path) } else { vec![path] };
        for path in files {
            let text = fs::read_to_string(&path).unwrap();
            let shut = imports(&text).into_iter().filter(|name| !open.contains(name) && !SHARED.contains(name));
            found.extend(shut.map(|name| format!("{}: crate::{name}", path.display())));
        }
    }
    found
}

#[test]
fn each_room_of_the_kernel_imports_only_from_the_rooms_before_it() {
    let source = root().join("shared/foldlog/core/src");
    let found = violations(&source);
    assert!(found.is_empty(), "{}", found.join("\n"));
    let declared = fs::read_to_string(source.join("lib.rs")).unwrap();
    let modules =
        declared.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
    let unknown: Vec<_> = modules.filter(|module| !ROOMS.contains(module) && !SHARED.contains(module)).collect();
    assert!(unknown.is_empty(), "neither a room nor shared: {unknown:?}");
}

#[test]
fn an_import_that_leaves_the_order_is_found() {
    let text = "use crate::read::views::Views;\n/// [`crate::verify`]\nfn f(_: crate::Row) {}\n$crate::totals\n\
                #[cfg(test)]\nuse crate::rebuild::Work;\n";
    assert_eq!(imports(text), ["read", "Row"]);
}
