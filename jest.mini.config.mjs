import { shared } from './jest.config.mjs';

export default {
  ...shared,
  roots: ['<rootDir>/__tests__/mini-sweep'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 60_000,
  maxWorkers: '100%',
  verbose: true,
};
