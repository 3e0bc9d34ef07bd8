import type { AuthOptions, AuthRule } from '../auth/auth-options.ts'
import type { Fault } from '../faults/fault.ts'
import type { Quirks } from '../quirks.ts'
import type { RateLimit } from '../rate-limit.ts'

/** A registry as it is met in the field, made of the same parts that a test can use one by one. */
export interface Profile {
  readonly name: string
  /** Where each part is documented, or how it was measured. Registries change: try the real one too. */
  readonly sources: readonly string[]
  readonly auth?: AuthOptions | readonly AuthRule[] | undefined
  readonly quirks?: Quirks | undefined
  readonly rateLimit?: RateLimit | undefined
  readonly referrers?: boolean | undefined
  /** What it is known to answer otherwise, and why no option plays it. */
  readonly notPlayed?: Readonly<Record<string, string>> | undefined
  /** They belong to the registry: `clearFaults` leaves them, and the list of faults has not got them. */
  readonly faults?: readonly Fault[] | undefined
}
