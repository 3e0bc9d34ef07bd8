import type { Socket } from 'node:net'
import { TransportError } from '../errors/transport-error.ts'
import { publicProxy, type ProxySettings } from '../proxy/proxy-settings.ts'
import { proxyRefusesUs } from './proxy-authorization.ts'
import { readExactly } from './read-exactly.ts'
import {
  connectMessage,
  greeting,
  mayPassReply,
  passwordMessage,
  restOfReply,
  socksMethods,
  wordsOfReply,
} from './socks5-messages.ts'

export interface SocksTarget {
  /** An address without brackets, or a name for the proxy to look up. */
  readonly host: string
  readonly port: number
  /** As people know it: `host:port`. */
  readonly label: string
}

/**
 * Asks the SOCKS 5 proxy at the other end of `socket` for a way to the target.
 *
 * @throws TransportError `PROXY_UNAUTHORIZED`, `PROXY_FAILED`
 */
export async function socks5Tunnel(
  socket: Socket,
  { host, port, label }: SocksTarget,
  proxy: ProxySettings,
): Promise<void> {
  const failed = (
    why: string,
    options: { readonly cause?: unknown; readonly temporary?: boolean } = {},
  ): TransportError =>
    new TransportError('PROXY_FAILED', `the proxy ${publicProxy(proxy)} does not connect to ${label}: ${why}`, {
      host: label,
      hint: "ask the proxy's operator, or exclude the host with NO_PROXY",
      ...options,
    })
  const read = async (bytes: number): Promise<Uint8Array> => {
    try {
      return await readExactly(socket, bytes)
    } catch (error) {
      throw failed('it ended the connection', { cause: error, temporary: true })
    }
  }
  const { username, password = '' } = proxy
  socket.write(greeting(username === undefined ? [socksMethods.none] : [socksMethods.none, socksMethods.password]))
  const [version, method] = await read(2)
  if (version !== 5) throw failed('it does not speak SOCKS 5')
  if (method === socksMethods.refused) throw proxyRefusesUs(proxy, label)
  if (method === socksMethods.password && username !== undefined) {
    socket.write(passwordMessage(username, password))
    const [, accepted] = await read(2)
    if (accepted !== 0) throw proxyRefusesUs(proxy, label)
  } else if (method !== socksMethods.none) throw failed('it requires a way to log in that was not offered')

  socket.write(connectMessage(host, port))
  const [again, reply = 1, , kind = 0, first = 0] = await read(5)
  if (again !== 5) throw failed('it does not speak SOCKS 5')
  if (reply !== 0) throw failed(wordsOfReply(reply), { temporary: mayPassReply(reply) })
  const rest = restOfReply(kind, first)
  if (rest === undefined) throw failed('its answer makes no sense')
  await read(rest)
  // The client speaks first in TLS and in HTTP: these bytes are the proxy's own.
  if (socket.readableLength > 0) throw failed('it sent unexpected bytes')
}
