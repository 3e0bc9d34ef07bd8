import { isIPv4, isIPv6 } from 'node:net'
import { printable } from '@lading/errors'
import { FrontError } from '../front-error.ts'

/** Where to listen. */
export interface Address {
  /** A name or an address, without brackets. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

/** `127.0.0.1:5000`, `[::1]:5000`, `localhost:0`, `:5000` for every address. @throws FrontError `ADDRESS_INVALID` */
export function parseAddress(text: string): Address {
  const [, bracketed, plain = '', digits = ''] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^[\]:/\s]*)):([0-9]{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === '' || port > 65_535 || (bracketed !== undefined && !isIPv6(bracketed)))
    throw new FrontError('ADDRESS_INVALID', `'${printable(text, 100)}' is not an address to listen on`, {
      hint: 'write HOST:PORT, such as 127.0.0.1:5000, [::1]:5000, or 0.0.0.0:5000 for every address',
    })
  return { host: bracketed ?? (plain === '' ? '::' : plain), port }
}

/** Nobody from another machine gets there. Of names `localhost` alone is known to be. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase()
  if (name === 'localhost') return true
  if (isIPv4(name)) return name.startsWith('127.')
  if (!isIPv6(name)) return false
  return name === '::1' || /^::ffff:127\.\d+\.\d+\.\d+$/.test(name)
}

export const formatAddress = ({ host, port }: Address): string =>
  isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
