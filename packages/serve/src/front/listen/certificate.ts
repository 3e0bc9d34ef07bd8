import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { printable } from '@lading/errors'
import { FrontError } from '../front-error.ts'

/** A certificate with its chain, and the key that belongs to it, in PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** @throws FrontError `CERTIFICATE_UNREADABLE`, `CERTIFICATE_INVALID` when one is no PEM, or they do not belong together */
export async function readCertificate(certPath: string, keyPath: string): Promise<Certificate> {
  const [cert, key] = [await read(certPath), await read(keyPath)]
  const parse = <Parsed>(path: string, what: string, how: () => Parsed): Parsed => {
    try {
      return how()
    } catch (cause) {
      throw new FrontError('CERTIFICATE_INVALID', `${printable(path)} is not a ${what} in PEM format`, {
        path,
        cause,
        hint: 'name the file of the certificate with --tls-cert and that of its key, without a password, with --tls-key',
      })
    }
  }
  const certificate = parse(certPath, 'certificate', () => new X509Certificate(cert))
  const privateKey = parse(keyPath, 'private key', () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(privateKey))
    throw new FrontError(
      'CERTIFICATE_INVALID',
      `the key in ${printable(keyPath)} does not belong to the certificate in ${printable(certPath)}`,
      {
        path: keyPath,
        hint: 'the certificate of the server must be first in its file, followed by its issuers',
      },
    )
  return { cert, key }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new FrontError('CERTIFICATE_UNREADABLE', `${printable(path)} cannot be read: ${(cause as Error).message}`, {
      path,
      cause,
      hint: 'name a file that this user can read',
    })
  }
}
