//! What no recipe should do: crash, never end, take all there is.

use std::io::Write as _;
use std::time::Duration;

use crate::bindings::buildout::recipe::{log, section};
use crate::{Deed, Words, error};

/// Performs a deed of this file; none if it is not one.
pub(crate) fn deed(verb: &str, words: &Words<'_>) -> Option<Deed> {
    Some(match verb {
        "panic" => panic!("{}", words.text()),
        "trap" => core::arch::wasm32::unreachable(),
        "exit" => std::process::exit(words.number().try_into().expect("a status")),
        "spin" => spin(),
        "recurse" => {
            println!("{}", deeper(words.text().len() as u64));
            Ok(())
        }
        "hoard" => hoard(),
        "sleep" => {
            std::thread::sleep(Duration::from_secs(words.number()));
            Ok(())
        }
        // So many mebibytes in one answer, question, error or line.
        "return-large" => {
            words.play.returned.borrow_mut().push(large(words));
            Ok(())
        }
        "set-very-large" => section::set("large", &large(words)),
        "fail-large" => Err(error("user", large(words))),
        "log-large" => {
            log::write(log::Level::Info, &large(words));
            Ok(())
        }
        // So many lines, which say where they stand.
        "log-lines" => {
            (1..=words.number()).for_each(|number| log::write(log::Level::Info, &format!("line {number}")));
            Ok(())
        }
        "print-lines" => {
            let out = std::io::stdout();
            let mut out = out.lock();
            (1..=words.number())
                .for_each(|number| writeln!(out, "line {number}").expect("it can be written"));
            Ok(())
        }
        "print-bytes" => {
            let mut out = std::io::stdout();
            out.write_all(b"half a \xff character, \x1b[31mred\x1b[0m\n").expect("it can be written");
            out.write_all(&vec![b'x'; 40_000]).expect("it can be written");
            out.write_all(b"\n").expect("it can be written");
            Ok(())
        }
        "return-many" => {
            words.play.returned.borrow_mut().extend((0..words.number()).map(|_| String::new()));
            Ok(())
        }
        // Opens the same directory again and again.
        "open-many" => {
            let mut open = Vec::new();
            let (directory, _) = &wasip2::filesystem::preopens::get_directories()[0];
            for _ in 0..words.number() {
                let opened = directory.open_at(
                    wasip2::filesystem::types::PathFlags::empty(),
                    ".",
                    wasip2::filesystem::types::OpenFlags::DIRECTORY,
                    wasip2::filesystem::types::DescriptorFlags::READ,
                );
                match opened {
                    Ok(opened) => open.push(opened),
                    Err(_) => break,
                }
            }
            println!("no more handles after a while: {}", open.len() < words.number() as usize);
            Ok(())
        }
        // Straight to WASI, past every library: handles that are none, and an answer outside of this memory.
        "raw-sync" => {
            let mut answer = [0; 2];
            // SAFETY: `answer` has room for the answer; what becomes of the handle is what is tried.
            unsafe { raw::sync(words.text().parse().expect("a handle"), answer.as_mut_ptr()) };
            Ok(())
        }
        "raw-drop" => {
            // SAFETY: what becomes of the handle is what is tried.
            unsafe { raw::drop(words.text().parse().expect("a handle")) };
            Ok(())
        }
        "raw-drop-twice" | "raw-use-after-drop" | "raw-answer-outside" => {
            let (directory, _) = wasip2::filesystem::preopens::get_directories().remove(0);
            let handle = directory.take_handle() as i32;
            let mut answer = [0; 2];
            // SAFETY: `answer` has room for the answer, where it is given; all else is what is tried.
            unsafe {
                match verb {
                    "raw-answer-outside" => raw::sync(handle, usize::MAX as *mut u8),
                    "raw-drop-twice" => {
                        raw::drop(handle);
                        raw::drop(handle);
                    }
                    _ => {
                        raw::drop(handle);
                        raw::sync(handle, answer.as_mut_ptr());
                    }
                }
            }
            Ok(())
        }
        _ => return None,
    })
}

/// Imports of WASI as they are in a core module.
mod raw {
    #[link(wasm_import_module = "wasi:filesystem/types@0.2.12")]
    unsafe extern "C" {
        #[link_name = "[method]descriptor.sync"]
        pub(super) fn sync(handle: i32, answer: *mut u8);
        #[link_name = "[resource-drop]descriptor"]
        pub(super) fn drop(handle: i32);
    }
}

#[allow(clippy::empty_loop, reason = "that is what it is for")]
fn spin() -> ! {
    loop {}
}

#[allow(unconditional_recursion, reason = "that is what it is for")]
#[inline(never)]
fn deeper(number: u64) -> u64 {
    std::hint::black_box(deeper(std::hint::black_box(number + 1))) + 1
}

fn hoard() -> Deed {
    let mut heap = Vec::new();
    loop {
        heap.push(vec![1_u8; 1 << 20]);
        std::hint::black_box(&heap);
    }
}

fn large(words: &Words<'_>) -> String {
    "x".repeat((words.number() << 20).try_into().expect("it fits a guest"))
}
