export const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023', experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
};

export default {
  ...shared,
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 30_000,
  maxWorkers: '100%',
  testPathIgnorePatterns: ['act', 'kills', 'mini-sweep', 'programs', 'real'].map(
    (name) => `<rootDir>/__tests__/${name}/`,
  ),
};
