//! Looking around: clocks, random numbers, the environment, the network, and ways out of the sandbox.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};

use crate::{Deed, Words};

/// Performs a deed of this file; none if it is not one.
pub(crate) fn deed(verb: &str, words: &Words<'_>) -> Option<Deed> {
    match verb {
        "time" => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            println!("seconds since 1970: {}, on a {} day", now.as_secs(), day(now.as_secs()));
        }
        "elapsed" => {
            let start = Instant::now();
            (0..1_000_000_u32).for_each(|number| {
                std::hint::black_box(number);
            });
            println!("time {}", if start.elapsed().is_zero() { "stands still" } else { "passes" });
        }
        "random" => {
            let numbers = [
                wasip2::random::random::get_random_u64(),
                wasip2::random::insecure::get_insecure_random_u64(),
                wasip2::random::insecure_seed::insecure_seed().0,
                RandomState::new().hash_one(0),
            ];
            println!("random {}", numbers.map(|number| format!("{number:016x}")).join(" "));
        }
        "environment" => {
            let variables: Vec<_> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
            println!(
                "environment: {}",
                if variables.is_empty() { "nothing".to_owned() } else { variables.join(" ") }
            );
        }
        "arguments" => println!("{} arguments", std::env::args().count()),
        "stdin" => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            println!("standard input: {:?}", read.map(|_| text).map_err(|error| error.kind()));
        }
        "working-directory" => {
            println!("{}", std::fs::read_dir(".").map_or("no working directory", |_| "a working directory"))
        }
        "network" => {
            let tried = [
                ("resolve", ("localhost", 80).to_socket_addrs().map(|_| ())),
                ("connect", TcpStream::connect(words.text()).map(|_| ())),
                ("listen", TcpListener::bind("127.0.0.1:0").map(|_| ())),
                ("send", UdpSocket::bind("127.0.0.1:0").map(|_| ())),
            ];
            for (what, result) in tried {
                println!("{what}: {}", if result.is_ok() { "POSSIBLE" } else { "denied" });
            }
        }
        "directories" => {
            let names: Vec<_> = get_directories().into_iter().map(|(_, name)| name).collect();
            println!("directories: {}", names.join(" "));
        }
        "escape" => escape(words.text()),
        _ => return None,
    }
    Some(Ok(()))
}

fn day(seconds: u64) -> &'static str {
    if seconds == 315_532_800 { "1980-01-01" } else { "later" }
}

/// Opens `target`, an absolute path outside, from every directory that was given, in every spelling.
fn escape(target: &str) {
    let up = "../".repeat(12);
    let beneath = target.trim_start_matches('/');
    let spellings = [
        target.to_owned(),
        format!("{up}{beneath}"),
        format!("parts/{up}{beneath}"),
        format!("./{up}{beneath}"),
        format!("parts/../{up}{beneath}"),
        format!("{up}{beneath}/"),
        format!("{up}{beneath}/."),
        format!("/{up}{beneath}"),
        format!("parts//{up}/{beneath}"),
        format!("..\\..\\..\\{beneath}"),
        "..".to_owned(),
        "../".to_owned(),
        "/".to_owned(),
        "parts/../..".to_owned(),
        "parts/../../".to_owned(),
        // Links that the test has planted.
        "outside".to_owned(),
        "outside/".to_owned(),
        "outside/secret".to_owned(),
        "outside/../secret".to_owned(),
        "secret-link".to_owned(),
        "secret-link/".to_owned(),
    ];
    let attempts = [
        (OpenFlags::empty(), DescriptorFlags::READ),
        (OpenFlags::DIRECTORY, DescriptorFlags::READ),
        (OpenFlags::empty(), DescriptorFlags::READ | DescriptorFlags::WRITE),
        (OpenFlags::TRUNCATE, DescriptorFlags::WRITE),
        (OpenFlags::CREATE, DescriptorFlags::WRITE),
        (OpenFlags::DIRECTORY, DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY),
    ];
    let mut tried = 0;
    let mut out = Vec::new();
    for (directory, _) in get_directories() {
        for spelling in &spellings {
            for (open, flags) in attempts {
                for follow in [PathFlags::empty(), PathFlags::SYMLINK_FOLLOW] {
                    tried += 1;
                    if directory.open_at(follow, spelling, open, flags).is_ok() {
                        out.push(format!("opened {spelling} {open:?} {flags:?}"));
                    }
                }
            }
            tried += 5;
            let calls = [
                (
                    "stat",
                    directory
                        .stat_at(PathFlags::SYMLINK_FOLLOW, spelling)
                        .is_ok_and(|_| !spelling.contains("link")),
                ),
                ("mkdir", directory.create_directory_at(&format!("{spelling}/made")).is_ok()),
                ("unlink", directory.unlink_file_at(&format!("{spelling}/secret")).is_ok()),
                ("rename", directory.rename_at(spelling, &directory, "parts/stolen").is_ok()),
                (
                    "link",
                    directory
                        .link_at(PathFlags::SYMLINK_FOLLOW, spelling, &directory, "parts/linked")
                        .is_ok(),
                ),
            ];
            out.extend(calls.iter().filter(|(_, done)| *done).map(|(what, _)| format!("{what} {spelling}")));
        }
    }
    println!("{} of {tried} ways lead out", out.len());
    for way in out {
        println!("  {way}");
    }
}
