import type { CheckName } from './checks.ts'

/** A change of one place of a source file. */
export interface Edit {
  /** From the top of the repository. */
  readonly file: string
  /** Is there exactly once. */
  readonly from: string
  readonly to: string
}

/** A mistake that somebody could make, and what must find it. */
export interface Bug {
  readonly edits: readonly Edit[]
  readonly check: CheckName
}

const contentStore = 'packages/content-store/src'
const client = 'packages/registry-client/src'
const sharedStore = 'packages/content-store-s3/src'

const place = 'await place(fs, layout, directory.files.data, target, { size, instead })'

export const bugs: Readonly<Record<string, Bug>> = {
  'fsync skipped': {
    check: 'power',
    edits: [
      {
        file: `${contentStore}/write-file-durably.ts`,
        from: 'if (options.sync !== false) await handle.sync()',
        to: '',
      },
    ],
  },
  'fsync of directories skipped': {
    check: 'power',
    edits: [
      {
        file: `${contentStore}/create-content-store.ts`,
        from: 'for (const directory of [...directories, blobs]) await fs.syncDirectory(directory)',
        to: '',
      },
    ],
  },
  'rename before hash': {
    check: 'wrong bytes',
    edits: [
      {
        file: `${contentStore}/file-ingest.ts`,
        from: 'const actual = bytes.digest()',
        to: `${place}; const actual = bytes.digest()`,
      },
    ],
  },
  'written before hash': {
    check: 'wrong bytes',
    edits: [
      {
        file: `${contentStore}/memory-first-ingest.ts`,
        from: 'const actual = hasher.digest()',
        to: 'await publish(memory ?? new Uint8Array(0)); const actual = hasher.digest()',
      },
    ],
  },
  'a file written over in its place': {
    check: 'kill',
    edits: [
      {
        file: `${contentStore}/write-file-durably.ts`,
        from: 'await fs.rename(temp, path).catch(',
        to: `await (async () => {
          if ((await fs.stat(path))?.kind !== 'file') return fs.rename(temp, path)
          const handle = await fs.open(path, 'r+')
          await handle.truncate(0)
          await handle.write(bytes, 0)
          await handle.close()
          await fs.unlink(temp)
        })().catch(`,
      },
    ],
  },
  'no lease': {
    check: 'prune beside a pull',
    edits: [
      {
        file: `${contentStore}/lease.ts`,
        from: 'hold(digests) {',
        to: 'hold(digests) { if (directory !== "") return Promise.resolve()',
      },
    ],
  },
  'prefix path check': {
    check: 'credentials of a neighbour',
    edits: [
      {
        file: 'packages/credentials/src/config/find-entry.ts',
        from: 'repository === path || repository.startsWith(`${path}/`)',
        to: 'repository.startsWith(path)',
      },
    ],
  },
  'auth kept on redirect': {
    check: 'redirects',
    edits: [
      {
        file: `${client}/wire/follow-redirects.ts`,
        from: "authorization: place === 'api' ? carried : undefined,",
        to: 'authorization: request.authorization ?? carried,',
      },
    ],
  },
  'Content-Length trusted': {
    check: 'lengths that lie',
    edits: [
      {
        file: `${client}/repository/fetch-blob.ts`,
        from: 'if (stated !== undefined && stated !== size)',
        to: 'if (stated !== undefined) return { start: 0, end: stated }; if (stated !== undefined && stated !== size)',
      },
    ],
  },
  'no 416 branch': {
    check: 'ranges refused',
    edits: [
      {
        file: `${client}/http/error-of-answer.ts`,
        from: "  416: 'RANGE_INVALID',\n",
        to: '',
      },
      {
        file: `${client}/http/error-of-answer.ts`,
        from: "  RANGE_INVALID: 'RANGE_INVALID',\n",
        to: '',
      },
    ],
  },
  'short write ignored': {
    check: 'short writes',
    edits: [
      {
        file: `${contentStore}/node-file-handle.ts`,
        from: 'at += written\n',
        to: 'at += written; return\n',
      },
    ],
  },
  'prune without grace': {
    check: 'prune after a kill',
    edits: [{ file: 'packages/store/src/prune.ts', from: 'minAgeMs = defaultMinAgeMs', to: 'minAgeMs = 0' }],
  },
  'prune of partial downloads without grace': {
    check: 'prune after a kill',
    edits: [{ file: `${contentStore}/leftovers.ts`, from: '7 * 24 * 3_600_000', to: '-1' }],
  },
  'resume without re-hash': {
    check: 'rot of a partial download',
    edits: [
      {
        file: `${contentStore}/file-ingest.ts`,
        from: 'if (actual !== digest) throw errors.wrongDigest(actual)',
        to: 'if (length === 0 && actual !== digest) throw errors.wrongDigest(actual)',
      },
    ],
  },
  'an owner that lives is not waited for': {
    check: 'fleet',
    edits: [
      {
        file: `${sharedStore}/blobs/start-ingest.ts`,
        from: 'const overtakes = isTaken(found) && (await brings(found.top, { signal }))',
        to: 'const overtakes = found.top < 0 && (await brings(found.top, { signal }))',
      },
    ],
  },
  'chunks of what is deleted stay': {
    check: 'fleet',
    edits: [
      {
        file: `${sharedStore}/protocol/collect.ts`,
        from: 'doomed.filter((each) => !each.isDone)',
        to: 'doomed.filter((each) => !each.isDone && !each.isData)',
      },
    ],
  },
}

export const urlOf = (file: string): string => new URL(`../../${file}`, import.meta.url).href

/** @throws when a place is not there exactly once: the bug has to be planted elsewhere then */
export function withBug(source: string, edits: readonly Edit[]): string {
  return edits.reduce((text, { file, from, to }) => {
    if (text.split(from).length !== 2) throw new Error(`${file} has not exactly one "${from}"`)
    return text.replace(from, () => to)
  }, source)
}
