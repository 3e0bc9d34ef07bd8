import { makeCertificate, type Certificate } from './certificates/make-certificate.ts'
import type { TestRegistryOptions } from './test-registry.ts'

/** What the options mean: nothing, a pair of one's own, or one made now. */
export function tlsFor(tls: TestRegistryOptions['tls'], host: string): (Pick<Certificate, 'cert' | 'key'> & { readonly ca: string | undefined }) | undefined {
  if (tls === undefined || tls === false) return undefined
  if (tls !== true && 'cert' in tls) return { cert: tls.cert, key: tls.key, ca: tls.ca }
  const ca = makeCertificate({ authority: true, commonName: 'Test registry CA' })
  const leaf = makeCertificate({ hosts: [host, 'localhost'], ...(tls === true ? {} : tls), issuer: ca })
  return { cert: leaf.cert, key: leaf.key, ca: ca.cert }
}
