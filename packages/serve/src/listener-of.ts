import type { IncomingMessage } from 'node:http'
import type { ListenerFacts } from './request/assert-listener.ts'

/** What the connection itself says: nobody has shown who it is. */
export function listenerOf({ socket }: IncomingMessage): ListenerFacts {
  const { localAddress = '', localPort = 0 } = socket
  const loopback = localAddress === '::1' || /^(::ffff:)?127\./.test(localAddress)
  const hosts = ['localhost', '127.0.0.1', '[::1]']
  const own = localAddress.replace(/^::ffff:/, '')
  const names = new Set([...hosts, own.includes(':') ? `[${own}]` : own].map((host) => `${host}:${localPort}`))
  return {
    loopback,
    authenticated: false,
    names: [...names],
    secure: 'encrypted' in socket && socket.encrypted === true,
  }
}
