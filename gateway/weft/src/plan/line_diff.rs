//! Two texts → the lines that are others, as `diff -u` shows them.

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

/// `-` before a line that has gone, `+` before one that has come, `…` for lines left out.
pub(super) fn changed_lines(before: &str, after: &str) -> String {
    let before: Vec<&str> = before.lines().collect();
    let after: Vec<&str> = after.lines().collect();
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

/// The longest common subsequence, between what both have at their ends.
fn aligned<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<Line<'a>> {
    let start = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let ends = before[start..].iter().rev().zip(after[start..].iter().rev());
    let end = ends.take_while(|(one, other)| one == other).count();
    let (old, new) = (&before[start..before.len() - end], &after[start..after.len() - end]);
    let mut lines: Vec<Line<'a>> = before[..start].iter().map(|line| Line::Both(line)).collect();
    if old.len() > ALIGNED_MAX || new.len() > ALIGNED_MAX {
        lines.extend(old.iter().map(|line| Line::Before(line)));
        lines.extend(new.iter().map(|line| Line::After(line)));
    } else {
        align(old, new, &mut lines);
    }
    lines.extend(before[before.len() - end..].iter().map(|line| Line::Both(line)));
    lines
}

fn align<'a>(old: &[&'a str], new: &[&'a str], lines: &mut Vec<Line<'a>>) {
    // By what is left of each text, the length of what they have in common.
    let mut common = vec![vec![0u32; new.len() + 1]; old.len() + 1];
    for one in (0..old.len()).rev() {
        for other in (0..new.len()).rev() {
            common[one][other] = if old[one] == new[other] {
                common[one + 1][other + 1] + 1
            } else {
                common[one + 1][other].max(common[one][other + 1])
            };
        }
    }
    let (mut one, mut other) = (0, 0);
    while one < old.len() || other < new.len() {
        if one < old.len() && other < new.len() && old[one] == new[other] {
            lines.push(Line::Both(new[other]));
            one += 1;
            other += 1;
        } else if other == new.len()
            || (one < old.len() && common[one + 1][other] >= common[one][other + 1])
        {
            lines.push(Line::Before(old[one]));
            one += 1;
        } else {
            lines.push(Line::After(new[other]));
            other += 1;
        }
    }
}
