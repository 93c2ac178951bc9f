import { firstHeader } from '../../raw-headers.ts'
import type { SchemeOptions } from '../../webhook-schemes.ts'
import { digestOf, verifiesWith } from '../digests.ts'
import type { Key, MacForm, Part, SchemeRules, SignedRequest } from '../types.ts'
import type { Shape } from './content-candidates.ts'
import type { LooseClaim } from './loose-claim.ts'
import { SignatureForms } from './signature-forms.ts'
import type { Candidate, Finding, KeyCandidate } from './types.ts'

/** How much one diagnosis may compute: nothing else is answered while it runs. */
export class Budget {
  #macs = 1_000
  #bytes = 64 * 1024 * 1024
  #steps = 0
  #exhausted = false
  readonly #clock: () => number
  readonly #ends: number

  /** `clock`: milliseconds that only grow. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
    this.#ends = clock() + MAX_MS
  }

  /** False when it is used up, and from then on. */
  spend(macs: number, bytes: number): boolean {
    this.#macs -= macs
    this.#bytes -= bytes
    this.#exhausted ||= this.#macs < 0 || this.#bytes < 0
    return !this.#exhausted
  }

  /**
   * Asked before each step of a loop, also of one that computes no MAC. False when the time is over: what is made of a
   * body costs more than its bytes tell. The first steps are always taken, so that a slow machine finds the commonest
   * mistakes as well.
   */
  step(): boolean {
    this.#steps += 1
    if (this.#steps > FIRST_STEPS && !this.#exhausted) this.#exhausted = this.#clock() > this.#ends
    return !this.#exhausted
  }

  get exhausted(): boolean {
    return this.#exhausted
  }
}

const MAX_MS = 300
const FIRST_STEPS = 8

/** One combination to try. */
export interface Trial {
  readonly key: KeyCandidate
  readonly body: Candidate<Uint8Array>
  readonly url: Candidate<string>
  readonly claim: Candidate<LooseClaim>
  readonly shape: Candidate<Shape>
  readonly method: Candidate<string>
  /** Null: the one of the scheme. */
  readonly form: Candidate<MacForm | null>
}

/** An asymmetric check costs about as much as this many MACs. */
const KEY_PAIR_COST = 10

export class Search {
  readonly #rules: SchemeRules
  readonly #options: SchemeOptions
  readonly #contentType: string | null
  readonly #budget: Budget
  readonly #forms = new Map<LooseClaim['texts'], SignatureForms>()
  readonly #urls = new Map<string, readonly string[]>()

  constructor(rules: SchemeRules, request: SignedRequest, options: SchemeOptions, budget: Budget) {
    this.#rules = rules
    this.#options = options
    this.#contentType = firstHeader(request.rawHeaders, 'content-type')
    this.#budget = budget
  }

  /** What had to be changed for the signature to fit; empty when nothing had to be. Null: it does not fit. */
  attempt(trial: Trial): Finding[] | null {
    const changes = [trial.key, trial.url, trial.method, trial.claim, trial.shape, trial.form, trial.body]
    const findings = changes.flatMap(({ finding }) => (finding === null ? [] : [finding]))
    for (const url of this.#urlForms(trial.url.value)) {
      const parts = trial.shape.value({
        method: trial.method.value,
        url,
        body: trial.body.value,
        id: trial.claim.value.id,
        stamp: trial.claim.value.stamp,
        contentType: this.#contentType,
      })
      if (parts === null) continue
      const match = this.#match(trial, parts)
      if (match === null) continue
      return match === 'exact' ? findings : [...findings, match]
    }
    return null
  }

  /** The first combination that fits. Stops when the budget is used up. */
  first(trials: Iterable<Trial>): Finding[] | null {
    for (const trial of trials) {
      const found = this.attempt(trial)
      // It fits as it is: what is refused is not the signature.
      if (found !== null) return found.length > 0 ? found : null
      if (!this.#budget.step()) return null
    }
    return null
  }

  #urlForms(url: string): readonly string[] {
    if (this.#rules.urlForms === null) return [url]
    const known = this.#urls.get(url)
    if (known !== undefined) return known
    const forms = this.#rules.urlForms(url)
    this.#urls.set(url, forms)
    return forms
  }

  #match(trial: Trial, parts: readonly Part[]): 'exact' | Finding | null {
    const forms = this.#formsOf(trial.claim.value)
    const size = parts.reduce((sum, part) => sum + part.length, 0)
    const key = trial.key.value
    if (key.kind !== 'mac') return this.#verifies(key, parts, size, forms)
    const formats =
      trial.form.value === null
        ? new Set(trial.claim.value.texts.map(({ text }) => this.#rules.macForm(this.#options, text)))
        : [trial.form.value]
    for (const form of formats) {
      if (!this.#budget.spend(1, size)) return null
      const match = forms.match(form, digestOf(form, key, parts))
      if (match !== null) return match
    }
    return null
  }

  #verifies(key: Exclude<Key, { kind: 'mac' }>, parts: readonly Part[], size: number, forms: SignatureForms) {
    for (const { bytes, match } of forms.signatures()) {
      if (!this.#budget.spend(KEY_PAIR_COST, size)) return null
      if (verifiesWith(key, parts, bytes)) return match
    }
    return null
  }

  #formsOf(claim: LooseClaim): SignatureForms {
    const known = this.#forms.get(claim.texts)
    if (known !== undefined) return known
    const made = new SignatureForms(claim)
    this.#forms.set(claim.texts, made)
    return made
  }
}
