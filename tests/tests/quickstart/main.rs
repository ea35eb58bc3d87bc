//! `examples/quickstart`, run as a user runs it: what is made, and what is said.
//!
//! - In: the example, with its recipe built by `cargo xtask test`, copied for each test.
//! - Out: runs of the real command, and what lies on the disk.
//! - Not here: what moves after a change (`changes`), what the READMEs show (`readmes`), recipes that lie (`guests`).

mod changes;
mod readmes;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use buildout_tests::Site;
use snapbox::{assert_data_eq, str};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").to_owned()
}

/// A copy of the example, without what a run in its folder has left.
fn example() -> Site {
    let folder = repository().join("examples/quickstart");
    let read = |name: &str| {
        fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}: run `cargo xtask test`"))
    };
    let configuration = String::from_utf8(read("buildout.cfg")).expect("it is text");
    let site = Site::new(&configuration);
    for name in ["production.cfg", "templates/settings.toml.in", "templates/nginx.conf.in", "unit.wasm"] {
        site.write(name, read(name));
    }
    site
}

/// A copy of the example that has been run.
fn installed() -> Site {
    let site = example();
    assert_eq!(site.run(&[]).exit, Some(0));
    site
}

/// The text of a file, wherever the site lies.
fn told(site: &Site, file: &str) -> String {
    let directory = site.path("x");
    let directory =
        directory.parent().expect("it lies in the site").to_str().expect("a test's directory is text");
    site.read(file).replace(directory, "[DIR]")
}

/// Replaces a line of a configuration file.
fn edit(site: &Site, file: &str, line: &str, by: &str) {
    let text = site.read(file);
    assert!(text.contains(line), "{file} has no line {line}");
    site.write(file, text.replace(line, by));
}

/// Which file it is and when it was written: the same only if nobody has touched it.
fn identity(site: &Site, file: &str) -> (u64, i64, i64) {
    let meta = site.path(file).metadata().unwrap_or_else(|error| panic!("{file}: {error}"));
    (meta.ino(), meta.mtime(), meta.mtime_nsec())
}

/// The permission bits of files, in octal.
fn modes(site: &Site, files: &[&str]) -> Vec<String> {
    let mode = |file: &&str| site.path(file).metadata().expect("it is there").mode() & 0o777;
    files.iter().map(|file| format!("{file} {:o}", mode(file))).collect()
}

/// The names of what lies there, directories with a slash.
fn names(site: &Site, path: &str) -> String {
    let tree = site.tree(path);
    tree.lines().map(|line| format!("{}\n", line.split(' ').next().unwrap_or_default())).collect()
}

const UNITS: [&str; 2] = ["etc/shelf-web.service", "etc/shelf-worker.service"];
const RENDERED: [&str; 2] = ["etc/settings.toml", "etc/nginx.conf"];

