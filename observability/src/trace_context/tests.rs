//! Every rule of the specification about headers that come, and what is told in turn.

use std::collections::HashSet;

use http::{HeaderMap, HeaderValue};

use super::{SpanId, TRACEPARENT, TRACESTATE, TraceContext, TraceId};
use crate::Sampling;

const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn context(parents: &[&str], states: &[&str]) -> TraceContext {
    let mut headers = HeaderMap::new();
    for (name, values) in [(TRACEPARENT, parents), (TRACESTATE, states)] {
        for value in values {
            headers.append(&name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        }
    }
    TraceContext::of(&headers, &Sampling { ratio: 0.0, ..Sampling::default() })
}

fn told(context: &TraceContext, span: SpanId) -> (String, Option<String>) {
    let mut headers = HeaderMap::new();
    context.tell(span, &mut headers);
    let text = |name| Some(headers.get(name)?.to_str().expect("ASCII").to_owned());
    (text(TRACEPARENT).expect("it is always told"), text(TRACESTATE))
}

#[test]
fn the_trace_and_its_flag_go_on_under_a_new_span() {
    let context = context(&[EXAMPLE], &["congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7"]);
    assert_eq!(context.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(context.parent.map(|id| id.to_string()).as_deref(), Some("00f067aa0ba902b7"));
    assert!(context.is_sampled());
    let span = SpanId::generate();
    let (parent, state) = told(&context, span);
    assert_eq!(parent, format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{span}-01"));
    assert_eq!(state.as_deref(), Some("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"));
}

#[test]
fn flags_that_nobody_knows_are_not_told_on() {
    let unsampled = EXAMPLE.replace("-01", "-00");
    for (flags, told_on) in [("01", "01"), ("00", "00"), ("03", "01"), ("fe", "00")] {
        let context = context(&[&unsampled.replace("-00", &format!("-{flags}"))[..]], &[]);
        let (parent, _) = told(&context, SpanId::generate());
        assert!(parent.starts_with("00-4bf92f") && parent.ends_with(told_on), "{flags}: {parent}");
    }
}

#[test]
fn later_versions_are_read_as_far_as_they_are_known() {
    for later in ["01", "cc"].map(|version| EXAMPLE.replacen("00", version, 1)) {
        for longer in [later.clone(), format!("{later}-what-comes-later")] {
            assert!(context(&[&longer], &[]).parent.is_some(), "{longer}");
        }
        assert!(context(&[&format!("{later}x")], &[]).parent.is_none());
    }
}

#[test]
fn what_is_malformed_begins_a_new_trace() {
    let no_trace = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
    let no_parent = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", "0".repeat(16));
    let malformed = [
        "",
        "00",
        &EXAMPLE[..54],
        &format!("{EXAMPLE}-more"),
        &format!("{EXAMPLE}0"),
        &EXAMPLE.replacen("00", "ff", 1),
        &EXAMPLE.replacen("00", "0X", 1),
        &EXAMPLE.replace('-', "_"),
        &EXAMPLE.to_uppercase(),
        &EXAMPLE.replace("-01", "-0g"),
        &EXAMPLE.replace("4bf9", "é9"),
        &no_trace,
        &no_parent,
    ];
    for text in malformed {
        let context = context(&[text], &["congo=1"]);
        assert_ne!(context.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736", "{text}");
        assert_eq!(context.parent, None, "{text}");
        // Somebody's state belongs to somebody's trace.
        assert_eq!(told(&context, SpanId::generate()).1, None, "{text}");
    }
    assert!(context(&[EXAMPLE, EXAMPLE], &[]).parent.is_none(), "twice");
}

#[test]
fn state_that_nobody_has_to_forward_is_left_out() {
    let long = format!("a={}", "b".repeat(510));
    let state = |states: &[&str]| told(&context(&[EXAMPLE], states), SpanId::generate()).1;
    assert_eq!(state(&[&long]), Some(long.clone()));
    assert_eq!(state(&["a=1,,b=2"]), Some("a=1,,b=2".to_owned()));
    let many = (0..33).map(|number| format!("k{number}=v")).collect::<Vec<_>>().join(",");
    for bad in [&format!("{long}b"), "a", "a=1,b", "a=é", &many] {
        assert_eq!(state(&[bad]), None, "{bad}");
    }
}

#[test]
fn new_ids_are_new() {
    let traces: HashSet<TraceId> = (0..1000).map(|_| TraceId::generate()).collect();
    let spans: HashSet<SpanId> = (0..1000).map(|_| SpanId::generate()).collect();
    assert_eq!((traces.len(), spans.len()), (1000, 1000));
    let (one, other) = (context(&[], &[]), context(&[], &[]));
    assert_ne!(one.trace_id, other.trace_id);
    assert!(!one.is_sampled());
}
