//! What can go wrong between the gateway and a subgraph: by name for cases, at random for seeds.

use std::sync::Mutex;

use router::subgraph_client::SubgraphFailure;
use serde_json::{Value, json};

use crate::simulation::Random;

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Nobody listens.
    Down,
    /// No answer in time.
    Timeout,
    /// A status that is no success.
    Status { status: u16 },
    /// An error page.
    Html,
    /// The connection broke, unseen.
    Half,
    /// No data, and no word why.
    Null,
    /// No data, and one error without a path.
    Errors,
    /// Data of other types than the schema says.
    WrongType,
    /// A list of entities without its last item.
    FewerEntities,
    /// The first entity is null, with an error of its own.
    FirstEntity,
    /// Some value is null, with an error at its path.
    ErrorAtPath,
    /// The object of the first value is null, with an error at its path.
    ErrorAtObject,
    /// The answer comes, but later than those of others.
    Late { polls: u64 },
}

impl FaultKind {
    /// Those that a case can name.
    pub(crate) const NAMED: [Self; 12] = [
        Self::Down,
        Self::Timeout,
        Self::Status { status: 500 },
        Self::Html,
        Self::Half,
        Self::Null,
        Self::Errors,
        Self::WrongType,
        Self::FewerEntities,
        Self::FirstEntity,
        Self::ErrorAtPath,
        Self::ErrorAtObject,
    ];

    /// As a case names it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|kind| kind.name() == name)
    }

    /// As a case writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Timeout => "timeout",
            Self::Status { .. } => "status 500",
            Self::Html => "html",
            Self::Half => "half",
            Self::Null => "null",
            Self::Errors => "errors",
            Self::WrongType => "wrong type",
            Self::FewerEntities => "fewer entities",
            Self::FirstEntity => "first entity",
            Self::ErrorAtPath => "error at path",
            Self::ErrorAtObject => "error at object",
            Self::Late { .. } => "late",
        }
    }
}

/// Which requests meet a fault.
pub(crate) enum Faults {
    None,
    /// All of these subgraphs'.
    Always(Vec<(String, FaultKind)>),
    /// Any, now and then.
    Random(Mutex<Random>),
}

impl Faults {
    pub(super) fn of(&self, subgraph: &str) -> Option<FaultKind> {
        match self {
            Self::None => None,
            Self::Always(faults) => {
                faults.iter().find(|(name, _)| name == subgraph).map(|(_, kind)| *kind)
            }
            Self::Random(random) => {
                let mut random = random.lock().expect("no test panics while it draws");
                Some(match random.below(24) {
                    0 => FaultKind::Down,
                    1 => FaultKind::Timeout,
                    2 => FaultKind::Status { status: 500 },
                    3 => FaultKind::Html,
                    4 => FaultKind::Half,
                    5 => FaultKind::Null,
                    6 => FaultKind::Errors,
                    7 | 8 => FaultKind::WrongType,
                    9 => FaultKind::FewerEntities,
                    10 => FaultKind::FirstEntity,
                    11..=13 => FaultKind::ErrorAtPath,
                    14..=17 => FaultKind::Late { polls: random.below(5) },
                    _ => return None,
                })
            }
        }
    }

    /// What comes of an honest answer.
    pub(super) fn damaged(
        &self,
        fault: &FaultKind,
        mut answer: Value,
    ) -> Result<String, SubgraphFailure> {
        match fault {
            FaultKind::Down => {
                return Err(SubgraphFailure::Unavailable { cause: "nobody listens".to_owned() });
            }
            FaultKind::Timeout => return Err(SubgraphFailure::Timeout { timeout_ms: 30_000 }),
            FaultKind::Status { status } => {
                return Err(SubgraphFailure::HttpStatus { status: *status });
            }
            FaultKind::Html => return Ok("<html>It works!</html>".to_owned()),
            FaultKind::Half => {
                let text = answer.to_string();
                return Ok(text[..text.floor_char_boundary(text.len() / 2)].to_owned());
            }
            FaultKind::Null => answer = json!({ "data": null }),
            FaultKind::Errors => {
                answer = json!({ "data": null, "errors": [{ "message": "out of order" }] });
            }
            FaultKind::WrongType => self.wrong_types(&mut answer["data"]),
            FaultKind::FewerEntities => {
                if let Some((_, entities)) = entities(&mut answer) {
                    entities.pop();
                }
            }
            FaultKind::FirstEntity => {
                if let Some((key, entities)) = entities(&mut answer)
                    && let Some(first) = entities.first_mut()
                {
                    *first = Value::Null;
                    let error = json!({ "message": "lost", "path": [key, 0] });
                    add_error(&mut answer, error);
                }
            }
            FaultKind::ErrorAtPath => {
                let mut path = Vec::new();
                self.lose_one(&mut answer["data"], &mut path);
                if !path.is_empty() {
                    let error = json!({ "message": "lost", "path": path });
                    add_error(&mut answer, error);
                }
            }
            FaultKind::ErrorAtObject => {
                let mut path = Vec::new();
                lose_object(&mut answer["data"], &mut path);
                if !path.is_empty() {
                    let error = json!({ "message": "lost", "path": path });
                    add_error(&mut answer, error);
                }
            }
            FaultKind::Late { .. } => {}
        }
        Ok(answer.to_string())
    }

