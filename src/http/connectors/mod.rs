//! The calls of the Connectors API besides those on private endpoints. Reference: "The other services, minimally".

mod encryption;
mod landing_zone;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::GetLandingZone, landing_zone::get)
        .on(Operation::GetLandingZoneCredentials, landing_zone::credentials)
        .on(Operation::RefreshLandingZoneCredentials, landing_zone::refresh)
        .on(Operation::CreateEncryptionKey, encryption::create)
}
