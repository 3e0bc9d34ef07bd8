import type { IncomingMessage } from 'node:http'
import { isIPv6, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { isLoopback } from '../http/is-loopback.ts'
import { refuse, type ControlReply } from './control-reply.ts'

/**
 * A web page elsewhere can make a browser on this machine send requests here, under its own name (`Origin`) or, by DNS
 * rebinding, under ours but with its own `Host`. Neither gets an answer. A program that sends none of these headers is
 * no browser.
 */
export function refusalOf(message: IncomingMessage, hosts: readonly string[]): ControlReply | undefined {
  const { host, origin } = message.headers
  const scheme = message.socket instanceof TLSSocket ? 'https' : 'http'
  const own = authority(scheme, host)
  if (own === undefined || !isOwn(own, scheme, message.socket, hosts)) {
    return refuse(
      'FOREIGN_HOST',
      'the Host header is none of the registry’s own; name others with control: { hosts: [...] } or --control-host',
    )
  }
  if (origin !== undefined && origin !== `${scheme}://${own}`)
    return refuse('FOREIGN_ORIGIN', 'a web page elsewhere may not use the control API')
  const site = message.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return refuse('FOREIGN_ORIGIN', 'a web page elsewhere may not lead here; type the address')
  return undefined
}

function isOwn(
  own: string,
  scheme: 'http' | 'https',
  { localAddress = '', localPort = 0 }: Socket,
  hosts: readonly string[],
): boolean {
  const address = localAddress.replace(/^::ffff:/, '')
  const names = isLoopback(address) ? [address, 'localhost', '127.0.0.1', '::1'] : [address]
  return [...names.map((name) => `${isIPv6(name) ? `[${name}]` : name}:${localPort}`), ...hosts].some(
    (name) => authority(scheme, name) === own,
  )
}

/** In its one normal form: lower case, without the scheme's own port. `undefined` for what is none. */
function authority(scheme: string, text: string | undefined): string | undefined {
  if (text === undefined || !/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.test(text)) return undefined
  return URL.parse(`${scheme}://${text}`)?.host
}
