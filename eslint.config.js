import tseslint from 'typescript-eslint'

/** Rooms without effects: they may import neither adapters nor node's I/O. */
const PURE = ['request', 'plan', 'progress', 'failure', 'report', 'kubernetes']

const noActions = { group: ['@actions/*'], message: 'Only src/runner imports @actions/*.' }
const noClient = { group: ['@kubernetes/*', 'ws'], message: 'Only src/cluster talks to the API server.' }
const noEffects = {
  group: ['node:*', '!node:buffer', '**/cluster/**', '**/runner/**', '**/builders/*-builder.ts'],
  message: 'This room is pure: effects come in through ports.',
  allowTypeImports: true,
}

const restrict = (...patterns) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
})

export default tseslint.config(
  {
    ignores: ['dist/', 'node_modules/', 'coverage/', '__tests__/fixtures/', 'lab/programs/', 'lab/stand-in/'],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A template's own line breaks and ESM's top-level await make these two more noise than help.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['src/**/*.ts'], rules: restrict(noActions, noClient) },
  { files: [`src/{${PURE.join(',')}}/**/*.ts`], rules: restrict(noActions, noClient, noEffects) },
  { files: ['src/cluster/**/*.ts'], rules: restrict(noActions) },
  { files: ['src/runner/**/*.ts'], rules: restrict(noClient) },
  {
    files: ['**/*.js'],
    ...tseslint.configs.disableTypeChecked,
  },
)
