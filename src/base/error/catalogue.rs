//! The catalogue of errors. A row has the code, the status, the shape of the body, the title, and a sentence that explains
//! the error where a call site has no better one.
//!
//! Reference: `errors.csv` and `provider-errors.csv` for codes, statuses and titles; the sentences are flowmock's. The rows of
//! [`Origin::Streaming`] are in `flows-errors.csv`, those of [`Origin::Rfc`] are OAuth's. Those of [`Origin::Flowmock`] are errors of every HTTP server that the reference does not list;
//! those with the Flow Service's shape have codes that continue its numbering, so that clients can parse them. The code of a
//! problem object, or of an error of the streaming endpoint, is not on the wire; only the log and flowmock's own calls use it.

use hyper::StatusCode;
use serde::{Deserialize, Serialize};

/// The form of an error's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `{"error_code", "message"}`: the API gateway in front of the service.
    Gateway,
    /// A problem object: the gateway's for a missing content type, and sandbox management's.
    Problem,
    /// `{"error", "error_description"}`: the token endpoints' (RFC 6749, section 5.2).
    OAuth,
    /// The streaming endpoint's: a problem object whose `report` has the message.
    Inlet,
    /// The Flow Service's own, with `report`.
    Flow,
}

impl Shape {
    /// Its name in contract reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Problem => "problem",
            Self::OAuth => "oauth",
            Self::Inlet => "inlet",
            Self::Flow => "flow",
        }
    }
}

/// The source of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `errors.csv`.
    Reference,
    /// `flows-errors.csv`, layer inlet.
    Streaming,
    /// RFC 6749, to which the reference refers, and RFC 6750.
    Rfc,
    /// Flowmock: the reference is silent.
    Flowmock,
}

macro_rules! catalogue {
    ($( $origin:ident { $( $variant:ident $shape:ident $code:literal $status:literal $title:literal
        $explanation:literal )* } )*) => {
        /// An error of the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) enum Code { $( $( #[doc = concat!($code, ": ", $explanation)] $variant, )* )* }

        impl Code {
            /// Every error, in the order of the catalogue.
            pub(crate) const ALL: &'static [Self] = &[ $( $( Self::$variant, )* )* ];

            const fn row(self) -> Row {
                match self { $( $( Self::$variant => Row {
                    origin: Origin::$origin, shape: Shape::$shape, code: $code, status: $status,
                    title: $title, explanation: $explanation,
                }, )* )* }
            }
        }
    };
}

struct Row {
    origin: Origin,
    shape: Shape,
    code: &'static str,
    status: u16,
    title: &'static str,
    explanation: &'static str,
}

