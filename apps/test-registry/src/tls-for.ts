import { needsCertificate } from './auth/rules.ts'
import type { AuthRule } from './auth/auth-options.ts'
import { makeCertificate, type Certificate } from './certificates/make-certificate.ts'
import { TestRegistryError } from './error.ts'
import type { ServerTls } from './http/listen.ts'
import type { TestRegistryOptions } from './test-registry.ts'

interface MadeTls extends ServerTls {
  /** Who can sign client certificates here: only a CA made on the spot. */
  readonly authority?: Certificate | undefined
}

/** What the options mean: nothing, a pair of one's own, or one made now. */
export function tlsFor(
  { tls, tlsVersion, clientCertificates, host = '127.0.0.1' }: TestRegistryOptions,
  rules: readonly AuthRule[],
): MadeTls | undefined {
  if (tls === undefined || tls === false) return undefined
  const asked = clientCertificates ?? (rules.some(needsCertificate) ? 'asked' : undefined)
  const common = { version: tlsVersion, clientCertificates: asked }
  if (tls !== true && 'cert' in tls) return { ...common, cert: tls.cert, key: tls.key, ca: tls.ca }
  const authority = makeCertificate({ authority: true, commonName: 'Test registry CA' })
  const leaf = makeCertificate({ hosts: [host, 'localhost'], ...(tls === true ? {} : tls), issuer: authority })
  return { ...common, cert: leaf.cert, key: leaf.key, ca: authority.cert, authority }
}

/** @throws TestRegistryError `OPTION_INVALID` */
export function clientCertificate(
  authority: Certificate | undefined,
  commonName: string,
): { readonly cert: string; readonly key: string } {
  if (authority === undefined)
    throw new TestRegistryError('OPTION_INVALID', 'there is no CA that could sign a client certificate', {
      hint: 'start the registry with tls: true',
    })
  const { cert, key } = makeCertificate({ issuer: authority, commonName })
  return { cert, key }
}
