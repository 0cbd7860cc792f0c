import { shared } from './jest.config.mjs';

export default {
  ...shared,
  roots: ['<rootDir>/__tests__/kills'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 120_000,
  verbose: true,
};
