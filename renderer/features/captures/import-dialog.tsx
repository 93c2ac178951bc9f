import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import '@mantine/dropzone/styles.css'
import { IconFileImport } from '@tabler/icons-react'
import { useState } from 'react'
import { receiverLimits } from '../../../shared/limits.ts'
import { countOf } from '../../../shared/words.ts'
import { client } from '../../app/api.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'

const MOST_BYTES = receiverLimits.bundle

/** Takes in a bundle of captured requests that another Keyhold exported. */
export function ImportDialog({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  useFocusBack()
  const [rejected, setRejected] = useState<string | null>(null)
  const [result, setResult] = useState<string | null>(null)
  const read = useAction(async (file: File) => {
    setRejected(null)
    const { imported, present, endpointsMade } = await client.captures.import({ bundle: await file.text() })
    const made = endpointsMade.length === 0 ? '' : ` New endpoints: ${endpointsMade.join(', ')}.`
    const before =
      present === 0 ? '' : ` ${countOf(present, 'request')} ${present === 1 ? 'was' : 'were'} here already.`
    setResult(`${countOf(imported, 'request')} imported, every hash checked.${before}${made}`)
    onDone()
  })
  return (
    <Modal opened onClose={onClose} title="Import captured requests" centered closeOnClickOutside={!read.isPending}>
      <Stack gap="sm">
        {result === null ? (
          <Dropzone
            onDrop={([file]) => {
              if (file !== undefined) void read.run(file)
            }}
            onReject={([refused]) =>
              setRejected(
                `${refused?.file.name ?? 'The file'} was not taken: choose one bundle of at most ${MOST_BYTES / 1024 / 1024} MB.`,
              )
            }
            multiple={false}
            maxSize={MOST_BYTES}
            loading={read.isPending}
            inputProps={{ 'aria-label': 'Bundle to import' }}
            aria-label="Drop a bundle here, or choose one"
          >
            <Stack align="center" gap={4} py="md">
              <IconFileImport size={32} stroke={1.5} aria-hidden />
              <Text size="sm" fw={600}>
                Drop a bundle here, or choose one
              </Text>
              <Text size="sm" c="dimmed" ta="center">
                The file that “Bundle for another Keyhold” saved. Nothing is taken in unless all of it is sound.
              </Text>
            </Stack>
          </Dropzone>
        ) : (
          <Text size="sm" role="status">
            {result}
          </Text>
        )}
        {rejected !== null && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {rejected}
          </Text>
        )}
        <ProblemAlert error={read.error} />
        <Group justify="flex-end">
          <Button variant={result === null ? 'default' : 'filled'} onClick={onClose}>
            {result === null ? 'Cancel' : 'Done'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
