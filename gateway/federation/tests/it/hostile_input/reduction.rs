//! From an input that breaks a promise to a small one that breaks the same.

use federation::composition::Composer;

use super::documents::Kind;
use super::promises;
use super::tokens::{join, split};

/// So many smaller texts are tried.
const TRIES_MAX: usize = 2_000;

/// The smallest texts found: whole files emptied, then ever smaller runs of tokens taken away.
pub(super) fn smallest(
    kind: Kind,
    mut texts: Vec<(String, String)>,
    failure: &str,
) -> Vec<(String, String)> {
    let mut tries = 0;
    let mut fails = |texts: &[(String, String)]| {
        tries += 1;
        let again = promises::kept(kind, texts, &mut Composer::default());
        tries < TRIES_MAX && again.is_err_and(|again| is_alike(&again, failure))
    };
    let mut file = 0;
    while file < texts.len() {
        let mut fewer = texts.clone();
        fewer.remove(file);
        if kind == Kind::Subgraphs && fails(&fewer) {
            texts = fewer;
        } else {
            file += 1;
        }
    }
    for file in 0..texts.len() {
        let mut length = split(&texts[file].1).len();
        while length > 0 {
            let mut start = 0;
            loop {
                let mut tokens = split(&texts[file].1);
                if start >= tokens.len() {
                    break;
                }
                tokens.drain(start..(start + length).min(tokens.len()));
                let mut fewer = texts.clone();
                fewer[file].1 = join(&tokens, " ");
                if fails(&fewer) {
                    texts = fewer;
                } else {
                    start += length;
                }
            }
            length /= 2;
        }
    }
    texts
}

/// The same beginning: what follows names elements that are gone by now.
fn is_alike(one: &str, other: &str) -> bool {
    let beginning = |text: &str| -> String {
        let line = text.lines().next().unwrap_or_default();
        line.chars().take_while(|c| !c.is_ascii_digit()).take(40).collect()
    };
    beginning(one) == beginning(other)
}
