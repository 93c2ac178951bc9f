import type { KeyKind } from '../../shared/providers.ts'
import classes from './kind-badge.module.css'
import { kindLabel } from './kind-label.ts'

/** A kind in a quiet frame; admin keys stand out, because they reach far. */
export function KindBadge({ kind }: { readonly kind: KeyKind }) {
  return (
    <span className={classes.kind} data-kind={kind}>
      {kindLabel(kind)}
    </span>
  )
}
