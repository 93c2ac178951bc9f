import { BarChart, LineChart } from '@mantine/charts'
import '@mantine/charts/styles.css'
import { getThemeColor, useMantineTheme } from '@mantine/core'
import { type BarShapeProps, type DotItemDotProps, Rectangle, type TooltipContentProps } from 'recharts'
import type { ChartModel } from '../chart-model.ts'
import { compactCount } from '../figures.ts'
import { ChartTip } from './chart-tip.tsx'
import { dashOf } from './series-marks.ts'

interface Span {
  readonly from: number
  readonly to: number
}

/** Neighbouring days of a kind as spans, so that each is drawn as one band. */
function spansOf(days: readonly boolean[]): Span[] {
  const spans: Span[] = []
  days.forEach((wanted, day) => {
    const last = spans.at(-1)
    if (!wanted) return
    if (last && last.to === day - 1) spans[spans.length - 1] = { from: last.from, to: day }
    else spans.push({ from: day, to: day })
  })
  return spans
}

const axisAmount = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/**
 * Draws a chart model. It is the only module that loads the drawing library, and is itself loaded on demand.
 * Tab goes into the picture, the arrow keys move from day to day.
 */
export function UsageChart({ model, height }: { readonly model: ChartModel; readonly height: number }) {
  const theme = useMantineTheme()
  const data = model.days.map((day, index) => ({
    day: day.label,
    index,
    ...Object.fromEntries(model.series.map(({ key, points }) => [key, points[index]?.value ?? null])),
  }))
  const partial = model.days.map(({ coverage }, day) => coverage === 'partial' && model.gaps[day] !== true)
  const negative = model.series.some(({ points }) => points.some(({ value }) => value !== null && value < 0))
  const band = (span: Span, color: string, fillOpacity: number) => ({
    x1: model.days[span.from]?.label ?? '',
    x2: model.days[span.to]?.label ?? '',
    color,
    strokeOpacity: 0,
    fillOpacity,
  })
  const areas = [
    ...spansOf(model.gaps).map((span) => band(span, 'gray.6', 0.18)),
    ...(model.shape === 'lines' ? spansOf(partial).map((span) => band(span, 'yellow.6', 0.1)) : []),
  ]
  const shared = {
    h: height,
    data,
    dataKey: 'day',
    series: model.series.map(({ key, label, color }) => ({ name: key, label, color })),
    gridAxis: 'x' as const,
    tickLine: 'none' as const,
    strokeDasharray: '2 4',
    textColor: 'var(--kh-chart-text)',
    referenceAreas: areas,
    valueFormatter: (value: number) => (model.metric === 'cost' ? axisAmount.format(value) : compactCount(value)),
    xAxisProps: { minTickGap: 28, scale: 'band' as const },
    yAxisProps: {
      width: 56,
      allowDecimals: model.metric === 'cost',
      domain: [negative ? 'auto' : 0, 'auto'] as ['auto' | number, 'auto'],
    },
    tooltipProps: {
      content: ({ active, payload }: TooltipContentProps) => (
        <ChartTip model={model} day={active ? Number(payload[0]?.payload?.index ?? -1) : -1} />
      ),
    },
  }

  if (model.shape === 'lines') {
    return (
      <LineChart
        {...shared}
        curveType="linear"
        connectNulls={false}
        lineChartProps={{ title: model.title, desc: model.summary }}
        lineProps={(series) => {
          const place = model.series.findIndex(({ key }) => key === series.name)
          const points = model.series[place]?.points ?? []
          const alone = (day: number) =>
            (points[day - 1]?.value ?? null) === null && (points[day + 1]?.value ?? null) === null
          return {
            strokeDasharray: dashOf(place),
            dot: ({ cx, cy, index }: DotItemDotProps) =>
              // A single day between two gaps has no line of its own: without a dot it would not be seen.
              alone(index) && points[index]?.value != null ? (
                <circle key={index} cx={cx} cy={cy} r={3} fill={getThemeColor(series.color, theme)} />
              ) : (
                <g key={index} />
              ),
          }
        }}
      />
    )
  }
  return (
    <BarChart
      {...shared}
      type="stacked"
      maxBarWidth={40}
      barChartProps={{ title: model.title, desc: model.summary, stackOffset: 'sign' }}
      barProps={{
        shape: (bar: BarShapeProps) => {
          const isPartial = partial[bar.index] === true
          return (
            <Rectangle
              {...bar}
              fillOpacity={isPartial ? 0.45 : 1}
              stroke="var(--mantine-color-body)"
              strokeOpacity={1}
              strokeWidth={(bar.width ?? 0) > 6 ? 1 : 0}
            />
          )
        },
      }}
    />
  )
}
