import type { Digest } from '@lading/digest'
import { LayerError } from './layer-error.ts'

/** Deeper, no union file system mounts it. docker's figure; the base has depth 1. */
export const maxDepth = 125

export function assertLayerCount(count: number, image: Digest): void {
  if (count > maxDepth) throw tooDeep(`the image ${image} has ${count} layers`, image, count)
}

export function tooDeep(what: string, digest: Digest, actual: number): LayerError {
  return new LayerError('LAYER_MAX_DEPTH', `${what}; at most ${maxDepth} can be mounted on each other`, {
    digest,
    expected: maxDepth,
    actual,
    hint: 'build the image with fewer layers',
  })
}
