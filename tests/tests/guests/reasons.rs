//! Why a part is made anew: each reason, the same in `plan` and in the run.

use buildout_tests::component::Core;
use buildout_tests::{Site, assert_shows, guest};
use snapbox::str;

/// Runs once with one configuration, then shows what another one leads to, and that the run after that finds nothing.
#[track_caller]
fn steps_to(site: &Site, configuration: &str) -> String {
    site.write("buildout.cfg", configuration);
    let (steps, run) = site.run_as_planned(&[]);
    assert_eq!(run.exit, Some(0), "{}{}", run.stdout, run.stderr);
    let (again, _) = site.run_as_planned(&[]);
    assert!(again.lines().all(|line| line.starts_with("keep ")), "it does not come to rest:\n{again}");
    steps
}

fn installed(configuration: &str) -> Site {
    let site = Site::new(configuration);
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    site
}

#[test]
fn options_count_as_init_leaves_them() {
    let before =
        "[buildout]\nparts = a\n[a]\nrecipe = actor:still\ninit = set made by-init\ngone = 1\nsame = 1\n";
    let site = installed(before);
    assert_shows(
        steps_to(
            &site,
            "[buildout]\nparts = a\n# talk\n[a]\nrecipe = actor:still\ninit = set made otherwise\n\nnew = 2\nsame = 1\n",
        ),
        str![[r#"
reinstall a
  option-changed: option `gone` is gone: it was '1'
  option-changed: option `init` changed: 'set made by-init' → 'set made otherwise'
  option-changed: option `made` changed: 'by-init' → 'otherwise'
  option-changed: option `new` is new: '2'

"#]],
    );
}

#[test]
fn an_order_a_comment_and_another_section_are_no_reasons() {
    let site = installed(
        "[buildout]\nparts = a b\n[a]\nrecipe = actor:still\nx = 1\ny = ${c:v}\n[b]\nrecipe = actor:still\n[c]\nv = 1\n",
    );
    assert_shows(
        steps_to(
            &site,
            "[buildout]\nparts = b a\n[c]\nw = 2\nv = 1\n[b]\nrecipe = actor:still\n[a]\n# talk\ny = 1\nx = 1\nrecipe = actor:still\n",
        ),
        str![[r#"
keep b
keep a

"#]],
    );
}

#[test]
fn another_component_of_the_same_name_is_another_recipe() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = ./r.wasm\n");
    site.write("r.wasm", guest("actor"));
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("r.wasm", Core::default().component());
    let (steps, run) = site.run_as_planned(&[]);
    assert_eq!(run.exit, Some(0), "{}", run.stdout);
    assert_shows(
        steps,
        str![[r#"
reinstall a
  recipe-changed: its recipe changed: 'sha256:[DIGEST]…' → 'sha256:[DIGEST]…'

"#]],
    );
}

#[test]
fn what_an_input_file_holds_counts_and_not_when_it_was_written() {
    let configuration =
        "[buildout]\nparts = a\n[a]\nrecipe = template\ninput = in.txt\noutput = parts/out.txt\n";
    let site = Site::new(configuration);
    site.write("in.txt", "one");
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("in.txt", "one");
    let (steps, _) = site.run_as_planned(&[]);
    assert_shows(
        steps,
        str![[r#"
update a

"#]],
    );
    site.write("in.txt", "two");
    let (steps, _) = site.run_as_planned(&[]);
    assert_shows(
        steps,
        str![[r#"
reinstall a
  input-changed: [DIR]/in.txt changed

"#]],
    );
    assert_eq!(site.read("parts/out.txt"), "two");
    site.write("in2.txt", "two");
    site.write("buildout.cfg", configuration.replace("in.txt", "in2.txt"));
    let (steps, _) = site.run_as_planned(&[]);
    assert_shows(
        steps,
        str![[r#"
reinstall a
  option-changed: option `input` changed: '[DIR]/in.txt' → '[DIR]/in2.txt'

"#]],
    );
}

#[test]
fn what_refers_to_a_part_that_is_made_anew_is_made_anew_too() {
    let configuration = |value: &str| {
        format!(
            "[buildout]\nparts = by-option by-arrow by-section no-part far none\n\
             [base]\nrecipe = actor:still\nvalue = {value}\nfixed = f\n\
             [by-option]\nrecipe = actor:still\nx = ${{base:fixed}}\n\
             [by-arrow]\nrecipe = actor:still\n<part-dependencies> = base\n\
             [plain]\nx = ${{base:fixed}}\n\
             [by-section]\nrecipe = actor:still\nx = ${{plain:x}}\n\
             [no-part]\nrecipe = actor:still\ninit = get-of base fixed\n\
             [far]\nrecipe = actor:still\nx = ${{by-arrow:recipe}}\n\
             [none]\nrecipe = actor:still\nx = ${{buildout:directory}}\n"
        )
    };
    let site = installed(&configuration("1"));
    assert_shows(
        steps_to(&site, &configuration("2")),
        str![[r#"
reinstall base
  option-changed: option `value` changed: '1' → '2'
reinstall by-option
  dependency-changed: it needs `base`, which is made anew
reinstall by-arrow
  dependency-changed: it needs `base`, which is made anew
reinstall by-section
  dependency-changed: it needs `base`, which is made anew
reinstall no-part
  dependency-changed: it needs `base`, which is made anew
reinstall far
  dependency-changed: it needs `by-arrow`, which is made anew
keep none

"#]],
    );
    let without = configuration("3").replace("[base]", "rebuild-dependants = false\n[base]");
    assert_shows(
        steps_to(&site, &without),
        str![[r#"
reinstall base
  option-changed: option `value` changed: '2' → '3'
keep by-option
keep by-arrow
keep by-section
keep no-part
keep far
keep none

"#]],
    );
}

#[test]
fn a_path_that_is_gone_counts_and_a_link_that_leads_nowhere_is_there() {
    let site = installed(
        "[buildout]\nparts = file directory link\n\
         [file]\nrecipe = actor:still\ninstall = write parts/f x\n    return parts/f\n\
         [directory]\nrecipe = actor:still\ninstall = mkdir parts/d\n    write parts/d/f x\n    return parts/d\n\
         [link]\nrecipe = actor:still\ninstall = write parts/target x\n    write parts/l x\n    return parts/l\n",
    );
    std::fs::remove_file(site.path("parts/f")).expect("it was made");
    std::fs::remove_dir_all(site.path("parts/d")).expect("it was made");
    std::fs::remove_file(site.path("parts/l")).expect("it was made");
    site.link("nowhere", "parts/l");
    let (steps, run) = site.run_as_planned(&[]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        steps,
        str![[r#"
reinstall file
  file-missing: [DIR]/parts/f is missing
reinstall directory
  file-missing: [DIR]/parts/d is missing
keep link

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
d/
d/f 644 "x"
f 644 "x"
l -> nowhere
target 644 "x"

"#]],
    );
    // What lies in a directory of the part is not looked at.
    std::fs::remove_file(site.path("parts/d/f")).expect("it was made again");
    let (steps, _) = site.run_as_planned(&[]);
    assert_shows(
        steps,
        str![[r#"
keep file
keep directory
keep link

"#]],
    );
}

#[test]
fn several_reasons_are_all_told() {
    let site =
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = template\ninput = in.txt\noutput = parts/out.txt\n");
    site.write("in.txt", "one");
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("in.txt", "two");
    std::fs::remove_file(site.path("parts/out.txt")).expect("it was made");
    let (steps, _) = site.run_as_planned(&["a:mode=600"]);
    assert_shows(
        steps,
        str![[r#"
reinstall a
  option-changed: option `mode` is new: '600'
  input-changed: [DIR]/in.txt changed
  file-missing: [DIR]/parts/out.txt is missing

"#]],
    );
}

#[test]
fn a_renamed_part_hands_its_paths_over() {
    let configuration = "[buildout]\nparts = old\n[old]\nrecipe = actor:still\ninstall = mkdir parts/d\n    write parts/d/f x\n    return parts/d\n";
    let site = installed(configuration);
    let steps = steps_to(&site, &configuration.replace("old", "new"));
    assert_shows(
        steps,
        str![[r#"
uninstall old
  no-longer-named: nothing names it any more
install new
  new: it is not installed

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
d/
d/f 644 "x"

"#]],
    );
}

#[test]
fn a_part_that_goes_takes_what_it_made_before_any_comes() {
    let site = installed(
        "[buildout]\nparts = a b\n[a]\nrecipe = actor:still\ninstall = write parts/x from-a\n    return parts/x\n\
         [b]\nrecipe = actor:still\ninstall = write parts/y from-b\n    return parts/y\n",
    );
    // They change places.
    let steps = steps_to(
        &site,
        "[buildout]\nparts = a b\n[a]\nrecipe = actor:still\ninstall = write parts/y from-a\n    return parts/y\n\
         [b]\nrecipe = actor:still\ninstall = write parts/x from-b\n    return parts/x\n",
    );
    assert_shows(
        steps,
        str![[r#"
reinstall a
  option-changed: option `install` changed: 'write parts/x from-a⏎return parts/x' → 'write parts/y from-a⏎return parts/y'
reinstall b
  option-changed: option `install` changed: 'write parts/y from-b⏎return parts/y' → 'write parts/x from-b⏎return parts/x'

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
x 644 "from-b"
y 644 "from-a"

"#]],
    );
}
