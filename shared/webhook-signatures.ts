/**
 * Signatures of webhooks: who signed, whether it is right, and signing oneself. Runs in Node only (node:crypto); what
 * the page needs to know about the schemes is in webhook-schemes.ts.
 */
export { detectScheme } from './webhook-signatures/detect.ts'
export { diagnose } from './webhook-signatures/doctor/diagnose.ts'
export {
  type Diagnosis,
  type DoctorCause,
  type DoctorContext,
  doctorCauses,
} from './webhook-signatures/doctor/types.ts'
export { type EventFacts, eventOf } from './webhook-signatures/events.ts'
export { secretProblem } from './webhook-signatures/secret-form.ts'
export { generateSecret, prepareToSign, sign, signatureHeaderNames } from './webhook-signatures/sign.ts'
export type { MessageToSign, SignedRequest, Verdict, VerdictReason } from './webhook-signatures/types.ts'
export { verdictReasons } from './webhook-signatures/types.ts'
export { createVerifier, type Verifier, verify } from './webhook-signatures/verify.ts'
