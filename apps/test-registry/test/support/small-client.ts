import { createHash } from 'node:crypto'

export interface SmallClient {
  /** The bytes of a blob, verified; a broken download goes on where it stopped. */
  blob(repository: string, digest: string): Promise<Uint8Array>
  manifest(repository: string, target: string): Promise<Uint8Array>
}

/** A client just good enough for the README. That of docs/test-registry-recipes.md can do more. */
export function createSmallClient(url: string): SmallClient {
  async function get(target: string, headers: Record<string, string> = {}): Promise<Response> {
    const answer = await fetch(target, { redirect: 'manual', headers })
    const location = answer.headers.get('location')
    return location === null ? answer : await get(new URL(location, target).href, headers)
  }

  return {
    async blob(repository, digest) {
      const chunks: Uint8Array[] = []
      let have = 0
      for (let attempt = 0; attempt < 5; attempt++) {
        try {
          const answer = await get(
            `${url}/v2/${repository}/blobs/${digest}`,
            have === 0 ? {} : { range: `bytes=${have}-` },
          )
          // A signed URL that expired answers like this; the registry gives a new one.
          if (answer.status === 403) continue
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
    manifest: async (repository, target) =>
      new Uint8Array(await (await get(`${url}/v2/${repository}/manifests/${target}`)).arrayBuffer()),
  }
}
