import { createHash } from 'node:crypto'
import { OCI_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST, parseImageConfig, schemas } from '@lading/manifest'
import { callsPerSecond, perSecond, type Row } from './measure.ts'

const digest = (of: number): string => `sha256:${createHash('sha256').update(String(of)).digest('hex')}`
const layers = 20

const manifest = {
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config: { mediaType: OCI_CONFIG, digest: digest(0), size: 9811 },
  layers: Array.from({ length: layers }, (_, index) => ({
    mediaType: OCI_LAYER_GZIP,
    digest: digest(index + 1),
    size: 32 + 1000 * index * index,
  })),
  annotations: {
    'org.opencontainers.image.created': '2026-01-01T00:00:00Z',
    'org.opencontainers.image.source': 'https://example.com/acme/app',
  },
}
const config = {
  created: '2026-01-01T00:00:00Z',
  architecture: 'amd64',
  os: 'linux',
  config: {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'],
    Cmd: ['sh'],
    WorkingDir: '/app',
    Labels: { a: 'b' },
  },
  rootfs: { type: 'layers', diff_ids: manifest.layers.map((_, index) => digest(100 + index)) },
  history: Array.from({ length: layers }, (_, index) => ({
    created: '2026-01-01T00:00:00Z',
    created_by: `RUN /bin/sh -c apt-get install -y part-${index} && rm -rf "/var/lib/apt/lists" # buildkit`,
  })),
}

/** As the ratio of calls a second: how many times longer than `JSON.parse` on the text alone. */
function against(what: string, document: unknown, decode: (bytes: Uint8Array) => unknown, goal?: number): Row {
  const text = JSON.stringify(document)
  const bytes = new TextEncoder().encode(text)
  const ours = callsPerSecond(() => decode(bytes))
  const bare = callsPerSecond(() => JSON.parse(text))
  return {
    what,
    rate: perSecond(ours),
    beside: `${(bare / ours).toFixed(1)} x the time of JSON.parse${goal === undefined ? '' : `, goal ${goal}`}`,
  }
}

export function measureManifests(): readonly Row[] {
  return [
    against(`manifests of ${layers} layers decoded`, manifest, (bytes) => schemas.unmarshal(OCI_MANIFEST, bytes), 6),
    against(`image configs of ${layers} layers decoded`, config, (bytes) => parseImageConfig(bytes)),
  ]
}
