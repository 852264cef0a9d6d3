//! [`SourceShape`]: the kind of data that a source connection takes, by its connection spec. Reference: "Source connections".

use crate::services::connection_specs::ConnectionSpec;
use crate::services::entities::documents::JsonDocument as _;
use crate::services::flow_specs::TenantFlowSpecs;
use crate::services::sources::Layout;
use crate::services::specs::Spec as _;

/// The flow spec of the table sources that have rules.
const CRM_TO_AEP: &str = "14518937-270c-4525-bdec-c2ba7cce3860";

/// The kind of data that a source connection takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceShape {
    /// A table.
    Table,
    /// A file or a folder.
    File,
    /// A file or a folder of the organisation's own storage.
    LandingZone,
    /// Records of a REST API.
    Rest,
    /// Messages to an inlet.
    HttpApi,
    Kinesis,
    EventHubs,
    PubSub,
    /// A table whose changes are streamed.
    SnowflakeStreaming,
    /// Profiles, for segment destinations.
    ProfileStore,
    /// Data sets, for data set destinations.
    DataLake,
    /// A source about which nothing is documented.
    Other,
}

/// The connection specs whose shape their id decides.
const BY_ID: [(&str, SourceShape); 8] = [
    ("26f526f2-58f4-4712-961d-e41bf1ccc0e8", SourceShape::LandingZone),
    ("bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", SourceShape::HttpApi),
    ("86043421-563b-46ec-8e6c-e23184711bf6", SourceShape::Kinesis),
    ("bf9f5905-92b7-48bf-bf20-455bc6b60a4e", SourceShape::EventHubs),
    ("70116022-a743-464a-bbfe-e226a7f8210c", SourceShape::PubSub),
    ("51ae16c2-bdad-42fd-9fce-8d5dfddaf140", SourceShape::SnowflakeStreaming),
    ("8a9c3494-9708-43d7-ae3f-cda01e5030e1", SourceShape::ProfileStore),
    ("23598e46-f560-407b-88d5-ea6207e49db0", SourceShape::DataLake),
];

impl SourceShape {
    /// The shape of a connection spec.
    ///
    /// Decided: a spec with tables, by its `exploreSpec` or its `sourceSpec`, has the rules of tables if the flow spec CRMToAEP takes it as a source, as the reference
    /// says of the built-in ones.
    pub(crate) fn of(spec: &ConnectionSpec, flow_specs: &TenantFlowSpecs<'_>) -> Self {
        if let Some(shape) = Self::by_id(spec.id()) {
            return shape;
        }
        let is_crm = || flow_specs.versions(CRM_TO_AEP).iter().any(|flow| flow.takes_source(spec.id()));
        let is_tabular = || spec.document()["sourceSpec"]["type"] == "Tabular";
        match spec.layout() {
            Some(Layout::Tabular) if is_crm() => Self::Table,
            // Some built-in sources have tables that are explored as resources.
            Some(Layout::Rest) if is_tabular() && is_crm() => Self::Table,
            Some(Layout::FileSystem) => Self::File,
            Some(Layout::Rest) => Self::Rest,
            _ => Self::Other,
        }
    }

    /// The shape of the connection spec with that id, if the id alone decides it.
    pub(crate) fn by_id(spec_id: &str) -> Option<Self> {
        BY_ID.iter().find(|(id, _)| *id == spec_id).map(|(_, shape)| *shape)
    }

    /// Whether the platform itself is the source, so that clients make no base connection.
    pub(crate) fn is_platform(self) -> bool {
        matches!(self, Self::ProfileStore | Self::DataLake)
    }

    /// The values of `data.format` that the shape allows, in lower case; `None` if any is allowed.
    pub(crate) fn formats(self) -> Option<&'static [&'static str]> {
        const FILES: &[&str] = &["delimited", "json", "parquet", "parquet_xdm"];
        Some(match self {
            Self::Table => &["tabular"],
            Self::File | Self::LandingZone => FILES,
            Self::Rest | Self::Kinesis | Self::PubSub => &["json"],
            Self::HttpApi => &["json", "delimited", "parquet_xdm"],
            Self::EventHubs => &["json", "parquet", "delimited"],
            Self::SnowflakeStreaming | Self::ProfileStore | Self::DataLake | Self::Other => return None,
        })
    }

    /// Whether it needs `data.format`.
    pub(crate) fn needs_format(self) -> bool {
        matches!(self, Self::Table | Self::File | Self::LandingZone)
    }

    /// The params that it needs, each with its alternatives.
    pub(crate) fn needed_params(self) -> &'static [&'static [&'static str]] {
        match self {
            // Some older pages write `path`.
            Self::Table => &[&["tableName", "path"]],
            Self::File | Self::LandingZone => &[&["path"]],
            Self::Kinesis => &[&["stream"]],
            Self::EventHubs => &[&["eventHubName"]],
            Self::PubSub => &[&["topicId"], &["subscriptionId"]],
            Self::SnowflakeStreaming => &[&["tableName"]],
            Self::Rest | Self::HttpApi | Self::ProfileStore | Self::DataLake | Self::Other => &[],
        }
    }
}
