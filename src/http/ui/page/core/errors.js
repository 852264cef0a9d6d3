// A refused or failed call as the page shows it. flowmock and the services it emulates have several shapes of errors.

/** @typedef {{path: string, reason: string}} Problem one thing wrong with a request, with its JSON pointer or parameter */

/** A call that failed. Everything in it comes from the server: show it as text. */
export class ApiError extends Error {
  /**
   * @param {object} facts
   * @param {number} facts.status of the answer; 0 if there was none
   * @param {string} facts.title one line
   * @param {string} [facts.message] what to do about it
   * @param {string} [facts.code] the error code of the service
   * @param {Problem[]} [facts.problems] everything that is wrong with the request
   * @param {string} [facts.place] JSON pointer to the part of the body that is at fault
   * @param {*} [facts.body] the answer as it came
   */
  constructor({ status, title, message = "", code = "", problems = [], place = "", body }) {
    super(message || title);
    Object.assign(this, { name: "ApiError", status, title, detail: message, code, problems, place, body });
  }
}

/** The error of a call that got no answer. */
export function noAnswer(cause) {
  const message = "flowmock does not answer. Is it still running?";
  return new ApiError({ status: 0, title: "No answer", message: `${message} (${cause.message})` });
}

/**
 * @param {number} status
 * @param {*} body parsed JSON, or text
 * @param {Headers} [headers]
 * @returns {ApiError}
 */
export function errorOf(status, body, headers) {
  const facts = { status, title: `Status ${status}`, body, place: headers?.get("x-flowmock-pointer") ?? "" };
  if (typeof body === "string") return new ApiError({ ...facts, message: body.slice(0, 2000) });
  if (body === null || typeof body !== "object") return new ApiError(facts);
  if (Array.isArray(body.errors)) return new ApiError({ ...facts, ...ofErrors(status, body.errors) });
  // The gateway: {"error_code", "message"}; the token calls: {"error", "error_description"}.
  const code = body.error_code ?? body.error ?? codeOf(body.type) ?? "";
  const title = body.title ?? (code ? `${code}` : facts.title);
  const message =
    body.report?.["detailed-message"] ?? body.errorMessage ?? body.message ?? body.error_description ?? "";
  return new ApiError({ ...facts, title, message, code, problems: problemsOf(body.report) });
}

/** flowmock's own calls: every problem, with its place. A single one without a place is the message. */
function ofErrors(status, errors) {
  const problems = errors.map(({ path = "", reason, message }) => ({
    path,
    reason: reason ?? message ?? "",
  }));
  if (problems.length === 1 && problems[0].path === "") {
    return { title: `Refused (${status})`, message: problems[0].reason };
  }
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return { title: `Refused: ${count}`, problems };
}

/** The lists that a problem document may carry in its report. */
function problemsOf(report) {
  const lists = Object.values(report ?? {})
    .filter(Array.isArray)
    .flat();
  return lists
    .filter((item) => item && typeof item === "object")
    .map((item) => ({
      path: item.path ?? item.pointer ?? item.field ?? "",
      reason: item.reason ?? item.message ?? JSON.stringify(item),
    }));
}

function codeOf(type) {
  return typeof type === "string" ? type.split("/").pop() : undefined;
}
