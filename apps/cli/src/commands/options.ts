import { InvalidArgumentError, Option, type Command } from 'commander'
import { networkHeading } from './help-text.ts'
import type { FlowMode } from '../progress/flow.ts'
import type { ProgressMode } from '../progress/renderer.ts'

/** For an option that may be given several times. */
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

export const repeatable = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect)

/** Of what has bytes and no layers to tell of. */
export const flowOption = (): Option =>
  new Option('--progress <mode>', 'how to show progress')
    .choices(['auto', 'tty', 'plain'] satisfies FlowMode[])
    .default('auto', 'auto: a line that is redrawn at a terminal, otherwise one every 10 seconds')

export const progressOption = (): Option =>
  new Option('--progress <mode>', 'how to show progress')
    .choices(['auto', 'tty', 'plain', 'json'] satisfies ProgressMode[])
    .default('auto')

/** @param example of a template. @param options.table whether there is a table */
export const formatOption = (
  example: string,
  { table = false, short = '' }: { readonly table?: boolean; readonly short?: '' | '-f, ' } = {},
): Option =>
  new Option(
    `${short}--format <format>`,
    `json as docker prints it, ${table ? "'table TEMPLATE', " : ''}or a template of Go's with docker's names: ${example}`,
  )

/** What docker takes and nothing comes of here: scripts that give it go on working. */
export const acceptedOption = (flags: string): Option => new Option(flags, 'accepted, as with docker').hideHelp()

export const platformOption = (what: string): Option =>
  new Option('--platform <platform>', `${what}: os/arch or os/arch/variant (env: DOCKER_DEFAULT_PLATFORM)`)

/** As Go reads a flag that is true or false. */
export function parseFlag(value: string): boolean {
  // `-H=false` is Go's too.
  if (/^=?(?:true|t|1)$/i.test(value)) return true
  if (/^=?(?:false|f|0)$/i.test(value)) return false
  throw new InvalidArgumentError('It must be true or false.')
}

/** For a path: an empty one, of a variable that is not set, would be the current directory. */
export function somePath(value: string): string {
  if (value === '') throw new InvalidArgumentError("It must not be empty; '.' is the current directory.")
  return value
}

export function anyCount(value: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw new InvalidArgumentError('It must be a whole number, at least 1.')
  return Number(value)
}

export function positiveInteger(value: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999.')
  return Number(value)
}

export const maxLayerSizeOption = (): Option =>
  new Option(
    '--max-layer-size <size>',
    'reject a layer that decompresses to more than this: 500M, 64G (default: 256G)',
  ).argParser(parseSize)

export const maxInflationRatioOption = (): Option =>
  new Option(
    '--max-inflation-ratio <number>',
    'reject a layer that decompresses to more than 1G and this many times its size (default: 100; sparse disk images need more)',
  ).argParser(anyCount)

/** What every command that asks a registry takes. Help names these, and `lading help network` explains them. */
export function addNetworkOptions(command: Command): Command {
  addEndpointOptions(command)
  command
    .optionsGroup(networkHeading)
    .addOption(
      repeatable(
        '--allow-realm <registry=host>',
        'send the credentials for a registry to this token server on another host (repeatable)',
      ),
    )
  addPaceOptions(command)
  return command.optionsGroup('Options:')
}

/** Which endpoints there are, for what asks none of them. */
export function addEndpointOptions(command: Command): Command {
  return command
    .optionsGroup(networkHeading)
    .addOption(
      repeatable('--insecure <host>', 'allow plain http and unverified certificates for this host (repeatable)'),
    )
    .addOption(
      repeatable(
        '--mirror <url>',
        'try this mirror first: https://… for docker.io, HOST=https://… for another registry (repeatable)',
      ),
    )
    .addOption(
      new Option(
        '--hosts-dir <dir>',
        'directory of <host>/hosts.toml files, read before the files of this machine (repeatable; env: LADING_HOSTS=off ignores those)',
      ).argParser((value, before?: readonly string[]) => collect(somePath(value), before)),
    )
    .option(
      '--proxy <url>',
      "use this proxy for every host, or 'none' (default: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, then the proxies in docker's config.json)",
    )
    .optionsGroup('Options:')
}

function addPaceOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--limit-rate <rate>',
        'limit downloads to this many bytes per second, over all connections: 500k, 10M, 1.5G',
      ).argParser(parseRate),
    )
    .addOption(
      new Option('--connect-timeout <time>', 'connection timeout: 10s, 500ms, 2m (default: 30s)').argParser(
        parseDuration,
      ),
    )
    .addOption(
      new Option(
        '--stall-timeout <time>',
        'restart a transfer that stays below 1 KiB per second for this long, from where it stopped (default: 30s, and 5m until a blob begins)',
      ).argParser(parseDuration),
    )
    .addOption(
      new Option(
        '--request-timeout <time>',
        'time limit for a small request (token, manifest, tags) as a whole, and for the wait that a registry may ask for (default: 2m)',
      ).argParser(parseDuration),
    )
}

const powers: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** Bytes per second as curl and wget spell them: `k`, `M` and `G` are powers of 1024. */
export function parseRate(text: string): number {
  const rate = bytesOf(text)
  if (!(rate >= 1))
    throw new InvalidArgumentError('It must be bytes per second, more than 0, such as 500k, 10M or 1.5G.')
  return rate
}

/** Bytes, spelt the same way; disks have a `T` too. */
export function parseSize(text: string): number {
  const [, tebibytes] = /^([0-9.]+)t$/i.exec(text) ?? []
  const size = tebibytes === undefined ? bytesOf(text) : 1024 * bytesOf(`${tebibytes}G`)
  if (!(size >= 1)) throw new InvalidArgumentError('It must be a number of bytes, more than 0, such as 500M or 64G.')
  return size
}

function bytesOf(text: string): number {
  const match = /^([0-9]{1,12}(?:\.[0-9]{1,6})?)([kmg]?)$/i.exec(text)
  return Math.round(Number(match?.[1]) * (powers[match?.[2]?.toLowerCase() ?? ''] ?? NaN))
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds; a number alone is seconds. */
export function parseDuration(text: string): number {
  const match = /^([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h)?$/.exec(text)
  const ms = Math.round(Number(match?.[1]) * (units[match?.[2] ?? 's'] ?? NaN))
  if (!(ms >= 1)) throw new InvalidArgumentError('It must be a time, more than 0, such as 10s, 500ms or 2m.')
  return ms
}

/** How old something is, in milliseconds: as a duration, and days, and 0. */
export function parseAge(text: string): number {
  const [, days] = /^([0-9.]+)d$/.exec(text) ?? []
  try {
    if (days !== undefined) return 24 * parseDuration(`${days}h`)
    return /^0(?:ms|s|m|h)?$/.test(text) ? 0 : parseDuration(text)
  } catch {
    throw new InvalidArgumentError('It must be a time such as 30m, 1h, 7d or 0.')
  }
}
