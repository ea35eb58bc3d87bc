//! Deeds across the border: the part's own section, other sections, the host, the log.

use crate::bindings::buildout::recipe::{host, log, section, sections};
use crate::{CALLS, Deed, Words, error};

/// Performs a deed of this file; none if it is not one.
pub(crate) fn deed(verb: &str, words: &Words<'_>) -> Option<Deed> {
    Some(match verb {
        "name" => say(section::name()),
        "entry" => say(&words.play.entry),
        "count" => say(CALLS.get()),
        "get" => section::get(words.text()).map(|value| println!("{} = {value:?}", words.text())),
        "set" => {
            let (key, value) = words.two();
            section::set(key, value)
        }
        // A value of so many bytes.
        "set-large" => {
            let (key, size) = words.two();
            section::set(key, &"x".repeat(size.parse().expect("a number")))
        }
        "remove" => section::remove(words.text()).map(|was| println!("removed {}: {was}", words.text())),
        "all" => section::all().map(show),
        "keys" => say(section::keys().join(" ")),
        "expand" => section::expand(words.text()).map(|text| println!("{text}")),
        "installed" => say(format!("installed: {}", section::installed().join(" "))),

        "get-of" => {
            let (section, key) = words.two();
            sections::get(section, key).map(|value| println!("{section}:{key} = {value:?}"))
        }
        "all-of" => sections::all(words.text()).map(show),
        "keys-of" => sections::keys(words.text()).map(|keys| println!("{}", keys.join(" "))),
        "exists" => sections::exists(words.text()).map(|there| println!("{}: {there}", words.text())),
        "names" => sections::names().map(|names| println!("{}", names.join(" "))),
        // `add SECTION KEY=VALUE KEY=VALUE`
        "add" => {
            let (section, options) = words.two();
            let options = options.split_whitespace().filter_map(|word| word.split_once('='));
            let options: Vec<_> = options.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            sections::add(section, &options)
        }
        // `parse KEY`: the text that an option holds.
        "parse" => section::get(words.text())
            .and_then(|text| sections::parse(&text.unwrap_or_default().replace("@{", "${")))
            .map(|names| println!("parsed: {}", names.join(" "))),

        "facts" => say(host::facts().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")),
        "fact" => {
            let facts = host::facts();
            let value = facts.iter().find(|(name, _)| name == words.text()).map(|(_, value)| value);
            say(format!("{} = {value:?}", words.text()))
        }
        "run" => say(format!(
            "offline {}, newest {}, verbosity {}",
            host::offline(),
            host::newest(),
            host::verbosity()
        )),

        "say" => say(words.text()),
        "warn" => {
            eprintln!("{}", words.text());
            Ok(())
        }
        "log" => {
            let (level, message) = words.two();
            let level = match level {
                "debug" => log::Level::Debug,
                "info" => log::Level::Info,
                "warn" => log::Level::Warn,
                _ => log::Level::Error,
            };
            log::write(level, &message.replace("\\e", "\x1b").replace("\\n", "\n").replace("\\r", "\r"));
            Ok(())
        }
        "progress" => {
            log::progress(words.text(), 1.0, 2.0);
            Ok(())
        }

        // `fail KIND MESSAGE`, and `fail-at KEY MESSAGE` with the option named.
        "fail" => {
            let (kind, message) = words.two();
            Err(error(kind, message))
        }
        "fail-at" => {
            let (key, message) = words.two();
            let mut failed = error("user", message);
            failed.details.push(("option".to_owned(), key.to_owned()));
            failed.details.push(("help".to_owned(), "write something better".to_owned()));
            Err(failed)
        }
        _ => return None,
    })
}

fn say(text: impl std::fmt::Display) -> Deed {
    println!("{text}");
    Ok(())
}

fn show(options: Vec<(String, String)>) {
    for (key, value) in options {
        println!("{key} = {value:?}");
    }
}
