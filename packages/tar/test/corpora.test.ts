import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { enlarged, needs, type Need } from '../../../test/support/needs.ts'
import { differences, readOrRefuse } from './support/compare.ts'
import { listAll } from './support/lists.ts'

interface Corpus {
  readonly what: string
  readonly folder: string
  /** How many entries are read, or why it is refused. */
  readonly outcomes: Readonly<Record<string, number | string>>
}

const corpora: readonly Corpus[] = [
  {
    what: 'Python (libpython3.11-testsuite)',
    folder: '/usr/lib/python3.11/test',
    outcomes: {
      'testtar.tar': 39,
      // Cut off inside its second header.
      'recursion.tar': 'TAR_TRUNCATED',
    },
  },
  {
    what: 'Go (golang-1.19-src)',
    folder: '/usr/share/go-1.19/src/archive/tar/testdata',
    outcomes: {
      'file-and-dir.tar': 2,
      'gnu-incremental.tar': 'TAR_UNSUPPORTED',
      'gnu-long-nul.tar': 'TAR_CORRUPT',
      'gnu-multi-hdrs.tar': 'TAR_AMBIGUOUS',
      'gnu-nil-sparse-data.tar': 1,
      'gnu-nil-sparse-hole.tar': 1,
      'gnu-not-utf8.tar': 1,
      'gnu-sparse-big.tar': 1,
      'gnu-utf8.tar': 1,
      'gnu.tar': 2,
      'hardlink.tar': 2,
      // A fifo with a size.
      'hdr-only.tar': 'TAR_AMBIGUOUS',
      // Go before 1.8 wrote prefixes into headers of GNU.
      'invalid-go17.tar': 'TAR_AMBIGUOUS',
      'issue10968.tar': 'TAR_AMBIGUOUS',
      'issue11169.tar': 'TAR_CORRUPT',
      'issue12435.tar': 'TAR_CORRUPT',
      'neg-size.tar': 'TAR_CORRUPT',
      'nil-uid.tar': 'TAR_AMBIGUOUS',
      'pax-bad-hdr-file.tar': 'TAR_CORRUPT',
      'pax-bad-mtime-file.tar': 'TAR_CORRUPT',
      'pax-global-records.tar': 'TAR_AMBIGUOUS',
      'pax-multi-hdrs.tar': 'TAR_AMBIGUOUS',
      // Python takes the size of their bodies for that of the files.
      'pax-nil-sparse-data.tar': 'TAR_AMBIGUOUS',
      'pax-nil-sparse-hole.tar': 'TAR_AMBIGUOUS',
      'pax-sparse-big.tar': 'TAR_AMBIGUOUS',
      'pax-nul-path.tar': 'TAR_CORRUPT',
      'pax-nul-xattrs.tar': 'TAR_CORRUPT',
      'pax-path-hdr.tar': 'TAR_TRUNCATED',
      'pax-pos-size-file.tar': 'TAR_AMBIGUOUS',
      'pax-records.tar': 1,
      'pax.tar': 2,
      'sparse-formats.tar': 5,
      'star.tar': 2,
      'trailing-slash.tar': 1,
      'ustar-file-devs.tar': 1,
      'ustar-file-reg.tar': 'TAR_TRUNCATED',
      'ustar.tar': 1,
      'v7.tar': 2,
      // Headers alone, of files of 16 GiB.
      'writer-big-long.tar': 'TAR_TRUNCATED',
      'writer-big.tar': 'TAR_TRUNCATED',
      'writer.tar': 3,
      'xattrs.tar': 2,
    },
  },
]

const archivesIn = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.tar'))

const installed =
  (folder: string): Need =>
  () => {
    try {
      return archivesIn(folder).length > 0 ? undefined : `no archives in ${folder}`
    } catch {
      return `not installed: ${folder}`
    }
  }

describe.each(corpora)('the archives of $what', ({ folder, outcomes }) => {
  const read = (): readonly Buffer[] => archivesIn(folder).map((name) => readFileSync(join(folder, name)))

  it('come to the outcome that is known of each', needs(installed(folder)), () => {
    const came = read().map((archive) => {
      const ours = readOrRefuse(archive)
      return 'entries' in ours ? ours.entries.length : ours.refusal.code
    })
    expect(Object.fromEntries(archivesIn(folder).map((name, index) => [name, came[index]]))).toEqual(outcomes)
  })

  it(
    'are read as GNU tar, libarchive and Python read them',
    needs('tar', 'bsdtar', 'python3', enlarged, installed(folder)),
    () => {
      const lists = listAll(read())
      expect(
        read().flatMap((archive, index) =>
          differences(archive, lists[index] as (typeof lists)[number]).map(
            (difference) => `${archivesIn(folder)[index]}: ${difference}`,
          ),
        ),
      ).toEqual([])
    },
  )
})
