import { expect, it } from 'vitest'
import { growingSource } from '../src/growing-source.ts'
import { startDownload } from './support/download.ts'
import { sample, temporaryRoot } from './support/root.ts'

it('throws away what it read while the download started over', async () => {
  const whole = sample(100)
  const download = startDownload(await temporaryRoot(), whole)
  download.append(sample(60, 9))
  let opened = 0
  const source = growingSource(download.address, download.growth, new Uint8Array(1000), () => {
    opened++
    return {
      read(buffer, length, position) {
        // The first read meets a file that is just being replaced.
        if (opened === 1) {
          download.restart()
          download.append(whole)
        }
        buffer.set(whole.subarray(position, position + length))
        return length
      },
      close() {},
    }
  })
  expect(source.next()).toEqual({ kind: 'restart' })
  expect(source.next()).toEqual({ kind: 'bytes', bytes: new Uint8Array(whole) })
  expect(source.next()).toEqual({ kind: 'wait', growth: download.growth, length: 100n })
  download.end('verified')
  expect(source.next()).toEqual({ kind: 'end' })
  expect(opened).toBe(2)
  source.close()
})

it('does not take a verified file of the wrong length for the blob', async () => {
  const download = startDownload(await temporaryRoot(), sample(100))
  download.append(sample(60))
  download.end('verified')
  const source = growingSource(download.address, download.growth, new Uint8Array(1000))
  expect(source.next()).toMatchObject({ kind: 'bytes' })
  expect(source.next()).toMatchObject({ kind: 'failed', failure: { message: 'it has 60 bytes instead of 100' } })
  source.close()
})
