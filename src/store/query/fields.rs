//! [`Fields`]: the fields of one kind of entity that filters and orders may name. To a list, kinds differ in nothing else.

use super::Path;

/// The keys of every kind that say who wrote an entity, when and where. Reference: "A base connection".
const STAMPS: [(&str, FieldType); 9] = [
    ("createdAt", FieldType::Number),
    ("updatedAt", FieldType::Number),
    ("createdBy", FieldType::Id),
    ("updatedBy", FieldType::Id),
    ("createdClient", FieldType::Id),
    ("updatedClient", FieldType::Id),
    ("sandboxId", FieldType::Id),
    ("sandboxName", FieldType::Id),
    ("imsOrgId", FieldType::Id),
];

/// Whether a top-level key is a stamp, which the service sets whatever a client writes.
pub(crate) fn is_stamp(key: &str) -> bool {
    STAMPS.iter().any(|(stamp, _)| *stamp == key)
}

/// The documented fields of a kind of entity, by path, without the stamps.
pub(crate) struct Fields(pub(crate) &'static [(&'static str, FieldType)]);

/// The type of a field, which determines how filters compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// Numbers.
    Number,
    /// Ordered text.
    Text,
    /// Text that is only equal or not: `>=` on it is FLOW-1448-400.
    Id,
    /// Any type, by the value in each item: a client's own key, or a part of a structure.
    Any,
    /// An object or array. Values inside are [`FieldType::Any`].
    Structure,
    /// An object of which filters take only the listed fields. Others inside are [`FieldType::Unhandled`].
    Parts,
    /// A field inside [`FieldType::Parts`] that is not listed.
    Unhandled,
    /// An array of ids; its path may lack the `[]` that stands for its elements.
    List,
    /// Credentials. Lists cannot be ordered by them, since continuation tokens would contain them.
    Secret,
}

impl Fields {
    /// The type of the field at `path`; `None` for an unknown field. `is_own` says whether some entity has an undocumented
    /// top-level key, since clients may add their own.
    pub(super) fn at(&self, path: &Path, is_own: impl FnOnce(&str) -> bool) -> Option<FieldType> {
        let text = path.to_string();
        let known =
            self.0.iter().chain(&STAMPS).filter_map(|(known, kind)| Some((text.strip_prefix(known)?, *kind)));
        // The longest documented path that is a prefix of this one.
        let nearest = known.filter(|(rest, _)| rest.is_empty() || rest.starts_with(['.', '[']));
        match nearest.min_by_key(|(rest, _)| rest.len()) {
            None => is_own(path.root()).then_some(FieldType::Any),
            Some(("" | "[]", FieldType::List)) => Some(FieldType::List),
            Some(("", kind) | (_, kind @ FieldType::Secret)) => Some(kind),
            Some((_, FieldType::Structure)) => Some(FieldType::Any),
            Some((_, FieldType::Parts)) => Some(FieldType::Unhandled),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::store::query) const FIELDS: Fields = Fields(&[
        ("id", FieldType::Id),
        ("name", FieldType::Text),
        ("spec", FieldType::Structure),
        ("spec.id", FieldType::Id),
        ("parts", FieldType::Parts),
        ("parts.id", FieldType::Id),
        ("auth", FieldType::Structure),
        ("auth.params", FieldType::Secret),
    ]);

    #[test]
    fn a_field_is_documented_inside_a_documented_one_or_a_clients_own() {
        let at = |path: &str| FIELDS.at(&Path::parse(path).unwrap(), |root| root == "own");
        assert_eq!(at("spec.id"), Some(FieldType::Id));
        assert_eq!(at("createdAt"), Some(FieldType::Number));
        assert_eq!(at("spec"), Some(FieldType::Structure));
        assert_eq!(at("spec.other"), Some(FieldType::Any));
        assert_eq!(at("spec[].a.b"), Some(FieldType::Any));
        assert_eq!(at("auth.specName"), Some(FieldType::Any));
        assert_eq!(at("auth.params.key"), Some(FieldType::Secret));
        assert_eq!(at("own.a[]"), Some(FieldType::Any));
        assert_eq!((at("parts"), at("parts.id")), (Some(FieldType::Parts), Some(FieldType::Id)));
        assert_eq!(
            (at("parts.x"), at("parts[].id")),
            (Some(FieldType::Unhandled), Some(FieldType::Unhandled))
        );
        for unknown in ["other", "name.first", "name[]", "spec.id.x", "names", "\"spec.id\""] {
            assert_eq!(at(unknown), None, "{unknown}");
        }
    }
}
