/** The sample workspace holds nothing but generated data, so its passphrase is no secret and stands on its page. */
export const SAMPLE_PASSPHRASE = 'sample-workspace'
