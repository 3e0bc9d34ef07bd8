import type { Socket } from 'node:net'
import { printable } from '@lading/errors'
import { TransportError } from '../errors/transport-error.ts'
import { publicProxy, type ProxySettings } from '../proxy/proxy-settings.ts'
import { proxyAuthorization, proxyRefusesUs } from './proxy-authorization.ts'

/**
 * Asks the HTTP proxy at the other end of `socket` for a way to `target`, `host:port` (CONNECT, RFC 9110 9.3.6). It sees
 * the target's name and our credentials for the proxy, nothing else.
 *
 * @throws TransportError `PROXY_UNAUTHORIZED`, `PROXY_FAILED`
 */
export function httpTunnel(socket: Socket, target: string, proxy: ProxySettings): Promise<void> {
  const failed = (
    why: string,
    options: { readonly cause?: unknown; readonly status?: number; readonly temporary?: boolean } = {},
  ): TransportError =>
    new TransportError('PROXY_FAILED', `the proxy ${publicProxy(proxy)} does not connect to ${target}: ${why}`, {
      host: target,
      hint: "ask the proxy's operator, or exclude the host with NO_PROXY",
      ...options,
    })
  // An import of node:http runs the getters of all its exports, one of which loads the HTTP client that Node brings: 48 ms
  // of every start, for a proxy that few have.
  const { request } = process.getBuiltinModule('node:http')
  return new Promise((resolve, reject) => {
    const asking = request({
      createConnection: () => socket,
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyAuthorization(proxy) },
      setHost: false,
      maxHeaderSize: 16 * 1024,
      insecureHTTPParser: false,
    })
    asking.on('connect', (answer, _socket, early: Buffer) => {
      const { statusCode: status = 0, statusMessage = '' } = answer
      if (status === 407) reject(proxyRefusesUs(proxy, target, answer.headers['proxy-authenticate']))
      else if (status < 200 || status > 299)
        reject(
          failed(`it answers ${status} ${printable(statusMessage, 80)}`.trimEnd(), {
            status,
            temporary: status >= 500,
          }),
        )
      // A client speaks first in TLS: these bytes are the proxy's own.
      else if (early.byteLength > 0) reject(failed('it sent unexpected bytes'))
      else resolve()
    })
    // The parser's errors carry the bytes that it read.
    asking.on('error', (error: NodeJS.ErrnoException) => {
      const parser = error.code?.startsWith('HPE_') === true
      reject(
        failed(
          parser ? 'it did not answer with valid HTTP' : 'it ended the connection',
          parser ? {} : { cause: error, temporary: true },
        ),
      )
    })
    asking.end()
  })
}
