import { Text } from '@mantine/core'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import type { Column } from '../../ui/data-table.tsx'
import { KindBadge } from '../../ui/kind-badge.tsx'
import { OutcomeBadge } from '../../ui/outcome-badge.tsx'
import { ProviderMark } from '../../ui/provider-mark.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { TwoLines } from '../../ui/two-lines.tsx'
import classes from './key-columns.module.css'

export const keyColumns: readonly Column<ProviderKey>[] = [
  {
    id: 'name',
    header: 'Name',
    width: null,
    cell: (key) => (
      <span className={classes.name}>
        <ProviderMark provider={key.provider} />
        <span className={classes.cut}>{key.name}</span>
      </span>
    ),
  },
  {
    id: 'key',
    header: 'Key',
    width: 240,
    cell: (key) => <MaskedKey value={key} />,
  },
  { id: 'kind', header: 'Kind', width: 112, from: 780, cell: (key) => <KindBadge kind={key.kind} /> },
  { id: 'account', header: 'Account', width: 220, from: 1180, cell: (key) => key.accountEmail },
  { id: 'outcome', header: 'Last test', width: 140, cell: (key) => <OutcomeBadge outcome={testState(key)} /> },
  {
    id: 'tested',
    header: 'Tested',
    width: 116,
    from: 920,
    cell: (key) => <RelativeTime at={key.validation?.testedAt ?? null} />,
  },
  { id: 'admin', header: 'Admin key', width: 170, from: 1380, cell: (key) => key.adminKeyName ?? <None /> },
]

/** A key on a narrow screen. */
export function NarrowKey({ value }: { readonly value: ProviderKey }) {
  return (
    <TwoLines
      first={
        <span className={classes.name}>
          <ProviderMark provider={value.provider} />
          <span className={classes.cut}>{value.name}</span>
        </span>
      }
      second={
        <>
          <MaskedKey value={value} isShort />
          <OutcomeBadge outcome={testState(value)} />
        </>
      }
    />
  )
}

export interface MaskedKeyProps {
  readonly value: Pick<ProviderKey, 'masked' | 'secretState'>
  /** One ellipsis instead of the row of dots. */
  readonly isShort?: boolean
}

/** The masked key, or that its secret cannot be read. */
export function MaskedKey({ value, isShort = false }: MaskedKeyProps) {
  const masked = isShort ? value.masked.replace(/•+/, '…') : value.masked
  return (
    <span className={classes.masked}>
      <span className="keyhold-mono">{masked}</span>
      {value.secretState === 'unreadable' && <span className={classes.unreadable}>Damaged</span>}
    </span>
  )
}

function testState(key: ProviderKey) {
  return key.validation?.outcome ?? null
}

function None() {
  return (
    <Text component="span" size="sm" c="dimmed">
      –
    </Text>
  )
}
