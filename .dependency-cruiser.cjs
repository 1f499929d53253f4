/**
 * The walls of the house (docs/ARCHITECTURE.md): which room may import which. Everybody may speak
 * the vocabulary of `core`; `native` and `core` import nothing of ours.
 */
const MAY_IMPORT = {
  core: [],
  collector: ['core', 'native'],
  store: ['core'],
  features: ['core'],
  model: ['core'],
  learn: ['core', 'features', 'model'],
  graph: ['core', 'model'],
  score: ['core', 'features', 'model'],
  report: ['core', 'model', 'score', 'graph'],
  cli: [
    'core',
    'native',
    'collector',
    'store',
    'features',
    'model',
    'learn',
    'graph',
    'score',
    'report',
  ],
  testkit: ['core', 'collector', 'store', 'features', 'model', 'learn', 'graph', 'score'],
};

const room = (name) => (name === 'native' ? 'native' : `packages/${name}`);
const inRooms = (names) => `^(${names.map(room).join('|')})/`;
const ROOMS = ['native', 'setup', 'packaging', ...Object.keys(MAY_IMPORT)];

const walls = Object.entries(MAY_IMPORT).map(([name, allowed]) => ({
  name: `${name}-imports-only-what-stands-before-it`,
  comment: `${name} may import ${allowed.join(', ') || 'nothing of ours'}.`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: inRooms(ROOMS), pathNot: inRooms([name, ...allowed]) },
}));

module.exports = {
  forbidden: [
    ...walls,
    {
      name: 'native-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^native/lib/' },
      to: { path: '^packages/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-the-loader-touches-an-addon',
      comment: 'node:module (createRequire) is how an addon is loaded.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/setup/' },
      to: { path: '(\\.node$|^(node:)?module$)' },
    },
    {
      name: 'only-drivers-touch-a-database-client',
      severity: 'error',
      from: { path: '^(packages/[^/]+/src|native/lib)/', pathNot: '^packages/store/src/drivers/' },
      to: { path: 'node_modules/(lmdb|mongodb|bson)/' },
    },
    {
      name: 'no-room-without-a-purpose',
      comment: 'A thing is named for what it does and lives where it is used.',
      severity: 'error',
      from: {},
      to: { path: '^(packages|native)/.*/(utils?|helpers?)(/|\\.ts$)' },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
