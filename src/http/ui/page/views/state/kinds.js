// The kinds of entities of a sandbox: which calls they have, and which columns their tables show.

/**
 * @typedef {object} Kind
 * @property {string} name the collection: its part of the path, and its key in a state document
 * @property {string} title
 * @property {string} one a single entity, for sentences
 * @property {string[]} actions operations of `POST /{collection}/{id}/action`
 * @property {boolean} [writable] entities can be created, changed and deleted
 * @property {boolean} [draft] an entity can be created as a draft
 * @property {string} [metric] the gauge that counts the entities of each sandbox
 * @property {[string, string, boolean?][]} columns title, path, and whether the list can be ordered by the path
 * @property {string[]} filters examples of filters
 */

const NAME = ["Name", "name", true];
const STATE = ["State", "state", true];
const SPEC = ["Spec", "connectionSpec.id", true];
const TIMES = [
  ["Created", "createdAt", true],
  ["Updated", "updatedAt", true],
];

/** @type {Kind[]} */
export const KINDS = [
  {
    name: "connections",
    title: "Connections",
    one: "connection",
    metric: "flowmock_connections",
    writable: true,
    draft: true,
    actions: ["publish", "enable", "disable"],
    columns: [NAME, STATE, SPEC, ...TIMES],
    filters: ["name==orders", "name>=m", "state!=enabled", "connectionSpec.id==…", "createdAt>1767600000000"],
  },
  {
    name: "sourceConnections",
    title: "Source connections",
    one: "source connection",
    metric: "flowmock_source_connections",
    writable: true,
    draft: true,
    actions: ["publish"],
    columns: [NAME, STATE, ["Base connection", "baseConnectionId", true], SPEC, ...TIMES],
    filters: ["name==customers", "baseConnectionId==…", "params.tableName==customers", "state==draft"],
  },
  {
    name: "targetConnections",
    title: "Target connections",
    one: "target connection",
    metric: "flowmock_target_connections",
    writable: true,
    draft: true,
    actions: ["publish"],
    columns: [NAME, STATE, ["Base connection", "baseConnectionId", true], SPEC, ...TIMES],
    filters: ["name==lake", "params.dataSetId==…", "state==draft"],
  },
  {
    name: "flows",
    title: "Flows",
    one: "flow",
    metric: "flowmock_flows",
    writable: true,
    draft: true,
    actions: ["publish", "enable", "disable"],
    columns: [NAME, STATE, ["Flow spec", "flowSpec.id", true], ["Last run", "lastRunDetails.state"], ...TIMES],
    filters: ["state==disabled", "flowSpec.id==…", "sourceConnectionIds[]==…", "lastRunDetails.state==failed"],
  },
  {
    name: "runs",
    title: "Runs",
    one: "run",
    actions: [],
    columns: [
      ["Id", "id"],
      ["Status", "metrics.statusSummary.status"],
      ["Flow", "flowId"],
      ["Rows", "metrics.recordSummary.outputRecordCount"],
      ...TIMES,
    ],
    filters: ["flowId==…", "state==failed", "metrics.recordSummary.failedRecordCount>0", "createdAt>1767600000000"],
  },
  {
    name: "connectionSpecs",
    title: "Connection specs",
    one: "connection spec",
    actions: [],
    columns: [
      NAME,
      ["Version", "version", true],
      ["Type", "type", true],
      ["Category", "attributes.category"],
      ["Id", "id", true],
    ],
    filters: ["name==azure-blob", "type==Tabular"],
  },
  {
    name: "flowSpecs",
    title: "Flow specs",
    one: "flow spec",
    actions: [],
    columns: [NAME, ["Version", "version", true], ["Frequency", "attributes.frequency"], ["Id", "id", true]],
    filters: ["name==CRMToAEP", "sourceConnectionSpecIds[]==…"],
  },
];

/** The kind of this name; connections if there is none. */
export const kindOf = (name) => KINDS.find((kind) => kind.name === name) ?? KINDS[0];

/** The value at a dotted path, such as `connectionSpec.id`. */
export const valueAt = (entity, path) => path.split(".").reduce((value, key) => value?.[key], entity);

/** The state of an entity; that of a run is its status. */
export const stateOf = (entity) => entity.state ?? entity.metrics?.statusSummary?.status ?? "";

const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/;

/** The name of an entity, or its id if it has none. A name that changes the direction of text does not turn what stands after it. */
export function nameOf({ name, id }) {
  return DIRECTION.test(name) ? `\u2068${name}\u2069` : name || id || "";
}

/** The actions that make sense in the entity's state. Others would be refused. */
export function actionsOf(kind, entity) {
  return kind.actions.filter((action) => {
    if (action === "publish") return entity.state === "draft";
    return entity.state === (action === "enable" ? "disabled" : "enabled");
  });
}
