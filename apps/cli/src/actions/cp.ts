import { tmpdir } from 'node:os'
import { printable } from '@lading/errors'
import { exportImage } from '@lading/image'
import { CliError } from '../cli-error.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { copyOut } from './copy-out.ts'
import { refuseTerminal, writeChunks } from './export.ts'
import { withImage, type ImageOptions } from './with-image.ts'

export const cp: Action<[source: string, target: string], ImageOptions> = async ([from, target], options, context) => {
  const { signal } = context
  // The last colon before a slash: those before it are of a port, a tag or a place.
  const colon = from.lastIndexOf(':/')
  if (colon <= 0 || from.startsWith('//', colon + 1))
    throw new CliError('USAGE', `${printable(from, 300)} is not a path in an image`, {
      hint: 'write REFERENCE:/PATH, for example alpine:3.20:/etc/os-release',
    })
  const [reference, path] = [from.slice(0, colon), from.slice(colon + 1)]
  if (target === '-') refuseTerminal(context)
  const keepIn = target === '-' ? tmpdir() : target
  await withImage(reference, { ...options, keepIn }, context, async (image) => {
    if (target === '-') await writeChunks(exportImage(image, { path, signal }), undefined, context)
    else
      context.print(
        await copyOut(image, path, { directory: target, signal, warn: (text) => context.terminal.write(`${text}\n`) }),
      )
  })
  return exitCodes.ok
}
