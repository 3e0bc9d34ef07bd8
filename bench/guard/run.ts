// pnpm bench guard: what commands take in instructions of the processor, beside the table that continuous integration holds
// them to. LADING_BENCH_WRITE=1 writes the table anew. Needs valgrind, and `pnpm build` before it.
import { readFile, writeFile } from 'node:fs/promises'
import { say } from '../support/settings.ts'
import { excessOf, type Counts } from './compare.ts'
import { countAll } from './count.ts'

const file = new URL('table.json', import.meta.url)
const table = JSON.parse(await readFile(file, 'utf8')) as Counts
const counted = await countAll()
for (const [name, now] of Object.entries(counted))
  say(`${name.padEnd(10)}${String(now).padStart(8)} million instructions, in the table ${table[name] ?? 'nothing'}`)
if (process.env['LADING_BENCH_WRITE'] === '1') await writeFile(file, `${JSON.stringify(counted, undefined, 2)}\n`)
else {
  const excess = excessOf(table, counted)
  for (const line of excess) say(line)
  if (excess.length > 0) process.exitCode = 1
}
