/**
 * A defect in half a sentence: its kind and the place in the code it came from ("TypeError in compose (compose.ts:41)"). Its
 * own words stay out: they may quote what was being worked on, secrets included.
 */
export function defectOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown fault'
  const frame = /^ *at (?:(?:async )?(.+?) \()?(?:.*[\\/])?([^\\/()]+):(\d+):\d+\)?$/m.exec(error.stack ?? '')
  if (frame === null) return error.name
  const [, work, file, line] = frame
  return work === undefined ? `${error.name} (${file}:${line})` : `${error.name} in ${work} (${file}:${line})`
}
