import type { RetryRun } from '../../../shared/contract/sender.ts'
import { spanText } from '../../../shared/words.ts'
import { outcomeLooks } from './run-words.ts'
import classes from './sender.module.css'

const WIDTH = 640
const LEFT = 12
const RIGHT = 12
const LANE = 16
const FOOT = 22
const MOST_LANES = 12

/**
 * Attempts of the first events along the virtual clock, one line each. Early attempts are close together and late ones
 * days apart, so that the axis is logarithmic. The table below says the same in words.
 */
export function RunChart({ run }: { readonly run: RetryRun }) {
  const lanes = Math.min(run.events, MOST_LANES)
  const lastMs = Math.max(1_000, ...run.attempts.map(({ atMs }) => atMs))
  const end = Math.log10(1 + lastMs / 1_000)
  const x = (atMs: number) => LEFT + (Math.log10(1 + atMs / 1_000) / end) * (WIDTH - LEFT - RIGHT)
  const height = lanes * LANE + FOOT
  const first = Math.min(...run.attempts.map(({ event }) => event))
  const drawn = run.attempts.filter(({ event }) => event - first < lanes)
  const marks = [0, 5_000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000].filter(
    (mark) => mark <= lastMs,
  )
  const accepted = drawn.filter(({ outcome }) => outcome === 'accepted').length
  return (
    <svg
      className={classes.chart}
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={`${drawn.length} attempts along the virtual clock, ${accepted} of them accepted, the last after ${spanText(lastMs)}. The table below has all of them.`}
    >
      {marks.map((mark) => (
        <g key={mark}>
          <line x1={x(mark)} x2={x(mark)} y1={0} y2={height - FOOT} />
          <text x={x(mark)} y={height - 6} textAnchor={mark === 0 ? 'start' : 'middle'}>
            {mark === 0 ? 'Start' : spanText(mark)}
          </text>
        </g>
      ))}
      {drawn.map(({ event, atMs, outcome }, position) => {
        const [cx, cy] = [x(atMs), (event - first) * LANE + LANE / 2]
        const { tone } = outcomeLooks[outcome]
        // Accepted is a disc and everything else a diamond: never colour alone.
        return tone === 'good' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: attempts are only ever added at the end
          <circle key={position} cx={cx} cy={cy} r={5} data-tone="good" />
        ) : (
          <path
            // biome-ignore lint/suspicious/noArrayIndexKey: attempts are only ever added at the end
            key={position}
            d={`M${cx} ${cy - 5}L${cx + 5} ${cy}L${cx} ${cy + 5}L${cx - 5} ${cy}Z`}
            data-tone={tone}
          />
        )
      })}
    </svg>
  )
}
