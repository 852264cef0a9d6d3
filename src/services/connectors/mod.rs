//! What the Connectors API keeps besides private endpoints: the landing zones of a sandbox and its encryption keys.

pub(crate) mod encryption;
pub(crate) mod landing_zone;
