//! `views:` of `router.yaml`.

use std::path::{Path, PathBuf};

use federation::diagnostic::{Diagnostic, SourceFile};
use federation::operation::OperationLimits;
use router::config::{
    Access, Config, OperationsLocation, OperationsMode, RestForm, ViewConfig, ViewSchema,
    no_environment,
};

const SUBGRAPH: &str = "subgraphs:\n  users:\n    routing_url: http://users:8000/graphql\n    \
                        schema: { file: ./users.graphql }\n";

fn parse(views: &str) -> Result<Vec<ViewConfig>, Vec<Diagnostic>> {
    let text = format!("{SUBGRAPH}limits: {{ operation_depth_max: 20 }}\nviews:\n{views}");
    let source = SourceFile { name: "router.yaml".to_owned(), text };
    Config::parse(source, Path::new("conf"), &no_environment).map(|config| config.views)
}

fn check_errors(views: &str, expected: &[&str]) {
    let errors = parse(views).expect_err("a mistake");
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected, "{views}");
}

#[test]
fn a_view_is_read_with_what_is_its_own_and_the_graphs_limits() {
    let views = parse(
        "  web: { schema: { file: ./views/web.graphql }, path: /bff-web/graphql }
  mobile:
    schema: { sdl: 'type Query { a: Int }' }
    path: /bff-mobile/graphql
    limits: { operation_depth_max: 7, operation_selections_max: 200 }
    access: user
    operations: { folder: ./views/mobile, mode: safelist }
    rest:
      /bff-mobile/home: { operation: home }
      /bff-mobile/stock/{id}: { operation: stock, as: byte }
",
    );
    let views = views.expect("a valid configuration");
    let [web, mobile] = views.as_slice() else { panic!("two views: {views:?}") };
    assert_eq!(&*web.name, "web");
    assert_eq!(web.schema, ViewSchema::File(PathBuf::from("conf/views/web.graphql")));
    assert_eq!(web.path.as_str(), "/bff-web/graphql");
    assert_eq!(web.limits, OperationLimits { depth_max: 20, ..OperationLimits::default() });
    assert_eq!((web.access, &web.operations, web.rest.len()), (Access::Public, &None, 0));

    let ViewSchema::Sdl(sdl) = &mobile.schema else { panic!("a text") };
    assert_eq!((sdl.name.as_str(), sdl.text.as_str()), ("view mobile", "type Query { a: Int }"));
    let limits =
        OperationLimits { depth_max: 7, selections_max: 200, ..OperationLimits::default() };
    assert_eq!((mobile.limits, mobile.access), (limits, Access::User));
    let operations = mobile.operations.as_ref().expect("a folder");
    let folder = PathBuf::from("conf/views/mobile");
    assert_eq!(
        operations.location,
        OperationsLocation::Files { folder: Some(folder), manifests: Vec::new() }
    );
    assert_eq!(operations.mode, OperationsMode::Safelist);
    let rest = mobile.rest.iter();
    let rest: Vec<_> = rest.map(|it| (it.path.as_str(), it.operation.as_str(), it.form)).collect();
    let expected = [
        ("/bff-mobile/home", "home", RestForm::Json),
        ("/bff-mobile/stock/{id}", "stock", RestForm::Byte),
    ];
    assert_eq!(rest, expected);
}

#[test]
fn mistakes_have_their_lines() {
    let web = |path: &str| format!("  web: {{ schema: {{ sdl: '' }}, path: {path} }}\n");
    let at = |text: &str| format!("CONFIG_INVALID: {text}");
    check_errors(
        &web("/graphql"),
        &[&at("`/graphql` is taken by the gateway itself (router.yaml:7:37)")],
    );
    check_errors(
        &web("bff"),
        &[&at("`bff` is no absolute path, such as /web/graphql (router.yaml:7:37)")],
    );
    check_errors(
        "  web: { schema: {}, path: /web }\n",
        &[&at("the schema of view `web` needs exactly one of `file` and `sdl` (router.yaml:7:18)")],
    );
    check_errors(
        "  web: { schema: { sdl: '' }, path: /web, rest: { /a: { operation: a } } }\n",
        &[&at("`rest` needs the view's `operations`, where what it asks is stored \
               (router.yaml:7:55)")],
    );
    check_errors(
        "  web: { schema: { sdl: '' }, path: /web, operations: { mode: id_only } }\n",
        &[&at("`operations` needs a `folder` or `manifests`, where they are (router.yaml:7:55)")],
    );
    for name in ["''", "'a b'", "größe"] {
        let errors = parse(&format!("  {name}: {{ schema: {{ sdl: '' }}, path: /web }}\n"));
        let errors = errors.expect_err("a name that is none");
        assert!(errors[0].message.contains("is no name"), "{errors:?}");
    }
    let unknown = parse("  web: { schema: { sdl: '' }, path: /web, limit: {} }\n");
    let unknown = unknown.expect_err("an unknown key");
    assert_eq!(unknown[0].help.as_deref(), Some("did you mean `limits`?"));
    assert!(parse("  web: { schema: { sdl: '' }, path: /web, access: users }\n").is_err());
}

#[test]
fn what_is_served_at_a_path_is_one_thing() {
    let two = |one: &str, other: &str| {
        let view = |name: &str, path: &str| {
            format!(
                "  {name}:\n    schema: {{ sdl: '' }}\n    path: /{name}\n    operations: \
                 {{ folder: . }}\n    rest:\n      {path}: {{ operation: x }}\n"
            )
        };
        view("a", one) + &view("b", other)
    };
    for (one, other, error) in [
        ("/x", "/a", "`/a` is there twice"),
        ("/x", "/x", "`/x` is there twice"),
        ("/x/{id}", "/x/{name}", "`/x/{name}` and `/x/{id}` are the same to whoever asks"),
    ] {
        let errors = parse(&two(one, other)).expect_err("a collision");
        assert_eq!((errors.len(), errors[0].message.as_str()), (1, error), "{one} {other}");
        assert!(errors[0].to_string().contains("router.yaml:18:"), "{}", errors[0]);
    }
    assert!(parse(&two("/x/{id}", "/x/y")).is_ok(), "what is named goes before what is a variable");
}
