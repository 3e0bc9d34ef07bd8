import { RootfsError } from './rootfs-error.ts'

const hint = 'pull the image again; if that does not help, the image itself is wrong: build it again'

/** The content of a layer is not the one in the config (image-spec, config.md, `rootfs`). */
export const layerMismatch = (digest: string, expected: string, actual: string): RootfsError =>
  new RootfsError(
    'UNPACK_LAYER_MISMATCH',
    `${digest} is not the layer of this image: its content has the diffID ${actual}, but the config has ${expected}`,
    { digest, expected, actual, hint },
  )

/** The file of a layer changed: its bytes are not those of its digest any more, whatever else reading it reported. */
export const layerDamaged = (digest: string, actual: string, cause: unknown): RootfsError =>
  new RootfsError('UNPACK_LAYER_MISMATCH', `${digest} is damaged in the store: its content has the digest ${actual}`, {
    digest,
    expected: digest,
    actual,
    cause,
    hint: 'check the store (lading check --repair), and pull the image again',
  })

export const sizeMismatch = (digest: string, expected: number, actual: number): RootfsError =>
  new RootfsError('UNPACK_LAYER_MISMATCH', `${digest} has ${actual} bytes, not ${expected}`, {
    digest,
    expected,
    actual,
    hint,
  })
