import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { isLadingError } from '@lading/errors'
import { TransportError } from '../errors/transport-error.ts'
import { publicProxy, type ProxySettings } from '../proxy/proxy-settings.ts'
import { transportFailure } from './failure.ts'
import { httpTunnel } from './http-tunnel.ts'
import type { Lookup } from './lookup.ts'
import { socks5Tunnel } from './socks5-tunnel.ts'

export interface ThroughProxyOptions {
  /** Opens the connection to the proxy itself. */
  readonly connect: buildConnector.connector
  /** Of names that are looked up here. */
  readonly lookup: Lookup
  /** For the proxy's part, once the connection to it stands; in milliseconds. */
  readonly timeout: number
  readonly closing: AbortSignal
}

/** A connection to the target that leads through the proxy: plain, ready for TLS or HTTP. */
export type Reach = (target: buildConnector.Options) => Promise<Socket>

/** @throws from what it returns: TransportError `PROXY_UNAUTHORIZED`, `PROXY_FAILED`; RegistryError `ORIGIN_REFUSED` of a name that is looked up here */
export function throughProxy(proxy: ProxySettings, { connect, lookup, timeout, closing }: ThroughProxyOptions): Reach {
  return async (target) => {
    const port = target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port)
    const bare = target.hostname.replace(/^\[(.*)\]$/, '$1')
    const label = `${bare.includes(':') ? `[${bare}]` : bare}:${port}`
    // Looked up here, so that the policy about addresses holds; by `socks5h` and HTTP proxies it is done where we cannot see it.
    const host = proxy.scheme === 'socks5' ? await addressOf(bare, lookup) : bare
    const socket = await toProxy(connect, proxy, label)
    // Whoever gets the socket listens for errors; until then, or if nobody does, one must not end the process.
    socket.on('error', () => undefined)
    const tunnel =
      proxy.scheme === 'http' || proxy.scheme === 'https'
        ? httpTunnel(socket, label, proxy)
        : socks5Tunnel(socket, { host, port, label }, proxy)
    try {
      await Promise.race([tunnel, givenUp(socket, { proxy, label, timeout, closing, tunnel })])
      return socket
    } catch (error) {
      socket.destroy()
      throw error
    }
  }
}

function toProxy(connect: buildConnector.connector, proxy: ProxySettings, label: string): Promise<Socket> {
  const url = new URL(`${proxy.scheme === 'https' ? 'https' : 'http'}://${proxy.host}`)
  const options: buildConnector.Options = {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    host: url.host,
    port: url.port,
  }
  return new Promise((resolve, reject) => {
    connect(options, (...answer) => {
      if (answer[0] === null) resolve(answer[1])
      else reject(proxyUnreachable(answer[0], proxy, label))
    })
  })
}

/** The connection to the proxy itself did not come about. */
export function proxyUnreachable(error: unknown, proxy: ProxySettings, label: string): unknown {
  const cause = transportFailure(
    error,
    new URL(`${proxy.scheme === 'https' ? 'https' : 'http'}://${proxy.host}`),
    false,
  )
  if (!isLadingError(cause) || cause.code === 'MACHINE_LIMIT') return cause
  return new TransportError('PROXY_FAILED', `no connection to the proxy ${publicProxy(proxy)}: ${cause.message}`, {
    host: label,
    cause,
    temporary: cause instanceof TransportError && cause.temporary,
    hint: 'check the URL of the proxy, and that it is running',
  })
}

/** Rejects when the proxy takes too long or the transport is closed; never without a reason, and leaves nothing behind. */
function givenUp(
  socket: Socket,
  {
    proxy,
    label,
    timeout,
    closing,
    tunnel,
  }: {
    readonly proxy: ProxySettings
    readonly label: string
    readonly timeout: number
    readonly closing: AbortSignal
    readonly tunnel: Promise<void>
  },
): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(
      () =>
        reject(
          new TransportError(
            'PROXY_FAILED',
            `the proxy ${publicProxy(proxy)} does not connect to ${label}: it did not answer in time`,
            { host: label, hint: "try again later, or ask the proxy's operator" },
          ),
        ),
      timeout,
    )
    const close = (): void => {
      reject(new Error('the transport is closed'))
      socket.destroy()
    }
    closing.addEventListener('abort', close, { once: true })
    const settle = (): void => {
      clearTimeout(timer)
      closing.removeEventListener('abort', close)
    }
    tunnel.then(settle, settle)
    if (closing.aborted) close()
  })
}

function addressOf(hostname: string, lookup: Lookup): Promise<string> {
  return new Promise((resolve, reject) => {
    lookup(hostname, {}, (error, address) => {
      if (error === null && typeof address === 'string') resolve(address)
      else reject(error)
    })
  })
}
