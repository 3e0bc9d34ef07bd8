import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { makeCertificate, type Certificate } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { needs, nodeFrom } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import type { Endpoint } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { listen } from './support/http-proxy.ts'
import { bytes, serve } from './support/scripted-server.ts'

const hour = 3_600_000
const day = (offset: number): string => new Date(Date.now() + offset * hour).toISOString().slice(0, 10)
const root = makeCertificate({ authority: true, commonName: 'Acme Root' })
const intermediate = makeCertificate({ authority: true, commonName: 'Acme Intermediate', issuer: root })
const staleRoot = makeCertificate({
  authority: true,
  commonName: 'Old Root',
  notBefore: new Date(Date.now() - 96 * hour),
  notAfter: new Date(Date.now() - 48 * hour),
})

const endpointOf = (url: string, tls?: Endpoint['tls']): Endpoint => ({
  url,
  host: new URL(url).host,
  scheme: url.startsWith('https:') ? 'https' : 'http',
  mirror: false,
  insecure: false,
  tls,
})

async function refusal(
  url: string,
  certificates: readonly string[] = [],
  tls?: Endpoint['tls'],
): Promise<Record<string, unknown> & Error> {
  const endpoint = endpointOf(url, tls)
  return failureOf(
    clientOf({ certificates, insecure: endpoint.scheme === 'http' ? [endpoint.host] : [] })
      .repository(`${endpoint.host}/a`, { endpoint })
      .manifests.get('1'),
  )
}

const withChain = (leaf: Certificate, ...chain: Certificate[]): { readonly key: string; readonly cert: string } => ({
  key: leaf.key,
  cert: [leaf, ...chain].map(({ cert }) => cert).join(''),
})

describe("a certificate's problem is named, with what to do", () => {
  it.each<[string, { readonly key: string; readonly cert: string }, readonly string[], RegExp, RegExp]>([
    [
      'expired',
      makeCertificate({
        issuer: root,
        notBefore: new Date(Date.now() - 96 * hour),
        notAfter: new Date(Date.now() - 48 * hour),
      }),
      [root.cert],
      new RegExp(`its certificate has expired \\(on ${day(-48)}\\)`),
      new RegExp(`date of this machine right \\(${day(0)}\\)`),
    ],
    [
      'not valid yet',
      makeCertificate({
        issuer: root,
        notBefore: new Date(Date.now() + 48 * hour),
        notAfter: new Date(Date.now() + 96 * hour),
      }),
      [root.cert],
      new RegExp(`not valid yet \\(only from ${day(48)}\\)`),
      /date of this machine/,
    ],
    [
      'of an expired issuer',
      withChain(makeCertificate({ issuer: staleRoot }), staleRoot),
      [staleRoot.cert],
      /a certificate of its issuers has expired/,
      /date of this machine/,
    ],
    [
      'for other names',
      makeCertificate({
        issuer: root,
        hosts: ['registry.example.com', '*.cdn.example.com', '10.0.0.1', 'a', 'b', 'c', 'd'],
      }),
      [root.cert],
      /for another name: registry\.example\.com, \*\.cdn\.example\.com, 10\.0\.0\.1, a, b and 2 more/,
      /name that the certificate is for/,
    ],
    [
      'for names that would move the cursor',
      makeCertificate({ issuer: root, hosts: ['\u001b[31mevil'] }),
      [root.cert],
      /^\P{Cc}*for another name\P{Cc}*$/u,
      /./,
    ],
    [
      'of an unknown authority',
      withChain(makeCertificate({ issuer: root }), root),
      [],
      /issuer of its certificate \("Acme Root"\) is not trusted on this machine: its chain ends in a self-signed/,
      /ca\.crt to certs\.d\/127\.0\.0\.1:\d+.*--insecure/,
    ],
    [
      'of an issuer that was left out',
      makeCertificate({ issuer: intermediate }),
      [root.cert],
      /issuer of its certificate \("Acme Intermediate"\) is not trusted on this machine, or the server left out an intermediate certificate/,
      /certs\.d/,
    ],
    ['self-signed', makeCertificate(), [], /its certificate is self-signed/, /certs\.d\/.*--insecure/],
  ])('%s', async (_what, tls, trusted, words, hint) => {
    const { origin, host, requests } = await serve((_request, response) => bytes(response, 200, ''), { tls })
    const error = await refusal(origin, trusted)
    expect(error).toMatchObject({
      name: 'TransportError',
      code: 'TLS_REFUSED',
      facts: { host },
      message: expect.stringMatching(words) as string,
      hint: expect.stringMatching(hint) as string,
    })
    expect(requests).toEqual([])
  })

  it('is accepted when the left out intermediate is sent', async () => {
    const { origin, requests } = await serve((_request, response) => bytes(response, 404, ''), {
      tls: withChain(makeCertificate({ issuer: intermediate }), intermediate),
    })
    expect(await refusal(origin, [root.cert])).toMatchObject({ code: 'MANIFEST_UNKNOWN' })
    // The manifest, and after a 404 without a challenge the look for one at `/v2/`.
    expect(requests).toHaveLength(2)
  })
})

