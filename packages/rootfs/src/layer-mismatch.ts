import { RootfsError } from './rootfs-error.ts'

const hint = 'pull the image again; if that does not help, it was built broken'

/** What comes out of a layer is not what the config names (image-spec, config.md, `rootfs`). */
export const layerMismatch = (digest: string, expected: string, actual: string): RootfsError =>
  new RootfsError(
    'UNPACK_LAYER_MISMATCH',
    `${digest} is not the layer of this image: it is ${actual}, and the config says ${expected}`,
    { digest, expected, actual, hint },
  )

/** What was to be read is not there any more, whatever reading it came to. */
export const layerDamaged = (digest: string, actual: string, cause: unknown): RootfsError =>
  new RootfsError('UNPACK_LAYER_MISMATCH', `${digest} is damaged where it is kept: its bytes are ${actual}`, {
    digest,
    expected: digest,
    actual,
    cause,
    hint: 'check the store (lading check --repair), and pull the image again',
  })

export const sizeMismatch = (digest: string, expected: number, actual: number): RootfsError =>
  new RootfsError('UNPACK_LAYER_MISMATCH', `${digest} has ${actual} bytes, and ${expected} were to be there`, {
    digest,
    expected,
    actual,
    hint,
  })
