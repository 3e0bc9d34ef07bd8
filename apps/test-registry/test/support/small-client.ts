import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

export interface SmallClient {
  /** The bytes of a blob, verified; a broken download goes on where it stopped. */
  blob(repository: string, digest: string): Promise<Uint8Array>
  manifest(repository: string, target: string): Promise<Uint8Array>
  tags(repository: string): Promise<readonly string[]>
}

/** A client just good enough to pass the recipes: the thing under test in the README. */
export function createSmallClient(url: string): SmallClient {
  let token: string | undefined

  async function get(target: string, headers: Record<string, string> = {}, attempt = 0): Promise<Response> {
    const own = target.startsWith(`${url}/`)
    const answer = await fetch(target, { redirect: 'manual', headers: { ...headers, ...(own && token !== undefined ? { authorization: `Bearer ${token}` } : {}) } })
    const location = answer.headers.get('location')
    if (location !== null) return await get(new URL(location, target).href, headers, attempt)
    if (attempt === 5 || !own) return answer
    if (answer.status === 401) {
      const [, realm = '', service = '', scope = ''] = /realm="(.*?)",service="(.*?)",scope="(.*?)"/.exec(answer.headers.get('www-authenticate') ?? '') ?? []
      const body = (await (await fetch(`${realm}?${new URLSearchParams({ service, scope }).toString()}`)).json()) as { token: string }
      token = body.token
      return await get(target, headers, attempt + 1)
    }
    if (answer.status === 429) {
      await sleep(Number(answer.headers.get('retry-after')) * 1000)
      return await get(target, headers, attempt + 1)
    }
    return answer
  }

  return {
    async blob(repository, digest) {
      let chunks: Uint8Array[] = []
      let have = 0
      for (let attempt = 0; attempt < 5; attempt++) {
        try {
          const answer = await get(`${url}/v2/${repository}/blobs/${digest}`, have === 0 ? {} : { range: `bytes=${have}-` })
          // A signed URL that expired answers like this; the registry gives a new one.
          if (answer.status === 403) continue
          if (answer.status === 200) [chunks, have] = [[], 0]
          for await (const chunk of answer.body ?? []) {
            chunks.push(chunk)
            have += chunk.length
          }
          break
        } catch (error) {
          if (attempt === 4) throw error
        }
      }
      const bytes = Buffer.concat(chunks)
      if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` !== digest) throw new Error('DIGEST_MISMATCH')
      return bytes
    },
    manifest: async (repository, target) => new Uint8Array(await (await get(`${url}/v2/${repository}/manifests/${target}`)).arrayBuffer()),
    async tags(repository) {
      const all: string[] = []
      const seen = new Set<string>()
      for (let next: string | undefined = `${url}/v2/${repository}/tags/list?n=2`; next !== undefined; ) {
        if (seen.has(next)) throw new Error('PAGING_LOOP')
        seen.add(next)
        const answer = await get(next)
        all.push(...((await answer.json()) as { tags: string[] }).tags)
        const link = /<(.*?)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
        next = link === undefined ? undefined : new URL(link, url).href
      }
      return all
    },
  }
}
