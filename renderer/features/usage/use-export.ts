import { useMutation } from '@tanstack/react-query'
import type { UsageFilter } from '../../../shared/contract/usage.ts'
import { client } from '../../app/api.ts'

/** Offers a text to the browser as a file to save. */
function saveText(fileName: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  // The download reads the address after this turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** Saves the figures of a filter as CSV: the same groups and days as on the page. */
export function useCsvExport() {
  return useMutation({
    mutationFn: (filter: UsageFilter) => client.usage.exportCsv(filter),
    onSuccess: ({ fileName, csv }) => saveText(fileName, csv, 'text/csv;charset=utf-8'),
  })
}
