import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { consult } from '../../packages/store/test/oracle.ts'

export interface CutsRun {
  /** Of the layer, in bytes. */
  readonly size: number
  /** How often its download is cut off, at even distances. */
  readonly cuts: number
  readonly say: (line: string) => void
}

const cli = fileURLToPath(new URL('../../apps/cli/src/bin.ts', import.meta.url))

/** A download that is cut off again and again, in one process and from process to process: what it costs on the wire. */
export async function runCuts({ size, cuts, say }: CutsRun): Promise<boolean> {
  const registry = await startTestRegistry()
  const folder = await mkdtemp(join(tmpdir(), 'lading-cuts-'))
  const piece = Math.floor(size / (cuts + 1))
  try {
    const { layers } = await registry.seed(image('t/big:1').randomLayer(size, { seed: 1, compression: 'none' }))
    const digest = layers[0]?.digest ?? ''
    const scene = { registry, digest, piece, reference: `${registry.host}/t/big:1` }
    let right = true
    for (const [how, pull] of [
      ['in one process', pullOnce],
      ['each time by SIGKILL, and on in the next process', pullAndKill],
    ] as const) {
      registry.journal.clear()
      registry.clearFaults()
      const root = join(folder, how)
      const times = await pull(scene, root)
      const { bytesSent, requests } = registry.journal.blob(digest)
      const cost = bytesSent / (layers[0]?.size ?? size)
      const { violations } = consult(root, { afterCrash: true })
      say(
        `${size} bytes, cut off ${times} times ${how}: ${requests.length} requests, ${cost.toFixed(4)} x its size on the wire, ${violations.length} violations`,
      )
      right &&= cost <= 1.01 && violations.length === 0 && times >= cuts
    }
    return right
  } finally {
    await registry.close()
    await rm(folder, { recursive: true })
  }
}

interface CutScene {
  readonly registry: TestRegistry
  readonly digest: string
  readonly piece: number
  readonly reference: string
}

async function pullOnce({ registry, digest, piece, reference }: CutScene, root: string): Promise<number> {
  registry.addFault({ on: 'blob', digest, afterBytes: piece, then: 'close' })
  const { code, said } = await lading(reference, root).end
  if (code !== 0) throw new Error(`the pull failed: ${said}`)
  return registry.journal.blob(digest).requests.length - 1
}

async function pullAndKill({ registry, digest, piece, reference }: CutScene, root: string): Promise<number> {
  registry.addFault({ on: 'blob', digest, afterBytes: piece, then: 'stall' })
  for (let times = 0; ; times++) {
    const { child, end } = lading(reference, root)
    const ended = new AbortController()
    const stalled = arrived(registry, digest, { nth: times + 1, signal: ended.signal })
    const outcome = await Promise.race([end, stalled])
    ended.abort()
    if (outcome !== 'arrived') {
      if (outcome.code !== 0) throw new Error(`the pull failed: ${outcome.said}`)
      return times
    }
    child.kill('SIGKILL')
    await end
  }
}

/** When that request's piece is on the disk of its client, or nearly so: the kernel has it, and the client reads on. */
async function arrived(
  registry: TestRegistry,
  digest: string,
  { nth, signal }: { readonly nth: number; readonly signal: AbortSignal },
): Promise<'arrived'> {
  for (let still = 0, seen = 0; still < 10 && !signal.aborted;) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    const { requests, bytesSent } = registry.journal.blob(digest)
    still = requests.length >= nth && bytesSent === seen ? still + 1 : 0
    seen = bytesSent
  }
  return 'arrived'
}

function lading(reference: string, root: string) {
  const args = [
    '--conditions=@lading/source',
    cli,
    'pull',
    '-q',
    '--platform',
    'linux/amd64',
    '--root',
    root,
    reference,
  ]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LADING_HOSTS: 'off' },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const end = (once(child, 'close') as Promise<[number | null]>).then(([code]) => ({ code, said }))
  return { child, end }
}
