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
  return {
    host,
    withCredentials,
    repository: (name): Source => open(name).source(),
    async tags(name, { n = mostTags, last, signal } = {}) {
      const found: string[] = []
      // One more tells whether there are more.
      const pageSize = Math.min(n + 1, 1000)
      for await (const tag of open(name).tags({ pageSize, last, signal })) {
        // Some registries do not know `last`, and begin anew.
        if (tag === last) found.length = 0
        else if (found.length < n) found.push(tag)
        else return { tags: found, more: true }
      }
      return { tags: found, more: false }
    },
  }
}
