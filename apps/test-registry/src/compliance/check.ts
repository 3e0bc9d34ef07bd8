import { nameErrors } from '@lading/errors'
import type { Target } from './target.ts'

/** One thing that a registry should do, tried over HTTP. */
export interface Check {
  /** `chunks: out of order is 416`: what is looked at, and what should be. Never changes its meaning under the same name. */
  readonly name: string
  /** The distribution spec's groups of conformance; `http` is what plain HTTP offers, `docker` what only Docker's API has. */
  readonly group: 'pull' | 'push' | 'discovery' | 'management' | 'http' | 'docker'
  /** The first version of the distribution spec that asks for it; `dev` is its main branch after 1.1.1. */
  readonly since: '1.0' | '1.1' | 'dev'
  /** Rejects with an AssertionError for a wrong answer, and with `Unsupported` for a legal answer that says no. */
  run(target: Target): Promise<void>
}

/** The registry does not offer this, and need not. */
export class Unsupported extends Error {}
nameErrors(Unsupported, 'Unsupported')

/** A group of checks that share a subject. */
export const checksOf =
  (group: Check['group'], since: Check['since'] = '1.0') =>
  (name: string, run: Check['run'], own: Partial<Pick<Check, 'group' | 'since'>> = {}): Check => ({
    name,
    group,
    since,
    run,
    ...own,
  })
