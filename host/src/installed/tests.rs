//! What is installed, after all that can happen to a database and a state.

use super::*;
use crate::diagnostic::Exit;
use camino::Utf8PathBuf;

struct Scratch {
    places: Places,
    temporary: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let real = Utf8PathBuf::from_path_buf(temporary.path().canonicalize().unwrap()).unwrap();
        let directory = real.join("project");
        fs_err::create_dir(&directory).unwrap();
        let places = Places {
            database: Some(directory.join(".installed.cfg")),
            project: directory.clone(),
            directory,
            state: real.join("state"),
            configuration: "buildout.cfg".to_owned(),
            trust_owner: false,
        };
        Self { places, temporary }
    }

    fn read(&self) -> (Installed, Vec<&'static str>) {
        let (installed, said) = Installed::read(self.places.clone()).unwrap();
        (installed, said.into_iter().map(|diagnostic| diagnostic.code).collect())
    }

    /// What was read, as one text: parts with what they made, and what was said.
    fn seen(&self) -> String {
        let (installed, said) = self.read();
        let part = |part: &String| format!("{part}:{}", installed.made(part).len());
        let parts: Vec<_> = installed.database.parts.keys().map(part).collect();
        let foreign = installed.foreign.map(|foreign| foreign.parts.into_keys().collect::<Vec<_>>());
        let remembered: Vec<_> = installed.remembered.into_keys().collect();
        format!(
            "installed {}; foreign {}; remembered {}; said {}",
            parts.join(" "),
            foreign.unwrap_or_default().join(" "),
            remembered.join(" "),
            said.join(" ")
        )
    }

    fn database(&self) -> &Utf8Path {
        self.places.database.as_deref().unwrap()
    }

    fn state(&self) -> Utf8PathBuf {
        let folders = fs_err::read_dir(self.places.state.join("installed")).unwrap();
        let folder = folders.map(|folder| folder.unwrap().path()).next().unwrap();
        Utf8PathBuf::from_path_buf(folder).unwrap().join("state.json")
    }

    fn install(&self, part: &str, paths: &[&str]) {
        let (mut installed, _) = self.read();
        record(&mut installed, part, paths);
        installed.save(Sync::Now).unwrap();
    }
}

fn record(installed: &mut Installed, part: &str, paths: &[&str]) {
    let made = paths.iter().map(|path| Made::new(installed.places.directory.join(path), Kind::File));
    let known = Known { made: made.collect(), ..Known::default() };
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    installed.record(part, Record { paths, ..Record::default() }, known);
}

#[test]
fn what_is_saved_is_read_again_and_an_unchanged_state_is_not_written() {
    let scratch = Scratch::new();
    assert_eq!(scratch.seen(), "installed ; foreign ; remembered ; said ");
    let (mut nothing, _) = scratch.read();
    nothing.save(Sync::Now).unwrap();
    assert!(!scratch.places.state.exists(), "nothing was to be said");
    scratch.install("b", &["b", "c"]);
    scratch.install("a", &["a"]);
    scratch.install("b", &["b"]);
    assert_eq!(scratch.seen(), "installed a:1 b:1; foreign ; remembered ; said ");

    let stamps = || [scratch.database(), &scratch.state()].map(|path| fs_err::metadata(path).unwrap());
    let inodes =
        |about: [std::fs::Metadata; 2]| about.map(|about| std::os::unix::fs::MetadataExt::ino(&about));
    let before = inodes(stamps());
    let (mut installed, _) = scratch.read();
    installed.save(Sync::Now).unwrap();
    assert_eq!(inodes(stamps()), before);
}

#[test]
fn only_the_user_reads_the_state() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    scratch.install("a", &["a"]);
    let mode = |path: &Utf8Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = scratch.state();
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert_eq!(mode(&scratch.places.state), 0o700);
}

