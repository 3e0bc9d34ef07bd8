import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestOptions } from 'vitest'
import { missing } from './real-parts.ts'
import { atScale } from './scale.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test is skipped; the reporter lists these before the closing line. */
    skipped?: string
  }
}

/** The name of a program that must be installed, or a function that says why something cannot be had here. */
export type Need = string | (() => string | undefined)

/**
 * What tests need of the machine and of the user who runs them, for `describe('umoci', needs('umoci'), () => …)` and
 * `it('…', needs(root), () => …)`. They are skipped when it cannot be had, and the report says why. With
 * LADING_REQUIRE_REAL=1 (as `.ci/run` sets it) that is an error instead.
 */
export function needs(...all: readonly Need[]): TestOptions {
  const reason = lacking(all)
  if (reason === undefined) return {}
  if (process.env['LADING_REQUIRE_REAL'] === '1') throw new Error(`LADING_REQUIRE_REAL=1, and ${reason}`)
  return { skip: true, meta: { skipped: reason } }
}

/** The same for programs in Go, which `.ci/run` builds: elsewhere they are looked for where LADING_GO_BIN says, and on PATH. */
export const needsGoTool = (...programs: readonly string[]): TestOptions =>
  process.env['LADING_GO_BIN'] === undefined && process.env['LADING_REQUIRE_REAL'] !== '1'
    ? {
        skip: true,
        meta: { skipped: 'LADING_GO_BIN names no folder with crane, regctl, oras, registry, crictl and conformance' },
      }
    : needs(...programs)

function lacking(all: readonly Need[]): string | undefined {
  const absent = all.filter((need) => typeof need === 'string').filter(missing)
  if (absent.length > 0) return `not installed: ${absent.join(', ')}`
  for (const need of all) {
    const reason = typeof need === 'string' ? undefined : need()
    if (reason !== undefined) return reason
  }
  return undefined
}

/** A Ceph of its own, for anybody: see `ceph.ts`. For `needs(enlarged, ...ceph)`, since it takes seconds to start. */
export const ceph: readonly string[] = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin']

export const isRoot: boolean = process.getuid?.() === 0

/** For what takes many seconds, and is held in small by other tests. */
export const enlarged: Need = () =>
  atScale<string | undefined>('it belongs to the enlarged run (LADING_TEST_SCALE=ci)', undefined)

export const root: Need = () => (isRoot ? undefined : 'only root can run this')

/** A small file system of its own, where the machine lets us make one. */
export const mounting: Need = () => {
  const directory = mkdtempSync(join(tmpdir(), 'lading-mount-'))
  try {
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory])
    if (status !== 0) return 'no file system can be mounted'
    spawnSync('umount', [directory])
    return undefined
  } finally {
    rmdirSync(directory)
  }
}

/** Paths of other Node binaries, 22.19 and 24 say, joined by the system's path delimiter. */
export const otherNodes: readonly string[] = (process.env['LADING_OTHER_NODES'] ?? '')
  .split(delimiter)
  .filter((path) => path !== '')

export const someOtherNode: Need = () => (otherNodes.length > 0 ? undefined : 'LADING_OTHER_NODES names no other Node')

export const nodeFrom =
  (major: number): Need =>
  () =>
    Number(process.versions.node.split('.')[0]) >= major ? undefined : `older than Node ${major}`
