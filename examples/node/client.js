// A small client of the Flow Service: creates, lists, renames. It is what the tests beside it test.

/** An answer of the service that is no success. */
export class FlowServiceError extends Error {
  constructor(status, problem) {
    super(`${status}: ${problem.errorMessage ?? problem.title ?? problem.message}`);
    this.status = status;
  }
}

export class FlowServiceClient {
  #baseUrl;
  #headers;
  #pauseMs;

  constructor(baseUrl, headers, { pauseMs = 1000 } = {}) {
    this.#baseUrl = baseUrl;
    this.#headers = headers;
    this.#pauseMs = pauseMs;
  }

  /** Creates a connection and returns its id. */
  async create(connection) {
    return (await this.#call('POST', '/connections', connection)).id;
  }

  /** All connections, page by page. */
  async *connections(pageSize = 100) {
    let path = `/connections?limit=${pageSize}`;
    while (path) {
      const { items, _links } = await this.#call('GET', path);
      yield* items;
      path = _links?.next?.href?.replace(/^.*\/flowservice/, '');
    }
  }

  /** Renames a connection; if somebody else changes it meanwhile, tries again with the new version. */
  async rename(id, name) {
    for (;;) {
      const [connection] = (await this.#call('GET', `/connections/${id}`)).items;
      try {
        const patch = [{ op: 'replace', path: '/name', value: name }];
        return await this.#call('PATCH', `/connections/${id}`, patch, { 'If-Match': connection.etag });
      } catch (error) {
        if (error.status !== 412) throw error;
      }
    }
  }

  // The service is overloaded now and then: three tries, with a pause that grows.
  async #call(method, path, body, headers = {}) {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(this.#baseUrl + path, {
        method,
        headers: { ...this.#headers, ...headers, ...(body && { 'Content-Type': 'application/json' }) },
        body: body && JSON.stringify(body),
      });
      if (response.ok) return response.json();
      if (response.status !== 503 || attempt === 3) throw new FlowServiceError(response.status, await response.json());
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, this.#pauseMs * 2 ** (attempt - 1)));
    }
  }
}
