//! Deeds with files, each through the call that the verb names.

use std::ffi::CString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use crate::bindings::buildout::recipe::files;
use crate::{Deed, Words};

unsafe extern "C" {
    fn symlink(target: *const std::ffi::c_char, path: *const std::ffi::c_char) -> i32;
}

/// Performs a deed of this file; none if it is not one.
pub(crate) fn deed(verb: &str, words: &Words<'_>) -> Option<Deed> {
    let known = [
        "write",
        "append",
        "create-new",
        "truncate",
        "set-length",
        "touch",
        "read",
        "copy",
        "list",
        "mkdir",
        "rmdir",
        "unlink",
        "rename",
        "hard-link",
        "symlink",
        "wasi-symlink",
        "read-link",
        "set-mode",
        "mode",
        "temporary",
        "mkdir-deep",
        "write-many",
        "return",
    ];
    known.contains(&verb).then(|| perform(verb, words))
}

fn perform(verb: &str, words: &Words<'_>) -> Deed {
    let path = |word: &str| words.play.path(word);
    let (first, second) = words.two();
    match verb {
        "write" => fs::write(path(first)?, second)?,
        "copy" => fs::write(path(second)?, fs::read(path(first)?)?)?,
        "append" => OpenOptions::new().append(true).open(path(first)?)?.write_all(second.as_bytes())?,
        "create-new" => OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path(first)?)?
            .write_all(second.as_bytes())?,
        "truncate" => {
            OpenOptions::new().write(true).truncate(true).open(words.path()?)?;
        }
        "set-length" => {
            OpenOptions::new().write(true).open(path(first)?)?.set_len(second.parse().expect("a number"))?
        }
        "touch" => File::open(words.path()?)?
            .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000))?,
        "read" => println!("{}", fs::read_to_string(words.path()?)?.trim_end()),
        "list" => {
            let mut names = Vec::new();
            for entry in fs::read_dir(words.path()?)? {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
            names.sort();
            println!("{}", names.join(" "));
        }
        "mkdir" => fs::create_dir(words.path()?)?,
        "rmdir" => fs::remove_dir(words.path()?)?,
        "unlink" => fs::remove_file(words.path()?)?,
        "rename" => fs::rename(path(first)?, path(second)?)?,
        "hard-link" => fs::hard_link(path(first)?, path(second)?)?,
        // The target is text, the path is one.
        "symlink" => files::symlink(first, &path(second)?)?,
        "wasi-symlink" => {
            let text = |text: &str| CString::new(text).expect("a test writes no NUL");
            let (target, path) = (text(first), text(&path(second)?));
            // SAFETY: both are text with a NUL at the end, and outlive the call.
            if unsafe { symlink(target.as_ptr(), path.as_ptr()) } != 0 {
                return Err(io::Error::last_os_error().into());
            }
        }
        "read-link" => println!("{}", files::read_link(&words.path()?)?),
        "set-mode" => {
            files::set_mode(&path(second)?, u32::from_str_radix(first, 8).expect("an octal number"))?
        }
        "mode" => println!("{:o}", files::mode(&words.path()?)?),
        "temporary" => {
            let directory = files::temporary_directory()?;
            let empty = fs::read_dir(&directory)?.next().is_none();
            println!("a temporary directory, {}", if empty { "empty" } else { "not empty" });
            *words.play.temporary.borrow_mut() = directory;
        }
        // So many directories in each other, and so many files in one.
        "mkdir-deep" => {
            let mut path = path(first)?;
            for _ in 0..second.parse().expect("a number") {
                path.push_str("/d");
                fs::create_dir(&path)?;
            }
        }
        "write-many" => {
            let path = path(first)?;
            for number in 0..second.parse::<u32>().expect("a number") {
                fs::write(format!("{path}/{number}"), "")?;
            }
        }
        _ => words.play.returned.borrow_mut().push(words.path()?),
    }
    Ok(())
}
