import type { TlsSettings } from '../transport.ts'
import { adding, type Concern } from './wire-request.ts'

export interface TlsPolicy {
  /** From now on, requests to this endpoint's origin are made with these. */
  useAt(origin: string, settings: TlsSettings): void
  /**
   * The settings for a request to `url`. `own`: it goes where the user sent us, not where an answer did; only then is the
   * client certificate among them.
   */
  readonly settingsFor: (url: URL, own: boolean) => TlsSettings | undefined
}

/** @param others the settings of hosts (`host` or `host:port`) that are no endpoints: token servers, where redirects lead */
export function createTlsPolicy(others: (host: string) => TlsSettings | undefined): TlsPolicy {
  const endpoints = new Map<string, TlsSettings>()
  const stripped = new WeakMap<TlsSettings, TlsSettings>()
  return {
    useAt: (origin, settings) => void endpoints.set(origin, settings),
    settingsFor(url, own) {
      if (url.protocol !== 'https:') return undefined
      const settings = endpoints.get(url.origin) ?? others(url.host)
      if (settings === undefined || own || settings.cert === undefined) return settings
      let rest = stripped.get(settings)
      if (rest === undefined) {
        rest = { ca: settings.ca, minVersion: settings.minVersion }
        stripped.set(settings, rest)
      }
      return rest
    },
  }
}

/** The settings of whom is asked, with the client certificate where that may be shown. */
export const addTlsSettings = ({ settingsFor }: TlsPolicy): Concern =>
  adding(({ url, clearance }) => ({ tls: settingsFor(url, clearance.show.clientCertificate) }))
