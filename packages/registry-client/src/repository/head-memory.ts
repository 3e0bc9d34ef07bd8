import type { Site } from '../site/site.ts'

type Kind = 'manifest' | 'blob'

const believed = new WeakMap<Site['authorizer'], Set<Kind>>()

/**
 * Is a 404 to a HEAD believed here? Some servers answer HEAD with it for everything: only after one HEAD was answered
 * with what is there, or a GET said the same.
 */
export const believesHead = ({ authorizer }: Site, kind: Kind): boolean => believed.get(authorizer)?.has(kind) === true

export function believeHead({ authorizer }: Site, kind: Kind): void {
  believed.set(authorizer, (believed.get(authorizer) ?? new Set()).add(kind))
}