catalogue! {
    Reference {
    // variant              shape   code             status  title (Gateway: the message)
    ApiKeyMissing           Gateway "403000"         403 "Api Key is required"
        "x-api-key is absent or empty; every call needs one"
    ApiKeyInvalid           Gateway "403003"         403 "Api Key is invalid"
        "x-api-key is not one of the configured keys"
    TokenMissing            Gateway "403010"         403 "Oauth token is missing."
        "Authorization is absent; send Authorization: Bearer <token>"
    TokenInvalid            Gateway "401013"         401 "Oauth token is not valid"
        "Authorization is not of the form Bearer <token>, or its token is unknown or expired"
    OrgMissing              Gateway "400003"         400 "Missing header"
        "x-gw-ims-org-id is absent; every call needs the organisation's id"
    OrgNotAllowed           Gateway "403025"         403 "Profile is not valid"
        "x-gw-ims-org-id is not one of the configured organisations"
    OrgMalformed            Gateway "403027"         403 "User region is missing"
        "x-gw-ims-org-id is not of the form <id>@AdobeOrg"
    ContentTypeInvalid      Problem ""               400 "BadRequestError"
        "A valid content-type must be specified"
    BadRequest              Flow    "FLOW-1000-400"  400 "Bad request"
        "the body is not well-formed JSON or is of the wrong JSON type"
    NoSuchRoute             Flow    "FLOW-1003-404"  404 "Resource not found"
        "there is no such route below the base path"
    UnsupportedMediaType    Flow    "FLOW-1004-415"  415 "Unsupported Media Type"
        "the body is in a charset or encoding that is not supported"
    ProviderRefused         Flow    "FLOW-1100-400"  400 "Invalid request"
        "Error from flow provider: the source refused the request"
    ProviderNotFound        Flow    "FLOW-1101-404"  404 "Resource not found"
        "Error from flow provider: the source does not know that object"
    ProviderFault           Flow    "FLOW-1102-500"  500 "Internal Error"
        "the source failed for a reason of its own"
    ProviderUnavailable     Flow    "FLOW-1103-503"  503 "Service Unavailable"
        "the source is not available at the moment; try again later"
    ProviderTimeout         Flow    "FLOW-1104-504"  504 "Gateway Timeout"
        "the source did not answer in time"
    Internal                Flow    "FLOW-1400-500"  500 "Internal Error"
        "an unexpected fault inside the server; its log says more under this request id"
    LimitWithCount          Flow    "FLOW-1401-400"  400 "Invalid request"
        "limit and count exclude each other; send one of them"
    ProviderOnlyAction      Flow    "FLOW-1402-400"  400 "Invalid request"
        "finalize and finalize_update are for flow providers, not for user tokens"
    IfMatchMissing          Flow    "FLOW-1403-400"  400 "Header is missing"
        "If-Match is missing; send the etag that was read last"
    EtagMismatch            Flow    "FLOW-1404-412"  412 "Version not matching"
        "If-Match names another version than the current one; read the entity again"
    BodyMissing             Flow    "FLOW-1405-400"  400 "Invalid request"
        "the body is absent or empty"
    SubOpProgressCombined   Flow    "FLOW-1406-400"  400 "Invalid request"
        "subOp progress cannot be combined with another subOp"
    FailedWithProgress      Flow    "FLOW-1407-400"  400 "Invalid request"
        "status failed cannot go with subOp progress"
    PercentNotComplete      Flow    "FLOW-1408-400"  400 "Invalid request"
        "percentCompleted must be 100 with a completed or failed status"
    FinalizeNotAllowed      Flow    "FLOW-1409-400"  400 "Invalid request"
        "finalize is not allowed in the current state"
    StateInBody             Flow    "FLOW-1410-400"  400 "Invalid request"
        "a new flow carries a state"
    PathWithoutId           Flow    "FLOW-1411-400"  400 "Invalid request"
        "the path has no id of the entity to which the action or sub-resource belongs"
    MappingVersionUnknown   Flow    "FLOW-1412-400"  400 "Invalid request"
        "mappingVersion is not a version of that mapping set"
    SpecUnknown             Flow    "FLOW-1413-400"  400 "Invalid request"
        "connectionSpec.id is absent or unknown"
    ServiceOwned            Flow    "FLOW-1414-400"  400 "Invalid request"
        "PATCH touches /connectionSpec or another key that the service owns"
    AuthSpecUnknown         Flow    "FLOW-1415-400"  400 "Invalid request"
        "auth.specName is not an auth spec of that connection spec"
    StateForbidsChange      Flow    "FLOW-1416-400"  400 "Invalid request"
        "the entity can only be updated or deleted while enabled, disabled, initializing or draft"
    InitializingIsProviders Flow    "FLOW-1417-400"  400 "Invalid request"
        "an entity in state initializing is the flow provider's; a user token cannot change it"
    UsedByFlows             Flow    "FLOW-1418-400"  400 "Invalid request"
        "the connection is used by one or more flows; delete those first"
    MappingInvalid          Flow    "FLOW-1419-400"  400 "Invalid request"
        "the mapping set is unknown or cannot be validated"
    TransitionalState       Flow    "FLOW-1420-400"  400 "Invalid request"
        "the entity is being changed; wait until its state has settled"
    TransitionNotAllowed    Flow    "FLOW-1421-400"  400 "Invalid request"
        "that state cannot be reached from the current one"
    ActionNotApplicable     Flow    "FLOW-1422-400"  400 "Invalid request"
        "the action cannot be applied in the current state"
    FilterSpecField         Flow    "FLOW-1423-400"  400 "Invalid request"
        "the filter names a field of connectionSpec that filters do not handle"
    OrderCrossSandbox       Flow    "FLOW-1424-400"  400 "Invalid request"
        "orderby cannot go with a cross-sandbox query"
    MappingSchemaDiffers    Flow    "FLOW-1425-400"  400 "Invalid request"
        "the schemas of the target's dataset and of the mapping set differ"
    SpecTokenOfUser         Flow    "FLOW-1426-400"  400 "Invalid request"
        "the token is a user's; specs are written with a service's token"
    RunTokenOfUser          Flow    "FLOW-1427-400"  400 "Invalid request"
        "runs are written by providers, not by users; send a service token"
    PredecessorRunUnknown   Flow    "FLOW-1428-400"  400 "Invalid request"
        "predecessors names a run that does not exist"
    PredecessorFlowUnknown  Flow    "FLOW-1429-400"  400 "Invalid request"
        "predecessors names a flow that does not exist"
    RunFlowUnknown          Flow    "FLOW-1430-400"  400 "Invalid request"
        "the flow of the run does not exist"
    PolicyWithoutFields     Flow    "FLOW-1431-400"  400 "Invalid request"
        "a policy has an empty array of fields"
    OrderPrefix             Flow    "FLOW-1432-400"  400 "Invalid request"
        "orderby takes no other prefix than + or -"
    OrderField              Flow    "FLOW-1433-400"  400 "Invalid request"
        "orderby names a field that cannot be ordered by"
    OpUnknown               Flow    "FLOW-1434-400"  400 "Invalid request"
        "op is none of those known: add, replace, remove in a PATCH; publish, enable, disable as an action"
    SubOpUnknown            Flow    "FLOW-1435-400"  400 "Invalid request"
        "subOp is none of apply, rollback, progress"
    SubOpNotSupported       Flow    "FLOW-1436-400"  400 "Invalid request"
        "that op takes no subOp"
    StatusUnknown           Flow    "FLOW-1437-400"  400 "Invalid request"
        "status.value is not one of those known"
    AggregateUnknown        Flow    "FLOW-1438-400"  400 "Invalid request"
        "groupByProperty has an aggregate that does not exist"
    EntityNotFound          Flow    "FLOW-1439-404"  404 "Resource not found"
        "no entity has that id in this organisation and sandbox"
    OperatorNotImplemented  Flow    "FLOW-1440-400"  400 "Invalid request"
        "the filter operator is known but not implemented"
    AggregateNotImplemented Flow    "FLOW-1441-400"  400 "Invalid request"
        "groupByProperty has an aggregate that is known but not implemented"
    AggregateField          Flow    "FLOW-1442-400"  400 "Invalid request"
        "groupByProperty aggregates over a field that cannot be aggregated"
    OperatorWithList        Flow    "FLOW-1443-400"  400 "Invalid request"
        "a list of values goes with == and != alone"
    FlowStateForbids        Flow    "FLOW-1444-400"  400 "Invalid request"
        "the flow is not in the state that this needs; a run needs one that is enabled"
    PatchSwitchedOff        Flow    "FLOW-1445-400"  400 "Invalid request"
        "connections of that source cannot be patched; delete and create anew"
    FlowIdMissing           Flow    "FLOW-1446-400"  400 "Invalid request"
        "flowId is absent or empty"
    UsedByFlow              Flow    "FLOW-1447-400"  400 "Invalid request"
        "a flow contains the source or target connection; delete the flow first"
    OperatorNotAllowed      Flow    "FLOW-1448-400"  400 "Invalid request"
        "the operator is not allowed for that field"
    FilterFieldUnknown      Flow    "FLOW-1449-400"  400 "Invalid request"
        "the filter names an unknown field"
    OperatorUnknown         Flow    "FLOW-1450-400"  400 "Invalid request"
        "the filter's operator is unknown"
    ParameterUnknown        Flow    "FLOW-1451-400"  400 "Invalid request"
        "the query has a parameter that this call does not take"
    ParameterInvalid        Flow    "FLOW-1452-400"  400 "Invalid request"
        "a filter or query parameter has a value of the wrong type"
    FilterWithoutValue      Flow    "FLOW-1453-400"  400 "Invalid request"
        "the filter has no value"
    FilterValueKind         Flow    "FLOW-1454-400"  400 "Invalid request"
        "the filter has a value of a kind that filters do not handle, such as an object"
    PatchPathInvalid        Flow    "FLOW-1455-400"  400 "Invalid request"
        "the operation's path does not exist or is not a valid JSON pointer"
    PatchStateInvalid       Flow    "FLOW-1456-400"  400 "Invalid request"
        "/state can only be set to enabled, disabled or initializing"
    UpdateWhileDeleting     Flow    "FLOW-1457-400"  400 "Invalid request"
        "the entity is about to be deleted; it cannot be updated any more"
    DeleteWhileDeleting     Flow    "FLOW-1458-400"  400 "Invalid request"
        "the entity is about to be deleted already"
    TokenOfOtherOrg         Flow    "FLOW-2000-401"  401 "Invalid authorization token"
        "the token has no access to the organisation; ask for one of that organisation"
    OrgEmpty                Flow    "FLOW-2001-401"  401 "Header is missing or empty"
        "x-gw-ims-org-id is empty; send the organisation's id"
    SandboxNotFound         Flow    "FLOW-2100-404"  404 "Sandbox not found"
        "x-sandbox-name names no sandbox of this organisation"
    SandboxMissing          Flow    "FLOW-2105-400"  400 "Header is missing"
        "x-sandbox-name is absent or empty; send the sandbox's name, for example prod"
    SandboxIdMismatch       Flow    "FLOW-2103-404"  404 "Sandbox not found"
        "x-sandbox-id is not the id of the sandbox that x-sandbox-name names"
    SandboxIdNotAllowed     Flow    "FLOW-2110-400"  400 "Headers not allowed"
        "x-sandbox-id is not for user tokens; send x-sandbox-name alone"
    SandboxWildcard         Flow    "FLOW-2111-403"  403 "Headers with value restricted"
        "x-sandbox-name: * is not for user tokens; name one sandbox"
    TokenEmpty              Flow    "FLOW-2114-400"  400 "Empty token"
        "Authorization: Bearer has no token after it"
    TokenUnreadable         Flow    "FLOW-2115-400"  400 "Invalid token"
        "the token cannot be read"
    PermissionMissing       Flow    "FLOW-2118-403"  403 "Missing permission"
        "the token's user lacks a permission that this call needs"
    Forbidden               Flow    "FLOW-2120-403"  403 "Forbidden"
        "access to this resource is forbidden"
    ForbiddenByPolicy       Flow    "FLOW-2121-403"  403 "Forbidden"
        "a policy forbids access to this resource"
    CatalogFailed           Flow    "FLOW-2200-500"  500 "External service request error"
        "the Catalog service failed while the schema of the dataset was checked"
    DataPrepFailed          Flow    "FLOW-2250-500"  500 "External service request error"
        "the Data Prep service failed while the mapping was checked"
    }
    Streaming {
    InletMessageInvalid     Inlet   "inlet_message_invalid" 400 "Invalid XDM Message Format"
        "the message has no header with a schemaRef or no body, is for another organisation, or is not JSON"
    InletUnauthorized       Inlet   "inlet_unauthorized" 401 "Authorization"
        "the inlet has authenticationRequired, and the request no valid bearer token"
    InletBodyTooLarge       Inlet   "inlet_body_too_large" 413 "Payload Too Large"
        "the body has more than 1 MB, or more messages than a batch may have"
    }
    Rfc {
    OAuthRequestInvalid     OAuth   "invalid_request" 400 "Bad Request"
        "a parameter is missing, given twice or malformed"
    OAuthClientInvalid      OAuth   "invalid_client" 401 "Unauthorized"
        "the client is unknown, or its secret is another"
    OAuthGrantInvalid       OAuth   "invalid_grant" 400 "Bad Request"
        "the authorization code was used before, or the code, refresh token or JWT is not good for this client"
    OAuthTokenInvalid       OAuth   "invalid_token" 401 "Unauthorized"
        "Authorization has no access token that this server issued and that is still good"
    OAuthClientUnauthorized OAuth   "unauthorized_client" 400 "Bad Request"
        "the client may not ask for tokens with this grant_type"
    OAuthGrantUnsupported   OAuth   "unsupported_grant_type" 400 "Bad Request"
        "the endpoint does not take this grant_type"
    OAuthScopeInvalid       OAuth   "invalid_scope" 400 "Bad Request"
        "a scope is malformed, or not one of the client's"
    }
    Flowmock {
    SandboxUnknown          Problem "sandbox_not_found" 404 "Sandbox not found"
        "the organisation has no sandbox of that name"
    SandboxQueryInvalid     Problem "sandbox_query_invalid" 400 "Invalid query"
        "a query parameter of sandbox management is unknown, or has a value that it cannot have"
    CatalogNotFound         Problem "catalog_not_found" 404 "NotFoundError"
        "the sandbox has no data set or batch with that id, or the batch has no file at that path"
    AcceptInvalid           Flow    "FLOW-1005-400"  400 "Accept header supplied is invalid"
        "Accept names none of the Schema Registry's media types with a version that exists"
    InletNotFound           Inlet   "inlet_not_found" 404 "Inlet not found"
        "no streaming connection has this inlet, or its connection is a draft"
    // Decided: the reference has no rate limits. A gateway would count requests, so this has the gateway's shape and, like
    // its other codes, begins with the status.
    TooManyRequests         Gateway "429050"         429 "Too many requests"
        "more requests were sent than are allowed at the moment; Retry-After says how many seconds to wait"
    HostNotAllowed          Flow    "FLOW-1003-403"  403 "Forbidden"
        "Host is not a name of this server; --allow-host adds one"
    MethodNotAllowed        Flow    "FLOW-1003-405"  405 "Method Not Allowed"
        "the path exists but not with this method; the Allow header lists those it takes"
    SandboxFull             Flow    "FLOW-1004-403"  403 "Forbidden"
        "the sandbox holds as many entities or documents of a kind as it may; delete some or raise the limit"
    RequestTimeout          Flow    "FLOW-1004-408"  408 "Request Timeout"
        "the request did not arrive in time"
    MemorySpent             Flow    "FLOW-1004-503"  503 "Service Unavailable"
        "other clients hold the memory for large bodies that the configuration allows; try again later"
    StateNotStored          Flow    "FLOW-1004-507"  507 "Insufficient Storage"
        "the change could not be stored in the folder of --state, and was not made"
    PayloadTooLarge         Flow    "FLOW-1004-413"  413 "Payload Too Large"
        "the body is larger than the configured limit"
    QueryTooLong            Flow    "FLOW-1004-414"  414 "URI Too Long"
        "the query is longer than the configured limit"
    }
}

