use super::*;

fn run(args: &[&str], extra: &[(&str, &str)]) -> Vec<String> {
    let args = args.iter().map(OsString::from);
    rewrite(args, |command| {
        extra.iter().filter(|(c, _)| *c == command || c.is_empty()).flat_map(|(_, text)| words(text)).collect()
    })
    .into_iter()
    .map(|a| a.to_string_lossy().into_owned())
    .collect()
}

#[test]
fn long_flags_get_two_dashes() {
    for (args, expected) in [
        (&["drform", "-chdir=x", "plan", "-var", "a=b"][..], &["drform", "--chdir=x", "plan", "--var", "a=b"][..]),
        (&["drform", "plan", "--var", "a=-b", "-h"], &["drform", "plan", "--var", "a=-b", "-h"]),
        (&["drform", "console", "--", "-x"], &["drform", "console", "--", "-x"]),
        (&["drform", "x", "-1"], &["drform", "x", "-1"]),
        (&["drform", "-version"], &["drform", "version"]),
        (&["drform", "-chdir=x", "-v"], &["drform", "--chdir=x", "version"]),
        (&["drform", "sandbox", "lose", "zone=a"], &["drform", "sandbox", "lose", "zone=a"]),
    ] {
        assert_eq!(run(args, &[]), expected);
    }
}

#[test]
fn environment_arguments_follow_the_command() {
    let extra = [("", "-no-color"), ("plan", "-var 'a=b c'")];
    assert_eq!(
        run(&["drform", "-chdir=x", "plan", "-json"], &extra),
        ["drform", "--chdir=x", "plan", "--no-color", "--var", "a=b c", "--json"]
    );
    assert_eq!(run(&["drform", "show"], &extra), ["drform", "show", "--no-color"]);
    let extra = [("state_mv", "-dry-run"), ("state", "-nothing"), ("force_unlock", "-force"), ("providers", "-xx")];
    for (args, expected) in [
        (&["drform", "state", "mv", "a", "b"][..], &["drform", "state", "mv", "--dry-run", "a", "b"][..]),
        (&["drform", "force-unlock", "id"], &["drform", "force-unlock", "--force", "id"]),
        (&["drform", "state", "-help"], &["drform", "state", "--nothing", "--help"]),
        (&["drform", "providers"], &["drform", "providers", "--xx"]),
    ] {
        assert_eq!(run(args, &extra), expected);
    }
}

#[test]
fn help_shows_one_dash() {
    for (text, expected) in [
        ("unexpected argument '--nonsense' found", "unexpected argument '-nonsense' found"),
        ("      --chdir <DIR>  x\n  -h, --help", "      -chdir <DIR>  x\n  -h, -help"),
        ("a--b -- --- --1 --", "a--b -- --- --1 --"),
    ] {
        assert_eq!(single_dashes(text), expected);
    }
}
