import { printable } from '@lading/errors'
import type { Image, ImageFile } from '@lading/image'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { fileJson, fileRow } from '../text/file-line.ts'
import { jsonLine } from '../text/json-line.ts'
import { printLines } from './print-lines.ts'
import { withImage, type ImageOptions } from './with-image.ts'

interface LsOptions extends ImageOptions {
  readonly long?: boolean | undefined
  readonly recursive?: boolean | undefined
  readonly json?: boolean | undefined
}

export const ls: Action<[reference: string, path: string | undefined], LsOptions> = async (
  [reference, path = '/'],
  options,
  context,
) => {
  const { output, signal } = context
  const lines = async function* (image: Image): AsyncGenerator<string, void, undefined> {
    for await (const [name, file] of listed(image)) {
      if (options.json === true) yield jsonLine(fileJson(file))
      else if (options.long === true) yield longLine(fileRow(file, name))
      else yield printable(name, 4096)
    }
  }
  async function* listed(image: Image): AsyncGenerator<readonly [string, ImageFile], void, undefined> {
    const top = await image.stat(path, { signal })
    if (options.recursive === true) {
      for await (const file of image.walk(path, { signal })) yield [file.path, file]
    } else if (top === undefined || top.type === 'directory') {
      for await (const file of image.list(path, { signal }))
        yield [file.path.slice(file.path.lastIndexOf('/') + 1), file]
    } else yield [path, top]
  }
  await withImage(reference, options, context, (image) => printLines(lines(image), output))
  return exitCodes.ok
}

/** Lists are as long as they are: columns are as wide as they mostly need to be. */
const longLine = ([mode = '', owner = '', size = '', time = '', name = '']: readonly string[]): string =>
  `${mode} ${owner.padEnd(9)} ${size.padStart(10)} ${time} ${name}`
