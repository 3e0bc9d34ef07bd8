import { printable } from '@lading/errors'
import { parsePlatform, type Descriptor } from '@lading/manifest'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { formatTable } from '../text/table.ts'
import { atPlatform, warnOfSingle } from './at-platform.ts'
import { atDigest, remoteTarget } from './remote-target.ts'
import { withClient } from './with-client.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

interface ReferrersOptions extends RegistryCommandOptions {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly artifactType?: string | undefined
  readonly platform?: string | undefined
}

const asJson = ({ data, ...entry }: Descriptor): object => ({
  ...entry,
  ...(data === undefined ? {} : { data: Buffer.from(data).toString('base64') }),
})

export const referrers: Action<[reference: string], ReferrersOptions> = async ([text], options, context) => {
  const { reference, target } = remoteTarget(text)
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
  const { signal } = context
  const { digest, found } = await withClient(options, context, async (client) => {
    const repository = client.repository(reference)
    const known =
      platform === undefined
        ? (reference.digest ?? (await repository.manifests.head(target, { signal }))?.digest)
        : undefined
    const got = known === undefined ? await repository.manifests.get(target, { signal }) : undefined
    if (got !== undefined && platform !== undefined) await warnOfSingle(repository, got, platform, context)
    const subject =
      got === undefined
        ? known
        : platform === undefined
          ? got.descriptor.digest
          : (await atPlatform(repository, got, platform, { signal })).digest
    const list: Descriptor[] = []
    if (subject !== undefined)
      for await (const entry of repository.referrers(subject, { artifactType: options.artifactType, signal }))
        list.push(entry)
    return { digest: subject ?? target, found: list }
  })
  if (options.json === true && options.quiet === true) context.print(jsonText(found.map((entry) => entry.digest)))
  else if (options.json === true)
    context.print(jsonText({ subject: atDigest(reference, digest), referrers: found.map(asJson) }))
  else if (options.quiet === true) for (const entry of found) context.print(entry.digest)
  else
    for (const line of formatTable(
      ['DIGEST', 'ARTIFACT TYPE', 'SIZE'],
      found.map((entry) => [
        entry.digest,
        printable(entry.artifactType ?? entry.mediaType, 200),
        formatSize(entry.size),
      ]),
      { width: context.output.columns },
    ))
      context.print(line)
  return exitCodes.ok
}
