//! What somebody changed in a part's file outlives a kill at every step of the run that takes that file away.

use buildout_tests::Site;

/// Kills a run at each of its steps, runs it again, and looks where the edit is then.
fn kill_everywhere(arguments: &[&str]) {
    for step in 1.. {
        let site = Site::actor("install = mkdir parts/d\n    write parts/d/f made\n    return parts/d");
        assert_eq!(site.run(&[]).exit, Some(0));
        site.write("parts/d/f", "edited");
        let run = site.run_with(&[("BUILDOUT_FAULT", &format!("kill:{step}"))], arguments);
        let again = site.run(arguments);
        assert_eq!(again.exit, Some(0), "killed at {step}: {}", again.stderr);
        let kept = site.tree(".buildout/kept");
        assert_eq!(kept.matches("f 644 \"edited\"").count(), 1, "killed at {step}: {kept}\n{}", again.stderr);
        if run.exit == Some(0) {
            assert!(step > 20, "a run takes more steps than {step}");
            return;
        }
    }
}

#[test]
fn an_edit_is_kept_wherever_an_uninstall_is_killed() {
    kill_everywhere(&["uninstall"]);
}

#[test]
fn an_edit_is_kept_wherever_a_reinstall_is_killed() {
    kill_everywhere(&["a:more=1"]);
}
