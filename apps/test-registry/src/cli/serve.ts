import { readFile } from 'node:fs/promises'
import type { AuthOptions } from '../auth/auth-options.ts'
import { TestRegistryError } from '../error.ts'
import { parseFaults } from '../faults/parse-faults.ts'
import { isLoopback } from '../http/is-loopback.ts'
import { startTestRegistry } from '../start-test-registry.ts'

export interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly sample?: boolean | undefined
  readonly auth: 'none' | 'basic' | 'bearer'
  readonly user?: string | undefined
  readonly tokenSeconds?: number | undefined
  readonly tls?: boolean | undefined
  readonly faults?: string | undefined
  readonly bytesPerSecond?: number | undefined
  readonly latency?: number | undefined
  readonly referrers: boolean
}

/** Serves until SIGINT or SIGTERM. */
export async function serve(options: ServeOptions): Promise<void> {
  const faults = options.faults === undefined ? [] : parseFaults(await readScript(options.faults))
  const images = options.sample === true ? (await import('../images/sample-images.ts')).sampleImages() : []
  const stopped = stopSignal()
  const registry = await startTestRegistry({
    host: options.host,
    port: options.port,
    auth: authOf(options),
    tls: options.tls,
    faults,
    images,
    bytesPerSecond: options.bytesPerSecond,
    latencyMs: options.latency,
    referrers: options.referrers,
  })
  if (!isLoopback(options.host)) process.stderr.write(`listening on ${options.host}: everyone who can reach this machine can read and push\n`)
  const names = registry.repositories().flatMap((name) => Object.keys(registry.repository(name).tags()).map((tag) => `${name}:${tag}`))
  process.stdout.write(`${JSON.stringify({ url: registry.url, host: registry.host, port: registry.port, cdn: registry.cdn.url, images: names, ca: registry.ca })}\n`)
  await stopped
  await registry.close()
}

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })

function authOf({ auth, user, tokenSeconds }: ServeOptions): AuthOptions {
  const colon = user?.indexOf(':') ?? -1
  if (user !== undefined && colon < 1) throw new TestRegistryError('OPTION_INVALID', 'the user has no password', { hint: 'write --user name:password' })
  const known = user === undefined ? undefined : { username: user.slice(0, colon), password: user.slice(colon + 1) }
  if (auth === 'none') {
    if (known !== undefined) throw new TestRegistryError('OPTION_INVALID', 'a user is only for --auth basic and --auth bearer', { hint: 'add --auth basic' })
    return { kind: 'none' }
  }
  if (auth === 'bearer') return { kind: 'bearer', ...known, expiresInSeconds: tokenSeconds }
  if (known === undefined) throw new TestRegistryError('OPTION_INVALID', 'a user is needed for --auth basic', { hint: 'add --user name:password' })
  return { kind: 'basic', ...known }
}

async function readScript(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new TestRegistryError('OPTION_INVALID', `cannot read the fault script ${path}`, { cause, path, hint: 'give the path of a JSON file' })
  }
}
