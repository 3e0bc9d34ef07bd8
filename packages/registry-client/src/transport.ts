import type { GiveBack } from '@lading/content'
import type { AddressClass } from './origin/address-class.ts'
import type { ProxySettings } from './proxy/proxy-settings.ts'

/** How a server's certificate is judged, and which one is shown to it. Everything in PEM. */
export interface TlsSettings {
  /** Authorities that are trusted beside Node's and the system's. */
  readonly ca?: readonly string[] | undefined
  /**
   * The client's certificate, with the chain to its issuer, and its key: neither without the other. Several: lists of the
   * same length and order. TLS chooses by what the server accepts among the first of each kind of key (RSA, EC, Ed25519 …).
   */
  readonly cert?: string | readonly string[] | undefined
  readonly key?: string | readonly string[] | undefined
  /** Default TLSv1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined
}

/** One HTTP request, no redirects followed, no decoding done. */
export interface TransportRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** An iterable's length is the `content-length` header's; its chunks are given away. Leaving early, `return` is called on it. */
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array> | undefined
  /** Told of a chunk of an iterable body that nobody looks at any more, sooner or later or never: its memory is used again. */
  readonly onSent?: ((chunk: Uint8Array) => void) | undefined
  /** Certificates are not checked: only for hosts the user marked insecure. */
  readonly insecure?: boolean | undefined
  readonly tls?: TlsSettings | undefined
  /** The bytes that the body of the answer will have, unless the server says otherwise; `undefined`: few, or nobody knows. */
  readonly bodySize?: number | undefined
  /** Milliseconds until the connection stands. Default: the transport's own. */
  readonly connectTimeout?: number | undefined
  /** Milliseconds that the head of the answer may take at least, from the end of the body: some requests are long work. Default: the transport's own. */
  readonly answerTimeout?: number | undefined
  /** What the host's name may resolve to, where the transport looks it up itself. Default: anything but link-local and metadata addresses. */
  readonly addresses?: readonly AddressClass[] | undefined
  /** The way there leads through it. */
  readonly proxy?: ProxySettings | undefined
}

/** The answer's headers; a `Headers` fits. Names in any case; several lines of one name are joined with `, `. */
export interface TransportHeaders {
  get(name: string): string | null
}

/** Where the answer goes. A promise returned by either asks for a pause; what either throws rejects the request, unchanged. */
export interface TransportReceiver {
  /** Once, for the final answer: never for a 1xx. */
  head(status: number, headers: TransportHeaders): void | Promise<void>
  /**
   * Gives the chunk away: it is not used again. Where `giveBack` is given, a receiver that is done with the chunk may call
   * it, once, and its memory is freed at once instead of some time later.
   */
  data(chunk: Uint8Array, giveBack?: GiveBack): void | Promise<void>
}

/** Resolves when the body ended whole; rejects with a `TransportError` otherwise, or with the signal's reason. */
export type Transport = (
  request: TransportRequest,
  to: TransportReceiver,
  options?: { signal?: AbortSignal | undefined },
) => Promise<void>
