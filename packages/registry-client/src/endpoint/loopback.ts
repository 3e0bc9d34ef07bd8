import { addressClass } from '../origin/address-class.ts'

/** `localhost`, 127.0.0.0/8 or [::1], with or without a port: plain http is allowed there, after https. */
export function isLoopback(host: string): boolean {
  const url = URL.parse(`http://${host}`)
  return url !== null && addressClass(url.hostname) === 'loopback'
}
