import { verifySchema1 } from '@lading/manifest/schema1'
import { printable } from '@lading/errors'
import { familiarString, type Reference } from '@lading/reference'
import type { Schema1Document } from './ports.ts'
import { PullError } from './pull-error.ts'
import type { PullJob } from './pull-job.ts'

/**
 * That a schema 1 manifest is the one that was asked for, and what its signers signed. A reference with a digest says
 * itself what it wants; then the name inside is not compared, as it is another one behind a proxy or after a copy.
 *
 * @throws PullError `SCHEMA1_NAME_MISMATCH`; ManifestError `SCHEMA1_SIGNATURE_INVALID`
 */
export async function checkSchema1(
  job: PullJob,
  reference: Reference,
  { manifest, descriptor }: Schema1Document,
): Promise<void> {
  const { digest } = descriptor
  const [wanted, found] = [`${reference.path}:${reference.tag ?? 'latest'}`, `${manifest.name}:${manifest.tag}`]
  if (reference.digest === undefined && wanted !== found) {
    throw new PullError(
      'SCHEMA1_NAME_MISMATCH',
      `the manifest is that of ${printable(found, 300)}, and ${wanted} was asked for`,
      {
        digest,
        expected: wanted,
        actual: printable(found, 300),
        hint: `the registry or a proxy serves another image under this name; if you trust it, pull it by its digest: @${digest}`,
      },
    )
  }
  const signers = await verifySchema1(manifest)
  const who =
    signers.length === 0
      ? 'without a signature'
      : `signed by ${signers.map(({ keyId }) => keyId).join(', ')}, whom nobody vouches for`
  job.emit({
    type: 'warning',
    code: 'SCHEMA1',
    message: `${familiarString(reference)} is in a format given up in 2017 (Docker schema 1), ${who}; have it pushed again`,
  })
}
