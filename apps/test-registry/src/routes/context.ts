import type { RegistryRequest } from '../http/message.ts'
import type { Quirks } from '../quirks.ts'
import type { RegistryState } from '../state/repository-state.ts'
import type { Uploads } from '../state/uploads.ts'

/** What a route works on. */
export interface RouteContext {
  readonly request: RegistryRequest
  readonly state: RegistryState
  readonly uploads: Uploads
  /** Checked by the router. */
  readonly repository: string
  /** A tag, a digest or an upload's id, unchecked. */
  readonly target: string
  readonly limits: Limits
  /** Whether the referrers API is there. */
  readonly referrers: boolean
  readonly quirks: Quirks
  readonly caller: Caller
}

/** Who asks, and where else there is what is asked for. */
export interface Caller {
  /** Whether they may pull from another repository: a mount must not be a way around. */
  mayRead(repository: string): boolean
  /** At the second origin; `undefined` there. */
  signedUrl?(): string
}

interface Limits {
  /** Bytes of a manifest that a push may have. The distribution spec wants 4 MiB accepted. */
  readonly manifestBytes: number
  /** Bytes of a blob. */
  readonly blobBytes: number
}
