import { createPuller } from '@lading/distribution'
import { parseReference } from '@lading/reference'
import type { Finding, Store } from '@lading/store'
import type { RegistryCommandOptions } from '../command-options.ts'
import type { CommandContext } from '../context.ts'
import { clientOptions } from './client-options.ts'

/** Pulls once what is bad of the images that need it. Which findings are mended by that. */
export async function mendByPulling(
  store: Store,
  findings: readonly Finding[],
  options: RegistryCommandOptions,
  context: CommandContext,
): Promise<ReadonlySet<Finding>> {
  const pulls = new Map(
    findings
      .flatMap((finding) => ('pulls' in finding ? finding.pulls : []))
      .map((pull) => [JSON.stringify(pull), pull] as const),
  )
  if (pulls.size === 0) return new Set()
  const puller = await createPuller({ ...(await clientOptions(options, context)), store })
  try {
    for (const { reference, platform } of pulls.values()) {
      try {
        const { signal } = context
        await puller.pull(reference, { platform, verifyStored: true, allowSchema1: true, signal })
      } catch (error) {
        if (context.signal.aborted) throw error
        context.report(error)
      }
    }
  } finally {
    await puller.close()
  }
  const mended = new Set<Finding>()
  for (const finding of findings) if (await isMended(store, finding, context)) mended.add(finding)
  return mended
}

async function isMended({ contents, ...store }: Store, finding: Finding, { signal }: CommandContext): Promise<boolean> {
  switch (finding.kind) {
    case 'blob-damaged':
    case 'blob-unreadable':
      return contents.verify(finding.digest, { signal }).then(
        () => true,
        () => false,
      )
    case 'name-broken': {
      const target = await store.resolve(parseReference(finding.name))
      return target !== undefined && store.present(target)
    }
    default:
      return false
  }
}
