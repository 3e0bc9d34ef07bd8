import { join } from 'node:path'
import { missing, pathOf } from '../../test/support/real-parts.ts'
import { lading, type CommandLine } from '../support/lading.ts'
import type { BenchImage } from '../support/image/image.ts'

/** What is to be fetched, and where to. */
export interface Asked {
  readonly reference: string
  readonly tls: boolean
  readonly image: BenchImage
  /** A path of this round alone, where nothing is. */
  readonly target: string
}

export interface Contestant {
  /** Fetches an image, or brings one up to date. */
  pull(asked: Asked): CommandLine
  digest?(asked: Asked): CommandLine
  /** What it would leave behind otherwise. */
  after?(asked: Asked): CommandLine
}

const ours = (...options: readonly string[]): Contestant => ({
  pull: ({ reference, target }) => lading('pull', '-q', ...options, '--root', target, reference),
})

const plain = ({ tls }: Asked, ...options: readonly string[]): readonly string[] => (tls ? [] : options)

const regctl = ({ reference, tls }: Asked): readonly string[] => [
  '--host',
  `reg=${reference.split('/')[0]},tls=${tls ? 'enabled' : 'disabled'}`,
]

const others: Readonly<Record<string, Contestant>> = {
  crane: {
    pull: (asked) => [
      pathOf('crane'),
      'pull',
      ...plain(asked, '--insecure'),
      '--format=oci',
      asked.reference,
      asked.target,
    ],
    digest: (asked) => [pathOf('crane'), 'digest', ...plain(asked, '--insecure'), asked.reference],
  },
  oras: {
    pull: (asked) => [
      pathOf('oras'),
      'cp',
      ...plain(asked, '--from-plain-http'),
      asked.reference,
      '--to-oci-layout',
      `${asked.target}:1`,
    ],
    digest: (asked) => [pathOf('oras'), 'resolve', ...plain(asked, '--plain-http'), asked.reference],
  },
  regctl: {
    pull: (asked) => [
      pathOf('regctl'),
      ...regctl(asked),
      'image',
      'copy',
      asked.reference,
      `ocidir://${asked.target}:1`,
    ],
    digest: (asked) => [pathOf('regctl'), ...regctl(asked), 'image', 'digest', asked.reference],
  },
  skopeo: {
    pull: (asked) => [
      pathOf('skopeo'),
      '--insecure-policy',
      'copy',
      '-q',
      '--dest-oci-accept-uncompressed-layers',
      ...plain(asked, '--src-tls-verify=false'),
      `docker://${asked.reference}`,
      `oci:${asked.target}:1`,
    ],
  },
  podman: {
    pull: (asked) => [
      pathOf('podman'),
      // It refuses long paths.
      ...['root', 'runroot', 'tmpdir'].map((name, index) => `--${name}=${join(asked.target, String(index))}`),
      '--storage-driver=overlay',
      'pull',
      '-q',
      ...plain(asked, '--tls-verify=false'),
      asked.reference,
    ],
    after: ({ target }) => ['sh', '-c', 'umount "$0" 2>/dev/null; true', join(target, '0', 'overlay')],
  },
  ctr: {
    pull: (asked) => [
      'sh',
      '-c',
      withDaemon,
      asked.target,
      containerd('containerd'),
      containerd('ctr'),
      ...plain(asked, '--plain-http'),
      asked.reference,
    ],
  },
  curl: {
    pull: ({ reference, image, tls, target }) => [
      pathOf('curl'),
      '--parallel',
      '--parallel-max',
      '4',
      '--fail',
      '--silent',
      '--no-progress-meter',
      '--show-error',
      '--create-dirs',
      ...[image.config, ...image.layers].flatMap(({ digest }, index) => [
        '-o',
        join(target, String(index)),
        `${tls ? 'https' : 'http'}://${reference.replace('/', '/v2/').replace(/:[^:/]+$/, '')}/blobs/${digest}`,
      ]),
    ],
  },
}

/** The newer one, where `.ci/run` built it. */
function containerd(program: 'containerd' | 'ctr'): string {
  const newer = process.env['LADING_CONTAINERD_BIN']
  return newer === undefined ? pathOf(program) : join(newer, program)
}

/** What ctr fetches it hands to a daemon: the start and the end of one with a root of its own are measured with it. */
const withDaemon = `
daemon=$1 ctr=$2; shift 2; mkdir "$0" && cd "$0" || exit 1
"$daemon" --config /dev/null --root "$0/root" --state "$0/state" --address "$0/c.sock" >/dev/null 2>log & pid=$!
until "$ctr" -a "$0/c.sock" version >/dev/null 2>&1; do kill -0 $pid || { cat log >&2; exit 1; }; sleep 0.02; done
"$ctr" -a "$0/c.sock" content fetch "$@" >/dev/null; code=$?
kill $pid; wait $pid; exit $code`

const needed: Readonly<Record<string, readonly string[]>> = { ctr: ['ctr', 'containerd'] }
const only = process.env['LADING_BENCH_ONLY']?.split(',')

/** Lading first, and whoever is installed here; LADING_BENCH_ONLY names those that are wanted. */
export const contestants: Readonly<Record<string, Contestant>> = Object.fromEntries(
  Object.entries({
    lading: { ...ours(), digest: ({ reference }) => lading('digest', reference) },
    'lading --verify digest': ours('--verify', 'digest'),
    ...Object.fromEntries(Object.entries(others).filter(([name]) => !(needed[name] ?? [name]).some(missing))),
  } satisfies Record<string, Contestant>).filter(([name]) => name === 'lading' || only?.includes(name) !== false),
)

/** So many programs started together, of which each must succeed. */
export const atOnce = (commands: readonly CommandLine[]): CommandLine => {
  const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`
  const started = commands.map((command) => `${command.map(quoted).join(' ')} & all="$all $!"`)
  return ['sh', '-c', [...started, 'for each in $all; do wait $each || exit 1; done'].join('\n')]
}
