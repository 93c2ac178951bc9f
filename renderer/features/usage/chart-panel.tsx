import { Button, Group, Paper, SegmentedControl, Skeleton, Title, useComputedColorScheme } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconChartBar, IconTable } from '@tabler/icons-react'
import { lazy, Suspense, useId, useMemo } from 'react'
import type { Dashboard } from '../../../shared/contract/usage.ts'
import chart from './chart.module.css'
import { ChartLegend } from './chart-legend.tsx'
import { type ChartModel, costChart, type MoneyChoice, requestsChart, tokensChart } from './chart-model.ts'
import { ChartTable } from './chart-table.tsx'
import { provenanceWords } from './figures.ts'
import classes from './usage.module.css'
import { type Metric, metrics, type UsageQuery } from './usage-query.ts'

const UsageChart = lazy(async () => ({ default: (await import('./charts/usage-chart.tsx')).UsageChart }))

const metricWords: Record<Metric, string> = { cost: 'Cost', tokens: 'Tokens', requests: 'Requests' }

interface ChartPanelProps {
  readonly dashboard: Dashboard
  readonly query: UsageQuery
  readonly choices: readonly MoneyChoice[]
  readonly choice: MoneyChoice | null
  onChange(change: Partial<UsageQuery>): void
}

function useModel(dashboard: Dashboard, query: UsageQuery, choice: MoneyChoice | null): ChartModel | null {
  const scheme = useComputedColorScheme('light')
  return useMemo(() => {
    const byProvider = query.group === 'provider'
    if (query.metric === 'tokens') return tokensChart(dashboard, scheme)
    if (query.metric === 'requests') return requestsChart(dashboard, byProvider, scheme)
    return choice === null ? null : costChart(dashboard, choice, byProvider, scheme)
  }, [dashboard, query.metric, query.group, choice, scheme])
}

/** One picture at a time: cost, tokens or requests per day, as a chart or as the table of the same figures. */
export function ChartPanel({ dashboard, query, choices, choice, onChange }: ChartPanelProps) {
  const model = useModel(dashboard, query, choice)
  const narrow = useMediaQuery('(max-width: 48em)') ?? false
  const summaryId = useId()
  const asTable = query.view === 'table'
  return (
    <Paper withBorder p="md" component="section" aria-label="Figures per day">
      <Group justify="space-between" gap="sm" mb="xs">
        <Group gap="sm">
          <SegmentedControl
            aria-label="What is shown"
            size="xs"
            value={query.metric}
            onChange={(value) => onChange({ metric: metrics.find((metric) => metric === value) ?? 'cost' })}
            data={metrics.map((metric) => ({ value: metric, label: metricWords[metric] }))}
          />
          {query.metric === 'cost' && choices.length > 1 && choice && (
            <SegmentedControl
              aria-label="Currency and origin of the cost"
              size="xs"
              value={choice.id}
              onChange={(money) => onChange({ money })}
              data={choices.map(({ id, currency, provenance }) => ({
                value: id,
                label: `${currency}, ${provenanceWords[provenance].word}`,
              }))}
            />
          )}
        </Group>
        <Button
          variant="default"
          size="xs"
          leftSection={asTable ? <IconChartBar size={16} aria-hidden /> : <IconTable size={16} aria-hidden />}
          onClick={() => onChange({ view: asTable ? 'chart' : 'table' })}
        >
          {asTable ? 'View as chart' : 'View as table'}
        </Button>
      </Group>
      {model === null || model.series.length === 0 ? (
        <p className={chart.nothing}>
          {query.metric === 'cost'
            ? 'No cost was reported for this choice. Tokens and requests may still be there.'
            : `No ${metricWords[query.metric].toLowerCase()} were reported for this choice.`}
        </p>
      ) : (
        <figure className={chart.figure} aria-labelledby={summaryId}>
          <Title order={2} size="h5">
            {model.title} <span className={classes.quiet}>(UTC days)</span>
          </Title>
          <figcaption id={summaryId} className={chart.summary}>
            {model.summary}
          </figcaption>
          {asTable ? (
            <ChartTable model={model} />
          ) : (
            <>
              <Suspense fallback={<Skeleton height={narrow ? 220 : 300} />}>
                <UsageChart model={model} height={narrow ? 220 : 300} />
              </Suspense>
              <ChartLegend model={model} />
            </>
          )}
        </figure>
      )}
    </Paper>
  )
}
