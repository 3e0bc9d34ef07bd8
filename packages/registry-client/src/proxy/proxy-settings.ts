import { RegistryError } from '../errors/registry-error.ts'

/** A proxy, and who we are there. */
export interface ProxySettings {
  /**
   * `http` and `https` are HTTP proxies that are themselves spoken to in plain text or in TLS. With `socks5` names are
   * looked up here, with `socks5h` at the proxy.
   */
  readonly scheme: 'http' | 'https' | 'socks5' | 'socks5h'
  /** With its port: `proxy.example.com:3128`, `[::1]:1080`. */
  readonly host: string
  readonly username?: string | undefined
  readonly password?: string | undefined
}

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443, socks5: 1080, socks5h: 1080 }

/** The proxy without what is secret. */
export const publicProxy = ({ scheme, host }: ProxySettings): string => `${scheme}://${host}`

/**
 * A proxy as people write it: `http://user:password@proxy.example.com:3128`, `socks5h://…`, or `proxy.example.com:3128`
 * for `http://`. User name and password are percent-decoded. Without a port: 80, 443 for https, 1080 for SOCKS.
 *
 * @param from where the text comes from, for the error, which does not repeat the text: `HTTPS_PROXY`
 * @throws RegistryError `OPTION_INVALID`
 */
export function parseProxy(text: string, from: string = 'the proxy'): ProxySettings {
  const invalid = (why: string): RegistryError =>
    new RegistryError('OPTION_INVALID', `${from}: ${why}`, {
      hint: 'write it like http://proxy.example.com:3128; the schemes are http, https, socks5 and socks5h',
    })
  const [, named, rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(text.trim()) ?? []
  const scheme = (named ?? 'http').toLowerCase()
  const port = defaultPorts[scheme]
  if (!isScheme(scheme) || port === undefined) throw invalid('this kind of proxy is not supported')
  // By the rules for http, which are the strict ones for hosts.
  const url = /[\s\\]/.test(rest) ? null : URL.parse(`http://${rest}`)
  if (url === null || url.hostname === '') throw invalid('not the URL of a proxy')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw invalid('a proxy has no path, query or fragment (a / ? or # in a password is written %2F %3F %23)')
  const written = url.port === '' && /:0*80\/?$/.test(rest) ? '80' : url.port
  if (written === '0') throw invalid('port 0 is not valid')
  return { scheme, host: `${url.hostname}:${written === '' ? port : written}`, ...userInfo(url, scheme, invalid) }
}

const isScheme = (scheme: string): scheme is ProxySettings['scheme'] => Object.hasOwn(defaultPorts, scheme)

function userInfo(
  { username, password }: URL,
  scheme: string,
  invalid: (why: string) => RegistryError,
): Pick<ProxySettings, 'username' | 'password'> {
  if (username === '' && password === '') return {}
  let known: { readonly username: string; readonly password: string }
  try {
    known = { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    throw invalid('its user name or password is not properly percent-encoded')
  }
  // RFC 7617 2 and RFC 1929 2.
  if (!scheme.startsWith('socks') && known.username.includes(':'))
    throw invalid('its user name has a colon in it, which Basic authentication cannot carry')
  const longest = Math.max(...[known.username, known.password].map((part) => new TextEncoder().encode(part).byteLength))
  if (scheme.startsWith('socks') && (longest > 255 || known.username === ''))
    throw invalid('SOCKS takes a user name of 1 to 255 bytes and a password of up to 255')
  return known
}
