import { workingTree } from '../adapters/machine/git.ts';
import { copyAction, isCheckout, ownCommit, vendoredFiles, writeNew } from '../adapters/machine/own-files.ts';
import { readRepository } from '../detect/repository.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { UserError } from '../errors.ts';
import { codeCells } from '../intake/code-cells.ts';
import { configurationFile, type SetupChoice, workflowFiles } from '../setup/workflows.ts';
import type { Context } from './context.ts';

const REPOSITORY = 'peft-sweep/peft-sweep';

/** Writes the workflows and a first configuration. What is there already is left alone and said. */
export async function runInit(context: Context): Promise<Status> {
  const { folder, line, print } = context;
  if (!isCheckout(folder)) throw new UserError('Run `peft-sweep init` at the top of a git checkout.');
  const { vendor, forks, schedule, apply } = line.options;
  const source: SetupChoice['source'] = vendor
    ? { kind: 'vendored' }
    : { kind: 'remote', repository: REPOSITORY, ref: await ownCommit() };
  const found = codeCells(await readRepository(await workingTree(folder)));
  const files = [
    ...workflowFiles({ source, forks, schedule, apply }),
    configurationFile(found.sure, found.partial, found.callsPeft, found.configurations),
    ...(vendor ? vendoredFiles() : []),
  ];
  for (const { path, text } of files) print(writeNew(folder, path, text));
  if (vendor) print(copyAction(folder));
  print(
    'Commit these files. `peft-sweep doctor` says what this machine enforces; docs/github.md in the repository of peft-sweep explains the jobs.\n',
  );
  return STATUS.fine;
}
