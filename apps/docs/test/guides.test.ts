import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { artifact, image, index, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerd, type Dockerd } from '../../../test/support/dockerd.ts'
import { enlarged, needs, root } from '../../../test/support/needs.ts'
import { promisedBy } from '../../../test/support/promised-by.ts'
import { commandsIn, guideBlocks, type Block } from './support/guides.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const bin = join(repository, 'apps/cli/src/bin.ts')
const of = (language: string): readonly Block[] => guideBlocks.filter((block) => block.language === language)

it('finds the code of the guides, and the commands in workflows', () => {
  expect(of('ts').length).toBeGreaterThan(5)
  expect(of('sh').length).toBeGreaterThan(8)
  expect(of('yaml').flatMap(({ code }) => commandsIn(code))).toContain('lading prune --max-size 5G')
  expect(
    commandsIn('a:\n  - run: |\n      one\n      two\n  - run: three\nb:\n  script:\n    - four\n    - five\n'),
  ).toEqual(['      one\n      two', 'three', 'four', 'five'])
})

/** A project that has installed all packages. */
function linkPackages(directory: string): void {
  mkdirSync(join(directory, 'node_modules/@lading'), { recursive: true })
  for (const path of globSync('{packages/*,apps/test-registry}', { cwd: repository }))
    symlinkSync(join(repository, path), join(directory, 'node_modules/@lading', basename(path)))
}

describe('the guides, with a registry in place of docker.io and ghcr.io', needs(enlarged, root, 'dockerd'), () => {
  let registry: TestRegistry
  let dockerd: Dockerd
  let home: string

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'lading-guides-'))
    registry = await startTestRegistry()
    await registry.seed(
      index('library/alpine:3.20')
        .add(image().platform('linux/amd64').layer({ 'etc/os-release': 'ID=alpine\n' }))
        .add(image().platform('linux/arm64').layer({ 'etc/os-release': 'ID=alpine\n', arm: '1' })),
    )
    await registry.seed(image('acme/app:1.4').platform('linux/amd64').layer({ 'etc/motd': 'hello\n' }))
    await registry.seed(
      artifact('acme/features/hello:1', 'application/vnd.devcontainers', [
        {
          mediaType: 'application/vnd.devcontainers.layer.v1+tar',
          bytes: execFileSync('tar', ['-cf', '-', '-C', join(repository, 'apps/docs'), 'package.json']),
        },
      ]),
    )
    mkdirSync(join(home, '.config/containers'), { recursive: true })
    mkdirSync(join(home, 'bin'))
    mkdirSync(join(home, 'docker'))
    const hosts = ['docker.io', 'ghcr.io'].map(
      (host) => `[[registry]]\nprefix = "${host}"\nlocation = "${registry.host}"\ninsecure = true\n`,
    )
    writeFileSync(join(home, '.config/containers/registries.conf'), hosts.join(''))
    dockerd = await startDockerd(join(home, 'docker'))
    const program = (name: string, script: string): void => {
      writeFileSync(join(home, 'bin', name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(home, 'bin', name), 0o755)
    }
    program('lading', `exec '${process.execPath}' --conditions=@lading/source '${bin}' "$@"`)
    program('npm', `[ "$1" = install ] || exit 1`)
    program('docker', `exec /usr/bin/docker --host 'unix://${join(home, 'docker/d.sock')}' "$@"`)
  })
  afterAll(async () => {
    await dockerd.close()
    await registry.close()
    rmSync(home, { recursive: true, force: true })
  })

  const run = async (
    program: string,
    args: readonly string[],
    cwd: string,
  ): Promise<{ code: number | null; output: string; stdout: string }> => {
    const child = spawn(program, args, {
      cwd,
      env: {
        PATH: [join(home, 'bin'), process.env['PATH']].join(delimiter),
        HOME: home,
        LADING_HOSTS: 'user',
        LADING_ROOT: join(cwd, 'store'),
        CI_PROJECT_DIR: cwd,
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [output, stdout] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => ((output += text), (stdout += text)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, output, stdout }
  }

  it.each([...new Set(of('sh').map(({ page }) => page))])('the shell commands of %s run', async (page) => {
    const cwd = mkdtempSync(join(home, 'work-'))
    const code = of('sh')
      .filter((block) => block.page === page && !block.code.includes('npm install'))
      .map((block) => block.code)
    const ran = await run('/bin/sh', ['-eu', '-c', code.join('\n')], cwd)
    expect(ran.output).not.toContain('lading: this is a bug')
    expect(ran.code, ran.output).toBe(0)
  })

  it.each(
    of('yaml')
      .map(({ code }) => commandsIn(code))
      .filter((commands) => !commands.join('\n').includes('login')),
  )('the commands of a workflow run: %s', async (...commands) => {
    const cwd = mkdtempSync(join(home, 'work-'))
    writeFileSync(join(cwd, 'images.txt'), 'alpine:3.20\nghcr.io/acme/app:1.4\n')
    const ran = await run('/bin/sh', ['-eu', '-c', commands.join('\n')], cwd)
    expect(ran.code, ran.output).toBe(0)
  })

  it.each(of('ts').map((block) => [block.page, block.code] as const))(
    'a program of %s prints what it says',
    async (page, code) => {
      const cwd = mkdtempSync(join(home, 'work-'))
      linkPackages(cwd)
      const ran = await run(
        process.execPath,
        [
          '--conditions=@lading/source',
          '--input-type=module-typescript',
          '--eval',
          code.replaceAll('ghcr.io', registry.host).replaceAll("'./", `'${cwd}/`),
        ],
        cwd,
      )
      expect(ran.code, `${page}: ${ran.output}`).toBe(0)
      const printed = ran.stdout.trimEnd().split('\n')
      for (const line of promisedBy(code)) expect(printed).toContain(line)
    },
  )
})