describe('the wrong scheme for a port', () => {
  it('plain http where TLS is spoken is told', async () => {
    // What OpenSSL's servers answer to bytes that are no TLS: an alert (RFC 8446 6).
    const host = await listen(
      createTcpServer((socket) => void socket.once('data', () => socket.end(Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70)))),
    )
    expect(await refusal(`http://${host}`)).toMatchObject({
      code: 'BAD_RESPONSE',
      message: `${host} expects https, and the request used plain http`,
      hint: expect.stringContaining('https://') as string,
    })
  })

  it('TLS where plain http is spoken is told', async () => {
    const { host } = await serve((_request, response) => bytes(response, 200, ''))
    expect(await refusal(`https://${host}`)).toMatchObject({
      code: 'TLS_FAILED',
      message: `${host} did not answer with TLS`,
      hint: expect.stringContaining(`--insecure ${host}`) as string,
    })
  })
})

/** OpenSSL's own server, for what Node's cannot be made to do. */
async function opensslServer(
  args: readonly string[],
  certificate: { readonly key: string; readonly cert: string },
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lading-openssl-'))
  await writeFile(join(directory, 'cert.pem'), certificate.cert)
  await writeFile(join(directory, 'key.pem'), certificate.key)
  const child = spawn(
    pathOf('openssl'),
    ['s_server', '-accept', '127.0.0.1:0', '-www', '-cert', 'cert.pem', '-key', 'key.pem', ...args],
    { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const exited = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
    await rm(directory, { recursive: true, force: true })
  })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log += String(chunk)
      const port = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(log)?.[1]
      if (port !== undefined) resolve(`https://127.0.0.1:${port}`)
    })
  }
  void exited.then(() => reject(new Error(`openssl s_server did not start: ${log}`)))
  return promise
}

describe("TLS by OpenSSL's server", needs('openssl'), () => {
  const own = makeCertificate({ issuer: root })
  const demand = ['-Verify', '1', '-verify_return_error'] as const

  it.each<[string, readonly string[], Endpoint['tls'], RegExp, RegExp]>([
    [
      'that demands a client certificate (1.3)',
      [...demand, '-tls1_3'],
      undefined,
      /requires a client certificate/,
      /client\.cert and client\.key into certs\.d/,
    ],
    [
      'that demands a client certificate (1.2)',
      [...demand, '-tls1_2'],
      undefined,
      /could not agree on TLS settings/,
      /client certificate/,
    ],
    [
      'that does not know our certificate (1.3)',
      [...demand, '-tls1_3'],
      { cert: own.cert, key: own.key },
      /rejects the client certificate/,
      /certs\.d/,
    ],
    [
      'that does not know our certificate (1.2)',
      [...demand, '-tls1_2'],
      { cert: own.cert, key: own.key },
      /rejects the client certificate/,
      /certs\.d/,
    ],
    [
      'of an old version',
      ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'],
      undefined,
      /no version of TLS that is allowed here/,
      /TLS 1\.2 or newer/,
    ],
    [
      'of an older version than is wanted',
      ['-tls1_2'],
      { minVersion: 'TLSv1.3' },
      /no version of TLS that is allowed here/,
      /settings for this host/,
    ],
    [
      'of ciphers that nobody wants',
      ['-tls1_2', '-cipher', 'NULL:@SECLEVEL=0'],
      undefined,
      /could not agree on TLS settings/,
      /ciphers/,
    ],
  ])('%s', async (_what, args, tls, words, hint) => {
    const url = await opensslServer(args, own)
    expect(await refusal(url, [root.cert], tls)).toMatchObject({
      code: 'TLS_REFUSED',
      message: expect.stringMatching(words) as string,
      hint: expect.stringMatching(hint) as string,
      temporary: false,
    })
  })

  // Before Node 24, OpenSSL's security level allows it.
  it('with a key that is too weak', needs(nodeFrom(24)), async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lading-weak-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    execFileSync(
      pathOf('openssl'),
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:1024',
        '-nodes',
        '-keyout',
        'key.pem',
        '-out',
        'cert.pem',
        '-subj',
        '/CN=127.0.0.1',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
      ],
      { cwd: directory, stdio: 'ignore' },
    )
    const [key, cert] = [
      await readFile(join(directory, 'key.pem'), 'utf8'),
      await readFile(join(directory, 'cert.pem'), 'utf8'),
    ]
    // Node itself would not take this key.
    expect(() => createSecureContext({ key, cert })).toThrow(/too small|too weak/)
    const url = await opensslServer(['-cipher', 'ALL:@SECLEVEL=0'], { key, cert })
    expect(await refusal(url, [cert])).toMatchObject({
      code: 'TLS_REFUSED',
      message: expect.stringMatching(/not accepted: .*weak/) as string,
    })
  })
})
