/** A time of a virtual clock in full: "75 h 35 min 5 s", "20 s", "300 ms"; parts that are zero are left out. */
export function spanText(milliseconds: number): string {
  if (milliseconds === 0) return '0 s'
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  const seconds = Math.round(milliseconds / 1_000)
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