#[test]
fn the_first_run_makes_what_is_written() {
    let site = example();
    assert_data_eq!(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing paths.
paths: Creating directory var
paths: Creating directory etc
paths: Creating directory log
paths: Creating directory data
Installing settings.toml.
settings.toml: Writing [DIR]/etc/settings.toml
Installing nginx.conf.
nginx.conf: Writing [DIR]/etc/nginx.conf
Installing shelf-web.
shelf-web: Writing [DIR]/etc/shelf-web.service
Installing shelf-worker.
shelf-worker: Writing [DIR]/etc/shelf-worker.service

"#]]
    );
    assert_data_eq!(
        names(&site, ""),
        str![[r#"
.buildout/
.buildout/.gitignore
.buildout/lock
.installed.cfg
bin/
buildout.cfg
develop-eggs/
eggs/
eggs/v5/
etc/
etc/nginx.conf
etc/settings.toml
etc/shelf-web.service
etc/shelf-worker.service
parts/
production.cfg
templates/
templates/nginx.conf.in
templates/settings.toml.in
unit.wasm
var/
var/data/
var/log/

"#]]
    );
    assert_eq!(
        modes(&site, &["etc", "var/data", "etc/settings.toml", "etc/nginx.conf"]),
        ["etc 750", "var/data 750", "etc/settings.toml 640", "etc/nginx.conf 640"]
    );
    assert_data_eq!(
        told(&site, "etc/settings.toml"),
        str![[r##"
# Made by buildout from templates/settings.toml.in: change that, or buildout.cfg.

[server]
listen = "127.0.0.1:8080"
workers = 1
debug = true

[files]
data = "[DIR]/var/data"

[log]
file = "[DIR]/var/log/shelf.log"
level = "debug"

"##]]
    );
    assert_data_eq!(
        told(&site, "etc/nginx.conf"),
        str![[r#"
# Made by buildout from templates/nginx.conf.in: change that, or buildout.cfg.
# The system's nginx.conf includes it.

server {
    listen 8000;
    server_name localhost;
    access_log [DIR]/var/log/access.log;
    error_log [DIR]/var/log/error.log;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
    }
}

"#]]
    );
    assert_data_eq!(
        told(&site, "etc/shelf-web.service"),
        str![[r#"
[Unit]
Description=shelf-web in [DIR]

[Service]
ExecStart=/usr/bin/shelf --settings [DIR]/etc/settings.toml serve
WorkingDirectory=[DIR]/var/data
Restart=on-failure
Environment="SHELF_COLOUR=never"
Environment="SHELF_RELOAD=1"

[Install]
WantedBy=multi-user.target

"#]]
    );
    assert_data_eq!(
        told(&site, "etc/shelf-worker.service"),
        str![[r#"
[Unit]
Description=shelf-worker in [DIR]
After=shelf-web.service

[Service]
ExecStart=/usr/bin/shelf --settings [DIR]/etc/settings.toml work
WorkingDirectory=[DIR]/var/data
Restart=on-failure
Environment="SHELF_COLOUR=never"
Environment="SHELF_RELOAD=1"

[Install]
WantedBy=multi-user.target

"#]]
    );
}

#[test]
fn a_second_run_touches_nothing() {
    let site = installed();
    let all = || [UNITS, RENDERED].concat().into_iter().map(|file| identity(&site, file)).collect::<Vec<_>>();
    let (before, recorded) = (all(), site.read(".installed.cfg"));
    assert_data_eq!(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
update settings.toml
update nginx.conf
3 parts stay as they are

"#]]
    );
    assert_data_eq!(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Updating settings.toml.
Updating nginx.conf.

"#]]
    );
    assert_eq!(all(), before);
    assert_eq!(site.read(".installed.cfg"), recorded);
}

#[test]
fn a_mistake_ends_the_run_before_anything_is_changed() {
    let site = installed();
    let before = site.tree("");
    edit(&site, "buildout.cfg", "workers = 1", "workers = 2");
    edit(&site, "buildout.cfg", "program = /usr/bin/shelf", "program = bin/shelf");
    assert_data_eq!(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section shelf-web.
  Initializing section shelf-web.
Error: systemd cannot start `bin/shelf`: it is not an absolute path
  --> buildout.cfg:52:8
   |
52 | exec = ${shelf:program} --settings ${settings.toml:output} ${:command}
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `exec` is this
help: write `${buildout:directory}/bin/shelf`

"#]]
    );
    edit(&site, "buildout.cfg", "program = bin/shelf", "program = /usr/bin/shelf");
    edit(&site, "buildout.cfg", "workers = 2", "workers = 1");
    assert_eq!(site.tree(""), before);
    assert_data_eq!(
        site.run(&["shelf-worker:environment=SHELF_RELOAD"]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section shelf-worker.
  Initializing section shelf-worker.
Error: `SHELF_RELOAD` is not NAME=VALUE
 --> command line:1:26
  |
1 | shelf-worker:environment=SHELF_RELOAD
  |                          ^^^^^^^^^^^^ `environment` is this

"#]]
    );
    assert_data_eq!(
        site.run(&["shelf:port-number=1", "settings.toml:log-level=${shelf:prot}"]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section settings.toml.
  Initializing section settings.toml.
  Getting option settings.toml:log-level.
Error: Referenced option does not exist: shelf prot
  --> command line:2:25
   |
 2 | settings.toml:log-level=${shelf:prot}
   |                         ^^^^^^^^^^^^^ no option `prot` in `[shelf]`
   |
  ::: buildout.cfg:12:2
   |
12 | [shelf]
   |  ----- this section
help: did you mean `${shelf:port}`?

"#]]
    );
    assert_eq!(site.tree(""), before);
}

#[test]
fn the_recipe_says_what_it_is_without_being_run() {
    assert_data_eq!(
        example().run(&["recipe", "describe", "./unit.wasm"]),
        str![[r#"
exit 0
-- standard output
./unit.wasm 0.1.0, MIT
Writes a unit file for systemd
sha256: [DIGEST]

recipe = ./unit.wasm

  output  (output, required)
      The unit file to write

  exec  (text, required)
      The command line of the process; its program is an absolute path or a plain name

  description  (text, default ${:_buildout_section_name_})
      What the process is, in a few words

  directory  (path)
      The directory that it starts in

  environment  (text)
      Its variables, one NAME=VALUE a line

  after  (text, several)
      The units that start before it

  user  (text)
      Who it runs as

  restart  (text, default on-failure)
      When systemd starts it again

access: nothing beyond the defaults

"#]]
    );
}
