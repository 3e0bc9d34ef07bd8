import { printable } from '@lading/errors'
import { basicHeader } from '../headers/basic-header.ts'
import { TransportError } from '../errors/transport-error.ts'
import { publicProxy, type ProxySettings } from '../proxy/proxy-settings.ts'

/** What an HTTP proxy is shown (RFC 9110 11.7.2): Basic, where there is a user name. */
export function proxyAuthorization({ username, password = '' }: ProxySettings): Readonly<Record<string, string>> {
  return username === undefined ? {} : { 'proxy-authorization': basicHeader({ username, password }) }
}

/** A 407, or its like in SOCKS. Asked again it would answer the same. */
export function proxyRefusesUs(proxy: ProxySettings, target: string, challenge?: string): TransportError {
  const known = proxy.username !== undefined
  const scheme = challenge === undefined ? undefined : /^\s*([\w-]{1,40})/.exec(challenge)?.[1]
  const only =
    scheme !== undefined && scheme.toLowerCase() !== 'basic' && !/\bbasic\b/i.test(challenge ?? '')
      ? `; it requires ${printable(scheme)}, and lading supports only Basic`
      : ''
  const hint = known
    ? "check user name and password in the proxy's URL; special characters are percent-encoded"
    : "write the proxy's URL with user name and password: http://user:password@proxy.example.com:3128"
  return new TransportError(
    'PROXY_UNAUTHORIZED',
    `the proxy ${publicProxy(proxy)} ${known ? 'rejects the user name and password' : 'requires a user name and password'}${only}`,
    { host: target, status: 407, hint },
  )
}
