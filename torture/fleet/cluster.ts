import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import { startCeph, type Ceph } from '../../test/support/ceph.ts'

/** A bucket on a Ceph of its own. */
export interface Cluster {
  readonly ceph: Ceph
  readonly client: S3Client
  readonly bucket: string
  /** What `--root` takes. */
  root(prefix: string): string
  /** For programs that use it. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** `objectStore`: what is in memory starts sooner, and is gone when it is killed. */
export async function startCluster(
  folder: string,
  { objectStore = 'bluestore' }: Parameters<typeof startCeph>[1] = {},
): Promise<Cluster> {
  const { CreateBucketCommand, S3Client: Client } = await import('@aws-sdk/client-s3')
  const directory = join(folder, 'ceph')
  await mkdir(directory)
  const ceph = await startCeph(directory, { objectStore })
  const { endpoints, credentials } = ceph
  const bucket = 'fleet'
  const client = new Client({ endpoint: endpoints[0] ?? '', credentials, region: 'us-east-1', forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return {
    ceph,
    client,
    bucket,
    root: (prefix) => `s3://${bucket}/${prefix}?${endpoints.map((each) => `endpoint=${each}`).join('&')}`,
    env: {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    async close() {
      client.destroy()
      await ceph.close()
    },
  }
}
