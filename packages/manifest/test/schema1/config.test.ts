import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { v1Id } from '../../../../test/support/schema1.ts'
import {
  OCI_CONFIG,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
  parseImageConfig,
  schemas,
  type Descriptor,
} from '../../src/index.ts'
import { foldHistory, makeConfig, makeManifest, type Schema1Entry } from '../../src/schema1/index.ts'
import { digestOf, refusal } from '../support/documents.ts'

const a = digestOf('a') as Schema1Entry['blob']
const [base, top] = [v1Id(0), v1Id(1)]
const entriesOf = (...texts: readonly string[]): readonly Schema1Entry[] =>
  foldHistory({ fsLayers: texts.map(() => a), history: texts.toReversed() })
/** The config of an image with one layer, from the members of its JSON as they are written. */
const configOf = (members: string): string =>
  new TextDecoder().decode(makeConfig(entriesOf(`{"id":"${base}",${members}}`), [a]))
const rest = (created = '0001-01-01T00:00:00Z', more = ''): string =>
  `"history":[{"created":"${created}"${more}}],"rootfs":{"type":"layers","diff_ids":["${a}"]}`
const blank =
  '{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null}'

describe('the config of an image from docker 1.8.3 or later', () => {
  const since = '"docker_version":"1.8.3"'

  it('keeps what the image says as it was written, without white space, members sorted by their bytes', () => {
    expect(
      configOf(
        `"zeta": [ 1.50 , 1E3, "a b" ], ${since},\n"Alpha" : {"b":1, "a" : null }, "é": 1, "\\ud83d\\ude00": 2, "\uffee": 3`,
      ),
    ).toBe(
      `{"Alpha":{"b":1,"a":null},"docker_version":"1.8.3",${rest()},"zeta":[1.50,1E3,"a b"],"é":1,"\uffee":3,"😀":2}`,
    )
  })

  it('escapes what HTML would trip over, and nothing that was escaped before', () => {
    expect(configOf(`${since},"x<&>":"<b>\u2028\u2029 \\u003cb\\/\\u00e9é\\"\\\\<"`)).toBe(
      `{"docker_version":"1.8.3",${rest()},"x\\u003c\\u0026\\u003e":"\\u003cb\\u003e\\u2028\\u2029 \\u003cb\\/\\u00e9é\\"\\\\\\u003c"}`,
    )
  })

  it('writes names anew, as Go does', () => {
    expect(configOf(`${since},"\\u0041\\n\\b\\f\\u001f\\"\\\\":1`)).toBe(
      `{"A\\n\\u0008\\u000c\\u001f\\"\\\\":1,"docker_version":"1.8.3",${rest()}}`,
    )
  })

  it('drops what belonged to the old kind of image, and replaces what the layers say', () => {
    expect(
      configOf(
        `${since},"parent":"","Size":12,"size":13,"parent_id":"x","layer_id":"y","throwaway":false,"rootfs":"lie","history":"lie"`,
      ),
    ).toBe(`{"docker_version":"1.8.3",${rest()},"size":13}`)
  })

  it('keeps a time as it was written, but in the history', () => {
    expect(configOf(`${since},"created":"2016-01-02T03:04:05.100+00:00"`)).toBe(
      `{"created":"2016-01-02T03:04:05.100+00:00","docker_version":"1.8.3",${rest('2016-01-02T03:04:05.1Z')}}`,
    )
  })

  it.each(['1.8.3', '1.8.10', '1.9', '1.10.0-dev', '17.03.0-ce', '20.10.24+dfsg1', '2'])('%s is one', (version) => {
    expect(configOf(`"docker_version":"${version}","own":1`)).toContain('"own":1')
  })
})

