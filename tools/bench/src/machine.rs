//! The machine of a run.

use std::fs;
use std::thread::available_parallelism;

/// The machine in one line: cores, processor, system, and whether the program was built for speed.
pub(super) fn describe() -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = model(&processors).unwrap_or(std::env::consts::ARCH);
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let system = format!("{} {}", std::env::consts::OS, release.trim());
    let build = if cfg!(debug_assertions) { "debug build" } else { "release build" };
    format!("{cores} x {processor}, {}, {build}", system.trim())
}

fn model(processors: &str) -> Option<&str> {
    let line = processors.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_has_the_name_that_the_system_gives_it() {
        assert_eq!(
            model("processor\t: 0\nmodel name\t: Quick 9: 2 GHz\nmodel name\t: other\n"),
            Some("Quick 9: 2 GHz")
        );
        assert_eq!(model("processor\t: 0\n"), None);
    }
}
