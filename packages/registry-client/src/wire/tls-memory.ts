import { RegistryError } from '../errors/registry-error.ts'
import { TransportError } from '../errors/transport-error.ts'
import type { Concern } from './wire-request.ts'

/** At which hosts TLS was seen. Grows only. */
export interface TlsMemory {
  /** @param host as a URL has it */
  readonly add: (host: string) => void
  /** @param host `host` or `host:port` */
  readonly seen: (host: string) => boolean
}

export function createTlsMemory(): TlsMemory {
  const hosts = new Set<string>()
  return {
    add: (host) => void hosts.add(host),
    // Hosts are kept as https URLs write them, which is without `:443`.
    seen: (host) => hosts.has(host.toLowerCase().replace(/:443$/, '')),
  }
}

/** The rule: who speaks TLS is never asked in plain http, whoever says so. */
export function plainAfterTls({ seen }: TlsMemory, { protocol, host }: URL): RegistryError | undefined {
  if (protocol !== 'http:' || !seen(host)) return undefined
  return new RegistryError('ORIGIN_REFUSED', `${host} supports TLS, so plain http is not tried`, {
    host,
    hint: 'look at the error of the https endpoint',
  })
}

/** The rule's last guard: it holds for each hop of a redirect, too. */
export const refusePlainHttp =
  (memory: TlsMemory): Concern =>
  (next) =>
  async (request, receive, options) => {
    const refusal = plainAfterTls(memory, request.url)
    if (refusal !== undefined) throw refusal
    await next(request, receive, options)
  }

/** An answer by https says that a host speaks TLS, and so does a certificate that was refused. */
export const rememberTls =
  ({ add }: TlsMemory): Concern =>
  (next) =>
  async (request, receive, options) => {
    const { protocol, host } = request.url
    try {
      await next(
        request,
        (head) => {
          if (protocol === 'https:') add(host)
          return receive(head)
        },
        options,
      )
    } catch (error) {
      if (error instanceof TransportError && error.code === 'TLS_REFUSED') add(host)
      throw error
    }
  }
