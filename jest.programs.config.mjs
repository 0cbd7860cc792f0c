import { shared } from './jest.config.mjs';

export default {
  ...shared,
  roots: ['<rootDir>/__tests__/programs'],
  testMatch: ['**/*.test.ts'],
  // Whole programs are spawned; the machine may be busy.
  testTimeout: 30_000,
  maxWorkers: '100%',
};
