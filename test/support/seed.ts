/** Of random tests. Every run tests the same cases, so that a failure is due to a change; ISODIS_SEED has others. */
export const SEED = Number(process.env['ISODIS_SEED'] ?? 1)