describe('the config of an image from before docker 1.8.3', () => {
  it.each(['', '1', '1.8', '1.8.2', '1.8.2-fc22', '1.8.x', '0.9.1', 'library-import', '1.8.3-rc2'])(
    '%j is one: only known members stay',
    (version) => {
      expect(configOf(`"docker_version":"${version}","own":1`)).toBe(
        `{"container_config":${blank},"created":"0001-01-01T00:00:00Z",${version === '' ? '' : `"docker_version":"${version}",`}${rest()}}`,
      )
    },
  )

  it("says all of a container's members, in docker's order", () => {
    const written =
      '{"StopSignal":"SIGTERM","Labels":{"z":"1","a":"<2>"},"OnBuild":[],"MacAddress":"02:42","NetworkDisabled":true,"Entrypoint":"one","WorkingDir":"/w","Volumes":{"/z":{},"/a":null},"Image":"i","ArgsEscaped":true,"Cmd":["c"],"Env":["A=b"],"StdinOnce":true,"OpenStdin":true,"Tty":true,"ExposedPorts":{"80/tcp":{},"443/tcp":{}},"AttachStderr":true,"AttachStdout":true,"AttachStdin":true,"user":"u","Domainname":"d","Hostname":"h","Bogus":1}'
    const expected =
      '{"Hostname":"h","Domainname":"d","User":"u","AttachStdin":true,"AttachStdout":true,"AttachStderr":true,"ExposedPorts":{"443/tcp":{},"80/tcp":{}},"Tty":true,"OpenStdin":true,"StdinOnce":true,"Env":["A=b"],"Cmd":["c"],"ArgsEscaped":true,"Image":"i","Volumes":{"/a":{},"/z":{}},"WorkingDir":"/w","Entrypoint":["one"],"NetworkDisabled":true,"MacAddress":"02:42","OnBuild":[],"Labels":{"a":"\\u003c2\\u003e","z":"1"},"StopSignal":"SIGTERM"}'
    expect(
      configOf(`"config":${written},"os":"linux","architecture":"amd64","container":"abc","comment":"c","author":"A"`),
    ).toBe(
      `{"architecture":"amd64","author":"A","comment":"c","config":${expected},"container":"abc","container_config":${blank},"created":"0001-01-01T00:00:00Z",${rest(undefined, ',"author":"A","comment":"c"').replace('"rootfs"', '"os":"linux","rootfs"')}}`,
    )
  })

  it('leaves out what is empty and may be left out', () => {
    expect(
      configOf('"config":{"ExposedPorts":{},"MacAddress":"","NetworkDisabled":false,"Volumes":{},"Env":null}'),
    ).toContain(`"config":${blank.replace('"Volumes":null', '"Volumes":{}')}`)
  })

  it.each([
    ['2015-01-02T03:04:05Z', '2015-01-02T03:04:05Z'],
    ['2015-01-02T03:04:05.000000001Z', '2015-01-02T03:04:05.000000001Z'],
    ['2015-01-02T03:04:05.120000000Z', '2015-01-02T03:04:05.12Z'],
    ['2015-01-02T03:04:05.000Z', '2015-01-02T03:04:05Z'],
    ['2015-01-02T03:04:05.1234567899Z', '2015-01-02T03:04:05.123456789Z'],
    ['2016-02-29T23:59:59-00:00', '2016-02-29T23:59:59Z'],
    ['2015-01-02T03:04:05+02:30', '2015-01-02T03:04:05+02:30'],
  ])('writes the time %s as %s', (written, expected) => {
    expect(configOf(`"created":"${written}"`)).toContain(`"created":"${expected}",`)
  })

  it.each([
    '2015-01-02',
    '2015-13-02T03:04:05Z',
    '2015-02-29T03:04:05Z',
    '2015-01-00T03:04:05Z',
    '2015-01-02T24:04:05Z',
    '2015-01-02T03:60:05Z',
    '2015-01-02T03:04:60Z',
    '2015-01-02T03:04:05',
    '2015-01-02T03:04:05+24:00',
    '2015-01-02 03:04:05Z',
    '٢015-01-02T03:04:05Z',
  ])('refuses %s', (written) => {
    expect(refusal(() => configOf(`"created":"${written}"`)).code).toBe('SCHEMA1_HISTORY_INVALID')
  })

  it('refuses what docker could not have read', () => {
    expect(refusal(() => configOf('"config":{"Env":"A=b"}')).code).toBe('SCHEMA1_HISTORY_INVALID')
    expect(refusal(() => configOf('"config":{"Tty":1}')).code).toBe('SCHEMA1_HISTORY_INVALID')
  })
})