impl Code {
    /// The code: `FLOW-1404-412`, `403010`, `invalid_client`; empty for the content-type problem, which has none.
    pub(crate) const fn code(self) -> &'static str {
        self.row().code
    }

    /// The name, for errors on demand: the code or, if there is none, the title.
    pub(crate) const fn name(self) -> &'static str {
        if self.code().is_empty() { self.title() } else { self.code() }
    }

    /// The HTTP status.
    pub(crate) fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().status).expect("a test walks the catalogue")
    }

    /// The title of a Flow error, the message of a gateway error.
    pub(crate) const fn title(self) -> &'static str {
        self.row().title
    }

    /// When the error occurs, in flowmock's words.
    pub(crate) const fn explanation(self) -> &'static str {
        self.row().explanation
    }

    /// The form of the body.
    pub(crate) const fn shape(self) -> Shape {
        self.row().shape
    }

    /// The source of the error.
    pub(crate) const fn origin(self) -> Origin {
        self.row().origin
    }
}

macro_rules! provider_catalogue {
    ($( $variant:ident $code:literal $explanation:literal )*) => {
        /// An error of a source, the service's "flow provider". It reaches the client inside of
        /// [`Code::ProviderRefused`] or [`Code::ProviderNotFound`].
        ///
        /// Reference: `provider-errors.csv`; `flows-errors.csv`, layer provider.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum ProviderCode { $( #[doc = concat!($code, ": ", $explanation)] $variant, )* }

        impl ProviderCode {
            /// Every error.
            pub(crate) const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The provider's own code, for example `1304-400`.
            pub(crate) const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )* }
            }

            /// When the error occurs, in flowmock's words.
            pub(crate) const fn explanation(self) -> &'static str {
                match self { $( Self::$variant => $explanation, )* }
            }
        }
    };
}