    /// Goes down into the value, by chance or to its first leaf, and makes what it meets null.
    fn lose_one(&self, value: &mut Value, path: &mut Vec<Value>) {
        let below = |bound: usize| match self {
            Self::Random(random) => {
                let mut random = random.lock().expect("no test panics while it draws");
                let bound = u64::try_from(bound).expect("a short list");
                usize::try_from(random.below(bound)).expect("an index")
            }
            _ => 0,
        };
        // The error says what was lost; what was null before is not.
        match value {
            Value::Null => path.clear(),
            Value::Object(fields) if !fields.is_empty() && (path.len() < 2 || below(4) < 3) => {
                let index = below(fields.len());
                if let Some((key, value)) = fields.iter_mut().nth(index) {
                    path.push(Value::from(key.as_str()));
                    self.lose_one(value, path);
                }
            }
            Value::Array(items) if !items.is_empty() && below(4) < 3 => {
                let index = below(items.len());
                path.push(Value::from(index));
                self.lose_one(&mut items[index], path);
            }
            value => *value = Value::Null,
        }
    }

    /// Every number becomes text; with a seed, objects, lists, numbers and Booleans become what
    /// they cannot be. Strings stay: they may be keys, and another key is another entity.
    fn wrong_types(&self, value: &mut Value) {
        let draws = match self {
            Self::Random(random) => {
                random.lock().expect("no test panics while it draws").below(12) == 0
            }
            _ => value.is_number(),
        };
        match value {
            Value::Null | Value::String(_) => {}
            Value::Object(_) if draws => *value = Value::Bool(true),
            Value::Number(_) if draws => *value = json!("seven"),
            _ if draws => *value = json!({ "wrong": true }),
            Value::Object(fields) => {
                for (_, value) in fields {
                    self.wrong_types(value);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.wrong_types(item)),
            _ => {}
        }
    }
}

/// Goes down to the object of the first leaf, and makes it null; false if this is a leaf. What was
/// null before is not lost.
fn lose_object(value: &mut Value, path: &mut Vec<Value>) -> bool {
    let first = match value {
        Value::Object(fields) => fields.iter_mut().next().map(|(key, value)| (json!(key), value)),
        Value::Array(items) => items.first_mut().map(|item| (json!(0), item)),
        _ => return false,
    };
    let is_object = first.as_ref().is_some_and(|(key, _)| key.is_string());
    let is_below = first.is_some_and(|(step, below)| {
        path.push(step);
        if below.is_null() {
            path.clear();
            return true;
        }
        let is_below = lose_object(below, path);
        if !is_below {
            path.pop();
        }
        is_below
    });
    if !is_below && is_object && !path.is_empty() {
        *value = Value::Null;
        return true;
    }
    is_below
}

/// Beside those that an honest answer has.
fn add_error(answer: &mut Value, error: Value) {
    match &mut answer["errors"] {
        Value::Array(errors) => errors.push(error),
        errors => *errors = Value::from(vec![error]),
    }
}

/// The first list of entities that has any, and its key: a request may ask for several lists.
fn entities(answer: &mut Value) -> Option<(String, &mut Vec<Value>)> {
    let data = answer["data"].as_object_mut()?.iter_mut();
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut lists = data
        .filter(|(key, _)| *key == "_entities" || key.strip_prefix("_e").is_some_and(is_number));
    lists.find_map(|(key, value)| {
        let entities = value.as_array_mut().filter(|entities| !entities.is_empty());
        Some((key.clone(), entities?))
    })
}
