import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ceph, enlarged, needs } from '../../../../test/support/needs.ts'
import { checkEngine, makeStore } from '../../src/s3/index.ts'
import { startCephBuckets, type CephBuckets } from '../support/ceph-bucket.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const root = 's3://bucket/store'

describe('objects on Ceph, through two gateways', needs(enlarged, ...ceph), () => {
  let buckets: CephBuckets
  beforeAll(async () => {
    buckets = await startCephBuckets({ objectStore: 'bluestore' })
    await buckets.makeBucket('bucket')
    await buckets.makeBucket('versions', { versioned: true })
  })
  afterAll(() => buckets?.close())

  it('pass the check, which is made once and remembered', async () => {
    const objects = await buckets.objects('bucket')
    await checkEngine(objects, { root })
    await makeStore(objects, { root })
    const written = await objects.get('format')
    await makeStore(await buckets.objects('bucket'), { root })
    expect(await objects.get('format')).toEqual(written)
    const keys: string[] = []
    for await (const { key } of objects.list('')) keys.push(key)
    expect(keys).toEqual(['format'])
  })

  it('are refused where versions are kept, by whom and with what is wrong', async () => {
    await expect(checkEngine(await buckets.objects('versions'), { root: 's3://versions/store' })).rejects.toMatchObject(
      {
        code: 'S3_UNSUITABLE',
        message: expect.stringContaining('keeps versions'),
      },
    )
    await expect((await buckets.objects('absent')).put('key', bytes(''))).rejects.toMatchObject({
      code: 'S3_BUCKET_UNKNOWN',
    })
    const { accessKeyId } = buckets.ceph.credentials
    const wrong = await buckets.objects('bucket', { credentials: { accessKeyId, secretAccessKey: 'another' } })
    await expect(wrong.get('key')).rejects.toMatchObject({ code: 'S3_CREDENTIALS_REFUSED' })
    const nobody = await buckets.objects('bucket', { credentials: { accessKeyId: 'NOBODY', secretAccessKey: 'x' } })
    await expect(nobody.get('key')).rejects.toMatchObject({ code: 'S3_CREDENTIALS_REFUSED' })
  })

  it('are created, read in ranges, listed and removed as the port says', async () => {
    const objects = await buckets.objects('bucket', { prefix: 'other' })
    expect(await objects.create('a/1', bytes('0123456789'))).toBe('created')
    expect(await objects.create('a/1', bytes('0123456789'))).toBe('exists')
    expect(await objects.get('a/1', { range: { start: 2, end: 5 } })).toEqual(bytes('234'))
    expect(await objects.get('a/1', { range: { start: 8, end: 50 } })).toEqual(bytes('89'))
    await expect(objects.get('a/1', { maxBytes: 9 })).rejects.toMatchObject({ code: 'TOO_LARGE' })
    await objects.put('a/empty', bytes(''))
    expect(await objects.get('a/empty')).toEqual(bytes(''))
    expect(await objects.stat('a/1')).toEqual({ size: 10 })
    const listed: string[] = []
    for await (const { key, size } of objects.list('a/', { after: 'a/1' })) listed.push(`${key} ${size}`)
    expect(listed).toEqual(['a/empty 0'])
    await objects.remove('a/1')
    await objects.remove('a/1')
    expect(await objects.stat('a/1')).toBe(undefined)
    expect(await objects.get('a/1', { range: { start: 0, end: 1 } })).toBe(undefined)
  })

  it('have one creator each while gateways and the disk are killed, and nobody sees a failure', async () => {
    const writers = await Promise.all(Array.from({ length: 4 }, () => buckets.objects('bucket')))
    const { gateways, osd } = buckets.ceph
    const over = new AbortController()
    const killing = (async () => {
      for (const victim of [...gateways, osd, ...gateways]) {
        await new Promise((resolve) => setTimeout(resolve, 300))
        await victim.kill()
        await victim.start()
      }
      over.abort()
    })()
    for (let round = 0; !over.signal.aborted || round < 20; round += 1) {
      const key = `race/${round}`
      const won = await Promise.all(writers.map((objects, at) => objects.create(key, bytes(`${round} ${at}`))))
      const winners = won.flatMap((each, at) => (each === 'created' ? [at] : []))
      expect(winners).toHaveLength(1)
      expect(await writers[0]?.get(key)).toEqual(bytes(`${round} ${winners[0]}`))
    }
    await killing
  })
})
