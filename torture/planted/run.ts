import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { inLanes } from '../in-lanes.ts'
import { bugs, urlOf, withBug } from './bugs.ts'
import { harnessOf, lackingFor, type CheckName } from './checks.ts'

export interface PlantedRun {
  readonly seed: number
  readonly say: (line: string) => void
}

/** Plants each bug, and runs what must find it; the same without the bug must find nothing. Whether all was so. */
export async function runPlanted({ seed, say }: PlantedRun): Promise<boolean> {
  for (const { edits } of Object.values(bugs))
    for (const edit of edits) withBug(await readFile(new URL(urlOf(edit.file)), 'utf8'), [edit])
  const checks = [...new Set(Object.values(bugs).map(({ check }) => check))]
  const used = checks.filter((check) => lackingFor(check) === undefined)
  for (const check of checks) if (!used.includes(check)) say(`${check}: left out, not installed: ${lackingFor(check)}`)
  const planted = Object.entries(bugs).filter(([, { check }]) => used.includes(check))
  let [caught, clean] = [0, 0]
  const withoutBug = used.map((check) => async () => {
    const findings = await runCheck(check, seed)
    if (findings.length === 0) clean += 1
    else say(`${check}: FINDS something where no bug is planted\n  ${findings.join('\n  ')}`)
  })
  const withBugs = planted.map(([name, { check }]) => async () => {
    const [first] = await runCheck(check, seed, name)
    if (first === undefined) return say(`${name}: NOT CAUGHT by ${check}`)
    caught += 1
    say(`${name}: caught by ${harnessOf[check]} (${check}): ${first.replaceAll(/\s+/g, ' ').slice(0, 200)}`)
  })
  await inLanes([...withoutBug, ...withBugs], (act) => act())
  const all = planted.length
  say(
    `${caught} of ${all} planted bugs caught; without one, ${clean} of ${used.length} checks find nothing, seed ${seed}`,
  )
  return caught === all && clean === used.length
}

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** What it finds, with a bug or without. @throws when it does not come to its end */
async function runCheck(check: CheckName, seed: number, bug = ''): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--conditions=@lading/source', file('check.ts'), check, String(seed)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LADING_TORTURE_PLANT: bug,
      NODE_COMPILE_CACHE: file('../../node_modules/.cache/compiled'),
      // What it starts has the bug, too.
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${new URL('hook.ts', import.meta.url).href}`,
    },
  })
  const [out, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`${check}, planted "${bug}", ended with ${String(code)}: ${said}`)
  return (JSON.parse(out) as { readonly findings: readonly string[] }).findings
}
