//! Files that only their owner can read, whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::Path;

/// A directory, made with its parents if there is none. From now on only its owner has access to it.
pub fn directory(path: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    close(path)
}

/// Takes the access of others away from a file or directory. It is fine if there is none.
#[cfg(unix)]
pub fn close(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match fs::metadata(path) {
        Ok(found) => found.permissions().mode(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let closed = mode & 0o700;
    if mode & 0o777 == closed { Ok(()) } else { fs::set_permissions(path, fs::Permissions::from_mode(closed)) }
}

/// Takes the access of others away from a file or directory. It is fine if there is none.
#[cfg(not(unix))]
pub fn close(_path: &Path) -> Result<()> {
    Ok(())
}

/// The content of a file. Makes the file if there is none.
pub fn read_or_make(path: &Path, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let content = make()?;
            write(path, &content)?;
            Ok(content)
        }
        read => close(path).and(read),
    }
}

/// Writes a file, or replaces the one that is there.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    let name = path.file_name().ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
    let mut beside = name.to_owned();
    beside.push(".new");
    let beside = path.with_file_name(beside);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = created(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

/// A new file.
fn created(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_was_open_to_others_is_closed() {
        let outside = tempfile::tempdir().unwrap();
        let (data, file) = (outside.path().join("a/data"), outside.path().join("a/data/log"));
        fs::create_dir_all(&data).unwrap();
        fs::write(&file, "x").unwrap();
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o664)).unwrap();
        directory(&data).unwrap();
        close(&file).unwrap();
        close(&data.join("none")).unwrap();
        assert_eq!((mode(&data), mode(&file)), (0o700, 0o600));
        directory(&data.join("b/c")).unwrap();
        assert_eq!(mode(&data.join("b/c")), 0o700);
    }

    #[test]
    fn a_file_is_made_once_and_replaced_whole() {
        let outside = tempfile::tempdir().unwrap();
        let path = outside.path().join("key");
        assert_eq!(read_or_make(&path, || Ok(b"one".to_vec())).unwrap(), b"one");
        assert_eq!(read_or_make(&path, || Ok(b"two".to_vec())).unwrap(), b"one");
        fs::write(outside.path().join("key.new"), "torn").unwrap();
        write(&path, b"three").unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"three".to_vec(), 0o600));
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    }
}
