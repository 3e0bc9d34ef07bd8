import { createScreen } from './screen.ts'
import type { Frame } from './draw.ts'

/** Collects what a terminal shows. Commands are typed in no time; what a program writes takes the time that it takes. */
export interface Recorder {
  /** A prompt with this command, letter by letter. */
  type(command: string): void
  /** What a program writes, while it runs. Ends with the program. */
  record(run: (write: (text: string) => void) => Promise<void>): Promise<void>
  /** Nothing happens for so long. */
  pause(seconds: number): void
  frames(): readonly Frame[]
}

const frameEveryMs = 200
const secondsPerLetter = 0.04

export function createRecorder(): Recorder {
  const screen = createScreen()
  const frames: Frame[] = []
  let now = 0
  const keep = (): void => {
    const lines = screen.lines()
    if (frames.at(-1)?.lines.join('\n') !== lines.join('\n')) frames.push({ at: Number(now.toFixed(2)), lines })
  }
  return {
    type(command) {
      screen.write('$ ')
      keep()
      now += 0.5
      for (const [index, letter] of command.split('').entries()) {
        screen.write(letter)
        now += secondsPerLetter
        if (index % 3 === 2) keep()
      }
      keep()
      screen.write('\n')
      now += 0.3
    },
    async record(run) {
      const [begun, before] = [performance.now(), now]
      const tick = (): void => {
        now = before + (performance.now() - begun) / 1000
        keep()
      }
      const timer = setInterval(tick, frameEveryMs)
      try {
        await run((text) => screen.write(text))
      } finally {
        clearInterval(timer)
        tick()
      }
    },
    pause(seconds) {
      now += seconds
    },
    frames: () => frames,
  }
}