provider_catalogue! {
    ObjectNotFound            "1102-404" "the table or path does not exist"
    FlowIdEmpty               "1201-400" "flowId is null or empty in an encryption request"
    PublicKeyMissing          "1202-400" "an Encryption transformation has no params.publicKeyId"
    PublicKeyUnknown          "1203-400" "the publicKeyId of an Encryption transformation is no known key"
    AlgorithmUnknown          "1204-400" "encryptionAlgorithm is neither PGP nor GPG"
    PassPhraseMissing         "1205-400" "the pass phrase for an encryption key is absent"
    PatchSwitchedOff          "1300-400" "a PATCH is switched off for connections of this source"
    AuthTypeUnknown           "1302-400" "the auth type is not one of the source's"
    ParamMissing              "1304-400" "a param that the auth spec requires is absent from auth.params"
    OperationNotSupported     "1305-400" "the source does not support this operation"
    TargetNull                "1306-400" "the target connection is null where its connection spec is checked"
    TargetNotDataLake         "1307-400" "the target connection of a source's flow is not the data lake's"
    SourceRefused             "1308-400" "the source refused the credentials or failed"
    EncryptionParamMissing    "1309-400" "an Encryption transformation lacks a param that it needs"
    PublicKeyExpired          "1310-400" "the public key of an Encryption transformation has expired"
    PublicKeyMalformed        "1311-400" "the publicKeyId of an Encryption transformation is malformed"
    ParamInvalid              "1312-400" "a param's value does not satisfy the auth spec"
    RestPathUnknown           "1313-400" "the connection spec of a REST source does not have the path attribute"
    RestPathNotPlain          "1314-400" "the path of a REST source is complex where a plain one is needed"
    RestContentNotArray       "1315-400" "the content path of a REST source does not point to an array of records"
    RestPaginationEmpty       "1316-400" "the pagination params of a REST source are empty"
    ScheduleMissing           "1317-400" "scheduleParams is absent or empty on a flow whose flow spec has a schedule"
    SeveralViolations         "1318-400" "several params are wrong, for different reasons"
    IdEmpty                   "1320-400" "an id, or a list of ids, that the entity needs is empty"
    IdsNotOne                 "1321-400" "the flow of a batch source has more than one source or target connection"
    SourceNullForSchema       "1322-400" "the source connection is null where the schema reference is built"
    SourcePartMissing         "1323-400" "the source connection lacks something that its source needs"
    TargetNullForDataSet      "1324-400" "the target connection is null where the dataset id is read"
    DataSetIdMissing          "1325-400" "a target connection to the data lake has no params.dataSetId"
    SourceNullForFormat       "1326-400" "the source connection is null where the format is read"
    FormatUnsupported         "1327-400" "the source does not support data.format"
    MappingWithoutParams      "1328-400" "a Mapping transformation has no params"
    NeededParamEmpty          "1329-400" "a param that a transformation needs is null or empty"
    TableWithoutColumns       "1330-400" "the table exists but has no columns"
    DelimiterInvalid          "1331-400" "the column delimiter is not one character"
    LandingZoneBase           "1332-400" "a source connection of Data Landing Zone names a base connection"
    ActionNotSupported        "1333-400" "the source does not support the action on its runs"
    ExploreParamEmpty         "1334-400" "a required explore parameter is empty"
    FilterNotSerialized       "1335-400" "filters is base64 of something other than JSON"
    ExploreNotSupported       "1336-400" "the source does not support explore"
    ObjectMissing             "1337-400" "the parameter that this objectType needs is empty or absent"
    IdsMissing                "1338-400" "sourceConnectionIds or targetConnectionIds is absent"
    OrgMalformed              "1339-400" "the organisation id has a wrong form"
    TimeInvalid               "1340-400" "a time cannot be read"
    FilterInvalid             "1349-400" "the filter does not have the form of a filter"
    FilterWithoutOperator     "1350-400" "a condition of the filter has no operator"
    FilterOperatorUnsupported "1351-400" "the filter has an operator that the source does not support"
    FilterOperatorNotNative   "1352-400" "the filter has an operator that the query language of the source lacks"
    FilterNotAtSource         "1353-400" "the source does not filter its rows"
    FilterLanguage            "1354-400" "the query language of the source's filters is not supported"
    FilterType                "1355-400" "the type of the filter is not PQL"
    FilterFormat              "1356-400" "the format of the filter is not pql/json"
    FilterValueMissing        "1357-400" "the filter has no value"
    ObjectTypeUnknown         "1358-400" "objectType is none of root, table, file, folder, rest"
    ExploreParamMissing       "1359-400" "a required query parameter is absent"
    StartInPast               "1360-400" "scheduleParams.startTime is in the past"
    IntervalWithOnce          "1361-400" "an interval goes with the frequency once"
    IntervalTooShort          "1362-400" "the interval is below the least of its frequency"
    IntervalInvalid           "1363-400" "the interval is no whole number above zero"
    BackfillWithOnce          "1364-400" "a backfill goes with the frequency once"
    PathFixed                 "1365-400" "the source does not let a PATCH change this path"
    StartPassed               "1366-400" "a PATCH changes the start time after it has passed"
    DeltaColumnMissing        "1367-400" "the recurring flow of a table has no Copy transformation with a delta column"
    ModeInBody                "1368-400" "the body of a flow has a mode"
    CopyWithOnce              "1369-400" "a Copy transformation with a delta column goes with the frequency once"
    MappingMissing            "1370-400" "the flow of a table has no Mapping transformation"
    NothingToDetermine        "1371-400" "determineProperties for an object that is no file"
    SpecNotExplorable         "1372-400" "the connection spec is explored through a base connection"
    FlowSpecTypeMissing       "1373-400" "flowSpecType is absent from the request"
    PropertiesTwice           "1374-400" "determineProperties and properties of the file's own"
    DetermineFailed           "1375-400" "the properties of the file cannot be determined"
    CannotDetermine           "1376-400" "the source has no files whose properties can be determined"
    FilterNull                "1377-400" "the filter compares a column with null by an operator that needs a value"
    FilterColumnUnknown       "1378-400" "the filter names a column that the table does not have"
    FilterValueType           "1379-400" "the filter compares a column with a value of another type"
    RunFailed                 "1380-400" "the run could not be started"
    WindowReversed            "1381-400" "the window of the run ends before it starts"
    DeltaColumnDiffers        "1382-400" "the delta column of the run is not that of the flow"
    RunDeltaColumnMissing     "1383-400" "neither the run nor the flow has a delta column"
    RunParamsMissing          "1384-400" "params of the run lacks a time, or has one that is no number"
    NoRunsOnDemand            "1385-400" "the source takes no runs on demand"
    FrequencyNotOnce          "1386-400" "the flow of the run has another frequency than once"
    RunNotOver                "1387-400" "the run is in a state in which it cannot be triggered again"
    FlowNotEnabled            "1388-400" "the flow of the run is not enabled"
    FilterNotBase64           "1389-400" "filters is not valid base64"
    FilterNotOfSeveral        "1390-400" "a not in the filter has more than one comparison"
    ColumnsMalformed          "1391-400" "the columns of a source connection cannot be read"
    TransformationsMalformed  "1392-400" "the transformations cannot be read"
    ParameterEmpty            "1393-400" "a parameter is null or empty"
    BelowOne                  "1394-400" "a parameter is below its minimum of one"
    SourceOfFlowEmpty         "1395-400" "the source connection of the flow is null or empty"
    NoFormatFits              "1396-400" "no format fits the file"
    FrequencyUnknown          "1397-400" "the frequency is none of once, minute, hour, day, week"
    UnsupportedOperation      "1398-400" "the operation is not supported"
    FileTypeNotFound          "1399-400" "the request has no file type"
    TemplateTypeInvalid       "1400-400" "templateType is invalid"
    RunActionUnknown          "1401-400" "the action of a run is none that there is"
    OnceTooLate               "1403-400" "a PATCH makes the frequency once after the start time has passed"
    BackfillTooLate           "1404-400" "a PATCH changes the backfill after the start time has passed"
    ZoneInactive              "1701-400" "the landing zone is not active"
    SasTypeNotAllowed         "1702-400" "that kind of access token is not allowed for the landing zone"
    RefreshNotAllowed         "1703-400" "the credentials of the landing zone cannot be renewed"
    ZoneActionUnknown         "1705-400" "the action on a landing zone is not refresh"
    ZoneTypeUnknown           "1710-400" "the type of the landing zone is neither user_drop_zone nor dlz_destination"
    ZoneActionNotAllowed      "1712-400" "the action is not allowed for that type of landing zone"
}

