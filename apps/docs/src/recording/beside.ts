// Draws docs/terminals/*.svg anew: docker, podman and lading pull the same image from a test registry on loopback, and pnpm
// installs a package, each at a terminal of its own. Needs docker, podman, `script` of util-linux and a network for pnpm.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startDockerd } from '../../../../test/support/dockerd.ts'
import { ownPodman } from '../../../../test/support/podman.ts'
import { pathOf } from '../../../../test/support/real-parts.ts'
import { drawRecording } from './draw.ts'
import { createRecorder } from './recorder.ts'
import { startScene } from './scene.ts'

interface Shown {
  /** What the prompt shows. */
  readonly command: string
  /** What runs. */
  readonly words: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const pictures = file('../../../../docs/terminals')

const folder = await mkdtemp(join(tmpdir(), 'lading-beside-'))
const own = async (name: string): Promise<string> => {
  const path = join(folder, name)
  await mkdir(path)
  return path
}
const registry = await startScene()
const dockerd = await startDockerd(await own('docker'), { storageDriver: 'overlay2' })
try {
  const reference = `${registry.host}/acme/app:1.4`
  const podman = await own('podman')
  const project = await own('project')
  await writeFile(join(project, 'package.json'), '{}\n')
  await mkdir(pictures, { recursive: true })
  await show('docker', {
    command: `docker pull ${reference}`,
    words: [join(dockerd.bin, 'docker'), 'pull', reference],
    env: dockerd.env,
  })
  await show('podman', {
    command: `podman pull ${reference}`,
    words: [pathOf('podman'), ...ownPodman(podman), 'pull', '--tls-verify=false', reference],
  })
  await show('lading', {
    command: `lading pull ${reference}`,
    words: [process.execPath, '--conditions=@lading/source', file('../../../cli/src/bin.ts'), 'pull', reference],
  })
  await show('pnpm', {
    command: 'pnpm add vitest',
    words: [pathOf('npx'), '-y', 'pnpm@12', '-C', project, '--store-dir', join(folder, 'store'), 'add', 'vitest'],
    // Its own settings say where packages come from.
    env: { HOME: process.env['HOME'] ?? folder },
  })
} finally {
  await Promise.all([dockerd.close(), registry.close()])
  await rm(folder, { recursive: true, force: true })
}

async function show(name: string, { command, words, env = {} }: Shown): Promise<void> {
  const recorder = createRecorder()
  recorder.type(command)
  await recorder.record((write) => atATerminal(words, env, (text) => write(text.replaceAll(folder, '~'))))
  await writeFile(
    join(pictures, `${name}.svg`),
    drawRecording(recorder.frames(), { title: `${command}, at a terminal` }),
  )
  process.stdout.write(`${name}: ${recorder.frames().length} frames\n`)
}

/** Runs it at a terminal of 96 columns. */
async function atATerminal(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  write: (text: string) => void,
): Promise<void> {
  const quoted = words.map((word) => `'${word}'`).join(' ')
  const child = spawn(pathOf('script'), ['-qec', `stty cols 96 rows 40; exec ${quoted}`, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TERM: 'xterm-256color', HOME: folder, LADING_HOSTS: 'off', NO_COLOR: '1', ...env },
  })
  child.stdout.setEncoding('utf8').on('data', write)
  child.stderr.setEncoding('utf8').on('data', write)
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`${quoted} ended with ${code}`)
}
