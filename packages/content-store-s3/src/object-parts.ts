import { systemClock, type Clock } from '@lading/clock'
import type { Overtaking, WaitingOptions } from '@lading/content-store'
import { imageStoreOn } from '@lading/image-store'
import { layerStoreOn, type LayerBounds } from '@lading/layer-store'
import { createOrigins, type Parts } from '@lading/store'
import type { Bounds } from './blobs/engine.ts'
import { storeTime } from './collection/store-time.ts'
import { createObjectContentStore } from './create-object-content-store.ts'
import { createObjectLeases } from './leases/object-leases.ts'
import { createObjectReferenceStore } from './names/object-reference-store.ts'
import { objectFiles } from './object-files.ts'
import type { Objects } from './objects.ts'
import { objectNotes } from './records/object-notes.ts'
import { objectRecords } from './records/object-records.ts'
import { isStore } from './s3/format.ts'
import { timesOf, type Times } from './times.ts'

export interface ObjectPartsOptions extends LayerBounds, WaitingOptions {
  /** Where it is, as users name it: for messages. */
  readonly root: string
  /** Steady ones: see `steadyObjects`. */
  readonly objects: Objects
  /** Default: those of `timesOf()`. Everybody who shares the store has the same. */
  readonly times?: Times | undefined
  readonly clock?: Clock | undefined
  /** What a blob takes of memory. Default: as `createObjectContentStore`. */
  readonly bounds?: Partial<Bounds> | undefined
  /** Whether what was removed is waited for, so that nothing stays for the next one. Default false: as `createObjectContentStore`. */
  readonly patient?: boolean | undefined
  /** When another process's download that is slow is overtaken. */
  readonly overtaking?: Overtaking | undefined
  /** Before the first write: the place is made a store, or it is said why not. See `makeStore`. */
  readonly writable: () => Promise<void>
  /** Whether a store is here, for what changes what is here. Default: `isStore`. */
  readonly changeable?: (() => Promise<boolean>) | undefined
}

/** What `createStore` needs for images in an object store that a fleet shares, over any `Objects`. Asks nothing and writes nothing yet. */
export function objectParts({
  root,
  objects,
  times = timesOf(),
  clock = systemClock,
  bounds,
  patient,
  overtaking,
  onWaiting,
  writable,
  changeable = () => isStore(objects, { root }),
  ...layerBounds
}: ObjectPartsOptions): Omit<Parts, 'platform'> {
  const records = objectRecords(objects)
  const contents = createObjectContentStore({ objects, times, clock, bounds, patient, overtaking, onWaiting })
  return {
    root,
    contents,
    layers: layerStoreOn({ records, contents, ...layerBounds }),
    images: imageStoreOn(records),
    references: createObjectReferenceStore({ objects, times, clock }),
    leases: createObjectLeases({ objects, times, clock }),
    origins: createOrigins(records, writable),
    served: objectNotes(objects),
    now: () => storeTime(objects),
    files: () => objectFiles(objects, root),
    writable,
    changeable,
  }
}
