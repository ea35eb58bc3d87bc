//! What moves when something has changed, why, and what stays.
//!
//! - In: the example, installed.
//! - Out: the next run.
//! - Not here: a run with nothing to do (`main`).

use std::fs;

use snapbox::{assert_data_eq, str};

use super::{RENDERED, UNITS, edit, identity, installed, names, told};

#[test]
fn a_changed_option_makes_its_part_anew_and_what_refers_to_that() {
    let site = installed();
    let nginx = identity(&site, "etc/nginx.conf");
    edit(&site, "buildout.cfg", "workers = 1", "workers = 2");
    assert_data_eq!(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
reinstall settings.toml
  option `workers` changed: '1' → '2' (buildout.cfg:38:11)
  removes etc/settings.toml
update nginx.conf
reinstall shelf-web
  it needs `settings.toml`, which is made anew
  removes etc/shelf-web.service
reinstall shelf-worker
  it needs `settings.toml`, which is made anew
  removes etc/shelf-worker.service
1 part stays as it is

"#]]
    );
    assert_data_eq!(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling shelf-worker.
  because it needs `settings.toml`, which is made anew
Uninstalling shelf-web.
  because it needs `settings.toml`, which is made anew
Uninstalling settings.toml.
  because option `workers` changed: '1' → '2' (buildout.cfg:38:11)
Installing settings.toml.
settings.toml: Writing [DIR]/etc/settings.toml
Updating nginx.conf.
Installing shelf-web.
shelf-web: Writing [DIR]/etc/shelf-web.service
Installing shelf-worker.
shelf-worker: Writing [DIR]/etc/shelf-worker.service

"#]]
    );
    assert!(site.read("etc/settings.toml").contains("workers = 2"));
    assert_eq!(identity(&site, "etc/nginx.conf"), nginx);
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
}

