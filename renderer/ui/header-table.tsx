import classes from './header-table.module.css'
import { visibleLine } from './visible-text.ts'

export type HeaderPairs = readonly (readonly [string, string])[]

/** Names and values, each on its own line. */
export function HeaderTable({ pairs, label }: { readonly pairs: HeaderPairs; readonly label: string }) {
  if (pairs.length === 0) return <span className={classes.quiet}>None</span>
  return (
    <table className={classes.pairs} aria-label={label}>
      <tbody>
        {pairs.map(([name, value], position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same header may stand there twice; the list never changes
          <tr key={position}>
            <th scope="row" className="keyhold-mono">
              {visibleLine(name)}
            </th>
            <td className="keyhold-mono">{visibleLine(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
