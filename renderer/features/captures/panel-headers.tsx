import { Group, Stack, Title } from '@mantine/core'
import type { Capture } from '../../../shared/contract/captures.ts'
import { countOf } from '../../../shared/words.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { type HeaderPairs, HeaderTable } from '../../ui/header-table.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import classes from './capture-panel.module.css'

/** Headers in the order and case they came in, doubles included. */
export function HeadersTab({ capture }: { readonly capture: Capture }) {
  const { headers, trailers } = capture
  return (
    <Stack gap="sm">
      <Facts>
        {capture.publicUrl !== null && (
          <Fact label="Public address">
            {visibleLine(capture.publicUrl)} <CopyButton isIcon label="Copy public address" text={capture.publicUrl} />
          </Fact>
        )}
        <Fact label="Sender">
          {capture.remoteAddress}, port {capture.remotePort}
        </Fact>
        <Fact label="SHA-256 of body">
          <span className="keyhold-mono">{capture.bodySha256.slice(0, 16)}…</span>{' '}
          <CopyButton isIcon label="Copy the hash of the body" text={capture.bodySha256} />
        </Fact>
      </Facts>
      <Group justify="space-between">
        <span className={classes.quiet}>{countOf(headers.length, 'header')}, as they came</span>
        <CopyButton label="Copy headers" text={() => linesOf(headers)} />
      </Group>
      <HeaderTable pairs={headers} label="Headers" />
      {trailers.length > 0 && (
        <>
          <Title order={3} size="h5">
            Trailers
          </Title>
          <HeaderTable pairs={trailers} label="Trailers" />
        </>
      )}
    </Stack>
  )
}

function linesOf(pairs: HeaderPairs): string {
  return pairs.map(([name, value]) => `${name}: ${value}`).join('\n')
}
