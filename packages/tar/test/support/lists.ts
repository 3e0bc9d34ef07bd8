import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a program says of an entry; null where it says nothing. */
export interface Listed {
  readonly type: string
  /** In hexadecimal digits, as `link` is. */
  readonly name: string | null
  readonly size: number | null
  readonly link: string | null
  readonly mode: number | null
  readonly uid: number
  readonly gid: number
  readonly mtime: number | null
  /** CRC-32 of the body, holes as zeros. */
  readonly content: number | null
}

export interface Outcome {
  readonly entries: readonly Listed[]
  readonly error?: string
}

export const programs = ['gnu', 'libarchive', 'python'] as const

export type Lists = { readonly [program in (typeof programs)[number]]: Outcome }

/** What GNU tar, libarchive and Python's tarfile read from each archive, in one run. */
export function listAll(archives: readonly Uint8Array[]): readonly Lists[] {
  const folder = mkdtempSync(join(tmpdir(), 'lading-tar-lists-'))
  try {
    archives.forEach((archive, index) => writeFileSync(join(folder, String(index).padStart(6, '0')), archive))
    const output = execFileSync('python3', [fileURLToPath(new URL('lists.py', import.meta.url)), folder], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    })
    return output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Lists)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
