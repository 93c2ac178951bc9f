import { Button, Group, Paper, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import '@mantine/dropzone/styles.css'
import { IconFileImport } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import type { ImportPreview } from '../../../shared/contract/imports.ts'
import { MAX_IMPORT_FILE, MAX_PASTE_LENGTH } from '../../../shared/limits.ts'
import { client } from '../../app/api.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { SecretInput } from '../../ui/secret-input.tsx'
import { useAction } from '../../ui/use-action.ts'
import { formatOfFile, formatOfText, sizeProblem, toBase64 } from './import-source.ts'
import classes from './import-source-step.module.css'

type Pasted = 'auto' | 'env' | 'csv'

/** Where the keys come from: a dropped or chosen file, or pasted text. */
export function ImportSourceStep({ onPreview }: { readonly onPreview: (preview: ImportPreview) => void }) {
  const text = useRef<HTMLTextAreaElement>(null)
  const [pastedFormat, setPastedFormat] = useState<Pasted>('auto')
  const [message, setMessage] = useState<string | null>(null)
  const [fileMessage, setFileMessage] = useState<string | null>(null)

  const readPasted = useAction(async () => {
    const pasted = text.current?.value ?? ''
    const format = pastedFormat === 'auto' ? formatOfText(pasted) : pastedFormat
    const problem = sizeProblem(format, pasted.length)
    setMessage(problem)
    if (problem !== null) return
    const preview = await client.imports.preview({ format, text: pasted })
    if (text.current !== null) text.current.value = ''
    onPreview(preview)
  })

  const readFile = useAction(async (file: File) => {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const format = formatOfFile(file.name, bytes.subarray(0, 4_096))
    const problem = sizeProblem(format, bytes.length)
    setFileMessage(problem === null ? null : `${file.name}: ${problem}`)
    if (problem !== null) return
    onPreview(
      format === 'sqlite'
        ? await client.imports.preview({ format, base64: toBase64(bytes) })
        : await client.imports.preview({ format, text: new TextDecoder().decode(bytes) }),
    )
  })

  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" maw={1120}>
      <Paper withBorder p="md" component="section" aria-labelledby="import-file">
        <Stack gap="sm">
          <Title order={2} size="h4" id="import-file">
            From a file
          </Title>
          <Dropzone
            onDrop={([file]) => {
              if (file !== undefined) void readFile.run(file)
            }}
            onReject={([rejected]) =>
              setFileMessage(`${rejected?.file.name ?? 'The file'} was not taken: choose one file of at most 20 MB.`)
            }
            multiple={false}
            maxSize={MAX_IMPORT_FILE}
            loading={readFile.isPending}
            className={classes.drop}
            inputProps={{ 'aria-label': 'File to import' }}
            aria-label="Drop a file here, or choose one"
          >
            <Stack align="center" gap={4}>
              <IconFileImport size={32} stroke={1.5} aria-hidden />
              <Text size="sm" fw={600}>
                Drop a file here, or choose one
              </Text>
              <Text size="sm" c="dimmed" ta="center">
                .env, .csv, .db or .sqlite, up to 20 MB
              </Text>
            </Stack>
          </Dropzone>
          {fileMessage !== null && (
            <Text size="sm" c="var(--mantine-color-error)" role="alert">
              {fileMessage}
            </Text>
          )}
          <ProblemAlert error={readFile.error} />
        </Stack>
      </Paper>
      <Paper withBorder p="md" component="section" aria-labelledby="import-text">
        <Stack gap="sm">
          <Title order={2} size="h4" id="import-text">
            From text
          </Title>
          <SecretInput
            label="Text with keys"
            description="NAME=value lines, or CSV with a header line."
            inputRef={text}
            rows={7}
            onEdit={() => setMessage(null)}
            onTooLong={() => setMessage(sizeProblem('env', MAX_PASTE_LENGTH + 1))}
            error={message}
          />
          <Group justify="space-between">
            <SegmentedControl
              aria-label="Format of the text"
              value={pastedFormat}
              onChange={(format) => setPastedFormat(format)}
              data={[
                { value: 'auto', label: 'Detect' },
                { value: 'env', label: '.env' },
                { value: 'csv', label: 'CSV' },
              ]}
            />
            <Button onClick={() => void readPasted.run()} loading={readPasted.isPending}>
              Preview
            </Button>
          </Group>
          <ProblemAlert error={readPasted.error} />
        </Stack>
      </Paper>
    </SimpleGrid>
  )
}
