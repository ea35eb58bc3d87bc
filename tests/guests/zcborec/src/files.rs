//! Entries that make files: `mkdir`, `touch`, `touchlist`, `manyfiles`, `link`.

use std::fs;
use std::path::PathBuf;

use buildout_recipe::{At as _, Part, Result, error, files, info, sections};

/// Makes the paths of `mkdir` absolute; the directory above each must be there.
pub(crate) fn name_directories(part: &mut Part) -> Result<()> {
    let written = part.required("path")?;
    let mut paths = Vec::new();
    for word in written.split_whitespace() {
        let path = part.directory()?.join(word);
        let above = path.parent().unwrap_or(&path);
        if !above.is_dir() {
            error!("Cannot create {written}. {} is not a directory.", above.display());
            return Err(part.error("path", "Invalid Path"));
        }
        paths.push(path);
    }
    part.set_paths("path", &paths)
}

/// Makes the directories of `mkdir`.
pub(crate) fn make_directories(part: &Part) -> Result<Vec<PathBuf>> {
    let paths = part.paths("path")?;
    for path in &paths {
        info!("Creating directory {}", path.file_name().unwrap_or_default().display());
        fs::create_dir(path).at(path)?;
    }
    Ok(paths)
}

/// Sets `path` of `touch` to its file, absolute.
pub(crate) fn name_file(part: &mut Part) -> Result<()> {
    let file = match part.get("file")?.filter(|file| !file.is_empty()) {
        Some(file) => PathBuf::from(file),
        None => PathBuf::from(sections::required("buildout", "parts-directory")?).join(part.name()),
    };
    let path = part.directory()?.join(file);
    part.set_path("path", path)
}

/// Writes the file of `touch`.
pub(crate) fn write(part: &Part) -> Result<Vec<PathBuf>> {
    let path = PathBuf::from(part.required("path")?);
    fs::write(&path, part.get("content")?.unwrap_or_default()).at(&path)?;
    Ok(vec![path])
}

/// Writes the files that one option of `touchlist` names, where they are not there yet.
pub(crate) fn write_list(part: &Part, option: &str) -> Result<Vec<PathBuf>> {
    let paths = part.paths(option)?;
    for path in paths.iter().filter(|path| !path.exists()) {
        fs::write(path, part.name()).at(path)?;
    }
    let how = part.get("return")?.unwrap_or_default();
    Ok(if how == "none" { Vec::new() } else { paths })
}

/// Makes 10,000 files of 200 bytes in 100 directories, for the benchmark: the option `path` is all that it asks for.
pub(crate) fn write_many(part: &Part) -> Result<Vec<PathBuf>> {
    let path = PathBuf::from(part.required("path")?);
    fs::create_dir(&path).at(&path)?;
    for directory in 0..100 {
        let directory = path.join(directory.to_string());
        fs::create_dir(&directory).at(&directory)?;
        for file in 0..100 {
            let file = directory.join(file.to_string());
            fs::write(&file, [b'x'; 200]).at(&file)?;
        }
    }
    Ok(vec![path])
}

/// Makes the link of `link`.
pub(crate) fn link(part: &Part) -> Result<Vec<PathBuf>> {
    let path = part.path("file")?;
    files::symlink(part.required("target")?, &path)?;
    Ok(vec![path])
}