describe('the config', () => {
  const texts = [
    `{"id":"${base}","created":"2015-01-02T03:04:05Z","container_config":{"Cmd":["/bin/sh","-c","echo <a>"]}}`,
    `{"id":"${top}","parent":"${base}","throwaway":true,"container_config":{"Cmd":"one"},"comment":"c","author":"A","docker_version":"1.10.3","os":"linux","architecture":"arm64"}`,
  ] as const

  it('has a history from the base up, which says what has no layer', () => {
    expect(parseImageConfig(makeConfig(entriesOf(...texts), [a]))).toMatchObject({
      os: 'linux',
      architecture: 'arm64',
      rootfs: { diffIds: [a] },
      history: [
        { created: '2015-01-02T03:04:05Z', createdBy: '/bin/sh -c echo <a>', emptyLayer: false },
        { created: '0001-01-01T00:00:00Z', createdBy: 'one', comment: 'c', author: 'A', emptyLayer: true },
      ],
    })
  })

  it('of an image without a layer has none', () => {
    expect(
      new TextDecoder().decode(makeConfig(entriesOf(`{"id":"${base}","throwaway":true,"docker_version":"1.9"}`), [])),
    ).toBe(
      '{"docker_version":"1.9","history":[{"created":"0001-01-01T00:00:00Z","empty_layer":true}],"rootfs":{"type":"layers"}}',
    )
  })

  it('is strict JSON that says what the image said, whatever that was', () => {
    const own = new Set(['id', 'parent', 'Size', 'parent_id', 'layer_id', 'throwaway', 'rootfs', 'history'])
    const known =
      /^(id|parent|comment|created|container|container_config|docker_version|author|config|architecture|os|throwaway)$/i
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
        fc.constantFrom(undefined, 2, '\t'),
        (members, space) => {
          fc.pre(Object.keys(members).every((name) => !own.has(name) && !known.test(name)))
          const text = JSON.stringify({ ...members, id: base, docker_version: '1.12.6' }, undefined, space)
          const config = makeConfig(entriesOf(text), [a])
          const value = JSON.parse(new TextDecoder().decode(config)) as Record<string, unknown>
          const { history: _, rootfs: __, ...rest_ } = value
          expect(rest_).toEqual({ ...(JSON.parse(JSON.stringify(members)) as object), docker_version: '1.12.6' })
        },
      ),
    )
  })
})

describe('the OCI manifest', () => {
  it('is the same bytes for the same image, and names what stands for it', () => {
    const config: Descriptor = { mediaType: OCI_CONFIG, digest: a, size: 12 }
    const layer: Descriptor = { mediaType: OCI_LAYER_GZIP, digest: digestOf('b') as Descriptor['digest'], size: 34 }
    const bytes = makeManifest({
      config,
      layers: [layer, { ...layer, annotations: { not: 'kept' } }],
      digest: digestOf('c') as Descriptor['digest'],
    })
    expect(schemas.unmarshal(OCI_MANIFEST, bytes)).toEqual({
      kind: 'manifest',
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config,
      layers: [layer, layer],
      annotations: { 'io.github.lading.schema1.digest': digestOf('c') },
    })
    expect(makeManifest({ config, layers: [layer, layer], digest: digestOf('c') as Descriptor['digest'] })).toEqual(
      bytes,
    )
  })
})
