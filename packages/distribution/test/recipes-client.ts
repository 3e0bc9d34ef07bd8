import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRegistryClient } from '@lading/registry-client'
import { createTransfers } from '@lading/transfer'
import { createPuller } from '../src/index.ts'

interface Client {
  pull(repository: string, target: string): Promise<readonly Buffer[]>
  tags(repository: string): Promise<readonly string[]>
}

/** The client of docs/test-registry-recipes.md, in which the real one is. It lives as long as the process. */
export function createClient(
  url: string,
  { user, quietMs }: { readonly user?: string; readonly quietMs?: number } = {},
): Client {
  const { host } = new URL(url)
  const [username = '', password = ''] = user?.split(':') ?? []
  const credentials =
    user === undefined ? undefined : () => Promise.resolve({ kind: 'basic' as const, username, password })
  const client = createRegistryClient({ credentials, timeouts: quietMs === undefined ? undefined : { stall: quietMs } })
  const root = mkdtempSync(join(tmpdir(), 'recipes-root-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  const puller = createPuller({ root, client, transfers: createTransfers({ backoff: { baseMs: 10 } }) })
  const blob = (digest: string): Buffer => readFileSync(join(root, 'blobs', ...digest.split(':')))
  return {
    async pull(repository, target) {
      const image = await (await puller).pull(`${host}/${repository}${target.includes(':') ? '@' : ':'}${target}`)
      return [image.id, ...image.layers.map(({ digest }) => digest)].map(blob)
    },
    async tags(repository) {
      const all: string[] = []
      for await (const tag of client.repository(`${host}/${repository}`).tags()) all.push(tag)
      return all
    },
  }
}
