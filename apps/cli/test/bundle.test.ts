import { constants } from 'node:fs'
import { access, chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bin, dist, lading } from './support/lading.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

describe('the bundle', () => {
  it('is an executable that loads nothing before it knows its Node', async () => {
    const text = await readFile(bin, 'utf8')
    expect(text).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(text).not.toMatch(/^import\b|\bfrom ['"]/m)
    await access(bin, constants.X_OK)
    expect(await lading(['--version'], { node: [bin] })).toMatchObject({ code: 0, stderr: '' })
  })

  it('has a file for each command and for the worker, and imports nothing but itself', async () => {
    const files = await readdir(dist)
    expect(files).toEqual(
      expect.arrayContaining([
        'pull.js',
        'images.js',
        'inspect.js',
        'tag.js',
        'rmi.js',
        'completion.js',
        'serve.js',
        'bcrypt-worker.js',
        'uncompress-worker.js',
      ]),
    )
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      const imports = [
        ...(await readFile(join(dist, file), 'utf8')).matchAll(/^import\b[^;]*?from "([^"]+)"|^import "([^"]+)"/gm),
      ].map(([, from, bare]) => from ?? bare ?? '')
      expect(imports.filter((from) => !from.startsWith('./'))).toEqual([])
    }
  })

  it('loads a few files for a common command, and for a thread those that it works with', async () => {
    const filesOf = async (...starts: readonly string[]): Promise<readonly string[]> => {
      const all = new Set(starts)
      for (const file of all)
        for (const [, from] of (await readFile(join(dist, file), 'utf8')).matchAll(
          /^import\b[^;]*?from "\.\/([^"]+)"/gm,
        ))
          if (from !== undefined) all.add(from)
      return [...all]
    }
    for (const command of ['pull.js', 'images.js', 'digest.js'])
      expect((await filesOf('main.js', command)).length, command).toBeLessThanOrEqual(9)
    expect((await filesOf('uncompress-worker.js')).toSorted()).toEqual([
      'basics.js',
      'inflating.js',
      'uncompress-worker.js',
    ])
  })

  it('lets the young generation of what moves gigabytes stay small', async () => {
    const churn = join(await temporaryDirectory(), 'churn.mjs')
    // Half of what is made lives on for a while: V8 makes room for it.
    await writeFile(
      churn,
      `import v8 from 'node:v8'
      process.on('exit', () => {
        const kept = []
        for (let i = 0; i < 400_000; i += 1) kept[i % 20_000] = { i, more: [i, i + 1] }
        const { space_size } = v8.getHeapSpaceStatistics().find((each) => each.space_name === 'new_space')
        process.stdout.write(String(space_size / 2 ** 20))
      })`,
    )
    const run = (...node: string[]): ReturnType<typeof lading> =>
      lading(['load', '--input', join(dist, 'none')], { node: [process.execPath, '--import', churn, ...node] })
    const [ours, given] = await Promise.all([run(bin), run('--max-semi-space-size=32', bin)])
    expect(Number(ours.stdout)).toBeGreaterThan(0)
    expect(Number(ours.stdout)).toBeLessThan(4)
    expect(Number(given.stdout)).toBeGreaterThan(8)
  })

  it('has of undici what moves requests over HTTP/1.1 alone', async () => {
    const texts = await Promise.all((await readdir(dist)).map((file) => readFile(join(dist, file), 'utf8')))
    const text = texts.join('\n')
    expect(text).toContain('UND_ERR_CONNECT_TIMEOUT')
    expect(text.match(/node:http2|webidl.converters|WebSocketStream|MockAgent/g)).toBe(null)
  })

  it('loads Node’s larger modules when they are used', async () => {
    const tell =
      'data:text/javascript,process.on("exit",()=>process.stderr.write(process.moduleLoadList.filter((each)=>/^NativeModule (crypto|tls|child_process|http|zlib|fs\\/promises)$/.test(each)).join()))'
    expect(await lading(['help'], { node: [process.execPath, '--import', tell, join(dist, 'bin.js')] })).toMatchObject({
      code: 0,
      stderr: '',
    })
  })

  describe('the code that Node has compiled', () => {
    const version = (cache: string): ReturnType<typeof lading> =>
      lading(['help'], {
        node: [process.execPath, bin],
        env: { XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: '' },
      })

    it('is kept for the next start, in a directory that is the user’s alone', async () => {
      const cache = await temporaryDirectory()
      expect(await version(cache)).toMatchObject({ code: 0, stderr: '' })
      expect((await stat(join(cache, 'lading/compiled'))).mode & 0o777).toBe(0o700)
      expect(await readdir(join(cache, 'lading/compiled'))).toHaveLength(1)
      expect(await version(cache)).toMatchObject({ code: 0, stderr: '' })
    })

    it('is not kept where others could write it, or could put another directory in its place', async () => {
      for (const open of ['lading/compiled', 'lading']) {
        const cache = await temporaryDirectory()
        await mkdir(join(cache, 'lading/compiled'), { recursive: true, mode: 0o700 })
        await chmod(join(cache, open), 0o770)
        expect(await version(cache)).toMatchObject({ code: 0, stderr: '' })
        expect(await readdir(join(cache, 'lading/compiled'))).toEqual([])
      }
    })

    it('is not kept where no directory can be made', async () => {
      expect(await version('/proc/nowhere')).toMatchObject({ code: 0, stderr: '' })
    })
  })

  it('brings the licences of what it contains', async () => {
    const text = await readFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
    expect([...text.matchAll(/^(\S+) \d+\.\d+\.\d+ \((?:MIT|BSD-3-Clause)\)$/gm)].map(([, name]) => name)).toEqual([
      'bcryptjs',
      'commander',
      'smol-toml',
      'undici',
    ])
    expect(text).toContain('Redistribution and use in source and binary forms')
    expect(text.match(/Permission is hereby granted/g)).toHaveLength(2)
  })

  it('pulls, with its worker, and lists', async () => {
    const registry = await startTestRegistry({ images: [image('t/app:1').layer({ a: 'a' }).randomLayer(200_000)] })
    onTestFinished(() => registry.close())
    const root = join(await temporaryDirectory(), 'store')
    expect(await lading(['pull', '-q', `${registry.host}/t/app:1`, '--root', root])).toEqual({
      code: 0,
      stdout: `${registry.host}/t/app:1\n`,
      stderr: '',
    })
    expect((await lading(['images', '--root', root])).stdout).toContain(`${registry.host}/t/app`)
  })
})
