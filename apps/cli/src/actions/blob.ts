import { writeOutputFile } from '@lading/content-store'
import { downloadBlob } from '@lading/distribution'
import { CliError } from '../cli-error.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import type { FlowMode } from '../progress/flow.ts'
import { withFlow } from '../progress/with-flow.ts'
import { jsonText } from '../text/json-line.ts'
import { atDigest } from './remote-target.ts'
import { tellRetries } from './tell-retries.ts'
import { withClient } from './with-client.ts'
import type { RegistryCommandOptions } from '../command-options.ts'
import { givenReference } from './given-reference.ts'

interface BlobOptions extends RegistryCommandOptions {
  readonly output?: string | undefined
  readonly force?: boolean | undefined
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly progress: FlowMode
}

export const blob: Action<[reference: string], BlobOptions> = async ([text], options, context) => {
  const reference = givenReference(text)
  const { digest } = reference
  if (digest === undefined)
    throw new CliError('USAGE', 'a blob is named by its digest', {
      reference: text,
      hint: 'write NAME@DIGEST; `lading manifest NAME` shows the digests of an image',
    })
  const file = options.output === '-' ? undefined : options.output
  if (file === undefined && options.json === true)
    throw new CliError('USAGE', '--json and the blob cannot both go to standard output', {
      hint: 'write the blob to a file: -o FILE',
    })
  if (file === undefined && context.output.interactive && options.force !== true)
    throw new CliError('USAGE', 'standard output is a terminal, and a blob is usually binary', {
      hint: 'write to a file with -o FILE, or to a pipe; --force writes to the terminal',
    })
  const { signal } = context
  await withClient(options, context, async (client) => {
    const repository = client.repository(reference)
    const size = (await repository.blobs.head(digest, { signal }))?.size
    if (size === undefined)
      throw new CliError('SIZE_UNKNOWN', `the registry does not say the size of ${digest}`, {
        reference: repository.name,
        digest,
        hint: "ask the registry's operator",
      })
    const isSeen = file === undefined && context.output.interactive
    await withFlow(
      { progress: options.progress, quiet: options.quiet === true || isSeen },
      context,
      async (flow, told) => {
        flow.expect(size)
        const onRetry = tellRetries(told)
        const write = (to: (bytes: Uint8Array) => Promise<void>): Promise<void> => {
          const counted = (bytes: Uint8Array): Promise<void> => {
            flow.add(bytes.byteLength)
            return to(bytes)
          }
          return downloadBlob(repository.blobs, { digest, size, mediaType: '' }, counted, { signal, onRetry })
        }
        if (file === undefined) await write((bytes) => context.output.write(bytes))
        else await writeOutputFile(file, write, { signal })
      },
    )
    if (options.json === true) context.print(jsonText({ reference: atDigest(reference, digest), digest, size, file }))
  })
  return exitCodes.ok
}
