import { Button, Checkbox, Group, List, Paper, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ImportPreview, ImportRow } from '../../../shared/contract/imports.ts'
import { countOf } from '../../../shared/words.ts'
import { client, orpc } from '../../app/api.ts'
import { AccountPicker } from '../../parts/account-picker.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { KindBadge } from '../../ui/kind-badge.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { ProviderMark } from '../../ui/provider-mark.tsx'
import { TwoLines } from '../../ui/two-lines.tsx'
import { useAction } from '../../ui/use-action.ts'
import classes from './import-preview-step.module.css'
import { RowStatus } from './row-status.tsx'
import { needsAccount, preselected, toggled } from './selection.ts'

export interface ImportPreviewStepProps {
  readonly preview: ImportPreview
  readonly onDone: (done: { createdKeys: number; createdAccounts: number }) => void
}

/** One line per row of the source, with what would happen to it. */
export function ImportPreviewStep({ preview, onDone }: ImportPreviewStepProps) {
  const { rows, counts, notes, token } = preview
  const [selection, setSelection] = useState(() => preselected(rows))
  const [chosenId, setChosenId] = useState<number | null>(null)
  const accounts = useQuery(orpc.accounts.list.queryOptions({ input: { limit: 2 } }))
  // Where there is but one account there is nothing to choose.
  const only = accounts.data?.total === 1 ? accounts.data.items[0]?.id : undefined
  const accountId = chosenId ?? only ?? null
  const [isChecked, setChecked] = useState(false)
  const asksForAccount = needsAccount(rows, selection)
  const isAccountMissing = asksForAccount && accountId === null

  const commit = useAction(async () => {
    setChecked(true)
    if (isAccountMissing) return
    const account = asksForAccount && accountId !== null ? { id: accountId } : null
    onDone(await client.imports.commit({ token, rows: [...selection].sort((a, b) => a - b), account }))
  })

  // Columns make room for the status first: its reason is what the operator decides by.
  const columns = useMemo<readonly Column<ImportRow>[]>(
    () => [
      {
        id: 'name',
        header: 'Name',
        width: 240,
        cell: (row) => (
          <Choice
            row={row}
            isChosen={selection.has(row.index)}
            onToggle={() => setSelection(toggled(selection, row))}
          />
        ),
      },
      { id: 'origin', header: 'Where', width: 88, from: 860, cell: (row) => row.origin },
      {
        id: 'provider',
        header: 'Provider',
        width: 150,
        from: 760,
        cell: (row) => (row.status === 'bad' ? '–' : <ProviderMark provider={row.provider} withName />),
      },
      {
        id: 'key',
        header: 'Key',
        width: 220,
        from: 1100,
        cell: (row) => (row.status === 'bad' ? '–' : <span className="keyhold-mono">{row.masked}</span>),
      },
      {
        id: 'kind',
        header: 'Kind',
        width: 124,
        from: 1400,
        cell: (row) => (row.status === 'bad' ? '–' : <KindBadge kind={row.kind} />),
      },
      { id: 'account', header: 'Account', width: 200, from: 1240, cell: (row) => row.accountEmail ?? '–' },
      { id: 'status', header: 'Status', width: null, cell: (row) => <RowStatus row={row} /> },
    ],
    [selection],
  )
  const choosable = counts.ready + counts.duplicate
  const isAllReady = rows.every((row) => row.status !== 'ready' || selection.has(row.index)) && counts.ready > 0

  return (
    <>
      {notes.length > 0 && (
        <List size="sm">
          {notes.map((note) => (
            <List.Item key={note}>{note}</List.Item>
          ))}
        </List>
      )}
      <Group justify="space-between" gap="xs">
        <Checkbox
          label="All rows that are ready"
          checked={isAllReady}
          indeterminate={!isAllReady && selection.size > 0}
          disabled={counts.ready === 0}
          onChange={() => setSelection(isAllReady ? new Set() : preselected(rows))}
        />
        <Text size="sm" c="dimmed" role="status" className="keyhold-figures">
          {selection.size} of {choosable} chosen. {countOf(counts.ready, 'row')} ready, {counts.duplicate} duplicate,{' '}
          {counts.bad} bad.
        </Text>
      </Group>
      <DataTable
        label="Rows of the source"
        columns={columns}
        rows={rows}
        rowId={(row) => row.index}
        total={rows.length}
        isTall={rows.some(({ reason }) => reason !== null)}
        narrow={(row) => (
          <TwoLines
            first={
              <Choice
                row={row}
                isChosen={selection.has(row.index)}
                onToggle={() => setSelection(toggled(selection, row))}
              />
            }
            second={<RowStatus row={row} />}
          />
        )}
      />
      <Paper withBorder p="md" className={classes.foot}>
        <Stack gap="sm">
          {asksForAccount && (
            <div className={classes.account}>
              <AccountPicker
                value={accountId}
                onChange={setChosenId}
                description="For rows whose source names no account."
                error={
                  isChecked && isAccountMissing ? 'Choose the account these keys belong to, or make a new one.' : null
                }
              />
            </div>
          )}
          <ProblemAlert error={commit.error} />
          <Group justify="flex-end">
            <Button onClick={() => void commit.run()} loading={commit.isPending} disabled={selection.size === 0}>
              Import {countOf(selection.size, 'key')}
            </Button>
          </Group>
        </Stack>
      </Paper>
    </>
  )
}

interface ChoiceProps {
  readonly row: ImportRow
  readonly isChosen: boolean
  readonly onToggle: () => void
}

function Choice({ row, isChosen, onToggle }: ChoiceProps) {
  return (
    <Checkbox
      size="xs"
      label={row.name === '' ? row.origin : row.name}
      checked={isChosen}
      disabled={row.status === 'bad'}
      onChange={onToggle}
      classNames={{ body: classes.choice, labelWrapper: classes.choiceLabel, label: classes.choiceText }}
    />
  )
}
