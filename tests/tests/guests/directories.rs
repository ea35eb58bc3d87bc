//! Configurations that lead elsewhere.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn the_project_cannot_put_its_directories_outside() {
    for option in ["parts-directory", "bin-directory", "eggs-directory", "develop-eggs-directory"] {
        for place in ["..", "../outside", "/usr/local/bin", "parts/../../outside", "/"] {
            let run = Site::new(&format!("[buildout]\nparts = a\n{option} = {place}\n[a]\nrecipe = mkdir\n"))
                .run(&[]);
            assert_eq!(run.exit, Some(3), "{option} = {place}: {run:?}");
        }
    }
    assert_shows(
        Site::new("[buildout]\nparts =\nbin-directory = ../outside\n").run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Initializing.
Error: The option `bin-directory` leads outside the buildout directory: [ROOT]/outside
 --> buildout.cfg:3:17
  |
3 | bin-directory = ../outside
  |                 ^^^^^^^^^^
help: `--allow-write=[ROOT]/outside` would allow it

"#]],
    );
}

#[test]
fn the_record_cannot_be_put_where_it_harms() {
    for place in ["../outside/file", "/etc/buildout.cfg", ".git/config", "../home/.netrc"] {
        let site = Site::new(&format!("[buildout]\nparts =\ninstalled = {place}\n"));
        site.write(".git/config", "theirs");
        let run = site.run(&[]);
        assert_eq!(run.exit, Some(3), "{place}: {run:?}");
        assert_eq!(site.read(".git/config"), "theirs");
    }
}

