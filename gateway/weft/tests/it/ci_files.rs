//! The files that run `weft` elsewhere, run as they are run there: in a clone of a repository, with
//! the command on the path; once for a change that nobody minds, once for one that breaks clients.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::checkout::Checkout;
use crate::running::Finished;

const ORDERS: &str = "schema/orders-schema.graphql";

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).expect("YAML")
}

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    std::fs::read_to_string(path).expect("a file of the repository")
}

/// The block of docs/checks.md that begins with this line.
fn documented(first_line: &str) -> Value {
    let page = file("docs/checks.md");
    let (_, rest) = page.split_once(&format!("```yaml\n{first_line}\n")).expect("a block");
    yaml(rest.split("```").next().expect("split gives one"))
}

/// A clone whose `origin` has the shop on its branch `main`, and the operations where the examples
/// of the page have them.
struct Clone {
    checkout: Checkout,
    _origin: tempfile::TempDir,
}

impl Clone {
    fn new() -> Self {
        let checkout = Checkout::new();
        let operations = checkout.read("operations/web/flagship.graphql");
        checkout.write("apps/web/src/flagship.graphql", &operations);
        let manifest = serde_json::json!({ "1": "query Home { me { username } }" });
        checkout.write("apps/ios/persisted-query-manifest.json", &manifest.to_string());
        let origin = tempfile::tempdir().expect("a folder");
        let url = origin.path().join("origin.git").display().to_string();
        checkout.git(&["init", "--quiet", "--initial-branch", "main"]);
        checkout.commit();
        checkout.git(&["clone", "--quiet", "--bare", ".", &url]);
        checkout.git(&["remote", "add", "origin", &url]);
        checkout.git(&["fetch", "--quiet", "origin"]);
        checkout.git(&["switch", "--quiet", "--create", "change"]);
        Self { checkout, _origin: origin }
    }

    /// One more field, which nobody asks for yet.
    fn compatible(self) -> Self {
        self.checkout.edit(ORDERS, "  total: Float!\n", "  total: Float!\n  giftWrap: Boolean\n");
        self.checkout.commit();
        self
    }

    /// A field that becomes something else, and the line it is on.
    fn breaking(self) -> (Self, usize) {
        self.checkout.edit(ORDERS, "  total: Float!\n", "  total: String!\n");
        self.checkout.commit();
        let line = self.checkout.line(ORDERS, "  total: String!");
        (self, line)
    }

    /// Runs a script as a runner does: with what it sets, and `weft` on the path.
    fn run(&self, shell: &str, script: &str, variables: &BTreeMap<String, String>) -> Finished {
        let weft = assert_cmd::cargo::cargo_bin!("weft");
        let mut path = vec![weft.parent().expect("a folder").to_path_buf()];
        let others = std::env::var_os("PATH").unwrap_or_default();
        path.extend(std::env::split_paths(&others));
        let mut command = Command::new(shell);
        command.args(["-e", "-c", script]).current_dir(self.checkout.path()).env_clear();
        command.env("PATH", std::env::join_paths(path).expect("paths")).envs(variables);
        Finished::of(&mut command)
    }
}

