import { addressClass } from '../origin/address-class.ts'
import { parseNoProxy } from './no-proxy.ts'
import type { ProxySettings } from './proxy-settings.ts'

/** Through which proxy a URL is asked; `undefined`: through none. */
export type ProxyPolicy = (url: URL) => ProxySettings | undefined

/** What was decided about a URL, and what said so: `HTTPS_PROXY`, say. */
export interface ProxyDecision {
  /** `undefined`: the URL is asked directly. */
  readonly proxy: ProxySettings | undefined
  /** For people; nothing in it is secret. */
  readonly said: string
}

/** A policy that tells why. */
export interface ExplainedProxyPolicy extends ProxyPolicy {
  /** `undefined`: it says nothing of this URL, which is then asked directly. */
  explain(url: URL): ProxyDecision | undefined
}

/** A proxy and where it is written. */
export interface NamedProxy {
  readonly proxy: ProxySettings
  readonly said: string
}

export interface ProxyRules {
  /** For `http:` URLs. */
  readonly http?: NamedProxy | undefined
  /** For `https:` URLs. */
  readonly https?: NamedProxy | undefined
  /** What is asked directly, as in `NO_PROXY`. */
  readonly noProxy?: { readonly text: string; readonly said: string } | undefined
}

/** `localhost`, 127.0.0.0/8 and [::1] are never asked through a proxy, which would take them for its own. */
export function proxyByRules({ http, https, noProxy }: ProxyRules): ExplainedProxyPolicy {
  const direct = parseNoProxy(noProxy?.text ?? '')
  return explained((url) => {
    const named = url.protocol === 'https:' ? https : http
    if (named !== undefined && addressClass(url.hostname) === 'loopback')
      return { proxy: undefined, said: 'loopback addresses are never reached through a proxy' }
    if (noProxy !== undefined && direct(url)) return { proxy: undefined, said: noProxy.said }
    return named
  })
}

/** One proxy for every host, loopback too; `undefined`: none for any. */
export const proxyForAll = (proxy: ProxySettings | undefined, said: string): ExplainedProxyPolicy =>
  explained(() => ({ proxy, said }))

/** Several policies as one: the first that says something of a URL decides. */
export const chainProxies = (...policies: readonly ExplainedProxyPolicy[]): ExplainedProxyPolicy =>
  explained((url) => {
    for (const { explain } of policies) {
      const decision = explain(url)
      if (decision !== undefined) return decision
    }
    return undefined
  })

const explained = (explain: ExplainedProxyPolicy['explain']): ExplainedProxyPolicy =>
  Object.assign((url: URL) => explain(url)?.proxy, { explain })
