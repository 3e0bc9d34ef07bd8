import { parseProxy, type ProxySettings } from './proxy-settings.ts'
import { proxyByRules, type ProxyPolicy } from './proxy-rules.ts'

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

/**
 * The proxies of the environment: `http_proxy`, `https_proxy`, `all_proxy` for what neither names, and `no_proxy`; each
 * in capitals too, where the one in small letters is not there. An empty one is none. `HTTP_PROXY` in capitals is
 * ignored where `REQUEST_METHOD` is set: under CGI a client writes it by a `Proxy` header (CVE-2016-5385).
 *
 * @throws RegistryError `OPTION_INVALID` that names the variable; it does not repeat its value
 */
export function proxyFromEnv({
  env = processEnv(),
}: { readonly env?: EnvironmentVariables | undefined } = {}): ProxyPolicy {
  const named = (name: string): ProxySettings | undefined => {
    for (const variable of [name.toLowerCase(), name.toUpperCase()]) {
      if (variable === 'HTTP_PROXY' && env['REQUEST_METHOD']) continue
      const text = env[variable]?.trim()
      if (text) return parseProxy(text, variable)
    }
    return undefined
  }
  const all = named('all_proxy')
  return proxyByRules({
    http: named('http_proxy') ?? all,
    https: named('https_proxy') ?? all,
    noProxy: env['no_proxy'] || env['NO_PROXY'],
  })
}

// Not every runtime has a process.
const processEnv = (): EnvironmentVariables =>
  (globalThis as { process?: { env?: EnvironmentVariables } }).process?.env ?? {}
