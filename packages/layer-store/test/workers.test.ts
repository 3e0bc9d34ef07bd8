import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { needs, otherNodes, someOtherNode } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import type { Job } from '../src/job.ts'
import { workerFlags } from '../src/worker-flags.ts'
import { createWorkerPool } from '../src/worker-pool.ts'
import { workerUrl } from '../src/worker-url.ts'
import { blobFile, putBlob, sample, temporaryRoot } from './support/root.ts'

const tar = sample(100_000)
const digest = digestOf(tar)
const at = (path: string): Job => ({ digest, size: tar.length, path, bounds: {}, control: new SharedArrayBuffer(4) })
const here = (name: string): URL => new URL(name, import.meta.url)
const ignore = (): void => {}

describe('a worker that dies at work', () => {
  it.each([
    ['throw', { message: 'out of cheese' }],
    ['exit', { message: 'exit code 3' }],
  ])('by %s fails its own layer, and the next one gets a new thread', async (how, cause) => {
    const pool = createWorkerPool(here('support/strange-worker.ts'))
    expect(await pool.run(at('well'), ignore)).toMatchObject({ outcome: 'done', size: 1 })
    await expect(pool.run(at(how), ignore)).rejects.toMatchObject({
      name: 'LayerError',
      code: 'LAYER_WORKER_FAILED',
      message: `the thread that worked on layer ${digest} died`,
      facts: { digest },
      cause,
    })
    expect(await pool.run(at('well'), ignore)).toMatchObject({ outcome: 'done', size: 1 })
    await pool.close()
  })

  it('fails every layer that it worked on', async () => {
    const pool = createWorkerPool(here('support/strange-worker.ts'), { most: 1 })
    const jobs = ['hang', 'hang', 'exit'].map((path) => pool.run(at(path), ignore))
    const outcomes = await Promise.allSettled(jobs)
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
      jobs.map(() => 'LAYER_WORKER_FAILED'),
    )
    await pool.close()
  })

  it('is not given a job again and again that ends every thread before it is begun', async () => {
    const pool = createWorkerPool(here('support/strange-worker.ts'), { most: 1 })
    await expect(pool.run(at('unseen'), ignore)).rejects.toMatchObject({
      code: 'LAYER_WORKER_FAILED',
      cause: { message: 'exit code 4' },
    })
    expect(await pool.run(at('well'), ignore)).toMatchObject({ outcome: 'done' })
    await pool.close()
  })
})

