import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { beforeAll, expect, it } from 'vitest'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

let registry: TestRegistry
const ref = (tag: string): string => `${registry.host}/t/app:${tag}`
beforeAll(async () => {
  registry = await startTestRegistry()
  const base = image('t/app:1').platform('linux/amd64').layer({ 'etc/motd': 'old\n', 'etc/issue': 'issue\n' })
  const history = [
    {
      created: '2026-01-01T00:00:00Z',
      created_by: 'COPY <etc> & "more" /etc # a command that is longer than its column',
    },
    { created_by: 'ENV a=b', empty_layer: true },
    { created_by: 'RUN change', comment: 'of a test' },
  ]
  await registry.seed(base)
  await registry.seed(
    image('t/app:2')
      .platform('linux/amd64')
      .layer({ 'etc/motd': 'old\n', 'etc/issue': 'issue\n' })
      .layer({ 'etc/motd': 'new\n', 'etc/.wh.issue': '' })
      .history(history),
  )
  return () => registry.close()
})

const lading = (...args: readonly string[]): ReturnType<typeof runHere> =>
  runHere([...args, '--platform', 'linux/amd64'])

it('history shows steps as docker does, without fetching a layer', async () => {
  const { stdout } = await lading('history', ref('2'))
  const [head, ...rows] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$/)
  expect(rows.map((row) => row.split(/ {3,}/)[0])).toEqual([
    expect.stringMatching(/^[0-9a-f]{12}$/),
    '<missing>',
    '<missing>',
  ])
  expect(rows[0]).toMatch(/N\/A +RUN change +\d+B +of a test$/)
  expect(rows[1]).toMatch(/ENV a=b +0B/)
  expect(rows[2]).toContain('COPY <etc> & "more" /etc # a command that is…')
  expect((await lading('history', '--no-trunc', ref('2'))).stdout).toContain('longer than its column')
  const json: unknown = JSON.parse((await lading('history', '--json', ref('2'))).stdout)
  expect(json).toMatchObject([{ createdBy: 'RUN change', digest: expect.any(String) }, { size: 0 }, {}])
  expect(JSON.parse((await lading('history', '--json', ref('1'))).stdout)).toHaveLength(1)
})

it('diff says what differs, with the exit codes of diff', async () => {
  const { code, stdout } = await lading('diff', ref('1'), ref('2'))
  expect(code).toBe(1)
  expect(stdout).toContain('\nD /etc/issue\nC /etc/motd (content)\n')
  expect(stdout).toMatch(/^- manifest digest "sha256:/m)
  expect(stdout).toMatch(/^\+ config history /m)
  expect(await lading('diff', ref('1'), ref('1'))).toEqual({ code: 0, stdout: '', stderr: '' })
  const json: unknown = JSON.parse((await lading('diff', '--json', ref('1'), ref('2'))).stdout)
  expect(json).toMatchObject({ files: [{ kind: 'removed' }, { kind: 'changed', what: ['content'] }] })
  expect(await lading('diff', ref('1'), ref('none'))).toMatchObject({ code: 2, stdout: '' })
})

it('tree says what each layer does, as text, JSON and a picture', async () => {
  const directory = await temporaryDirectory()
  const [svg, html] = [join(directory, 'a.svg'), join(directory, 'a.html')]
  const { stdout } = await lading('tree', '--svg', svg, '--html', html, ref('2'))
  expect(stdout).toContain('   adds 3 (10B), changes 0 (0B), hides 0 (0B), wastes 2 (10B)\n')
  expect(stdout).toContain('   RUN change\n   adds 0 (0B), changes 1 (4B), hides 1 (6B), wastes 0 (0B)\n')
  expect(stdout).toContain('\n2 layers, files of 14B, of which 10B (71.4%) are wasted\n')
  expect(JSON.parse((await lading('tree', '--json', ref('2'))).stdout)).toMatchObject([
    { wasted: { paths: 2, bytes: 10 } },
    { createdBy: 'RUN change', hidden: { paths: 1, bytes: 6 } },
  ])
  const picture = await readFile(svg, 'utf8')
  expect(picture).toContain('COPY &#60;etc&#62; &#38; &#34;more&#34;')
  expect(picture).not.toContain('<etc>')
  expect(await readFile(html, 'utf8')).toContain(picture)
})
