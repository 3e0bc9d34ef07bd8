import { setTimeout } from 'node:timers/promises'
import { ContentError } from './content-error.ts'
import type { FileSystem } from './file-system.ts'

/** In milliseconds, one second in all: virus scanners, indexers and readers close a file sooner than that. */
const pausesMs: readonly number[] = [10, 20, 40, 80, 150, 300, 400]
const refusals: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EBUSY'])
const hint =
  'another program may have the file open: close it (an editor, a virus scanner, a backup) and run the command again. If none has, check who owns the directory, or choose another one with --root'

interface PatientOptions {
  /** Waits that many milliseconds. */
  readonly pause?: ((ms: number) => Promise<unknown>) | undefined
}

/**
 * Where no open file can be replaced, a rename that is refused is tried again for a second, and then the hint speaks of
 * who may have the file open. Any other file system is given back as it is.
 */
export function patientFileSystem(fs: FileSystem, { pause = setTimeout }: PatientOptions = {}): FileSystem {
  if (fs.traits?.replacesOpenFiles !== false) return fs
  const patiently =
    (rename: FileSystem['rename']): FileSystem['rename'] =>
    async (from, to) => {
      for (const pauseMs of [...pausesMs, undefined]) {
        try {
          return await rename(from, to)
        } catch (error) {
          if (!isRefusal(error) || (await isDirectory(fs, to))) throw error
          if (pauseMs === undefined) throw heldOpen(error)
          await pause(pauseMs)
        }
      }
    }
  return { ...fs, rename: patiently(fs.rename), moveDirectory: patiently(fs.moveDirectory) }
}

const isRefusal = (error: unknown): error is ContentError =>
  error instanceof ContentError && refusals.has((error.cause as { code?: unknown } | undefined)?.code)

/** Refused for good: nothing replaces a directory, open or not. */
const isDirectory = async (fs: FileSystem, path: string): Promise<boolean> =>
  (await fs.stat(path).catch(() => undefined))?.kind === 'directory'

const heldOpen = ({ code, message, facts, cause }: ContentError): ContentError =>
  new ContentError(code, message, { ...facts, cause, hint })
