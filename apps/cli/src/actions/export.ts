import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { exportImage } from '@lading/image'
import { openOutputFile } from '@lading/content-store'
import { CliError } from '../cli-error.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { withImage, type ImageOptions } from './with-image.ts'

interface ExportCommandOptions extends ImageOptions {
  readonly output?: string | undefined
}

export const exportFiles: Action<[reference: string], ExportCommandOptions> = async ([reference], options, context) => {
  const { output, ...rest } = options
  const { signal } = context
  const file = output === '-' ? undefined : output
  if (file === undefined) refuseTerminal(context)
  const keepIn = file === undefined ? tmpdir() : dirname(file)
  await withImage(reference, { ...rest, keepIn }, context, (image) =>
    writeChunks(exportImage(image, { signal }), file, context),
  )
  return exitCodes.ok
}

/** @throws CliError `USAGE` where a person would see an archive's bytes */
export function refuseTerminal({ output }: CommandContext): void {
  if (output.interactive)
    throw new CliError('USAGE', 'standard output is a terminal, and an archive is binary', {
      hint: 'write to a file, or to a pipe',
    })
}

/** To a file that is there when it is whole, or to standard output. */
export async function writeChunks(
  chunks: AsyncIterable<Uint8Array>,
  file: string | undefined,
  { output, signal }: CommandContext,
): Promise<void> {
  if (file === undefined) {
    for await (const chunk of chunks) await output.write(chunk)
    return
  }
  const target = await openOutputFile(file, { signal })
  try {
    for await (const chunk of chunks) await target.write(chunk)
    await target.finish()
  } finally {
    await target.abort()
  }
}
