// pnpm demo: a registry on loopback, a real pull through HTTP, and what to try next. Leaves nothing behind.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sampleImages, startTestRegistry } from '@lading/test-registry'

const bin = fileURLToPath(new URL('../apps/cli/src/bin.ts', import.meta.url))
/** Bytes per second and connection: slow enough to see three layers at once, fast enough for one sitting. */
const pace = 4_000_000

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function lading(root: string, ...args: string[]): Promise<void> {
  say(`\n$ lading ${args.join(' ')}`)
  const child = spawn(process.execPath, ['--conditions=@lading/source', bin, ...args], {
    stdio: 'inherit',
    env: { ...process.env, LADING_ROOT: root },
  })
  const stop = (): void => void child.kill('SIGINT')
  process.once('SIGINT', stop)
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  process.removeListener('SIGINT', stop)
  if (code !== 0) throw new Error(`lading ${args[0]} ended with ${code}`)
}

const root = await mkdtemp(join(tmpdir(), 'lading-demo-'))
const registry = await startTestRegistry({ images: sampleImages(), bytesPerSecond: pace })
try {
  say(`A registry for tests is running at ${registry.url}, with sample images.`)
  say(`It sends at most ${pace / 1_000_000} MB a second on each connection, so that you can watch.`)
  const app = `${registry.host}/demo/app:1.0`
  await lading(root, 'pull', app)
  await lading(root, 'pull', `${registry.host}/library/hello`)
  await lading(root, 'images')
  say('\nAgain: nothing is fetched twice, and what is up to date costs one request.')
  await lading(root, 'pull', app)
  say(
    `\nThe registry saw ${registry.journal.requests().length} requests in all. The images were in a temporary folder, which is gone now.`,
  )
  say('\nWith internet, the same program pulls from any registry:\n')
  say('  npx -y pnpm@12 -s lading pull docker.io/library/alpine')
  say('  npx -y pnpm@12 -s lading images')
  say('  npx -y pnpm@12 -s lading inspect alpine')
  say('  npx -y pnpm@12 -s lading pull --help')
} finally {
  await registry.close()
  await rm(root, { recursive: true, force: true })
}
