import { tmpdir } from 'node:os'
import { printable } from '@lading/errors'
import { CliError } from '../cli-error.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { withImage, type ImageOptions } from './with-image.ts'

/**
 * What moves a terminal, and no text has: all controls but tab, line feed, form feed and carriage return; of C1 (ECMA-48) as UTF-8,
 * which some terminals take for `ESC` and a letter. Such a pair may lie across two chunks.
 */
function findsControls(): (chunk: Uint8Array) => boolean {
  let before = 0
  return (chunk) =>
    chunk.some((byte) => {
      const isControl = byte < 0x20 ? ![0x09, 0x0a, 0x0c, 0x0d].includes(byte) : byte === 0x7f
      const isC1 = before === 0xc2 && byte >= 0x80 && byte < 0xa0
      before = byte
      return isControl || isC1
    })
}

export const cat: Action<[reference: string, paths: readonly string[]], ImageOptions> = async (
  [reference, paths],
  options,
  context,
) => {
  const { output, signal } = context
  await withImage(reference, { ...options, spoolIn: tmpdir() }, context, async (image) => {
    const hasControls = findsControls()
    for (const path of paths)
      for await (const chunk of image.open(path, { signal })) {
        if (output.interactive && hasControls(chunk))
          throw new CliError('USAGE', `${printable(path, 200)} cannot be shown at a terminal`, {
            hint: 'write it to a file or a pipe',
          })
        await output.write(chunk)
      }
  })
  return exitCodes.ok
}
