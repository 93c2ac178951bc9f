import { ScrollArea, Table } from '@mantine/core'
import type { ChartModel } from './chart-model.ts'
import { longDayText } from './figures.ts'
import classes from './usage.module.css'

const coverageWords = { complete: '', partial: 'incomplete', missing: 'no data' } as const

/** The chart's figures as a table, newest day first: the same series, the same days, every digit. */
export function ChartTable({ model }: { readonly model: ChartModel }) {
  const newestFirst = model.days.map((day, index) => ({ day, index })).reverse()
  return (
    <ScrollArea.Autosize mah={420} viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': model.title }}>
      <Table stickyHeader highlightOnHover verticalSpacing={6} className={`${classes.figures} ${classes.chartTable}`}>
        <Table.Caption>
          {model.title}. Days of UTC. A dash means that nothing was reported, which is not zero.
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Day</Table.Th>
            {model.series.map(({ key, label }) => (
              <Table.Th key={key} scope="col" className={classes.number}>
                <span className={classes.seriesName} title={label}>
                  {label}
                </span>
              </Table.Th>
            ))}
            <Table.Th scope="col" className={classes.number}>
              Total
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {newestFirst.map(({ day, index }) => (
            <Table.Tr key={day.at}>
              <Table.Th scope="row">
                {longDayText(day.at)}{' '}
                <span className={classes.quiet}>{coverageWords[model.gaps[index] ? 'missing' : day.coverage]}</span>
              </Table.Th>
              {model.series.map(({ key, points }) => (
                <Table.Td key={key} className={classes.number}>
                  {points[index]?.exact}
                </Table.Td>
              ))}
              <Table.Td className={classes.number}>{model.dayTotals[index]?.exact}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th scope="row">All days</Table.Th>
            {model.series.map(({ key, total }) => (
              <Table.Td key={key} className={classes.number}>
                {total.exact}
              </Table.Td>
            ))}
            <Table.Td className={classes.number}>{model.total.exact}</Table.Td>
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </ScrollArea.Autosize>
  )
}
