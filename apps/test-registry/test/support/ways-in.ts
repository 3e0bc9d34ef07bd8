import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuthOptions, TestRegistry } from '../../src/index.ts'

/** One way of letting clients in, and how a client shows who it is: `alice:secret`, or the identity token that a login left. */
export interface WayIn {
  readonly title: string
  readonly auth: AuthOptions
  readonly user?: string | undefined
  readonly identityToken?: string | undefined
}

const alice = { username: 'alice', password: 'secret' }
const user = 'alice:secret'

export const waysIn: readonly WayIn[] = [
  { title: 'none', auth: { kind: 'none' } },
  { title: 'basic', auth: { kind: 'basic', ...alice }, user },
  { title: 'bearer', auth: { kind: 'bearer', ...alice }, user },
  { title: 'bearer, tokens for strangers', auth: { kind: 'bearer', anonymous: 'everything' } },
  {
    title: 'bearer, an identity token',
    auth: { kind: 'bearer', ...alice, identityToken: 'an-identity' },
    identityToken: 'an-identity',
  },
  {
    title: 'bearer or basic',
    auth: {
      kind: 'several',
      schemes: [
        { kind: 'bearer', ...alice },
        { kind: 'basic', ...alice },
      ],
    },
    user,
  },
]

/** A file of logins as podman and skopeo read it (containers-auth.json(5)). Without a login it holds none, so that nobody's own is taken. */
export async function writeAuthFile(
  directory: string,
  host: string,
  { user: login, identityToken }: Pick<WayIn, 'user' | 'identityToken'>,
): Promise<string> {
  const path = join(directory, 'auth.json')
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const entry =
    identityToken === undefined
      ? login && { auth: base64(login) }
      : { auth: base64('00000000-0000-0000-0000-000000000000:'), identitytoken: identityToken }
  await writeFile(path, JSON.stringify({ auths: entry ? { [host]: entry } : {} }))
  return path
}

/** The CA of a registry, and a certificate and key for a client of it, named as containers-certs.d(5) wants them. */
export async function writeCertificates(directory: string, registry: TestRegistry): Promise<string> {
  const folder = join(directory, 'certs')
  const { cert, key } = registry.makeClientCertificate()
  await mkdir(folder)
  await Promise.all([
    writeFile(join(folder, 'ca.crt'), registry.ca ?? ''),
    writeFile(join(folder, 'client.cert'), cert),
    writeFile(join(folder, 'client.key'), key),
  ])
  return folder
}
