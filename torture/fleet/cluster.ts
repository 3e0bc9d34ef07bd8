import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
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
  /** Objects that the disk itself lost, in words: requests for them wait for ever. */
  lost(): Promise<readonly string[]>
  close(): Promise<void>
}

/** In milliseconds. A gateway waits for ever for an object that the disk lost. */
const requestTimeout = 60_000

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
  const client = new Client({
    endpoint: endpoints[0] ?? '',
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  })
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
    lost: () => lostObjects(join(directory, 'osd.0.log')),
    async close() {
      client.destroy()
      await ceph.close()
    },
  }
}

async function lostObjects(log: string): Promise<readonly string[]> {
  const lost = new Set<string>()
  for await (const line of createInterface({ input: createReadStream(log) })) {
    const [, object] = /_verify_csum bad .*, object (\S+)/.exec(line) ?? []
    if (object !== undefined) lost.add(`the disk of Ceph lost ${object}`)
  }
  return [...lost]
}
