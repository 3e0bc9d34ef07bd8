import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { openBlocking, type Open } from '../src/blocking-file.ts'
import type { Job } from '../src/job.ts'
import { outcomeError } from '../src/outcome-error.ts'
import { workThrough } from '../src/work-through.ts'
import { startDownload } from './support/download.ts'
import { blobFile, putBlob, sample, temporaryRoot } from './support/root.ts'

const tar = sample(100_000)
const bytes = gzipSync(tar)
const inputOutput = (): Error => Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })

/** Files whose `operation` fails, and are closed all the same, as the system's are. */
function failing(operation: 'read' | 'close', opened: { count: number }): Open {
  return (path) => {
    const file = openBlocking(path)
    if (file === undefined) return undefined
    opened.count++
    return {
      read(...how) {
        if (operation === 'read') throw inputOutput()
        return file.read(...how)
      },
      close() {
        opened.count--
        file.close()
        if (operation === 'close') throw inputOutput()
      },
    }
  }
}

const work = (job: Job, open?: Open): ReturnType<typeof workThrough> =>
  workThrough(job, new Uint8Array(1000), {
    listener: { progress: () => {}, parked: () => {} },
    turns: { next: () => setImmediate(), more: () => setImmediate() },
    open,
  })

async function jobs(): Promise<{ readonly stored: Job; readonly growing: Job }> {
  const root = await temporaryRoot()
  const { digest, size } = await putBlob(root, bytes)
  const stored = { digest, size, path: blobFile(root, digest), bounds: {}, control: new SharedArrayBuffer(4) }
  const download = startDownload(root, bytes, 'growing')
  download.append(bytes)
  download.end('verified')
  return { stored, growing: { ...stored, growth: download.growth } }
}

describe('a disk that fails under a layer', () => {
  it.each([
    ['read', 'its file cannot be read'],
    ['close', 'its file cannot be closed'],
  ] as const)(
    'at %s is an error of that layer, of its own kind, and no other one is touched',
    async (operation, says) => {
      const { stored, growing } = await jobs()
      const opened = { count: 0 }
      for (const job of [stored, growing]) {
        const [outcome, other] = await Promise.all([work(job, failing(operation, opened)), work(job)])
        expect(outcome).toMatchObject({ outcome: 'source', message: says, failure: { code: 'EIO' } })
        expect(outcomeError(job.digest, outcome as never)).toMatchObject({
          name: 'LayerError',
          code: 'LAYER_SOURCE_FAILED',
          message: `layer ${job.digest} cannot be read: ${says}`,
          cause: { code: 'EIO' },
        })
        expect(other).toMatchObject({ outcome: 'done', diffId: digestOf(tar) })
      }
      expect(opened.count).toBe(0)
    },
  )

  it('at close, while a download starts over, is one of that layer too', async () => {
    const root = await temporaryRoot()
    const download = startDownload(root, bytes, 'growing')
    download.append(bytes.subarray(0, 500))
    const { stored } = await jobs()
    const opened = { count: 0 }
    const outcome = work({ ...stored, growth: download.growth }, failing('close', opened))
    while (opened.count === 0) await setImmediate()
    download.restart()
    expect(await outcome).toMatchObject({ outcome: 'source', failure: { code: 'EIO' } })
    download.end('failed')
  })
})

it('what nobody foresaw is the outcome of its job, and is told with its cause', async () => {
  const { stored } = await jobs()
  const outcome = await work({ ...stored, control: undefined as never })
  expect(outcome).toMatchObject({ outcome: 'broken' })
  expect(outcomeError(stored.digest, outcome as never)).toMatchObject({
    code: 'LAYER_WORKER_FAILED',
    message: expect.stringContaining(`layer ${stored.digest} cannot be worked on: `) as string,
    cause: expect.any(Error) as Error,
  })
})