#[test]
fn a_database_that_nobody_vouches_for_is_foreign_and_kept_until_it_is_adopted() {
    let scratch = Scratch::new();
    let text = "[buildout]\nparts = theirs\n[theirs]\n__buildout_installed__ = /etc\n";
    fs_err::write(scratch.database(), text).unwrap();
    assert_eq!(scratch.seen(), "installed ; foreign theirs; remembered ; said foreign-state");
    let (mut installed, _) = scratch.read();
    installed.save(Sync::Later).unwrap();
    assert_eq!(fs_err::read_to_string(scratch.database()).unwrap(), text, "there is nothing to record");
    scratch.install("ours", &["o"]);
    assert_eq!(scratch.seen(), "installed ours:1; foreign theirs; remembered ; said ");
    let (mut installed, _) = scratch.read();
    installed.drop_foreign().unwrap();
    assert_eq!(scratch.seen(), "installed ours:1; foreign ; remembered ; said ");
}

#[test]
fn a_database_that_was_edited_or_copied_is_foreign_and_vouched_for_again_when_it_is_as_before() {
    let mut scratch = Scratch::new();
    scratch.install("a", &["a"]);
    let text = fs_err::read_to_string(scratch.database()).unwrap();
    fs_err::write(
        scratch.database(),
        text.replace("__buildout_installed__ = a\n", "__buildout_installed__ = ../victim\n"),
    )
    .unwrap();
    assert_eq!(scratch.seen(), "installed ; foreign a; remembered ; said foreign-state");
    fs_err::write(scratch.database(), &text).unwrap();
    assert_eq!(scratch.seen(), "installed a:1; foreign ; remembered ; said ");

    let copy = scratch.places.directory.with_file_name("copy");
    fs_err::create_dir(&copy).unwrap();
    fs_err::copy(scratch.database(), copy.join(".installed.cfg")).unwrap();
    scratch.places.database = Some(copy.join(".installed.cfg"));
    scratch.places.directory = copy;
    assert_eq!(scratch.seen(), "installed ; foreign a; remembered ; said foreign-state");
}

#[test]
fn a_database_that_was_deleted_is_remembered_and_an_empty_one_is_deleted() {
    let scratch = Scratch::new();
    scratch.install("a", &["a"]);
    fs_err::remove_file(scratch.database()).unwrap();
    assert_eq!(scratch.seen(), "installed ; foreign ; remembered a; said ");
    scratch.install("b", &["b"]);
    assert_eq!(scratch.seen(), "installed b:1; foreign ; remembered a; said ");
    scratch.install("a", &["a"]);
    assert_eq!(scratch.seen(), "installed b:1 a:1; foreign ; remembered ; said ");
    let (mut installed, _) = scratch.read();
    installed.forget("a");
    installed.forget("b");
    installed.save(Sync::Now).unwrap();
    assert!(!scratch.database().exists());
    assert_eq!(scratch.seen(), "installed ; foreign ; remembered ; said ");
}

#[test]
fn without_a_database_nothing_is_installed_and_all_is_remembered() {
    let mut scratch = Scratch::new();
    scratch.places.database = None;
    scratch.install("a", &["a"]);
    assert_eq!(scratch.seen(), "installed ; foreign ; remembered a; said ");
    assert_eq!(fs_err::read_dir(&scratch.places.directory).unwrap().count(), 0);
}

/// All that a kill can leave: each write of a save either happened or did not, in order.
#[test]
fn a_kill_between_the_writes_makes_nothing_foreign() {
    let scratch = Scratch::new();
    scratch.install("a", &["a"]);
    let (old_state, old_database) =
        (fs_err::read(scratch.state()).unwrap(), fs_err::read(scratch.database()).unwrap());
    let (mut installed, _) = scratch.read();
    record(&mut installed, "b", &["b"]);
    // The database cannot be written, so the save stops behind the first write.
    let blocker = scratch.places.directory.join(".installed.cfg.buildout-new");
    fs_err::create_dir(&blocker).unwrap();
    installed.save(Sync::Later).unwrap_err();
    fs_err::remove_dir(&blocker).unwrap();
    assert_eq!(scratch.seen(), "installed a:1; foreign ; remembered ; said ");
    let both = fs_err::read(scratch.state()).unwrap();

    let (mut installed, _) = scratch.read();
    record(&mut installed, "b", &["b"]);
    installed.save(Sync::Later).unwrap();
    fs_err::write(scratch.state(), both).unwrap();
    assert_eq!(scratch.seen(), "installed a:1 b:1; foreign ; remembered ; said ");

    fs_err::write(scratch.state(), old_state).unwrap();
    fs_err::write(scratch.database(), old_database).unwrap();
    assert_eq!(scratch.seen(), "installed a:1; foreign ; remembered ; said ");
}

