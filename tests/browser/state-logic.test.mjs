// What the State view decides without a browser: counts, filters, differences, forms.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "../../src/http/ui/page/views/state/compare.js";
import { readTree } from "../../src/http/ui/page/views/state/counts.js";
import { conditions, listQuery, nextToken, quoted } from "../../src/http/ui/page/views/state/filter.js";
import { bodyOf, exampleTexts, formOf } from "../../src/http/ui/page/views/state/forms.js";
import { actionsOf, kindOf } from "../../src/http/ui/page/views/state/kinds.js";
import { differences, editable, equal, operations } from "../../src/http/ui/page/views/state/patch.js";
import { dependants, dependsOn } from "../../src/http/ui/page/views/state/relations.js";
import { HIDDEN, hasSecrets, hide } from "../../src/http/ui/page/views/state/secrets.js";
import { fieldAt, fieldsOf, valueOf } from "../../src/http/ui/page/views/state/schema.js";

test("the tree comes from the gauges of the stored entities, sorted, with the unnamed rest", () => {
  const metrics = [
    "# TYPE flowmock_connections gauge",
    'flowmock_connections{ims_org_id="B@AdobeOrg",sandbox="prod"} 3',
    'flowmock_connections{ims_org_id="A \\"quoted\\"",sandbox="dev"} 1',
    'flowmock_flows{ims_org_id="B@AdobeOrg",sandbox="prod"} 2',
    'flowmock_connections{ims_org_id="",sandbox=""} 7',
    'flowmock_requests_total{operation="listFlows",status="200"} 99',
  ].join("\n");
  const tree = readTree(metrics, { imsOrgId: "C@AdobeOrg", sandbox: "empty" });
  assert.deepEqual(
    tree.organisations.map(({ imsOrgId, total }) => [imsOrgId, total]),
    [
      ['A "quoted"', 1],
      ["B@AdobeOrg", 5],
      ["C@AdobeOrg", 0],
    ],
  );
  assert.deepEqual(tree.organisations[1].sandboxes, [{ name: "prod", counts: { connections: 3, flows: 2 }, total: 5 }]);
  assert.equal(tree.others, 7);
  assert.equal(tree.total, 13);
});

test("conditions are separated by & outside quotes", () => {
  assert.deepEqual(conditions('state==enabled & name<="a & b" &'), ["state==enabled", 'name<="a & b"']);
  assert.deepEqual(conditions('name=="say ""&"""'), ['name=="say ""&"""']);
  assert.deepEqual(conditions('name=="open & shut'), ['name=="open & shut']);
  assert.deepEqual(conditions("  "), []);
});

test("a list's query names every filter, the order and the page", () => {
  assert.equal(
    listQuery({ filter: "a==1&b!=x y", order: "-name", limit: 5, token: "t/=" }),
    "property=a%3D%3D1&property=b%21%3Dx+y&orderby=-name&limit=5&continuationToken=t%2F%3D",
  );
  assert.equal(nextToken({ _links: { next: { href: "/flows?continuationToken=ab%3D%3D" } } }), "ab==");
  assert.equal(nextToken({ _links: {} }), null);
  assert.equal(quoted('a "b"'), '"a ""b"""');
  assert.equal(quoted("084e4d09-1472"), "084e4d09-1472");
});

test("the operations of a PATCH are the differences, and arrays of other lengths are replaced", () => {
  const before = { name: "a", gone: 1, own: { "x/y": 1, same: [1] }, list: [1, 2], pairs: [{ k: 1 }, { k: 2 }] };
  const after = { name: "b", own: { "x/y": 2, same: [1] }, list: [1], pairs: [{ k: 1 }, { k: 3 }], fresh: null };
  assert.deepEqual(operations(before, after), [
    { op: "replace", path: "/name", value: "b" },
    { op: "remove", path: "/gone" },
    { op: "replace", path: "/own/x~1y", value: 2 },
    { op: "replace", path: "/list", value: [1] },
    { op: "replace", path: "/pairs/1/k", value: 3 },
    { op: "add", path: "/fresh", value: null },
  ]);
  assert.deepEqual(differences({ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }), []);
  assert.equal(equal([1, { a: null }], [1, { a: null }]), true);
  assert.equal(equal({ a: undefined }, {}), false);
});

test("the editor has what a client may write", () => {
  assert.deepEqual(editable({ id: "1", etag: "e", name: "n", auth: {}, lastOperation: {}, team: "sales" }), {
    name: "n",
    auth: {},
    team: "sales",
  });
});

