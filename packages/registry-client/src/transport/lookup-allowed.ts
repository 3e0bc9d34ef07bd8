import { lookup as systemLookup } from 'node:dns'
import { RegistryError } from '../errors/registry-error.ts'
import { classOfAddress, type AddressClass } from '../origin/address-class.ts'
import type { Lookup } from './lookup.ts'

/**
 * A name lookup without the addresses that a request may not reach: never link-local, metadata and unspecified ones,
 * and of the others only those of `addresses` (default: all). What a name resolves to at a second look is judged again,
 * for it is these very addresses that are connected to.
 */
export function lookupAllowed({
  lookup = systemLookup,
  addresses,
}: {
  readonly lookup?: Lookup | undefined
  readonly addresses?: readonly AddressClass[] | undefined
}): Lookup {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        done(error, [])
        return
      }
      const all = typeof found === 'string' ? [] : found
      const classes = all.map(({ address }) => classOfAddress(address))
      const allowed = all.filter((_each, index) => mayReach(classes[index], addresses))
      const first = allowed[0]
      if (first === undefined) {
        done(refusal(hostname, classes), [])
        return
      }
      if (options.all === true) done(null, allowed)
      else done(null, first.address, first.family)
    })
  }
}

function mayReach(kind: AddressClass | undefined, addresses: readonly AddressClass[] | undefined): boolean {
  return kind !== undefined && kind !== 'forbidden' && (addresses === undefined || addresses.includes(kind))
}

function refusal(hostname: string, classes: readonly AddressClass[]): RegistryError {
  const kind = classes.find((each) => each !== 'forbidden')
  if (kind === undefined)
    return new RegistryError(
      'ORIGIN_REFUSED',
      `${hostname} resolves to a link-local or cloud metadata address, which is forbidden`,
      { host: hostname },
    )
  return new RegistryError(
    'ORIGIN_REFUSED',
    `${hostname} resolves to a ${kind} address, and this registry must not point to one`,
    { host: hostname, hint: 'if you trust it, allow it' },
  )
}
