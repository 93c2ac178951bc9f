import { formatCount } from '../../shared/words.ts'

const units = ['B', 'KB', 'MB', 'GB'] as const

/** "0 B", "512 B", "1.4 KB", "25 MB"; a KB is 1,024 bytes. */
export function bytesText(bytes: number): string {
  let value = bytes
  let step = 0
  while (value >= 1_024 && step < units.length - 1) {
    value /= 1_024
    step += 1
  }
  const digits = step === 0 || value >= 100 ? 0 : 1
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${units[step]}`
}

/** "1,432 bytes" for where every one counts. */
export function exactBytes(bytes: number): string {
  return `${formatCount(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`
}

/** "0.4 ms", "38 ms", "1.25 s". */
export function durationText(milliseconds: number): string {
  if (milliseconds < 10) return `${Math.round(milliseconds * 10) / 10} ms`
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  return `${Math.round(milliseconds / 10) / 100} s`
}