test("two state documents differ by entity and field, whatever the order", () => {
  const sandbox = (connections, more = {}) => ({
    organisations: [{ imsOrgId: "A", sandboxes: [{ name: "dev", connections, ...more }] }],
  });
  const before = sandbox(
    [
      { id: "1", version: "v", name: "one" },
      { id: "2", name: "two" },
    ],
    { sources: { ats: { tables: {} } } },
  );
  const after = sandbox(
    [
      { id: "3", name: "three" },
      { id: "1", name: "uno", version: "w" },
    ],
    { sources: { ats: { tables: { t: {} } } }, title: "Dev" },
  );
  assert.deepEqual(
    compare(before, after).map(({ change, kind, id, name, fields }) => [
      change,
      kind,
      id,
      name,
      fields.map(({ path }) => path),
    ]),
    [
      ["changed", "connections", "1", "one", ["/name", "/version"]],
      ["removed", "connections", "2", "two", []],
      ["changed", "sources", "ats", "", ["/tables/t"]],
      ["added", "connections", "3", "three", []],
      ["added", "settings", "dev", "", []],
    ],
  );
  assert.deepEqual(compare(before, before), []);
  assert.deepEqual(
    compare({ clients: [{ clientId: "c" }] }, {}).map(({ change, kind, id }) => [change, kind, id]),
    [["removed", "clients", "c"]],
  );
});

const ATS = {
  id: "ecde",
  name: "azure-table-storage",
  version: "1.0",
  exploreSpec: { type: "Tabular" },
  sourceSpec: {
    spec: {
      type: "object",
      properties: { tableName: { type: "string" }, columns: { type: "array" } },
      required: ["tableName"],
    },
  },
  authSpec: [
    {
      name: "Connection String Based Authentication",
      spec: {
        type: "object",
        required: ["connectionString"],
        properties: {
          usePrivateLink: { type: "boolean", default: false },
          port: { type: ["integer", "string"] },
          mode: { enum: ["fast", 2] },
          connectionString: { type: "string", format: "password", description: "AccountName=..." },
          more: { type: "object", properties: { deep: { type: "string" } }, required: ["deep"] },
        },
      },
    },
  ],
};

test("a schema becomes fields: required ones first, with their types, choices and descriptions", () => {
  const fields = fieldsOf(ATS.authSpec[0].spec, "/auth/params");
  assert.deepEqual(
    fields.map(({ path, type, required }) => [path, type, required]),
    [
      ["/auth/params/connectionString", "password", true],
      ["/auth/params/usePrivateLink", "boolean", false],
      ["/auth/params/port", "text", false],
      ["/auth/params/mode", "choice", false],
      ["/auth/params/more/deep", "text", false],
    ],
  );
  assert.equal(fields[0].description, "AccountName=...");
  assert.deepEqual(fieldsOf(undefined), []);
});

test("a filled form becomes a value; what is empty is left out, what is no value stays text for the server to refuse", () => {
  const fields = fieldsOf(ATS.authSpec[0].spec);
  const value = valueOf(fields, {
    "/connectionString": "x",
    "/usePrivateLink": "maybe",
    "/port": "443",
    "/mode": "2",
    "/more/deep": "d",
  });
  assert.deepEqual(value, { connectionString: "x", usePrivateLink: "maybe", port: 443, mode: 2, more: { deep: "d" } });
  assert.deepEqual(valueOf(fields, {}), {});
  assert.deepEqual(valueOf([{ path: "/ids/0", type: "text" }], { "/ids/0": "a" }), { ids: ["a"] });
});

test("a refusal's pointer finds its field", () => {
  const paths = ["/name", "/auth/params/connectionString", "/data/format"];
  assert.equal(fieldAt(paths, "/auth/params/connectionString"), paths[1]);
  assert.equal(fieldAt(paths, "/name/0"), "/name");
  assert.equal(fieldAt(paths, "/data"), "/data/format");
  assert.equal(fieldAt(paths, "/nowhere"), undefined);
  assert.equal(fieldAt(paths, ""), undefined);
});

test("the form of a connection asks for the params of the chosen auth spec", () => {
  const body = bodyOf("connections", ATS, ATS.authSpec[0], { "/name": "orders", "/auth/params/connectionString": "s" });
  assert.deepEqual(body, {
    name: "orders",
    connectionSpec: { id: "ecde", version: "1.0" },
    auth: { specName: "Connection String Based Authentication", params: { connectionString: "s" } },
  });
  assert.deepEqual(bodyOf("connections", { ...ATS, authSpec: [] }, undefined, { "/name": "n" }), {
    name: "n",
    connectionSpec: { id: "ecde", version: "1.0" },
  });
});

test("an example of a source connection fills what its spec requires", () => {
  const texts = { ...exampleTexts("sourceConnections", ATS, undefined, 0), "/baseConnectionId": "base" };
  assert.deepEqual(bodyOf("sourceConnections", ATS, undefined, texts), {
    name: "new azure-table-storage",
    baseConnectionId: "base",
    connectionSpec: { id: "ecde", version: "1.0" },
    data: { format: "tabular" },
    params: { tableName: "my-tableName" },
  });
});

