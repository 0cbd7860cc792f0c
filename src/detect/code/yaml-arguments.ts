/** Arguments of PEFT's configurations in YAML: by PEFT's names where hydra makes one, by a trainer's own names elsewhere. */
import { own } from '../../domain/own.ts';
import type { Written, WrittenConfiguration } from '../../domain/own-configuration.ts';
import type { Table } from './configs.ts';
import { writtenAs } from './literals.ts';

/** A trainer's name of an argument -> PEFT's. */
export type ArgumentNames = Readonly<Record<string, string>>;

/** What a table of hydra's gives the class that it names. */
export function writtenForHydra(table: Table, at: string): WrittenConfiguration {
  const given = Object.entries(table).filter(([key]) => !key.startsWith('_'));
  return configurationOf(
    given.map(([key, value]) => written(key, value)),
    at,
  );
}

/** What a trainer's YAML says by its own names; a word that stands for modules says none by name. */
export function writtenForTrainer(table: Table, names: ArgumentNames, at: string): WrittenConfiguration {
  const given = Object.entries(table).flatMap(([key, value]) => {
    const argument = own(names, key);
    if (argument === undefined || isNoName(value)) return [];
    return [written(argument, argument === 'target_modules' ? listed(value) : value)];
  });
  return configurationOf(given, at);
}

function configurationOf(method: readonly Written[], at: string): WrittenConfiguration {
  return { method, quantization: [], loading: [], at: [at] };
}

/** What is put together when it runs cannot be read. */
function written(argument: string, value: unknown): Written {
  const isOpen = typeof value === 'string' && value.includes('${');
  return isOpen ? { argument } : writtenAs(argument, value);
}

/** All modules, in the words of trainers: the variant of the method says it. */
function isNoName(value: unknown): boolean {
  const [only, ...more] = [value].flat();
  return value === null || (more.length === 0 && ['all', 'all-linear', 'all_linear'].includes(String(only)));
}

/** `q_proj,v_proj` is a list in YAML of LLaMA-Factory. */
function listed(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
}
