//! `shop catalogue`: the events of the log, and the decisions that lead to them.

use crate::failure::Failure;
use crate::global::Global;
use crate::terminal;
use shop_reference::{FOLDER, File, catalogue, event_schemas};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Print the events of the shop, or write the reference of events and decisions
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without an option it prints, as JSON Schema, every event as this program writes it. The reference
in docs/reference is made of that, of the frozen payloads and of the tables of decisions, all of
which stand in the repository: --write and --check work there.

Examples:
  shop catalogue | jq '.events.order | keys'
  shop catalogue --write
  shop catalogue --check")]
pub(crate) struct Catalogue {
    /// Write the reference into docs/reference
    #[arg(long, conflicts_with = "check")]
    write: bool,
    /// Check whether docs/reference is up to date; exit code 3 if not
    #[arg(long)]
    check: bool,
    /// The directory of the repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    repository: PathBuf,
}

impl Catalogue {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        if !self.write && !self.check {
            let schemas = event_schemas();
            return if global.json { terminal::json_line(&schemas) } else { terminal::pretty_json(&schemas) };
        }
        let files = catalogue(|path| read(&self.repository.join(path))).map_err(Failure::Reference)?;
        let folder = self.repository.join(FOLDER);
        if self.write {
            fs::create_dir_all(&folder).map_err(Failure::Reference)?;
            for File { name, text } in files {
                fs::write(folder.join(name), text).map_err(Failure::Reference)?;
            }
            return Ok(());
        }
        for File { name, text } in files {
            let path = folder.join(name);
            if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
                return Err(Failure::Different(format!(
                    "{} is out of date; run `shop catalogue --write`",
                    path.display()
                )));
            }
        }
        Ok(())
    }
}

/// Reads a file; the error names it.
fn read(path: &Path) -> io::Result<String> {
    fs::read_to_string(path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}
