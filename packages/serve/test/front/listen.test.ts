import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isLadingError } from '@lading/errors'
import { makeCertificate } from '@lading/test-registry'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  formatAddress,
  inheritedSocketsFromEnv,
  isLoopback,
  openListener,
  parseAddress,
  readCertificate,
} from '../../src/front/index.ts'
import { get, open, raw } from './support/open.ts'

describe('an address to listen at', () => {
  it.each([
    ['127.0.0.1:5000', '127.0.0.1', 5000, true],
    ['[::1]:0', '::1', 0, true],
    ['localhost:5000', 'localhost', 5000, true],
    ['127.8.8.8:1', '127.8.8.8', 1, true],
    ['[::ffff:127.0.0.1]:1', '::ffff:127.0.0.1', 1, true],
    [':5000', '::', 5000, false],
    ['0.0.0.0:65535', '0.0.0.0', 65_535, false],
    ['cache.example.com:443', 'cache.example.com', 443, false],
    ['localhost.example.com:443', 'localhost.example.com', 443, false],
    ['127.0.0.1.example.com:443', '127.0.0.1.example.com', 443, false],
  ])('%s', (text, host, port, loopback) => {
    const address = parseAddress(text)
    expect(address).toEqual({ host, port })
    expect(isLoopback(address.host)).toBe(loopback)
    expect(parseAddress(formatAddress(address))).toEqual(address)
  })

  it.each([
    '',
    '5000',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '::1:5000',
    '[::1]',
    '[ab]:5',
    'a b:1',
    'http://a:1',
    'a:1/',
  ])('is not %j', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }))
  })

  it('is an address or an error, whatever is written', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = (): unknown => {
          try {
            return parseAddress(text).port < 65_536
          } catch (error) {
            return isLadingError(error, 'ADDRESS_INVALID')
          }
        }
        expect(read()).toBe(true)
      }),
    )
  })
})

describe('a listener', () => {
  it('says where it is, and that somebody else is there', async () => {
    const listener = await open((_, response) => response.end('here'))
    expect(listener).toMatchObject({ address: `127.0.0.1:${listener.port}`, isLoopback: true })
    expect(await get(listener, '/')).toMatchObject({ body: 'here' })
    const at = { host: '127.0.0.1', port: listener.port ?? 0 }
    const again = openListener(() => undefined, { at, connections: 1, connectionsPerClient: 1 })
    await expect(again).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: `another process listens on 127.0.0.1:${at.port}`,
    })
    const elsewhere = openListener(() => undefined, {
      at: { host: '192.0.2.1', port: 0 },
      connections: 1,
      connectionsPerClient: 1,
    })
    await expect(elsewhere).rejects.toMatchObject({ code: 'LISTEN_FAILED', hint: expect.stringContaining('127.0.0.1') })
  })

  it('refuses headers that are too large, and two lengths', async () => {
    const listener = await open((_, response) => response.end('here'))
    const line = `X: ${'a'.repeat(40_000)}`
    expect(await raw(listener, `GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /)
    expect(await raw(listener, 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 /,
    )
  })

  it('waits for a header only so long', async () => {
    const listener = await open((_, response) => response.end('here'), { headersTimeoutMs: 50 })
    expect(await raw(listener, 'GET / HTTP/1.1\r\nHost: a\r\nX: ')).toMatch(
      /^HTTP\/1.1 408 .*\r\nconnection: close\r\n/is,
    )
    // Who says nothing at all holds a connection no longer than that either.
    expect(await raw(listener, '')).toMatch(/^(HTTP\/1.1 408 |$)/)
  })

  it('speaks TLS with a certificate and its key, of files', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lading-certificate-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const [mine, other] = [makeCertificate({ hosts: ['127.0.0.1'] }), makeCertificate()]
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(directory, name), text)
      return join(directory, name)
    }
    const [cert, key, wrong, none] = [
      await file('cert', mine.cert),
      await file('key', mine.key),
      await file('wrong', other.key),
      await file('none', 'nothing'),
    ]
    await expect(readCertificate('/nonexistent/cert', key)).rejects.toMatchObject({ code: 'CERTIFICATE_UNREADABLE' })
    await expect(readCertificate(cert, wrong)).rejects.toMatchObject({
      code: 'CERTIFICATE_INVALID',
      message: expect.stringContaining('does not belong to'),
    })
    await expect(readCertificate(none, key)).rejects.toMatchObject({
      message: `${none} is not a certificate in PEM format`,
    })
    await expect(readCertificate(cert, none)).rejects.toMatchObject({
      message: `${none} is not a private key in PEM format`,
    })
    const listener = await open((_, response) => response.end('safe'), {
      certificate: await readCertificate(cert, key),
    })
    const body = await new Promise((resolve, reject) =>
      request({ host: '127.0.0.1', port: listener.port, ca: mine.cert, agent: false }, (answer) => {
        answer.setEncoding('utf8').on('data', resolve)
      })
        .on('error', reject)
        .end(),
    )
    expect(body).toBe('safe')
  })
})

describe('sockets of systemd', () => {
  it.each([
    [{ LISTEN_FDS: '2', LISTEN_PID: '7' }, [3, 4]],
    [{ LISTEN_FDS: '1', LISTEN_PID: '7' }, [3]],
    [{ LISTEN_FDS: '1', LISTEN_PID: '8' }, []],
    [{ LISTEN_FDS: '0', LISTEN_PID: '7' }, []],
    [{ LISTEN_FDS: '-1', LISTEN_PID: '7' }, []],
    [{ LISTEN_FDS: '1' }, []],
    [{}, []],
  ])('%j are %j', (env, descriptors) => {
    expect(inheritedSocketsFromEnv({ env, pid: 7 })).toEqual(descriptors)
  })
})
