/** An answer of the API. */
export interface ApiAnswer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else text. */
  readonly body: T;
}

export interface ApiOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Another token than the client's own; null: none. */
  readonly token?: string | null;
}

/** A client of the HTTP API that hands back answers as they are, good or bad. */
export class ApiClient {
  readonly #base: string;
  readonly token: string;

  constructor(base: string, token: string) {
    this.#base = base;
    this.token = token;
  }

  /** The same service, another token. */
  as(token: string): ApiClient {
    return new ApiClient(this.#base, token);
  }

  /** `path` begins with "/" and is under /api/v1. `body` is sent as JSON; a string as it is; FormData as multipart. */
  async request<T = unknown>(method: string, path: string, body?: unknown, options: ApiOptions = {}): Promise<ApiAnswer<T>> {
    const token = options.token === undefined ? this.token : options.token;
    const isForm = body instanceof FormData;
    const response = await fetch(`${this.#base}/api/v1${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: isForm || typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await parsed(response)) as T };
  }

  get<T = unknown>(path: string): Promise<T> {
    return this.#must<T>('GET', path, undefined, [200]);
  }

  post<T = unknown>(path: string, body: unknown = {}): Promise<T> {
    return this.#must<T>('POST', path, body, [200, 201, 202]);
  }

  patch<T = unknown>(path: string, body: unknown): Promise<T> {
    return this.#must<T>('PATCH', path, body, [200]);
  }

  put<T = unknown>(path: string, body: unknown): Promise<T> {
    return this.#must<T>('PUT', path, body, [200]);
  }

  delete(path: string): Promise<unknown> {
    return this.#must('DELETE', path, undefined, [200, 204]);
  }

  /** Bytes of a file, such as what a far end heard. */
  async bytes(path: string): Promise<Buffer> {
    const response = await fetch(`${this.#base}/api/v1${path}`, { headers: { authorization: `Bearer ${this.token}` } });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  async #must<T>(method: string, path: string, body: unknown, expected: readonly number[]): Promise<T> {
    const answer = await this.request<T>(method, path, body);
    if (!expected.includes(answer.status)) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

async function parsed(response: Response): Promise<unknown> {
  const text = await response.text();
  return /json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : text;
}