/// The script of the GitHub Action, called by the workflow of the page.
#[test]
fn the_github_action_annotates_what_breaks() {
    let action = yaml(&file(".github/actions/weft-check/action.yml"));
    let workflow = documented("# .github/workflows/graph.yml");
    let steps = workflow["jobs"]["graph"]["steps"].as_array().expect("steps");
    let uses = |it: &&Value| it["uses"].as_str().is_some_and(|it| it.ends_with("/weft-check"));
    let with = &steps.iter().find(uses).expect("the action")["with"];
    let step = &action["runs"]["steps"][0];
    let input = |name: &str| {
        let given = with.get(name).unwrap_or(&action["inputs"][name]["default"]);
        given.as_str().expect("a text").replace("${{ github.base_ref }}", "main")
    };
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in step["env"].as_object().expect("an environment") {
        let value = value.as_str().expect("a text");
        let name_of_input = value.strip_prefix("${{ inputs.").and_then(|it| it.strip_suffix(" }}"));
        variables.insert(name.clone(), input(name_of_input.expect("an input")));
    }
    let script = step["run"].as_str().expect("a script");
    assert_eq!(step["shell"], "bash");
    // What a runner calls `shell: bash`.
    let script = format!("set -o pipefail\n{script}");

    let clone = Clone::new().compatible();
    let summary = clone.checkout.file("summary.md");
    variables.insert("GITHUB_STEP_SUMMARY".to_owned(), summary.display().to_string());
    let finished = clone.run("bash", &script, &variables);
    assert_eq!(finished.code(), 0, "{}{}", finished.stdout(), finished.stderr());
    assert!(!finished.stdout().contains("::error "), "{}", finished.stdout());

    let (clone, line) = Clone::new().breaking();
    let summary = clone.checkout.file("summary.md");
    variables.insert("GITHUB_STEP_SUMMARY".to_owned(), summary.display().to_string());
    let finished = clone.run("bash", &script, &variables);
    assert_eq!(finished.code(), 1, "{}", finished.stderr());
    let annotation = format!(
        "::error file={ORDERS},line={line},endLine={line},col=3,endColumn=7,\
         title=FIELD_TYPE_CHANGED::breaking: "
    );
    assert!(finished.stdout().contains(&annotation), "{}", finished.stdout());
    assert!(clone.checkout.read("summary.md").contains("FIELD_TYPE_CHANGED"));
}

/// The job of the GitLab file, with the variables of the page.
#[test]
fn the_gitlab_job_reports_what_breaks() {
    let included = yaml(&file("docs/ci/gitlab.yml"));
    let user = documented("# .gitlab-ci.yml");
    assert_eq!(user["include"][0]["file"], "docs/ci/gitlab.yml");
    let job = &included["weft-check"];
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    for of in [&job["variables"], &user["weft-check"]["variables"]] {
        for (name, value) in of.as_object().expect("variables") {
            let known = job["variables"].get(name).is_some();
            assert!(known, "{name} is a variable of the job");
            variables.insert(name.clone(), value.as_str().expect("a text").to_owned());
        }
    }
    variables.insert("CI_MERGE_REQUEST_TARGET_BRANCH_NAME".to_owned(), "main".to_owned());
    let script = job["script"].as_array().expect("lines").iter();
    let script: Vec<&str> = script.map(|line| line.as_str().expect("a text")).collect();
    let script = script.join("\n");
    let reports = &job["artifacts"]["reports"];
    let report = |name: &str| reports[name].as_str().expect("a file").to_owned();
    assert_eq!(job["artifacts"]["when"], "always", "a job that fails has reports, too");

    // Runners without bash have a POSIX shell.
    for shell in ["bash", "sh"] {
        let clone = Clone::new().compatible();
        let finished = clone.run(shell, &script, &variables);
        assert_eq!(finished.code(), 0, "{shell}: {}", finished.stderr());
        let junit = clone.checkout.read(&report("junit"));
        assert!(junit.contains("failures=\"0\""), "{junit}");

        let (clone, line) = Clone::new().breaking();
        let finished = clone.run(shell, &script, &variables);
        assert_eq!(finished.code(), 1, "{shell}: {}", finished.stderr());
        assert!(finished.stderr().contains("`Flagship` of web"), "{}", finished.stderr());
        let junit = clone.checkout.read(&report("junit"));
        assert!(junit.contains("<failure type=\"FIELD_TYPE_CHANGED\""), "{junit}");
        assert!(junit.contains(&format!("file=\"{ORDERS}\" line=\"{line}\"")), "{junit}");
        let quality = clone.checkout.read(&report("codequality"));
        let issues: Vec<Value> = serde_json::from_str(&quality).expect("JSON");
        let is_it = |it: &&Value| it["check_name"] == "FIELD_TYPE_CHANGED";
        let issue = issues.iter().find(is_it).expect("an issue");
        assert_eq!(
            (&issue["severity"], &issue["location"]["path"]),
            (&"critical".into(), &ORDERS.into())
        );
        assert_eq!(issue["location"]["lines"]["begin"], line);
        let mut fingerprints: Vec<_> =
            issues.iter().map(|it| it["fingerprint"].to_string()).collect();
        fingerprints.sort();
        fingerprints.dedup();
        assert_eq!(fingerprints.len(), issues.len(), "no two issues are one");
    }
}

