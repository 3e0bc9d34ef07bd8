// Draws docs/pull-recording.svg anew: the real CLI pulls from a test registry on loopback, and what it writes to a terminal
// becomes an animated picture. No network; some seconds.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { drawRecording } from './draw.ts'
import { createRecorder } from './recorder.ts'
import { startScene } from './scene.ts'

const bin = fileURLToPath(new URL('../../../cli/src/bin.ts', import.meta.url))
const picture = fileURLToPath(new URL('../../../../docs/pull-recording.svg', import.meta.url))
const reference = 'ghcr.io/acme/app:1.4'

const home = await mkdtemp(join(tmpdir(), 'lading-recording-'))
const registry = await startScene()
try {
  // The program believes that it speaks to ghcr.io: a file in its home says who serves that.
  await mkdir(join(home, '.config/containers'), { recursive: true })
  await writeFile(
    join(home, '.config/containers/registries.conf'),
    `[[registry]]\nprefix = "ghcr.io"\nlocation = "${registry.host}"\ninsecure = true\n`,
  )
  const recorder = createRecorder()
  const show = async (...args: string[]): Promise<void> => {
    recorder.type(`lading ${args.join(' ')}`)
    await recorder.record((write) => lading(args, write))
  }
  await show('pull', reference)
  recorder.pause(0.7)
  await show('pull', reference)
  recorder.pause(0.7)
  await show('cat', reference, '/etc/motd')
  await writeFile(picture, drawRecording(recorder.frames(), { title: `lading pull ${reference}, at a terminal` }))
  process.stdout.write(`${recorder.frames().length} frames in ${picture}\n`)
} finally {
  await registry.close()
  await rm(home, { recursive: true, force: true })
}

async function lading(args: readonly string[], write: (text: string) => void): Promise<void> {
  const progress = args[0] === 'pull' ? ['--progress', 'tty'] : []
  const child = spawn(process.execPath, ['--conditions=@lading/source', bin, ...args, ...progress], {
    env: { PATH: process.env['PATH'], HOME: home, LADING_HOSTS: 'user', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.setEncoding('utf8').on('data', write)
  child.stderr.setEncoding('utf8').on('data', write)
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`lading ${args.join(' ')} ended with ${code}`)
}
