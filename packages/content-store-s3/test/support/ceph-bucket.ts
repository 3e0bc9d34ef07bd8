import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCeph, type Ceph } from '../../../../test/support/ceph.ts'
import { createS3Objects, type S3Objects, type S3ObjectsOptions } from '../../src/s3/index.ts'

export interface CephBuckets {
  readonly ceph: Ceph
  makeBucket(name: string, options?: { readonly versioned?: boolean }): Promise<void>
  objects(bucket: string, options?: Partial<S3ObjectsOptions>): Promise<S3Objects>
  close(): Promise<void>
}

/** A Ceph with its files in a temporary folder. */
export async function startCephBuckets(options?: Parameters<typeof startCeph>[1]): Promise<CephBuckets> {
  // Where Ceph is not installed it would be loaded in vain.
  const { CreateBucketCommand, PutBucketVersioningCommand, S3Client } = await import('@aws-sdk/client-s3')
  const directory = await mkdtemp(join(tmpdir(), 'lading-ceph-'))
  const ceph = await startCeph(directory, options)
  const { endpoints, credentials } = ceph
  const endpoint = endpoints[0] ?? ''
  const client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true })
  const opened: S3Objects[] = []
  return {
    ceph,
    async makeBucket(Bucket, { versioned = false } = {}) {
      await client.send(new CreateBucketCommand({ Bucket }))
      if (versioned)
        await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
    },
    async objects(bucket, given = {}) {
      const objects = await createS3Objects({ bucket, prefix: 'store', endpoints, credentials, ...given })
      opened.push(objects)
      return objects
    },
    async close() {
      for (const each of opened) each.close()
      client.destroy()
      await ceph.close()
      await rm(directory, { recursive: true })
    },
  }
}
