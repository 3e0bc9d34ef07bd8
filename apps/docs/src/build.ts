// Builds the site into apps/docs/dist, and fails for each link that leads nowhere.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeSite } from './site.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const target = fileURLToPath(new URL('../dist/site/', import.meta.url))
const { files, problems } = makeSite(root)
for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1
rmSync(target, { recursive: true, force: true })
for (const [url, content] of files) {
  const file = join(target, url)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}
process.stdout.write(`${files.size} files in ${target}\n`)
