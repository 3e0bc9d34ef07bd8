import {
  createS3Objects,
  makeStore,
  objectParts,
  timesOf,
  type ObjectPartsOptions,
  type S3Objects,
  type Times,
} from '@lading/content-store-s3'
import { parsePlatform } from '@lading/manifest'
import { createStore, type Store } from '@lading/store'
import type { Cluster } from './cluster.ts'
import { fleetTimes } from './times.ts'

type Place = Pick<Cluster, 'bucket' | 'ceph'>

const openObjects = ({ bucket, ceph }: Place, prefix: string): Promise<S3Objects> =>
  createS3Objects({ bucket, prefix, endpoints: ceph.endpoints, credentials: ceph.credentials })

/** Makes the place a store, as the first write of all does. */
export async function makeSharedStore(place: Place, prefix: string): Promise<void> {
  const objects = await openObjects(place, prefix)
  await makeStore(objects, { root: `s3://${place.bucket}/${prefix}` })
  objects.close()
}

/** The store that the fleet shares, opened by this process as `--root s3://…` opens it. */
export async function openSharedStore(
  place: Place,
  prefix: string,
  {
    times = fleetTimes,
    ...options
  }: Pick<ObjectPartsOptions, 'clock' | 'patient'> & { readonly times?: Partial<Times> } = {},
): Promise<Store> {
  const root = `s3://${place.bucket}/${prefix}`
  const objects = await openObjects(place, prefix)
  const writable = (): Promise<void> => makeStore(objects, { root })
  const parts = objectParts({ ...options, root, objects, times: timesOf(times), writable })
  const store = createStore({ ...parts, platform: parsePlatform('linux/amd64') })
  return {
    ...store,
    async close() {
      await store.close()
      objects.close()
    },
  }
}
