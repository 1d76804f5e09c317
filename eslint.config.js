import tseslint from 'typescript-eslint'

/** Rooms without effects. What they need of the world comes in through ports, whose types they may name. */
const PURE = ['request', 'plan', 'progress', 'failure', 'report', 'kubernetes']
const pureRooms = PURE.map((room) => `../${room}/`)

/** What the files of each room may import as values, besides each other: beginnings of import paths. */
const BORDERS = {
  kubernetes: [],
  request: [...pureRooms, 'js-yaml'],
  plan: pureRooms,
  progress: pureRooms,
  failure: pureRooms,
  report: [...pureRooms, 'js-yaml'],
  builders: ['../failure/', '../kubernetes/', '../plan/', '../progress/'],
  context: ['../failure/', '../progress/', '../request/', 'node:', 'tar-stream'],
  cluster: [
    '../failure/',
    '../kubernetes/',
    '../plan/',
    '../proxy/',
    '../storage/',
    '../clock.ts',
    'node:',
    '@kubernetes/client-node/dist/config.js',
    'js-yaml',
    'openid-client',
    'ws',
  ],
  github: ['../registry/wire.ts', 'node:'],
  proxy: ['node:'],
  registry: ['../proxy/', '../request/', 'node:'],
  registries: ['../failure/', '../plan/', '../request/', 'node:'],
  storage: [...pureRooms, 'node:crypto', 'bcryptjs'],
  secrets: ['../failure/', '../request/', 'node:'],
  local: [
    '../builders/builder.ts',
    '../failure/',
    '../plan/',
    '../progress/',
    '../request/',
    '../clock.ts',
    'node:',
  ],
  migrate: ['../request/', 'node:', 'diff', 'unbash', 'yaml'],
  'image-files': ['../failure/', '../request/', '../runner/build-files.ts', 'node:'],
  'command-line': ['../doctor/', '../failure/', '../request/', '../runner/', '../storage/', 'node:'],
  doctor: ['../failure/', '../migrate/', '../plan/', '../report/', '../request/', 'node:', 'js-yaml'],
  // After its own room, whose border it would have otherwise.
  'doctor/checks': ['../', '../../failure/', '../../plan/', '../../report/', '../../request/'],
  runner: ['../failure/', '../progress/', '../report/', 'node:', '@actions/core'],
}

const outsideOfSource = {
  regex: '(^|/)(lab|__tests__|script)/',
  message: 'The action knows nothing of lab, tests and scripts.',
}

/** Imports of values that are not on a room's list. */
function border(room, allowed) {
  const beginnings = ['./', ...allowed].map((text) => text.replaceAll('.', '\\.')).join('|')
  return {
    regex: `^(?!${beginnings})`,
    message: `src/${room} may import values of ${allowed.join(', ') || 'nothing'} only (docs/architecture.md).`,
    allowTypeImports: true,
  }
}

const restrict = (...patterns) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
})

const rooms = Object.entries(BORDERS).map(([room, allowed]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: restrict(outsideOfSource, border(room, allowed)),
}))

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
  {
    files: ['src/**/*.ts'],
    rules: {
      ...restrict(outsideOfSource),
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'Borders hold for static imports.' },
      ],
    },
  },
  { files: ['src/**/*.generated.ts'], rules: { 'max-lines': 'off' } },
  ...rooms,
  {
    files: [`src/{builders,${PURE.join(',')}}/**/*.ts`],
    rules: { 'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval'] },
  },
  {
    files: ['**/*.js'],
    ...tseslint.configs.disableTypeChecked,
  },
)