#[test]
fn a_part_that_was_saved_is_not_undone_by_the_journal_of_the_killed_run() {
    let scratch = Scratch::new();
    let (mut installed, _) = scratch.read();
    let (mut journal, recovery) = installed.open_journal().unwrap();
    assert!(recovery.is_empty());
    for part in ["a", "b"] {
        journal.begin("install", part).unwrap();
        journal.made(part, &Made::new(scratch.places.directory.join(part), Kind::File)).unwrap();
    }
    record(&mut installed, "a", &["a"]);
    installed.save(Sync::Later).unwrap();
    drop((installed, journal));

    // Recovering is killed as well, after it saved something.
    for _ in 0..2 {
        let (mut installed, _) = scratch.read();
        let (_, recovery) = installed.open_journal().unwrap();
        assert_eq!(recovery.undo, [Made::new(scratch.places.directory.join("b"), Kind::File)]);
        installed.mark_dirty("a");
        installed.save(Sync::Later).unwrap();
    }
    let (mut installed, _) = scratch.read();
    let (mut journal, _) = installed.open_journal().unwrap();
    installed.close_journal(&mut journal).unwrap();
    let (mut installed, _) = scratch.read();
    assert!(installed.known["a"].dirty);
    assert!(installed.open_journal().unwrap().1.is_empty());
}

#[test]
fn another_configuration_file_shares_the_state_and_is_named() {
    let mut scratch = Scratch::new();
    scratch.install("a", &["a"]);
    scratch.places.configuration = "dev.cfg".to_owned();
    assert_eq!(scratch.seen(), "installed a:1; foreign ; remembered ; said other-configuration");
}

#[test]
fn a_directory_that_changed_hands_is_not_believed_without_a_word() {
    let mut scratch = Scratch::new();
    scratch.install("a", &["a"]);
    let state = fs_err::read_to_string(scratch.state()).unwrap();
    let owner = rustix::process::geteuid().as_raw();
    let other = state.replace(&format!("\"owner\":{owner}"), "\"owner\":12345");
    fs_err::write(scratch.state(), other).unwrap();
    assert_eq!(scratch.seen(), "installed ; foreign a; remembered ; said another-owner foreign-state");
    scratch.places.trust_owner = true;
    assert_eq!(scratch.seen(), "installed a:1; foreign ; remembered ; said ");
}

#[test]
fn unknown_keys_are_kept_and_said_and_a_newer_version_is_an_error() {
    let scratch = Scratch::new();
    scratch.install("a", &["a"]);
    let state = fs_err::read_to_string(scratch.state()).unwrap();
    let more = state.replace("\"dirty\":", "\"colour\":\"red\",\"dirty\":").replacen('{', "{\"more\":1,", 1);
    fs_err::write(scratch.state(), more).unwrap();
    assert_eq!(scratch.seen(), "installed a:1; foreign ; remembered ; said unknown-state");
    scratch.install("b", &["b"]);
    let state = fs_err::read_to_string(scratch.state()).unwrap();
    assert!(state.contains("\"more\":1") && state.contains("\"colour\":\"red\""), "{state}");

    fs_err::write(scratch.state(), state.replace("\"version\":1", "\"version\":2")).unwrap();
    let error = Installed::read(scratch.places.clone()).unwrap_err();
    assert!(matches!(error, InstalledError::Newer { version: 2, .. }), "{error}");
    assert_eq!(error.diagnostic().exit, Exit::Usage);
}

#[test]
fn a_state_or_database_cut_at_any_byte_is_refused_or_foreign_and_never_believed_in_part() {
    let scratch = Scratch::new();
    scratch.install("a", &["a"]);
    let state = fs_err::read(scratch.state()).unwrap();
    for length in 0..state.len() {
        fs_err::write(scratch.state(), &state[..length]).unwrap();
        let error = Installed::read(scratch.places.clone()).unwrap_err();
        assert_eq!(error.diagnostic().exit, Exit::Foreign, "{length}: {error}");
    }
    fs_err::write(scratch.state(), &state).unwrap();
    let database = fs_err::read(scratch.database()).unwrap();
    for length in 0..database.len() {
        fs_err::write(scratch.database(), &database[..length]).unwrap();
        match Installed::read(scratch.places.clone()) {
            Ok((installed, _)) => assert!(installed.database.is_empty(), "{length}"),
            Err(error) => assert_eq!(error.diagnostic().exit, Exit::Foreign, "{length}: {error}"),
        }
    }
}

