import { TestRegistryError } from '../../error.ts'
import type { Built } from '../built.ts'
import { sampleImages } from '../sample-images.ts'
import { invalid, isRecord } from './decode.ts'
import type { Description } from './description.ts'
import { createAllowance } from './read-layer.ts'
import { readOne } from './read-index.ts'
import type { Reading } from './read-image.ts'
import { readSchema1 } from './read-schema1.ts'

/**
 * Images as JSON: a description or an array of them. What is built is the same each time, as with the image builder.
 *
 * @throws TestRegistryError `IMAGE_INVALID`, with the place in the document; `NAME_INVALID`
 */
export function parseImages(text: string): readonly Built[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new TestRegistryError('IMAGE_INVALID', 'the description of images is not JSON', {
      cause,
      hint: 'it is an image as a JSON object, or an array of them',
    })
  }
  return readImages(value as Description)
}

/** @throws TestRegistryError `IMAGE_INVALID`, `NAME_INVALID` */
export function readImages(value: Description | readonly Description[]): readonly Built[] {
  const reading: Reading = { allowance: createAllowance(), named: new Map() }
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.flatMap((each, position): readonly Built[] => {
    const path = Array.isArray(value) ? `images[${position}]` : 'image'
    if (isRecord(each) && each['sample'] === true && Object.keys(each).length === 1)
      return sampleImages().map((sample) => sample.build())
    if (!isRecord(each)) throw invalid(path, 'not an object')
    if ('schema1' in each) return [readSchema1(each, path, reading)]
    const { built } = readOne(each, path, reading)
    if (built.repository === undefined) throw invalid(path, 'it has no name')
    return [built]
  })
}
