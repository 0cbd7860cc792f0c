import { shared } from './jest.config.mjs';

export default {
  ...shared,
  roots: ['<rootDir>/__tests__/real'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 25 * 60_000,
  verbose: true,
};
