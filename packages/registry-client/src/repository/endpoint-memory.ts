import type { Endpoint } from '../endpoint/endpoint.ts'
import { clientErrorKind } from '../errors/error-kinds.ts'
import { TransportError } from '../errors/transport-error.ts'
import { isLadingError } from '@lading/errors'
import type { Need } from './need.ts'

interface Asked {
  readonly need: Need
  readonly subject: string
}

/** What one repository's handle learned of its endpoints. */
export interface Memory {
  /** Which of the domain's own endpoints gave a good answer; shared with the handles of other tags. */
  readonly own: { key?: string | undefined }
  /** Those that are worth asking, the ones whose answers keep breaking off at the end. */
  inOrder<Of extends { readonly endpoint: Endpoint }>(able: readonly Of[], asked: Asked): readonly Of[]
  served(endpoint: Endpoint, need: Need): void
  failed(endpoint: Endpoint, asked: Asked, error: unknown, began: boolean): void
  /** What it gave was found wrong. */
  wrong(endpoint: Endpoint, asked: Asked): void
}

/** One cut connection is the network's; the second is taken for the mirror's. */
const mostBreaks = 2

/** Two mirrors of one address may have the repository at different paths. */
const keyOf = ({ url, path = '' }: Endpoint): string => `${url} ${path}`

export function createMemory(own: Memory['own'] = {}): Memory {
  /** Mirrors that are not asked for content: they refused, or are behind. */
  const shunned = new Set<string>()
  /** By subject, mirrors that do not have it. */
  const lacking = createTallies()
  /** By subject, mirrors whose answers broke off after they had begun. */
  const broken = createTallies()

  return {
    own,
    inOrder(able, { need, subject }) {
      const settled = able.some(({ endpoint }) => keyOf(endpoint) === own.key)
      const left = able.filter(({ endpoint }) => {
        const key = keyOf(endpoint)
        if (!endpoint.mirror) return !settled || key === own.key
        return lacking.of(subject, key) === 0 && !(need === 'pull' && shunned.has(key))
      })
      const breaks = ({ endpoint }: { readonly endpoint: Endpoint }): boolean =>
        broken.of(subject, keyOf(endpoint)) >= mostBreaks
      return [...left.filter((each) => !breaks(each)), ...left.filter(breaks)]
    },
    served(endpoint, need) {
      if (!endpoint.mirror) own.key ??= keyOf(endpoint)
      else if (need === 'resolve') shunned.delete(keyOf(endpoint))
    },
    failed(endpoint, { need, subject }, error, began) {
      if (!endpoint.mirror) return
      const key = keyOf(endpoint)
      const kind = clientErrorKind(error)
      if (began && kind !== 'wrong') return broken.add(subject, key)
      // One that does not answer is the breaker's business: it may be back.
      if (error instanceof TransportError || isLadingError(error, 'MIRROR_SKIPPED')) return
      lacking.add(subject, key)
      // A mirror that lacks one blob may have the next. One that does not know the tag is behind.
      if (need === 'resolve' || (need === 'pull' && kind !== 'absent')) shunned.add(key)
    },
    wrong(endpoint, { subject }) {
      lacking.add(subject, keyOf(endpoint))
      shunned.add(keyOf(endpoint))
    },
  }
}

/** Counts by subject and key. */
function createTallies(): { add(subject: string, key: string): void; of(subject: string, key: string): number } {
  const counts = new Map<string, Map<string, number>>()
  return {
    add(subject, key) {
      const keys = counts.get(subject) ?? new Map<string, number>()
      counts.set(subject, keys.set(key, (keys.get(key) ?? 0) + 1))
    },
    of: (subject, key) => counts.get(subject)?.get(key) ?? 0,
  }
}
