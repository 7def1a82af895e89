//! What a document becomes when somebody, or something, edits it at random.

use super::odd;
use super::random::Random;
use super::tokens::{KEYWORDS, definition_starts, is_name, is_string, join, split, string_content};

/// Documents as tokens, of which one mutation after the other changes one or all.
pub(super) struct Mutation<'r> {
    pub(super) random: &'r mut Random,
    pub(super) documents: Vec<Vec<String>>,
    /// Definitions of other cases, to be put between these.
    pub(super) foreign: &'r [Vec<String>],
}

impl Mutation<'_> {
    /// Changes something; at times nothing that can be seen.
    pub(super) fn step(&mut self) {
        let target = self.random.below(self.documents.len());
        let mut tokens = std::mem::take(&mut self.documents[target]);
        match self.random.below(32) {
            0 => self.delete_tokens(&mut tokens),
            1 => self.repeat_tokens(&mut tokens),
            2 => self.swap_tokens(&mut tokens),
            3..=5 => self.replace_name(&mut tokens),
            6..=8 => self.exchange_names(&mut tokens),
            9..=12 => self.change_type_reference(&mut tokens),
            13..=16 => self.insert_directive(&mut tokens),
            17 => self.change_keyword(&mut tokens),
            18..=19 => self.copy_definition(&mut tokens),
            20 => self.remove_definition(&mut tokens),
            21..=22 => self.insert_foreign(&mut tokens),
            23..=26 => self.change_string(&mut tokens),
            27..=28 => self.move_between_documents(&mut tokens, target),
            29 => self.remove_directive(&mut tokens),
            30 => self.toggle_extension(&mut tokens),
            _ => self.insert_field(&mut tokens),
        }
        self.documents[target] = tokens;
    }

    /// The documents as texts; one of them with what only texts can have.
    pub(super) fn texts(&mut self) -> Vec<String> {
        let separator = *self.random.pick(&[" ", " ", "\n", "\r\n", ",\t"]);
        let mut texts: Vec<String> =
            self.documents.iter().map(|tokens| join(tokens, separator)).collect();
        if self.random.below(8) == 0 {
            let target = self.random.below(texts.len());
            texts[target] = self.spoil(&texts[target]);
        }
        texts
    }

    fn spoil(&mut self, text: &str) -> String {
        let at = text.floor_char_boundary(self.random.below(text.len() + 1));
        match self.random.below(6) {
            0 => format!("\u{feff}{text}"),
            1 => text[..at].to_owned(),
            2 => text[at..].to_owned(),
            3 => String::new(),
            4 => text.replace(' ', "\r\n"),
            _ => format!("{}{}{}", &text[..at], self.random.pick(odd::PIECES), &text[at..]),
        }
    }

    fn delete_tokens(&mut self, tokens: &mut Vec<String>) {
        let range = self.short_range(tokens);
        tokens.drain(range);
    }

    fn repeat_tokens(&mut self, tokens: &mut Vec<String>) {
        let range = self.short_range(tokens);
        let copy = tokens[range.clone()].to_vec();
        for _ in 0..=self.random.below(3) {
            tokens.splice(range.start..range.start, copy.iter().cloned());
        }
    }

    fn short_range(&mut self, tokens: &[String]) -> std::ops::Range<usize> {
        let start = self.random.below(tokens.len());
        let end = start + 1 + self.random.below(4);
        start.min(tokens.len())..end.min(tokens.len())
    }

    fn swap_tokens(&mut self, tokens: &mut [String]) {
        if !tokens.is_empty() {
            let pair = (self.random.below(tokens.len()), self.random.below(tokens.len()));
            tokens.swap(pair.0, pair.1);
        }
    }

    /// The places of tokens.
    fn places(tokens: &[String], is_one: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..tokens.len()).filter(|index| is_one(&tokens[*index])).collect()
    }

    /// A name of the document, or an odd one.
    fn some_name(&mut self, tokens: &[String]) -> String {
        let names = Self::places(tokens, is_name);
        if names.is_empty() || self.random.below(5) == 0 {
            return (*self.random.pick(odd::NAMES)).to_owned();
        }
        tokens[*self.random.pick(&names)].clone()
    }

    fn replace_name(&mut self, tokens: &mut [String]) {
        let names = Self::places(tokens, is_name);
        if !names.is_empty() {
            let place = *self.random.pick(&names);
            tokens[place] = self.some_name(tokens);
        }
    }

    /// What was called one way is called the other, everywhere in this document, in strings too.
    fn exchange_names(&mut self, tokens: &mut [String]) {
        let (one, other) = (self.some_name(tokens), self.some_name(tokens));
        for token in tokens.iter_mut() {
            if *token == one {
                token.clone_from(&other);
            } else if *token == other {
                token.clone_from(&one);
            } else if is_string(token) && self.random.below(2) == 0 {
                *token = token.replace(&one, &other);
            }
        }
    }

    fn change_type_reference(&mut self, tokens: &mut Vec<String>) {
        let after_colon: Vec<usize> =
            (1..tokens.len()).filter(|index| tokens[index - 1] == ":").collect();
        if after_colon.is_empty() {
            return;
        }
        let start = *self.random.pick(&after_colon);
        let mut end = start;
        while end < tokens.len() && tokens[end] == "[" {
            end += 1;
        }
        end = (end + 1).min(tokens.len());
        while end < tokens.len() && (tokens[end] == "]" || tokens[end] == "!") {
            end += 1;
        }
        let old = tokens[start..end].to_vec();
        let new = match self.random.below(7) {
            0 | 1 if old.last().is_some_and(|last| last == "!") => old[..old.len() - 1].to_vec(),
            0..=2 => [old, vec!["!".to_owned()]].concat(),
            3 => [vec!["[".to_owned()], old, vec!["]".to_owned()]].concat(),
            4 => old.into_iter().filter(|token| token != "[" && token != "]").collect(),
            5 => vec![self.some_name(tokens)],
            _ => {
                let depth = *self.random.pick(&[2, 10, 150]);
                let (open, close) = (vec!["[".to_owned(); depth], vec!["]".to_owned(); depth]);
                [open, old, close].concat()
            }
        };
        tokens.splice(start..end, new);
    }

    /// After a name, a type or a list of arguments: where a directive can stand, or nearly.
    fn insert_directive(&mut self, tokens: &mut Vec<String>) {
        let places = Self::places(tokens, |token| is_name(token) || token == "!" || token == ")");
        if places.is_empty() {
            return;
        }
        let place = *self.random.pick(&places) + 1;
        let name = self.some_name(tokens);
        let directive = odd::directive(self.random, &name);
        tokens.splice(place..place, split(&directive));
    }

    fn change_keyword(&mut self, tokens: &mut [String]) {
        let places = Self::places(tokens, |token| KEYWORDS.contains(&token));
        if !places.is_empty() {
            let place = *self.random.pick(&places);
            tokens[place] = (*self.random.pick(KEYWORDS)).to_owned();
        }
    }

    fn some_definition(&mut self, tokens: &[String]) -> std::ops::Range<usize> {
        let starts = definition_starts(tokens);
        let chosen = self.random.below(starts.len().saturating_sub(1));
        starts[chosen]..starts.get(chosen + 1).copied().unwrap_or(starts[chosen])
    }

    /// A definition again, or under another name, or as an extension.
    fn copy_definition(&mut self, tokens: &mut Vec<String>) {
        let range = self.some_definition(tokens);
        let mut copy = tokens[range.clone()].to_vec();
        let name = self.some_name(tokens);
        match self.random.below(3) {
            0 if copy.len() > 1 => copy[1] = name,
            1 => copy.insert(0, "extend".to_owned()),
            _ => {}
        }
        tokens.splice(range.end..range.end, copy);
    }

    fn remove_definition(&mut self, tokens: &mut Vec<String>) {
        let range = self.some_definition(tokens);
        tokens.drain(range);
    }

    fn insert_foreign(&mut self, tokens: &mut Vec<String>) {
        let foreign = self.foreign;
        if !foreign.is_empty() {
            tokens.extend(self.random.pick(foreign).iter().cloned());
        }
    }

    /// A field set or another string, edited inside or written another way.
    fn change_string(&mut self, tokens: &mut [String]) {
        let strings = Self::places(tokens, is_string);
        if strings.is_empty() {
            return;
        }
        let place = *self.random.pick(&strings);
        let content = string_content(&tokens[place]).to_owned();
        let name = self.some_name(tokens);
        tokens[place] = match self.random.below(8) {
            0 => format!("\"\"\"\n    {}\n      {name}\n  \"\"\"", content.replace(' ', "\n  ")),
            1 => format!("\"{}\"", content.replace(' ', "\\n\\t")),
            2 => format!("\"{content} {name}\""),
            3 => format!("\"{name} {{ {content} }}\""),
            4 => format!("\"{content} ... on {name} {{ {content} }}\""),
            5 => {
                let depth = *self.random.pick(&[3, 40, 150]);
                let (open, close) = (format!("{name} {{ ").repeat(depth), " }".repeat(depth));
                format!("\"{open}{content}{close}\"")
            }
            6 => format!("\"{}\"", self.random.pick(odd::STRINGS)),
            _ => {
                let mut inner = split(&content);
                self.edit_field_set(&mut inner, name);
                format!("\"{}\"", join(&inner, " ").replace('"', "\\\""))
            }
        };
    }

    fn edit_field_set(&mut self, inner: &mut Vec<String>, name: String) {
        match self.random.below(5) {
            0 => self.delete_tokens(inner),
            1 => self.repeat_tokens(inner),
            2 => self.swap_tokens(inner),
            3 if !inner.is_empty() => {
                let place = self.random.below(inner.len());
                inner[place] = name;
            }
            _ => inner.push(name),
        }
    }

    /// A definition goes, or is copied, to another document.
    fn move_between_documents(&mut self, tokens: &mut Vec<String>, own: usize) {
        let range = self.some_definition(tokens);
        let copy = tokens[range.clone()].to_vec();
        let other = self.random.below(self.documents.len());
        if other != own {
            self.documents[other].extend(copy);
            if self.random.below(2) == 0 {
                tokens.drain(range);
            }
        }
    }

    fn remove_directive(&mut self, tokens: &mut Vec<String>) {
        let places = Self::places(tokens, |token| token == "@");
        if places.is_empty() {
            return;
        }
        let start = *self.random.pick(&places);
        let mut end = (start + 2).min(tokens.len());
        if tokens.get(end).is_some_and(|token| token == "(") {
            let close = tokens[end..].iter().position(|token| token == ")");
            end += close.map_or(0, |offset| offset + 1);
        }
        tokens.drain(start..end);
    }

    fn toggle_extension(&mut self, tokens: &mut Vec<String>) {
        let place = self.some_definition(tokens).start;
        match tokens.get(place).map(String::as_str) {
            Some("extend") => {
                tokens.remove(place);
            }
            Some(_) => tokens.insert(place, "extend".to_owned()),
            None => {}
        }
    }

    /// A field, with arguments at times, at the beginning of some braces.
    fn insert_field(&mut self, tokens: &mut Vec<String>) {
        let places = Self::places(tokens, |token| token == "{");
        if places.is_empty() {
            return;
        }
        let place = *self.random.pick(&places) + 1;
        let (field, ty) = (self.some_name(tokens), self.some_name(tokens));
        let arguments = *self.random.pick(odd::ARGUMENTS);
        let text = format!("{field}{arguments}: {ty}");
        tokens.splice(place..place, split(&text));
    }
}
