import { normalizePlatform } from './normalize-platform.ts'

// Go's names, as of Go 1.25 (GOOS and GOARCH).
const systems =
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos'.split(
    ' ',
  )
const architectures =
  '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mips64 mips64le mips64p32 mips64p32le mipsle ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm'.split(
    ' ',
  )

/** In any spelling that `normalizePlatform` understands. */
export function isKnownSystem(word: string): boolean {
  return systems.includes(normalizePlatform({ os: word, architecture: '' }).os)
}

/** In any spelling that `normalizePlatform` understands. */
export function isKnownArchitecture(word: string): boolean {
  return architectures.includes(normalizePlatform({ os: '', architecture: word }).architecture)
}
