const ring = (name, more = {}) => ({
  displayName: name,
  testEnvironment: 'node',
  testMatch: [`<rootDir>/__tests__/${name}/**/*.test.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  ...more,
})

/** One project a ring: pure code, adapters over real sockets, the bundle as a process, the lab on its machine, the whole in a cluster. */
export default {
  projects: [
    ring('unit', {
      testMatch: ['<rootDir>/__tests__/*/**/*.test.ts'],
      testPathIgnorePatterns: ['/__tests__/(contract|bundle|machine|e2e|aftermath)/'],
    }),
    ring('contract'),
    ring('bundle'),
    ring('machine'),
    ring('e2e'),
    ring('aftermath'),
  ],
}
