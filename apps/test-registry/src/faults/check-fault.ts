import { printable } from '@lading/errors'
import { TestRegistryError } from '../error.ts'
import type { FaultAction } from './fault-action.ts'
import type { Fault } from './fault.ts'
import { namedEffects } from './named-effects.ts'
import { isRequestAction } from './request-effect.ts'

const routes: readonly string[] = [
  'ping',
  'manifest',
  'blob',
  'upload',
  'tags',
  'catalog',
  'referrers',
  'token',
  'cdn',
  'any',
]

const whole =
  (least: number) =>
  (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= least
const text = (value: unknown): boolean => typeof value === 'string'
const flag = (value: unknown): boolean => typeof value === 'boolean'
const record = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const anything = (): boolean => true

const members: Record<keyof Fault, (value: unknown) => boolean> = {
  name: text,
  on: (value) => typeof value === 'string' && routes.includes(value),
  method: (value) => [value].flat().every(text),
  repository: text,
  target: text,
  digest: text,
  ranged: flag,
  reused: flag,
  unauthorized: flag,
  nth: whole(1),
  from: whole(1),
  times: whole(1),
  probability: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  seed: whole(0),
  afterBytes: whole(0),
  afterRequestBytes: whole(0),
  // Not a promise's: a fault is data, and its `then` is never a function.
  then: (value) => (typeof value === 'string' ? Object.hasOwn(namedEffects, value) : record(value) && isAction(value)),
}

const retryForms: readonly unknown[] = [undefined, 'seconds', 'imf-fixdate', 'rfc850', 'asctime']

const actionMembers: Record<string, (value: unknown) => boolean> = {
  status: (value) => whole(200)(value) && (value as number) <= 599,
  headers: record,
  body: anything,
  retryAfter: (value) =>
    typeof value === 'number' ||
    text(value) ||
    (record(value) && Number.isFinite(value['inSeconds']) && retryForms.includes(value['form'])),
  dateSkewSeconds: Number.isFinite,
  content: text,
  extraBytes: whole(1),
  members: record,
  redirect: text,
  expiresInMs: whole(0),
  hops: whole(0),
  realm: text,
  raw: text,
  delayMs: whole(0),
  bytesPerSecond: whole(1),
  headBytesPerSecond: whole(1),
  requestBytesPerSecond: whole(1),
}

const isAction = (action: Record<string, unknown>): boolean =>
  Object.keys(action).length > 0 &&
  Object.entries(action).every(
    ([member, value]) =>
      value === undefined || (Object.hasOwn(actionMembers, member) && actionMembers[member]?.(value) === true),
  )

/**
 * A misspelt fault that silently never fires would make a test pass for the wrong reason.
 *
 * @throws TestRegistryError `FAULT_INVALID`
 */
export function checkFault(fault: unknown): asserts fault is Fault {
  if (!record(fault)) throw invalid('a fault is an object')
  for (const member of ['on', 'then']) if (fault[member] === undefined) throw invalid(`a fault needs '${member}'`)
  for (const [member, value] of Object.entries(fault)) {
    if (!Object.hasOwn(members, member)) throw invalid(`a fault has no member '${printable(member, 40)}'`)
    if (value !== undefined && !members[member as keyof Fault](value))
      throw invalid(`not a fault's '${member}': ${printable(JSON.stringify(value), 100)}${choiceOf(member, value)}`)
  }
  if (fault['then'] === 'truncate' && fault['afterBytes'] === undefined) throw invalid("'truncate' needs 'afterBytes'")
  if (fault['afterRequestBytes'] !== undefined && !isRequestAction(fault['then'] as FaultAction))
    throw invalid("'afterRequestBytes' goes with 'reset', 'close', 'stall', 'flip' and a status")
}

/** What there is, after a value that is none of it. */
function choiceOf(member: string, value: unknown): string {
  if (member === 'on') return `; there are ${routes.join(', ')}`
  if (member !== 'then') return ''
  const known = Object.keys(actionMembers).join(', ')
  if (!record(value)) return `; there are ${Object.keys(namedEffects).join(', ')}, or an object with ${known}`
  const wrong = Object.keys(value).find((name) => !isAction({ [name]: value[name] }))
  if (wrong === undefined) return `; there are ${known}`
  const name = printable(wrong, 40)
  return Object.hasOwn(actionMembers, wrong) ? `: its '${name}'` : `: there is no '${name}'; there are ${known}`
}

const invalid = (message: string): TestRegistryError =>
  new TestRegistryError('FAULT_INVALID', message, {
    hint: "write it like { on: 'blob', nth: 1, afterBytes: 1000, then: 'reset' }",
  })
