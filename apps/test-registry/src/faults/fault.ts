import type { RouteKind } from '../route.ts'
import type { FaultAction } from './fault-action.ts'

/**
 * A fault as data: which requests, and what happens to them. JSON, so that a file or another program can hold one.
 *
 * Every given selector must fit. The requests that fit are counted, and `nth`, `from`, `times` and `probability` choose
 * among them. Only requests that got past authentication are looked at, unless `unauthorized` is true.
 */
export interface Fault {
  /** For the journal. Default: what the fault says, in short. */
  readonly name?: string | undefined
  /** The kind of route; `cdn` is the second origin. */
  readonly on: Exclude<RouteKind, 'unknown'> | 'any'
  /** Default: any; for what happens inside a body (`afterBytes`, `flip`, `extraBytes` …), GET; with `afterRequestBytes` POST, PUT and PATCH. */
  readonly method?: string | readonly string[] | undefined
  readonly repository?: string | undefined
  /** A tag, a digest, or an upload's id: as it stands in the path. `digest` is the same. */
  readonly target?: string | undefined
  readonly digest?: string | undefined
  /** Only requests with a `Range` header, or only those without. */
  readonly ranged?: boolean | undefined
  /** True: the requests that the registry turns away with 401, in place of the others. */
  readonly unauthorized?: boolean | undefined
  /** True: only requests on a connection that carried one before; false: only the first on each. */
  readonly reused?: boolean | undefined
  /** Only the nth request that fits, from 1. */
  readonly nth?: number | undefined
  /** From the nth request that fits. */
  readonly from?: number | undefined
  /** At most so often. */
  readonly times?: number | undefined
  /** 0 to 1: the part of the requests that are hit, the same ones for the same `seed` (default 1). */
  readonly probability?: number | undefined
  readonly seed?: number | undefined
  /**
   * Where in the answer's body it happens, in bytes from the body's own start. Without it `reset`, `close` and `stall`
   * come before any answer; 0 is after the head.
   */
  readonly afterBytes?: number | undefined
  /** The same in the request's body: `reset`, `close`, `stall`, a status or `flip` when so many bytes have come. What came before counts. */
  readonly afterRequestBytes?: number | undefined
  readonly then: FaultAction
}
