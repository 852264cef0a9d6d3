// A part of the state: everything, an organisation, or a sandbox. What would destroy a part asks first, and offers a snapshot.

import { control } from "../../core/api.js";
import { confirm } from "../../parts/confirm.js";
import { notify } from "../../parts/toasts.js";

/** @typedef {{imsOrgId?: string, sandbox?: string}} Part without organisation, everything; without sandbox, the organisation */

/** A part in words: `the sandbox dev of ACME@AdobeOrg`. @param {Part} part */
export function partName({ imsOrgId, sandbox }) {
  if (sandbox) return `the sandbox ${sandbox} of ${imsOrgId}`;
  return imsOrgId ? `the organisation ${imsOrgId}` : "everything";
}

/** Keeps a part under a name. @param {string} name @param {Part} part */
export function saveSnapshot(name, part) {
  return control("PUT", `/snapshots/${encodeURIComponent(name)}`, { query: part });
}

/**
 * Asks before a part of the state goes; saves a snapshot of it first if that is wanted.
 * @param {{title: string, text: string, action: string}} question
 * @param {Part} part
 * @param {string} occasion "reset": a word for the snapshot's name
 * @returns {Promise<boolean>} whether to go on
 */
export async function confirmLoss(question, part, occasion) {
  const answer = await confirm({ ...question, other: { label: "Save a snapshot first", value: "snapshot" } });
  if (answer !== "snapshot") return answer;
  const name = `before-${occasion}-${new Date().toISOString().slice(0, 19).replace(/\D/g, "")}`;
  await saveSnapshot(name, part);
  notify(`The snapshot ${name} is saved`);
  return true;
}
