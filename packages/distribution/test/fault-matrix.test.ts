import { inspect } from 'node:util'
import { image, index, type BuiltImage, type Fault, type JournalEntry } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { scene } from './scene.ts'
import { phases, rows, type Phase, type Row } from './support/faults.ts'

const password = 'canary-password'
const order: readonly Phase[] = ['index', 'manifest', 'config', 'blob']

interface Case {
  readonly name: string
  readonly row: Row
  readonly phase: Phase
  readonly times: 'once' | 'always'
}

const cases: readonly Case[] = Object.entries(rows).flatMap(([name, row]) =>
  phases.flatMap((phase) => (['once', 'always'] as const).map((times) => ({ name, row, phase, times }))),
)

/** Another sample each day, so that weeks see everything; LADING_TEST_SEED replays one. */
const seed = Number(process.env['LADING_TEST_SEED'] ?? Math.floor(Date.now() / 86_400_000))

/** Some of the cases, the same for the same seed (xorshift, Marsaglia 2003). */
function sample(size: number): readonly Case[] {
  let state = (seed | 0) === 0 ? 1 : seed | 0
  const rest = [...cases]
  const chosen: Case[] = []
  while (rest.length > 0 && chosen.length < size) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    chosen.push(...rest.splice((state >>> 0) % rest.length, 1))
  }
  return chosen
}

it('forty kinds and more, at each phase', () => {
  expect(Object.keys(rows).length).toBeGreaterThanOrEqual(40)
})

describe(`what goes wrong with an answer (LADING_TEST_SEED=${seed})`, () => {
  it.each(sample(atScale(24, cases.length)).map((each) => [each.phase, each.name, each.times, each] as const))(
    'at the %s: %s, %s',
    async (_phase, _name, _times, { row, phase, times }) => {
      const wanted = row[times][phase] ?? row[times].rest
      const { registry, pull, client, events } = await scene({
        registry: { auth: { kind: 'bearer', username: 'ann', password } },
        client: { credentials: () => Promise.resolve({ kind: 'basic', username: 'ann', password }) },
      })
      const app = image()
        .platform('linux/amd64')
        .layer({ a: 'a'.repeat(100) })
        .build()
      await registry.seed(index('t/app:1').add(app))
      registry.addFault({ ...placeOf(phase, app), ...(times === 'once' ? { times: 1 } : {}), ...row.trouble })
      const credential = { kind: 'basic', username: 'ann', password } as const
      const failure: unknown = await (
        phase === 'ping' ? client.signIn(registry.host, { credential }) : pull('t/app:1')
      ).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(failure === undefined ? 'ok' : (failure as { code: unknown }).code).toBe(wanted)

      // Where: nowhere else.
      const { entries } = registry.journal
      expect(entries.filter(({ origin }) => origin !== 'registry')).toEqual([])
      // With which secrets: the password at the token server, tokens at the rest, and no cookie anywhere.
      for (const { kind, authorization, headers } of entries) {
        expect([kind, kind === 'token' ? 'basic' : 'bearer']).toEqual([
          kind,
          authorization ?? (kind === 'token' ? 'basic' : 'bearer'),
        ])
        expect(headers).not.toHaveProperty('cookie')
      }
      // How many: once what is final, again what may pass, and no more than five times, doubled where a connection was lost before the answer.
      const asked = entries.filter(
        (entry) => phaseOf(entry, app) === phase && (phase === 'token' || entry.authorization !== undefined),
      )
      const [least, most] = bounds(row, { phase, times, wanted })
      expect(asked.length).toBeGreaterThanOrEqual(least)
      expect(asked.length).toBeLessThanOrEqual(most)
      // What comes after a failure is not asked for. (Config and layers go side by side.)
      const last =
        failure === undefined ? order.length : Math.max(0, order.indexOf(phase === 'config' ? 'blob' : phase))
      for (const entry of entries) expect(order.indexOf(phaseOf(entry, app))).toBeLessThanOrEqual(last)
      expect(inspect([failure, events, client], { depth: Infinity, showHidden: true })).not.toContain('canary')
    },
  )
})

function placeOf(phase: Phase, app: BuiltImage): Pick<Fault, 'on' | 'target' | 'digest'> {
  switch (phase) {
    case 'manifest':
      return { on: 'manifest', target: app.digest }
    case 'index':
      return { on: 'manifest', target: '1' }
    case 'config':
      return { on: 'blob', digest: app.config.digest }
    case 'blob':
      return { on: 'blob', digest: app.layers[0]?.digest }
    default:
      return { on: phase }
  }
}

function phaseOf({ kind, target }: JournalEntry, app: BuiltImage): Phase {
  if (kind === 'manifest') return target === '1' ? 'index' : 'manifest'
  if (kind === 'blob') return target === app.config.digest ? 'config' : 'blob'
  return kind === 'token' ? 'token' : 'ping'
}

/** The least and the most requests of the phase. */
function bounds(
  row: Row,
  { phase, times, wanted }: Pick<Case, 'phase' | 'times'> & { readonly wanted: string },
): readonly [number, number] {
  const repeated = (row.once[phase] ?? row.once.rest) === 'ok' && (row.always[phase] ?? row.always.rest) !== 'ok'
  if (times === 'always' && wanted === 'ok') return [1, 12]
  if (!repeated) return [1, 2]
  return times === 'once' ? [2, 2] : [wanted === 'UNAUTHORIZED' ? 1 : wanted === 'TOKEN_FAILED' ? 2 : 5, 12]
}
