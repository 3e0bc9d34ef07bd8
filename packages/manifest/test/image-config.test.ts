import { describe, expect, it } from 'vitest'
import { parseImageConfig } from '../src/index.ts'
import { bytesOf, digestOf, refusal } from './support/documents.ts'

const document = (more: object = {}): Uint8Array =>
  bytesOf({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digestOf('a'), digestOf('b')] },
    ...more,
  })
const diffIds = (count: number): Uint8Array =>
  document({ rootfs: { type: 'layers', diff_ids: Array.from({ length: count }, () => digestOf('a')) } })

describe('parseImageConfig', () => {
  it('reads the whole document', () => {
    const healthcheck = {
      Test: ['CMD-SHELL', 'true'],
      Interval: 30_000_000_000,
      Timeout: 1,
      StartPeriod: 0,
      StartInterval: 2,
      Retries: 3,
    }
    const config = {
      User: '0:0',
      ExposedPorts: { '80/tcp': {} },
      Env: ['A=b'],
      Entrypoint: ['/x'],
      Cmd: ['y'],
      Volumes: { '/data': {} },
      WorkingDir: '/',
      Labels: { l: 'x://' },
      StopSignal: 'SIGTERM',
      ArgsEscaped: true,
      Memory: 0,
      MemorySwap: -1,
      CpuShares: 512,
      Healthcheck: healthcheck,
      OnBuild: 1.5e300,
    }
    const history = [
      { created: '2020-01-01T00:00:00Z', created_by: 'ADD', author: 'a', comment: 'c' },
      { empty_layer: true },
    ]
    expect(
      parseImageConfig(
        document({
          variant: 'v2',
          'os.version': '1',
          'os.features': ['f'],
          created: '2020-01-01T00:00:00Z',
          author: 'me',
          config,
          history,
          docker_version: '20',
          container_config: { Cmd: 5 },
        }),
      ),
    ).toEqual({
      architecture: 'amd64',
      os: 'linux',
      variant: 'v2',
      osVersion: '1',
      osFeatures: ['f'],
      created: '2020-01-01T00:00:00Z',
      author: 'me',
      config: {
        User: '0:0',
        ExposedPorts: ['80/tcp'],
        Env: ['A=b'],
        Entrypoint: ['/x'],
        Cmd: ['y'],
        Volumes: ['/data'],
        WorkingDir: '/',
        Labels: { l: 'x://' },
        StopSignal: 'SIGTERM',
        ArgsEscaped: true,
        Memory: 0,
        MemorySwap: -1,
        CpuShares: 512,
        Healthcheck: healthcheck,
      },
      rootfs: { type: 'layers', diffIds: [digestOf('a'), digestOf('b')] },
      history: [
        { created: '2020-01-01T00:00:00Z', createdBy: 'ADD', author: 'a', comment: 'c', emptyLayer: false },
        { emptyLayer: true },
      ],
    })
  })

  it('takes null for absent, everywhere', () => {
    const nothing = {
      variant: null,
      created: null,
      author: null,
      'os.version': null,
      'os.features': null,
      history: null,
    }
    const config = {
      User: null,
      ExposedPorts: null,
      Env: null,
      Entrypoint: null,
      Cmd: null,
      Volumes: null,
      WorkingDir: null,
      Labels: null,
      StopSignal: null,
      ArgsEscaped: null,
      Healthcheck: null,
      Memory: null,
      MemorySwap: null,
      CpuShares: null,
    }
    const bare = {
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diffIds: [digestOf('a'), digestOf('b')] },
      history: [],
    }
    expect(parseImageConfig(document({ ...nothing, config: null }))).toEqual(bare)
    expect(parseImageConfig(document({ ...nothing, config }))).toEqual({ ...bare, config: {} })
    expect(
      parseImageConfig(bytesOf({ rootfs: { type: 'layers', diff_ids: null }, history: [{ empty_layer: null }] })),
    ).toEqual({ architecture: '', os: '', rootfs: { type: 'layers', diffIds: [] }, history: [{ emptyLayer: false }] })
  })

  it('takes null in a list or a map for an empty one, as Go does', () => {
    expect(
      parseImageConfig(
        document({
          config: { Env: ['A=b', null], Cmd: [null], Labels: { a: null }, Volumes: { '/x': null } },
          history: [null],
        }),
      ),
    ).toMatchObject({
      config: { Env: ['A=b', ''], Cmd: [''], Labels: { a: '' }, Volumes: ['/x'] },
      history: [{ emptyLayer: false }],
    })
  })

  it('reads a single string as a list of one where docker does', () => {
    expect(parseImageConfig(document({ config: { Entrypoint: '/x', Cmd: 'y' } })).config).toEqual({
      Entrypoint: ['/x'],
      Cmd: ['y'],
    })
  })

  it.each([{ rootfs: undefined }, { rootfs: null }, { rootfs: {} }, { rootfs: { type: 'zfs\u001b', diff_ids: [] } }])(
    'refuses %j as no root file system',
    (more) => {
      const error = refusal(() => parseImageConfig(document(more)))
      expect(error).toMatchObject({ code: 'CONFIG_NO_ROOTFS', hint: expect.stringMatching(/./) as string })
      expect(JSON.stringify(error)).not.toContain('\\u001b')
    },
  )

  it.each([
    [{ rootfs: [] }, '$.rootfs'],
    [{ rootfs: { type: 1 } }, '$.rootfs.type'],
    [{ rootfs: { type: 'layers', diff_ids: 'x' } }, '$.rootfs.diff_ids'],
    [{ rootfs: { type: 'layers', diff_ids: [digestOf('a'), 'sha256:x'] } }, '$.rootfs.diff_ids[1]'],
    [{ rootfs: { type: 'layers', diff_ids: [null] } }, '$.rootfs.diff_ids[0]'],
    [{ architecture: 1 }, '$.architecture'],
    [{ os: [] }, '$.os'],
    [{ created: 0 }, '$.created'],
    [{ config: 'x' }, '$.config'],
    [{ config: { Env: 'A=b' } }, '$.config.Env'],
    [{ config: { Env: [1] } }, '$.config.Env[0]'],
    [{ config: { Cmd: 1 } }, '$.config.Cmd'],
    [{ config: { Labels: { a: 1 } } }, '$.config.Labels.a'],
    [{ config: { Volumes: ['/data'] } }, '$.config.Volumes'],
    [{ config: { ArgsEscaped: 1 } }, '$.config.ArgsEscaped'],
    [{ config: { Memory: 1.5 } }, '$.config.Memory'],
    [{ config: { Memory: -1.5 } }, '$.config.Memory'],
    [{ config: { MemorySwap: -(2 ** 53) } }, '$.config.MemorySwap'],
    [{ config: { CpuShares: 2 ** 53 } }, '$.config.CpuShares'],
    [{ config: { CpuShares: '2' } }, '$.config.CpuShares'],
    [{ config: { Healthcheck: [] } }, '$.config.Healthcheck'],
    [{ config: { Healthcheck: { Test: 'x' } } }, '$.config.Healthcheck.Test'],
    [{ config: { Healthcheck: { Interval: '30s' } } }, '$.config.Healthcheck.Interval'],
    [{ config: { Healthcheck: { Retries: 1e300 } } }, '$.config.Healthcheck.Retries'],
    [{ history: {} }, '$.history'],
    [{ history: [1] }, '$.history[0]'],
    [{ history: [{ empty_layer: 'true' }] }, '$.history[0].empty_layer'],
  ])('refuses %j', (more, at) =>
    expect(refusal(() => parseImageConfig(document(more)))).toMatchObject({ code: 'CONFIG_INVALID', at }),
  )

  it('refuses members that come twice, but not in maps', () => {
    expect(refusal(() => parseImageConfig(document({ RootFS: {} })))).toMatchObject({
      code: 'JSON_DUPLICATE',
      at: '$.RootFS',
    })
    expect(
      refusal(() => parseImageConfig(document({ rootfs: { type: 'layers', diff_ids: [], DIFF_IDS: [] } }))),
    ).toMatchObject({ code: 'JSON_DUPLICATE', at: '$.rootfs.DIFF_IDS' })
    expect(refusal(() => parseImageConfig(document({ config: { Env: [], env: [] } }))).code).toBe('JSON_DUPLICATE')
    expect(
      refusal(() => parseImageConfig(document({ history: [{ empty_layer: true, Empty_Layer: false }] }))).code,
    ).toBe('JSON_DUPLICATE')
    expect(refusal(() => parseImageConfig(document({ config: { Healthcheck: { Test: [], test: [] } } }))).at).toBe(
      '$.config.Healthcheck.test',
    )
    expect(
      parseImageConfig(document({ config: { Labels: { a: '1', A: '2' }, Volumes: { '/a': {}, '/A': {} } } })).config,
    ).toEqual({ Labels: { a: '1', A: '2' }, Volumes: ['/a', '/A'] })
  })

  it('keeps bounds on layers and history', () => {
    expect(parseImageConfig(diffIds(1000)).rootfs.diffIds).toHaveLength(1000)
    expect(refusal(() => parseImageConfig(diffIds(1001)))).toMatchObject({ code: 'TOO_LARGE', at: '$.rootfs.diff_ids' })
    expect(parseImageConfig(diffIds(1001), { maxLayers: 1001 }).rootfs.diffIds).toHaveLength(1001)
    const history = bytesOf(`{"rootfs":{"type":"layers"},"history":[${'{},'.repeat(1_000_000)}{}]}`)
    expect(refusal(() => parseImageConfig(history))).toMatchObject({
      code: 'TOO_LARGE',
      at: '$.history',
      facts: { actual: 1_000_001 },
    })
    expect(refusal(() => parseImageConfig(document({ history: [{}, {}] }), { maxHistory: 1 })).code).toBe('TOO_LARGE')
    expect(refusal(() => parseImageConfig(document(), { maxBytes: 10 })).code).toBe('TOO_LARGE')
  })

  it("refuses an artifact's empty config", () =>
    expect(refusal(() => parseImageConfig(bytesOf('{}'))).code).toBe('CONFIG_NO_ROOTFS'))
})
