/** The part of papaparse 5.7 that is used here; the package brings no types of its own. */
declare module 'papaparse' {
  interface StepResult {
    readonly data: string[]
    readonly errors: readonly { readonly type: string; readonly code: string; readonly message: string }[]
    readonly meta: { readonly cursor: number }
  }
  interface StepParser {
    abort(): void
  }
  interface ParseConfig {
    readonly delimiter: string
    readonly step: (result: StepResult, parser: StepParser) => void
  }
  const Papa: {
    parse(text: string, config: ParseConfig): void
    unparse(
      rows: readonly (readonly (string | number | null)[])[],
      config: { readonly newline: string; readonly escapeFormulae: RegExp },
    ): string
  }
  // biome-ignore lint/style/noDefaultExport: this is how the package exports
  export default Papa
}
