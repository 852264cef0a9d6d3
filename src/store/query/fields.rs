//! [`Fields`]: the fields of one kind of entity that filters and orders may name. To a list, kinds differ in nothing else.

use super::Path;

/// The keys of every kind that say who wrote an entity, when and where. Reference: "A base connection".
const STAMPS: [(&str, Type); 9] = [
    ("createdAt", Type::Number),
    ("updatedAt", Type::Number),
    ("createdBy", Type::Id),
    ("updatedBy", Type::Id),
    ("createdClient", Type::Id),
    ("updatedClient", Type::Id),
    ("sandboxId", Type::Id),
    ("sandboxName", Type::Id),
    ("imsOrgId", Type::Id),
];

/// Whether a top-level key is a stamp, which the service sets whatever a client writes.
pub(crate) fn is_stamp(key: &str) -> bool {
    STAMPS.iter().any(|(stamp, _)| *stamp == key)
}

/// The documented fields of a kind of entity, by path, without the stamps.
pub(crate) struct Fields(pub(crate) &'static [(&'static str, Type)]);

/// The type of a field, which determines how filters compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Numbers.
    Number,
    /// Ordered text.
    Text,
    /// Text that is only equal or not: `>=` on it is FLOW-1448-400.
    Id,
    /// Any type, by the value in each item: a client's own key, or a part of a structure.
    Any,
    /// An object or array. Values inside are [`Type::Any`].
    Structure,
    /// Credentials. Lists cannot be ordered by them, since continuation tokens would contain them.
    Secret,
}

impl Fields {
    /// The type of the field at `path`; `None` for an unknown field. `is_own` says whether some entity has an undocumented
    /// top-level key, since clients may add their own.
    pub(super) fn at(&self, path: &Path, is_own: impl FnOnce(&str) -> bool) -> Option<Type> {
        let text = path.to_string();
        let known =
            self.0.iter().chain(&STAMPS).filter_map(|(known, kind)| Some((text.strip_prefix(known)?, *kind)));
        // The longest documented path that is a prefix of this one.
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

    pub(in crate::store::query) const FIELDS: Fields = Fields(&[
        ("id", Type::Id),
        ("name", Type::Text),
        ("spec", Type::Structure),
        ("spec.id", Type::Id),
        ("auth", Type::Structure),
        ("auth.params", Type::Secret),
    ]);

    #[test]
    fn a_field_is_documented_inside_a_documented_one_or_a_clients_own() {
        let at = |path: &str| FIELDS.at(&Path::parse(path).unwrap(), |root| root == "own");
        assert_eq!(at("spec.id"), Some(Type::Id));
        assert_eq!(at("createdAt"), Some(Type::Number));
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
