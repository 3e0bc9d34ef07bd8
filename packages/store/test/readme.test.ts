import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { testRoot } from './support/root.ts'

it('runs the example of the README, which prints what is shown', async () => {
  const root = await testRoot()
  try {
    const [, example = '', shown] =
      /```ts\n(.*?)```\n\n```\n(.*?)```/s.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8')) ?? []
    const code = example.replace("'./images'", JSON.stringify(root.path))
    expect(code).not.toBe(example)
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    expect(
      execFileSync(
        process.execPath,
        ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', code],
        { cwd, encoding: 'utf8' },
      ),
    ).toBe(shown)
  } finally {
    await root.end()
  }
})
