//! What the command line says of itself: `--help`, completions for shells, manual pages. Each
//! command and each flag that `--help` knows is in all of them.

use std::process::Command;

use crate::running::{Finished, run};

/// One command as `--help` shows it.
struct Shown {
    /// `config validate`.
    path: Vec<String>,
    help: String,
    flags: Vec<String>,
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn stdout(arguments: &[&str]) -> String {
    let finished = run(temporary().path(), arguments);
    assert_eq!(finished.code(), 0, "{arguments:?}: {}", finished.stderr());
    finished.stdout()
}

/// The lines below a heading of a help text.
fn section<'a>(help: &'a str, heading: &str) -> impl Iterator<Item = &'a str> {
    let lines = help.lines().skip_while(move |line| *line != heading).skip(1);
    lines.take_while(|line| !line.is_empty())
}

/// Every command, with those below it.
fn commands() -> Vec<Shown> {
    let mut found = Vec::new();
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(path) = open.pop() {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = stdout(&arguments);
        for line in section(&help, "Commands:") {
            let name = line.trim().split(' ').next().expect("a name");
            if name != "help" && line.starts_with("  ") && !line.starts_with("   ") {
                open.push([path.as_slice(), &[name.to_owned()]].concat());
            }
        }
        let options = help.lines().map(str::trim_start);
        let options = options.filter(|line| line.starts_with("--") || line.starts_with("-h, "));
        let flag = |line: &str| line.split(' ').find(|it| it.starts_with("--")).map(str::to_owned);
        let flags = options.filter_map(flag).collect();
        found.push(Shown { path, help, flags });
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

#[test]
fn every_command_shows_what_it_takes_with_examples() {
    let commands = commands();
    let names: Vec<String> = commands.iter().map(|it| it.path.join(" ")).collect();
    for expected in ["", "check", "config", "config schema", "config validate", "serve", "man"] {
        assert!(names.iter().any(|name| name == expected), "`{expected}` in {names:?}");
    }
    for Shown { path, help, flags } in &commands {
        assert!(help.contains("\nExamples:\n  weft "), "{path:?}: {help}");
        assert!(flags.iter().any(|flag| flag == "--help"), "{path:?}: {flags:?}");
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{path:?}: {line}");
        }
    }
    let check = commands.iter().find(|it| it.path == ["check"]).expect("a command");
    for flag in ["--config", "--against", "--format", "--include-tag"] {
        assert!(check.flags.iter().any(|it| it == flag), "{flag} in {:?}", check.flags);
    }
}

#[test]
fn each_shell_knows_every_command_and_flag() {
    let commands = commands();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stdout(&["completions", shell]);
        for Shown { path, flags, .. } in &commands {
            for name in path {
                assert!(script.contains(name.as_str()), "{shell}: {path:?}");
            }
            for flag in flags {
                // Fish has them without the dashes: `-l config`.
                let written = match shell {
                    "fish" => format!("-l {}", flag.trim_start_matches('-')),
                    _ => flag.clone(),
                };
                assert!(script.contains(&written), "{shell}: {path:?} {flag}");
            }
        }
    }
    let finished = run(temporary().path(), &["completions", "tcsh"]);
    finished.assert_failure(2, &["invalid value 'tcsh'", "bash, elvish, fish, powershell, zsh"]);
}

/// What bash offers behind these words, the last of which is being written.
fn completed(script: &str, words: &[&str]) -> Vec<String> {
    let asked = r#"
        set -eu
        source "$SCRIPT"
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        function_=$(complete -p weft | sed 's/.*-F \([^ ]*\).*/\1/')
        "$function_" weft "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-c", asked, "bash"]).args(words).env("SCRIPT", script);
    let finished = Finished::of(&mut bash);
    assert_eq!(finished.code(), 0, "{words:?}: {}", finished.stderr());
    finished.stdout().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let folder = temporary();
    let script = folder.path().join("weft.bash");
    std::fs::write(&script, stdout(&["completions", "bash"])).expect("a file");
    let script = script.display().to_string();
    for (words, expected) in [
        (&["weft", "che"][..], &["check"][..]),
        (&["weft", "config", "v"], &["validate"]),
        (&["weft", "check", "--ag"], &["--against"]),
        (&["weft", "check", "--config", "router.yaml", "--deny-d"], &["--deny-dangerous"]),
        (&["weft", "compose", "--format", "j"], &["json", "junit"]),
        (&["weft", "dev", "--profile", ""], &["course", "demo"]),
        (&["weft", "completions", "fi"], &["fish"]),
    ] {
        assert_eq!(completed(&script, words), expected, "{words:?}");
    }
    // Every command and every flag, as somebody finds them who presses the key.
    for Shown { path, flags, .. } in commands() {
        let path: Vec<&str> = ["weft"].into_iter().chain(path.iter().map(String::as_str)).collect();
        if let [before @ .., last] = path.as_slice()
            && !before.is_empty()
        {
            assert!(completed(&script, &path).iter().any(|it| it == last), "{path:?}");
        }
        let offered = completed(&script, &[path.as_slice(), &["--"]].concat());
        for flag in flags {
            assert!(offered.contains(&flag), "{path:?} {flag}: {offered:?}");
        }
    }
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = temporary();
    let pages = folder.path().join("share/man1");
    let finished = run(folder.path(), &["man", "share/man1"]);
    assert_eq!((finished.code(), finished.stdout(), finished.stderr()), Default::default());
    let commands = commands();
    assert_eq!(std::fs::read_dir(&pages).expect("a folder").count(), commands.len());
    for Shown { path, flags, .. } in commands {
        let name = ["weft"].into_iter().chain(path.iter().map(String::as_str));
        let name = format!("{}.1", name.collect::<Vec<_>>().join("-"));
        let page = std::fs::read_to_string(pages.join(&name)).expect("a page");
        assert!(page.contains(".TH "), "{name}");
        assert!(page.contains("Examples:"), "{name}");
        for flag in flags {
            let written = flag.replace('-', "\\-");
            assert!(page.contains(&written), "{name}: {flag}");
        }
    }
    std::fs::write(folder.path().join("file"), "").expect("a file");
    run(folder.path(), &["man", "file"]).assert_failure(1, &["cannot write manual pages to file"]);
}