impl ProviderCode {
    /// The Flow Service error that contains it.
    pub(crate) const fn carrier(self) -> Code {
        match self {
            Self::ObjectNotFound => Code::ProviderNotFound,
            _ => Code::ProviderRefused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn codes_are_unique_and_end_in_their_status() {
        let mut seen = HashSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.code()), "{code:?} repeats a code");
            let status = code.status();
            assert!(status.is_client_error() || status.is_server_error());
            if code.shape() == Shape::Flow {
                assert!(code.code().ends_with(status.as_str()), "{code:?}");
            }
        }
    }

    /// The rows of a CSV file of the reference; `None`, with a message, if the reference is not there.
    fn reference(file: &str) -> Option<Vec<Vec<String>>> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/").to_owned() + file;
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("skipped: {file} of the reference is not beside the project");
            return None;
        };
        Some(text.lines().skip(1).map(|line| line.splitn(5, ',').map(str::to_owned).collect()).collect())
    }

    #[test]
    fn exactly_the_errors_of_the_reference_have_the_origin_reference() {
        let (Some(rows), Some(more)) = (reference("errors.csv"), reference("flows-errors.csv")) else {
            return;
        };
        let more: Vec<_> = more.into_iter().filter(|row| row[3] == "flow").collect();
        for row in &rows {
            let code = Code::ALL.iter().find(|code| code.code() == row[0]);
            let code = code.unwrap_or_else(|| panic!("{} is not in the catalogue", row[0]));
            assert_eq!(code.status().as_str(), row[1], "{code:?}");
            assert_eq!(code.origin(), Origin::Reference, "{code:?}");
            if code.shape() != Shape::Gateway {
                assert_eq!(code.title(), row[2], "{code:?}");
            }
            assert_eq!(code.shape() == Shape::Flow, row[3] == "flow", "{code:?}");
        }
        for code in Code::ALL.iter().filter(|code| code.origin() == Origin::Reference) {
            let row = rows.iter().chain(&more).find(|row| row[0] == code.code());
            let row = row.unwrap_or_else(|| panic!("{code:?} is not in the reference"));
            assert_eq!(code.status().as_str(), row[1], "{code:?}");
            assert!(code.shape() == Shape::Gateway || code.title() == row[2], "{code:?}");
        }
    }

    #[test]
    fn the_provider_errors_are_those_of_the_reference_in_its_order() {
        let (Some(rows), Some(more)) = (reference("provider-errors.csv"), reference("flows-errors.csv"))
        else {
            return;
        };
        let more: Vec<_> = more.iter().filter(|row| row[3] == "provider").collect();
        for row in rows.iter().chain(more.iter().copied()) {
            assert!(ProviderCode::ALL.iter().any(|code| code.code() == row[0]), "{} is missing", row[0]);
        }
        assert!(ProviderCode::ALL.iter().map(|code| code.code()).is_sorted());
        let statuses: HashMap<&str, &str> =
            rows.iter().chain(more).map(|row| (row[0].as_str(), row[1].as_str())).collect();
        for code in ProviderCode::ALL {
            assert_eq!(statuses.get(code.code()), Some(&code.carrier().status().as_str()), "{code:?}");
        }
    }
}
