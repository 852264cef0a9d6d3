// What an entity refers to, and which lists hold the entities that refer to it.
import { quoted } from "./filter.js";

/**
 * The entities that this one depends on.
 * @returns {{kind: string, id: string, role: string}[]}
 */
export function dependsOn(kind, entity) {
  const one = (of, id, role) => (id ? [{ kind: of, id, role }] : []);
  return [
    ...one("connections", entity.baseConnectionId, "base connection"),
    ...(entity.sourceConnectionIds ?? []).flatMap((id) => one("sourceConnections", id, "source connection")),
    ...(entity.targetConnectionIds ?? []).flatMap((id) => one("targetConnections", id, "target connection")),
    ...one("flows", entity.flowId, "flow"),
    ...one("connectionSpecs", entity.connectionSpec?.id, "connection spec"),
    ...one("flowSpecs", entity.flowSpec?.id, "flow spec"),
  ];
}

const REFERENCES = {
  connections: [
    ["sourceConnections", "baseConnectionId"],
    ["targetConnections", "baseConnectionId"],
    ["flows", "inheritedAttributes.sourceConnections[].baseConnection.id"],
    ["flows", "inheritedAttributes.targetConnections[].baseConnection.id"],
  ],
  sourceConnections: [["flows", "sourceConnectionIds[]"]],
  targetConnections: [["flows", "targetConnectionIds[]"]],
  flows: [["runs", "flowId"]],
  connectionSpecs: [
    ["connections", "connectionSpec.id"],
    ["sourceConnections", "connectionSpec.id"],
    ["targetConnections", "connectionSpec.id"],
    ["flowSpecs", "sourceConnectionSpecIds[]"],
    ["flowSpecs", "targetConnectionSpecIds[]"],
  ],
  flowSpecs: [["flows", "flowSpec.id"]],
};

/**
 * The filters that find the entities which depend on this one.
 * @returns {{kind: string, filter: string}[]}
 */
export function dependants(kind, entity) {
  return (REFERENCES[kind] ?? []).map(([of, path]) => ({ kind: of, filter: `${path}==${quoted(entity.id)}` }));
}
