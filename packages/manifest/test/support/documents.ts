import { DOCKER_CONFIG, ManifestError, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../src/index.ts'

export const bytesOf = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' && /^[[{]/.test(value) ? value : JSON.stringify(value))

/** `sha256:` and 64 times one hexadecimal digit. */
export const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`

export const descriptor = (digit: string, more: object = {}): Record<string, unknown> => ({
  mediaType: OCI_LAYER_GZIP,
  digest: digestOf(digit),
  size: 12,
  ...more,
})

/** As umoci writes it: without a media type of its own. */
export const manifestDocument = (more: object = {}): Record<string, unknown> => ({
  schemaVersion: 2,
  config: descriptor('c', { mediaType: DOCKER_CONFIG }),
  layers: [descriptor('a'), descriptor('b')],
  ...more,
})

export const indexDocument = (more: object = {}): Record<string, unknown> => ({
  schemaVersion: 2,
  manifests: [
    descriptor('d', { mediaType: OCI_MANIFEST, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }),
  ],
  ...more,
})

/** The error a call throws; anything but a ManifestError, or none, fails the test. */
export function refusal(call: () => unknown): ManifestError {
  try {
    call()
  } catch (error) {
    if (error instanceof ManifestError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** What came of a call: a value, or the code and message of its typed error. Any other error passes through. */
export function outcome<T>(call: () => T): { readonly value?: T; readonly code?: string; readonly message?: string } {
  try {
    return { value: call() }
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    return { code: error.code, message: error.message }
  }
}
