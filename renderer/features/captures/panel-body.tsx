import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { BodyView, Capture } from '../../../shared/contract/captures.ts'
import { orpc } from '../../app/api.ts'
import { bytesText } from '../../ui/amounts.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HeaderTable } from '../../ui/header-table.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { TextBlock } from '../../ui/text-block.tsx'
import { hasHidden, visibleText } from '../../ui/visible-text.ts'
import classes from './capture-panel.module.css'
import { refusalText } from './capture-words.ts'

type Layout = 'pretty' | 'text' | 'hex'

const layouts: { value: Layout; label: string }[] = [
  { value: 'pretty', label: 'Laid out' },
  { value: 'text', label: 'As it came' },
  { value: 'hex', label: 'Hex' },
]

/** The body of a request: laid out, as text, or byte by byte. Never as anything that could act. */
export function BodyTab({ capture }: { readonly capture: Capture }) {
  const [as, setAs] = useState<Layout>('pretty')
  const body = useInfiniteQuery(
    orpc.captures.body.infiniteOptions({
      input: (offset: number) => ({ id: capture.id, as, offset }),
      initialPageParam: 0,
      getNextPageParam: (page) => page.nextOffset ?? undefined,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  )
  const pages = body.data?.pages ?? []
  const [first] = pages
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <SegmentedControl size="xs" aria-label="View of the body" value={as} onChange={setAs} data={layouts} />
        {first !== undefined && 'text' in first.view && (
          <CopyButton label="Copy" text={() => pages.map((page) => textOf(page)).join('')} />
        )}
      </Group>
      <ProblemAlert error={body.error} onRetry={() => void body.refetch()} />
      {first !== undefined && (
        <>
          <Remarks view={first} />
          <View pages={pages} refused={capture.refused} />
        </>
      )}
      {body.hasNextPage && (
        <Group>
          <Button
            size="xs"
            variant="default"
            onClick={() => void body.fetchNextPage()}
            loading={body.isFetchingNextPage}
          >
            Show more
          </Button>
          <span className={classes.quiet}>of {bytesText(first?.totalBytes ?? 0)}</span>
        </Group>
      )}
    </Stack>
  )
}

function Remarks({ view }: { readonly view: BodyView }) {
  const isMarked = 'text' in view.view && hasHidden(view.view.text)
  if (view.problem === null && view.decodedFrom === null && !isMarked) return null
  return (
    <div>
      {view.problem !== null && (
        <Text size="sm" c="dimmed">
          {view.problem}
        </Text>
      )}
      {view.decodedFrom !== null && (
        <Text size="sm" c="dimmed">
          Unpacked from {view.decodedFrom}; the bytes are kept as they came.
        </Text>
      )}
      {isMarked && (
        <Text size="sm" c="dimmed">
          Characters that are invisible or turn the direction of text stand as their code, like ‹202E›.
        </Text>
      )}
    </div>
  )
}

interface ViewProps {
  readonly pages: readonly BodyView[]
  readonly refused: string | null
}

function View({ pages, refused }: ViewProps) {
  const view = pages[0]?.view
  switch (view?.kind) {
    case undefined:
      return null
    case 'empty':
      return <span className={classes.quiet}>The body is empty.</span>
    case 'not-kept':
      return <span className={classes.quiet}>{refused === null ? 'The body was not kept.' : refusalText(refused)}</span>
    case 'form':
      return <HeaderTable label="Fields of the form" pairs={view.fields.map(({ name, value }) => [name, value])} />
    case 'multipart':
      return <Parts parts={view.parts} />
    case 'hex': {
      const lines = pages.flatMap((page) => (page.view.kind === 'hex' ? page.view.lines : []))
      return <TextBlock label="Body in hexadecimal" text={lines.map(hexLine).join('\n')} hasColumns />
    }
    case 'json':
    case 'xml':
    case 'text':
      return <TextBlock label="Body" text={pages.map(textOf).join('')} />
    default:
      return view satisfies never
  }
}

function textOf({ view }: BodyView): string {
  return 'text' in view ? view.text : ''
}

function hexLine(line: { readonly offset: number; readonly hex: string; readonly text: string }): string {
  return `${line.offset.toString(16).padStart(8, '0')}  ${line.hex.padEnd(48)}  ${line.text}`
}

type PartList = Extract<BodyView['view'], { kind: 'multipart' }>['parts']

function Parts({ parts }: { readonly parts: PartList }) {
  return (
    <ul className={classes.list} aria-label="Parts of the body">
      {parts.map((part, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts need not have different names; the list never changes
        <li key={position} className={classes.item}>
          <span className="keyhold-mono">{visibleText(part.name)}</span>{' '}
          <span className={classes.quiet}>
            {[part.fileName, part.contentType]
              .filter((word) => word !== null)
              .map((word) => visibleText(word))
              .concat(bytesText(part.bytes))
              .join(', ')}
          </span>
          {part.text !== null && <TextBlock label={`Text of ${visibleText(part.name)}`} text={part.text} />}
        </li>
      ))}
    </ul>
  )
}
