/** One HTTP request, no redirects followed, no decoding done. */
export interface TransportRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | undefined
  /** Certificates are not checked: only for hosts the user marked insecure. */
  readonly insecure?: boolean | undefined
}

/** Where the answer goes. A promise returned by `data` asks for a pause; what either throws rejects the request. */
export interface TransportReceiver {
  head(status: number, headers: Headers): void | Promise<void>
  data(chunk: Uint8Array): void | Promise<void>
}

/** Resolves when the body ended whole; rejects with a `TransportError` otherwise, or with the signal's reason. */
export type Transport = (request: TransportRequest, to: TransportReceiver, options?: { signal?: AbortSignal | undefined }) => Promise<void>
