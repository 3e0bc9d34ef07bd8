import type { GiveBack } from './blob-sink.ts'

/** For a sink that is done with a chunk when its write has settled. After one that failed nobody knows who looks at it. */
export function giveBackAfter(written: void | Promise<void>, giveBack: GiveBack | undefined): void {
  if (giveBack === undefined) return
  if (written === undefined) giveBack()
  else written.then(giveBack, () => {})
}
