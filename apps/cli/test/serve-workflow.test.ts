import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { startDockerd } from '../../../test/support/dockerd.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { enlarged, mounting, needs, root as asRoot } from '../../../test/support/needs.ts'
import { bin, compiled } from './support/lading.ts'
import { registryWith } from './support/registry-with.ts'
import { blobsLeft, imageOfThisMachine } from './support/serving-docker-io.ts'

const execute = promisify(execFile)
const page = new URL('../../../docs/serve.md', import.meta.url)

/** The shell steps of the page's workflow, as they stand. */
async function stepsOfPage(): Promise<readonly string[]> {
  const [, section = ''] = /\n### GitHub Actions\n([^]*?)\n### /.exec(await readFile(page, 'utf8')) ?? []
  const [, workflow = ''] = /```yaml\n([^]*?)```/.exec(section) ?? []
  return [...workflow.matchAll(/^ {4}run: \|\n((?: {6}.*\n)+)/gm)].map(([, lines = '']) =>
    lines.replaceAll(/^ {6}/gm, ''),
  )
}

it(
  'the steps for GitHub Actions work as they stand, and the next job fetches no blob again',
  needs('dockerd', 'docker', 'curl', asRoot, mounting, enlarged),
  async () => {
    const steps = await stepsOfPage()
    expect(steps).toHaveLength(3)
    const upstream = await registryWith([imageOfThisMachine('library/postgres:16')])
    // Below /tmp itself: the path of a socket is short.
    const folder = await mkdtemp(join(tmpdir(), 'lading-job-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const at = (...parts: readonly string[]): string => join(folder, ...parts)
    await mkdir(at('home/.config/containerd/certs.d/docker.io'), { recursive: true })
    await mkdir(at('bin'))
    await writeFile(at('home/.config/containerd/certs.d/docker.io/hosts.toml'), `server = "http://${upstream.host}"\n`)
    const program = async (name: string, line: string): Promise<void> => {
      await writeFile(at('bin', name), `#!/bin/sh\n${line}\n`)
      await chmod(at('bin', name), 0o755)
    }
    // It is installed already, from this repository.
    await program('npm', 'exit 0')
    await program('lading', `exec ${process.execPath} ${bin} "$@"`)

    for (const job of ['one', 'two']) {
      await mkdir(at(job))
      const dockerd = await startDockerd(at(job))
      onTestFinished(() => dockerd.close())
      await program(
        'docker',
        `exec /usr/bin/docker --host unix://${at(job, 'd.sock')} --config ${at(job, 'config')} "$@"`,
      )
      const env = {
        PATH: `${at('bin')}:${process.env['PATH']}`,
        HOME: at('home'),
        CACHE: `127.0.0.1:${await freePort()}`,
        LADING_HOSTS: 'user',
        ...compiled,
      }
      // The last step ends it, unless one before it failed.
      onTestFinished(async () => {
        const pid = Number(await readFile(at(job, 'serve.pid'), 'utf8').catch(() => '0'))
        if (pid > 0 && (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(bin)) process.kill(pid)
      })
      for (const step of steps) {
        await writeFile(at('step.sh'), step)
        await execute('bash', ['-e', at('step.sh')], { cwd: at(job), env, timeout: 60_000 })
      }
      expect((await dockerd.docker(['images', '--format', '{{.Repository}}:{{.Tag}}'])).stdout).toContain(
        'postgres:16\n',
      )
      expect(blobsLeft(upstream)).toEqual([1, 1, 1])
    }
  },
)
