import type { GiveBack } from '@lading/content'
import type { Admission } from '../admit.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { AddressClass } from '../origin/address-class.ts'
import type { Shown } from '../origin/decide-origin.ts'
import type { TransportHeaders, TransportRequest } from '../transport.ts'
import type { Allowance } from './allowance.ts'
import type { HostPlace } from './host-place.ts'

/** What is asked. */
export interface Question {
  readonly method: TransportRequest['method']
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Shown to the origin of `url` and to no other. */
  readonly authorization?: string | undefined
  /** A function gives the body anew for each attempt. */
  readonly body?: Uint8Array | string | (() => AsyncIterable<Uint8Array>) | undefined
  /** As of a transport's request. */
  readonly onSent?: TransportRequest['onSent']
  /** Milliseconds that the registry may take to answer at least. */
  readonly answerTimeout?: number | undefined
  /** A request that changes something may be made elsewhere, as 307 and 308 ask; its body must be one that can be sent again. Default false. */
  readonly moves?: boolean | undefined
}

/** What the origin policy lets a request to a URL carry and reach. */
export interface Clearance {
  readonly show: Shown
  /** What the name may resolve to; `undefined`: anything that is ever called. */
  readonly addresses: readonly AddressClass[] | undefined
}

/** A question on its way. Each concern reads what it needs, and adds what the transport is to know. */
export interface WireRequest extends Question, Pick<TransportRequest, 'insecure' | 'tls' | 'connectTimeout' | 'proxy'> {
  /** The endpoint that the user named: what it may lead to is judged by it. */
  readonly registry: URL
  /** On whose behalf it is asked. */
  readonly endpoint?: Endpoint | undefined
  readonly clearance: Clearance
  /** What names may resolve to where `clearance` leaves that open. */
  readonly within?: readonly AddressClass[] | undefined
  /** The answer is a blob that is streamed, which may take its time. */
  readonly streamed?: boolean | undefined
  /** The answer is a blob, which takes a place at a host. */
  readonly admission?: Admission | undefined
  /** That place, while it is held and while it is not. */
  readonly place?: HostPlace | undefined
  /** A token server is asked: all its paths may see what it may see. */
  readonly realm?: boolean | undefined
  /** A redirect led away from the origin that was asked, or to where nothing was shown. */
  readonly elsewhere?: boolean | undefined
  /** What the whole of it may take, redirects included. */
  readonly allowance?: Allowance | undefined
}

export interface Head {
  readonly status: number
  readonly headers: TransportHeaders
  /** Who answered, after redirects. */
  readonly url: URL
  /** A redirect led away from the origin that was asked, or to where nothing was shown: its answer is not the registry's word. */
  readonly elsewhere: boolean
  /** The one who answered was shown the `Authorization`. */
  readonly authorized: boolean
  /** What the name of the one who answered may resolve to; `undefined`: anything that is ever called. */
  readonly addresses: readonly AddressClass[] | undefined
}

/** Takes a chunk of the body; a promise asks for a pause. Called as a plain function. */
export type Take = (chunk: Uint8Array, giveBack?: GiveBack) => void | Promise<void>

/** Told of the answer's head, says who takes the body: no concern that leaves the body alone stands between. */
type Receive = (head: Head) => Take | Promise<Take>

interface WireOptions {
  readonly signal?: AbortSignal | undefined
  /** The request left our side. */
  readonly onStart?: (() => void) | undefined
  /** Our side makes the host wait, or does so no longer. */
  readonly onPause?: ((paused: boolean) => void) | undefined
}

/** A `Transport`, in the words that the concerns need. Rejects with what `receive` and takers throw, too. */
export type WireTransport = (request: WireRequest, receive: Receive, options?: WireOptions) => Promise<void>

/** Something that happens to requests. */
export type Concern = (next: WireTransport) => WireTransport

/** The concern of adding to requests. */
export const adding =
  (what: (request: WireRequest) => Partial<WireRequest>): Concern =>
  (next) =>
  (request, receive, options) =>
    next({ ...request, ...what(request) }, receive, options)

export const isReading = ({ method }: Pick<Question, 'method'>): boolean => method === 'GET' || method === 'HEAD'