/// Each of the variables reaches the command.
#[test]
fn the_gitlab_job_can_be_told_what_fails() {
    let job = &yaml(&file("docs/ci/gitlab.yml"))["weft-check"];
    let script = job["script"][0].as_str().expect("a script");
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in job["variables"].as_object().expect("variables") {
        variables.insert(name.clone(), value.as_str().expect("a text").to_owned());
    }
    variables.insert("CI_MERGE_REQUEST_TARGET_BRANCH_NAME".to_owned(), "main".to_owned());
    variables.insert("WEFT".to_owned(), "echo".to_owned());
    let clone = Clone::new();
    let plain = "check --config router.yaml --against origin/main --report junit=weft-check.xml \
                 --report gitlab=weft-check.json";
    let said = |variables: &BTreeMap<String, String>| clone.run("sh", script, variables).stdout();
    assert_eq!(said(&variables).trim_end(), plain);
    for (name, value, flags) in [
        ("WEFT_ALLOW_UNUSED", "true", " --allow-unused"),
        ("WEFT_DENY_DANGEROUS", "true", " --deny-dangerous"),
        ("WEFT_DENY_HINTS", "true", " --deny-hints"),
        ("WEFT_OPERATIONS", "a=b c\n\nd\n", " --operations a=b c --operations d"),
        ("WEFT_OPERATIONS", "$(id) `id`", " --operations $(id) `id`"),
    ] {
        let mut variables = variables.clone();
        variables.insert(name.to_owned(), value.to_owned());
        assert_eq!(said(&variables).trim_end(), format!("{plain}{flags}"));
    }
}

/// The hooks' entries, as pre-commit runs them with the arguments of the page.
#[test]
fn the_hooks_stop_what_breaks() {
    let hooks = yaml(&file(".pre-commit-hooks.yaml"));
    let user = documented("repos:");
    let hooks = hooks.as_array().expect("hooks");
    let used = &user[0]["hooks"][0];
    assert!(hooks.iter().any(|hook| hook["id"] == used["id"]), "{used}");
    let arguments = used["args"].as_array().expect("arguments").iter();
    let arguments: Vec<&str> = arguments.map(|it| it.as_str().expect("a text")).collect();
    for hook in hooks {
        assert_eq!((&hook["language"], &hook["pass_filenames"]), (&"system".into(), &false.into()));
        let script = format!("{} {}", hook["entry"].as_str().expect("a text"), arguments.join(" "));
        let none = BTreeMap::new();
        let finished = Clone::new().compatible().run("bash", &script, &none);
        assert_eq!(finished.code(), 0, "{}: {}", hook["id"], finished.stderr());
        assert_eq!(finished.stdout(), "");

        let (clone, line) = if hook["id"] == "weft-check" {
            Clone::new().breaking()
        } else {
            let clone = Clone::new();
            clone.checkout.edit(ORDERS, "  total: Float!\n", "  total: Floa!\n");
            let line = clone.checkout.line(ORDERS, "  total: Floa!");
            (clone, line)
        };
        let finished = clone.run("bash", &script, &none);
        assert_eq!(finished.code(), 1, "{}: {}", hook["id"], finished.stderr());
        let place = format!("{ORDERS}:{line}:");
        assert!(finished.stderr().contains(&place), "{place} in {}", finished.stderr());
    }
}
