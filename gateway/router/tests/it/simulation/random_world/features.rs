//! What the generator may use: a switch for each feature that not every planner supports.

/// Switches, off until the gateway supports the feature.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Features {
    /// Fields of one name and several types, in one interface or union, that the gateway asks for
    /// of its own accord: keys, and interface fields asked type by type.
    pub(crate) several_types_of_one_name: bool,
    /// `@skip` and `@include` on the root fields of mutations.
    pub(crate) conditions_on_mutations: bool,
    /// Entities that a subgraph does not know although their key leads there: the key's fields
    /// are read elsewhere. Without the switch, only for keys that every subgraph has.
    pub(crate) keys_of_unknown_entities: bool,
    /// `@requires` of an object whose fields no subgraph has alone.
    pub(crate) scattered_requirements: bool,
}

impl Features {
    /// As the environment wants it: `SIMULATION_FEATURES=scattered_requirements`, or several with
    /// commas between.
    pub(crate) fn wanted() -> Self {
        let words = std::env::var("SIMULATION_FEATURES").unwrap_or_default();
        let has = |word: &str| words.split(',').any(|one| one.trim() == word);
        Self {
            several_types_of_one_name: has("several_types_of_one_name"),
            conditions_on_mutations: has("conditions_on_mutations"),
            keys_of_unknown_entities: has("keys_of_unknown_entities"),
            scattered_requirements: has("scattered_requirements"),
        }
    }
}