describe('a worker that dies while it is idle', () => {
  it('is given nothing more, however late that is heard', async () => {
    const pool = createWorkerPool(here('support/leaving-worker.ts'), { most: 1 })
    // Each comes at once after the thread's last word, and so before its end is heard; a pause lets it be heard.
    for (let turn = 0; turn < 6; turn++) {
      expect(await pool.run(at('well'), ignore)).toMatchObject({ outcome: 'done', size: 1 })
      if (turn % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await pool.close()
  })
})

describe('a layer that is done before a thread is there', () => {
  it('is worked on in the calling thread, unless there is one', async () => {
    const root = await temporaryRoot()
    const blob = await putBlob(root, tar)
    const pool = createWorkerPool(here('support/strange-worker.ts'), { small: tar.length + 1 })
    const inPlace = at(blobFile(root, blob.digest))
    // The strange worker says of each layer that its size is 1.
    expect(await pool.run(inPlace, ignore)).toMatchObject({ outcome: 'done', size: tar.length })
    expect(await pool.run({ ...at('well'), size: tar.length + 1 }, ignore)).toMatchObject({ outcome: 'done', size: 1 })
    expect(await pool.run(at('well'), ignore)).toMatchObject({ outcome: 'done', size: 1 })
    await pool.close()
  })
})

describe('a caller that works as well', () => {
  it('takes one layer at a time while its threads are at work, and is one of them', async () => {
    const root = await temporaryRoot()
    const blob = await putBlob(root, tar)
    const pool = createWorkerPool(here('support/strange-worker.ts'), { most: 2, callerWorks: true })
    const inPlace = at(blobFile(root, blob.digest))
    // The strange worker says of each layer that its size is 1.
    expect(await pool.run(at('well'), ignore)).toMatchObject({ outcome: 'done', size: 1 })
    void pool.run(at('hang'), ignore).catch(ignore)
    const outcomes = await Promise.all([pool.run(inPlace, ignore), pool.run(at('well'), ignore)])
    expect(outcomes).toMatchObject([
      { outcome: 'done', size: tar.length },
      { outcome: 'done', size: 1 },
    ])
    expect(await pool.run(inPlace, ignore)).toMatchObject({ outcome: 'done', size: tar.length })
    await pool.close()
  })

  it('leaves the work to a thread where it would be alone', async () => {
    const pool = createWorkerPool(here('support/strange-worker.ts'), { most: 1, callerWorks: true })
    expect(await pool.run(at('well'), ignore)).toMatchObject({ outcome: 'done', size: 1 })
    await pool.close()
  })

  it('gives a layer up when it is told to', async () => {
    const root = await temporaryRoot()
    const blob = await putBlob(root, tar)
    const pool = createWorkerPool(here('support/strange-worker.ts'), { most: 2, callerWorks: true })
    void pool.run(at('hang'), ignore).catch(ignore)
    const job = at(blobFile(root, blob.digest))
    const running = pool.run(job, ignore)
    Atomics.store(new Int32Array(job.control), 0, 1)
    expect(await running).toEqual({ outcome: 'aborted' })
    await pool.close()
  })
})

describe('without a worker, the calling thread does the work', () => {
  it.each([
    ['there is no file', undefined],
    ['the file is not where it was said to be', here('support/no-such-worker.ts')],
    ['its modules are missing', here('support/stillborn-worker.ts')],
  ])('because %s', async (_, url) => {
    const root = await temporaryRoot()
    await putBlob(root, tar)
    const pool = createWorkerPool(url)
    expect(await pool.run(at(blobFile(root, digest)), ignore)).toMatchObject({
      outcome: 'done',
      diffId: digest,
      size: tar.length,
    })
    await pool.close()
  })
})

describe("the worker's file", () => {
  it('is found from source', () => {
    expect(workerUrl()?.pathname).toMatch(/\/src\/uncompress-worker\.ts$/)
  })

  it.each([
    ['a bundle that left it behind', 'file:///nowhere/bundle.js'],
    ['a CommonJS bundle, which has no import.meta.url', ''],
    ["a bundler's own scheme", 'webpack://app/index.js'],
  ])('is missing in %s', (_, base) => {
    expect(workerUrl(base)).toBeUndefined()
  })

  it('is run with the conditions of the process, and nothing else of its command line', () => {
    expect(
      workerFlags([
        '--input-type=module',
        '--conditions=a',
        '-C',
        'b',
        '--import',
        './setup.js',
        '--conditions',
        'c',
        '-e',
        'code',
        '--inspect',
      ]),
    ).toEqual(['--conditions=a', '-C', 'b', '--conditions', 'c'])
  })

  it('serves code given on the command line', () => {
    const code = `
      import { createWorkerPool } from '${here('../src/worker-pool.ts').href}'
      const pool = createWorkerPool(new URL('${here('support/strange-worker.ts').href}'))
      console.log((await pool.run({ digest: 'x', path: 'well', size: 0 }, () => {})).diffId)`
    expect(
      execFileSync(process.execPath, ['--conditions=@lading/source', '--input-type=module', '-e', code], {
        encoding: 'utf8',
      }),
    ).toBe('x\n')
  })
})

const runScript = (node: string, script: string, ...args: readonly string[]): string =>
  execFileSync(
    node,
    ['--conditions=@lading/source', '--disable-warning=ExperimentalWarning', fileURLToPath(here(script)), ...args],
    { encoding: 'utf8', timeout: 60_000 },
  )

const useAndLeave = async (node: string): Promise<string> => {
  const root = await temporaryRoot()
  const blob = await putBlob(root, gzipSync(tar))
  return runScript(node, 'support/use-and-leave.ts', root, blob.digest, String(blob.size))
}

describe('a process in which nothing else goes on', () => {
  it('closes its store, however late a thread tells that it gave up', { timeout: 120_000 }, async () => {
    const root = await temporaryRoot()
    const blob = await putBlob(root, gzipSync(sample(3_000_000)))
    const times = String(atScale(2, 40))
    expect(runScript(process.execPath, 'support/abort-and-close.ts', root, blob.digest, String(blob.size), times)).toBe(
      'all closed',
    )
  })
})

describe('a process that closes nothing', () => {
  it('ends all the same', async () => {
    expect(await useAndLeave(process.execPath)).toBe(digest)
  })

  it('ends all the same on other Nodes (LADING_OTHER_NODES)', needs(someOtherNode), async () => {
    for (const node of otherNodes) expect(await useAndLeave(node)).toBe(digest)
  })
})
