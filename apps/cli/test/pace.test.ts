import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { parseAge, parseDuration, parseRate, parseSize } from '../src/commands/options.ts'
import { lading } from './support/lading.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

describe('--limit-rate', () => {
  it.each([
    ['1', 1],
    ['500k', 512_000],
    ['10M', 10_485_760],
    ['10m', 10_485_760],
    ['1.5G', 1_610_612_736],
    ['0.5k', 512],
  ])('%s is %i bytes a second', (text, rate) => {
    expect(parseRate(text)).toBe(rate)
  })

  it.each(['', '0', '-1', '0.2', 'M', '10MB', '1e3', '10 M', '1T', '9'.repeat(40)])('refuses %j', (text) => {
    expect(() => parseRate(text)).toThrow(/bytes per second/)
  })
})

describe('a size and an age', () => {
  it.each([
    ['1000', 1000],
    ['500M', 500 * 1024 ** 2],
    ['1.5T', 1.5 * 1024 ** 4],
  ])('of %s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  it.each(['', '0', 'T', '1TB', '1.5.5T', '-1T'])('of %j is no size', (text) => {
    expect(() => parseSize(text)).toThrow(/must be a number of bytes/)
  })

  it.each([
    ['0', 0],
    ['0s', 0],
    ['30m', 1_800_000],
    ['7d', 7 * 86_400_000],
  ])('of %s is %i ms', (text, ms) => {
    expect(parseAge(text)).toBe(ms)
  })

  it.each(['', 'd', '-1d', '1w', '1.1.1d', '-0'])('of %j is no age', (text) => {
    expect(() => parseAge(text)).toThrow(/must be a time/)
  })
})

describe('a timeout', () => {
  it.each([
    ['10', 10_000],
    ['10s', 10_000],
    ['500ms', 500],
    ['2m', 120_000],
    ['1.5h', 5_400_000],
  ])('of %s has %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['', '0', '-1s', '1d', 's', '1 s', '1e3', '9'.repeat(40)])('of %j is none', (text) => {
    expect(() => parseDuration(text)).toThrow(/must be a time/)
  })

  it('of the command line gives up a request that hangs, which is then repeated', async () => {
    await using registry = await startTestRegistry({ images: [image('t/small:1').layer({ a: 'a' })] })
    registry.addFault({ on: 'manifest', nth: 1, then: { delayMs: 60_000 } })
    const { code, stderr } = await lading([
      'pull',
      '--debug',
      '--request-timeout',
      '1s',
      '--limit-rate',
      '10M',
      '--root',
      await temporaryDirectory(),
      `${registry.host}/t/small:1`,
    ])
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/manifests\/1 is tried again in [0-9]+ ms \(TIMEOUT\)/)
  })

  it('that is none is a wrong command line', async () => {
    const { code, stderr } = await lading(['pull', '--stall-timeout', 'soon', 'registry.test/t/small:1'])
    expect(code).toBe(2)
    expect(stderr).toContain('--stall-timeout')
  })
})
