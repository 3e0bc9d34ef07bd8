import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import type { RegistryClient } from '@lading/registry-client'
import type { Upstream } from '../contracts.ts'

export interface RegistryUpstreamOptions {
  /** Canonical: `docker.io`, `localhost:5000`. */
  readonly host: string
  /** The client has credentials for it. Default false. */
  readonly withCredentials?: boolean | undefined
}

/** Repositories of which what was learned about their endpoints is kept. */
const mostKept = 1000
/** A list without a bound would be a way to fill this process's memory. */
const mostTags = 10_000

/** A registry as an upstream. */
export function registryUpstream(
  client: Pick<RegistryClient, 'repository'>,
  { host, withCredentials = false }: RegistryUpstreamOptions,
): Upstream {
  const kept = new Map<string, ReturnType<RegistryClient['repository']>>()
  const open = (name: string): ReturnType<RegistryClient['repository']> => {
    const repository = kept.get(name) ?? client.repository(`${host}/${name}`)
    kept.delete(name)
    kept.set(name, repository)
    const [oldest] = kept.keys()
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
    return repository
  }
  let knowsPages: boolean | undefined
  return {
    host,
    withCredentials,
    repository: (name): Source => open(name).source(),
    async tags(name, { n = mostTags, last, signal } = {}) {
      const repository = open(name)
      knowsPages ??= await answersInPages(repository, { signal })
      if (knowsPages === false) {
        const all = (await upTo(repository.tags({ signal }), mostTags)).toSorted((one, other) => (one < other ? -1 : 1))
        const rest = last === undefined ? all : all.filter((tag) => tag > last)
        return { tags: rest.slice(0, n), more: rest.length > n }
      }
      // One more tells whether there are more.
      const found = await upTo(repository.tags({ pageSize: Math.min(n + 1, 1000), last, signal }), n + 1)
      return { tags: found.slice(0, n), more: found.length > n }
    },
  }
}

async function upTo(tags: AsyncIterable<string>, most: number): Promise<readonly string[]> {
  const found: string[] = []
  for await (const tag of tags) if (found.push(tag) >= most) break
  return found
}

/** Whether `n` means something to a registry; `undefined`: one tag does not tell. Debian's docker-registry sends all, in no order. */
async function answersInPages(
  repository: Pick<ReturnType<RegistryClient['repository']>, 'tags'>,
  { signal }: AbortOptions,
): Promise<boolean | undefined> {
  let count = 0
  try {
    for await (const _ of repository.tags({ pageSize: 1, maxPages: 1, signal })) if (++count > 1) return false
    return undefined
  } catch (error) {
    // There is another page.
    if (count === 1) return true
    throw error
  }
}
