import { tmpdir } from 'node:os'
import { join } from 'node:path'

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)

/** How often each is measured, beside one round that is not: LADING_BENCH_ROUNDS. */
export const rounds = (otherwise: number): number => number('LADING_BENCH_ROUNDS', otherwise)

/** The size of what is served, for a look in little time: LADING_BENCH_MB. */
export const megabytes = (otherwise: number): number => number('LADING_BENCH_MB', otherwise)

/** How many files, images or whatever a bench counts. */
export const count = number

/** Where images are kept for the next run: LADING_BENCH_DIR. */
export const folder: string = process.env['LADING_BENCH_DIR'] ?? join(tmpdir(), 'lading-bench')

/** Where pulls write, if not below that folder: LADING_BENCH_TARGETS, /dev/shm say. */
export const targets: string = process.env['LADING_BENCH_TARGETS'] ?? folder

/** How many clients there are at once, in turn: LADING_BENCH_CLIENTS, numbers with commas between them. */
export const clientCounts = (otherwise: readonly number[]): readonly number[] =>
  process.env['LADING_BENCH_CLIENTS']?.split(',').map(Number) ?? otherwise

export const say = (line: string): void => void process.stdout.write(`${line}\n`)
