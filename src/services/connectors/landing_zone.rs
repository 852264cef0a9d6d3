//! The landing zones of a sandbox: containers for files, each with credentials that can be renewed.
//!
//! Reference: "The other services, minimally"; `flows-errors.csv`, 1701-400 to 1712-400. Decided: flowmock has no containers,
//! so the credentials open none. They are derived from the sandbox and its last renewal, and last 90 days from that.

use crate::base::document::problems::Problems;
use crate::base::document::reader::Members;
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::base::tenant::Tenant;
use crate::base::time::{self, Millis};
use crate::services::documents::{DocumentKind, Documents};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, json};
use uuid::Uuid;

/// The renewals of credentials, by the type of landing zone.
pub(crate) static LANDING_ZONES: DocumentKind = DocumentKind {
    collection: "landingZones",
    noun: "landing zone",
    id_key: "type",
    owned: &[],
    check,
    id_of: |id, _| id.to_string(),
    complete: |_, _| (),
};

const RENEWAL: &str = "renewal";
const RENEWED_AT: &str = "renewedAt";

fn check(members: &mut Members<'_>, problems: &mut Problems) {
    if let Some(of) = members.take("type") {
        of.one_of(&ZoneType::ALL.map(|zone| (zone.name(), zone)), problems);
    }
    if let Some(renewal) = members.required(RENEWAL, problems) {
        renewal.nonempty(problems);
    }
    if let Some(at) = members.required(RENEWED_AT, problems) {
        at.whole(0..=time::LAST.unsigned_abs(), problems);
    }
    members.end(problems);
}

/// A type of landing zone. Each sandbox has one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ZoneType {
    /// For the files of sources.
    UserDropZone,
    /// For the files of destinations.
    Destination,
}

impl ZoneType {
    /// Every type.
    pub(crate) const ALL: [Self; 2] = [Self::UserDropZone, Self::Destination];

    /// The name of the type on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::UserDropZone => "user_drop_zone",
            Self::Destination => "dlz_destination",
        }
    }

    /// The name of its container.
    pub(crate) const fn container(self) -> &'static str {
        match self {
            Self::UserDropZone => "dlz-user-container",
            Self::Destination => "dlz-destination",
        }
    }

    /// The type with that name.
    ///
    /// # Errors
    /// FLOW-1100-400 with 1710-400 for another name, or none.
    pub(crate) fn read(name: Option<&str>) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|zone| Some(zone.name()) == name);
        found.ok_or_else(|| {
            let sent = name.map_or("type is absent".to_owned(), |name| format!("type={}", excerpt(name)));
            let detail = format!("{sent}; a landing zone is of the type user_drop_zone or dlz_destination");
            Error::provider(ProviderCode::ZoneTypeUnknown, detail)
        })
    }
}

/// Checks the action on the credentials of a landing zone.
///
/// # Errors
/// FLOW-1100-400 with 1705-400 for another action than `refresh`, or none.
pub(crate) fn check_action(action: Option<&str>) -> Result<(), Error> {
    match action {
        Some("refresh") => Ok(()),
        other => {
            let sent =
                other.map_or("action is absent".to_owned(), |action| format!("action={}", excerpt(action)));
            let detail = format!("{sent}; the one action on a landing zone is refresh");
            Err(Error::provider(ProviderCode::ZoneActionUnknown, detail))
        }
    }
}

/// The credentials of a landing zone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credentials {
    container_name: &'static str,
    #[serde(rename = "SASToken")]
    sas_token: String,
    storage_account_name: String,
    #[serde(rename = "SASUri")]
    sas_uri: String,
    expiry_date: String,
}

/// How long credentials are good.
const LIFETIME: Millis = 90 * 24 * 60 * 60 * 1000;

const ACCOUNTS: Uuid = Uuid::from_u128(0x3f0a_c7d1_94be_4e62_8d15_b06e_72fa_1c98);

impl Credentials {
    /// The credentials of a sandbox's landing zone at `now`.
    pub(crate) fn of(zones: &Documents, zone: ZoneType, tenant: &Tenant, now: Millis) -> Self {
        let renewed = zones.get(zone.name());
        let renewal = renewed.as_ref().and_then(|zone| zone.text(RENEWAL)).unwrap_or("first");
        let from = renewed.as_ref().and_then(|zone| zone.members().get(RENEWED_AT)?.as_i64()).unwrap_or(now);
        let sandbox = Uuid::new_v5(&ACCOUNTS, tenant.sandbox_id().as_bytes());
        let derived = |part: &str| {
            let name = format!("{}\n{renewal}\n{part}", zone.name());
            *Uuid::new_v5(&sandbox, name.as_bytes()).as_bytes()
        };
        let signature = BASE64.encode([derived("first half"), derived("second half")].concat());
        let signature = utf8_percent_encode(&signature, NON_ALPHANUMERIC);
        let policy = Uuid::from_bytes(derived("policy"));
        let sas_token = format!("sv=2020-10-02&si=dlz-{policy}&sr=c&sp=racwdlm&sig={signature}");
        let storage_account_name = format!("dlblobstore{}", &sandbox.simple().to_string()[..12]);
        let container_name = zone.container();
        let host = format!("https://{storage_account_name}.blob.core.windows.net");
        let expiry = time::rfc3339(from.saturating_add(LIFETIME));
        Self {
            container_name,
            sas_uri: format!("{host}/{container_name}?{sas_token}"),
            sas_token,
            storage_account_name,
            expiry_date: expiry.split('T').next().unwrap_or_default().to_owned(),
        }
    }

    /// Renews the credentials of a sandbox's landing zone.
    pub(crate) fn renew(zones: &Documents, zone: ZoneType, renewal: Uuid, now: Millis) {
        let mut members = Map::new();
        members.insert(RENEWAL.to_owned(), json!(renewal));
        members.insert(RENEWED_AT.to_owned(), json!(now));
        zones.put(LANDING_ZONES.document(zone.name(), members));
    }
}
