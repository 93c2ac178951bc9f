import { Title } from '@mantine/core'
import type { TunnelsView } from '../../../shared/contract/tunnels.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import { kindName } from './tunnel-words.ts'
import classes from './tunnels.module.css'

/** Which address was in force when. */
export function TunnelHistory({ view: { history, programs } }: { readonly view: TunnelsView }) {
  if (history.length === 0) return null
  return (
    <section className={classes.section} aria-labelledby="tunnel-history">
      <Title order={2} size="h4" id="tunnel-history" mb={8}>
        Addresses in force
      </Title>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, so the keyboard has to reach it */}
      <section className={classes.scroll} aria-label="History of addresses" tabIndex={0}>
        <table className={classes.history}>
          <thead>
            <tr>
              <th scope="col">Address</th>
              <th scope="col">Kind</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
            </tr>
          </thead>
          <tbody>
            {history.map(({ url, kind, from, to }) => (
              <tr key={`${url} ${from}`}>
                <th scope="row" className="keyhold-mono">
                  {visibleLine(url)}
                </th>
                <td>{kindName(kind, programs)}</td>
                <td>
                  <RelativeTime at={from} focusable />
                </td>
                <td>
                  <RelativeTime at={to} never="Now" focusable />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}
