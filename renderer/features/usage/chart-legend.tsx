import { getThemeColor, useMantineTheme } from '@mantine/core'
import chart from './chart.module.css'
import type { ChartModel } from './chart-model.ts'
import { dashOf } from './charts/series-marks.ts'
import classes from './usage.module.css'

/** Names, marks and sums of the series, and what pale or grey days mean when there are any. */
export function ChartLegend({ model }: { readonly model: ChartModel }) {
  const theme = useMantineTheme()
  const partial = model.days.some(({ coverage }, day) => coverage === 'partial' && model.gaps[day] !== true)
  return (
    <ul className={chart.legend} aria-label="Series">
      {model.series.map((series, place) => (
        <li key={series.key}>
          {model.shape === 'lines' ? (
            <svg width={22} height={8} aria-hidden="true">
              <title>{series.label}</title>
              <line
                x1={0}
                x2={22}
                y1={4}
                y2={4}
                stroke={getThemeColor(series.color, theme)}
                strokeWidth={2.5}
                strokeDasharray={dashOf(place)}
              />
            </svg>
          ) : (
            <span className={chart.swatch} style={{ background: getThemeColor(series.color, theme) }} />
          )}
          <span>{series.label}</span>
          <span className={classes.quiet}>{series.total.text}</span>
        </li>
      ))}
      {partial && (
        <li className={classes.quiet}>
          <span className={model.shape === 'lines' ? chart.markPartialBand : chart.markPartial} />
          {model.shape === 'lines' ? 'Yellow band: incomplete day' : 'Pale: incomplete day'}
        </li>
      )}
      {model.gaps.some(Boolean) && (
        <li className={classes.quiet}>
          <span className={chart.markGap} />
          Grey band: no data
        </li>
      )}
    </ul>
  )
}
