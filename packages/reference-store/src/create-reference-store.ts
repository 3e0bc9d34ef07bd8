import {
  createLock,
  layoutOf,
  nodeFileSystem,
  writeFileDurably,
  type FileSystem,
  type Held,
  type Lock,
} from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { indexCopies } from './index-copies.ts'
import {
  changedIndexJson,
  emptyIndexJson,
  foreignTargetsOf,
  formatIndexJson,
  indexJsonLimit,
  invalidIndexJson,
  parseIndexJson,
  type IndexJson,
} from './index-json.ts'
import { changeNames, sortedNames } from './names.ts'
import { ReferenceStoreError } from './reference-store-error.ts'
import type { ReferenceStore } from './reference-store.ts'
import { mendEntries } from './mend-entries.ts'
import { restoreNames } from './restore-names.ts'
import { storedName } from './stored-name.ts'

export interface ReferenceStoreOptions {
  /** The directory of `index.json`. */
  readonly root: string
  /** Default: this machine's. */
  readonly fs?: FileSystem | undefined
  /** The store's one short lock. Default: the one in its place below `root`. */
  readonly lock?: Pick<Lock, 'hold'> | undefined
}

interface Read {
  /** Absent: there is no file. */
  readonly bytes?: Uint8Array | undefined
  readonly content: IndexJson
}

/** Some 20,000 names: more are read anew each time, so that a process does not hold them for ever. */
const rememberedBytes = 8 * 1024 * 1024

/** The names in `<root>/index.json`. A file that is not there is one without names, and is not created before the first name. */
export function createReferenceStore({
  root,
  fs = nodeFileSystem(),
  lock = createLock({ fs, path: layoutOf(root).lock }),
}: ReferenceStoreOptions): ReferenceStore {
  const layout = layoutOf(root)
  const { index: path } = layout
  const copies = indexCopies(fs, layout)

  // The same bytes say the same: whoever pulls a thousand images would read all their names a thousand times.
  let last: { readonly bytes: Uint8Array; readonly content: IndexJson } | undefined
  const remember = (bytes: Uint8Array, content: IndexJson): IndexJson => {
    last = bytes.length > rememberedBytes ? undefined : { bytes, content }
    return content
  }

  const readOnce = async (): Promise<Read> => {
    const bytes = await fs.readFile(path, { maxBytes: indexJsonLimit }).catch((cause: unknown) => {
      if (isLadingError(cause, 'TOO_LARGE')) throw tooLarge(path, cause.facts.actual, cause)
      throw cause
    })
    if (bytes !== undefined) {
      const known = last !== undefined && Buffer.compare(last.bytes, bytes) === 0 ? last.content : undefined
      return { bytes, content: known ?? remember(bytes, parseIndexJson(bytes, path)) }
    }
    if (!(await copies.exist())) return { content: emptyIndexJson }
    throw invalidIndexJson(path, 'it is not there, and copies of it are')
  }
  const readBoth = async (): Promise<Read> => {
    try {
      return await readOnce()
    } catch (error) {
      // What a disk or a network has spoiled on the way is right the next time.
      if (!isLadingError(error, 'INDEX_JSON_INVALID')) throw error
      return await readOnce()
    }
  }
  const read = async (): Promise<IndexJson> => (await readBoth()).content

  const write = async (content: IndexJson, held: Held): Promise<void> => {
    const bytes = formatIndexJson(content)
    if (bytes.length > indexJsonLimit) throw tooLarge(path, bytes.length)
    await writeFileDurably(fs, path, bytes, { alone: true, before: () => held.assert(), fence: held.fence })
    // After it: a copy without an original would be taken for a loss.
    await copies.keep(bytes, held)
    remember(bytes, content)
  }

  return {
    list: async () => sortedNames((await read()).named),
    async listStamped() {
      const { bytes, content } = await readBoth()
      return { names: sortedNames(content.named), ...(bytes === undefined ? {} : { stamp: digestOf(bytes) }) }
    },
    get: async (reference) => (await read()).named.get(storedName(reference))?.target,
    foreignTargets: async () => foreignTargetsOf(await read()),
    update: (change, options) =>
      lock.hold(async (held) => {
        let content = await read()
        const names = changeNames(
          { named: content.named, foreignTargets: foreignTargetsOf(content) },
          {
            async save(changes) {
              const changed = changedIndexJson(content, changes)
              await write(changed, held)
              content = changed
            },
            assertHeld: () => held.assert(),
            fence: held.fence,
          },
        )
        const result = await change(names)
        await names.save()
        return result
      }, options),
    restore: (isWhole, options) =>
      lock.hold((held) => restoreNames({ read, write: (content) => write(content, held), copies, isWhole }), options),
    mend: (isRight, options = {}) =>
      options.dryRun === true
        ? mendEntries({ read, write: () => Promise.resolve(), copies, isRight })
        : lock.hold(
            (held) => mendEntries({ read, write: (content) => write(content, held), copies, isRight }),
            options,
          ),
  }
}

function tooLarge(path: string, actual: string | number | undefined, cause?: unknown): ReferenceStoreError {
  return new ReferenceStoreError(
    'INDEX_JSON_TOO_LARGE',
    `${path} has ${actual ?? 'too many'} bytes; at most ${indexJsonLimit} are read`,
    {
      path,
      expected: indexJsonLimit,
      actual,
      cause,
      hint: 'it was left as it is; remove names you do not need, or use another root',
    },
  )
}
