import type { Printed } from '../../../../test/support/dockerd.ts'
import type { Ended } from './lading.ts'

/** Where docker and lading do not print the same line of a pull, and why. Measured with docker 20.10.24; all else is the same. */
interface Difference {
  readonly in: 'docker' | 'lading'
  readonly line: RegExp
  /** What the two have in common; absent, the other has no such line. */
  readonly common?: string
  readonly why: string
}

export const differences: readonly Difference[] = [
  {
    in: 'lading',
    line: /: (Downloading|Extracting)$/,
    why: 'docker shows both at a terminal alone, as bars; a log without them does not tell what takes so long',
  },
  {
    in: 'docker',
    line: /: (Verifying Checksum|Download complete)$/,
    why: 'docker leaves them out where the next line follows at once',
  },
  { in: 'lading', line: /: (Verifying Checksum|Download complete)$/, why: 'the same, from the other side' },
  {
    in: 'lading',
    line: /^WARNING: .* \(Docker schema 1\), /,
    why: 'docker tells only its own log that the format is given up, and nobody who signed it',
  },
  { in: 'lading', line: /^hint: /, why: 'docker does not say what to do next' },
  { in: 'lading', line: /^lading: /, common: '', why: 'each names the program that could not go on' },
  { in: 'docker', line: /^Error response from daemon: /, common: '', why: 'the same, from the other side' },
  {
    in: 'docker',
    line: /^\S+@(sha256:[0-9a-f]{64}): Pulling from /,
    common: '$1: Pulling from ',
    why: 'docker 1.11 said the digest alone; the repository follows in the same line',
  },
  {
    in: 'lading',
    line: /^(Status: .*):[^:@/]+(@sha256:[0-9a-f]{64})$/,
    common: '$1$2',
    why: 'docker drops the tag before it asks for the digest; we say what was wanted',
  },
  {
    in: 'lading',
    line: / [^ ]+ answered 404: /,
    common: ' ',
    why: 'with mirrors it matters who said so',
  },
  {
    in: 'docker',
    line: / may require 'docker login': denied: requested access to the resource is denied$/,
    common: ' may require a login',
    why: 'docker says so whatever the registry answered',
  },
  {
    in: 'lading',
    line: / may require a login: \S+ answered 401: .*$/,
    common: ' may require a login',
    why: 'the same, from the other side: what the registry answered',
  },
  {
    in: 'docker',
    line: /^Head "http:\/\/(\S+)\/v2\/(\S+)\/manifests\/\S+": no basic auth credentials$/,
    common: 'pull access denied for $1/$2, repository does not exist or may require a login',
    why: 'docker shows the words of its HTTP library',
  },
  {
    in: 'docker',
    line: /^no matching manifest for (\S+) in the manifest list entries$/,
    common: 'no image for $1',
    why: 'docker does not say of which image; ours names what there is in its hint',
  },
  {
    in: 'lading',
    line: /^cannot pull \S+: (no image for \S+) in \S+$/,
    common: '$1',
    why: 'the same, from the other side',
  },
  {
    in: 'docker',
    line: /^Get "\S+": dial tcp (\S+): connect: connection refused$/,
    common: '$1 refused the connection',
    why: 'docker shows the words of its HTTP library',
  },
  {
    in: 'lading',
    line: /^cannot pull \S+: (\S+ refused the connection)$/,
    common: '$1',
    why: 'the same, from the other side',
  },
]

/** A pull as it was told: the lines that belong to no layer in their order, and those of each layer in theirs. */
interface Told {
  readonly lines: readonly string[]
  readonly layers: Readonly<Record<string, readonly string[]>>
}

/** What both have in common. docker prints everything to standard output and errors apart; ours has only the result there. */
export function commonGround(seen: Set<Difference>): {
  docker(printed: Printed): Told
  lading(printed: Ended): Told
} {
  const reduced = (side: Difference['in'], text: string): Told => {
    const lines: string[] = []
    const layers: Record<string, string[]> = {}
    for (const line of text.split('\n').filter((each) => each !== '')) {
      const left = common(side, line)
      const layer = left === undefined ? undefined : /^([0-9a-f]{12}): (.*)/.exec(left)
      if (layer?.[1] !== undefined) (layers[layer[1]] ??= []).push(layer[2] ?? '')
      else if (left !== undefined) lines.push(left)
    }
    return { lines, layers }
  }
  const common = (side: Difference['in'], line: string): string | undefined => {
    let left = line
    for (const difference of differences.filter((each) => each.in === side)) {
      if (!difference.line.test(left)) continue
      seen.add(difference)
      if (difference.common === undefined) return undefined
      left = left.replace(difference.line, difference.common)
    }
    return left
  }
  return {
    docker: ({ stdout, stderr }) => reduced('docker', stdout + stderr),
    lading: ({ stdout, stderr }) => reduced('lading', stderr + stdout),
  }
}
