import { getThemeColor, useMantineTheme } from '@mantine/core'
import chart from '../chart.module.css'
import type { ChartModel, ChartPoint } from '../chart-model.ts'
import { longDayText } from '../figures.ts'
import classes from '../usage.module.css'

const coverageText = {
  complete: null,
  partial: 'Incomplete: it is not over, or a source was read before its end',
  missing: 'No data of this day',
} as const

/** What one day holds: every series with its figure, and their sum. */
export function ChartTip({ model, day }: { readonly model: ChartModel; readonly day: number }) {
  const theme = useMantineTheme()
  const at = model.days[day]
  if (!at) return null
  const known = model.series.filter(({ points }) => points[day]?.value != null)
  const read = (point: ChartPoint | undefined) => (model.metric === 'cost' ? point?.text : point?.exact)
  const coverage = coverageText[model.gaps[day] === true ? 'missing' : at.coverage]
  return (
    <div className={chart.tip}>
      <div className={chart.tipHead}>
        {longDayText(at.at)} <span className={classes.quiet}>UTC</span>
      </div>
      {coverage && <div className={classes.quiet}>{coverage}</div>}
      {known.length > 0 && (
        <table className={chart.tipTable}>
          <tbody>
            {known.map((series) => (
              <tr key={series.key}>
                <th scope="row">
                  <span className={chart.swatch} style={{ background: getThemeColor(series.color, theme) }} />
                  {series.label}
                </th>
                <td>{read(series.points[day])}</td>
              </tr>
            ))}
            {known.length > 1 && (
              <tr>
                <th scope="row">Total</th>
                <td>{read(model.dayTotals[day])}</td>
              </tr>
            )}
          </tbody>
        </table>
      )}
    </div>
  )
}
