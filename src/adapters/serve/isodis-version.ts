// The package's own version; a test compares it with package.json. (Redis's, which the engine reports, is engine/version.ts.)
export const ISODIS_VERSION = '0.1.0'
