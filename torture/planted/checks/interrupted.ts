import { existsSync } from 'node:fs'
import { glob, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startVictim } from '../../kill/spawn-victim.ts'
import type { Stage } from './stage.ts'

/**
 * A pull of `t/app:1` in a process that is killed when its small layer and 200,000 bytes of its large one have come.
 * The partial download.
 */
export async function killHalfWay({ registry, app, large, root }: Stage): Promise<string> {
  registry.addFault({ on: 'blob', digest: large, afterBytes: 200_000, then: 'stall' })
  const { child, end } = await startVictim({ root, host: registry.host, scenario: 'pull into a new root' })
  const whole = join(root, 'blobs', app.layers[0]?.digest.replace(':', '/') ?? '')
  const stopped = new AbortController()
  void end.then(() => stopped.abort(new Error('the pull was to be killed, and has ended')))
  for (;;) {
    stopped.signal.throwIfAborted()
    for await (const path of glob('lading/ingest/*/*/data', { cwd: root })) {
      // That of the small layer may be done meanwhile.
      const found = await stat(join(root, path)).catch(() => undefined)
      if (found === undefined || found.size < 200_000 || !existsSync(whole)) continue
      child.kill('SIGKILL')
      await end
      registry.clearFaults()
      registry.journal.clear()
      return join(root, path)
    }
    await sleep(20)
  }
}
