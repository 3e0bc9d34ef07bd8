import { printable } from '@lading/errors'
import { TestRegistryError } from '../error.ts'
import type { AuthOptions, AuthRule } from './auth-options.ts'

type Check = (value: unknown) => boolean
type Kind = AuthOptions['kind']

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const texts: Check = (value) => [value].flat().every(text)
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const members: Readonly<Record<Kind, Readonly<Record<string, Check>>>> = {
  none: {},
  basic: { username: text, password: text, realm: text },
  bearer: {
    username: text,
    password: text,
    identityToken: text,
    identityTokenRotates: flag,
    registryToken: text,
    anonymous: oneOf('nothing', 'pull', 'everything'),
    realm: text,
    tokenPath: text,
    service: text,
    expiresInSeconds: (value) => value === null || whole(value),
    expiresAfterRequests: whole,
    challengeService: oneOf(true, false, 'beyond-ping'),
    challengeScope: flag,
    oauth: (value) => flag(value) || whole(value),
    tokenMember: oneOf('token', 'access_token', 'both'),
  },
  certificate: { commonName: text },
  several: { schemes: Array.isArray, header: oneOf('one', 'each') },
}
const needed: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  basic: ['username', 'password'],
  several: ['schemes'],
}

/**
 * Who may come in, as JSON: `AuthOptions`, or a list of rules by repository.
 *
 * @throws TestRegistryError `OPTION_INVALID`, with the place in the document
 */
export function parseAuth(json: string): AuthOptions | readonly AuthRule[] {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new TestRegistryError('OPTION_INVALID', 'the rules of authentication are not JSON', { cause, hint })
  }
  if (!Array.isArray(value)) {
    check(value, 'auth', Object.keys(members))
    return value as AuthOptions
  }
  for (const [position, rule] of value.entries())
    check(rule, `auth[${position}]`, Object.keys(members), { repositories: texts })
  return value as readonly AuthRule[]
}

function check(
  value: unknown,
  path: string,
  kinds: readonly string[],
  more: Readonly<Record<string, Check>> = {},
): void {
  if (!isRecord(value)) throw wrong(path, 'not an object')
  const { kind, ...rest } = value
  if (typeof kind !== 'string' || !kinds.includes(kind)) throw wrong(`${path}.kind`, `not one of ${kinds.join(', ')}`)
  const shape = { ...members[kind as Kind], ...more }
  for (const [name, member] of Object.entries(rest)) {
    if (!Object.hasOwn(shape, name))
      throw wrong(path, `'${printable(kind, 20)}' has no member '${printable(name, 40)}'`)
    if (shape[name]?.(member) !== true)
      throw wrong(`${path}.${name}`, `not so: ${printable(JSON.stringify(member), 60)}`)
  }
  for (const name of needed[kind as Kind] ?? [])
    if (!Object.hasOwn(rest, name)) throw wrong(path, `'${kind}' needs '${name}'`)
  // What anybody may do needs no second way in, and ways do not nest.
  if (kind === 'several')
    for (const [position, scheme] of (rest['schemes'] as readonly unknown[]).entries())
      check(scheme, `${path}.schemes[${position}]`, ['basic', 'bearer', 'certificate'])
}

const hint =
  'write { "kind": "bearer", "username": "alice", "password": "secret" }, or an array of such rules with "repositories"'
const wrong = (path: string, message: string): TestRegistryError =>
  new TestRegistryError('OPTION_INVALID', `${path}: ${message}`, { hint })
