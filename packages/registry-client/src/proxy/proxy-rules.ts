import { addressClass } from '../origin/address-class.ts'
import { parseNoProxy } from './no-proxy.ts'
import type { ProxySettings } from './proxy-settings.ts'

/** Through which proxy a URL is asked; `undefined`: through none. */
export type ProxyPolicy = (url: URL) => ProxySettings | undefined

export interface ProxyRules {
  /** For `http:` URLs. */
  readonly http?: ProxySettings | undefined
  /** For `https:` URLs. */
  readonly https?: ProxySettings | undefined
  /** What is asked directly, as in `NO_PROXY`. */
  readonly noProxy?: string | undefined
}

/** `localhost`, 127.0.0.0/8 and [::1] are never asked through a proxy, which would take them for its own. */
export function proxyByRules({ http, https, noProxy = '' }: ProxyRules): ProxyPolicy {
  const direct = parseNoProxy(noProxy)
  return (url) => {
    const proxy = url.protocol === 'https:' ? https : http
    return proxy === undefined || addressClass(url.hostname) === 'loopback' || direct(url) ? undefined : proxy
  }
}
