//! What the generator may use: a switch for each feature that not every planner supports.

/// Switches, off until the planner supports the feature.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Features {
    /// `@interfaceObject`, with `@key` on interfaces.
    pub(crate) interface_objects: bool,
    /// `@override(from:, label:)`.
    pub(crate) progressive_overrides: bool,
    /// `@context` and `@fromContext`.
    pub(crate) contexts: bool,
    /// Keys of one name and several types, in one interface or union.
    pub(crate) keys_of_several_types: bool,
    /// `@requires` of an object whose fields no subgraph has alone.
    pub(crate) scattered_requirements: bool,
}

impl Features {
    /// As the environment wants it: `SIMULATION_FEATURES=interface_objects,contexts`.
    pub(crate) fn wanted() -> Self {
        let words = std::env::var("SIMULATION_FEATURES").unwrap_or_default();
        let has = |word: &str| words.split(',').any(|one| one.trim() == word);
        Self {
            interface_objects: has("interface_objects"),
            progressive_overrides: has("progressive_overrides"),
            contexts: has("contexts"),
            keys_of_several_types: has("keys_of_several_types"),
            scattered_requirements: has("scattered_requirements"),
        }
    }
}
