import { Alert, Button, Group, Stack } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { ImportPreview } from '../../../shared/contract/imports.ts'
import { countOf } from '../../../shared/words.ts'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ImportPreviewStep } from './import-preview-step.tsx'
import { ImportSourceStep } from './import-source-step.tsx'

type Step =
  | { readonly kind: 'source' }
  | { readonly kind: 'preview'; readonly preview: ImportPreview }
  | { readonly kind: 'done'; readonly createdKeys: number; readonly createdAccounts: number }

/** Takes in many keys at once: choose a source, look at what would happen, then do it. */
export function ImportPage() {
  const [step, setStep] = useState<Step>({ kind: 'source' })
  const restart = () => setStep({ kind: 'source' })
  return (
    <Page fill={step.kind === 'preview'}>
      <PageHeader
        title="Import"
        lead="Take in keys from a .env file, a CSV, or the SQLite database of the older dashboard. You see every row first."
        actions={
          step.kind === 'preview' ? (
            <Button variant="default" onClick={restart}>
              Choose another source
            </Button>
          ) : undefined
        }
      />
      {step.kind === 'source' && <ImportSourceStep onPreview={(preview) => setStep({ kind: 'preview', preview })} />}
      {step.kind === 'preview' && (
        <ImportPreviewStep
          key={step.preview.token}
          preview={step.preview}
          onDone={(done) => setStep({ kind: 'done', ...done })}
        />
      )}
      {step.kind === 'done' && (
        <Alert
          color="green"
          icon={<IconCircleCheck aria-hidden />}
          title={`${countOf(step.createdKeys, 'key')} imported`}
          role="status"
          maw={640}
        >
          <Stack gap="sm">
            <span>
              {step.createdAccounts === 0
                ? 'They are encrypted in the vault now.'
                : `${countOf(step.createdAccounts, 'new account')} made for them. They are encrypted in the vault now.`}{' '}
              If they came from a plain file, delete that file.
            </span>
            <Group gap="xs">
              <Button component={Link} href="/keys?sort=created" size="xs">
                Show the keys
              </Button>
              <Button variant="default" size="xs" onClick={restart}>
                Import more
              </Button>
            </Group>
          </Stack>
        </Alert>
      )}
    </Page>
  )
}
