import { checkEngine, createS3Objects, makeStore, objectParts, parseS3Location } from '@lading/content-store-s3'
import { defaultPlatform } from '@lading/manifest'
import { createStore, type Store } from '@lading/store'
import type { StoreOptions } from './open-store.ts'

/**
 * Opens a store on object storage, and tells of whoever it waits for. It is made by the first write, when its engine has been found to be one.
 *
 * @throws S3Error
 */
export async function openObjectStore(
  root: string,
  { maxLayerSize, maxInflationRatio, tell }: StoreOptions & { readonly tell: (line: string) => void },
): Promise<Store> {
  const objects = await createS3Objects(parseS3Location(root))
  let made: Promise<void> | undefined
  const writable = (): Promise<void> =>
    (made ??= makeStore(objects, { root }).catch((error: unknown) => {
      made = undefined
      throw error
    }))
  const parts = objectParts({
    objects,
    root,
    writable,
    maxLayerSize,
    maxInflationRatio,
    onWaiting: ({ message }) => tell(message),
  })
  const store = createStore({ ...parts, platform: defaultPlatform() })
  return {
    ...store,
    async close() {
      await store.close()
      objects.close()
    },
  }
}

/** Tries what a store rests on, whether the place is one already or not. @throws S3Error `S3_UNSUITABLE` */
export async function checkObjectStore(root: string): Promise<void> {
  const objects = await createS3Objects(parseS3Location(root))
  try {
    await checkEngine(objects, { root })
  } finally {
    objects.close()
  }
}
