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
  // Whole programs are spawned; the machine may be busy.
  testTimeout: 30_000,
  maxWorkers: '100%',
  testPathIgnorePatterns: ['/real/', '/act/', '<rootDir>/__tests__/mini-sweep/', '<rootDir>/__tests__/kills/'],
};
