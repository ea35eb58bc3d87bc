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
        _ => return None,
    })
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
