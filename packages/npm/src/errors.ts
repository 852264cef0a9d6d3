/** A call of flowmock failed: the server refused it, did not answer, or could not start. The message says what to do. */
export class FlowMockError extends Error {
  override name = 'FlowMockError';
  /** The status of the server's answer; absent if there was none. */
  readonly status?: number;
  /** The body of the server's answer. */
  readonly body?: string;

  constructor(message: string, answer?: { status: number; body: string }) {
    super(message);
    if (answer) {
      this.status = answer.status;
      this.body = answer.body;
    }
  }
}

/** The server could not start. The message is the server's own. */
export class StartError extends FlowMockError {
  override name = 'StartError';
}

/** The server refused a call. The message names the places in the document and what to change. */
export class RefusedError extends FlowMockError {
  override name = 'RefusedError';
}

/** The server does not answer. The message ends with its log. */
export class ServerGoneError extends FlowMockError {
  override name = 'ServerGoneError';
}

/** The expected requests did not arrive. The message shows the nearest ones and their differences. */
export class VerificationError extends Error {
  override name = 'VerificationError';
}

/** A client broke rules of the API, or the report cannot tell. The message is the contract report. */
export class ContractError extends Error {
  override name = 'ContractError';
}

/** What an error answer of the server says, in one line if possible. */
export function explain(body: string): string {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return body.trim();
  }
  const { errors, errorMessage, message, title } = (document ?? {}) as Record<string, unknown>;
  if (Array.isArray(errors)) {
    return errors
      .map((error: { path?: string; reason?: string }) => `${error.path ?? ''} ${error.reason ?? ''}`.trim())
      .join('\n');
  }
  return [errorMessage, message, title].find((text): text is string => typeof text === 'string') ?? body.trim();
}

/** The message of an error; for a connection that several addresses refused, that of the first. */
export function reason(error: unknown): string {
  if (error instanceof AggregateError) return reason(error.errors[0]);
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
