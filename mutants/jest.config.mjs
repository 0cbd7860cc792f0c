export default {
  rootDir: '..',
  roots: ['<rootDir>/mutants/tests'],
  testMatch: ['**/*.test.cjs'],
  testEnvironment: 'node',
  transform: {},
  testTimeout: 20_000,
};
