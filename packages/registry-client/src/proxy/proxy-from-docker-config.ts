import { printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import { parseProxy, type ProxySettings } from './proxy-settings.ts'
import { proxyByRules, type ProxyPolicy } from './proxy-rules.ts'

/**
 * The proxies of the member `proxies` of docker's config.json: an object whose members are named by the daemon's address
 * (`tcp://docker.example.com:2376`) or `default`, with `httpProxy`, `httpsProxy`, `allProxy` and `noProxy` in each.
 *
 * @param proxies the member as JSON has it; `undefined`: there is none
 * @throws RegistryError `OPTION_INVALID` when it is none; it does not repeat a proxy's URL
 */
export function proxyFromDockerConfig(
  proxies: unknown,
  { daemon = 'default' }: { readonly daemon?: string | undefined } = {},
): ProxyPolicy {
  const chosen =
    proxies === undefined ? undefined : (member(proxies, daemon, 'proxies') ?? member(proxies, 'default', 'proxies'))
  if (chosen === undefined) return () => undefined
  const proxy = (name: string): ProxySettings | undefined => {
    const text = textOf(chosen, name)
    return text === '' ? undefined : parseProxy(text, `proxies.${name} of docker's configuration`)
  }
  const all = proxy('allProxy')
  return proxyByRules({
    http: proxy('httpProxy') ?? all,
    https: proxy('httpsProxy') ?? all,
    noProxy: textOf(chosen, 'noProxy'),
  })
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
