import type { Digest } from '@lading/digest'
import type { CopyEvent } from '../copy/copy-event.ts'

/** Everything that happens while an archive is loaded, in order. Sizes in bytes. What it says of names and paths is as it came. */
export type LoadEvent =
  | CopyEvent
  /** A member of an archive that is read as it comes is about to be taken in. */
  | { readonly type: 'member'; readonly path: string; readonly size: number }
  /** A tag points to this image now; what it pointed to, of this image ID, stays without a tag. */
  | { readonly type: 'moved'; readonly reference: string; readonly previous: Digest }
  /** `code`: `NAME_UNUSABLE`, for what the archive calls an image and is no reference. */
  | { readonly type: 'warning'; readonly code: string; readonly message: string }
