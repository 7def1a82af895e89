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
    /// The answer comes, but later than those of others.
    Late { polls: u64 },
}

impl FaultKind {
    /// Those that a case can name.
    pub(crate) const NAMED: [Self; 10] = [
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
                Some(match random.below(22) {
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
                    11..=15 => FaultKind::Late { polls: random.below(5) },
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
                if let Some(entities) = answer["data"]["_entities"].as_array_mut() {
                    entities.pop();
                }
            }
            FaultKind::FirstEntity => {
                if answer["data"]["_entities"].get(0).is_some() {
                    answer["data"]["_entities"][0] = Value::Null;
                    let error = json!({ "message": "lost", "path": ["_entities", 0] });
                    answer["errors"] = json!([error]);
                }
            }
            FaultKind::Late { .. } => {}
        }
        Ok(answer.to_string())
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
