import { readFileSync } from 'node:fs';
import { CONFIGURATION } from '../../domain/path.ts';
import { UserError } from '../../errors.ts';

/** The text of the configuration file; undefined where there is none. */
export function readConfiguration(path: string | undefined): string | undefined {
  const file = path ?? CONFIGURATION;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (path !== undefined || code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError(
      `The configuration file \`${file}\` cannot be read (${code}). Mend it, or name one with --config.`,
    );
  }
}
