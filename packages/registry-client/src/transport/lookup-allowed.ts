import { lookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { RegistryError } from '../errors/registry-error.ts'
import { addressClass } from '../origin/address-class.ts'

type Done = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/**
 * The system's name lookup, without link-local, metadata and unspecified addresses: whatever a name resolves to, now or
 * at a second look, those are never connected to (reliability B1, C3 and C5).
 */
export function lookupAllowed(hostname: string, options: LookupOptions, done: Done): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      done(error, [])
      return
    }
    const allowed = addresses.filter(({ address, family }) => addressClass(family === 6 ? new URL(`http://[${address.split('%', 1)[0]}]`).hostname : address) !== 'forbidden')
    const first = allowed[0]
    if (first === undefined) {
      done(new RegistryError('ORIGIN_REFUSED', `${hostname} resolves to a link-local or metadata address, and those are never called`, { host: hostname }), [])
      return
    }
    if (options.all === true) done(null, allowed)
    else done(null, first.address, first.family)
  })
}