#[test]
fn a_stock_recipe_with_a_path_outside_needs_a_grant() {
    for path in ["../outside/new", "/usr/local/new", "parts/../../outside/new"] {
        let run = Site::new(&format!("[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = {path}\n")).run(&[]);
        assert!(matches!(run.exit, Some(1 | 3)), "{path}: {run:?}");
        let run = Site::new(&format!(
            "[buildout]\nparts = a\n[a]\nrecipe = template\ninline = x\noutput = {path}\n"
        ))
        .run(&[]);
        assert!(matches!(run.exit, Some(1 | 3)), "{path}: {run:?}");
    }
    assert_shows(
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = ../outside/new\n").run(&[]),
        str![[r#"
exit 3
-- standard error
a: Cannot create [ROOT]/outside/new. [ROOT]/outside lies outside the buildout directory, where this part sees nothing.
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: These parts need access that was not granted:
  a: write [ROOT]/outside/new  (mkdir says: an option of the part names it)
 --> buildout.cfg:5:8
  |
5 | path = ../outside/new
  |        ^^^^^^^^^^^^^^ needs write
help: to allow it in this run: `buildout --allow-write=a:[ROOT]/outside`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "stock mkdir"
      write = ["[ROOT]/outside"]

"#]],
    );
}

#[test]
fn a_template_cannot_read_what_lies_outside() {
    for input in ["../outside/secret", "../home/.netrc", "/etc/passwd", "link"] {
        let site = Site::new(&format!(
            "[buildout]\nparts = a\n[a]\nrecipe = template\ninput = {input}\noutput = parts/out\n"
        ));
        site.link("../outside/secret", "link");
        let run = site.run(&[]);
        assert!(matches!(run.exit, Some(1 | 3)), "{input}: {run:?}");
        assert!(!site.has("parts/out"), "{input}");
    }
}

#[test]
fn a_configuration_file_outside_is_not_read_aloud() {
    for extends in ["../outside/secret", "/etc/passwd", "../home/.netrc", "~/.netrc", "link.cfg"] {
        let site = Site::new(&format!("[buildout]\nextends = {extends}\nparts =\n"));
        site.link("../outside/secret", "link.cfg");
        let run = site.run(&["annotate"]);
        assert!(matches!(run.exit, Some(1 | 3)), "{extends}: {run:?}");
        assert!(!run.stderr.contains("root:") && !run.stdout.contains("root:"), "{extends}: {run:?}");
    }
}

#[test]
fn a_configuration_file_that_is_a_link_to_elsewhere_is_not_read_aloud() {
    let site = Site::new("");
    std::fs::remove_file(site.path("buildout.cfg")).expect("it is there");
    site.link("../home/.netrc", "buildout.cfg");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Initializing.
Error: [DIR]/buildout.cfg is a link that leads out of the project
help: name the file itself with `-c`, or allow its directory with `--allow-read=DIR`

"#]],
    );
}

#[test]
fn names_that_no_part_can_have_are_refused() {
    for name in ["..", "a/../b", ".git", "a/.git", "/etc", "a/./b"] {
        let site = Site::new(&format!("[buildout]\nparts = {name}\n[{name}]\nrecipe = mkdir\n"));
        let run = site.run(&[]);
        assert_eq!(run.exit, Some(1), "{name}: {run:?}");
        assert!(!site.has("parts"), "{name}");
    }
    assert_eq!(Site::new("[buildout]\nparts = -rf\n[-rf]\nrecipe = mkdir\n").run(&[]).exit, Some(0));
    let long = "x".repeat(300);
    assert_eq!(
        Site::new(&format!("[buildout]\nparts = {long}\n[{long}]\nrecipe = mkdir\n")).run(&[]).exit,
        Some(1)
    );
}

#[test]
fn a_condition_is_never_python() {
    let site =
        Site::new("[buildout]\nparts = x\n[x:__import__(\"os\").system(\"touch owned\")]\nrecipe = mkdir\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section x.
  Initializing section x.
Error: unsupported condition: unknown name `__import__`
 --> buildout.cfg:3:4
  |
3 | [x:__import__("os").system("touch owned")]
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ decides whether this `[x]` counts
note: conditions are not Python here
help: a condition is an environment marker such as `python_version >= "3.8"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`

"#]],
    );
    assert!(!site.has("owned"));
}

#[test]
fn a_buildout_that_is_reached_through_a_link_is_the_same() {
    let site = Site::actor("install = mkdir parts/a\n    return parts/a");
    assert_eq!(site.run(&[]).exit, Some(0));
    site.link("site", "../alias");
    let again = site.run(&["-c", &site.path("../alias/buildout.cfg").display().to_string()]);
    assert_shows(
        again,
        str![[r#"
exit 0
-- standard error
Updating a.

"#]],
    );
}

/// Configurations of a stranger that lead into the user's home through an option nobody looks at.
#[test]
fn no_option_of_the_project_leads_a_stock_recipe_into_the_users_home() {
    let part = "\n[a]\nrecipe = template\ninline = EVIL\n";
    for (options, output) in [
        ("eggs-directory-version = ../../home/.ssh", "${buildout:eggs-directory}/authorized_keys"),
        ("eggs-directory-version = [ROOT]/home", "${buildout:eggs-directory}/x"),
        ("directory = ../home", "autostart/x"),
        ("directory = [ROOT]/home", "x"),
        ("directory = ${x:y}", "x"),
        ("directory = ..", "x"),
    ] {
        let site = Site::new("");
        let root = site.path("..").canonicalize().expect("it is there");
        let options = options.replace("[ROOT]", root.to_str().expect("it is text"));
        site.write(
            "buildout.cfg",
            format!("[buildout]\nparts = a\n{options}\n[x]\ny = ../home{part}output = {output}\n"),
        );
        let run = site.run(&[]);
        assert_eq!(run.exit, Some(3), "{options}: {}", run.stderr);
        let told = ["leads outside the buildout directory", "is no name of a directory"];
        assert!(told.iter().any(|told| run.stderr.contains(told)), "{options}: {}", run.stderr);
        assert!(!site.has(".installed.cfg") && !site.has("../.buildout"), "{options}");
    }
}

#[test]
fn what_the_project_puts_into_the_users_own_directory_option_is_the_projects_word() {
    let site = Site::new(
        "[buildout]\nparts = a\n[me]\nbase = ../outside\n[a]\nrecipe = template\ninline = EVIL\noutput = ${buildout:eggs-directory}/x\n",
    );
    site.set("BUILDOUT_HOME", site.path("../user").to_str().expect("it is text"));
    site.write(
        "../user/default.cfg",
        "[buildout]\neggs-directory = ${me:base}/eggs\n[me]\nbase = /nowhere\n",
    );
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(3), "{}", run.stderr);
}

#[test]
fn a_standard_directory_cannot_have_a_protected_name() {
    for options in
        ["parts-directory = .vscode", "bin-directory = .github/workflows", "eggs-directory = .git/hooks"]
    {
        let site = Site::new(&format!("[buildout]\nparts =\n{options}\n"));
        let run = site.run(&[]);
        assert_eq!(run.exit, Some(3), "{options}: {}", run.stderr);
        assert!(!site.has(".vscode") && !site.has(".github") && !site.has(".git"), "{options}");
    }
}

#[test]
fn the_database_replaces_neither_the_configuration_nor_a_file_of_the_users() {
    let site = Site::new("[buildout]\nparts = a\ninstalled = buildout.cfg\n[a]\nrecipe = mkdir\n");
    let before = site.read("buildout.cfg");
    assert_eq!(site.run(&[]).exit, Some(3));
    assert_eq!(site.read("buildout.cfg"), before);
    let site = Site::new("[buildout]\nparts = a\ninstalled = my.cfg\n[a]\nrecipe = mkdir\n");
    site.write("my.cfg", "[personal]\ntoken = precious\n");
    assert_eq!(site.run(&[]).exit, Some(7));
    assert_eq!(site.read("my.cfg"), "[personal]\ntoken = precious\n");
}

#[test]
fn adopting_a_strangers_records_gives_away_nothing_but_what_parts_may_write() {
    let site = Site::new("[buildout]\nparts =\n");
    site.write(
        ".installed.cfg",
        "[buildout]\ninstalled_develop_eggs = \nparts = z\n\n[z]\n__buildout_installed__ = src\n\tMakefile\n\tparts\n__buildout_signature__ = x\nrecipe = mkdir\n",
    );
    site.write("src/a", "mine");
    site.write("Makefile", "mine");
    site.write("parts/mine/f", "mine");
    let run = site.run(&["--adopt"]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    for path in ["src/a", "Makefile", "parts/mine/f"] {
        assert_eq!(site.read(path), "mine", "{path}: {}", run.stderr);
    }
}

#[test]
fn the_project_cannot_name_a_protected_directory_as_its_buildout_directory() {
    for name in [".vscode", ".git", ".ssh"] {
        let site = Site::new(&format!(
            "[buildout]\nparts = a\ndirectory = {name}\n[a]\nrecipe = template\ninline = x\noutput = ${{buildout:directory}}/tasks.json\n"
        ));
        site.write(&format!("{name}/config"), "theirs");
        let run = site.run(&[]);
        assert_eq!(run.exit, Some(3), "{}", run.stderr);
        assert!(run.stderr.contains("protected"), "{}", run.stderr);
        assert!(!site.has(&format!("{name}/tasks.json")));
    }
}

#[test]
fn a_file_with_the_name_of_a_secret_is_no_configuration_file_unless_the_user_names_it() {
    for name in [".env", "keys/server.key", ".hg/hgrc"] {
        let site = Site::new(&format!("[buildout]\nextends = {name}\nparts =\n"));
        site.write(name, "TOKEN=hunter2\n");
        let run = site.run(&[]);
        assert!(run.exit == Some(1) && !run.stderr.contains("hunter2"), "{run:?}");
    }
    let site = Site::new("[buildout]\nextends = .env\nparts =\n");
    site.write(".env", "[buildout]\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Initializing.
Error: Couldn't open [DIR]/.env
 --> buildout.cfg:2:11
  |
2 | extends = .env
  |           ^^^^ extended here
note: it has the name of a secret, which no configuration reads

"#]],
    );
    site.write(".env", "[buildout]\nparts =\n");
    assert_eq!(site.run(&["-c", ".env"]).exit, Some(0));
}

#[test]
fn what_the_user_refuses_to_be_read_is_no_configuration_file_either() {
    let site = Site::new("[buildout]\nextends = profiles/base.cfg\nparts =\n");
    site.write("profiles/base.cfg", "[base]\n");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&["--deny-read=profiles"]),
        str![[r#"
exit 1
-- standard error
While:
  Initializing.
Error: Couldn't open [DIR]/profiles/base.cfg
 --> buildout.cfg:2:11
  |
2 | extends = profiles/base.cfg
  |           ^^^^^^^^^^^^^^^^^ extended here
note: it lies in [DIR]/profiles, which `--deny-read` refuses

"#]],
    );
}