#[test]
fn a_value_that_only_templates_read_brings_their_files_up_to_date() {
    let site = installed();
    let units = UNITS.map(|file| identity(&site, file));
    assert_data_eq!(
        site.run(&["shelf:port=8081"]),
        str![[r#"
exit 0
-- standard error
Updating settings.toml.
settings.toml: Writing [DIR]/etc/settings.toml
Updating nginx.conf.
nginx.conf: Writing [DIR]/etc/nginx.conf

"#]]
    );
    for file in RENDERED {
        assert!(site.read(file).contains("8081") && !site.read(file).contains("8080"), "{file}");
    }
    assert_eq!(UNITS.map(|file| identity(&site, file)), units);
}

#[test]
fn production_is_what_its_file_says_and_development_comes_back() {
    let site = installed();
    let development = site.tree("etc");
    assert_data_eq!(
        site.run(&["-c", "production.cfg"]),
        str![[r#"
exit 0
-- standard error
Notice: this directory was last installed from `[DIR]/buildout.cfg`, this run uses `[DIR]/production.cfg`
note: parts that `parts` does not name here are uninstalled
Uninstalling shelf-worker.
  because option `environment` changed: 'SHELF_COLOUR=never⏎SHELF_RELOAD=1' → 'SHELF_COLOUR=never' (production.cfg:20:1)
  because option `restart` is new: 'always' (production.cfg:19:11)
  because option `user` is new: 'shelf' (production.cfg:18:8)
Uninstalling shelf-web.
  because option `environment` changed: 'SHELF_COLOUR=never⏎SHELF_RELOAD=1' → 'SHELF_COLOUR=never' (production.cfg:20:1)
  because option `restart` is new: 'always' (production.cfg:19:11)
  because option `user` is new: 'shelf' (production.cfg:18:8)
Uninstalling nginx.conf.
  because option `port` changed: '8000' → '80' (production.cfg:13:8)
  because option `server-name` changed: 'localhost' → 'shelf.example.org' (production.cfg:14:15)
Uninstalling settings.toml.
  because option `debug` changed: 'true' → 'false' (production.cfg:9:9)
  because option `log-level` changed: 'debug' → 'warning' (production.cfg:10:13)
  because option `workers` changed: '1' → '4' (production.cfg:8:11)
Installing settings.toml.
settings.toml: Writing [DIR]/etc/settings.toml
Installing nginx.conf.
nginx.conf: Writing [DIR]/etc/nginx.conf
Installing shelf-web.
shelf-web: Writing [DIR]/etc/shelf-web.service
Installing shelf-worker.
shelf-worker: Writing [DIR]/etc/shelf-worker.service
Installing shelf-backup.
shelf-backup: Writing [DIR]/etc/shelf-backup.service

"#]]
    );
    assert_data_eq!(
        names(&site, "etc"),
        str![[r#"
nginx.conf
settings.toml
shelf-backup.service
shelf-web.service
shelf-worker.service

"#]]
    );
    assert_data_eq!(
        told(&site, "etc/settings.toml"),
        str![[r##"
# Made by buildout from templates/settings.toml.in: change that, or buildout.cfg.

[server]
listen = "127.0.0.1:8080"
workers = 4
debug = false

[files]
data = "[DIR]/var/data"

[log]
file = "[DIR]/var/log/shelf.log"
level = "warning"

"##]]
    );
    assert_data_eq!(
        told(&site, "etc/shelf-web.service"),
        str![[r#"
[Unit]
Description=shelf-web in [DIR]

[Service]
ExecStart=/usr/bin/shelf --settings [DIR]/etc/settings.toml serve
User=shelf
WorkingDirectory=[DIR]/var/data
Restart=always
Environment="SHELF_COLOUR=never"

[Install]
WantedBy=multi-user.target

"#]]
    );
    assert_data_eq!(
        told(&site, "etc/shelf-backup.service"),
        str![[r#"
[Unit]
Description=shelf-backup in [DIR]

[Service]
ExecStart=/usr/bin/shelf --settings [DIR]/etc/settings.toml backup
User=shelf
WorkingDirectory=[DIR]/var/data
Restart=no
Environment="SHELF_COLOUR=never"

[Install]
WantedBy=multi-user.target

"#]]
    );
    assert_data_eq!(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Notice: this directory was last installed from `[DIR]/production.cfg`, this run uses `[DIR]/buildout.cfg`
note: parts that `parts` does not name here are uninstalled
Uninstalling shelf-backup.
  because nothing names it any more
Uninstalling shelf-worker.
  because option `environment` changed: 'SHELF_COLOUR=never' → 'SHELF_COLOUR=never⏎SHELF_RELOAD=1' (buildout.cfg:56:5)
  because option `restart` is gone: it was 'always'
  because option `user` is gone: it was 'shelf'
Uninstalling shelf-web.
  because option `environment` changed: 'SHELF_COLOUR=never' → 'SHELF_COLOUR=never⏎SHELF_RELOAD=1' (buildout.cfg:56:5)
  because option `restart` is gone: it was 'always'
  because option `user` is gone: it was 'shelf'
Uninstalling nginx.conf.
  because option `port` changed: '80' → '8000' (buildout.cfg:44:8)
  because option `server-name` changed: 'shelf.example.org' → 'localhost' (buildout.cfg:45:15)
Uninstalling settings.toml.
  because option `debug` changed: 'false' → 'true' (buildout.cfg:39:9)
  because option `log-level` changed: 'warning' → 'debug' (buildout.cfg:40:13)
  because option `workers` changed: '4' → '1' (buildout.cfg:38:11)
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
    assert_eq!(site.tree("etc"), development);
}

#[test]
fn data_stays_when_the_directories_are_made_anew() {
    let site = installed();
    site.write("var/data/shelf.db", "books");
    assert_data_eq!(
        site.run(&["paths:mode=755"]),
        str![[r#"
exit 0
-- standard error
Uninstalling shelf-worker.
  because it needs `paths`, which is made anew
  because it needs `settings.toml`, which is made anew
Uninstalling shelf-web.
  because it needs `paths`, which is made anew
  because it needs `settings.toml`, which is made anew
Uninstalling nginx.conf.
  because it needs `paths`, which is made anew
Uninstalling settings.toml.
  because it needs `paths`, which is made anew
Uninstalling paths.
  because option `mode` changed: '750' → '755' (command line:1:12)
Keeping 'var/data/shelf.db': this part did not make it.
Keeping 'var/data': it holds what this part did not make.
Keeping 'var': it holds what this part did not make.
Installing paths.
paths: Creating directory etc
paths: Creating directory log
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
    assert_eq!(site.read("var/data/shelf.db"), "books");
    // And when nothing needs them any more.
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_data_eq!(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling shelf-worker.
  because nothing names it any more
Uninstalling shelf-web.
  because nothing names it any more
Uninstalling nginx.conf.
  because nothing names it any more
Uninstalling settings.toml.
  because nothing names it any more
Uninstalling paths.
  because nothing names it any more
Keeping 'var/data/shelf.db': this part did not make it.
Keeping 'var/data': it holds what this part did not make.
Keeping 'var': it holds what this part did not make.

"#]]
    );
    assert_data_eq!(
        names(&site, "var"),
        str![[r#"
data/
data/shelf.db

"#]]
    );
    assert!(!site.has("etc"));
}

#[test]
fn a_template_that_changes_and_a_file_that_is_gone_are_reasons() {
    let site = installed();
    edit(&site, "templates/nginx.conf.in", "location /", "location /shelf/");
    fs::remove_file(site.path("etc/shelf-worker.service")).expect("it is there");
    let was = told(&site, "etc/settings.toml");
    site.write("etc/settings.toml", "somebody's mistake");
    assert_data_eq!(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling shelf-worker.
  because [DIR]/etc/shelf-worker.service is missing
Uninstalling nginx.conf.
  because [DIR]/templates/nginx.conf.in changed
Updating settings.toml.
settings.toml: Writing [DIR]/etc/settings.toml
settings.toml: [DIR]/etc/settings.toml had been changed by somebody; it is as the part makes it now.
Installing nginx.conf.
nginx.conf: Writing [DIR]/etc/nginx.conf
Installing shelf-worker.
shelf-worker: Writing [DIR]/etc/shelf-worker.service

"#]]
    );
    assert!(site.read("etc/nginx.conf").contains("location /shelf/"));
    assert!(site.has("etc/shelf-worker.service"));
    assert_eq!(told(&site, "etc/settings.toml"), was);
}

#[test]
fn another_recipe_makes_its_parts_anew() {
    let site = installed();
    let mut component = fs::read(site.path("unit.wasm")).expect("it was copied");
    // A custom section `x` without content: another component that does the same.
    component.extend([0, 2, 1, b'x']);
    site.write("unit.wasm", component);
    assert_data_eq!(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
update settings.toml
update nginx.conf
reinstall shelf-web
  its recipe changed: 'sha256:[DIGEST]…' → 'sha256:[DIGEST]…'
  removes etc/shelf-web.service
reinstall shelf-worker
  its recipe changed: 'sha256:[DIGEST]…' → 'sha256:[DIGEST]…'
  removes etc/shelf-worker.service
1 part stays as it is

"#]]
    );
    assert_eq!(site.run(&[]).exit, Some(0));
}
