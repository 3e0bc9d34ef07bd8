import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, index, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerd, type Dockerd } from '../../../test/support/dockerd.ts'
import { enlarged, mounting, needs, root as asRoot } from '../../../test/support/needs.ts'
import { runHere } from './support/run-here.ts'

/** docker's templates on docker and on us, on the same images: what is printed is the same. Sizes are not, for ours are compressed. */
describe('templates beside docker', needs('dockerd', 'docker', asRoot, mounting, enlarged), () => {
  let folder: string
  let dockerd: Dockerd
  let registry: TestRegistry
  const inspected = (): string => `${registry.host}/t/app:1`

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-docker-'))
    dockerd = await startDockerd(folder)
    registry = await startTestRegistry()
    const app = image('t/app:1')
      .platform('linux/amd64')
      .layer({ a: 'a' })
      .config({
        User: 'me',
        Env: ['A=b', 'C=é "d" <e>'],
        Cmd: ['/app', '-x'],
        WorkingDir: '/w',
        Labels: { who: 'app', 'a.b': 'c' },
        ExposedPorts: { '80/tcp': {} },
        StopSignal: 'SIGINT',
      })
    await registry.seed(app)
    await registry.seed(image('t/plain:1').platform('linux/amd64').layer({ p: 'p' }))
    await registry.seed(
      index('t/multi:1')
        .add(app)
        .add(image().platform('linux/arm64').layer({ b: 'b' })),
    )
  }, 60_000)
  afterAll(async () => {
    await dockerd?.close()
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  }, 60_000)

  interface Both {
    readonly docker: object
    readonly ours: object
  }

  async function both(args: readonly string[]): Promise<Both> {
    const [docker, ours] = await Promise.all([dockerd.docker(args), runHere(args, { root: join(folder, 'store') })])
    return {
      docker: { code: docker.code, lines: sorted(docker.stdout) },
      ours: { code: ours.code, lines: sorted(decoded(args, ours.stdout)) },
    }
  }
  // What goes to standard output as bytes, runHere keeps byte by byte.
  const decoded = ([command]: readonly string[], text: string): string =>
    command === 'images' ? Buffer.from(text, 'latin1').toString() : text
  // Images of the same second come in any order.
  const sorted = (text: string): readonly string[] => text.split('\n').toSorted()

  it('begin with the same pulls', async () => {
    for (const args of [
      [inspected()],
      [`${registry.host}/t/plain:1`],
      ['--platform', 'linux/arm64', `${registry.host}/t/multi:1`],
    ]) {
      expect(await dockerd.docker(['pull', '-q', ...args])).toMatchObject({ code: 0 })
      expect(await runHere(['pull', '-q', ...args], { root: join(folder, 'store') })).toMatchObject({ code: 0 })
    }
  })

  it.each([
    '{{.Id}}',
    '{{.Os}}/{{.Architecture}}',
    '{{.Created}}',
    '{{json .Config.Env}} {{.Config.Env}}',
    '{{json .Config.Labels}} {{.Config.Labels}}',
    '{{json .Config.Cmd}} {{.Config.Cmd}} {{json .Config.Entrypoint}} {{.Config.Entrypoint}}',
    '{{.Config.User}} {{.Config.WorkingDir}} {{.Config.StopSignal}} {{.Config.ExposedPorts}} {{json .Config.ExposedPorts}}',
    '{{json .Config.Volumes}} {{.Config.Volumes}}',
    '{{index .Config.Labels "who"}} {{index .Config.Labels "none"}} {{.Config.Labels.who}} {{.Config.Labels.none}}',
    '{{range .Config.Env}}{{println .}}{{end}}',
    '{{range $i, $e := .Config.Env}}{{$i}}={{$e}};{{end}}',
    '{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}',
    '{{join .Config.Cmd " "}} {{split .Os "n"}} {{upper .Os}} {{lower "ABC"}} {{title .Os}}',
    '{{len .Config.Env}} {{len .RootFS.Layers}} {{len .Os}} {{len (index .Config.Env 1)}}',
    '{{if .Config.Entrypoint}}yes{{else if .Config.Cmd}}cmd{{else}}no{{end}} {{with .Config}}{{.User}}{{end}}',
    '{{if and (eq .Os "linux") (ne .Architecture "arm64")}}x{{end}} {{or .Config.Entrypoint .Os}} {{not .Os}}',
    '{{json .RootFS}} {{.RootFS.Type}} {{.RootFS.Layers}}',
    '{{slice .Id 7 19}} {{printf "%-8s|%8s|%q|%d|%v" .Os .Os .Os 7 .Config.Cmd}}',
    '{{print 1 2 "a" "b" 3}} {{println "x" 1}} {{pad .Os 1 2}}| {{truncate .Os 3}}',
    '{{- .Os -}}  x {{/* nothing */}} {{"q\\t" | json}} {{`raw`}}',
    '{{$x := .Os}}{{$x}}{{range .Config.Env}}{{$.Os}}{{end}}',
    '{{json .Config.Healthcheck}} {{json .Config.OnBuild}} {{.Author}}|{{.Comment}}|{{.Parent}}|',
    '{{json .Metadata}} {{.DockerVersion}}|{{json .GraphDriver.Data}}',
  ])('inspect -f %j', async (template) => {
    const { docker, ours } = await both(['inspect', '-f', template, inspected()])
    expect(ours).toEqual(docker)
  })

  it.each([
    ['{{.Repository}}:{{.Tag}} {{.ID}}'],
    ['table {{.Repository}}\\t{{.Tag}}\\t{{.ID}}'],
    ['table {{.ID}}\\t{{.Repository | upper}}'],
    ['{{.CreatedAt}}'],
    ['{{json .ID}}\\n{{if eq .Tag "1"}}{{.Repository}}{{end}}'],
    ['{{printf "%-60s|" .Repository}}', '--no-trunc'],
    ['{{.ID}}', '--filter', 'label=who'],
    ['{{.ID}}', '--filter', 'label=who=else'],
    ['{{.Repository}}', '--filter', 'dangling=false'],
    ['{{.Repository}}', '--filter', 'reference=*/t/*a*:1'],
  ])('images --format %j %s %s', async (template, ...more) => {
    const { docker, ours } = await both(['images', '--format', template, ...more.filter((each) => each)])
    expect(ours).toEqual(docker)
  })

  it.each([
    ['{{.ID}} {{.CreatedAt}} {{.Comment}}'],
    ['{{.CreatedBy}}', '--no-trunc'],
    ['table {{.ID}}\\t{{.CreatedAt}}'],
    ['{{.CreatedSince}}', '--human=false'],
  ])('history --format %j %s', async (template, ...more) => {
    const { docker, ours } = await both(['history', '--format', template, ...more.filter((each) => each), inspected()])
    expect(ours).toEqual(docker)
  })

  it.each([
    '{{.Nope}}',
    '{{.Id',
    '{{nope .Id}}',
    '{{index .Config.Env 9}}',
    '{{range .Os}}{{end}}',
    '{{.Id .Os}}',
    '{{template "x"}}',
    '{{len 3}}',
  ])('what docker refuses, we do: %j', async (template) => {
    const args = ['inspect', '-f', template, inspected()]
    const [docker, ours] = await Promise.all([dockerd.docker(args), runHere(args, { root: join(folder, 'store') })])
    expect(docker.code).not.toBe(0)
    expect(ours).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/\(at offset \d+\)/) as string })
  })
})
