// Names of connection specs and flow specs by their ids, for tables and links.

import { flow } from "../../core/api.js";
import { useLoad } from "../../core/use-load.js";

const NONE = new Map();

/** @returns {Map<string, string>} empty until the specs are there */
export function useSpecNames(tenant) {
  const names = useLoad(
    async (signal) => {
      const lists = ["connectionSpecs", "flowSpecs"].map((kind) =>
        flow("GET", `/${kind}?property=id,name&limit=1000`, { tenant, signal }),
      );
      return new Map((await Promise.all(lists)).flatMap(({ body }) => body.items).map(({ id, name }) => [id, name]));
    },
    [tenant.imsOrgId, tenant.sandbox],
  );
  return names.value ?? NONE;
}