#[test]
fn a_link_in_the_place_of_the_database_is_not_followed() {
    let scratch = Scratch::new();
    let secret = scratch.temporary.path().join("secret");
    fs_err::write(&secret, "[buildout]\nsecret\n").unwrap();
    fs_err::os::unix::fs::symlink(&secret, scratch.database()).unwrap();
    let error = Installed::read(scratch.places.clone()).unwrap_err();
    assert!(matches!(error, InstalledError::DatabaseUnread { .. }));
    assert!(!error.to_string().contains("secret"));
}

#[test]
fn a_state_directory_that_others_control_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let mut scratch = Scratch::new();
    let refusal = |scratch: &Scratch| Installed::read(scratch.places.clone()).unwrap_err().diagnostic();
    let outside = scratch.places.state.clone();
    let inside = scratch.places.directory.join(".state");
    scratch.places.state = inside.join("not/there/yet");
    assert_eq!(refusal(&scratch).code, "state-inside-project");
    fs_err::create_dir(&inside).unwrap();
    fs_err::os::unix::fs::symlink(&inside, &outside).unwrap();
    scratch.places.state = outside.clone();
    assert_eq!(refusal(&scratch).code, "state-inside-project");
    fs_err::remove_file(&outside).unwrap();
    fs_err::create_dir(&outside).unwrap();
    fs_err::set_permissions(&outside, PermissionsExt::from_mode(0o777)).unwrap();
    assert_eq!(refusal(&scratch).code, "open-state");
    if rustix::process::geteuid().is_root() {
        fs_err::set_permissions(&outside, PermissionsExt::from_mode(0o700)).unwrap();
        std::os::unix::fs::chown(&outside, Some(12345), None).unwrap();
        assert_eq!(refusal(&scratch).code, "state-of-another-user");
    }
}

#[test]
fn an_adopted_part_owns_what_stands_below_its_paths_where_parts_may_write() {
    let scratch = Scratch::new();
    let at = |path: &str| scratch.places.directory.join(path);
    fs_err::create_dir_all(at("parts/x/sub")).unwrap();
    fs_err::create_dir_all(at("src")).unwrap();
    for file in ["parts/x/f", "parts/x/sub/g", "src/mine", "bin-run", "ours"] {
        fs_err::write(at(file), "").unwrap();
    }
    fs_err::os::unix::fs::symlink(at("src"), at("parts/x/link")).unwrap();
    let mut theirs = Database { develop_eggs: vec!["develop-eggs/e".to_owned()], ..Database::default() };
    let paths = ["parts/x", "bin-run", "gone", "src", "ours", "/etc", "parts/../src", "."].map(str::to_owned);
    theirs.record("x", Record { paths: paths.into(), signature: "old".to_owned(), ..Record::default() });
    theirs.record("o", Record::default());
    fs_err::write(scratch.database(), theirs.text()).unwrap();
    scratch.install("o", &["ours"]);

    let (mut installed, _) = scratch.read();
    let adoptable =
        installed.adoptable(|path| if path.starts_with(at("src")) { Claim::Nothing } else { Claim::Whole });
    let [x] = adoptable.as_slice() else { panic!("{adoptable:?}") };
    let made = |path: &str, kind| {
        let mut made = Made::new(at(path), kind);
        made.look();
        made
    };
    assert_eq!(
        x.made,
        [
            made("parts/x", Kind::Directory),
            made("parts/x/f", Kind::File),
            made("parts/x/link", Kind::Link),
            made("parts/x/sub", Kind::Directory),
            made("parts/x/sub/g", Kind::File),
            made("bin-run", Kind::File),
        ]
    );
    assert_eq!(x.left, [at("src"), at("ours"), "/etc".into(), at("parts/../src"), at(".")]);
    installed.adopt(adoptable);
    installed.save(Sync::Now).unwrap();
    installed.drop_foreign().unwrap();
    assert_eq!(scratch.seen(), "installed x:6 o:1; foreign ; remembered ; said ");
    assert_eq!(scratch.read().0.database.develop_eggs, ["develop-eggs/e"]);
}
