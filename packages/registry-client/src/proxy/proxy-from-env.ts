import { parseProxy } from './proxy-settings.ts'
import { proxyByRules, type ExplainedProxyPolicy, type NamedProxy } from './proxy-rules.ts'

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
}: { readonly env?: EnvironmentVariables | undefined } = {}): ExplainedProxyPolicy {
  const named = (name: string): NamedProxy | undefined => {
    for (const variable of [name.toLowerCase(), name.toUpperCase()]) {
      if (variable === 'HTTP_PROXY' && env['REQUEST_METHOD']) continue
      const text = env[variable]?.trim()
      if (text) return { proxy: parseProxy(text, variable), said: variable }
    }
    return undefined
  }
  const exceptions = ['no_proxy', 'NO_PROXY'].find((variable) => env[variable])
  const all = named('all_proxy')
  return proxyByRules({
    http: named('http_proxy') ?? all,
    https: named('https_proxy') ?? all,
    noProxy: exceptions === undefined ? undefined : { text: env[exceptions] ?? '', said: exceptions },
  })
}

/** Of the process; not every runtime has one. */
export const processEnv = (): EnvironmentVariables =>
  (globalThis as { process?: { env?: EnvironmentVariables } }).process?.env ?? {}