test("the form of a flow names its ends, transformations and schedule", () => {
  const spec = {
    id: "f",
    name: "CRMToAEP",
    version: "1.0",
    sourceConnectionSpecIds: ["ecde"],
    targetConnectionSpecIds: ["lake"],
    transformationSpecs: [
      {
        name: "Copy",
        spec: {
          properties: { deltaColumn: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
          required: ["deltaColumn"],
        },
      },
      { name: "Mapping", spec: { properties: { mappingId: { type: "string" } } } },
    ],
    scheduleSpec: {
      spec: {
        properties: {
          startTime: { type: "integer" },
          frequency: { enum: ["once", "hour"] },
          interval: { type: "integer" },
        },
        required: ["startTime", "frequency"],
      },
    },
  };
  const ends = formOf("flows", spec).filter(({ type }) => type === "entity");
  assert.deepEqual(
    ends.map(({ path, kind, filter }) => [path, kind, filter]),
    [
      ["/sourceConnectionIds/0", "sourceConnections", "connectionSpec.id==ecde"],
      ["/targetConnectionIds/0", "targetConnections", "connectionSpec.id==lake"],
    ],
  );
  const texts = {
    ...exampleTexts("flows", spec, undefined, 1000),
    "/sourceConnectionIds/0": "s",
    "/targetConnectionIds/0": "t",
    "/transformations/1/params/mappingId": "m",
  };
  assert.deepEqual(bodyOf("flows", spec, undefined, texts), {
    name: "new CRMToAEP",
    sourceConnectionIds: ["s"],
    targetConnectionIds: ["t"],
    flowSpec: { id: "f", version: "1.0" },
    transformations: [
      { name: "Copy", params: { deltaColumn: { name: "updatedAt" } } },
      { name: "Mapping", params: { mappingId: "m" } },
    ],
    scheduleParams: { startTime: 3601, frequency: "hour", interval: 1 },
  });
});

test("an entity offers the actions that its state allows", () => {
  const of = (state) => actionsOf(kindOf("connections"), { state });
  assert.deepEqual(
    [of("draft"), of("enabled"), of("disabled"), of("updating")],
    [["publish"], ["disable"], ["enable"], []],
  );
});

test("relations name what an entity uses and which lists hold its users", () => {
  const flow = { id: "f", sourceConnectionIds: ["s"], targetConnectionIds: ["t"], flowSpec: { id: "spec" } };
  assert.deepEqual(
    dependsOn("flows", flow).map(({ kind, id }) => [kind, id]),
    [
      ["sourceConnections", "s"],
      ["targetConnections", "t"],
      ["flowSpecs", "spec"],
    ],
  );
  assert.deepEqual(dependants("flows", flow), [{ kind: "runs", filter: "flowId==f" }]);
  assert.deepEqual(dependants("connections", { id: "b" })[0], {
    kind: "sourceConnections",
    filter: "baseConnectionId==b",
  });
  assert.deepEqual(dependants("runs", { id: "r" }), []);
});

test("credentials are hidden wherever they stand, and nothing else is", () => {
  const entity = {
    name: "orders",
    auth: { specName: "Basic", params: { host: "h", list: ["x"] } },
    params: { tableName: "t", sasToken: "s", port: 1 },
  };
  assert.deepEqual(hide(entity), {
    name: "orders",
    auth: { specName: "Basic", params: { host: HIDDEN, list: [HIDDEN] } },
    params: { tableName: "t", sasToken: HIDDEN, port: 1 },
  });
  assert.equal(hide("s3cret", "/clients/0/clientSecret"), HIDDEN);
  assert.deepEqual(hide({ secret: { part: "s3cret" }, credentials: ["s3cret"] }), { secret: HIDDEN, credentials: HIDDEN });
  assert.equal(hide(undefined, "/auth/params/password"), undefined);
  assert.deepEqual([hasSecrets(entity), hasSecrets({ name: "orders" })], [true, false]);
  const hidden = [
    { params: { accessKey: "k", pwd: "p", passphrase: "p", sharedAccessSignature: "s" } },
    { description: "AccountName=a;AccountKey=c2VjcmV0" },
    { description: "https://a.blob.core.windows.net/c?sv=1&sig=c2VjcmV0" },
    { description: "postgres://u:p@host/db" },
    { description: "Bearer c2VjcmV0c2VjcmV0" },
  ];
  for (const value of hidden)
    for (const [name, part] of Object.entries(value.params ?? value))
      assert.equal(hide({ [name]: part })[name], HIDDEN, name);
  const shown = { continuationToken: "t", url: "https://host:8080/a?name=orders", key: "k", description: "the token = " };
  assert.deepEqual(hide(shown), shown);
});
