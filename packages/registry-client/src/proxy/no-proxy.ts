import { inRange, parseAddress, parseRange } from '../origin/ip-address.ts'

/** Host without brackets and without a dot at its end, lower case; the port always there. */
interface Target {
  readonly name: string
  readonly port: string
  readonly address: Uint8Array | undefined
}

type Rule = (target: Target) => boolean

const schemePorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' }

/**
 * `NO_PROXY` as Go's httpproxy reads it: entries between commas or blanks, in any case.
 *
 * - `*`: everything
 * - `10.0.0.0/8`, `fd00::/8`: hosts that are written as such an address
 * - `10.0.0.1`, `::1`, `[::1]`: that address
 * - `example.com`: that host, and every host below it
 * - `.example.com`, `*.example.com`: every host below it
 * - each but a range may have a port, `example.com:5000` or `[::1]:5000`, and is then about that port alone
 *
 * Names are not looked up. What is none of these matches nothing.
 */
export function parseNoProxy(text: string): (url: URL) => boolean {
  const rules = text.split(/[\s,]+/).flatMap((entry) => (entry === '' ? [] : [ruleOf(entry.toLowerCase())]))
  return (url) => {
    const name = url.hostname
      .replace(/^\[(.*)\]$/, '$1')
      .toLowerCase()
      .replace(/\.$/, '')
    const target: Target = {
      name,
      port: url.port === '' ? (schemePorts[url.protocol] ?? '') : url.port,
      address: parseAddress(name),
    }
    return rules.some((rule) => rule(target))
  }
}

function ruleOf(entry: string): Rule {
  if (entry === '*') return () => true
  const range = parseRange(entry)
  if (range !== undefined) return ({ address }) => address !== undefined && inRange(address, range)
  const { host, port } = splitPort(entry)
  const rightPort = (target: Target): boolean => port === undefined || Number(target.port) === port
  const address = parseAddress(host)
  if (address !== undefined) {
    const only = { base: address, bits: address.byteLength * 8 }
    return (target) => target.address !== undefined && inRange(target.address, only) && rightPort(target)
  }
  const below = /^\*?\./.test(host)
  const domain = ascii(host.replace(/^\*?\./, '').replace(/\.$/, ''))
  if (domain === '') return () => false
  return (target) =>
    target.address === undefined &&
    ((!below && target.name === domain) || target.name.endsWith(`.${domain}`)) &&
    rightPort(target)
}

function splitPort(entry: string): { readonly host: string; readonly port: number | undefined } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::([0-9]{1,5}))?$/.exec(entry) ?? []
  return { host: bracketed ?? plain ?? entry, port: port === undefined ? undefined : Number(port) }
}

/** As a URL has it: `bücher.example` is `xn--bcher-kva.example` there. */
function ascii(domain: string): string {
  return /^[\x21-\x7e]*$/.test(domain) ? domain : (URL.parse(`http://${domain}`)?.hostname ?? domain)
}
