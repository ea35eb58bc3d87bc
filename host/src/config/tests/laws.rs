//! What holds for all inputs, not for some.

use proptest::prelude::*;

use super::*;

/// Operations of one file on one option, in the order of the file.
type Said = Vec<(&'static str, String)>;

fn said() -> impl Strategy<Value = Said> {
    let operator = prop_oneof![Just("="), Just("+="), Just("-=")];
    let lines = prop::collection::vec(prop_oneof!["a", "b", "c", ""], 1..4);
    prop::collection::vec((operator, lines.prop_map(|lines| lines.join("\n"))), 0..3)
}

/// Files by number: who extends whom (only higher numbers), and what each says on `s:v`.
fn files() -> impl Strategy<Value = Vec<(Vec<usize>, Said)>> {
    let count = 6_usize;
    let one = move |at: usize| {
        let extends = if at + 1 < count {
            prop::collection::vec(at + 1..count, 0..3).boxed()
        } else {
            Just(vec![]).boxed()
        };
        (extends, said())
    };
    (0..count).map(one).collect::<Vec<_>>()
}

/// A value as written, so that it is read as exactly these lines.
fn written(text: &str) -> String {
    // A block loses blank lines at its ends, so the text is what is left.
    text.split('\n').map(|line| format!("\n  {line}")).collect()
}

/// What a block of these lines is read as.
fn read(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let first = lines.iter().position(|line| !line.is_empty());
    let last = lines.iter().rposition(|line| !line.is_empty());
    first.zip(last).map_or(String::new(), |(first, last)| lines[first..=last].join("\n"))
}

/// zc.buildout's fold, step by step over every path, as `semantics.md` 4.6 says it.
fn folded(files: &[(Vec<usize>, Said)]) -> Option<String> {
    fn walk(files: &[(Vec<usize>, Said)], at: usize, list: &mut Vec<usize>) {
        for next in &files[at].0 {
            walk(files, *next, list);
        }
        list.push(at);
    }
    let mut list = Vec::new();
    walk(files, 0, &mut list);
    let mut value: Option<String> = None;
    let mut section = false;
    for at in list {
        let Some((set, add, remove)) = settled(&files[at].1) else { continue };
        let fresh = !std::mem::replace(&mut section, true);
        if set.is_some() {
            value = set;
        }
        if let Some(add) = add {
            value = Some(match value {
                Some(value) => format!("{value}\n{add}"),
                None if fresh => add,
                None => format!("\n{add}"),
            });
        }
        if let Some(remove) = remove {
            let old = value.unwrap_or_default();
            let kept: Vec<&str> =
                old.split('\n').filter(|line| !remove.split('\n').any(|gone| gone == *line)).collect();
            value = Some(kept.join("\n"));
        }
    }
    value
}

type Operands = (Option<String>, Option<String>, Option<String>);

/// One file's operations as at most one of each kind; none if it does not have the section.
fn settled(said: &Said) -> Option<Operands> {
    let (mut set, mut add, mut remove): Operands = (None, None, None);
    for (operator, text) in said {
        // Operands of one kind are dedented as one, so blank lines between them count.
        let join = |old: Option<String>| match old {
            None => Some(text.clone()),
            Some(old) => Some(format!("{}\n{text}", old.trim_end_matches('\n'))),
        };
        match *operator {
            "=" => (set, add, remove) = (Some(text.clone()), None, None),
            "+=" => add = join(add),
            _ => remove = join(remove),
        }
    }
    let read = |text: Option<String>| text.as_deref().map(read);
    (!said.is_empty()).then(|| (read(set), read(add), read(remove)))
}

/// A file that extends others and says something on `s:v`.
fn text_of(extends: &str, said: &Said) -> String {
    let extends: String = extends.split_whitespace().map(|name| format!(" {name}.cfg")).collect();
    let mut text = format!("[buildout]\nextends ={extends}\n");
    for (operator, operand) in said {
        text.push_str(&format!("[s]\nv {operator}{}\n", written(operand)));
    }
    text
}

/// Loads `buildout.cfg` of these files: the name of each, the names of those that it extends, what it says.
fn load_files(files: &[(&str, String, &Said)]) -> Configuration {
    let mut memory = MemoryFiles::default();
    for (name, extends, said) in files {
        memory.add(&format!("/p/{name}.cfg"), text_of(extends, said));
    }
    loaded_by(&Request::new("/p/buildout.cfg"), &mut memory)
}

fn value_of(configuration: &Configuration) -> Option<String> {
    let section = configuration.section("s")?;
    section.get("v").map(|value| value.text().to_owned())
}

proptest! {
    #[test]
    fn a_value_is_what_the_fold_over_all_paths_gives(files in files()) {
        let mut memory = MemoryFiles::default();
        for (at, (extends, said)) in files.iter().enumerate() {
            let name = if at == 0 { "/p/buildout.cfg".to_owned() } else { format!("/p/{at}.cfg") };
            let extends: String = extends.iter().map(|next| format!("{next} ")).collect();
            memory.add(&name, text_of(&extends, said));
        }
        let configuration = loaded_by(&Request::new("/p/buildout.cfg"), &mut memory);
        prop_assert_eq!(value_of(&configuration), folded(&files));
        if let Some(value) = configuration.section("s").and_then(|section| section.get("v")) {
            let increment = |change: Change| matches!(change, Change::Add | Change::Remove);
            let history = value.history();
            let base = history.iter().rposition(|entry| !increment(entry.change));
            let base = base.expect("it begins somewhere");
            let said = |change: Change| Some(change).filter(|change| increment(*change));
            let recent = value.recent().into_iter();
            let recent: Vec<_> = recent.map(|(change, origin)| (said(change), origin)).collect();
            let tail = history[base..].iter().map(|entry| (said(entry.change), entry.origin.clone()));
            prop_assert_eq!(recent, tail.collect::<Vec<_>>(), "the recent steps are the end of the history");
        }
    }

    #[test]
    fn how_files_are_grouped_does_not_matter(said in prop::collection::vec(said(), 4), split in 1..3_usize) {
        // `a b c` is `(a b) c` is `a (b c)`, below a file with something of its own.
        let flat = load_files(&[
            ("buildout", "a b c".to_owned(), &said[3]),
            ("a", String::new(), &said[0]),
            ("b", String::new(), &said[1]),
            ("c", String::new(), &said[2]),
        ]);
        let (group, rest) = if split == 1 { ("b c", "a group") } else { ("a b", "group c") };
        let grouped = load_files(&[
            ("buildout", rest.to_owned(), &said[3]),
            ("group", group.to_owned(), &vec![]),
            ("a", String::new(), &said[0]),
            ("b", String::new(), &said[1]),
            ("c", String::new(), &said[2]),
        ]);
        prop_assert_eq!(value_of(&flat), value_of(&grouped));
        // One below the other is the same again.
        let chain = load_files(&[
            ("buildout", "c".to_owned(), &said[3]),
            ("c", "b".to_owned(), &said[2]),
            ("b", "a".to_owned(), &said[1]),
            ("a", String::new(), &said[0]),
        ]);
        prop_assert_eq!(value_of(&chain), value_of(&flat));
    }

    #[test]
    fn a_layer_counts_like_a_file_that_extends_the_layers_before_it(said in prop::collection::vec(said(), 3)) {
        let mut memory = MemoryFiles::default();
        memory.add("/home/default.cfg", text_of("", &said[0]));
        memory.add("/p/buildout.cfg", text_of("", &said[1]));
        let mut request = Request::new("/p/buildout.cfg");
        request.user_defaults = Some("/home/default.cfg".into());
        request.assignments = said[2].iter().map(|(operator, text)| Assignment {
            section: "s".to_owned(),
            option: "v".to_owned(),
            operator: match *operator { "=" => Operator::Set, "+=" => Operator::Add, _ => Operator::Remove },
            text: read(text),
        }).collect();
        let layers = loaded_by(&request, &mut memory);
        // Of the command line each assignment is a layer of its own, in the order given.
        let mut memory = MemoryFiles::default();
        memory.add("/p/0.cfg", text_of("", &said[0]));
        memory.add("/p/1.cfg", text_of("0", &said[1]));
        for (at, one) in said[2].iter().enumerate() {
            memory.add(&format!("/p/{}.cfg", at + 2), text_of(&format!("{}", at + 1), &vec![one.clone()]));
        }
        memory.add("/p/buildout.cfg", text_of(&format!("{}", said[2].len() + 1), &vec![]));
        let files = loaded_by(&Request::new("/p/buildout.cfg"), &mut memory);
        prop_assert_eq!(value_of(&layers), value_of(&files));
    }

    #[test]
    fn what_is_written_back_means_the_same_and_every_place_can_be_shown(texts in prop::collection::vec(language(), 1..4)) {
        super::corpus::check::check(texts.join(super::corpus::check::BETWEEN).as_bytes());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (request, mut files) = given(&[]);
        files.add("/p/buildout.cfg", bytes);
        if let Ok(configuration) = load(&request, &mut files) {
            look_at_everything(&configuration);
        }
    }

    #[test]
    fn no_text_of_the_language_makes_it_panic(text in language()) {
        let (request, mut files) = given(&[("/p/buildout.cfg", &text)]);
        match load(&request, &mut files) {
            Ok(configuration) => look_at_everything(&configuration),
            Err(failure) => {
                told(&failure.diagnostics, &failure.sources);
            }
        }
    }

    #[test]
    fn no_condition_makes_it_panic(expression in "[a-z_.\"'()<>=! 0-9,\\[\\]:]{0,60}") {
        judge(&expression, &Facts::default(), &Environment::new());
    }

    #[test]
    fn every_line_of_a_value_is_found_in_its_file(text in language()) {
        let (request, mut files) = given(&[("/p/buildout.cfg", &text)]);
        let Ok(configuration) = load(&request, &mut files) else { return Ok(()) };
        for name in configuration.names().filter(|name| *name != "buildout") {
            for (_, value) in configuration.section(name).unwrap().iter() {
                let mut at = 0;
                for line in value.text().split('\n') {
                    if let Some(span) = value.span_of(at..at + line.len()).filter(|_| !line.is_empty()) {
                        prop_assert_eq!(configuration.sources.text(span), line);
                    }
                    at += line.len() + 1;
                }
            }
        }
    }

    #[test]
    fn a_value_that_is_replaced_leaves_every_other_byte(text in language(), pick in any::<prop::sample::Index>()) {
        let Ok(file) = parse(&text, &Limits::default()) else { return Ok(()) };
        let options: Vec<&Written> = file.blocks.iter().flat_map(|block| &block.options).collect();
        if options.is_empty() {
            return Ok(());
        }
        let chosen = pick.index(options.len());
        let whole = options[chosen].whole.range();
        let edited = format!("{} new{}", &text[..whole.start], &text[whole.end..]);
        let again = parse(&edited, &Limits::default()).expect("an edited file is as good as before");
        let values = |text: &str, file: &ConfigFile| {
            let lines = |o: &Written| {
                let lines: Vec<_> = [o.first].iter().chain(&o.more).map(|at| text[at.range()].to_owned()).collect();
                (o.name.text(text).to_owned(), o.operator, lines)
            };
            file.blocks.iter().flat_map(|block| &block.options).map(lines).collect::<Vec<_>>()
        };
        let mut wanted = values(&text, &file);
        wanted[chosen].2 = vec!["new".to_owned()];
        prop_assert_eq!(values(&edited, &again), wanted);
    }
}

/// Texts made of what the language is made of.
fn language() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[s]"),
        Just("[t:linux]"),
        Just("[t:nope]"),
        Just("a"),
        Just("b +"),
        Just("<"),
        Just("="),
        Just("=>"),
        Just(" "),
        Just("\t"),
        Just("\n"),
        Just("\r\n"),
        Just("\r"),
        Just("\n  "),
        Just("\n#"),
        Just("é"),
        Just("\u{a0}"),
        Just("\u{feff}"),
        Just("${s:a}"),
        Just("[buildout]"),
        Just("extends"),
        Just("\n[s]\na = 1\n"),
        Just("x y"),
        Just("-="),
        Just("+="),
        Just("\n\n"),
        Just("\0"),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn look_at_everything(configuration: &Configuration) {
    for name in configuration.names() {
        annotated(configuration, name);
        expanded(configuration, name);
    }
}
