import { shared } from './jest.config.mjs';

export default {
  ...shared,
  roots: ['<rootDir>/__tests__/act'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 20 * 60_000,
  verbose: true,
};
