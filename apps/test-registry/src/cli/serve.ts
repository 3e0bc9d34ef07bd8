import { writeFile } from 'node:fs/promises'
import { TestRegistryError } from '../error.ts'
import { parseFaults } from '../faults/parse-faults.ts'
import { isLoopback } from '../http/is-loopback.ts'
import { parseQuirks } from '../quirks/parse-quirks.ts'
import type { ProfileName } from '../profiles/profiles.ts'
import { startTestRegistry } from '../start-test-registry.ts'
import type { Seedable, TestRegistry } from '../test-registry.ts'
import { authOf, type AuthArguments } from './auth-of.ts'
import { logRequests } from './log-requests.ts'
import { readText } from './read-text.ts'

export interface ServeArguments extends AuthArguments {
  readonly host: string
  readonly port: number
  readonly tls?: boolean | undefined
  readonly caFile?: string | undefined
  readonly alsoHttp?: boolean | undefined
  readonly clientFile?: string | undefined
  readonly dir?: string | undefined
  readonly layout?: readonly string[] | undefined
  readonly images?: string | undefined
  readonly sample?: boolean | undefined
  readonly profile?: ProfileName | undefined
  readonly faults?: string | undefined
  readonly quirk?: readonly string[] | undefined
  readonly bytesPerSecond?: number | undefined
  readonly totalBytesPerSecond?: number | undefined
  readonly latency?: number | undefined
  readonly referrers: boolean
  readonly stopWithStdin?: boolean | undefined
  readonly log?: 'json' | 'text' | undefined
  readonly control: boolean
  readonly controlHost?: readonly string[] | undefined
}

/** Serves until SIGINT or SIGTERM, or until stdin ends where that is asked for. */
export async function serve(options: ServeArguments): Promise<void> {
  for (const [given, name] of [
    [options.caFile, '--ca-file'],
    [options.clientFile, '--client-file'],
    [options.alsoHttp, '--also-http'],
  ] as const) {
    if (given !== undefined && options.tls !== true)
      throw new TestRegistryError('OPTION_INVALID', `${name} is only for --tls`, { hint: 'add --tls' })
  }
  if (options.stopWithStdin === true && [options.faults, options.images].includes('-'))
    throw new TestRegistryError('OPTION_INVALID', 'what is read from stdin has its end', {
      hint: 'give a file in place of -, or leave out --stop-with-stdin',
    })
  const auth = await authOf(options)
  const faults = options.faults === undefined ? [] : parseFaults(await scriptOf(options.faults))
  const images = await imagesOf(options)
  const stopped = stopSignal(options.stopWithStdin === true)
  const registry = await startTestRegistry({
    host: options.host,
    port: options.port,
    tls: options.tls,
    alsoPlainHttp: options.alsoHttp,
    storage: options.dir === undefined ? undefined : { directory: options.dir },
    layouts: layoutsOf(options.layout ?? []),
    images,
    auth,
    profile: options.profile,
    faults,
    quirks: parseQuirks(options.quirk ?? []),
    bytesPerSecond: options.bytesPerSecond,
    totalBytesPerSecond: options.totalBytesPerSecond,
    latencyMs: options.latency,
    // Commander says true where nothing was said; the profile decides then.
    referrers: options.referrers ? undefined : false,
    control: options.control && { hosts: options.controlHost },
  })
  try {
    if (options.log !== undefined) logRequests(registry.journal, options.log, (text) => process.stderr.write(text))
    if (options.caFile !== undefined) await writeFile(options.caFile, registry.ca ?? '')
    if (options.clientFile !== undefined) await writeClient(options.clientFile, registry.makeClientCertificate())
    const loopback = isLoopback(options.host)
    if (!loopback)
      process.stderr.write(
        `listening on ${options.host}: everyone who can reach this machine can read${options.control ? ', push and command it; --no-control takes the last' : ' and push'}\n`,
      )
    process.stdout.write(`${JSON.stringify(readyLine(registry, options, loopback))}\n`)
    await stopped
  } finally {
    await registry.close()
  }
}

/** Certificate and key in one file, as curl's `--cert` takes them. */
const writeClient = (path: string, { cert, key }: { readonly cert: string; readonly key: string }): Promise<void> =>
  writeFile(path, cert + key, { mode: 0o600 })

function readyLine(registry: TestRegistry, { control, dir, profile }: ServeArguments, loopback: boolean): unknown {
  const images = registry
    .repositories()
    .flatMap((name) => Object.keys(registry.repository(name).tags()).map((tag) => `${name}:${tag}`))
  return {
    url: registry.url,
    host: registry.host,
    port: registry.port,
    loopback,
    cdn: registry.cdn.url,
    control: control ? `${registry.url}/_lading/` : undefined,
    directory: dir,
    profile,
    images,
    ca: registry.ca,
  }
}

async function imagesOf({ images, sample }: ServeArguments): Promise<readonly Seedable[]> {
  const described =
    images === undefined
      ? []
      : (await import('../images/described/parse-images.ts')).parseImages(
          await readText(images, 'description of images'),
        )
  return [...(sample === true ? (await import('../images/sample-images.ts')).sampleImages() : []), ...described]
}

/** JSON as the API takes it, or the path of a file with it. */
const scriptOf = async (given: string): Promise<string> =>
  /^\s*[[{]/.test(given) ? given : await readText(given, 'fault script')

function layoutsOf(layouts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    layouts.map((text) => {
      const equals = text.indexOf('=')
      if (equals < 1)
        throw new TestRegistryError('OPTION_INVALID', 'a layout needs a repository and a path', {
          hint: 'write --layout t/app=./layout',
        })
      return [text.slice(0, equals), text.slice(equals + 1)]
    }),
  )
}

const stopSignal = (withStdin: boolean): Promise<void> =>
  new Promise((resolve) => {
    const { stdin } = process
    const stop = (): void => {
      // It would keep the process alive.
      if (withStdin) stdin.destroy()
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
    if (withStdin) stdin.once('end', stop).once('error', stop).resume()
  })
