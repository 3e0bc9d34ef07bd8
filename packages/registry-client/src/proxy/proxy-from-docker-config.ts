import { printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import { processEnv, type EnvironmentVariables } from './proxy-from-env.ts'
import { parseProxy } from './proxy-settings.ts'
import { proxyByRules, type ExplainedProxyPolicy, type NamedProxy } from './proxy-rules.ts'

export interface DockerProxyOptions {
  /** The address of the daemon, as docker's `DOCKER_HOST` has it. Default: `default`. */
  readonly daemon?: string | undefined
  /** The file, for what is said of a decision. */
  readonly place?: string | undefined
}

/**
 * The proxies of the member `proxies` of docker's config.json: an object whose members are named by the daemon's address
 * (`tcp://docker.example.com:2376`) or `default`, with `httpProxy`, `httpsProxy`, `allProxy` and `noProxy` in each;
 * `ftpProxy` is about nothing that is asked here.
 *
 * @param proxies the member as JSON has it, or a map of its members; `undefined`: there is none
 * @throws RegistryError `OPTION_INVALID` when it is none; it does not repeat a proxy's URL
 */
export function proxyFromDockerConfig(
  proxies: unknown,
  { daemon = 'default', place = "docker's configuration" }: DockerProxyOptions = {},
): ExplainedProxyPolicy {
  const given: unknown = proxies instanceof Map ? Object.fromEntries(proxies) : proxies
  const named = given === undefined ? undefined : member(given, daemon, 'proxies')
  const chosen = named ?? (given === undefined ? undefined : member(given, 'default', 'proxies'))
  if (chosen === undefined) return proxyByRules({})
  const of = `proxies["${printable(named === undefined ? 'default' : daemon, 100)}"] of ${printable(place)}`
  const proxy = (name: string): NamedProxy | undefined => {
    const text = textOf(chosen, name)
    if (text === '') return undefined
    return { proxy: parseProxy(text, `proxies.${name} of docker's configuration`), said: `${name} of ${of}` }
  }
  const all = proxy('allProxy')
  return proxyByRules({
    http: proxy('httpProxy') ?? all,
    https: proxy('httpsProxy') ?? all,
    noProxy: { text: textOf(chosen, 'noProxy'), said: `noProxy of ${of}` },
  })
}

/**
 * The daemon that docker's programs speak to, by which `proxies` are named: `DOCKER_HOST`, else the socket of this
 * system. Contexts are not read.
 */
export function dockerDaemonFromEnv({
  env = processEnv(),
  platform = (globalThis as { process?: { platform?: string } }).process?.platform,
}: { readonly env?: EnvironmentVariables | undefined; readonly platform?: string | undefined } = {}): string {
  return env['DOCKER_HOST'] || (platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock')
}

function member(value: unknown, name: string, what: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RegistryError('OPTION_INVALID', `${what} of docker's configuration is not an object`, {
      hint: 'correct config.json',
    })
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

function textOf(chosen: unknown, name: string): string {
  const text = member(chosen, name, 'an entry of proxies') ?? ''
  if (typeof text !== 'string')
    throw new RegistryError('OPTION_INVALID', `proxies.${printable(name)} of docker's configuration is not a text`, {
      hint: 'correct config.json',
    })
  return text.trim()
}
