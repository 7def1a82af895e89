//! Two plans' texts → the lines that are others, as `diff -u` shows them. A line is the same where
//! it stands inside the same lines, however far they are indented: a step more or less moves all
//! that is in it, and changes nothing there.

use std::collections::HashMap;

/// Lines of either text, without what they have in common at both ends: more are not aligned.
const ALIGNED_MAX: usize = 1_500;
/// Lines around a change that are shown too.
const AROUND: usize = 2;
/// Lines that are shown; nobody reads more.
const SHOWN_MAX: usize = 80;

/// One line of both texts, or of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Both(&'a str),
    Before(&'a str),
    After(&'a str),
}

/// A line with what it stands in.
#[derive(Clone, Copy)]
struct Placed<'a> {
    line: &'a str,
    inside: usize,
}

/// Numbers for the lines that others stand in: by what they stand in themselves and what they say.
type Surroundings<'a> = HashMap<(usize, &'a str), usize>;

/// `-` before a line that has gone, `+` before one that has come, `…` for lines left out.
pub(super) fn changed_lines(before: &str, after: &str) -> String {
    let mut surroundings = Surroundings::new();
    let before = placed(before, &mut surroundings);
    let after = placed(after, &mut surroundings);
    let lines = aligned(&before, &after);
    let is_near = |index: usize| {
        let from = index.saturating_sub(AROUND);
        let to = (index + AROUND + 1).min(lines.len());
        lines[from..to].iter().any(|line| !matches!(line, Line::Both(_)))
    };
    let mut shown: Vec<String> = Vec::new();
    let mut is_left_out = false;
    for (index, line) in lines.iter().enumerate() {
        if !is_near(index) || shown.len() >= SHOWN_MAX {
            is_left_out = true;
            continue;
        }
        if std::mem::take(&mut is_left_out) {
            shown.push("…".to_owned());
        }
        shown.push(match line {
            Line::Both(line) => format!("  {line}"),
            Line::Before(line) => format!("- {line}"),
            Line::After(line) => format!("+ {line}"),
        });
    }
    if is_left_out {
        shown.push("…".to_owned());
    }
    shown.join("\n")
}

/// The lines of a text, each with what it stands in; what closes a line stands in that line. In
/// which order fetches come is not what they stand in.
fn placed<'a>(text: &'a str, surroundings: &mut Surroundings<'a>) -> Vec<Placed<'a>> {
    let mut open = vec![(0, 0)];
    let mut lines = Vec::new();
    for line in text.lines() {
        let said = line.trim_start();
        let closed = if said.starts_with('}') { open.pop() } else { None };
        let around = open.last().map_or(0, |(_, inside)| *inside);
        lines.push(Placed { line, inside: closed.map_or(around, |(itself, _)| itself) });
        if said.ends_with('{') {
            let next = surroundings.len() + 1;
            let itself = *surroundings.entry((around, said)).or_insert(next);
            let is_order = matches!(said, "Sequence {" | "Parallel {");
            open.push((itself, if is_order { around } else { itself }));
        }
    }
    lines
}

impl Placed<'_> {
    fn is_same(&self, other: &Self) -> bool {
        self.inside == other.inside && self.line.trim_start() == other.line.trim_start()
    }
}

/// The longest common subsequence, between what both have at their ends.
fn aligned<'a>(before: &[Placed<'a>], after: &[Placed<'a>]) -> Vec<Line<'a>> {
    let is_same = |(one, other): &(&Placed<'a>, &Placed<'a>)| one.is_same(other);
    let start = before.iter().zip(after).take_while(is_same).count();
    let ends = before[start..].iter().rev().zip(after[start..].iter().rev());
    let end = ends.take_while(is_same).count();
    let (old, new) = (&before[start..before.len() - end], &after[start..after.len() - end]);
    let mut lines: Vec<Line<'a>> = after[..start].iter().map(|one| Line::Both(one.line)).collect();
    if old.len() > ALIGNED_MAX || new.len() > ALIGNED_MAX {
        lines.extend(old.iter().map(|one| Line::Before(one.line)));
        lines.extend(new.iter().map(|one| Line::After(one.line)));
    } else {
        align(old, new, &mut lines);
    }
    lines.extend(after[after.len() - end..].iter().map(|one| Line::Both(one.line)));
    lines
}

fn align<'a>(old: &[Placed<'a>], new: &[Placed<'a>], lines: &mut Vec<Line<'a>>) {
    // By what is left of each text, the length of what they have in common.
    let mut common = vec![vec![0u32; new.len() + 1]; old.len() + 1];
    for one in (0..old.len()).rev() {
        for other in (0..new.len()).rev() {
            common[one][other] = if old[one].is_same(&new[other]) {
                common[one + 1][other + 1] + 1
            } else {
                common[one + 1][other].max(common[one][other + 1])
            };
        }
    }
    let (mut one, mut other) = (0, 0);
    while one < old.len() || other < new.len() {
        if one < old.len() && other < new.len() && old[one].is_same(&new[other]) {
            lines.push(Line::Both(new[other].line));
            one += 1;
            other += 1;
        } else if other == new.len()
            || (one < old.len() && common[one + 1][other] >= common[one][other + 1])
        {
            lines.push(Line::Before(old[one].line));
            one += 1;
        } else {
            lines.push(Line::After(new[other].line));
            other += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::changed_lines;

    #[test]
    fn what_only_moves_is_no_change() {
        let one = "
QueryPlan {
  Fetch(service: \"a\") {
    {
      name
    }
  },
}";
        let two = "
QueryPlan {
  Parallel {
    Fetch(service: \"a\") {
      {
        name
      }
    },
    Fetch(service: \"b\") {
      {
        name
      }
    },
  },
}";
        let shown = "  \n  QueryPlan {
+   Parallel {
      Fetch(service: \"a\") {
        {
…
        }
      },
+     Fetch(service: \"b\") {
+       {
+         name
+       }
+     },
+   },
  }";
        assert_eq!(changed_lines(one, two), shown);
    }
}
