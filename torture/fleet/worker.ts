import { createPuller } from '@lading/distribution'
import type { Store } from '@lading/store'

export interface Work {
  readonly store: Store
  readonly references: readonly string[]
  /** No pull may take longer, in milliseconds. */
  readonly limitMs: number
}

/** One pull after the other, each as a `lading pull` does it, with no retry but its own. What failed, in words. */
export async function pullAll({ store, references, limitMs }: Work): Promise<readonly string[]> {
  const failed: string[] = []
  for (const reference of references) {
    const puller = await createPuller({ store })
    try {
      await puller.pull(reference, { platform: 'linux/amd64', signal: AbortSignal.timeout(limitMs) })
    } catch (error) {
      failed.push(`${reference}: ${String(error)}`)
    } finally {
      await puller.close()
    }
  }
  return failed
}
