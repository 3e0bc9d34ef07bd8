import type { Clock } from '../clock.ts'
import type { FaultBook } from '../faults/fault-book.ts'
import type { Built } from '../images/built.ts'
import type { Journal } from '../journal/journal.ts'
import type { QuirkBoard } from '../quirks/quirk-board.ts'
import type { RepositoryAccess } from '../repository-access.ts'
import type { ControlReply } from './control-reply.ts'

/** What the API turns: a registry from the inside. */
export interface Controlled {
  readonly journal: Journal
  readonly faults: FaultBook
  readonly quirks: QuirkBoard
  readonly clock: Clock
  /** The kinds of its rules. */
  readonly auth: readonly string[]
  /** Known once both origins listen. */
  readonly addresses: () => { readonly url: string; readonly host: string; readonly cdn: string }
  seed(built: Built): Promise<unknown>
  repositories(): readonly string[]
  repository(name: string): RepositoryAccess
  expireTokens(): void
  /** Resolves when what was changed is kept. */
  settled(): Promise<void>
}

export interface ControlRequest {
  readonly method: string
  /** What follows the endpoint's own path and a slash, decoded: an id, a repository's name. Empty for the endpoint itself. */
  readonly rest: string
  readonly query: URLSearchParams
  /** Of POST, PUT and PATCH. */
  readonly body: unknown
}

/** Answers for one path and all below it. `undefined`: there is no such thing. */
export interface Endpoint {
  readonly methods: readonly string[]
  /** Of a body, in bytes. Default 1 MiB. */
  readonly bodyLimit?: number | undefined
  answer(request: ControlRequest, controlled: Controlled): ControlReply | undefined | Promise<ControlReply | undefined>
}
