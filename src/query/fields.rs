//! [`Fields`]: what can be asked of one kind of entity. Connections and connection specs differ in nothing
//! else.

use super::Path;

/// The documented fields of a kind of entity, by their paths.
pub(crate) struct Fields(pub(crate) &'static [(&'static str, Type)]);

/// What a field holds, and so how its filters compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Numbers.
    Number,
    /// Text that has an order.
    Text,
    /// Text that is the same or is not: `>=` on it is FLOW-1448-400.
    Id,
    /// Whatever it holds in an item: a client's own key, or something inside a structure.
    Any,
    /// An object or array; what is inside is [`Type::Any`].
    Structure,
    /// Credentials, and what is inside. They cannot be ordered by: a continuation token would carry them.
    Secret,
}

impl Fields {
    /// What stands at `path`; `None` for an unknown field. `is_own` says of a top-level key that is not
    /// documented whether some entity has it all the same, since clients may add their own.
    pub(super) fn at(&self, path: &Path, is_own: impl FnOnce(&str) -> bool) -> Option<Type> {
        let text = path.to_string();
        let known = self.0.iter().filter_map(|(known, kind)| Some((text.strip_prefix(known)?, *kind)));
        // The documented path with the least behind it is the nearest to this one.
        let nearest = known.filter(|(rest, _)| rest.is_empty() || rest.starts_with(['.', '[']));
        match nearest.min_by_key(|(rest, _)| rest.len()) {
            None => is_own(path.root()).then_some(Type::Any),
            Some(("", kind) | (_, kind @ Type::Secret)) => Some(kind),
            Some((_, Type::Structure)) => Some(Type::Any),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::query) const FIELDS: Fields = Fields(&[
        ("id", Type::Id),
        ("name", Type::Text),
        ("createdAt", Type::Number),
        ("spec", Type::Structure),
        ("spec.id", Type::Id),
        ("auth", Type::Structure),
        ("auth.params", Type::Secret),
    ]);

    #[test]
    fn a_path_is_documented_inside_something_documented_or_a_clients_own() {
        let at = |path: &str| FIELDS.at(&Path::parse(path).unwrap(), |root| root == "own");
        assert_eq!(at("spec.id"), Some(Type::Id));
        assert_eq!(at("spec"), Some(Type::Structure));
        assert_eq!(at("spec.other"), Some(Type::Any));
        assert_eq!(at("spec[].a.b"), Some(Type::Any));
        assert_eq!(at("auth.specName"), Some(Type::Any));
        assert_eq!(at("auth.params.key"), Some(Type::Secret));
        assert_eq!(at("own.a[]"), Some(Type::Any));
        for unknown in ["other", "name.first", "name[]", "spec.id.x", "names", "\"spec.id\""] {
            assert_eq!(at(unknown), None, "{unknown}");
        }
    }
}
