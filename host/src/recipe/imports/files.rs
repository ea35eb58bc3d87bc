//! `files`: what can be done to a file but not through WASI 0.2.

use std::io;

use wasmtime::Result;

use super::error;
use crate::installed::Kind as MadeKind;
use crate::recipe::bindings::buildout::recipe::{files, types::Error};
use crate::recipe::call::Phase;
use crate::recipe::files::{Brought, Errand, Refusal, Spot, temporary_directory};
use crate::recipe::instance::State;

/// What the WIT says about a failed call on a path.
fn failed(path: &str, cause: &io::Error) -> Error {
    let kind = match cause.kind() {
        io::ErrorKind::PermissionDenied => "denied",
        io::ErrorKind::InvalidInput => "user",
        _ => "io",
    };
    let mut error = error(kind, format!("{path}: {cause}"));
    error.details.push(("path".to_owned(), path.to_owned()));
    error
}

fn refused(path: &str, refusal: Refusal) -> Error {
    let cause = match refusal {
        Refusal::Denied => io::Error::new(io::ErrorKind::PermissionDenied, "this part may not write it"),
        Refusal::Hidden => io::ErrorKind::NotFound.into(),
        Refusal::Quota => io::ErrorKind::QuotaExceeded.into(),
        Refusal::Io(cause) => cause,
    };
    failed(path, &cause)
}

impl State {
    /// Where a path leads, if that may be looked at.
    fn seen(&mut self, path: &str) -> std::result::Result<Spot, Error> {
        let spot = self.places.spot(path).map_err(|cause| failed(path, &cause))?;
        self.guard.may_see(&spot.path).map_err(|refusal| refused(path, refusal))?;
        Ok(spot)
    }
}

impl files::Host for State {
    fn set_mode(&mut self, path: String, mode: u32) -> Result<std::result::Result<(), Error>> {
        if mode & !0o777 != 0 {
            return Ok(Err(error("user", format!("{mode:o} has bits above 777"))));
        }
        let spot = match self.places.spot(&path).and_then(|spot| spot.mode().map(|_| spot)) {
            Ok(spot) => spot,
            Err(cause) => return Ok(Err(failed(&path, &cause))),
        };
        if let Err(refusal) = self.guard.may_change(&spot.path) {
            return Ok(Err(refused(&path, refusal)));
        }
        Ok(spot.set_mode(mode).map_err(|cause| failed(&path, &cause)))
    }

    fn mode(&mut self, path: String) -> Result<std::result::Result<u32, Error>> {
        Ok(self.seen(&path).and_then(|spot| spot.mode().map_err(|cause| failed(&path, &cause))))
    }

    fn symlink(&mut self, target: String, path: String) -> Result<std::result::Result<(), Error>> {
        let spot = match self.places.spot(&path) {
            Ok(spot) => spot,
            Err(cause) => return Ok(Err(failed(&path, &cause))),
        };
        match spot.exists() {
            Ok(false) => {}
            Ok(true) => return Ok(Err(failed(&path, &io::ErrorKind::AlreadyExists.into()))),
            Err(cause) => return Ok(Err(failed(&path, &cause))),
        }
        if let Err(refusal) = self.guard.may_create(&spot.path, MadeKind::Link) {
            return Ok(Err(refused(&path, refusal)));
        }
        let made = match spot.symlink(&target) {
            Err(cause) if cause.kind() == io::ErrorKind::PermissionDenied && self.errands.are_run() => {
                let place = spot.place();
                place.and_then(|place| self.errands.run(Errand::Link(place, target)).map(|_| ()))
            }
            made => made,
        };
        Ok(match made {
            Ok(()) => {
                self.guard.made(&spot.path, MadeKind::Link);
                Ok(())
            }
            Err(cause) => Err(failed(&path, &cause)),
        })
    }

    fn read_link(&mut self, path: String) -> Result<std::result::Result<String, Error>> {
        Ok(self.seen(&path).and_then(|spot| spot.read_link().map_err(|cause| failed(&path, &cause))))
    }

    fn temporary_directory(&mut self) -> Result<std::result::Result<String, Error>> {
        if let Err(error) = self.not_in(Phase::Init, "files.temporary-directory") {
            return Ok(Err(error));
        }
        let Some(place) = self.call.temporary.clone() else {
            return Ok(Err(error("phase", "this call has no place for a temporary directory")));
        };
        let made = match self.errands.are_run() {
            true => self.errands.run(Errand::Temporary).and_then(|brought| match brought {
                Brought::Path(path) => Ok(path),
                other => Err(io::Error::other(format!("a path was asked for, not {other:?}"))),
            }),
            false => temporary_directory(&place),
        };
        let directory = match made {
            Ok(directory) => directory,
            Err(cause) => return Ok(Err(failed(place.as_str(), &cause))),
        };
        self.guard.add_temporary(directory.clone());
        Ok(Ok(directory.into_string()))
    }
}
