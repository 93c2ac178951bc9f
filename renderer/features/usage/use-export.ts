import { useMutation } from '@tanstack/react-query'
import type { UsageFilter } from '../../../shared/contract/usage.ts'
import { client } from '../../app/api.ts'
import { saveText } from '../../ui/save-file.ts'

/** Saves the figures of a filter as CSV: the same groups and days as on the page. */
export function useCsvExport() {
  return useMutation({
    mutationFn: (filter: UsageFilter) => client.usage.exportCsv(filter),
    onSuccess: ({ fileName, csv }) => saveText(fileName, csv, 'text/csv;charset=utf-8'),
  })
}
